"""Counter scores of a period as two people fixed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLE = "counter_fixing"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name=op.f("ck_counter_fixing_decision")),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_counter_fixing_decided")),
        sa.CheckConstraint(
            "NOT is_confirmed OR decided_by_id <> asked_by_id", name=op.f("ck_counter_fixing_two_people")
        ),
        sa.CheckConstraint(
            "is_confirmed IS NULL OR is_confirmed OR refusal <> ''", name=op.f("ck_counter_fixing_refusal")
        ),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_counter_fixing_digest")),
        sa.CheckConstraint("version >= 1 AND (version = 1 OR reason <> '')", name=op.f("ck_counter_fixing_version")),
        sa.CheckConstraint(
            "year BETWEEN 2000 AND 2100 AND quarter BETWEEN 0 AND 4", name=op.f("ck_counter_fixing_period")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_counter_fixing_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_counter_fixing_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_fixing")),
    )
    for name, columns, condition in (
        ("uq_counter_fixing_undecided", ["year", "quarter"], "decided_at IS NULL"),
        ("uq_counter_fixing_confirmed", ["year", "quarter", "version"], "is_confirmed"),
    ):
        op.create_index(
            name,
            TABLE,
            columns,
            unique=True,
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
    triggers.install(op.get_bind(), (TABLE,))


def downgrade() -> None:
    op.drop_table(TABLE)

"""Accounts, their roles on subtrees of units, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_audit_log()


def _create_audit_log() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(8), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(300), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("unit_path", sa.String(400), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "actor_kind IN ('account', 'key', 'command', 'system')", name=op.f("ck_audit_entry_actor_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_account_id_id", "audit_entry", ["account_id", "id"])
    op.create_index("ix_audit_entry_subject_kind_subject_id", "audit_entry", ["subject_kind", "subject", "id"])
    op.create_index(
        "ix_audit_entry_unit_path_id",
        "audit_entry",
        ["unit_path", "id"],
        postgresql_ops={"unit_path": "text_pattern_ops"},
    )
    triggers.install(op.get_bind(), ("audit_entry",))


def downgrade() -> None:
    op.drop_table("audit_entry")

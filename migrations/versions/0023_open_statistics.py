"""Public statistics of opinions and dialogues, frozen by half-year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("open_statistics",)


def upgrade() -> None:
    op.create_table(
        "open_statistics",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("half", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("half IN (1, 2)", name=op.f("ck_open_statistics_half")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_open_statistics_year")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_open_statistics_digest")),
        sa.PrimaryKeyConstraint("year", "half", name=op.f("pk_open_statistics")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

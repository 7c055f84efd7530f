"""The days on which an open wave's tallies were released: one step a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_release_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "released_on", name=op.f("pk_release")),
    )


def downgrade() -> None:
    op.drop_table("release")

"""Filings of units with their frozen figures, evidence and steps; transactions as they stood at closing."""

from __future__ import annotations

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

"""Who runs a wave and when it opens, collectors' history, scans, the progress of closing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Spelled out: SQLite takes a new column with its constraint, which Alembic would add apart.
    op.execute("ALTER TABLE wave ADD COLUMN owner_id INTEGER CONSTRAINT fk_wave_owner_id REFERENCES unit (id)")
    op.add_column("wave", sa.Column("opens_on", sa.Date(), nullable=True))
    op.execute(
        "ALTER TABLE wave ADD COLUMN closes_on DATE CONSTRAINT ck_wave_schedule "
        "CHECK (closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on)"
    )
    op.add_column("wave", sa.Column("schedule_failure", sa.String(40), nullable=True))
    op.add_column("wave", sa.Column("schedule_failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("collector", sa.Column("revocation_reason", sa.String(300), nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE collector ADD COLUMN replaces_id INTEGER "
        "CONSTRAINT fk_collector_replaces_id REFERENCES collector (id)"
    )
    op.create_table(
        "wave_closing",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("done >= 0 AND responses >= 0", name=op.f("ck_wave_closing_progress")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_closing_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_wave_closing")),
    )
    op.create_table(
        "collector_scan",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.CheckConstraint("scans > 0", name=op.f("ck_collector_scan_scans")),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_collector_scan_collector_id")),
        sa.PrimaryKeyConstraint("collector_id", "day", name=op.f("pk_collector_scan")),
        sqlite_with_rowid=False,
    )
    _give_owners()
    triggers.install(op.get_bind(), ("collector_scan",))
    triggers.install(op.get_bind(), ("wave", "collector"), since=revision)


def _give_owners() -> None:
    """A wave is run by the root of its units; the first by path where they have several."""
    roots = """
        SELECT (SELECT top.id FROM unit AS top WHERE top.parent_id IS NULL AND unit.path LIKE top.path || '%')
        FROM wave_unit JOIN unit ON unit.id = wave_unit.unit_id
        WHERE wave_unit.wave_id = wave.id ORDER BY unit.path LIMIT 1
    """
    op.execute(f"UPDATE wave SET owner_id = ({roots})")


def downgrade() -> None:
    bind = op.get_bind()
    for name, trigger in triggers.TRIGGERS[bind.dialect.name].items():
        if trigger.since == revision:
            op.execute(f"DROP TRIGGER {name}" + (f" ON {trigger.table}" if bind.dialect.name == "postgresql" else ""))
    op.drop_table("collector_scan")
    op.drop_table("wave_closing")
    for table, column in (
        ("collector", "replaces_id"),
        ("collector", "revocation_reason"),
        ("wave", "schedule_failed_at"),
        ("wave", "schedule_failure"),
        ("wave", "closes_on"),
        ("wave", "opens_on"),
        ("wave", "owner_id"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

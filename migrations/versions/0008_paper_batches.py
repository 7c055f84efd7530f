"""Batches of paper forms, typed once or twice before they count; files on their way in, and what an import brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "batch_response",
    "paper_resolution",
    "paper_entry",
    "paper_batch",
    "imported_response",
    "import_draft",
)
IMPORT_COLUMNS = (
    "account_id",
    "unit_id",
    "channel",
    "trust",
    "withdrawn_at",
    "withdrawn_by_id",
    "withdrawn_reason",
)


def upgrade() -> None:
    _create_paper()
    _create_imports()
    triggers.install(op.get_bind(), TABLES)


def _create_paper() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("respondent_group", sa.String(12), nullable=False),
        sa.Column("forms_expected", sa.Integer(), nullable=False),
        sa.Column("collected_from", sa.Date(), nullable=False),
        sa.Column("collected_until", sa.Date(), nullable=False),
        sa.Column("control_question_id", sa.Integer(), nullable=True),
        sa.Column("control_sum", sa.Integer(), nullable=True),
        sa.Column("double_share", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'entered', 'checked', 'accepted', 'rejected')", name=op.f("ck_paper_batch_state")
        ),
        sa.CheckConstraint(
            "respondent_group IN ('citizen', 'delegate', 'official', 'participant')",
            name=op.f("ck_paper_batch_respondent_group"),
        ),
        sa.CheckConstraint("forms_expected BETWEEN 1 AND 2000", name=op.f("ck_paper_batch_forms_expected")),
        sa.CheckConstraint("double_share BETWEEN 0 AND 100", name=op.f("ck_paper_batch_double_share")),
        sa.CheckConstraint("collected_until >= collected_from", name=op.f("ck_paper_batch_collected")),
        sa.CheckConstraint(
            "(control_question_id IS NULL) = (control_sum IS NULL)", name=op.f("ck_paper_batch_control")
        ),
        sa.CheckConstraint(
            "(state IN ('accepted', 'rejected')) = (finished_at IS NOT NULL)", name=op.f("ck_paper_batch_finished")
        ),
        sa.CheckConstraint("state <> 'rejected' OR reason <> ''", name=op.f("ck_paper_batch_reason")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_paper_batch_wave_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paper_batch_unit_id")),
        sa.ForeignKeyConstraint(
            ["counter_id", "unit_id"],
            ["counter.id", "counter.unit_id"],
            name=op.f("fk_paper_batch_counter_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["control_question_id"], ["question.id"], name=op.f("fk_paper_batch_control_question_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_paper_batch_created_by_id")),
        sa.ForeignKeyConstraint(["finished_by_id"], ["account.id"], name=op.f("fk_paper_batch_finished_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_batch_code")),
    )
    op.create_index("ix_paper_batch_wave_id_id", "paper_batch", ["wave_id", "id"])
    op.create_index("ix_paper_batch_unit_id_id", "paper_batch", ["unit_id", "id"])
    op.create_table(
        "paper_entry",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pass_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("is_blank", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_paper_entry_serial")),
        sa.CheckConstraint("pass_number IN (1, 2)", name=op.f("ck_paper_entry_pass_number")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_paper_entry_seconds")),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name=op.f("fk_paper_entry_batch_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["account.id"], name=op.f("fk_paper_entry_entered_by_id")),
        sa.PrimaryKeyConstraint("batch_id", "serial", "pass_number", name=op.f("pk_paper_entry")),
    )
    op.create_table(
        "paper_resolution",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("resolved_by_id", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_paper_resolution_serial")),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name=op.f("fk_paper_resolution_batch_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["account.id"], name=op.f("fk_paper_resolution_resolved_by_id")),
        sa.PrimaryKeyConstraint("batch_id", "serial", "item", name=op.f("pk_paper_resolution")),
    )
    op.create_table(
        "batch_response",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_batch_response_response_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name=op.f("fk_batch_response_batch_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_batch_response")),
        sa.UniqueConstraint("batch_id", "serial", name=op.f("uq_batch_response_batch_id_serial")),
    )


def _create_imports() -> None:
    # Spelled out: SQLite takes a new column with its constraint, which Alembic would add apart.
    for column, table in (("account_id", "account"), ("unit_id", "unit"), ("withdrawn_by_id", "account")):
        op.execute(
            f"ALTER TABLE import_run ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_import_run_{column} REFERENCES {table} (id)"
        )
    op.add_column("import_run", sa.Column("channel", sa.String(10), server_default="", nullable=False))
    op.add_column("import_run", sa.Column("trust", sa.String(10), server_default="", nullable=False))
    op.add_column("import_run", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE import_run ADD COLUMN withdrawn_reason VARCHAR(500) DEFAULT '' NOT NULL "
        "CONSTRAINT ck_import_run_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_reason = ''))"
    )
    op.create_index("ix_import_run_file_digest", "import_run", ["file_digest"])
    op.create_table(
        "import_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("trust", sa.String(10), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_draft_account_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_import_draft_wave_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_draft_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
    )
    op.create_index("ix_import_draft_account_id", "import_draft", ["account_id"])
    op.create_index("ix_import_draft_created_at", "import_draft", ["created_at"])
    op.create_table(
        "imported_response",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("import_run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_imported_response_response_id")),
        sa.ForeignKeyConstraint(["import_run_id"], ["import_run.id"], name=op.f("fk_imported_response_import_run_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_imported_response")),
    )
    op.create_index("ix_imported_response_import_run_id", "imported_response", ["import_run_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_import_run_file_digest", "import_run")
    for column in reversed(IMPORT_COLUMNS):
        op.execute(f"ALTER TABLE import_run DROP COLUMN {column}")

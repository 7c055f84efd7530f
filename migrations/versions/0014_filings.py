"""Filings of units with their frozen figures, evidence and steps; transactions as they stood at closing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "filing_evidence",
    "filing_note",
    "filing_step",
    "filing_version",
    "filing",
    "wave_publication",
    "frozen_transaction",
)


def upgrade() -> None:
    op.create_table(
        "frozen_transaction",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_frozen_transaction_revision")),
        sa.CheckConstraint(
            "transactions IS NULL OR transactions >= 0", name=op.f("ck_frozen_transaction_not_negative")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_frozen_transaction_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_frozen_transaction_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "revision", name=op.f("pk_frozen_transaction")),
    )
    op.create_table(
        "wave_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("proposal_digest", sa.String(length=64), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by_id", sa.Integer(), nullable=True),
        sa.Column("refused_reason", sa.String(length=1000), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_wave_publication_done")),
        sa.CheckConstraint(
            "(state = 'refused') = (refused_by_id IS NOT NULL)", name=op.f("ck_wave_publication_refused")
        ),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'done')) = (confirmed_by_id IS NOT NULL)",
            name=op.f("ck_wave_publication_confirmed"),
        ),
        sa.CheckConstraint(
            "kind <> 'correction' OR (reason <> '' AND proposal_digest <> '')",
            name=op.f("ck_wave_publication_correction"),
        ),
        sa.CheckConstraint("kind IN ('publication', 'correction')", name=op.f("ck_wave_publication_kind")),
        sa.CheckConstraint("publish_at IS NULL OR kind = 'publication'", name=op.f("ck_wave_publication_publish_at")),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'refused', 'done')", name=op.f("ck_wave_publication_state")
        ),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_wave_publication_confirmed_at")
        ),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> requested_by_id", name=op.f("ck_wave_publication_two_people")
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["account.id"], name=op.f("fk_wave_publication_confirmed_by_id")),
        sa.ForeignKeyConstraint(["refused_by_id"], ["account.id"], name=op.f("fk_wave_publication_refused_by_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["account.id"], name=op.f("fk_wave_publication_requested_by_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_publication_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_publication")),
    )
    op.create_index("ix_wave_publication_wave_id", "wave_publication", ["wave_id"], unique=False)
    op.create_index(
        "uq_wave_publication_under_way",
        "wave_publication",
        ["wave_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'confirmed')"),
        postgresql_where=sa.text("state IN ('asked', 'confirmed')"),
    )
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("is_ex_officio", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR is_ex_officio OR submitted_by_id IS NOT NULL", name=op.f("ck_filing_approved")
        ),
        sa.CheckConstraint("state <> 'submitted' OR submitted_by_id IS NOT NULL", name=op.f("ck_filing_submitted")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'published', 'corrected')",
            name=op.f("ck_filing_state"),
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR submitted_by_id IS NULL OR approved_by_id <> submitted_by_id",
            name=op.f("ck_filing_two_people"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_filing_version")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name=op.f("fk_filing_approved_by_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["account.id"], name=op.f("fk_filing_submitted_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_filing_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("wave_id", "unit_id", name=op.f("uq_filing_wave_id_unit_id")),
    )
    op.create_index("ix_filing_unit_id_id", "filing", ["unit_id", "id"], unique=False)
    op.create_index("ix_filing_wave_id_state_deadline_on", "filing", ["wave_id", "state", "deadline_on"], unique=False)
    op.create_table(
        "filing_version",
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("figures_digest", sa.String(length=64), nullable=False),
        sa.Column("configuration_digest", sa.String(length=64), nullable=False),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("estimate", sa.Double(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_filing_version_reason")),
        sa.CheckConstraint(
            "length(figures_digest) = 64 AND length(configuration_digest) = 64", name=op.f("ck_filing_version_digests")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_filing_version_number")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_version_filing_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["wave_publication.id"], name=op.f("fk_filing_version_publication_id")
        ),
        sa.PrimaryKeyConstraint("filing_id", "number", name=op.f("pk_filing_version")),
    )
    op.create_table(
        "filing_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=19), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'published', 'corrected')",
            name=op.f("ck_filing_step_state"),
        ),
        sa.CheckConstraint(
            "step IN ('frozen', 'submitted', 'returned', 'approved', 'approved_ex_officio', 'renewed', 'published', "
            "'corrected')",
            name=op.f("ck_filing_step_step"),
        ),
        sa.CheckConstraint(
            "step NOT IN ('returned', 'approved_ex_officio', 'renewed', 'corrected') OR reason <> ''",
            name=op.f("ck_filing_step_reason"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_filing_step_account_id")),
        sa.ForeignKeyConstraint(
            ["filing_id", "version"],
            ["filing_version.filing_id", "filing_version.number"],
            name=op.f("fk_filing_step_filing_id_version"),
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_step_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_step")),
    )
    op.create_index("ix_filing_step_filing_id_id", "filing_step", ["filing_id", "id"], unique=False)
    op.create_table(
        "filing_note",
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_filing_note_text")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_note_filing_id")),
        sa.PrimaryKeyConstraint("filing_id", "code", name=op.f("pk_filing_note")),
    )
    op.create_table(
        "filing_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_filing_evidence_digest")),
        sa.CheckConstraint("size BETWEEN 1 AND 20971520", name=op.f("ck_filing_evidence_size")),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_filing_evidence_added_by_id")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_evidence_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_evidence")),
    )
    op.create_index("ix_filing_evidence_filing_id", "filing_evidence", ["filing_id"], unique=False)
    triggers.install(op.get_bind(), TABLES)
    triggers.install(op.get_bind(), ("wave",), since=revision)


def downgrade() -> None:
    bind = op.get_bind()
    for name, trigger in triggers.TRIGGERS[bind.dialect.name].items():
        if trigger.since == revision:
            op.execute(f"DROP TRIGGER {name}" + (f" ON {trigger.table}" if bind.dialect.name == "postgresql" else ""))
    for table in TABLES:
        op.drop_table(table)

"""Sets of documents made in the background, signed documents and their digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = ("published_document", "document_content", "document", "document_run")


def upgrade() -> None:
    op.create_table(
        "document_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('made', 'failed', 'cancelled')) = (finished_at IS NOT NULL)",
            name=op.f("ck_document_run_finished_at"),
        ),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_document_run_language")),
        sa.CheckConstraint("published_at IS NULL OR state = 'made'", name=op.f("ck_document_run_published")),
        sa.CheckConstraint("state <> 'made' OR done = total", name=op.f("ck_document_run_made")),
        sa.CheckConstraint(
            "state IN ('waiting', 'making', 'made', 'failed', 'cancelled')", name=op.f("ck_document_run_state")
        ),
        sa.CheckConstraint("done BETWEEN 0 AND total AND total > 0", name=op.f("ck_document_run_done")),
        sa.CheckConstraint("length(kinds) > 0", name=op.f("ck_document_run_kinds")),
        sa.ForeignKeyConstraint(["published_by_id"], ["account.id"], name=op.f("fk_document_run_published_by_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["account.id"], name=op.f("fk_document_run_requested_by_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_document_run_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_run")),
    )
    op.create_index("ix_document_run_state_id", "document_run", ["state", "id"], unique=False)
    op.create_index(op.f("ix_document_run_wave_id"), "document_run", ["wave_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("figures_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("signing_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_requested_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_sha256", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=500), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_timestamped", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(signed_sha256 = '') = (signed_at IS NULL)", name=op.f("ck_document_signed_sha256")),
        sa.CheckConstraint("(state = 'draft') = (made_at IS NULL)", name=op.f("ck_document_made_at")),
        sa.CheckConstraint("(state = 'draft') = (sha256 = '')", name=op.f("ck_document_sha256")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_document_withdrawn_at")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_reason <> '' OR replaced_by_id IS NOT NULL)",
            name=op.f("ck_document_withdrawn_reason"),
        ),
        sa.CheckConstraint(
            "(state IN ('published', 'withdrawn')) = (published_at IS NOT NULL)", name=op.f("ck_document_published_at")
        ),
        sa.CheckConstraint(
            "(state IN ('signed', 'published', 'withdrawn')) = (signed_at IS NOT NULL)",
            name=op.f("ck_document_signed_at"),
        ),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_document_language")),
        sa.CheckConstraint(
            "signing_requested_at IS NULL OR state <> 'draft'", name=op.f("ck_document_signing_requested_at")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'made', 'signed', 'published', 'withdrawn')", name=op.f("ck_document_state")
        ),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_document_code")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_document_made_by_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["document.id"], name=op.f("fk_document_replaced_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["document_run.id"], name=op.f("fk_document_run_id")),
        sa.ForeignKeyConstraint(
            ["signing_requested_by_id"], ["account.id"], name=op.f("fk_document_signing_requested_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_document_wave_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name=op.f("fk_document_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", name=op.f("uq_document_code")),
    )
    op.create_index("ix_document_run_id_state", "document", ["run_id", "state"], unique=False)
    op.create_index(
        "ix_document_state_signing_requested_at", "document", ["state", "signing_requested_at"], unique=False
    )
    op.create_index(
        "ix_document_unit_id_wave_id_kind_language",
        "document",
        ["unit_id", "wave_id", "kind", "language"],
        unique=False,
    )
    op.create_index(op.f("ix_document_wave_id"), "document", ["wave_id"], unique=False)
    op.create_table(
        "document_content",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_content_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_content")),
    )
    op.create_table(
        "published_document",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_published_document_sha256")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_published_document_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_published_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_published_document_sha256")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

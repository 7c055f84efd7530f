"""Who issues documents and in what words, and the files to work with that are made along with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = ("document_copy", "document_text", "document_issuer")


def upgrade() -> None:
    op.create_table(
        "document_issuer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("superior_vi", sa.String(length=200), nullable=False),
        sa.Column("superior_en", sa.String(length=200), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("abbreviation", sa.String(length=20), nullable=False),
        sa.Column("locality", sa.String(length=60), nullable=False),
        sa.Column("capacity_vi", sa.String(length=100), nullable=False),
        sa.Column("capacity_en", sa.String(length=100), nullable=False),
        sa.Column("position_vi", sa.String(length=100), nullable=False),
        sa.Column("position_en", sa.String(length=100), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("authority_vi", sa.String(length=200), nullable=False),
        sa.Column("authority_en", sa.String(length=200), nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("name_vi <> '' OR NOT decides", name=op.f("ck_document_issuer_decides")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["account.id"], name=op.f("fk_document_issuer_changed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_issuer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_issuer")),
    )
    op.create_index("ix_document_issuer_unit_id_id", "document_issuer", ["unit_id", "id"], unique=False)
    op.create_table(
        "document_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("document IN ('decision', 'letter')", name=op.f("ck_document_text_document")),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_document_text_language")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["account.id"], name=op.f("fk_document_text_changed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_text_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_text")),
    )
    op.create_index(
        "ix_document_text_unit_id_document_language_id",
        "document_text",
        ["unit_id", "document", "language", "id"],
        unique=False,
    )
    op.create_table(
        "document_copy",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("form IN ('docx', 'xlsx')", name=op.f("ck_document_copy_form")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_copy_document_id")),
        sa.PrimaryKeyConstraint("document_id", "form", name=op.f("pk_document_copy")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

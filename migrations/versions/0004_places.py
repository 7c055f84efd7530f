"""Uploads of places between preview and confirmation; corrections of numbers that published figures stand on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('units', 'services', 'transactions')", name=op.f("ck_place_upload_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_place_upload_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_upload")),
    )
    op.create_index(op.f("ix_place_upload_account_id"), "place_upload", ["account_id"])
    op.create_table(
        "transaction_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("corrected_by", sa.String(300), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_transaction_correction_reason")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_transaction_correction_period")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transaction_correction_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transaction_correction")),
    )
    op.create_index(op.f("ix_transaction_correction_unit_id"), "transaction_correction", ["unit_id"])
    triggers.install(op.get_bind(), ("transaction_correction",))


def downgrade() -> None:
    op.drop_table("transaction_correction")
    op.drop_table("place_upload")

"""Indices followed over the years; emulation proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "index_target",
    "index_point",
    "province_index",
)


# What an uploaded table may be of.
KINDS = "kind IN ('units', 'services', 'transactions', 'indices', 'dossiers')"
KINDS_BEFORE = "kind IN ('units', 'services', 'transactions')"


def upgrade() -> None:
    _upload_kinds(KINDS)
    op.create_table(
        "province_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("publisher_vi", sa.String(length=200), nullable=False),
        sa.Column("publisher_en", sa.String(length=200), nullable=False),
        sa.Column("maximum", sa.Numeric(precision=9, scale=4), nullable=True),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("decimals BETWEEN 0 AND 4", name=op.f("ck_province_index_decimals")),
        sa.CheckConstraint("length(name_vi) > 0 AND length(publisher_vi) > 0", name=op.f("ck_province_index_filled")),
        sa.CheckConstraint("maximum > 0", name=op.f("ck_province_index_maximum")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_province_index")),
        sa.UniqueConstraint("code", name=op.f("uq_province_index_code")),
    )
    op.create_table(
        "index_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Numeric(precision=9, scale=4), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=True),
        sa.Column("ranked", sa.SmallInteger(), nullable=True),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1 AND (version = 1) = (reason = '')", name=op.f("ck_index_point_reason")),
        sa.CheckConstraint(
            "(rank IS NULL) = (ranked IS NULL) AND rank >= 1 AND ranked >= rank", name=op.f("ck_index_point_rank")
        ),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_index_point_source")),
        sa.CheckConstraint("value IS NOT NULL OR rank IS NOT NULL", name=op.f("ck_index_point_said")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_index_point_year")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_index_point_account_id")),
        sa.ForeignKeyConstraint(["index_id"], ["province_index.id"], name=op.f("fk_index_point_index_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_point")),
        sa.UniqueConstraint("index_id", "year", "version", name=op.f("uq_index_point_index_id_year_version")),
    )
    op.create_table(
        "index_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Numeric(precision=9, scale=4), nullable=True),
        sa.Column("best_rank", sa.SmallInteger(), nullable=True),
        sa.Column("worst_rank", sa.SmallInteger(), nullable=True),
        sa.Column("reference", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(best_rank IS NULL) = (worst_rank IS NULL)", name=op.f("ck_index_target_range")),
        sa.CheckConstraint("best_rank >= 1 AND worst_rank >= best_rank", name=op.f("ck_index_target_ranks")),
        sa.CheckConstraint("length(reference) > 0", name=op.f("ck_index_target_reference")),
        sa.CheckConstraint("value IS NOT NULL OR worst_rank IS NOT NULL", name=op.f("ck_index_target_said")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_index_target_year")),
        sa.ForeignKeyConstraint(["index_id"], ["province_index.id"], name=op.f("fk_index_target_index_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_target")),
        sa.UniqueConstraint("index_id", "year", name=op.f("uq_index_target_index_id_year")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM place_upload WHERE kind IN ('indices', 'dossiers')")
    _upload_kinds(KINDS_BEFORE)


def _upload_kinds(kinds: str) -> None:
    with op.batch_alter_table("place_upload") as batch:
        batch.drop_constraint(op.f("ck_place_upload_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_place_upload_kind"), kinds)

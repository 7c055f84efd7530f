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
    "emulation_step",
    "emulation_list",
    "emulation_mark",
    "emulation_report",
    "emulation_part",
    "emulation_campaign",
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
    _create_emulation()
    triggers.install(op.get_bind(), TABLES)


def _create_emulation() -> None:
    op.create_table(
        "emulation_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("unit_kind", sa.String(length=12), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=500), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("awards", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'open', 'proposed', 'fixed')", name=op.f("ck_emulation_campaign_state")),
        sa.CheckConstraint("unit_kind IN ('department', 'commune')", name=op.f("ck_emulation_campaign_unit_kind")),
        sa.CheckConstraint("length(name_vi) > 0", name=op.f("ck_emulation_campaign_filled")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_emulation_campaign_year")),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_emulation_campaign_owner_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_emulation_campaign_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_campaign")),
        sa.UniqueConstraint(
            "owner_id", "year", "unit_kind", name=op.f("uq_emulation_campaign_owner_id_year_unit_kind")
        ),
    )
    op.create_table(
        "emulation_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.CheckConstraint("(source = 'manual') = (name_vi <> '')", name=op.f("ck_emulation_part_name")),
        sa.CheckConstraint(
            "source IN ('sipas', 'sipas_target', 'scorecard', 'counter_score', 'dossiers_on_time', "
            "'opinions_on_time', 'dialogues_held', 'commitments_kept', 'remedies_done', 'manual')",
            name=op.f("ck_emulation_part_source"),
        ),
        sa.CheckConstraint("weight > 0 AND weight <= 100", name=op.f("ck_emulation_part_weight")),
        sa.ForeignKeyConstraint(["campaign_id"], ["emulation_campaign.id"], name=op.f("fk_emulation_part_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_part")),
        sa.UniqueConstraint("campaign_id", "position", name=op.f("uq_emulation_part_campaign_id_position")),
    )
    op.create_table(
        "emulation_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("award_asked", sa.String(length=200), nullable=False),
        sa.Column("award", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'submitted' OR submitted_at IS NOT NULL", name=op.f("ck_emulation_report_submitted")
        ),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'returned')", name=op.f("ck_emulation_report_state")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["emulation_campaign.id"], name=op.f("fk_emulation_report_campaign_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["account.id"], name=op.f("fk_emulation_report_submitted_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_emulation_report_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_report")),
        sa.UniqueConstraint("campaign_id", "unit_id", name=op.f("uq_emulation_report_campaign_id_unit_id")),
    )
    op.create_index(op.f("ix_emulation_report_unit_id"), "emulation_report", ["unit_id"], unique=False)
    op.create_table(
        "emulation_mark",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_emulation_mark_reason")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_emulation_mark_percent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_emulation_mark_account_id")),
        sa.ForeignKeyConstraint(["part_id"], ["emulation_part.id"], name=op.f("fk_emulation_mark_part_id")),
        sa.ForeignKeyConstraint(["report_id"], ["emulation_report.id"], name=op.f("fk_emulation_mark_report_id")),
        sa.PrimaryKeyConstraint("report_id", "part_id", name=op.f("pk_emulation_mark")),
    )
    op.create_table(
        "emulation_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name=op.f("ck_emulation_list_decision")),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_emulation_list_decided")),
        sa.CheckConstraint(
            "NOT is_confirmed OR decided_by_id <> asked_by_id", name=op.f("ck_emulation_list_two_people")
        ),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_emulation_list_digest")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_emulation_list_asked_by_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["emulation_campaign.id"], name=op.f("fk_emulation_list_campaign_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_emulation_list_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_list")),
    )
    op.create_index("ix_emulation_list_campaign_id", "emulation_list", ["campaign_id"], unique=False)
    op.create_table(
        "emulation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=7), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "step IN ('open', 'submit', 'return', 'ask', 'confirm', 'refuse')", name=op.f("ck_emulation_step_step")
        ),
        sa.CheckConstraint("step NOT IN ('return', 'refuse') OR reason <> ''", name=op.f("ck_emulation_step_reason")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_emulation_step_account_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["emulation_campaign.id"], name=op.f("fk_emulation_step_campaign_id")),
        sa.ForeignKeyConstraint(["report_id"], ["emulation_report.id"], name=op.f("fk_emulation_step_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_step")),
    )
    op.create_index("ix_emulation_step_campaign_id_id", "emulation_step", ["campaign_id", "id"], unique=False)
    op.create_index(op.f("ix_emulation_step_report_id"), "emulation_step", ["report_id"], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM place_upload WHERE kind IN ('indices', 'dossiers')")
    _upload_kinds(KINDS_BEFORE)


def _upload_kinds(kinds: str) -> None:
    with op.batch_alter_table("place_upload") as batch:
        batch.drop_constraint(op.f("ck_place_upload_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_place_upload_kind"), kinds)

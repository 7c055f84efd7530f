"""Rule sets, dossiers and scores of the one-stop counter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("counter_record", "dossier", "counter_rule_set")


def upgrade() -> None:
    op.create_table(
        "counter_rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(definition) > 0", name=op.f("ck_counter_rule_set_definition")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_counter_rule_set_version")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_counter_rule_set_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_rule_set")),
        sa.UniqueConstraint("version", name=op.f("uq_counter_rule_set_version")),
    )
    op.create_table(
        "dossier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("official", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("extra_contacts", sa.SmallInteger(), nullable=True),
        sa.Column("agencies", sa.SmallInteger(), nullable=True),
        sa.Column("agency_days", sa.String(length=500), nullable=False),
        sa.Column("agency_pace", sa.String(length=8), nullable=False),
        sa.Column("publication", sa.String(length=4), nullable=False),
        sa.Column("complaint", sa.String(length=6), nullable=False),
        sa.CheckConstraint("agency_pace IN ('', 'early', 'on_time', 'late')", name=op.f("ck_dossier_agency_pace")),
        sa.CheckConstraint("complaint IN ('', 'none', 'stands', 'false')", name=op.f("ck_dossier_complaint")),
        sa.CheckConstraint("counted_on <= due_on", name=op.f("ck_dossier_counted_on")),
        sa.CheckConstraint("due_on >= received_on AND returned_on >= received_on", name=op.f("ck_dossier_days")),
        sa.CheckConstraint(
            "extra_contacts BETWEEN 0 AND 99 AND agencies BETWEEN 0 AND 99", name=op.f("ck_dossier_numbers")
        ),
        sa.CheckConstraint("length(code) > 0", name=op.f("ck_dossier_code")),
        sa.CheckConstraint("publication IN ('', 'both', 'one', 'none')", name=op.f("ck_dossier_publication")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dossier_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("unit_id", "code", name=op.f("uq_dossier_unit_id_code")),
    )
    op.create_index("ix_dossier_unit_id_counted_on_id", "dossier", ["unit_id", "counted_on", "id"])
    op.create_table(
        "counter_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), nullable=False),
        sa.Column("listed_procedures", sa.Integer(), nullable=True),
        sa.Column("on_the_spot", sa.Integer(), nullable=True),
        sa.Column("all_at_counter", sa.Boolean(), nullable=True),
        sa.Column("publication", sa.String(length=4), nullable=False),
        sa.Column("eligible_procedures", sa.Integer(), nullable=True),
        sa.Column("online_procedures", sa.Integer(), nullable=True),
        sa.Column("dossiers_received", sa.Integer(), nullable=True),
        sa.Column("online_dossiers", sa.Integer(), nullable=True),
        sa.Column("online_late", sa.Integer(), nullable=True),
        sa.Column("dossiers_total", sa.Integer(), nullable=True),
        sa.CheckConstraint("dossiers_total >= 0", name=op.f("ck_counter_record_dossiers_total")),
        sa.CheckConstraint("on_the_spot BETWEEN 0 AND listed_procedures", name=op.f("ck_counter_record_on_the_spot")),
        sa.CheckConstraint(
            "online_dossiers BETWEEN 0 AND dossiers_received", name=op.f("ck_counter_record_online_dossiers")
        ),
        sa.CheckConstraint("online_late BETWEEN 0 AND online_dossiers", name=op.f("ck_counter_record_online_late")),
        sa.CheckConstraint(
            "online_procedures BETWEEN 0 AND eligible_procedures", name=op.f("ck_counter_record_online_procedures")
        ),
        sa.CheckConstraint("publication IN ('', 'both', 'one', 'none')", name=op.f("ck_counter_record_publication")),
        sa.CheckConstraint(
            "year BETWEEN 2000 AND 2100 AND quarter BETWEEN 1 AND 4", name=op.f("ck_counter_record_period")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_counter_record_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_record")),
        sa.UniqueConstraint("unit_id", "year", "quarter", name=op.f("uq_counter_record_unit_id_year_quarter")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

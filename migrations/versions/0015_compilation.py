"""Saved groups of units and reference series of published figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = ("unit_group_member", "unit_group", "reference_figure")


def upgrade() -> None:
    op.create_table(
        "reference_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index_code", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("content", sa.String(length=60), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("minimum", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("maximum", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("respondents", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.CheckConstraint("maximum BETWEEN percent AND 100", name=op.f("ck_reference_figure_maximum")),
        sa.CheckConstraint("minimum BETWEEN 0 AND percent", name=op.f("ck_reference_figure_minimum")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_reference_figure_percent")),
        sa.CheckConstraint("respondents > 0", name=op.f("ck_reference_figure_respondents")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_reference_figure_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_figure")),
        sa.UniqueConstraint(
            "index_code", "scope", "content", "year", name=op.f("uq_reference_figure_index_code_scope_content_year")
        ),
    )
    op.create_table(
        "unit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("public_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(name_vi) > 0", name=op.f("ck_unit_group_name_vi")),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_unit_group_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_group_code")),
    )
    op.create_index(op.f("ix_unit_group_owner_id"), "unit_group", ["owner_id"], unique=False)
    op.create_table(
        "unit_group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_unit_group_member_group_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_group_member_unit_id")),
        sa.PrimaryKeyConstraint("group_id", "unit_id", name=op.f("pk_unit_group_member")),
    )
    op.create_index(op.f("ix_unit_group_member_unit_id"), "unit_group_member", ["unit_id"], unique=False)
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

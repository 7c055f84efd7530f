"""Scorecards: templates, criteria, scores by stage, evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "scorecard_evidence",
    "scorecard_step",
    "scorecard_score",
    "scorecard",
    "scorecard_criterion",
    "scorecard_template",
)


def upgrade() -> None:
    op.create_table(
        "scorecard_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.String(length=12), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("reference_vi", sa.String(length=500), nullable=False),
        sa.Column("reference_en", sa.String(length=500), nullable=False),
        sa.Column("council", sa.String(length=300), nullable=False),
        sa.Column("rounding", sa.String(length=12), nullable=False),
        sa.Column("self_due_on", sa.Date(), nullable=False),
        sa.Column("explanation_due_on", sa.Date(), nullable=False),
        sa.Column("final_due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_scorecard_template_version")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_scorecard_template_year")),
        sa.CheckConstraint("unit_kind IN ('department', 'commune')", name=op.f("ck_scorecard_template_unit_kind")),
        sa.CheckConstraint("rounding IN ('half_up_2')", name=op.f("ck_scorecard_template_rounding")),
        sa.CheckConstraint("length(name_vi) > 0 AND length(code) > 0", name=op.f("ck_scorecard_template_filled")),
        sa.CheckConstraint(
            "explanation_due_on >= self_due_on AND final_due_on >= explanation_due_on",
            name=op.f("ck_scorecard_template_deadlines"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_scorecard_template_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_template")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_scorecard_template_code_version")),
    )
    op.create_index(op.f("ix_scorecard_template_owner_id"), "scorecard_template", ["owner_id"], unique=False)
    op.create_table(
        "scorecard_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name_vi", sa.String(length=1000), nullable=False),
        sa.Column("name_en", sa.String(length=1000), nullable=False),
        sa.Column("maximum", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "rule IN ('group', 'manual', 'ratio', 'measure', 'survey')", name=op.f("ck_scorecard_criterion_rule")
        ),
        sa.CheckConstraint("(rule = 'group') = (maximum IS NULL)", name=op.f("ck_scorecard_criterion_maximum")),
        sa.CheckConstraint("maximum > 0", name=op.f("ck_scorecard_criterion_positive")),
        sa.CheckConstraint("length(name_vi) > 0 AND length(number) > 0", name=op.f("ck_scorecard_criterion_filled")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["scorecard_criterion.id"], name=op.f("fk_scorecard_criterion_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["scorecard_template.id"], name=op.f("fk_scorecard_criterion_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_criterion")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_scorecard_criterion_template_id_number")),
    )
    op.create_index(op.f("ix_scorecard_criterion_parent_id"), "scorecard_criterion", ["parent_id"], unique=False)
    op.create_table(
        "scorecard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('scoring', 'submitted', 'appraised', 'explained', 'final')", name=op.f("ck_scorecard_state")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["account.id"], name=op.f("fk_scorecard_submitted_by_id")),
        sa.ForeignKeyConstraint(["template_id"], ["scorecard_template.id"], name=op.f("fk_scorecard_template_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scorecard_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard")),
        sa.UniqueConstraint("template_id", "unit_id", name=op.f("uq_scorecard_template_id_unit_id")),
    )
    op.create_index(op.f("ix_scorecard_unit_id"), "scorecard", ["unit_id"], unique=False)
    op.create_table(
        "scorecard_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=11), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("counted", sa.Numeric(precision=13, scale=2), nullable=True),
        sa.Column("base", sa.Numeric(precision=13, scale=2), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('self', 'explanation', 'appraisal', 'final')", name=op.f("ck_scorecard_score_stage")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_scorecard_score_points")),
        sa.CheckConstraint("(counted IS NULL) = (base IS NULL)", name=op.f("ck_scorecard_score_ratio")),
        sa.CheckConstraint("counted >= 0 AND base > 0", name=op.f("ck_scorecard_score_shares")),
        sa.CheckConstraint(
            "stage <> 'explanation' OR (points IS NULL AND reason <> '')", name=op.f("ck_scorecard_score_explanation")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scorecard_score_account_id")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["scorecard_criterion.id"], name=op.f("fk_scorecard_score_criterion_id")
        ),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_scorecard_score_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_score")),
    )
    op.create_index(op.f("ix_scorecard_score_criterion_id"), "scorecard_score", ["criterion_id"], unique=False)
    op.create_index(
        "ix_scorecard_score_scorecard_id_criterion_id",
        "scorecard_score",
        ["scorecard_id", "criterion_id", "stage", "id"],
        unique=False,
    )
    op.create_table(
        "scorecard_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scorecard_step_account_id")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_scorecard_step_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_step")),
    )
    op.create_index(op.f("ix_scorecard_step_scorecard_id"), "scorecard_step", ["scorecard_id"], unique=False)
    op.create_table(
        "scorecard_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_scorecard_evidence_size")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scorecard_evidence_account_id")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["scorecard_criterion.id"], name=op.f("fk_scorecard_evidence_criterion_id")
        ),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_scorecard_evidence_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_evidence")),
        sa.UniqueConstraint(
            "scorecard_id",
            "criterion_id",
            "digest",
            name=op.f("uq_scorecard_evidence_scorecard_id_criterion_id_digest"),
        ),
    )
    op.create_index(op.f("ix_scorecard_evidence_criterion_id"), "scorecard_evidence", ["criterion_id"], unique=False)
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

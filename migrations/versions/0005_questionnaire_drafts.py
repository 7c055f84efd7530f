"""Drafts of questionnaires, and what each new version says of its items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaire_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("core_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("title_vi", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(300), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('editing', 'submitted', 'returned')", name=op.f("ck_questionnaire_draft_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_questionnaire_draft_owner_id")),
        sa.ForeignKeyConstraint(["based_on_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_draft_based_on_id")),
        sa.ForeignKeyConstraint(["core_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_draft_core_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_draft")),
    )
    op.create_index("ix_questionnaire_draft_owner_id", "questionnaire_draft", ["owner_id"])
    op.create_table(
        "questionnaire_origin",
        sa.Column("questionnaire_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("core_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(core_id IS NULL) = (owner_id IS NULL)", name=op.f("ck_questionnaire_origin_local")),
        sa.CheckConstraint(
            "based_on_id <> questionnaire_id AND core_id <> questionnaire_id",
            name=op.f("ck_questionnaire_origin_not_its_own_origin"),
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_origin_questionnaire_id")
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_origin_based_on_id")
        ),
        sa.ForeignKeyConstraint(["core_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_origin_core_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_questionnaire_origin_owner_id")),
        sa.PrimaryKeyConstraint("questionnaire_id", name=op.f("pk_questionnaire_origin")),
    )
    op.create_index("ix_questionnaire_origin_owner_id", "questionnaire_origin", ["owner_id"])
    op.create_table(
        "question_continuity",
        sa.Column("questionnaire_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("change", sa.String(10), nullable=False),
        sa.Column("means_since", sa.Integer(), nullable=True),
        sa.Column("reads_since", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "change IN ('unchanged', 'wording', 'scale', 'meaning', 'new', 'dropped')",
            name=op.f("ck_question_continuity_change"),
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_question_continuity_questionnaire_id")
        ),
        sa.ForeignKeyConstraint(["means_since"], ["questionnaire.id"], name=op.f("fk_question_continuity_means_since")),
        sa.ForeignKeyConstraint(["reads_since"], ["questionnaire.id"], name=op.f("fk_question_continuity_reads_since")),
        sa.PrimaryKeyConstraint("questionnaire_id", "code", name=op.f("pk_question_continuity")),
    )
    op.create_table(
        "core_section",
        sa.Column("questionnaire_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_core_section_questionnaire_id")
        ),
        sa.PrimaryKeyConstraint("questionnaire_id", "section", name=op.f("pk_core_section")),
    )
    triggers.install(op.get_bind(), ("questionnaire_origin", "question_continuity"))


def downgrade() -> None:
    for table in ("core_section", "question_continuity", "questionnaire_origin", "questionnaire_draft"):
        op.drop_table(table)

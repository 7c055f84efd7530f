"""Remedies with their progress and how they were judged; themes of comments, their words and counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "theme_count",
    "theme_reading",
    "theme_phrase",
    "theme_tally",
    "comment_theme",
    "remedy_judgement",
    "remedy_progress",
    "remedy",
    "theme_word",
    "theme",
)


def upgrade() -> None:
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unless_negated", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(name_vi) > 0", name=op.f("ck_theme_name_vi")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("code", name=op.f("uq_theme_code")),
    )
    op.create_table(
        "theme_word",
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.CheckConstraint("length(word) BETWEEN 2 AND 60", name=op.f("ck_theme_word_word")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_word_theme_id")),
        sa.PrimaryKeyConstraint("theme_id", "word", name=op.f("pk_theme_word")),
    )
    op.create_table(
        "remedy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=6), nullable=False),
        sa.Column("subject_code", sa.String(length=60), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("owner_unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("dropped_reason", sa.String(length=500), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("did", sa.String(length=200), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state IN ('done', 'dropped')) = (ended_on IS NOT NULL)", name=op.f("ck_remedy_ended_on")),
        sa.CheckConstraint(
            "NOT is_public OR (state = 'done' AND said <> '' AND did <> '')", name=op.f("ck_remedy_public")
        ),
        sa.CheckConstraint("state <> 'done' OR evidence <> ''", name=op.f("ck_remedy_evidence")),
        sa.CheckConstraint("state <> 'dropped' OR dropped_reason <> ''", name=op.f("ck_remedy_dropped")),
        sa.CheckConstraint("state IN ('planned', 'running', 'done', 'dropped')", name=op.f("ck_remedy_state")),
        sa.CheckConstraint("subject IN ('item', 'factor')", name=op.f("ck_remedy_subject")),
        sa.CheckConstraint("length(cause) > 0 AND length(action) > 0", name=op.f("ck_remedy_filled")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_remedy_owner_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_remedy_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_remedy_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy")),
    )
    op.create_index(op.f("ix_remedy_owner_unit_id"), "remedy", ["owner_unit_id"], unique=False)
    op.create_index("ix_remedy_state_deadline_on_id", "remedy", ["state", "deadline_on", "id"], unique=False)
    op.create_index(
        "ix_remedy_unit_id_state_deadline_on_id", "remedy", ["unit_id", "state", "deadline_on", "id"], unique=False
    )
    op.create_index(op.f("ix_remedy_wave_id"), "remedy", ["wave_id"], unique=False)
    op.create_table(
        "remedy_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remedy_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_remedy_progress_percent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_remedy_progress_account_id")),
        sa.ForeignKeyConstraint(["remedy_id"], ["remedy.id"], name=op.f("fk_remedy_progress_remedy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_progress")),
    )
    op.create_index(op.f("ix_remedy_progress_remedy_id"), "remedy_progress", ["remedy_id"], unique=False)
    op.create_table(
        "remedy_judgement",
        sa.Column("remedy_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("movement", sa.String(length=11), nullable=False),
        sa.CheckConstraint(
            "movement IN ('moved_up', 'moved_down', 'not_moved', 'cannot_tell', 'broken')",
            name=op.f("ck_remedy_judgement_movement"),
        ),
        sa.ForeignKeyConstraint(["remedy_id"], ["remedy.id"], name=op.f("fk_remedy_judgement_remedy_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_remedy_judgement_wave_id")),
        sa.PrimaryKeyConstraint("remedy_id", name=op.f("pk_remedy_judgement")),
    )
    op.create_table(
        "comment_theme",
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("theme", sa.Integer(), nullable=False),
        sa.Column("half_month", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_theme_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", "theme", name=op.f("pk_comment_theme")),
    )
    op.create_index("ix_comment_theme_theme_comment_id", "comment_theme", ["theme", "comment_id"], unique=False)
    op.create_table(
        "theme_tally",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("theme", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND comments", name=op.f("ck_theme_tally_people")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_theme_tally_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_theme_tally_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "released", "period", "theme", name=op.f("pk_theme_tally")),
    )
    op.create_table(
        "theme_phrase",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(length=60), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_theme_phrase_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "phrase", name=op.f("pk_theme_phrase")),
    )
    op.create_table(
        "theme_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dictionary", sa.String(length=64), nullable=False),
        sa.Column("last_response_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_theme_reading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_reading")),
    )
    op.create_table(
        "theme_count",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("stood", sa.String(length=200), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_theme_count_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_theme_count")),
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

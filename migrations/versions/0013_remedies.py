"""Remedies with their progress; themes of comments and their words."""

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
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state IN ('done', 'dropped')) = (ended_on IS NOT NULL)", name=op.f("ck_remedy_ended_on")),
        sa.CheckConstraint("NOT is_public OR (said <> '' AND did <> '')", name=op.f("ck_remedy_public")),
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
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

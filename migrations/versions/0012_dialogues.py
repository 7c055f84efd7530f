"""Dialogues with their questions, commitments, polls and passes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "commitment_progress",
    "commitment",
    "dialogue_question",
    "dialogue_poll",
    "dialogue_theme",
    "dialogue_pass",
    "dialogue_group",
    "dialogue",
)


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("half", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("chair", sa.String(length=200), nullable=False),
        sa.Column("chair_office", sa.String(length=200), nullable=False),
        sa.Column("secretary", sa.String(length=200), nullable=False),
        sa.Column("venue", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box_opens_on", sa.Date(), nullable=False),
        sa.Column("invited", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("room_code", sa.String(length=12), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("cancelled_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state IN ('held', 'concluded')) = (ended_at IS NOT NULL)", name=op.f("ck_dialogue_ended")),
        sa.CheckConstraint("state <> 'cancelled' OR cancelled_reason <> ''", name=op.f("ck_dialogue_cancelled")),
        sa.CheckConstraint("state <> 'running' OR room_code IS NOT NULL", name=op.f("ck_dialogue_room_code")),
        sa.CheckConstraint(
            "state IN ('planned', 'announced', 'running', 'held', 'concluded', 'cancelled')",
            name=op.f("ck_dialogue_state"),
        ),
        sa.CheckConstraint("half IN (1, 2)", name=op.f("ck_dialogue_half")),
        sa.CheckConstraint(
            "length(name_vi) > 0 AND length(chair) > 0 AND length(venue) > 0", name=op.f("ck_dialogue_filled")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_dialogue_number")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_dialogue_year")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dialogue_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
        sa.UniqueConstraint("code", name=op.f("uq_dialogue_code")),
        sa.UniqueConstraint("unit_id", "year", "half", "number", name=op.f("uq_dialogue_unit_id_year_half_number")),
    )
    op.create_index("ix_dialogue_unit_id_starts_at", "dialogue", ["unit_id", "starts_at"], unique=False)
    op.create_index("ix_dialogue_year_half_unit_id", "dialogue", ["year", "half", "unit_id"], unique=False)
    op.create_table(
        "dialogue_group",
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=12), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("checked_in", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "\"group\" IN ('citizen', 'business', 'organisation', 'delegate', 'official', 'press')",
            name=op.f("ck_dialogue_group_group"),
        ),
        sa.CheckConstraint("invited >= 0 AND counted >= 0 AND checked_in >= 0", name=op.f("ck_dialogue_group_numbers")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_dialogue_group_dialogue_id")),
        sa.PrimaryKeyConstraint("dialogue_id", "group", name=op.f("pk_dialogue_group")),
    )
    op.create_table(
        "dialogue_pass",
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("pass_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("group", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "\"group\" IN ('citizen', 'business', 'organisation', 'delegate', 'official', 'press')",
            name=op.f("ck_dialogue_pass_group"),
        ),
        sa.CheckConstraint("length(pass_hash) = 32", name=op.f("ck_dialogue_pass_pass_hash")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_dialogue_pass_dialogue_id")),
        sa.PrimaryKeyConstraint("dialogue_id", "pass_hash", name=op.f("pk_dialogue_pass")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dialogue_theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(name_vi) > 0", name=op.f("ck_dialogue_theme_name_vi")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_dialogue_theme_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue_theme")),
    )
    op.create_index(op.f("ix_dialogue_theme_dialogue_id"), "dialogue_theme", ["dialogue_id"], unique=False)
    op.create_table(
        "dialogue_poll",
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('exit', 'follow_up')", name=op.f("ck_dialogue_poll_kind")),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_dialogue_poll_collector_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_dialogue_poll_dialogue_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_dialogue_poll_wave_id")),
        sa.PrimaryKeyConstraint("dialogue_id", "kind", name=op.f("pk_dialogue_poll")),
        sa.UniqueConstraint("collector_id", name=op.f("uq_dialogue_poll_collector_id")),
        sa.UniqueConstraint("wave_id", name=op.f("uq_dialogue_poll_wave_id")),
    )
    op.create_table(
        "dialogue_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("asker_group", sa.String(length=12), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answering_unit_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("declined_reason", sa.String(length=500), nullable=False),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "asker_group IN ('citizen', 'business', 'organisation', 'delegate', 'official', 'press')",
            name=op.f("ck_dialogue_question_asker_group"),
        ),
        sa.CheckConstraint("source IN ('beforehand', 'meeting', 'typed')", name=op.f("ck_dialogue_question_source")),
        sa.CheckConstraint("state <> 'answered' OR answer <> ''", name=op.f("ck_dialogue_question_answer")),
        sa.CheckConstraint("state <> 'declined' OR declined_reason <> ''", name=op.f("ck_dialogue_question_declined")),
        sa.CheckConstraint(
            "state <> 'later' OR answer_due_on IS NOT NULL", name=op.f("ck_dialogue_question_answer_due_on")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'accepted', 'answered', 'later', 'declined')",
            name=op.f("ck_dialogue_question_state"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_dialogue_question_text")),
        sa.CheckConstraint("same_as_id <> id", name=op.f("ck_dialogue_question_same_as")),
        sa.ForeignKeyConstraint(
            ["answering_unit_id"], ["unit.id"], name=op.f("fk_dialogue_question_answering_unit_id")
        ),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_dialogue_question_dialogue_id")),
        sa.ForeignKeyConstraint(["same_as_id"], ["dialogue_question.id"], name=op.f("fk_dialogue_question_same_as_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["dialogue_theme.id"], name=op.f("fk_dialogue_question_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue_question")),
        sa.UniqueConstraint("code", name=op.f("uq_dialogue_question_code")),
    )
    op.create_index(
        op.f("ix_dialogue_question_answering_unit_id"), "dialogue_question", ["answering_unit_id"], unique=False
    )
    op.create_index(
        "ix_dialogue_question_dialogue_id_state", "dialogue_question", ["dialogue_id", "state"], unique=False
    )
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("dropped_reason", sa.String(length=500), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_on IS NULL)", name=op.f("ck_commitment_ended_on")),
        sa.CheckConstraint("state <> 'done' OR evidence <> ''", name=op.f("ck_commitment_evidence")),
        sa.CheckConstraint("state <> 'dropped' OR dropped_reason <> ''", name=op.f("ck_commitment_dropped")),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_commitment_state")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_commitment_text")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_commitment_dialogue_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_commitment_owner_unit_id")),
        sa.ForeignKeyConstraint(["question_id"], ["dialogue_question.id"], name=op.f("fk_commitment_question_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_commitment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
    op.create_index(op.f("ix_commitment_dialogue_id"), "commitment", ["dialogue_id"], unique=False)
    op.create_index(
        "ix_commitment_owner_unit_id_state_deadline_on",
        "commitment",
        ["owner_unit_id", "state", "deadline_on"],
        unique=False,
    )
    op.create_index("ix_commitment_state_deadline_on_id", "commitment", ["state", "deadline_on", "id"], unique=False)
    op.create_index(
        "ix_commitment_unit_id_state_deadline_on", "commitment", ["unit_id", "state", "deadline_on"], unique=False
    )
    op.create_table(
        "commitment_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_commitment_progress_percent")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_commitment_progress_account_id")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_progress_commitment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_progress")),
    )
    op.create_index(
        op.f("ix_commitment_progress_commitment_id"), "commitment_progress", ["commitment_id"], unique=False
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

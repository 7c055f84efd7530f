"""What the offices note about comments and doubts, cross-tabulations, and the indexes their lists are read by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(500), server_default="", nullable=False),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name=op.f("ck_comment_satisfaction")
        ),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name=op.f("ck_comment_hidden")),
        sa.ForeignKeyConstraint(
            ["response_id", "question_id"],
            ["text_answer.response_id", "text_answer.question_id"],
            name=op.f("fk_comment_response_id_question_id"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_comment_wave_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_comment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index("uq_comment_response_id_question_id", "comment", ["response_id", "question_id"], unique=True)
    op.create_index("ix_comment_unit_id_wave_id_id", "comment", ["unit_id", "wave_id", "id"])
    op.create_index("ix_comment_wave_id_id", "comment", ["wave_id", "id"])
    op.create_index("ix_comment_wave_id_released_on", "comment", ["wave_id", "released_on"])
    hidden = sa.text("hidden_at IS NOT NULL")
    op.create_index("ix_comment_hidden_at", "comment", ["hidden_at"], sqlite_where=hidden, postgresql_where=hidden)
    op.create_table(
        "comment_mark",
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.CheckConstraint("length(tag) BETWEEN 1 AND 40", name=op.f("ck_comment_mark_tag")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_mark_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", "tag", name=op.f("pk_comment_mark")),
    )
    op.create_index("ix_comment_mark_tag", "comment_mark", ["tag"])
    op.create_table(
        "cross_tally",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_cross_tally_wave_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cross_tally_unit_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_cross_tally_question_id")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "question_id", "choice", name=op.f("pk_cross_tally")),
    )
    op.create_table(
        "cross_run",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("done >= 0 AND total >= done", name=op.f("ck_cross_run_progress")),
        sa.CheckConstraint("finished_at IS NULL OR started_at IS NOT NULL", name=op.f("ck_cross_run_order")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_cross_run_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_cross_run")),
    )
    op.create_table(
        "flag_note",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) >= 1", name=op.f("ck_flag_note_reason")),
        sa.ForeignKeyConstraint(
            ["response_id", "kind"],
            ["response_flag.response_id", "response_flag.kind"],
            name=op.f("fk_flag_note_response_id_kind"),
        ),
        sa.PrimaryKeyConstraint("response_id", "kind", name=op.f("pk_flag_note")),
    )
    triggers.install(op.get_bind(), ("flag_note",))
    op.create_index("ix_response_received_at_id", "response", ["received_at", "id"])
    op.create_index(
        "ix_response_is_test",
        "response",
        ["received_at", "id"],
        sqlite_where=sa.text("is_test = 1"),
        postgresql_where=sa.text("is_test"),
    )


def downgrade() -> None:
    op.drop_index("ix_response_is_test", "response")
    op.drop_index("ix_response_received_at_id", "response")
    for table in ("flag_note", "cross_run", "cross_tally", "comment_mark", "comment"):
        op.drop_table(table)

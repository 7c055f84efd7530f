"""Petitions: cases with their history, photos, sealed contacts; classes, templates and exceptions of the calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "petition_consent",
    "petition_step",
    "petition_photo",
    "petition_contact",
    "petition",
    "answer_template",
    "petition_class",
    "contact_key",
    "calendar_exception",
)


def upgrade() -> None:
    op.create_table(
        "calendar_exception",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_calendar_exception_reason")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_exception")),
    )
    op.create_table(
        "contact_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_key")),
    )
    op.create_table(
        "petition_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("reference_vi", sa.String(length=300), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(name_vi) > 0", name=op.f("ck_petition_class_name_vi")),
        sa.CheckConstraint("working_days BETWEEN 1 AND 365", name=op.f("ck_petition_class_working_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_class")),
        sa.UniqueConstraint("code", name=op.f("uq_petition_class_code")),
    )
    op.create_table(
        "answer_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(name_vi) > 0 AND length(text) > 0", name=op.f("ck_answer_template_filled")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_answer_template_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    op.create_index(op.f("ix_answer_template_unit_id"), "answer_template", ["unit_id"], unique=False)
    op.create_table(
        "petition",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("wants_answer", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("transfer_due_on", sa.Date(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("escalated_to_id", sa.Integer(), nullable=True),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.Column("late_cause", sa.String(length=1000), nullable=False),
        sa.Column("was_late", sa.Boolean(), nullable=False),
        # Long texts last: what stands before them is read without them.
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("public_answer", sa.Text(), nullable=False),
        sa.Column("rejected_reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("(state = 'published') = (published_on IS NOT NULL)", name=op.f("ck_petition_published")),
        sa.CheckConstraint("(state = 'rejected') = (rejected_reason <> '')", name=op.f("ck_petition_rejected")),
        sa.CheckConstraint("(state IN ('answered', 'published')) <= (answer <> '')", name=op.f("ck_petition_answer")),
        sa.CheckConstraint(
            "(state IN ('answered', 'published')) = (answered_on IS NOT NULL)", name=op.f("ck_petition_answered")
        ),
        sa.CheckConstraint(
            "kind IN ('difficulty', 'attitude', 'recommendation', 'praise')", name=op.f("ck_petition_kind")
        ),
        sa.CheckConstraint("source IN ('web', 'staff')", name=op.f("ck_petition_source")),
        sa.CheckConstraint(
            "state IN ('received', 'classified', 'transferred', 'in_progress', 'answered', 'published', 'rejected')",
            name=op.f("ck_petition_state"),
        ),
        sa.CheckConstraint("state IN ('received', 'rejected') OR class_id IS NOT NULL", name=op.f("ck_petition_class")),
        sa.CheckConstraint(
            "(state = 'published') <= (public_text <> '' AND public_answer <> '')", name=op.f("ck_petition_public")
        ),
        sa.CheckConstraint(
            "(state = 'in_progress') <= (handled_by_id IS NOT NULL)", name=op.f("ck_petition_handled_by")
        ),
        sa.CheckConstraint("(rating IS NULL) = (rated_on IS NULL)", name=op.f("ck_petition_rated")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_petition_text")),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name=op.f("ck_petition_rating")),
        sa.CheckConstraint("reopened BETWEEN 0 AND 1", name=op.f("ck_petition_reopened")),
        sa.ForeignKeyConstraint(["class_id"], ["petition_class.id"], name=op.f("fk_petition_class_id")),
        sa.ForeignKeyConstraint(
            ["counter_id", "unit_id"], ["counter.id", "counter.unit_id"], name=op.f("fk_petition_counter_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["escalated_to_id"], ["unit.id"], name=op.f("fk_petition_escalated_to_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["unit.id"], name=op.f("fk_petition_holder_id")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["account.id"], name=op.f("fk_petition_handled_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_petition_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition")),
        sa.UniqueConstraint("code", name=op.f("uq_petition_code")),
        sa.UniqueConstraint("reference", name=op.f("uq_petition_reference")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_petition_counted",
        "petition",
        [
            "received_on",
            "holder_id",
            "state",
            "deadline_on",
            "answered_on",
            "was_late",
            "reopened",
            "rated_on",
            "rating",
            "kind",
        ],
        unique=False,
    )
    op.create_index(
        "ix_petition_holder_id_received_on_id", "petition", ["holder_id", "received_on", "id"], unique=False
    )
    op.create_index(
        "ix_petition_holder_id_state_deadline_on_id",
        "petition",
        ["holder_id", "state", "deadline_on", "id", "handled_by_id"],
        unique=False,
    )
    op.create_index("ix_petition_handled_by_id_state", "petition", ["handled_by_id", "state"], unique=False)
    for name, columns in (
        ("ix_petition_published_on_id", ["published_on", "id"]),
        ("ix_petition_unit_id_published_on_id", ["unit_id", "published_on", "id"]),
    ):
        op.create_index(
            name,
            "petition",
            columns,
            unique=False,
            sqlite_where=sa.text("published_on IS NOT NULL"),
            postgresql_where=sa.text("published_on IS NOT NULL"),
        )
    op.create_index("ix_petition_received_on_id", "petition", ["received_on", "id"], unique=False)
    op.create_index(
        "ix_petition_state_deadline_on_id",
        "petition",
        ["state", "deadline_on", "id", "handled_by_id", "holder_id"],
        unique=False,
    )
    op.create_index("ix_petition_state_received_on_id", "petition", ["state", "received_on", "id"], unique=False)
    op.create_index("ix_petition_unit_id_received_on_id", "petition", ["unit_id", "received_on", "id"], unique=False)
    op.create_table(
        "petition_contact",
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("delete_after", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_petition_contact_petition_id")),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_petition_contact")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_petition_contact_delete_after"), "petition_contact", ["delete_after"], unique=False)
    op.create_table(
        "petition_photo",
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_petition_photo_number")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_petition_photo_petition_id")),
        sa.PrimaryKeyConstraint("petition_id", "number", name=op.f("pk_petition_photo")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "petition_step",
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'classified', 'transferred', 'in_progress', 'answered', 'published', 'rejected')",
            name=op.f("ck_petition_step_state"),
        ),
        sa.CheckConstraint(
            "step IN ('received', 'classified', 'transferred', 'taken', 'extended', "
            "'escalated', 'answered', 'published', 'rejected', 'rated', 'reopened', 'explained', "
            "'withdrawn', 'restored', 'note')",
            name=op.f("ck_petition_step_step"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_petition_step_account_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["unit.id"], name=op.f("fk_petition_step_holder_id")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_petition_step_petition_id")),
        sa.PrimaryKeyConstraint("petition_id", "number", name=op.f("pk_petition_step")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_petition_step_holder_id_petition_id", "petition_step", ["holder_id", "petition_id"], unique=False
    )
    op.create_table(
        "petition_consent",
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.CheckConstraint("purpose IN ('answer', 'follow_up')", name=op.f("ck_petition_consent_purpose")),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petition_contact.petition_id"], name=op.f("fk_petition_consent_petition_id")
        ),
        sa.PrimaryKeyConstraint("petition_id", "purpose", name=op.f("pk_petition_consent")),
        sqlite_with_rowid=False,
    )
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

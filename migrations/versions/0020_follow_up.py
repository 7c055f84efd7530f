"""Cases may be rescheduled with the working days, mail counts when it was sent again, a poll draws a key of its own."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STEPS = (
    "received",
    "classified",
    "transferred",
    "taken",
    "extended",
    "rescheduled",
    "escalated",
    "answered",
    "published",
    "rejected",
    "rated",
    "reopened",
    "explained",
    "withdrawn",
    "restored",
    "note",
)
COUNTED = (
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
)


def upgrade() -> None:
    _steps(STEPS)
    _counted((*COUNTED, "source"))
    op.add_column("mail_message", sa.Column("resent", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("mail_message") as batch:
        batch.alter_column("resent", server_default=None)
    with op.batch_alter_table("dialogue_poll") as batch:
        batch.add_column(sa.Column("ballot_key", sa.LargeBinary(length=32), nullable=True))
        batch.create_check_constraint(op.f("ck_dialogue_poll_ballot_key"), "length(ballot_key) = 32")


def downgrade() -> None:
    with op.batch_alter_table("dialogue_poll") as batch:
        batch.drop_constraint(op.f("ck_dialogue_poll_ballot_key"), type_="check")
        batch.drop_column("ballot_key")
    with op.batch_alter_table("mail_message") as batch:
        batch.drop_column("resent")
    _counted(COUNTED)
    _steps([step for step in STEPS if step != "rescheduled"])


def _steps(steps: Sequence[str]) -> None:
    """Which steps a case may take. A step that is no longer one stays in the history as a note: its text says it."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    listed = ", ".join(repr(step) for step in steps)
    if "rescheduled" not in steps:
        if not on_sqlite:
            op.execute("ALTER TABLE petition_step DISABLE TRIGGER petition_step_no_update")
        else:
            op.execute("DROP TRIGGER petition_step_no_update")
        op.execute("UPDATE petition_step SET step = 'note' WHERE step = 'rescheduled'")
        if not on_sqlite:
            op.execute("ALTER TABLE petition_step ENABLE TRIGGER petition_step_no_update")
    with op.batch_alter_table("petition_step", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_constraint(op.f("ck_petition_step_step"), type_="check")
        batch.create_check_constraint(op.f("ck_petition_step_step"), f"step IN ({listed})")
    if on_sqlite:  # the table was made anew
        triggers.install(op.get_bind(), ("petition_step",))


def _counted(columns: Sequence[str]) -> None:
    op.drop_index("ix_petition_counted", "petition")
    op.create_index("ix_petition_counted", "petition", list(columns), unique=False)

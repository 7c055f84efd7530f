"""The outbox of mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = ("mail_message",)


def upgrade() -> None:
    op.create_table(
        "mail_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("petition_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(address = '') <> (petition_id IS NULL)", name=op.f("ck_mail_message_receiver")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_message_sent")),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'cancelled')", name=op.f("ck_mail_message_state")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_mail_message_petition_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_mail_message_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_message_key")),
    )
    op.create_index(op.f("ix_mail_message_petition_id"), "mail_message", ["petition_id"], unique=False)
    op.create_index("ix_mail_message_state_held_until_id", "mail_message", ["state", "held_until", "id"], unique=False)
    op.create_index("ix_mail_message_unit_id_id", "mail_message", ["unit_id", "id"], unique=False)
    triggers.install(op.get_bind(), TABLES)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

"""The audit log: who did what, when, to which unit's matter, with what stood before and after. Append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, UtcDateTime, big_primary_key, one_of

ACTOR_KINDS = ("account", "key", "command", "system")


class AuditEntry(Base):
    """One change, export or look. `actor` and `subject` are kept as they read then; secrets never enter.

    `unit_path` places the entry in the tree as it was; NULL is a matter of the whole installation. `before` and
    `after` are JSON objects of the columns that changed.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint(one_of("actor_kind", ACTOR_KINDS), name="actor_kind"),
        Index("ix_audit_entry_unit_path_id", "unit_path", "id", postgresql_ops={"unit_path": "text_pattern_ops"}),
        Index("ix_audit_entry_account_id_id", "account_id", "id"),
        Index("ix_audit_entry_subject_kind_subject_id", "subject_kind", "subject", "id"),
    )

    id: Mapped[big_primary_key]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor: Mapped[str] = mapped_column(String(300))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(300))
    unit_path: Mapped[str | None] = mapped_column(String(400))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)

"""API keys: what a program shows instead of a password. Only the hash of a key is kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from forms.ballot import clean_text
from survey.models.base import Base, UtcDateTime, primary_key
from survey.models.unit import Unit


class ApiKey(Base):
    """A program's key: `prefix` finds it, `key_hash` (SHA-256 of its secret part) proves it.

    Its roles reach its unit and everything below it, as an account's would. It ends with its last day `valid_until`,
    or when it is revoked; `last_used_on` is the last day it was let in.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("length(key_hash) = 32", name="key_hash"),
        CheckConstraint("length(prefix) = 8", name="prefix"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[date]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship(lazy="joined")
    roles: Mapped[list[ApiKeyRole]] = relationship(lazy="selectin", order_by="ApiKeyRole.role")

    @validates("name")
    def _cleaned(self, _attribute: str, text: str) -> str:
        return clean_text(text, lines=False)


class ApiKeyRole(Base):
    """A role of a key on its unit."""

    __tablename__ = "api_key_role"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)

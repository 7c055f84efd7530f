"""Services: the administrative procedures and the fields they belong to."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, primary_key


class ProcedureField(OneLineTexts, Base):
    """A field of procedures (lĩnh vực), such as civil status or land."""

    __tablename__ = "procedure_field"

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300), default="")


class Service(OneLineTexts, Base):
    """One procedure (thủ tục hành chính) with its code in the national catalogue."""

    __tablename__ = "service"
    __table_args__ = (CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),)

    id: Mapped[primary_key]
    field_id: Mapped[int] = mapped_column(ForeignKey("procedure_field.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(500))
    name_en: Mapped[str] = mapped_column(String(500), default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    field: Mapped[ProcedureField] = relationship()

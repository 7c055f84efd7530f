"""Saved groups of units (mountain, islands, vertical bodies), whose figures stand beside the whole in a compilation."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, OneLineTexts, UtcDateTime, primary_key
from survey.models.unit import Unit


class UnitGroup(OneLineTexts, Base):
    """Units at or under `owner`, each with everything below it. From `public_since` on the group's figures may stand in
    published reports: earlier groups keep what they show, a later one gives way. Groups are ended, never deleted, since
    whoever read an old report still holds its figures.
    """

    __tablename__ = "unit_group"
    __table_args__ = (CheckConstraint("length(name_vi) > 0", name="name_vi"),)

    id: Mapped[primary_key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    public_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]

    owner: Mapped[Unit] = relationship()
    members: Mapped[list[UnitGroupMember]] = relationship(back_populates="group", cascade="all, delete-orphan")


class UnitGroupMember(Base):
    __tablename__ = "unit_group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)

    group: Mapped[UnitGroup] = relationship(back_populates="members")
    unit: Mapped[Unit] = relationship()

"""Reference series: figures that others published, which stand beside one's own in a trend."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, primary_key


class ReferenceFigure(Base):
    """One published percentage (0–100) of a year: of the content `content` ("overall", "access" …) of an index, for
    `scope` ("national" or a province's name), with the lowest and highest province, the people behind it, the method
    in force and where it was published. Where the method changes, the series breaks.
    """

    __tablename__ = "reference_figure"
    __table_args__ = (
        UniqueConstraint("index_code", "scope", "content", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("minimum BETWEEN 0 AND percent", name="minimum"),
        CheckConstraint("maximum BETWEEN percent AND 100", name="maximum"),
        CheckConstraint("respondents > 0", name="respondents"),
    )

    id: Mapped[primary_key]
    index_code: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(String(60))
    year: Mapped[int] = mapped_column(SmallInteger)
    percent: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    minimum: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    maximum: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    respondents: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(300), default="")

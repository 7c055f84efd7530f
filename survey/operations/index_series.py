"""Indices of the province: which ones are followed, what was published for a year, what a plan asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import IndexPoint, IndexTarget, ProvinceIndex
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code

YEARS = (2000, 2100)


class IndexSeriesError(OperationError):
    """An index, a year of it or a target that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no index with the code %(index)s."),
        "code_form": _n("%(index)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "code_taken": _n("There is an index with the code %(index)s already."),
        "year": _n("The year lies between 2000 and 2100."),
        "nothing": _n("Give a value, a rank, or both."),
        "value": _n("The value lies between 0 and %(maximum)s."),
        "negative": _n("The value is not negative."),
        "ranked": _n("Say of how many provinces the rank is: at least %(rank)s."),
        "ranks": _n("The better rank of the range stands first: 45–50, not 50–45."),
        "source": _n("Say where it was published."),
        "reason": _n("%(year)s is recorded already: say why it is corrected."),
        "same": _n("This is what is recorded for %(year)s already."),
    }


@dataclass(frozen=True, slots=True)
class Published:
    """What was published for a year; `rank` among `ranked` provinces."""

    year: int
    value: Decimal | None
    rank: int | None
    ranked: int | None
    source: str
    method: str = ""
    note: str = ""


# Names and publishers as they are commonly given; a province may change them and add others.
STANDARD: tuple[tuple[str, str, str, str, str], ...] = (
    ("par-index", "Chỉ số cải cách hành chính (PAR INDEX)", "Public Administration Reform Index", "Bộ Nội vụ", "100"),
    ("sipas", "Chỉ số hài lòng về sự phục vụ hành chính (SIPAS)", "Satisfaction Index (SIPAS)", "Bộ Nội vụ", "100"),
    ("papi", "Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh (PAPI)", "PAPI", "UNDP, CECODES, RTA", "80"),
    ("pci", "Chỉ số năng lực cạnh tranh cấp tỉnh (PCI)", "Provincial Competitiveness Index", "VCCI", "100"),
    ("ict", "Chỉ số sẵn sàng ứng dụng công nghệ thông tin (ICT Index)", "ICT Index", "Bộ Khoa học và Công nghệ", "1"),
    ("paca", "Chỉ số đánh giá công tác phòng, chống tham nhũng cấp tỉnh (PACA)", "PACA", "Thanh tra Chính phủ", "100"),
)  # fmt: skip


def find_index(session: Session, code: str) -> ProvinceIndex:
    """The index of that code; raises :class:`IndexSeriesError`."""
    index = session.scalar(select(ProvinceIndex).where(ProvinceIndex.code == code))
    if index is None:
        raise IndexSeriesError("unknown", index=code)
    return index


def create_index(
    session: Session,
    *,
    code: str,
    name_vi: str,
    publisher_vi: str,
    name_en: str = "",
    publisher_en: str = "",
    maximum: Decimal | None = None,
    decimals: int = 2,
) -> ProvinceIndex:
    """Follow one more index, after the others; raises :class:`IndexSeriesError`."""
    if not is_code(code):
        raise IndexSeriesError("code_form", index=code)
    if session.scalar(select(ProvinceIndex.id).where(ProvinceIndex.code == code)) is not None:
        raise IndexSeriesError("code_taken", index=code)
    index = ProvinceIndex(
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        publisher_vi=clean_text(publisher_vi, lines=False),
        publisher_en=clean_text(publisher_en, lines=False),
        maximum=maximum,
        decimals=decimals,
        position=1 + (session.scalar(select(func.max(ProvinceIndex.position))) or 0),
    )
    session.add(index)
    session.flush()
    return index


def create_standard(session: Session) -> int:
    """Follow the usual six, those that are missing; returns how many are new."""
    known = set(session.scalars(select(ProvinceIndex.code)))
    missing = [row for row in STANDARD if row[0] not in known]
    for code, name_vi, name_en, publisher, maximum in missing:
        decimals = 4 if code == "ict" else 2
        create_index(
            session,
            code=code,
            name_vi=name_vi,
            name_en=name_en,
            publisher_vi=publisher,
            maximum=Decimal(maximum),
            decimals=decimals,
        )
    return len(missing)


def record_point(
    session: Session,
    index: ProvinceIndex,
    published: Published,
    *,
    at: datetime,
    account_id: int | None = None,
    reason: str = "",
) -> IndexPoint:
    """Record what was published for a year. Where the year is recorded already this corrects it, which needs a
    `reason`; what stood before is kept. Raises :class:`IndexSeriesError`."""
    _check(index, published.year, published.value)
    if published.value is None and published.rank is None:
        raise IndexSeriesError("nothing")
    if (published.rank is None) != (published.ranked is None) or (published.ranked or 0) < (published.rank or 0):
        raise IndexSeriesError("ranked", rank=published.rank or 1)
    source, said = clean_text(published.source, lines=False), clean_text(reason, lines=False)
    if not source:
        raise IndexSeriesError("source")
    method, note = clean_text(published.method, lines=False), clean_text(published.note, lines=False)
    last = newest(session, index, published.year)
    if last is not None:
        values = (published.value, published.rank, published.ranked, source, method, note)
        if values == (last.value, last.rank, last.ranked, last.source, last.method, last.note):
            raise IndexSeriesError("same", year=published.year)
        if not said:
            raise IndexSeriesError("reason", year=published.year)
    point = IndexPoint(
        index_id=index.id,
        year=published.year,
        version=last.version + 1 if last else 1,
        value=published.value,
        rank=published.rank,
        ranked=published.ranked,
        method=method,
        source=source,
        note=note,
        reason=said if last else "",
        recorded_at=at,
        account_id=account_id,
    )
    session.add(point)
    session.flush()
    session.expire(index, ["points"])
    return point


def newest(session: Session, index: ProvinceIndex, year: int) -> IndexPoint | None:
    """What stands for a year now."""
    query = select(IndexPoint).where(IndexPoint.index_id == index.id, IndexPoint.year == year)
    return session.scalar(query.order_by(IndexPoint.version.desc()).limit(1))


def set_target(
    session: Session,
    index: ProvinceIndex,
    year: int,
    *,
    value: Decimal | None,
    ranks: tuple[int, int] | None,
    reference: str,
) -> IndexTarget:
    """Say what a plan asks of a year, in place of what was asked before; `ranks` are the better and the worse end of
    the range. Raises :class:`IndexSeriesError`."""
    _check(index, year, value)
    if value is None and ranks is None:
        raise IndexSeriesError("nothing")
    if ranks is not None and not 1 <= ranks[0] <= ranks[1]:
        raise IndexSeriesError("ranks")
    said = clean_text(reference, lines=False)
    if not said:
        raise IndexSeriesError("source")
    target = session.scalar(select(IndexTarget).where(IndexTarget.index_id == index.id, IndexTarget.year == year))
    if target is None:
        target = IndexTarget(index_id=index.id, year=year)
        session.add(target)
    target.value, target.reference = value, said
    target.best_rank, target.worst_rank = ranks or (None, None)
    session.flush()
    session.expire(index, ["targets"])
    return target


def remove_target(session: Session, index: ProvinceIndex, years: Iterable[int]) -> None:
    """Take back what was asked of the years."""
    for target in session.scalars(
        select(IndexTarget).where(IndexTarget.index_id == index.id, IndexTarget.year.in_(list(years)))
    ):
        session.delete(target)
    session.flush()
    session.expire(index, ["targets"])


def _check(index: ProvinceIndex, year: int, value: Decimal | None) -> None:
    if not YEARS[0] <= year <= YEARS[1]:
        raise IndexSeriesError("year")
    if value is not None and index.maximum is not None and not 0 <= value <= index.maximum:
        raise IndexSeriesError("value", maximum=f"{index.maximum:f}".rstrip("0").rstrip("."))
    if value is not None and value < 0:
        raise IndexSeriesError("negative")

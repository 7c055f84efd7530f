"""Transactions: how many dossiers (N) a unit handled over a period, the population its ballots stand for.

Figures of a published wave are weighted by N: a number that such a wave counts is changed only as a correction, with
its reason, which stays on record (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import insert, literal, or_, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.fault import Fault
from survey.models import TransactionCorrection, TransactionCount, Unit, Wave, WaveUnit
from survey.operations.audit import Note, record_all
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.place_tables import Outcome, RowChange, What, refuse

LONGEST_REASON = 500
MOST = 2_000_000_000  # what a database integer holds, and more dossiers than any province handles


class TransactionsError(OperationError):
    """A number of transactions that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "negative": _n("The unit %(unit)s cannot have handled %(transactions)s transactions."),
        "period": _n("The period ends on %(end)s, before it begins on %(start)s."),
        "contradicts": _n(
            "The unit %(unit)s has %(known)s transactions for this period already, not %(transactions)s."
        ),
        "published": _n(
            "The published wave %(wave)s counts the transactions of %(unit)s in this period: "
            "give the reason for the correction."
        ),
        "reason_length": _n("The reason may have at most %(most)s characters."),
        "unknown": _n("There is no unit with the code %(unit)s."),
        "twice": _n("%(unit)s has two numbers for the same period."),
    }


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """N of one unit over one period, as a file, a form or a program says it; `place` is its row there."""

    place: int
    unit: str
    start: date
    end: date
    transactions: int
    reason: str = ""


def find_transactions(session: Session, unit: Unit, start: date, end: date) -> TransactionCount | None:
    """The unit's number for exactly that period."""
    return session.scalar(
        select(TransactionCount).where(
            TransactionCount.unit_id == unit.id,
            TransactionCount.period_start == start,
            TransactionCount.period_end == end,
        )
    )


def publishing_wave(session: Session, unit: Unit, start: date, end: date) -> str | None:
    """The code of a published wave whose figures N of that unit and period may enter: its own or a longer period,
    asked of the unit, of one below it, or of one above it."""
    related = or_(Unit.path.startswith(unit.path, autoescape=True), literal(unit.path).startswith(Unit.path))
    return session.scalar(
        select(Wave.code)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(Wave.state == "published", Wave.period_start <= start, Wave.period_end >= end, related)
        .order_by(Wave.code)
        .limit(1)
    )


def set_transactions(
    session: Session, unit: Unit, start: date, end: date, transactions: int, *, reason: str = ""
) -> TransactionCount:
    """Record N of the unit for `start` to `end`, both included, replacing an earlier number.

    A number that a published wave counts is changed with a `reason`, kept as a correction beside who made it. Raises
    :class:`TransactionsError`.
    """
    if not 0 <= transactions <= MOST:
        raise TransactionsError("negative", unit=unit.code, transactions=transactions)
    if end < start:
        raise TransactionsError("period", start=start.isoformat(), end=end.isoformat())
    count = find_transactions(session, unit, start, end)
    if count is None or count.transactions != transactions:
        _correct(session, unit, start, end, None if count is None else count.transactions, transactions, reason)
    if count is None:
        count = TransactionCount(unit=unit, period_start=start, period_end=end, transactions=transactions)
        session.add(count)
    count.transactions = transactions
    session.flush()
    return count


def _correct(session: Session, unit: Unit, start: date, end: date, before: int | None, after: int, reason: str) -> None:
    wave = publishing_wave(session, unit, start, end)
    if wave is None:
        return
    said = clean_text(reason, lines=False)
    if not said:
        raise TransactionsError("published", unit=unit.code, wave=wave)
    if len(said) > LONGEST_REASON:
        raise TransactionsError("reason_length", most=LONGEST_REASON)
    actor = session.info.get("actor")
    correction = TransactionCorrection(
        unit=unit,
        period_start=start,
        period_end=end,
        before=before,
        after=after,
        reason=said,
        corrected_by=actor.name if actor else "",
        corrected_at=datetime.now(UTC),
    )
    session.add(correction)


def confirm_transactions(session: Session, unit: Unit, start: date, end: date, transactions: int) -> None:
    """Record N where none is known, and refuse (:class:`TransactionsError`) where another is."""
    count = find_transactions(session, unit, start, end)
    if count is not None and count.transactions != transactions:
        raise TransactionsError("contradicts", unit=unit.code, known=count.transactions, transactions=transactions)
    if count is None:
        set_transactions(session, unit, start, end, transactions)


def record_transactions(session: Session, rows: Sequence[TransactionRow], within: Iterable[str] = ("/",)) -> Outcome:
    """Record all of the numbers or none, for units at or below the paths `within`.

    After an error the caller rolls back. Raises :class:`~survey.operations.place_tables.TableError`, whose faults name
    the row's place and the column ("unit", "period", "transactions", "reason").
    """
    faults: list[Fault] = []
    outcome = Outcome()
    reach = tuple(within)
    units = _units(session, {row.unit for row in rows})
    known = _known(session, units.values())
    seen: set[tuple[str, date, date]] = set()
    added: list[tuple[Unit, TransactionRow]] = []

    @cache
    def some_published(start: date, end: date) -> bool:
        where = (Wave.state == "published", Wave.period_start <= start, Wave.period_end >= end)
        return session.scalar(select(Wave.id).where(*where).limit(1)) is not None

    def refused(row: TransactionRow, column: str, error: TransactionsError) -> None:
        faults.append(Fault(row.place, column, error.sentence, error.parameters))

    for row in rows:
        unit = units.get(row.unit)
        if unit is None or not unit.path.startswith(reach):
            refused(row, "unit", TransactionsError("unknown", unit=row.unit))
            continue
        key = (row.unit, row.start, row.end)
        if key in seen:
            refused(row, "unit", TransactionsError("twice", unit=row.unit))
            continue
        seen.add(key)
        count = known.get((unit.id, row.start, row.end))
        before = "" if count is None else str(count.transactions)
        what: What = "add" if count is None else "same" if count.transactions == row.transactions else "change"
        try:
            if what != "same" and (some_published(row.start, row.end) or row.end < row.start):
                set_transactions(session, unit, row.start, row.end, row.transactions, reason=row.reason)
            elif count is None:
                added.append((unit, row))
            else:
                count.transactions = row.transactions
        except TransactionsError as error:
            column = {"published": "reason", "reason_length": "reason", "period": "period"}.get(
                error.code, "transactions"
            )
            refused(row, column, error)
            continue
        details = (("period", "", f"{row.start}/{row.end}"), ("transactions", before, str(row.transactions)))
        outcome.changes.append(RowChange(row.place, what, "transactions", row.unit, unit.name_vi, details))
    refuse(faults)
    session.flush()
    _add(session, added)
    return outcome


def _add(session: Session, numbers: Sequence[tuple[Unit, TransactionRow]]) -> None:
    """New numbers, thousands in one statement, noted as the ORM would note each."""
    if not numbers:
        return
    rows: list[dict[str, Any]] = [
        {"unit_id": unit.id, "period_start": row.start, "period_end": row.end, "transactions": row.transactions}
        for unit, row in numbers
    ]
    key = (TransactionCount.unit_id, TransactionCount.period_start, TransactionCount.period_end)
    stored = session.connection().execute(insert(TransactionCount).returning(TransactionCount.id, *key), rows)
    ids = {tuple(row[1:]): row.id for row in stored}
    notes = []
    for (unit, _), row in zip(numbers, rows, strict=True):
        number = ids[row["unit_id"], row["period_start"], row["period_end"]]
        after = {"id": number, **row}
        notes.append(Note("transaction_count.create", "transaction_count", str(number), unit.path, {}, after))
    record_all(session, notes)


def _units(session: Session, codes: set[str]) -> dict[str, Unit]:
    if len(codes) > 500:
        return {unit.code: unit for unit in session.scalars(select(Unit))}
    return {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}


def _known(session: Session, units: Iterable[Unit]) -> dict[tuple[int, date, date], TransactionCount]:
    ids = [unit.id for unit in units]
    query = select(TransactionCount)
    if len(ids) <= 500:
        query = query.where(TransactionCount.unit_id.in_(ids))
    return {(count.unit_id, count.period_start, count.period_end): count for count in session.scalars(query)}

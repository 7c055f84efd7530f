"""Transactions: how many dossiers (N) a unit handled over a period, the population its ballots stand for."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import TransactionCount, Unit
from survey.operations.errors import OperationError


class TransactionsError(OperationError):
    """A number of transactions that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "negative": "The unit %(unit)s cannot have handled %(transactions)s transactions.",
        "period": "The period ends on %(end)s, before it begins on %(start)s.",
        "contradicts": "The unit %(unit)s has %(known)s transactions for this period already, not %(transactions)s.",
    }


def find_transactions(session: Session, unit: Unit, start: date, end: date) -> TransactionCount | None:
    """The unit's number for exactly that period."""
    return session.scalar(
        select(TransactionCount).where(
            TransactionCount.unit_id == unit.id,
            TransactionCount.period_start == start,
            TransactionCount.period_end == end,
        )
    )


def set_transactions(session: Session, unit: Unit, start: date, end: date, transactions: int) -> TransactionCount:
    """Record N of the unit for `start` to `end`, both included, replacing an earlier number.

    Raises :class:`TransactionsError`.
    """
    if transactions < 0:
        raise TransactionsError("negative", unit=unit.code, transactions=transactions)
    if end < start:
        raise TransactionsError("period", start=start.isoformat(), end=end.isoformat())
    count = find_transactions(session, unit, start, end)
    if count is None:
        count = TransactionCount(unit=unit, period_start=start, period_end=end, transactions=transactions)
        session.add(count)
    count.transactions = transactions
    session.flush()
    return count


def confirm_transactions(session: Session, unit: Unit, start: date, end: date, transactions: int) -> None:
    """Record N where none is known, and refuse (:class:`TransactionsError`) where another is."""
    count = find_transactions(session, unit, start, end)
    if count is not None and count.transactions != transactions:
        raise TransactionsError("contradicts", unit=unit.code, known=count.transactions, transactions=transactions)
    if count is None:
        set_transactions(session, unit, start, end, transactions)

"""Numbers of transactions over the API: what a one-stop system counts anyway, one period or a whole batch at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

import forms.fault
from survey.blueprints.api.door import begin, may, scope, unit_for
from survey.blueprints.api.fields import Code, Day, Number
from survey.blueprints.api.paging import NumberedListing, Page, page_of
from survey.blueprints.api.route import TRANSACTIONS, route
from survey.blueprints.api.wire import SENTENCES, ApiError, Fault, Given, invalid, reply
from survey.models import TransactionCount, Unit
from survey.operations.errors import noop as _n
from survey.operations.place_tables import TableError
from survey.operations.transactions import (
    LONGEST_REASON,
    TransactionRow,
    TransactionsError,
    record_transactions,
    set_transactions,
)
from survey.operations.units import UnitError

MOST_AT_ONCE = 1000

OUT_OF_REACH = _n("The unit %(unit)s lies outside the key's reach.")
_NO_DAY = _n("This must be a date such as 2026-03-31.")


class TransactionsQuery(NumberedListing):
    unit: Code | None = Field(None, description=_n("Only this unit and what is below it."))
    since: Day | None = Field(None, description=_n("Only periods that end on this day or later."))
    until: Day | None = Field(None, description=_n("Only periods that begin on this day or earlier."))


class TransactionsOut(BaseModel):
    unit: str
    period_start: date
    period_end: date
    transactions: int


class TransactionsPage(Page[TransactionsOut]):
    pass


Reason = Annotated[
    str,
    Field(max_length=LONGEST_REASON, description=_n("Why a number that a published wave counts is corrected.")),
]


class NumberIn(Given):
    transactions: Number
    reason: Reason = ""


class RowIn(Given):
    unit: Code
    period_start: Day
    period_end: Day
    transactions: Number
    reason: Reason = ""


class RowsIn(Given):
    transactions: list[RowIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Stored(BaseModel):
    stored: int


@route(
    "GET",
    "/transactions",
    tag=TRANSACTIONS,
    action="transactions.read",
    summary=_n("Transactions of the units within reach"),
    query=TransactionsQuery,
    answer=TransactionsPage,
    answer_example={
        "items": [{"unit": "X01", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 1250}],
        "next": None,
    },
)
def list_transactions(query: TransactionsQuery) -> ResponseReturnValue:
    rows = select(TransactionCount).join(TransactionCount.unit)
    rows = rows.where(scope("transactions.read").covers(Unit.path))
    if query.unit is not None:
        root = select(Unit.path).where(Unit.code == query.unit).scalar_subquery()
        rows = rows.where(Unit.path.startswith(root))
    if query.since is not None:
        rows = rows.where(TransactionCount.period_end >= query.since)
    if query.until is not None:
        rows = rows.where(TransactionCount.period_start <= query.until)
    rows = rows.options(joinedload(TransactionCount.unit))
    found, following = page_of(rows, query, TransactionCount.id, lambda row: row.id)
    return reply(TransactionsPage(items=[_out(row) for row in found], next=following))


@route(
    "PUT",
    "/units/<unit_code>/transactions/<start>/<end>",
    tag=TRANSACTIONS,
    action="transactions.edit",
    summary=_n("Say how many transactions a unit handled from one day to another, both included"),
    text=_n("Replaces an earlier number of exactly that period."),
    body=NumberIn,
    answer=TransactionsOut,
    also=(409,),
    example={"transactions": 1250},
)
def put_transactions(unit_code: str, start: str, end: str, body: NumberIn) -> ResponseReturnValue:
    session = begin()
    unit = unit_for("transactions.edit", unit_code)
    first, last = _day("start", start), _day("end", end)
    row = set_transactions(session, unit, first, last, body.transactions, reason=body.reason)
    session.commit()
    return reply(_out(row))


@route(
    "POST",
    "/transactions",
    tag=TRANSACTIONS,
    action="transactions.edit",
    summary=_n("Many numbers of transactions at once: all are stored, or none"),
    body=RowsIn,
    answer=Stored,
    also=(409,),
    example={
        "transactions": [
            {"unit": "X01", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 1250},
            {"unit": "X02", "period_start": "2026-01-01", "period_end": "2026-06-30", "transactions": 840},
        ]
    },
    answer_example={"stored": 2},
)
def post_transactions(body: RowsIn) -> ResponseReturnValue:
    session = begin()
    rows = body.transactions
    found = session.scalars(select(Unit).where(Unit.code.in_({row.unit for row in rows}))).all()
    by_code = {unit.code: unit for unit in found}
    if faults := _faults(rows, by_code):
        raise ApiError(422, faults=faults)
    given = [
        TransactionRow(at, row.unit, row.period_start, row.period_end, row.transactions, row.reason)
        for at, row in enumerate(rows)
    ]
    try:
        record_transactions(session, given)
    except TableError as error:
        raise ApiError(422, faults=[_fault(found) for found in error.faults]) from error
    session.commit()
    return reply(Stored(stored=len(rows)))


def _faults(rows: list[RowIn], by_code: dict[str, Unit]) -> list[Fault]:
    faults, seen = [], set()
    for at, row in enumerate(rows):
        loc = ("body", "transactions", at)
        unit = by_code.get(row.unit)
        if unit is None:
            faults.append(Fault((*loc, "unit"), "unknown", UnitError.SENTENCES["unknown"], {"unit": row.unit}))
        elif not may("transactions.edit", unit.path):
            faults.append(Fault((*loc, "unit"), "out_of_reach", OUT_OF_REACH, {"unit": row.unit}))
        elif row.period_end < row.period_start:
            words = {"start": row.period_start.isoformat(), "end": row.period_end.isoformat()}
            faults.append(Fault((*loc, "period_end"), "period", TransactionsError.SENTENCES["period"], words))
        elif (row.unit, row.period_start, row.period_end) in seen:
            faults.append(Fault(loc, "repeated", SENTENCES["repeated"], {}))
        seen.add((row.unit, row.period_start, row.period_end))
    return faults


def _fault(found: forms.fault.Fault) -> Fault:
    """What the operation found wrong with a row, under its code."""
    code = next(code for code, sentence in TransactionsError.SENTENCES.items() if sentence == found.sentence)
    return Fault(("body", "transactions", found.row, found.column), code, found.sentence, found.parameters)


def _day(part: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise invalid(("path", part), "date_parsing", _NO_DAY) from error
    if day.isoformat() != text:
        raise invalid(("path", part), "date_parsing", _NO_DAY)
    return day


def _out(row: TransactionCount) -> TransactionsOut:
    return TransactionsOut(
        unit=row.unit.code, period_start=row.period_start, period_end=row.period_end, transactions=row.transactions
    )

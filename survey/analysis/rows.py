"""Single responses as rows, read one after the other from one snapshot: for the compiler alone.

What could name somebody is left out on demand: counter, day and demographics, and with them whatever comes near. The
order of the rows says nothing that the columns do not: it is the responses' salt, within a day where the day is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count as numbers
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, cast, exists, func, select
from sqlalchemy.orm import Session

from reports.dataset import Cell, Dataset
from survey.analysis.row_layout import Extract, Layout, layout_of, read_places
from survey.analysis.tally import Detail, Selection, read
from survey.models import (
    BatchResponse,
    Collector,
    PaperBatch,
    Response,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
    Unit,
)

ROWS_AT_A_TIME = 1000
PROVINCE_OFFSET = 7 * 3600  # as of the half-months, see survey.operations.submission
_DAY = 24 * 3600
_EPOCH = date(1970, 1, 1).toordinal()


def read_rows(session: Session, extract: Extract, made: datetime, *, with_widths: bool = False) -> Dataset:
    """The rows of an extract, to be iterated once while the session's transaction lasts, and how many they are.

    The session must see one snapshot, see `survey.database.snapshot`. `with_widths` measures the texts beforehand,
    for formats that state their length.
    """
    places = read_places(session, extract)
    widths = _text_widths(session, extract) if with_widths and extract.identifying else {}
    layout = layout_of(session, extract, places, widths)
    count = count_rows(session, extract)
    title = extract.wave.name_vi if extract.words != "en" else extract.wave.name_en or extract.wave.name_vi
    return Dataset(title, made, tuple(layout.variables), count, _rows(session, extract, layout, places))


def count_rows(session: Session, extract: Extract) -> int:
    return session.scalar(_chosen(select(func.count(Response.id)), extract)) or 0


def tally_rows(session: Session, extract: Extract) -> int:
    """As many as :func:`count_rows` says, from the tallies: at once, however many they are."""
    return read(session, selection(extract), Detail(items=False, scopes=())).total(lambda _cell: True).responses


def selection(extract: Extract) -> Selection:
    """The tallies of the responses that an extract holds."""
    return Selection(
        (extract.wave.id,),
        extract.unit.path if extract.unit else None,
        trust=extract.trust,
        half_months=extract.half_months,
        flagged=None if extract.flagged else False,
    )


def _chosen(statement: Select[*tuple[Any, ...]], extract: Extract) -> Select[*tuple[Any, ...]]:
    """The statement over responses, narrowed to those of the extract."""
    collectors = select(Collector.id).where(Collector.wave_id == extract.wave.id)
    if extract.unit is not None:
        below = Unit.path.startswith(extract.unit.path, autoescape=True)
        collectors = collectors.join(Unit, Unit.id == Collector.unit_id).where(below)
    if extract.trust is not None:
        collectors = collectors.where(Collector.trust.in_(extract.trust))
    conditions: list[ColumnElement[bool]] = [Response.collector_id.in_(collectors), ~Response.is_test]
    if extract.half_months is not None:
        conditions.append(Response.half_month.between(*extract.half_months))
    if not extract.flagged:
        conditions.append(~_is_flagged())
    return statement.where(*conditions)


def _is_flagged() -> ColumnElement[bool]:
    return exists().where(ResponseFlag.response_id == Response.id)


def _text_widths(session: Session, extract: Extract) -> dict[int, int]:
    """By question id, the bytes of the longest text of the extract."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    size = func.length(cast(TextAnswer.text, LargeBinary)) if on_sqlite else func.octet_length(TextAnswer.text)
    longest = select(TextAnswer.question_id, func.max(size).label("bytes")).group_by(TextAnswer.question_id)
    statement = _chosen(longest.join(Response, Response.id == TextAnswer.response_id), extract)
    return {row.question_id: row.bytes for row in session.execute(statement)}


def _rows(
    session: Session, extract: Extract, layout: Layout, places: dict[int, tuple[Cell, ...]]
) -> Iterator[Sequence[Cell]]:
    day = ((Response.received_at + PROVINCE_OFFSET) // _DAY).label("day")
    statement = _chosen(
        select(Response.id, Response.collector_id, _is_flagged(), day, Response.language, Response.seconds), extract
    )
    statement = statement.order_by(*((day,) if extract.identifying else ()), Response.salt)
    in_batches = _has_batches(session, extract)
    rest = [None] * sum(map(len, (layout.choices, layout.texts, *layout.several.values())))
    number = numbers(1)
    result = session.execute(statement.execution_options(yield_per=ROWS_AT_A_TIME))
    for batch in result.partitions():
        flags = _flags(session, [row[0] for row in batch if row[2]]) if extract.identifying else {}
        batches = _batches(session, [row[0] for row in batch]) if in_batches else {}
        found: dict[int, list[Cell]] = {}
        for response_id, collector_id, flagged, on, language, seconds in batch:
            told: tuple[Cell, ...] = ()
            if extract.identifying:
                told = (flags.get(response_id), _date(on), batches.get(response_id), language, seconds)
            found[response_id] = [next(number), *places[collector_id], int(flagged), *told, *rest]
        _fill(session, layout, found)
        yield from found.values()


@lru_cache
def _date(days: int) -> date:
    return date.fromordinal(_EPOCH + days)


def _flags(session: Session, responses: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    if responses:
        statement = select(ResponseFlag.response_id, ResponseFlag.kind).where(ResponseFlag.response_id.in_(responses))
        for response_id, kind in session.execute(statement.order_by(ResponseFlag.kind)):
            found[response_id] = f"{found[response_id]} {kind}" if response_id in found else kind
    return found


def _has_batches(session: Session, extract: Extract) -> bool:
    """Whether forms of the wave were typed from paper, and the rows say from which batch."""
    some = select(PaperBatch.id).where(PaperBatch.wave_id == extract.wave.id).limit(1)
    return extract.identifying and session.scalar(some) is not None


def _batches(session: Session, responses: Sequence[int]) -> dict[int, str]:
    typed = select(BatchResponse.response_id, PaperBatch.code).join(PaperBatch, PaperBatch.id == BatchResponse.batch_id)
    found = session.execute(typed.where(BatchResponse.response_id.in_(responses)))
    return {row.response_id: row.code for row in found}


def _fill(session: Session, layout: Layout, found: dict[int, list[Cell]]) -> None:
    """Put the answers of these responses where they belong."""
    ids = list(found)
    at = layout.choices.get
    for response_id, question, choice in _choices(session, ids):
        place = at(question)
        if place is not None:
            found[response_id][place] = choice
    if layout.several:
        _fill_several(session, layout, found)
    if layout.texts:
        written = select(TextAnswer.response_id, TextAnswer.question_id, TextAnswer.text)
        for response_id, question, text in session.execute(written.where(TextAnswer.response_id.in_(ids))):
            found[response_id][layout.texts[question]] = text


def _choices(session: Session, responses: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Response, question and choice of every answer, as the driver gives them: twenty times as many as there are rows,
    and SQLAlchemy's own rows take longer than all the rest of a file."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    within = f"IN ({', '.join('?' * len(responses))})" if on_sqlite else "= ANY(%s)"
    given = tuple(responses) if on_sqlite else (list(responses),)
    statement = f"SELECT response_id, question_id, choice FROM answer WHERE response_id {within}"  # noqa: S608 marks
    with session.connection().exec_driver_sql(statement, given) as result:
        cursor: Any = result.cursor
        yield from cursor


def _fill_several(session: Session, layout: Layout, found: dict[int, list[Cell]]) -> None:
    """Who ticked one of several has answered for all of them; who ticked none may not have seen the question."""
    ticked = select(SeveralAnswer.response_id, SeveralAnswer.question_id, SeveralAnswer.choice)
    for response_id, question, choice in session.execute(ticked.where(SeveralAnswer.response_id.in_(list(found)))):
        cells, places = found[response_id], layout.several[question]
        if cells[next(iter(places.values()))] is None:
            for place in places.values():
                cells[place] = 0
        cells[places[choice]] = 1

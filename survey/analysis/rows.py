"""Single responses as rows, read one after the other from one snapshot: for the compiler alone.

What could name somebody is left out on demand: counter, day and demographics, and with them whatever comes near. The
order of the rows says nothing that the columns do not: it is the responses' salt, within a day where the day is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import count as numbers
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, cast, exists, func, select
from sqlalchemy.orm import Session

from forms import definition
from reports.dataset import Cell, Dataset, Measure, Variable
from reports.figures import Language, Text
from reports.names import channel_name, group_name, trust_name
from survey.analysis.tally import Detail, Selection, read
from survey.models import (
    Answer,
    BatchResponse,
    Collector,
    Counter,
    PaperBatch,
    Question,
    Response,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
    Unit,
    Wave,
)

ROWS_AT_A_TIME = 1000
PROVINCE_OFFSET = 7 * 3600  # as of the half-months, see survey.operations.submission
_DAY = 24 * 3600
_EPOCH = date(1970, 1, 1).toordinal()
# By these people tell who they are (gender, age, the field of their procedure) or whatever they like.
TELLING_KINDS = definition.TEXT_KINDS | {"single"}
# Words of SPSS's own language.
RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
YES_NO = ((0, Text("Không", "No")), (1, Text("Có", "Yes")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """Which responses, and what of them.

    Those of the unit with everything below it (of all without one), of the half-months from the first to the last and
    of the trust levels given; flagged ones on demand, test ones never. `identifying` False leaves out what could name
    somebody. `words` writes answers and codes in that language, with the names of places beside their codes.
    """

    wave: Wave
    unit: Unit | None = None
    half_months: tuple[int, int] | None = None
    trust: tuple[str, ...] | None = None
    flagged: bool = False
    identifying: bool = True
    words: Language | None = None


@dataclass(slots=True)
class Layout:
    """The variables in order, and where each answer belongs: by question id, of several by choice.

    `questions` holds the id and the places of each question that has any, by its code.
    """

    variables: list[Variable] = field(default_factory=list)
    questions: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    choices: dict[int, int] = field(default_factory=dict)
    several: dict[int, dict[int, int]] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, name: str, label: Text, **more: object) -> int:
        """Append a variable under a name no other has; returns its place."""
        free = name if name not in RESERVED else f"q_{name}"
        while free in self.taken:
            free = f"q_{free}"
        self.taken.add(free)
        self.variables.append(Variable(free, label, **more))  # type: ignore[arg-type]  # fields of Variable
        return len(self.variables) - 1


def read_rows(session: Session, extract: Extract, made: datetime, *, with_widths: bool = False) -> Dataset:
    """The rows of an extract, to be iterated once while the session's transaction lasts, and how many they are.

    The session must see one snapshot, see `survey.database.snapshot`. `with_widths` measures the texts beforehand,
    for formats that state their length.
    """
    places = _read_places(session, extract)
    widths = _text_widths(session, extract) if with_widths and extract.identifying else {}
    layout = _layout(session, extract, places, widths)
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


def read_layout(session: Session, extract: Extract) -> Layout:
    """The variables of an extract without its rows."""
    return _layout(session, extract, _read_places(session, extract), {})


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


def _read_places(session: Session, extract: Extract) -> dict[int, tuple[Cell, ...]]:
    """By collector id, the cells that the collector fixes, in the order of :func:`_place_columns`."""
    statement = (
        select(Unit.code, Unit.name_vi, Unit.name_en, Counter.code, Counter.name_vi, Counter.name_en)
        .add_columns(Collector.channel, Collector.trust, Collector.respondent_group, Collector.id)
        .select_from(Collector)
        .join(Unit, Unit.id == Collector.unit_id)
        .outerjoin(Counter, Counter.id == Collector.counter_id)
        .where(Collector.wave_id == extract.wave.id)
    )
    if extract.unit is not None:
        statement = statement.where(Unit.path.startswith(extract.unit.path, autoescape=True))
    return {row[-1]: tuple(_place_cells(extract, row)) for row in session.execute(statement)}


def _place_cells(extract: Extract, row: Sequence[Any]) -> Iterator[Cell]:
    unit, unit_vi, unit_en, counter, counter_vi, counter_en, channel, trust, group, _ = row
    words = extract.words
    yield unit
    if words:
        yield Text(unit_vi, unit_en)[words]
    if extract.identifying:
        yield counter
        if words:
            yield Text(counter_vi, counter_en)[words] if counter else None
        yield channel_name(channel, words) if words else channel
        yield group_name(group, words) if words else group
    yield trust_name(trust, words) if words else trust


def _place_columns(layout: Layout, extract: Extract) -> None:
    layout.add("unit_code", Text("Mã đơn vị", "Unit code"), form="text")
    if extract.words:
        layout.add("unit_name", Text("Tên đơn vị", "Unit"), form="text")
    if extract.identifying:
        layout.add("counter_code", Text("Mã quầy", "Counter code"), form="text")
        if extract.words:
            layout.add("counter_name", Text("Tên quầy", "Counter"), form="text")
        layout.add("channel", Text("Kênh thu phiếu", "Channel"), form="text")
        layout.add("respondent_group", Text("Nhóm người trả lời", "Respondent group"), form="text")
    layout.add("trust", Text("Mức tin cậy", "Trust level"), form="text")


def _layout(session: Session, extract: Extract, places: dict[int, tuple[Cell, ...]], widths: dict[int, int]) -> Layout:
    layout = Layout()
    layout.add("row", Text("Số thứ tự dòng", "Row number"), measure="scale")
    _place_columns(layout, extract)
    for at, cells in enumerate(zip(*places.values(), strict=True), 1):
        layout.variables[at] = _as_wide_as(layout.variables[at], cells)
    layout.add("flagged", Text("Phiếu bị gắn cờ", "Flagged"), values=YES_NO)
    if extract.identifying:
        layout.add("flags", Text("Lý do gắn cờ", "Flags"), form="text", width=80)
        layout.add("day", Text("Ngày nhận phiếu", "Day received"), form="date", measure="scale")
        layout.add("batch", Text("Tập phiếu giấy", "Batch of paper forms"), form="text", width=12)
        layout.add("language", Text("Ngôn ngữ phiếu", "Language of the form"), form="text", width=2)
        layout.add("seconds", Text("Số giây trả lời", "Seconds taken"), measure="scale")
    ids = _question_ids(session, extract.wave)
    for question in definition.Questionnaire.from_yaml(extract.wave.questionnaire.definition).questions:
        if extract.identifying or question.kind not in TELLING_KINDS:
            _question_columns(layout, question, ids[question.code], widths)
    return layout


def _as_wide_as(variable: Variable, cells: Iterable[Cell]) -> Variable:
    width = max((len(cell.encode()) for cell in cells if isinstance(cell, str)), default=1)
    return Variable(variable.name, variable.label, variable.form, width=width)


def _question_columns(layout: Layout, question: definition.Question, key: int, widths: dict[int, int]) -> None:
    first = len(layout.variables)
    label = Text(question.label.vi, question.label.en)
    if question.kind in definition.TEXT_KINDS:
        layout.texts[key] = layout.add(question.code, label, form="text", width=widths.get(key, 1))
    elif question.kind == "several":
        layout.several[key] = {
            choice.value: layout.add(
                f"{question.code}_{choice.value}",
                Text(f"{label.vi}: {choice.wording.vi}", f"{label.en}: {choice.wording.en}"),
                values=YES_NO,
            )
            for choice in question.choices
        }
    else:
        measure: Measure = "ordinal" if question.kind in ("rating", "levels") else "nominal"
        layout.choices[key] = layout.add(
            question.code,
            label,
            values=tuple((choice.value, Text(choice.wording.vi, choice.wording.en)) for choice in question.choices),
            missing=(0,) if question.no_opinion else (),
            measure=measure,
        )
    layout.questions[question.code] = key, tuple(range(first, len(layout.variables)))


def _question_ids(session: Session, wave: Wave) -> dict[str, int]:
    asked = select(Question.code, Question.id).where(Question.questionnaire_id == wave.questionnaire_id)
    return {row.code: row.id for row in session.execute(asked)}


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
    chosen = select(Answer.response_id, Answer.question_id, Answer.choice).where(Answer.response_id.in_(ids))
    for response_id, question, choice in session.connection().execute(chosen).all():  # past the ORM: a fifth less
        place = at(question)
        if place is not None:
            found[response_id][place] = choice
    if layout.several:
        _fill_several(session, layout, found)
    if layout.texts:
        written = select(TextAnswer.response_id, TextAnswer.question_id, TextAnswer.text)
        for response_id, question, text in session.execute(written.where(TextAnswer.response_id.in_(ids))):
            found[response_id][layout.texts[question]] = text


def _fill_several(session: Session, layout: Layout, found: dict[int, list[Cell]]) -> None:
    """Who ticked one of several has answered for all of them; who ticked none may not have seen the question."""
    ticked = select(SeveralAnswer.response_id, SeveralAnswer.question_id, SeveralAnswer.choice)
    for response_id, question, choice in session.execute(ticked.where(SeveralAnswer.response_id.in_(list(found)))):
        cells, places = found[response_id], layout.several[question]
        if cells[next(iter(places.values()))] is None:
            for place in places.values():
                cells[place] = 0
        cells[places[choice]] = 1

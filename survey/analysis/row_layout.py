"""The columns of single responses: which variables an extract holds, and where each answer belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from reports.dataset import Cell, Measure, Variable
from reports.figures import Language, Text
from reports.names import channel_name, group_name, trust_name
from survey.models import Collector, Counter, Question, Unit, Wave

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


def read_layout(session: Session, extract: Extract) -> Layout:
    """The variables of an extract without its rows."""
    return layout_of(session, extract, read_places(session, extract), {})


def read_places(session: Session, extract: Extract) -> dict[int, tuple[Cell, ...]]:
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


def layout_of(
    session: Session, extract: Extract, places: dict[int, tuple[Cell, ...]], widths: dict[int, int]
) -> Layout:
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

"""Single responses, for the compiler alone: found by place, collector, channel, flag and day, and one of them whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session

from forms import definition
from reports.figures import Text
from survey.models import (
    Answer,
    Collector,
    Counter,
    FlagNote,
    Question,
    Questionnaire,
    Response,
    ResponseConflict,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
    Unit,
    Wave,
)
from survey.operations.ledger import InclusionProof, inclusion_proof, verify_inclusion
from survey.operations.submission import PROVINCE_OFFSET, canonical, digest, receipt_number

FEW_COLLECTORS = 200  # by whose ids responses are looked up; more of them are met in the order of time
ANY_FLAG, NO_FLAG = "any", "none"

Key = tuple[int, int]  # time of receipt and id: the newest first


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; `first` and `last` are days of the province, both included."""

    wave: Wave
    unit: Unit | None = None
    collector: str = ""
    channel: str = ""
    trust: str = ""
    flag: str = ""
    first: date | None = None
    last: date | None = None
    tests: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One response in the list."""

    id: int
    received_at: int
    seconds: int | None
    language: str
    number: str  # of the citizen's receipt
    collector: str
    channel: str
    trust: str
    unit: Text
    counter: Text | None
    flags: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.received_at, self.id


def lines(session: Session, filters: Filters, within: ColumnElement[bool], after: Key | None, size: int) -> list[Line]:
    """The newest responses within reach, or those after the key; at most `size`."""
    query = (
        select(
            Response.id,
            Response.received_at,
            Response.seconds,
            Response.language,
            Response.submission_id,
            Collector.code,
            Collector.channel,
            Collector.trust,
            Unit.name_vi,
            Unit.name_en,
            Counter.name_vi.label("counter_vi"),
            Counter.name_en.label("counter_en"),
        )
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .outerjoin(Counter, Counter.id == Collector.counter_id)
        .where(*_conditions(session, filters, within))
        .order_by(Response.received_at.desc(), Response.id.desc())
        .limit(size)
    )
    if after is not None:
        query = query.where(tuple_(Response.received_at, Response.id) < after)
    rows = session.execute(query).all()
    flags = flags_of(session, [row.id for row in rows])
    return [
        Line(
            row.id,
            row.received_at,
            row.seconds,
            row.language,
            receipt_number(row.submission_id),
            row.code,
            row.channel,
            row.trust,
            Text(row.name_vi, row.name_en),
            None if row.counter_vi is None else Text(row.counter_vi, row.counter_en),
            flags.get(row.id, ()),
        )
        for row in rows
    ]


def _conditions(session: Session, filters: Filters, within: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [and_(Response.is_test) if filters.tests else ~Response.is_test]
    chosen = _collectors(filters, within)
    ids = session.scalars(chosen.limit(FEW_COLLECTORS + 1)).all()
    if len(ids) <= FEW_COLLECTORS:
        found.append(Response.collector_id.in_(ids))
    else:  # the sum keeps a planner from walking all collectors and sorting what it finds
        found.append((Response.collector_id + 0).in_(chosen))
    if filters.flag == NO_FLAG:
        found.append(~exists().where(ResponseFlag.response_id == Response.id))
    elif filters.flag:
        doubted = select(ResponseFlag.response_id)
        if filters.flag != ANY_FLAG:
            doubted = doubted.where(ResponseFlag.kind == filters.flag)
        found.append(Response.id.in_(doubted))
    if filters.first is not None:
        found.append(Response.received_at >= _start(filters.first))
    if filters.last is not None:
        found.append(Response.received_at < _start(filters.last) + 86400)
    return found


def _collectors(filters: Filters, within: ColumnElement[bool]) -> Select[Any]:
    query = select(Collector.id).join(Unit, Unit.id == Collector.unit_id)
    query = query.where(Collector.wave_id == filters.wave.id, within)
    if filters.unit is not None:
        query = query.where(Unit.path.startswith(filters.unit.path, autoescape=True))
    for value, column in (
        (filters.collector, Collector.code),
        (filters.channel, Collector.channel),
        (filters.trust, Collector.trust),
    ):
        if value:
            query = query.where(column == value)
    return query


def _start(day: date) -> int:
    """Unix time of the day's beginning in the province."""
    return int((datetime.combine(day, time()) - datetime(1970, 1, 1)).total_seconds()) - PROVINCE_OFFSET  # noqa: DTZ001 a difference of two days


def flags_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(ResponseFlag.response_id, ResponseFlag.kind).where(ResponseFlag.response_id.in_(ids))
    for response_id, kind in session.execute(rows.order_by(ResponseFlag.kind)):
        found[response_id].append(kind)
    return {response_id: tuple(kinds) for response_id, kinds in found.items()}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A second ballot under the id of a first one, kept apart."""

    id: int
    response_id: int
    received_at: int
    number: str
    unit: Text
    content: str


def conflicts(
    session: Session, wave: Wave, within: ColumnElement[bool], after: int | None, size: int
) -> list[Conflict]:
    """The newest first, without those of tests."""
    query = (
        select(ResponseConflict, Response.id, Unit.name_vi, Unit.name_en)
        .join(Response, Response.submission_id == ResponseConflict.submission_id)
        .join(Collector, Collector.id == ResponseConflict.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .where(Collector.wave_id == wave.id, within, ~Response.is_test)
        .order_by(ResponseConflict.id.desc())
        .limit(size)
    )
    if after is not None:
        query = query.where(ResponseConflict.id < after)
    return [
        Conflict(
            conflict.id, response_id, conflict.received_at, receipt_number(conflict.submission_id), Text(vi, en),
            conflict.content,
        )
        for conflict, response_id, vi, en in session.execute(query)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to one question; no words where it was skipped."""

    question: Text
    words: tuple[Text, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """One response: where it stands in the ledger, and every answer in the questionnaire's order.

    `unchanged`: the stored answers still have the digest they were received with. `proven`: the proof leads to the
    seal's head; None while it is not sealed.
    """

    response: Response
    collector: Collector
    number: str
    flags: tuple[str, ...]
    notes: tuple[FlagNote, ...]
    conflicts: int
    answers: tuple[Given, ...]
    unchanged: bool
    proof: InclusionProof | None
    proven: bool | None


def whole(session: Session, response_id: int) -> Whole | None:
    response = session.get(Response, response_id)
    if response is None:
        return None
    collector = session.get_one(Collector, response.collector_id)
    choices = _by_question(session, Answer, response_id)
    several = _by_question(session, SeveralAnswer, response_id)
    texts = {
        row.question_id: row.text
        for row in session.scalars(select(TextAnswer).where(TextAnswer.response_id == response_id))
    }
    one = {question: given[0] for question, given in choices.items()}
    many = {question: tuple(sorted(given)) for question, given in several.items()}
    proof = inclusion_proof(session, response.submission_id)
    conflicting = select(func.count()).where(ResponseConflict.submission_id == response.submission_id)
    return Whole(
        response,
        collector,
        receipt_number(response.submission_id),
        flags_of(session, [response_id]).get(response_id, ()),
        tuple(session.scalars(select(FlagNote).where(FlagNote.response_id == response_id))),
        session.scalar(conflicting) or 0,
        _answers(
            session, _asked(session, collector.wave, {**choices, **several, **texts}), {**choices, **several}, texts
        ),
        digest(canonical(one, many, texts)) == response.digest,
        proof,
        None if proof is None else verify_inclusion(proof, proof.head),
    )


def _by_question(session: Session, model: type[Answer | SeveralAnswer], response_id: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = select(model.question_id, model.choice).where(model.response_id == response_id)
    for question_id, choice in session.execute(rows):
        found[question_id].append(choice)
    return found


def _asked(session: Session, wave: Wave, answered: Iterable[int]) -> Questionnaire:
    """What the response answers: a test may be older than the draft's choice of its questionnaire."""
    question = session.get(Question, next(iter(answered), 0))
    return wave.questionnaire if question is None else session.get_one(Questionnaire, question.questionnaire_id)


def _answers(
    session: Session, questionnaire: Questionnaire, choices: dict[int, list[int]], texts: dict[int, str]
) -> tuple[Given, ...]:
    asked = definition.Questionnaire.from_yaml(questionnaire.definition)
    stored = select(Question.code, Question.id).where(Question.questionnaire_id == questionnaire.id)
    ids = {row.code: row.id for row in session.execute(stored)}
    found = []
    for question in asked.questions:
        key = ids[question.code]
        words = {choice.value: Text(choice.wording.vi, choice.wording.en) for choice in question.choices}
        chosen = tuple(words[value] for value in sorted(choices.get(key, ())))
        found.append(Given(Text(question.wording.vi, question.wording.en), chosen, texts.get(key, "")))
    return tuple(found)

"""How a file is to be read: guessed from what it holds, corrected by the person who knows it, then agreed on."""

from __future__ import annotations

import json
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.answer_columns import UNIT, Column, guess_columns, scale_of
from forms.answer_files import Plan
from forms.answer_words import AnswerWords, guess_date_order, plain
from forms.definition import TEXT_KINDS, Question
from survey.models import Counter, ImportDraft, Unit
from survey.operations.import_drafts import Description, ImportDraftError, asked_in, places_of
from survey.operations.periods import province_day


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that nobody assigned yet: of a scale, with a question that has it; without a scale, a unit's name."""

    word: str
    times: int
    scale: str = ""
    question: Question | None = None


def guess_plan(session: Session, draft: ImportDraft, found: Description) -> Plan:
    """The likely reading of the file: each column by its name and the words in it."""
    units = places_of(session, draft)
    places = place_names(units)
    counters = session.execute(
        select(Counter.code, Counter.name_vi, Counter.name_en).where(Counter.unit_id.in_([unit.id for unit in units]))
    ).all()
    columns = [Column(column.name, tuple(word for word, _ in column.words), column.filled) for column in found.columns]
    counter_words = {plain(word) for row in counters for word in row if word}
    targets = guess_columns(columns, asked_in(draft), places.keys(), counter_words)
    days = [
        word
        for column, target in zip(found.columns, targets, strict=True)
        if target in (":date", ":submitted")
        for word, _ in column.words
    ]
    return Plan(columns=tuple(targets), encoding=found.encoding, sheet=found.sheet, date_order=guess_date_order(days))


def place_names(units: Sequence[Unit]) -> dict[str, str]:
    """Plain code, name and English name of each unit → its code; a name that several have names none."""
    names: Tally[str] = Tally()
    codes: dict[str, str] = {}
    for unit in units:
        for word in {plain(unit.code), plain(unit.name_vi), plain(unit.name_en)} - {""}:
            names[word] += 1
            codes[word] = unit.code
    own = {plain(unit.code): unit.code for unit in units}
    return {word: code for word, code in codes.items() if names[word] == 1} | own


def unknown_words(session: Session, draft: ImportDraft, found: Description, plan: Plan) -> list[UnknownWord]:
    """Words of the file that mean nothing by the plan, each once a scale; those of units first."""
    asked = {question.code: question for question in asked_in(draft).questions}
    places = place_names(places_of(session, draft)).keys() | plan.places.keys()
    unknown: dict[tuple[str, str], UnknownWord] = {}
    for column, target in zip(found.columns, plan.columns, strict=False):
        question = asked.get(target.partition("=")[0])
        for word, times in column.words:
            if target == UNIT and plain(word) not in places:
                _count(unknown, UnknownWord(word, times))
            elif question is not None and question.kind not in TEXT_KINDS:
                words = AnswerWords(question, plan.words.get(scale_of(question), {}))
                for part in _meaningless(words, target, word):
                    _count(unknown, UnknownWord(part, times, scale_of(question), question))
    return list(unknown.values())


def _meaningless(words: AnswerWords, target: str, cell: str) -> list[str]:
    _, is_tick, value = target.partition("=")
    if words.is_blank(cell):
        return []
    if is_tick:
        return [] if words.tick(int(value), cell) is not None else [cell]
    if words.question.kind == "several":
        return [part for part, meant in words.values(cell) if meant is None and not words.is_blank(part)]
    return [cell] if words.value(cell) is None else []


def _count(unknown: dict[tuple[str, str], UnknownWord], found: UnknownWord) -> None:
    key = (found.scale, plain(found.word))
    before = unknown.get(key)
    unknown[key] = found if before is None else replace(before, times=before.times + found.times)


def keep_plan(session: Session, draft: ImportDraft, plan: Plan, day: date, at: datetime) -> None:
    """Agree on how the file is read; raises :class:`ImportDraftError` for a plan that makes no sense."""
    wave = draft.wave
    if not wave.period_start <= day <= min(wave.period_end, province_day(at)):
        raise ImportDraftError(
            "day", start=wave.period_start.strftime("%d/%m/%Y"), end=wave.period_end.strftime("%d/%m/%Y")
        )
    _check_columns(draft, plan)
    units = {unit.code for unit in places_of(session, draft)}
    for code in plan.places.values():
        if code not in units:
            raise ImportDraftError("place", unit=code)
    if UNIT not in plan.columns and draft.unit.code not in units:
        raise ImportDraftError("no_unit", unit=draft.unit.code)
    draft.plan = json.dumps({"plan": plan.to_json(), "day": day.isoformat()}, ensure_ascii=False)
    session.flush()


def kept_plan(draft: ImportDraft) -> tuple[Plan, date] | None:
    """The plan agreed on; None before that."""
    if not draft.plan:
        return None
    content = json.loads(draft.plan)
    return Plan.from_json(content["plan"]), date.fromisoformat(content["day"])


def _check_columns(draft: ImportDraft, plan: Plan) -> None:
    asked = {question.code: question for question in asked_in(draft).questions}
    scales = {scale_of(question): question for question in asked.values()}
    seen: set[str] = set()
    for target in filter(None, plan.columns):
        code, is_tick, value = target.partition("=")
        question = asked.get(code)
        if not target.startswith(":") and (
            question is None or (is_tick and (question.kind != "several" or value not in map(str, question.values)))
        ):
            raise ImportDraftError("target", target=target)
        if target in seen or (is_tick and code in seen):
            raise ImportDraftError("twice", target=target)
        seen.add(target)
    if not any(target and not target.startswith(":") for target in plan.columns):
        raise ImportDraftError("no_question")
    for scale, words in plan.words.items():
        for value in words.values():
            if scale not in scales or (value and value not in map(str, scales[scale].values)):
                raise ImportDraftError("word", value=value)

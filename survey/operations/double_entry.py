"""Double entry: where two passes over the same forms differ, what the paper says there, and how often they agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import Question
from forms.typed_form import SPOILT, ItemValue, TypedForm, can_be_spoilt, is_compared
from survey.models import PaperBatch, PaperEntry, PaperResolution
from survey.operations.paper_batches import BatchError
from survey.operations.paper_entry import questionnaire_of


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """An item two people typed differently; `chosen` is what the paper says, once somebody has looked."""

    serial: int
    question: Question
    first: ItemValue
    second: ItemValue
    chosen: ItemValue
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two passes side by side: forms typed twice, items compared (answered in a pass at least), where they differ."""

    forms: int
    items: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def agreement(self) -> float | None:
        """The share of compared items that agree; None where none was compared."""
        return 1 - len(self.discrepancies) / self.items if self.items else None

    @property
    def unresolved(self) -> int:
        return sum(not discrepancy.is_resolved for discrepancy in self.discrepancies)


def typed_forms(session: Session, batch: PaperBatch, pass_number: int) -> dict[int, TypedForm]:
    """Every form of a pass as typed, by number, ascending."""
    query = select(PaperEntry.serial, PaperEntry.answers).where(
        PaperEntry.batch_id == batch.id, PaperEntry.pass_number == pass_number
    )
    return {row.serial: TypedForm.from_json(row.answers) for row in session.execute(query.order_by(PaperEntry.serial))}


def compare(session: Session, batch: PaperBatch) -> Comparison:
    """The two passes compared item by item, texts left out."""
    first, second = typed_forms(session, batch, 1), typed_forms(session, batch, 2)
    twice = [serial for serial in first if serial in second]
    questions = [question for question in questionnaire_of(batch).questions if is_compared(question)]
    items = 0
    found: list[Discrepancy] = []
    kept = _resolutions(session, batch)
    for serial in twice:
        for question in questions:
            values = first[serial].value(question.code), second[serial].value(question.code)
            if values != (None, None):
                items += 1
            if values[0] != values[1]:
                found.append(_discrepancy(serial, question, values, kept))
    return Comparison(len(twice), items, tuple(found))


def settle(
    session: Session, batch: PaperBatch, said: Mapping[tuple[int, str], ItemValue], *, account_id: int, at: datetime
) -> None:
    """Note what the paper says, by form number and item, where the passes differ; raises :class:`BatchError`."""
    session.refresh(batch, with_for_update={"read": True})
    if batch.state != "entered":
        raise BatchError("not_typed_now", batch=batch.code, state=batch.state)
    differing = {(each.serial, each.question.code): each for each in compare(session, batch).discrepancies}
    kept = _resolutions(session, batch)
    for (serial, item), chosen in said.items():
        discrepancy = differing.get((serial, item))
        if discrepancy is None:
            raise BatchError("no_discrepancy", serial=serial)
        if not may_say(discrepancy.question, chosen):
            raise BatchError("impossible", serial=serial)
        resolution = kept.get((serial, item))
        if resolution is None:
            resolution = PaperResolution(batch_id=batch.id, serial=serial, item=item)
            session.add(resolution)
        resolution.first, resolution.second = _text(discrepancy.first), _text(discrepancy.second)
        resolution.chosen = _text(chosen)
        resolution.resolved_by_id = account_id
        resolution.resolved_at = at
    session.flush()


def final_forms(session: Session, batch: PaperBatch) -> dict[int, TypedForm]:
    """What counts of each form, by number: the first pass, with what the paper said where the second one differed."""
    forms = typed_forms(session, batch, 1)
    corrections: dict[int, dict[str, ItemValue]] = {}
    for discrepancy in compare(session, batch).discrepancies:
        if discrepancy.is_resolved:
            corrections.setdefault(discrepancy.serial, {})[discrepancy.question.code] = discrepancy.chosen
    asked = questionnaire_of(batch)
    return {
        serial: form.corrected(corrections[serial], asked) if serial in corrections else form
        for serial, form in forms.items()
    }


def may_say(question: Question, value: ItemValue) -> bool:
    """Whether a form can say that in the question."""
    if value is None:
        return True
    if value == SPOILT:
        return can_be_spoilt(question)
    if question.kind == "several":
        return isinstance(value, tuple) and set(value) <= set(question.values)
    return value in question.values


def _discrepancy(
    serial: int,
    question: Question,
    values: tuple[ItemValue, ItemValue],
    kept: Mapping[tuple[int, str], PaperResolution],
) -> Discrepancy:
    resolution = kept.get((serial, question.code))
    holds = resolution is not None and (resolution.first, resolution.second) == (_text(values[0]), _text(values[1]))
    chosen = _value(resolution.chosen) if resolution is not None and holds else None
    return Discrepancy(serial, question, *values, chosen, holds)


def _resolutions(session: Session, batch: PaperBatch) -> dict[tuple[int, str], PaperResolution]:
    query = select(PaperResolution).where(PaperResolution.batch_id == batch.id)
    return {(row.serial, row.item): row for row in session.scalars(query)}


def _text(value: ItemValue) -> str:
    return json.dumps(value)


def _value(text: str) -> ItemValue:
    value: ItemValue | list[int] = json.loads(text)
    return tuple(value) if isinstance(value, list) else value

"""Batches of paper forms: their header, written down before typing begins, and why something cannot be done to them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Counter, PaperBatch, PaperEntry, Question, Unit, Wave, WaveUnit
from survey.models.paper import FINISHED_STATES, MOST_FORMS
from survey.operations import audit
from survey.operations.codes import Chooser, new_code
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day

CODE_ATTEMPTS = 8
ADDABLE_KINDS = ("rating", "single", "yes_no", "levels")


class BatchError(OperationError):
    """Something that cannot be done to a batch of paper forms, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "wave_not_open": _n("The wave %(wave)s is not open: paper forms can be typed only while it is."),
        "unit_not_in_wave": _n("The unit %(unit)s does not take part in the wave %(wave)s."),
        "other_unit": _n("The counter %(counter)s does not belong to the unit %(unit)s."),
        "forms": _n("A batch holds 1 to %(limit)s forms; divide a larger bundle."),
        "double_share": _n("The share of forms typed twice lies between 0 and 100 percent."),
        "collected": _n("The last day of collecting lies before the first."),
        "period": _n("The forms must have been collected within the wave's period, %(start)s to %(end)s."),
        "future": _n("The last day of collecting lies in the future."),
        "control": _n("A control total needs both the item and its sum."),
        "control_item": _n("The values of this item cannot be added up."),
        "no_free_code": _n("No free code was found in %(attempts)s attempts."),
        "header_fixed": _n("Forms have been typed: only who accepts the batch can still change its header."),
        "header_reason": _n("Forms have been typed: write down why the header is changed."),
        "not_typed_now": _n("The batch %(batch)s is at another step: this cannot be changed now."),
        "finished": _n("The batch %(batch)s is finished: nothing of it can be changed."),
        "serial": _n("A form's number lies between 1 and %(limit)s, not %(serial)s."),
        "taken": _n(
            "Form %(serial)s was typed by somebody else meanwhile. Yours is still on the screen: "
            "compare the numbers on the paper, then save it under its own number."
        ),
        "no_form": _n("Form %(serial)s has not been typed."),
        "same_person": _n("You typed form %(serial)s the first time: somebody else must type it again."),
        "same_person_first": _n("You typed form %(serial)s the second time: somebody else must correct the first one."),
        "not_selected": _n("Form %(serial)s is not among those to be typed again."),
        "nothing_typed": _n("No form has been typed yet."),
        "second_pass": _n("%(left)s forms still have to be typed a second time."),
        "discrepancies": _n("%(count)s differences are not settled yet: look at the paper and choose."),
        "no_discrepancy": _n("Form %(serial)s has no difference there any more."),
        "impossible": _n("The form %(serial)s cannot say that in this item."),
        "not_checked": _n("The batch has to be checked before it is accepted."),
        "totals": _n("The totals do not match: write down why, or type what is missing."),
        "reason": _n("Write down why the batch is rejected."),
        "all_blank": _n("Every form of the batch is blank: there is nothing to accept. Reject it with a reason."),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeader:
    """What is known of a bundle before it is typed; see :class:`~survey.models.PaperBatch`."""

    forms_expected: int
    collected_from: date
    collected_until: date
    counter: Counter | None = None
    respondent_group: str = "citizen"
    control_question: Question | None = None
    control_sum: int | None = None
    double_share: int = 0
    note: str = ""


def create_batch(
    session: Session,
    wave: Wave,
    unit: Unit,
    header: BatchHeader,
    *,
    account_id: int,
    at: datetime,
    rng: Chooser = secrets,
) -> PaperBatch:
    """A batch of the unit's forms, open for typing, under a new code; raises :class:`BatchError`."""
    if wave.state != "open":
        raise BatchError("wave_not_open", wave=wave.code)
    if session.get(WaveUnit, (wave.id, unit.id)) is None:
        raise BatchError("unit_not_in_wave", unit=unit.code, wave=wave.code)
    _check(wave, unit, header, at)
    batch = PaperBatch(
        code=_free_code(session, rng), wave=wave, unit=unit, state="open", created_at=at, created_by_id=account_id
    )
    _write(batch, _values(header))
    session.add(batch)
    session.flush()
    return batch


def change_header(
    session: Session,
    batch: PaperBatch,
    header: BatchHeader,
    *,
    at: datetime,
    may_correct: bool = False,
    reason: str = "",
) -> None:
    """Correct what was written down; raises :class:`BatchError`.

    Once a form is typed, whoever typed it could make the totals fit: then only who may accept the batch
    (`may_correct`) changes anything but the note, for a `reason`, and nobody does while it waits for acceptance.
    """
    lock_batch(session, batch)
    _check(batch.wave, batch.unit, header, at)
    values = _values(header)
    fixed = {name for name, value in values.items() if name != "note" and getattr(batch, name) != value}
    if fixed and is_begun(session, batch):
        if batch.state == "checked":
            raise BatchError("not_typed_now", batch=batch.code)
        if not may_correct:
            raise BatchError("header_fixed")
        if not reason:
            raise BatchError("header_reason")
        place = batch.unit.path  # before and after are noted by themselves
        audit.record(session, "paper_batch.change", subject=batch.code, unit_path=place, after={"reason": reason})
    _write(batch, values)
    session.flush()


def is_begun(session: Session, batch: PaperBatch) -> bool:
    """Whether a form of the batch is typed."""
    return session.scalar(select(PaperEntry.serial).where(PaperEntry.batch_id == batch.id).limit(1)) is not None


def lock_batch(session: Session, batch: PaperBatch) -> None:
    """Hold the batch until the caller commits, read anew; raises :class:`BatchError` where it is finished."""
    session.refresh(batch, with_for_update=True)
    if batch.state in FINISHED_STATES:
        raise BatchError("finished", batch=batch.code)


def _values(header: BatchHeader) -> dict[str, object]:
    """The batch's columns as the header has them."""
    return {
        "counter_id": header.counter.id if header.counter else None,
        "respondent_group": header.respondent_group,
        "forms_expected": header.forms_expected,
        "collected_from": header.collected_from,
        "collected_until": header.collected_until,
        "control_question_id": header.control_question.id if header.control_question else None,
        "control_sum": header.control_sum,
        "double_share": header.double_share,
        "note": header.note,
    }


def _write(batch: PaperBatch, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(batch, name, value)


def _check(wave: Wave, unit: Unit, header: BatchHeader, at: datetime) -> None:
    if header.counter is not None and header.counter.unit_id != unit.id:
        raise BatchError("other_unit", counter=header.counter.code, unit=unit.code)
    if not 1 <= header.forms_expected <= MOST_FORMS:
        raise BatchError("forms", limit=MOST_FORMS)
    if not 0 <= header.double_share <= 100:
        raise BatchError("double_share")
    if header.collected_until < header.collected_from:
        raise BatchError("collected")
    if header.collected_from < wave.period_start or header.collected_until > wave.period_end:
        raise BatchError(
            "period", start=wave.period_start.strftime("%d/%m/%Y"), end=wave.period_end.strftime("%d/%m/%Y")
        )
    if header.collected_until > province_day(at):
        raise BatchError("future")
    if (header.control_question is None) != (header.control_sum is None):
        raise BatchError("control")
    if header.control_question is not None and header.control_question.kind not in ADDABLE_KINDS:
        raise BatchError("control_item")


def _free_code(session: Session, rng: Chooser) -> str:
    for _attempt in range(CODE_ATTEMPTS):
        code = new_code(rng)
        if session.scalar(select(PaperBatch.id).where(PaperBatch.code == code)) is None:
            return code
    raise BatchError("no_free_code", attempts=CODE_ATTEMPTS)

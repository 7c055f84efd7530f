"""A batch's way from typing to counting: entered, checked, then accepted into the responses, once; or rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.typed_form import TypedForm
from survey.models import BatchResponse, PaperBatch
from survey.operations.batch_collectors import batch_collector, lock_wave
from survey.operations.batches import Stored, store_submissions
from survey.operations.double_entry import compare, final_forms
from survey.operations.imports import question_ids
from survey.operations.paper_batches import BatchError, lock_batch
from survey.operations.paper_entry import second_pass, typed_serials
from survey.operations.periods import noon
from survey.operations.responses import Submission
from survey.operations.webhooks import emit


@dataclass(frozen=True, slots=True)
class Totals:
    """What was counted by hand before typing against what was typed; a control sum of None was not asked for."""

    forms_expected: int
    forms_typed: int
    forms_blank: int
    sum_expected: int | None
    sum_typed: int | None

    @property
    def forms_match(self) -> bool:
        return self.forms_typed == self.forms_expected

    @property
    def sum_matches(self) -> bool:
        return self.sum_typed == self.sum_expected

    @property
    def match(self) -> bool:
        return self.forms_match and self.sum_matches


def totals(session: Session, batch: PaperBatch) -> Totals:
    """The batch's control totals, from what counts of each form."""
    forms = final_forms(session, batch)
    added = None
    if batch.control_question is not None:
        added = sum(form.choices.get(batch.control_question.code, 0) for form in forms.values())
    blank = sum(form.is_blank for form in forms.values())
    return Totals(batch.forms_expected, len(forms), blank, batch.control_sum, added)


def finish_typing(session: Session, batch: PaperBatch) -> None:
    """Open → entered: every form was typed once. Raises :class:`BatchError`."""
    lock_batch(session, batch)
    _require(batch, "open")
    if not typed_serials(session, batch, 1):
        raise BatchError("nothing_typed")
    batch.state = "entered"
    session.flush()


def reopen(session: Session, batch: PaperBatch) -> None:
    """Entered or checked → open, to type what is missing or correct a form; raises :class:`BatchError`."""
    lock_batch(session, batch)
    if batch.state == "open":
        raise BatchError("not_typed_now", batch=batch.code, state=batch.state)
    batch.state = "open"
    session.flush()


def check(session: Session, batch: PaperBatch) -> None:
    """Entered → checked: the second pass is complete and every difference is settled. Raises :class:`BatchError`."""
    lock_batch(session, batch)
    _require(batch, "entered")
    _require_agreement(session, batch)
    batch.state = "checked"
    session.flush()


def reject(session: Session, batch: PaperBatch, reason: str, *, account_id: int, at: datetime) -> None:
    """Nothing of the batch counts, for this reason; what was typed stays to be seen. Raises :class:`BatchError`."""
    lock_batch(session, batch)
    if not reason:
        raise BatchError("reason")
    _finish(session, batch, "rejected", reason, account_id, at)


def accept(session: Session, batch: PaperBatch, reason: str, *, account_id: int, at: datetime) -> int:
    """Checked → accepted: every form with an answer becomes a response of the paper's collector; returns how many.

    Totals that do not match need a `reason`. The caller commits, and seals afterwards. Raises :class:`BatchError`, and
    what :func:`~survey.operations.collectors.make_collector` raises.
    """
    lock_wave(session, batch.wave)
    lock_batch(session, batch)
    if batch.state != "checked":
        raise BatchError("not_checked")
    if batch.wave.state != "open":
        raise BatchError("wave_not_open", wave=batch.wave.code)
    _require_agreement(session, batch)
    if not totals(session, batch).match and not reason:
        raise BatchError("totals")
    forms = {serial: form for serial, form in final_forms(session, batch).items() if not form.is_blank}
    if not forms:
        raise BatchError("all_blank")
    added = _store(session, batch, forms, at)
    _finish(session, batch, "accepted", reason, account_id, at)
    told = {"batch": batch.code, "wave": batch.wave.code, "unit": batch.unit.code, "responses": added}
    emit(session, "batch.accepted", told, paths=[batch.unit.path], at=at)
    return added


def form_id(batch_code: str, serial: int) -> bytes:
    """The submission id of a paper form: SHA-256 of batch and number, as a UUIDv8 (RFC 9562 § 5.8)."""
    value = bytearray(hashlib.sha256(f"sipas-paper\0{batch_code}\0{serial}".encode()).digest()[:16])
    value[6] = 0x80 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return bytes(value)


def _store(session: Session, batch: PaperBatch, forms: Mapping[int, TypedForm], at: datetime) -> int:
    collector = batch_collector(
        session,
        batch.wave,
        batch.unit,
        batch.counter,
        channel="paper",
        trust="paper",
        respondent_group=batch.respondent_group,
        at=at,
    )
    ids = question_ids(session, batch.wave)
    serials = {form_id(batch.code, serial): serial for serial in forms}
    received_at = int(noon(batch.collected_until).timestamp())
    submissions = [
        Submission(
            submission_id=submission_id,
            collector_id=collector.id,
            received_at=received_at,
            seconds=None,
            language="vi",
            choices={ids[code]: value for code, value in forms[serial].choices.items()},
            several={ids[code]: values for code, values in forms[serial].several.items()},
            texts={ids[code]: text for code, text in forms[serial].texts.items()},
        )
        for submission_id, serial in serials.items()
    ]

    def link(stored: Stored) -> None:
        rows = [
            {"response_id": response_id, "batch_id": batch.id, "serial": serials[submission.submission_id]}
            for response_id, submission in stored
        ]
        session.execute(insert(BatchResponse), rows)

    return store_submissions(session.connection(), submissions, on_stored=link)


def _require(batch: PaperBatch, state: str) -> None:
    if batch.state != state:
        raise BatchError("not_typed_now", batch=batch.code, state=batch.state)


def _require_agreement(session: Session, batch: PaperBatch) -> None:
    typed_twice = set(typed_serials(session, batch, 2))
    left = [serial for serial in second_pass(batch, typed_serials(session, batch, 1)) if serial not in typed_twice]
    if left:
        raise BatchError("second_pass", left=len(left))
    unresolved = compare(session, batch).unresolved
    if unresolved:
        raise BatchError("discrepancies", count=unresolved)


def _finish(session: Session, batch: PaperBatch, state: str, reason: str, account_id: int, at: datetime) -> None:
    batch.state = state
    batch.reason = reason
    batch.finished_at = at
    batch.finished_by_id = account_id
    session.flush()

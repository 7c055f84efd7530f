"""Typing paper forms: each form of a batch once, some or all of them again by somebody else."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.definition import Questionnaire
from forms.typed_form import TypedForm
from survey.models import PaperBatch, PaperEntry
from survey.models.paper import MOST_FORMS
from survey.operations.paper_batches import BatchError

LONGEST_SECONDS = 900  # somebody went to lunch
STATE_OF_PASS = {1: "open", 2: "entered"}


def questionnaire_of(batch: PaperBatch) -> Questionnaire:
    return Questionnaire.from_yaml(batch.wave.questionnaire.definition)


def store_entry(
    session: Session,
    batch: PaperBatch,
    serial: int,
    pass_number: int,
    form: TypedForm,
    *,
    account_id: int,
    at: datetime,
    seconds: int,
    replaces: bool,
) -> PaperEntry:
    """Keep a form as typed; `replaces`: the person has seen what stood there before. Raises :class:`BatchError`.

    A second pass never shows what the first one typed, takes no texts, and is another person's.
    """
    session.refresh(batch, with_for_update={"read": True})
    if batch.state != STATE_OF_PASS[pass_number]:
        raise BatchError("not_typed_now", batch=batch.code, state=batch.state)
    if not 1 <= serial <= MOST_FORMS:
        raise BatchError("serial", serial=serial, limit=MOST_FORMS)
    if pass_number == 2:
        check_second_person(session, batch, serial, account_id)
        form = form.without_texts()
    elif (again := session.get(PaperEntry, (batch.id, serial, 2))) is not None and again.entered_by_id == account_id:
        raise BatchError("same_person_first", serial=serial)
    entry = session.get(PaperEntry, (batch.id, serial, pass_number))
    content = form.to_json()
    if entry is None:
        entry = PaperEntry(batch_id=batch.id, serial=serial, pass_number=pass_number)
        session.add(entry)
    elif not replaces and entry.answers != content:
        raise BatchError("taken", serial=serial)
    entry.answers = content
    entry.is_blank = form.is_blank
    entry.entered_by_id = account_id
    entry.entered_at = at
    entry.seconds = min(max(seconds, 0), LONGEST_SECONDS)
    session.flush()
    return entry


def check_second_person(session: Session, batch: PaperBatch, serial: int, account_id: int) -> None:
    """Refuse a second pass of a form that is not asked for, or by whoever typed it first: :class:`BatchError`."""
    first = session.get(PaperEntry, (batch.id, serial, 1))
    if first is None or serial not in second_pass(batch, typed_serials(session, batch, 1)):
        raise BatchError("not_selected", serial=serial)
    if first.entered_by_id == account_id:
        raise BatchError("same_person", serial=serial)


def remove_entry(session: Session, batch: PaperBatch, serial: int) -> None:
    """Take out a form that was typed by mistake, while the first pass goes on; raises :class:`BatchError`."""
    session.refresh(batch, with_for_update={"read": True})
    entry = session.get(PaperEntry, (batch.id, serial, 1))
    if batch.state != "open":
        raise BatchError("not_typed_now", batch=batch.code, state=batch.state)
    if entry is None:
        raise BatchError("no_form", serial=serial)
    session.delete(entry)
    session.flush()


def typed_serials(session: Session, batch: PaperBatch, pass_number: int) -> list[int]:
    """Numbers of the forms that were typed in a pass, ascending."""
    query = select(PaperEntry.serial).where(PaperEntry.batch_id == batch.id, PaperEntry.pass_number == pass_number)
    return list(session.scalars(query.order_by(PaperEntry.serial)))


def second_pass(batch: PaperBatch, typed: Collection[int]) -> list[int]:
    """The forms that are typed again: `double_share` per cent, rounded up, drawn by the batch's code, ascending.

    Anybody can draw them again, and nobody who types the first pass chooses them.
    """
    wanted = -(-len(typed) * batch.double_share // 100)
    drawn = sorted(typed, key=lambda serial: hashlib.sha256(f"{batch.code}\0{serial}".encode()).digest())
    return sorted(drawn[:wanted])


def next_serial(session: Session, batch: PaperBatch, pass_number: int, account_id: int, after: int = 0) -> int | None:
    """The next form to type after number `after`, or the first one left out before it; None where none is left.

    In a second pass, of those somebody else typed first.
    """
    typed = typed_serials(session, batch, pass_number)
    if pass_number == 1:
        wanted = range(1, batch.forms_expected + 1)
    else:
        query = select(PaperEntry.serial).where(
            PaperEntry.batch_id == batch.id, PaperEntry.pass_number == 1, PaperEntry.entered_by_id != account_id
        )
        others = set(session.scalars(query))
        wanted = [  # type: ignore[assignment]  # any ascending numbers will do
            serial for serial in second_pass(batch, typed_serials(session, batch, 1)) if serial in others
        ]
    left = sorted(set(wanted).difference(typed))
    return next((serial for serial in left if serial > after), left[0] if left else None)


def typing_speed(session: Session, batch: PaperBatch, pass_number: int, account_id: int) -> int | None:
    """Forms an hour that a person types in this batch; None before five forms."""
    forms, seconds = session.execute(
        select(func.count(), func.coalesce(func.sum(PaperEntry.seconds), 0)).where(
            PaperEntry.batch_id == batch.id,
            PaperEntry.pass_number == pass_number,
            PaperEntry.entered_by_id == account_id,
        )
    ).one()
    return round(forms * 3600 / seconds) if forms >= 5 and seconds else None

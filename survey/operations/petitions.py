"""The steps of an opinion's case: what offices do with it, what the citizen does, and what the platform does itself."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Petition, PetitionClass, PetitionContact, PetitionStep, Unit
from survey.models.petition import MOST_REOPENED
from survey.operations.periods import province_day
from survey.operations.petition_cases import (
    LONGEST_REASON,
    LONGEST_TEXT,
    TRANSFER_DAYS,
    PetitionError,
    begin,
    cleaned_reason,
    cleaned_text,
    is_late,
    write,
)
from survey.operations.working_days import calendar

REOPEN_DAYS = 30  # days after the answer in which the citizen may reopen the case
CONTACT_DAYS = 60  # days a contact is kept after the case ended
LONGEST_ANSWER = 20_000

GAP = re.compile(r"\[[^\W\d_][^\[\]\n]{0,80}\]")  # what a template leaves to be filled in by hand
# A phone number of Viet Nam or an e-mail address: what must not stand in a published opinion.
_PERSONAL = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)|[^\s@]+@[^\s@]+\.[^\s@]+")


def classify(
    session: Session, petition: Petition, petition_class: PetitionClass, *, account_id: int | None, now: datetime
) -> PetitionStep:
    """Give a case its class, and with it its deadline, counted from the day of receipt; a wrong one may be corrected
    until the deadline."""
    begin(session, petition, "classified")
    today = province_day(now)
    if petition_class.ended_on is not None and petition_class.ended_on < today:
        raise PetitionError("class_ended")
    if petition.state != "received" and petition.deadline_on < today:
        raise PetitionError("late_class")
    if is_extended(session, petition):
        raise PetitionError("class_after_extension")
    deadline = calendar(session).after(_begun_on(session, petition), petition_class.working_days)
    petition.class_id, petition.deadline_on = petition_class.id, deadline
    return _finish(session, petition, "classified", account_id=account_id, now=now, text=petition_class.name_vi)


def transfer(
    session: Session, petition: Petition, unit: Unit, reason: str, *, account_id: int | None, now: datetime
) -> PetitionStep:
    """Hand a case to the competent unit (or back), within :data:`TRANSFER_DAYS` working days of having received it.

    The deadline stays. The unit it comes to has as many days to hand it on; it begins without anybody in charge.
    """
    begin(session, petition, "transferred")
    today = province_day(now)
    if today > petition.transfer_due_on:
        raise PetitionError("transfer_late", days=TRANSFER_DAYS, day=petition.transfer_due_on.strftime("%d/%m/%Y"))
    if unit.id == petition.holder_id:
        raise PetitionError("transfer_to_itself")
    if unit.valid_until is not None and unit.valid_until < today:
        raise PetitionError("unit_ended")
    said, due = cleaned_reason(reason), calendar(session).after(today, TRANSFER_DAYS)
    petition.holder_id, petition.handled_by_id, petition.transfer_due_on = unit.id, None, due
    petition.escalated_to_id = petition.escalated_on = None
    return _finish(session, petition, "transferred", account_id=account_id, now=now, text=said)


def take(session: Session, petition: Petition, owner_id: int, *, account_id: int | None, now: datetime) -> PetitionStep:
    """Put a person in charge of a case; whether he may handle it is the caller's to know."""
    begin(session, petition, "taken")
    if petition.handled_by_id == owner_id and petition.state == "in_progress":
        raise PetitionError("taken_already")
    petition.handled_by_id = owner_id
    return _finish(session, petition, "taken", account_id=account_id, now=now)


def extend(
    session: Session, petition: Petition, days: int, reason: str, *, account_id: int | None, now: datetime
) -> PetitionStep:
    """Move the deadline of a case by `days` working days, once, before it has passed, by at most its class's days."""
    begin(session, petition, "extended")
    if is_extended(session, petition):
        raise PetitionError("extended_already")
    if petition.deadline_on < province_day(now):
        raise PetitionError("extension_late")
    most = petition.petition_class.working_days if petition.petition_class else 0
    if not 1 <= days <= most:
        raise PetitionError("extension_days", most=most)
    said, deadline = cleaned_reason(reason), calendar(session).after(petition.deadline_on, days)
    petition.deadline_on = deadline
    return _finish(session, petition, "extended", account_id=account_id, now=now, text=said)


def answer(session: Session, petition: Petition, text: str, *, account_id: int | None, now: datetime) -> PetitionStep:
    """Answer a case; until it is published or rated the answer may be corrected, its day stays the first one."""
    begin(session, petition, "answered")
    if petition.rating is not None:
        raise PetitionError("rated_already")
    answered = cleaned_text(text, LONGEST_ANSWER)
    if gap := GAP.search(answered):
        raise PetitionError("gap_left", gap=gap.group())
    petition.answer = answered
    petition.answered_on = petition.answered_on or province_day(now)
    step = _finish(session, petition, "answered", account_id=account_id, now=now, text=petition.answer)
    _keep_contact(session, petition, petition.answered_on + timedelta(days=CONTACT_DAYS))
    return step


def publish(
    session: Session,
    petition: Petition,
    public_text: str,
    public_answer: str,
    *,
    account_id: int | None,
    now: datetime,
) -> PetitionStep:
    """Show opinion and answer to everybody, both edited so that they name nobody."""
    begin(session, petition, "published")
    text, answered = cleaned_text(public_text, LONGEST_TEXT), cleaned_text(public_answer, LONGEST_ANSWER)
    if found := _PERSONAL.search(text):
        raise PetitionError("names_contact", found=found.group().strip())
    petition.public_text, petition.public_answer = text, answered
    petition.published_on = province_day(now)
    return _finish(session, petition, "published", account_id=account_id, now=now)


def withdraw(
    session: Session, petition: Petition, reason: str, *, account_id: int | None, now: datetime
) -> PetitionStep:
    """Take a published case off the public page, as when its text names somebody after all."""
    begin(session, petition, "withdrawn")
    said = cleaned_reason(reason)
    petition.published_on = None
    return _finish(session, petition, "withdrawn", account_id=account_id, now=now, text=said)


def reject(session: Session, petition: Petition, reason: str, *, account_id: int | None, now: datetime) -> PetitionStep:
    """Not accept an opinion, with the reason that the citizen reads. One that is late by then stays late, also if it
    comes back: else this would be a way out of lateness."""
    begin(session, petition, "rejected")
    petition.was_late = is_late(petition, province_day(now))
    petition.rejected_reason, petition.handled_by_id = cleaned_reason(reason), None
    step = _finish(session, petition, "rejected", account_id=account_id, now=now, text=petition.rejected_reason)
    _keep_contact(session, petition, step.day + timedelta(days=CONTACT_DAYS))
    return step


def restore(
    session: Session, petition: Petition, reason: str, *, account_id: int | None, now: datetime
) -> PetitionStep:
    """Take back that an opinion was not accepted: it is to be classified again, its deadline stays as it was."""
    begin(session, petition, "restored")
    said, due = cleaned_reason(reason), calendar(session).after(province_day(now), TRANSFER_DAYS)
    petition.rejected_reason, petition.transfer_due_on = "", due
    step = _finish(session, petition, "restored", account_id=account_id, now=now, text=said)
    _keep_contact(session, petition, None)
    return step


def explain(session: Session, petition: Petition, cause: str, *, account_id: int | None, now: datetime) -> PetitionStep:
    """Say why a case is, or was, late: the lateness report shows it."""
    begin(session, petition, "explained")
    if not is_late(petition, province_day(now)):
        raise PetitionError("not_late")
    petition.late_cause = cleaned_reason(cause)
    return _finish(session, petition, "explained", account_id=account_id, now=now, text=petition.late_cause)


def note(session: Session, petition: Petition, text: str, *, account_id: int | None, now: datetime) -> PetitionStep:
    """Add a note that only offices read."""
    begin(session, petition, "note")
    return _finish(session, petition, "note", account_id=account_id, now=now, text=cleaned_text(text, LONGEST_TEXT))


def escalate(session: Session, petition: Petition, above: Unit, *, now: datetime) -> PetitionStep:
    """Tell a unit above the holder that a case is late: the platform does so by itself."""
    begin(session, petition, "escalated")
    today = province_day(now)
    if not is_late(petition, today):
        raise PetitionError("not_late")
    petition.escalated_to_id, petition.escalated_on = above.id, today
    return _finish(session, petition, "escalated", account_id=None, now=now, text=above.name_vi)


def rate(session: Session, petition: Petition, rating: int, remark: str, *, today: date) -> PetitionStep:
    """The citizen's rating of the handling, 1–5, once for an answer."""
    begin(session, petition, "rated")
    if petition.rating is not None:
        raise PetitionError("rated_twice")
    if rating not in range(1, 6):
        raise PetitionError("rating_impossible")
    said = clean_text(remark, lines=True)
    if len(said) > LONGEST_REASON:
        raise PetitionError("text_long", most=LONGEST_REASON)
    petition.rating, petition.rated_on = rating, today
    return write(session, petition, "rated", account_id=None, today=today, text=said)


def reopen(session: Session, petition: Petition, reason: str, *, today: date) -> PetitionStep:
    """The citizen sends a case back, once, with the reason; its class's days begin anew."""
    begin(session, petition, "reopened")
    if petition.reopened >= MOST_REOPENED:
        raise PetitionError("reopened_already")
    ended = petition.answered_on or _last_day(session, petition, "rejected")
    if ended is not None and today > ended + timedelta(days=REOPEN_DAYS):
        raise PetitionError("reopen_late", days=REOPEN_DAYS)
    said, days = cleaned_reason(reason), calendar(session)
    class_days = session.scalar(select(PetitionClass.working_days).where(PetitionClass.id == petition.class_id))
    petition.was_late = is_late(petition, today)
    petition.reopened += 1
    petition.answered_on = petition.published_on = petition.rating = petition.rated_on = None
    petition.escalated_to_id = petition.escalated_on = None
    petition.rejected_reason = ""
    petition.transfer_due_on = days.after(today, TRANSFER_DAYS)
    petition.deadline_on = days.after(today, class_days or TRANSFER_DAYS)
    step = write(session, petition, "reopened", account_id=None, today=today, text=said)
    _keep_contact(session, petition, None)
    return step


def is_extended(session: Session, petition: Petition) -> bool:
    """Whether the deadline was extended since the case was opened, reopened or restored last: each time it is
    classified anew, its days counted from the same beginning."""
    begun = max(_last_number(session, petition, step) for step in ("reopened", "restored"))
    return _last_number(session, petition, "extended") > begun


def _begun_on(session: Session, petition: Petition) -> date:
    """The day from which the deadline counts: of receipt, or of the reopening."""
    return _last_day(session, petition, "reopened") or petition.received_on


def _last_number(session: Session, petition: Petition, step: str) -> int:
    last = select(func.max(PetitionStep.number)).where(PetitionStep.petition_id == petition.id)
    return session.scalar(last.where(PetitionStep.step == step)) or 0


def _last_day(session: Session, petition: Petition, step: str) -> date | None:
    last = select(func.max(PetitionStep.day)).where(PetitionStep.petition_id == petition.id)
    return session.scalar(last.where(PetitionStep.step == step))


def _finish(
    session: Session, petition: Petition, step: str, *, account_id: int | None, now: datetime, text: str = ""
) -> PetitionStep:
    return write(session, petition, step, account_id=account_id, today=province_day(now), at=now, text=text)


def _keep_contact(session: Session, petition: Petition, until: date | None) -> None:
    """Say until when the contact is kept; None as long as the case is open."""
    kept = update(PetitionContact).where(PetitionContact.petition_id == petition.id).values(delete_after=until)
    session.execute(kept.execution_options(synchronize_session=False))

"""Fixing the counter scores of a period: one person freezes them, another confirms; a correction is a new version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from reports.counter_score_figures import CounterPeriod
from survey.analysis.counter_fixings import Reading, records_stamp, undecided
from survey.analysis.counter_freezing import latest_fixing, says
from survey.analysis.frozen_figures import digest, packed
from survey.models import CounterFixing
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.writing import begin_write

LONGEST = 500  # characters of a reason


class CounterFixingError(OperationError):
    """Scores that cannot be frozen or decided upon."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "running": _n("The period runs until %(day)s: its scores are fixed once it is over."),
        "empty": _n("Nothing is recorded for this period: there is nothing to fix."),
        "opinions": _n("Opinions of this period may still be answered in time: its scores can be fixed from %(day)s."),
        "undecided": _n("Scores of this period wait for a second person already."),
        "same": _n("The records say what was fixed: there is nothing to correct."),
        "reason": _n("Say why the fixed scores are corrected."),
        "refusal": _n("Say why they are not fixed."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "nothing": _n("No scores wait for a decision any more: look at what was decided."),
        "same_person": _n("Another person confirms than the one who froze the scores."),
        "other": _n("Other scores wait now than the page showed: look at them again."),
        "moved": _n("Records have changed since the scores were frozen. Refuse them, and freeze them anew."),
        "meanwhile": _n("Something was recorded this very moment. Look at the scores again, then confirm."),
    }


def ask(session: Session, reading: Reading, reason: str = "", *, account_id: int, now: datetime) -> CounterFixing:
    """Freeze the scores of all agencies, read before anything is locked, for a second person. What is fixed already
    needs a reason. Raises :class:`CounterFixingError`."""
    period, content = reading.period, reading.content
    begin_write(session)
    if period.end >= province_day(now):
        raise CounterFixingError("running", day=f"{period.end:%d/%m/%Y}")
    if not reading.scores:
        raise CounterFixingError("empty")
    if undecided(session, period) is not None:
        raise CounterFixingError("undecided")
    if reading.waiting_until is not None:
        raise CounterFixingError("opinions", day=f"{reading.waiting_until + timedelta(days=1):%d/%m/%Y}")
    said, latest = _text(reason), latest_fixing(session, period)
    if latest is not None and says(latest, content):
        raise CounterFixingError("same")
    if latest is not None and not said:
        raise CounterFixingError("reason")
    made = CounterFixing(
        year=period.year,
        quarter=period.quarter,
        version=latest.version + 1 if latest else 1,
        reason=said,
        figures=packed(content),
        digest=digest(content),
        asked_by_id=account_id,
        asked_at=now,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:  # of two at once the second is told
        raise CounterFixingError("undecided") from error
    return made


def confirm(session: Session, reading: Reading, *, seen: str, account_id: int, now: datetime) -> None:
    """Fix the frozen scores, whose digest the person has `seen`, where they are those that were read just before the
    lock, and nothing was recorded in between. Raises :class:`CounterFixingError`, also for the person who froze them.
    """
    begin_write(session)
    fixing = _waiting(session, reading.period, seen)
    if fixing.asked_by_id == account_id:
        raise CounterFixingError("same_person")
    if not says(fixing, reading.content):
        raise CounterFixingError("moved")
    if records_stamp(session) != reading.stamp:
        raise CounterFixingError("meanwhile")
    fixing.decided_by_id, fixing.decided_at, fixing.is_confirmed = account_id, now, True
    session.flush()


def refuse(session: Session, period: CounterPeriod, reason: str, *, seen: str, account_id: int, now: datetime) -> None:
    """Do not fix the frozen scores, whoever says so, with the reason. Raises :class:`CounterFixingError`."""
    begin_write(session)
    fixing, said = _waiting(session, period, seen), _text(reason)
    if not said:
        raise CounterFixingError("refusal")
    fixing.decided_by_id, fixing.decided_at, fixing.is_confirmed = account_id, now, False
    fixing.refusal = said
    session.flush()


def _text(text: str) -> str:
    said = clean_text(text, lines=False)
    if len(said) > LONGEST:
        raise CounterFixingError("text_long", most=LONGEST)
    return said


def _waiting(session: Session, period: CounterPeriod, seen: str) -> CounterFixing:
    """What waits, locked until the transaction ends."""
    fixing = undecided(session, period)
    if fixing is not None:
        session.refresh(fixing, ["decided_at"], with_for_update=True)
    if fixing is None or fixing.decided_at is not None:
        raise CounterFixingError("nothing")
    if fixing.digest != seen:
        raise CounterFixingError("other")
    return fixing

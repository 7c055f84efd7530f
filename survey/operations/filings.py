"""Filings: the unit explains and hands in, the Interior Department returns or approves; nobody edits a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Filing, FilingNote, FilingStep, FilingVersion, Wave
from survey.operations.audit import record
from survey.operations.filing_figures import deadline_anew
from survey.operations.filing_steps import FilingError, lock, reason_of, take
from survey.operations.waves import lock_wave

LONGEST_TEXT = 10_000
UNFINISHED = ("draft", "submitted", "returned")
SENT_BACK = ("returned", "renewed")  # steps by which a filing goes back to its unit


def current_version(session: Session, filing: Filing) -> FilingVersion:
    """The version that holds."""
    return session.get_one(FilingVersion, (filing.id, filing.version))


def explain(
    session: Session, filing: Filing, explanation: str, notes: Mapping[str, str], codes: Collection[str]
) -> None:
    """Keep what the unit says, in general and of single figures by their code among `codes`; an empty note is removed,
    one that is not named stays. Raises :class:`FilingError`."""
    lock(session, filing)
    if not filing.is_editable:
        raise FilingError("not_editable")
    filing.explanation = _text(explanation)
    held = {note.code: note for note in session.scalars(select(FilingNote).where(FilingNote.filing_id == filing.id))}
    for code, words in notes.items():
        if code not in codes:
            raise FilingError("code_unknown", figure=code)
        text, note = _text(words), held.get(code)
        if not text:
            if note is not None:
                session.delete(note)
        elif note is None:
            session.add(FilingNote(filing_id=filing.id, code=code, text=text))
        else:
            note.text = text
    session.flush()
    session.expire(filing, ["notes"])


def submit(session: Session, filing: Filing, *, account_id: int, at: datetime) -> None:
    """Hand the filing in. Raises :class:`FilingError`, also where a unit that missed the target explains nothing."""
    lock(session, filing)
    if filing.is_editable and current_version(session, filing).verdict == "not_met" and not filing.explanation:
        raise FilingError("explanation_missing")
    who = {"submitted_by_id": account_id, "approved_by_id": None, "is_ex_officio": False}
    take(session, filing, "submitted", account_id=account_id, at=at, columns=who)


def return_filing(session: Session, filing: Filing, reason: str, *, account_id: int, at: datetime) -> None:
    """Give it back to the unit with the reason and at least three working days. Raises :class:`FilingError`."""
    said = reason_of(reason)
    lock(session, filing)
    deadline = {"deadline_on": max(filing.deadline_on, deadline_anew(session, at))}
    take(session, filing, "returned", account_id=account_id, at=at, reason=said, columns=deadline)


def approve(session: Session, filing: Filing, *, account_id: int, at: datetime) -> None:
    """Approve what was handed in; another person than who handed it in. Raises :class:`FilingError`."""
    lock(session, filing)
    if filing.submitted_by_id == account_id:
        raise FilingError("same_person")
    take(session, filing, "approved", account_id=account_id, at=at, columns={"approved_by_id": account_id})


def approve_ex_officio(
    session: Session, filing: Filing, reason: str, *, account_id: int, at: datetime, today: date
) -> None:
    """Approve in place of a unit that let its deadline pass, with the reason; another person than who sent the filing
    back to the unit. Raises :class:`FilingError`."""
    lock(session, filing)
    if has_sent_back(session, filing, account_id):
        raise FilingError("sent_back")
    if today <= filing.deadline_on:
        raise FilingError("deadline_running", day=f"{filing.deadline_on:%d/%m/%Y}")
    said = reason_of(reason)
    who = {"submitted_by_id": None, "approved_by_id": account_id, "is_ex_officio": True}
    take(session, filing, "approved_ex_officio", account_id=account_id, at=at, reason=said, columns=who)


def has_sent_back(session: Session, filing: Filing, account_id: int) -> bool:
    """Whether the account ever gave the filing back to its unit."""
    steps = select(FilingStep.id).where(
        FilingStep.filing_id == filing.id, FilingStep.account_id == account_id, FilingStep.step.in_(SENT_BACK)
    )
    return session.scalar(steps.limit(1)) is not None


def set_deadline(session: Session, wave: Wave, day: date, *, today: date) -> int:
    """The last day for the filings of the wave that are not approved yet, and have no later one; how many. Raises
    :class:`FilingError`."""
    if day < today:
        raise FilingError("deadline_past")
    lock_wave(session, wave)
    late = update(Filing).where(Filing.wave_id == wave.id, Filing.state.in_(UNFINISHED), Filing.deadline_on < day)
    moved = session.execute(late.values(deadline_on=day).returning(Filing.id)).all()
    if not moved:
        raise FilingError("deadline_earlier")
    path = wave.owner.path if wave.owner else None
    record(session, "filing.deadline", subject=wave.code, unit_path=path, after={"deadline_on": day})
    session.expire_all()
    return len(moved)


def _text(text: str) -> str:
    words = clean_text(text, lines=True)
    if len(words) > LONGEST_TEXT:
        raise FilingError("text_long", most=LONGEST_TEXT)
    return words

"""What every step of a filing stands on: the one table of what is possible, and the history it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Filing, FilingStep, Wave
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST_REASON = 1000


class Step(NamedTuple):
    """Where a step begins and where it leads."""

    begins: tuple[str, ...]
    leads: str


# The whole life of a filing. What is not written here is refused.
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "submitted": Step(("draft", "returned"), "submitted"),
        "returned": Step(("submitted",), "returned"),
        "approved": Step(("submitted",), "approved"),
        "approved_ex_officio": Step(("draft", "returned"), "approved"),
        "renewed": Step(("draft", "submitted", "returned", "approved"), "draft"),
        "published": Step(("approved",), "published"),
        "corrected": Step(("published", "corrected"), "corrected"),
    }
)


class FilingError(OperationError):
    """What cannot be done with a filing, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "step_impossible": _n("This is not possible with the report as it stands now. Read its history below."),
        "not_editable": _n("The report was handed in: it can be explained again once it is returned."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "reason_missing": _n("Say why: others must be able to check it."),
        "reason_long": _n("The reason is longer than %(most)s characters. Please shorten it."),
        "explanation_missing": _n("The unit has not reached the target: explain this before handing the report in."),
        "code_unknown": _n("The report has no figure called %(figure)s."),
        "same_person": _n("Whoever handed the report in cannot approve it: this takes another person."),
        "sent_back": _n(
            "Whoever returned the report or took its numbers over anew cannot approve it ex officio: this takes "
            "another person."
        ),
        "deadline_running": _n("The unit has time until %(day)s: before that, only the unit hands its report in."),
        "deadline_past": _n("The deadline must not lie before today."),
        "deadline_earlier": _n("The reports have this deadline already, or a later one: a deadline only moves later."),
        "files_many": _n("A report has at most %(most)s files. Remove one first."),
        "files_large": _n("The files of a report have at most %(most)s MB together. Please choose a smaller one."),
        "file_empty": _n("The file is empty. Please choose it again."),
        "file_kind": _n("This is no PDF, PNG, JPEG, DOCX or XLSX file. Please choose another one."),
        "file_macros": _n("The file holds macros. Save it without them, or as PDF."),
        "file_gone": _n("This file was removed already."),
    }


def take(
    session: Session,
    filing: Filing,
    step: str,
    *,
    account_id: int | None,
    at: datetime,
    reason: str = "",
    columns: Mapping[str, object] = MappingProxyType({}),
) -> FilingStep:
    """Lock the filing, move it by the table, set its other `columns` with the state and add a line to its history.

    Raises :class:`FilingError` for a step it cannot take from where it stands.
    """
    lock(session, filing)
    begins, leads = STEPS[step]
    if filing.state not in begins:
        raise FilingError("step_impossible")
    filing.state = leads
    for name, value in columns.items():
        setattr(filing, name, value)
    line = FilingStep(
        filing_id=filing.id,
        step=step,
        state=leads,
        version=filing.version,
        at=at,
        account_id=account_id,
        reason=reason,
    )
    session.add(line)
    session.flush()
    return line


def lock(session: Session, filing: Filing) -> None:
    """Read the filing anew and keep it from other writers until the transaction ends."""
    session.flush()  # what is read anew would be lost
    session.refresh(filing, with_for_update=True)


def take_all(
    session: Session, wave: Wave, step: str, *, account_id: int | None, at: datetime, reason: str = ""
) -> list[int]:
    """The step for every filing of the wave that stands where it begins, thousands in three statements; returns their
    ids. The caller has locked the wave."""
    begins, leads = STEPS[step]
    session.flush()
    rows = session.execute(
        select(Filing.id, Filing.version)
        .where(Filing.wave_id == wave.id, Filing.state.in_(begins))
        .order_by(Filing.id)
        .with_for_update()
    ).all()
    if not rows:
        return []
    values = {"state": leads}
    if step == "approved_ex_officio":
        values["is_ex_officio"] = True  # type: ignore[assignment]  # a column's value
    moved = update(Filing).where(Filing.wave_id == wave.id, Filing.state.in_(begins))
    session.execute(moved.values(**values), execution_options={"synchronize_session": False})
    add_lines(session, rows, step, leads, account_id=account_id, at=at, reason=reason)
    session.expire_all()
    return [filing_id for filing_id, _ in rows]


def add_lines(
    session: Session,
    filings: Sequence[tuple[int, int]],
    step: str,
    state: str,
    *,
    account_id: int | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Lines of the history of many filings, given as ids with their versions."""
    line = {"step": step, "state": state, "at": at, "account_id": account_id, "reason": reason}
    rows = [{"filing_id": filing_id, "version": version, **line} for filing_id, version in filings]
    if rows:
        session.execute(insert(FilingStep), rows)


def reason_of(text: str, longest: int = LONGEST_REASON) -> str:
    """The reason as it is kept; raises :class:`FilingError` for none or a long one."""
    reason = clean_text(text, lines=True)
    if not reason:
        raise FilingError("reason_missing")
    if len(reason) > longest:
        raise FilingError("reason_long", most=longest)
    return reason

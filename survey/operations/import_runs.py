"""Imports that were made: found by their file, and withdrawn as a whole where one was a mistake."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey.models import FlagNote, ImportedResponse, ImportRun, Response, Wave
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.ledger import flag_responses
from survey.operations.writing import begin_write

WITHDRAWN = "manual"  # the kind of flag: somebody's decision


class ImportRunError(OperationError):
    """An import that cannot be withdrawn, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "withdrawn": _n("This import was withdrawn already."),
        "reason": _n("Write down why the import is withdrawn."),
        "not_open": _n("The wave %(wave)s is not open any more: its figures stay as they are."),
        "not_linked": _n("It is not known which responses this import brought: flag them one by one."),
    }


def earlier_runs(session: Session, file_digest: str) -> list[ImportRun]:
    """Imports of the very same file that brought responses and stand, newest first."""
    query = select(ImportRun).where(
        ImportRun.file_digest == file_digest, ImportRun.rows_added > 0, ImportRun.withdrawn_at.is_(None)
    )
    return list(session.scalars(query.order_by(ImportRun.id.desc())))


def withdrawn_ids(session: Session, wave: Wave) -> frozenset[bytes]:
    """The submission ids of the wave's responses whose import was withdrawn."""
    query = (
        select(Response.submission_id)
        .join(ImportedResponse, ImportedResponse.response_id == Response.id)
        .join(ImportRun, ImportRun.id == ImportedResponse.import_run_id)
        .where(ImportRun.wave_id == wave.id, ImportRun.withdrawn_at.is_not(None))
    )
    return frozenset(session.scalars(query))


def withdraw_import(session: Session, run: ImportRun, reason: str, *, account_id: int, at: datetime) -> int:
    """Flag every response the import brought, with the reason: all are kept, and counted apart. Returns how many.

    What had that flag before keeps its own reason. Raises :class:`ImportRunError`.
    """
    begin_write(session)
    session.refresh(run, with_for_update=True)
    if run.withdrawn_at is not None:
        raise ImportRunError("withdrawn")
    if not reason:
        raise ImportRunError("reason")
    if run.wave.state != "open":  # as for single responses, see docs/decisions/0024-no-flags-after-closing.md
        raise ImportRunError("not_open", wave=run.wave.code)
    brought = list(
        session.scalars(select(ImportedResponse.response_id).where(ImportedResponse.import_run_id == run.id))
    )
    if len(brought) < run.rows_added:
        raise ImportRunError("not_linked")
    flagged = flag_responses(session, brought, WITHDRAWN)
    if flagged:
        notes = [{"response_id": each, "kind": WITHDRAWN, "reason": reason, "noted_at": at} for each in flagged]
        session.execute(insert(FlagNote), notes)
    run.withdrawn_at = at
    run.withdrawn_by_id = account_id
    run.withdrawn_reason = reason
    session.flush()
    return len(flagged)

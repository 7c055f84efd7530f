"""Evidence beside an explanation: few files of few kinds, told by their content and never by their name."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Filing, FilingEvidence
from survey.models.filing import MOST_BYTES, MOST_FILES
from survey.operations.audit import record
from survey.operations.bounded import BoundedError, Limits, run_bounded
from survey.operations.evidence import MEDIA_TYPES, kind_by_signature, named
from survey.operations.filing_steps import FilingError, lock

MEGABYTE = 1024 * 1024
_ZIP = b"PK"
_LIMITS = Limits(size=MOST_BYTES, seconds=10, memory=256 * MEGABYTE, output=1000)


def kind_of(content: bytes) -> str:
    """The file's extension by its content, for :func:`add_file`. What is packed is opened in a child process: this goes
    before the transaction that writes.

    Raises :class:`FilingError` for any other kind, for macros and for what is empty or too large, and
    :class:`~survey.operations.bounded.ReadersBusy`.
    """
    if not content:
        raise FilingError("file_empty")
    if len(content) > MOST_BYTES:
        raise FilingError("files_large", most=MOST_BYTES // MEGABYTE)
    known = kind_by_signature(content)
    if known is not None:
        return known
    if not content.startswith(_ZIP):
        raise FilingError("file_kind")
    try:
        kind = str(run_bounded("forms.evidence:office_kind", content, limits=_LIMITS))
    except BoundedError as error:
        raise FilingError("file_kind") from error
    if kind == "macros":
        raise FilingError("file_macros")
    if kind not in MEDIA_TYPES:
        raise FilingError("file_kind")
    return kind


def add_file(
    session: Session, filing: Filing, *, name: str, content: bytes, kind: str, account_id: int, at: datetime
) -> FilingEvidence:
    """Put a file of that :func:`kind_of` beside the explanation. Raises :class:`FilingError`."""
    lock(session, filing)
    if not filing.is_editable:
        raise FilingError("not_editable")
    held = select(func.count(), func.coalesce(func.sum(FilingEvidence.size), 0))
    number, size = session.execute(held.where(FilingEvidence.filing_id == filing.id)).one()
    if number >= MOST_FILES:
        raise FilingError("files_many", most=MOST_FILES)
    if size + len(content) > MOST_BYTES:
        raise FilingError("files_large", most=MOST_BYTES // MEGABYTE)
    file = FilingEvidence(
        filing_id=filing.id,
        name=named(name, kind),
        media_type=MEDIA_TYPES[kind],
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by_id=account_id,
        added_at=at,
    )
    session.add(file)
    session.flush()
    after = {"name": file.name, "digest": file.digest, "filing": filing.id}
    record(session, "filing_evidence.create", subject=str(file.id), unit_path=filing.unit.path, after=after)
    session.expire(filing, ["files"])
    return file


def remove_file(session: Session, filing: Filing, file_id: int) -> None:
    """Take a file away again while the unit may explain. Raises :class:`FilingError`."""
    lock(session, filing)
    if not filing.is_editable:
        raise FilingError("not_editable")
    file = session.get(FilingEvidence, file_id)
    if file is None or file.filing_id != filing.id:
        raise FilingError("file_gone")
    before = {"name": file.name, "digest": file.digest, "filing": filing.id}
    record(session, "filing_evidence.delete", subject=str(file.id), unit_path=filing.unit.path, before=before)
    session.delete(file)
    session.flush()
    session.expire(filing, ["files"])

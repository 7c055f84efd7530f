"""Files of places between the look at them and their confirmation: kept here, so that what was seen is what is done."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.models import PlaceUpload
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.place_tables import Outcome

KEPT = timedelta(hours=24)


class UploadError(OperationError):
    """An upload that cannot be confirmed."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "gone": _n("This file was imported already, or waited too long: please choose it again."),
    }


def keep_upload(
    session: Session, *, account_id: int, kind: str, file_name: str, content: bytes, at: datetime
) -> PlaceUpload:
    """Keep the file until it is confirmed; a person has one at a time of a kind, and none longer than a day."""
    own = (PlaceUpload.account_id == account_id) & (PlaceUpload.kind == kind)
    session.execute(delete(PlaceUpload).where(own | (PlaceUpload.uploaded_at < at - KEPT)))
    upload = PlaceUpload(account_id=account_id, kind=kind, file_name=file_name[-300:], content=content, uploaded_at=at)
    session.add(upload)
    session.flush()
    return upload


def find_upload(session: Session, upload_id: int, *, account_id: int, kind: str, at: datetime) -> PlaceUpload:
    """The person's own file of that kind; raises :class:`UploadError`."""
    upload = session.scalar(
        select(PlaceUpload).where(
            PlaceUpload.id == upload_id, PlaceUpload.account_id == account_id, PlaceUpload.kind == kind
        )
    )
    if upload is None or upload.uploaded_at < at - KEPT:
        raise UploadError("gone")
    return upload


def finish_upload(session: Session, upload: PlaceUpload, outcome: Outcome) -> None:
    """Note the import in the audit log and forget the file."""
    after = {what: outcome.count(what) for what in ("add", "change", "close", "same")}
    audit.record(session, f"{upload.kind}.import", subject=upload.file_name, after=after)
    session.delete(upload)
    session.flush()


def fingerprint(outcome: Outcome) -> str:
    """The same for the same changes: a preview whose confirmation would do something else is shown again."""
    return hashlib.sha256(repr(outcome.changes).encode()).hexdigest()[:32]

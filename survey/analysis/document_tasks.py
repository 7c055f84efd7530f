"""Which sets of documents wait: to be signed, or signed and to be published. Conditions for counts and lists."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import aliased

from survey.models import Document, DocumentRun, Wave

_MADE = exists().where(Document.run_id == DocumentRun.id, Document.state == "made")


def to_sign() -> ColumnElement[bool]:
    """Of sets with their waves: finished, with any document that nobody has given to be signed."""
    return and_(_finished(), _MADE.where(Document.signing_requested_at.is_(None)))


def to_publish() -> ColumnElement[bool]:
    """Of sets with their waves: signed throughout, of a published wave."""
    return and_(_finished(), ~_MADE, Wave.state == "published")


def _finished() -> ColumnElement[bool]:
    """Made, not published, and of its wave, kinds and language the newest."""
    later = aliased(DocumentRun)
    replaced = exists().where(
        later.wave_id == DocumentRun.wave_id,
        later.kinds == DocumentRun.kinds,
        later.language == DocumentRun.language,
        later.state != "cancelled",
        later.id > DocumentRun.id,
    )
    return and_(DocumentRun.state == "made", DocumentRun.published_at.is_(None), ~replaced)

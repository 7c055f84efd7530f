"""Signing what was queued: documents out of the database, their signed bytes back into it.

Whoever calls this holds the key. That is `sipas documents sign`, run by an operator or beside the server under an
account of its own; the processes that serve pages never load it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, cast

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reports.figures import Language
from reports.signing import Signed
from survey.models import Document, DocumentContent
from survey.operations.audit import Actor, attribute
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.writing import begin_write

Sign = Callable[[bytes, Language, datetime], Signed]

_QUEUED = (Document.state == "made", Document.signing_requested_at.is_not(None))


class SigningError(OperationError):
    """A document that is not signed, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "altered": _n(
            "The document %(document)s is not the one that was made: its bytes were changed. Nothing is signed."
        ),
    }


def queued(session: Session) -> int:
    """How many documents wait to be signed."""
    return session.scalar(select(func.count()).select_from(Document).where(*_QUEUED)) or 0


def sign_queued(engine: Engine, sign: Sign, actor: Actor, progress: Callable[[int], None] | None = None) -> int:
    """Sign every document that waits, one after the other, each stored by itself; returns how many.

    Raises :class:`SigningError`, and what `sign` raises; what is signed till then stays signed.
    """
    done = 0
    while _sign_next(engine, sign, actor):
        done += 1
        if progress is not None:
            progress(1)
    return done


def _sign_next(engine: Engine, sign: Sign, actor: Actor) -> bool:
    oldest = select(Document).where(*_QUEUED).order_by(Document.signing_requested_at, Document.id).limit(1)
    with Session(engine, expire_on_commit=False) as session:
        document = session.scalar(oldest)
        if document is None:
            return False
        content = session.get_one(DocumentContent, document.id).content
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise SigningError("altered", document=document.code)
    at = datetime.now(UTC).replace(microsecond=0)
    signed = sign(content, cast("Language", document.language), at)
    with Session(engine) as session:
        begin_write(session)
        attribute(session, actor)
        _keep(session, session.get_one(Document, document.id, with_for_update=True), signed)
        session.commit()
    return True


def _keep(session: Session, document: Document, signed: Signed) -> None:
    if document.state != "made":  # somebody else was quicker
        return
    kept = session.get_one(DocumentContent, document.id)
    if kept.content != signed.content[: document.size]:
        raise SigningError("altered", document=document.code)
    kept.content = signed.content
    document.state, document.signed_at, document.signer = "signed", signed.at, signed.subject
    document.signed_sha256 = hashlib.sha256(signed.content).hexdigest()
    document.is_timestamped = signed.is_timestamped
    session.flush()

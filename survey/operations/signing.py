"""Signing what was queued: documents out of the database, their signed bytes back into it.

Whoever calls this holds the key. That is `sipas documents sign`, run by an operator or beside the server under an
account of its own; the processes that serve pages never load it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, cast

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reports.figures import Language
from reports.signing import Signed
from survey.models import Document, DocumentContent
from survey.operations.audit import Actor, attribute
from survey.operations.writing import begin_write

Sign = Callable[[bytes, Language, datetime], Signed]

ALTERED = "altered"  # what stands as the failure of a document whose bytes were changed

log = logging.getLogger(__name__)

_QUEUED = (Document.state == "made", Document.signing_requested_at.is_not(None))


class Round(NamedTuple):
    """What came of the queue: how many documents were signed, and the codes of those that could not be."""

    signed: int
    failed: tuple[str, ...]


def queued(session: Session) -> int:
    """How many documents wait to be signed."""
    return session.scalar(select(func.count()).select_from(Document).where(*_QUEUED)) or 0


def sign_queued(engine: Engine, sign: Sign, actor: Actor) -> Round:
    """Sign every document that waits, one after the other, each stored by itself.

    One whose bytes are not those that were made leaves the queue with the failure :data:`ALTERED` and holds up none of
    the others. Raises what `sign` raises; what is signed till then stays signed.
    """
    signed: list[str] = []
    failed: list[str] = []
    while (found := _sign_next(engine, sign, actor)) is not None:
        code, is_signed = found
        (signed if is_signed else failed).append(code)
    return Round(len(signed), tuple(failed))


def _sign_next(engine: Engine, sign: Sign, actor: Actor) -> tuple[str, bool] | None:
    """The code of the document that was next, and whether it was signed; None where none waits."""
    oldest = select(Document).where(*_QUEUED).order_by(Document.signing_requested_at, Document.id).limit(1)
    with Session(engine, expire_on_commit=False) as session:
        document = session.scalar(oldest)
        if document is None:
            return None
        content = session.get_one(DocumentContent, document.id).content
    signed = None
    if hashlib.sha256(content).hexdigest() == document.sha256:
        at = datetime.now(UTC).replace(microsecond=0)
        signed = sign(content, cast("Language", document.language), at)
    with Session(engine) as session:
        begin_write(session)
        attribute(session, actor)
        is_signed = _keep(session, session.get_one(Document, document.id, with_for_update=True), signed)
        session.commit()
    return document.code, is_signed


def _keep(session: Session, document: Document, signed: Signed | None) -> bool:
    """Store what was signed, if the bytes are still those; else why not. False for a document that is not signed."""
    if document.state != "made":  # somebody else was quicker
        return True
    kept = session.get_one(DocumentContent, document.id)
    if signed is None or kept.content != signed.content[: document.size]:
        log.error("the document %s is not signed: its bytes are not those that were made", document.code)
        document.failure, document.signing_requested_at, document.signing_requested_by_id = ALTERED, None, None
        session.flush()
        return False
    kept.content = signed.content
    document.state, document.signed_at, document.signer = "signed", signed.at, signed.subject
    document.signed_sha256 = hashlib.sha256(signed.content).hexdigest()
    document.is_timestamped, document.failure = signed.is_timestamped, ""
    session.flush()
    return True

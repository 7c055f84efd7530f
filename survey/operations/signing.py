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
from survey.analysis.published_documents import FiledFigures
from survey.models import Document, DocumentContent
from survey.operations.audit import Actor, attribute
from survey.operations.documents import shows_figures_now
from survey.operations.writing import begin_write

Sign = Callable[[bytes, Language, datetime], Signed]

# What stands as the failure of a document whose bytes were changed, or whose figures were corrected since.
ALTERED, OUTDATED = "altered", "outdated"

log = logging.getLogger(__name__)

_QUEUED = (Document.state == "made", Document.signing_requested_at.is_not(None))


class Round(NamedTuple):
    """What came of the queue: how many documents were signed, and the codes of those that were not, by reason."""

    signed: int
    altered: tuple[str, ...]
    outdated: tuple[str, ...]


def queued(session: Session) -> int:
    """How many documents wait to be signed."""
    return session.scalar(select(func.count()).select_from(Document).where(*_QUEUED)) or 0


def sign_queued(engine: Engine, sign: Sign, actor: Actor) -> Round:
    """Sign every document that waits, one after the other, each stored by itself.

    One whose bytes are not those that were made leaves the queue with the failure :data:`ALTERED`, one whose figures
    were corrected since with :data:`OUTDATED`; neither holds up the others. Raises what `sign` raises; what is signed
    till then stays signed.
    """
    codes: dict[str, list[str]] = {"": [], ALTERED: [], OUTDATED: []}
    while (found := _sign_next(engine, sign, actor)) is not None:
        code, failure = found
        codes[failure].append(code)
    return Round(len(codes[""]), tuple(codes[ALTERED]), tuple(codes[OUTDATED]))


def _sign_next(engine: Engine, sign: Sign, actor: Actor) -> tuple[str, str] | None:
    """The code of the document that was next, and why it was not signed, empty where it was; None where none waits."""
    oldest = select(Document).where(*_QUEUED).order_by(Document.signing_requested_at, Document.id).limit(1)
    with Session(engine, expire_on_commit=False) as session:
        document = session.scalar(oldest)
        if document is None:
            return None
        content = session.get_one(DocumentContent, document.id).content
        failure = "" if shows_figures_now(FiledFigures(session, document.wave), document) else OUTDATED
    signed = None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        failure = ALTERED
    if not failure:
        at = datetime.now(UTC).replace(microsecond=0)
        signed = sign(content, cast("Language", document.language), at)
    with Session(engine) as session:
        begin_write(session)
        attribute(session, actor)
        failure = _keep(session, session.get_one(Document, document.id, with_for_update=True), signed, failure)
        session.commit()
    return document.code, failure


def _keep(session: Session, document: Document, signed: Signed | None, failure: str) -> str:
    """Store what was signed, if the bytes are still those; else why not, which is returned."""
    if document.state != "made":  # somebody else was quicker
        return ""
    kept = session.get_one(DocumentContent, document.id)
    if signed is None or kept.content != signed.content[: document.size]:
        document.failure, document.signing_requested_at, document.signing_requested_by_id = (
            failure or ALTERED,
            None,
            None,
        )
        log.error("the document %s is not signed: %s", document.code, document.failure)
        session.flush()
        return document.failure
    kept.content = signed.content
    document.state, document.signed_at, document.signer = "signed", signed.at, signed.subject
    document.signed_sha256 = hashlib.sha256(signed.content).hexdigest()
    document.is_timestamped, document.failure = signed.is_timestamped, ""
    session.flush()
    return ""

"""What anybody reads of documents: those that were published, by the code that stands on them, and whether their
figures still hold.

Only the columns that the public database role may read are asked for (:mod:`survey.models.grants`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, load_only

from survey.analysis.petition_tracking import is_tracking_code
from survey.analysis.trend import earlier_waves
from survey.models import Document, Filing, FilingVersion, PublishedDocument, Unit, Wave

COLUMNS = (
    Document.id,
    Document.code,
    Document.kind,
    Document.title,
    Document.unit_id,
    Document.wave_id,
    Document.language,
    Document.state,
    Document.figures_digest,
    Document.made_at,
    Document.signer,
    Document.signed_at,
    Document.is_timestamped,
    Document.published_at,
    Document.withdrawn_at,
    Document.withdrawn_reason,
    Document.replaced_by_id,
)
_PUBLISHED = (
    select(PublishedDocument)
    .join(PublishedDocument.document)
    .options(contains_eager(PublishedDocument.document).load_only(*COLUMNS, raiseload=True))
)


def find(session: Session, code: str) -> PublishedDocument | None:
    """The document with that code that was published, withdrawn ones included."""
    if not is_tracking_code(code):
        return None
    return session.scalar(_PUBLISHED.where(Document.code == code))


def find_by_digest(session: Session, sha256: str) -> PublishedDocument | None:
    """The published document with exactly these bytes."""
    return session.scalar(_PUBLISHED.where(PublishedDocument.sha256 == sha256))


def code_of(session: Session, document_id: int) -> str | None:
    """The code of a published document, by its key."""
    query = select(Document).options(load_only(*COLUMNS, raiseload=True))
    found = session.scalar(query.where(Document.id == document_id, Document.state.in_(("published", "withdrawn"))))
    return found.code if found else None


def current(session: Session, wave: Wave, unit: Unit, kind: str, language: str) -> PublishedDocument | None:
    """The published document of that kind about the unit in the wave, unless its figures were corrected since."""
    found = session.scalar(
        _PUBLISHED.where(
            Document.unit_id == unit.id,
            Document.wave_id == wave.id,
            Document.kind == kind,
            Document.language == language,
            Document.state == "published",
        )
        .order_by(Document.id.desc())
        .limit(1)
    )
    if found is None:
        return None
    frozen, made_at = frozen_digest(session, wave, unit), found.document.made_at
    assert made_at is not None  # or it were a draft
    if frozen is None:
        return found
    return found if with_compared(session, wave, unit, frozen, made_at) == found.document.figures_digest else None


def with_compared(session: Session, wave: Wave, unit: Unit, figures_digest: str, at: datetime) -> str:
    """The digest of what a document made at that moment shows: of its own figures, and of the filings of all waves it
    is compared with. The change of a unit is told beside that of all others, so its own wave counts whole there."""
    waves = earlier_waves(session, wave, unit.path, published_only=True, by=at)
    if not waves:
        return figures_digest
    codes = {each.id: each.code for each in (*waves, wave)}
    query = (
        select(Filing.wave_id, FilingVersion.figures_digest)
        .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
        .join(Unit, Unit.id == Filing.unit_id)
        .where(Filing.wave_id.in_(codes))
        .order_by(Unit.path)
    )
    filed: dict[int, list[str]] = {wave_id: [] for wave_id in codes}
    for wave_id, digest in session.execute(query):
        filed[wave_id].append(digest)
    lines = (" ".join((codes[wave_id], *digests)) for wave_id, digests in filed.items())
    return hashlib.sha256("\n".join((figures_digest, *lines)).encode()).hexdigest()


def frozen_digest(session: Session, wave: Wave, unit: Unit) -> str | None:
    """The digest of the unit's figures as its filing holds them now; None where it filed none."""
    query = (
        select(FilingVersion.figures_digest)
        .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
        .where(Filing.wave_id == wave.id, Filing.unit_id == unit.id)
    )
    return session.scalar(query)


def frozen_digest_below(session: Session, wave: Wave, unit: Unit) -> str | None:
    """One SHA-256 over the figures of all filings at or under the unit; None where none was filed."""
    query = (
        select(FilingVersion.figures_digest)
        .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
        .join(Unit, Unit.id == Filing.unit_id)
        .where(Filing.wave_id == wave.id, Unit.path.startswith(unit.path))
        .order_by(Unit.path)
    )
    digests = session.scalars(query).all()
    return hashlib.sha256("\n".join(digests).encode()).hexdigest() if digests else None

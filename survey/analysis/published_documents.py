"""What anybody reads of documents: those that were published, by the code that stands on them, and whether their
figures still hold.

Only the columns that the public database role may read are asked for (:mod:`survey.models.grants`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, load_only

from survey.analysis.earlier_waves import EarlierWaves
from survey.analysis.petition_tracking import is_tracking_code
from survey.analysis.province_report import reporting_units
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
    filed, made_at = FiledFigures(session, wave), found.document.made_at
    assert made_at is not None  # or it were a draft
    frozen = filed.of(unit)
    if frozen is None:
        return found
    return found if filed.with_compared(unit, frozen, made_at) == found.document.figures_digest else None


class FiledFigures:
    """The digests of the figures that are filed of a wave and of the waves it is compared with: each wave's are read
    once, for as many documents as are looked at. What is filed meanwhile is not noticed."""

    def __init__(self, session: Session, wave: Wave) -> None:
        self.session, self.wave = session, wave
        self._read: dict[int, list[tuple[str, int, str]]] = {}

    @cached_property
    def top(self) -> Unit | None:
        """The unit that reports on the whole wave; None for a wave of one unit alone."""
        return next(iter(reporting_units(self.session, self.wave)), None)

    @cached_property
    def _compared(self) -> EarlierWaves:
        return EarlierWaves(self.session, self.wave, published_only=True)

    def state(self) -> tuple[datetime | None, int]:
        """When figures of these waves were frozen last, and how often they were: others than before tell that figures
        were filed or corrected in between."""
        query = select(func.max(FilingVersion.frozen_at), func.count()).join(
            Filing, Filing.id == FilingVersion.filing_id
        )
        newest, number = self.session.execute(
            query.where(Filing.wave_id.in_((self.wave.id, *self._compared.ids)))
        ).one()
        return newest, number

    def of(self, unit: Unit) -> str | None:
        """The digest of the unit's figures; None where it filed none."""
        return next((digest for _, unit_id, digest in self._filed(self.wave) if unit_id == unit.id), None)

    def below(self, unit: Unit) -> str | None:
        """One SHA-256 over the figures of all filings at or under the unit; None where none was filed."""
        digests = [digest for path, _, digest in self._filed(self.wave) if path.startswith(unit.path)]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest() if digests else None

    def with_compared(self, unit: Unit, figures_digest: str, at: datetime) -> str:
        """The digest of what a document made at that moment shows: of its own figures, and of the filings of all waves
        it is compared with. The change of a unit is told beside that of all others, so its own wave counts whole
        there."""
        waves = self._compared.of(unit.path, at)
        if not waves:
            return figures_digest
        lines = (" ".join((wave.code, *(digest for _, _, digest in self._filed(wave)))) for wave in (*waves, self.wave))
        return hashlib.sha256("\n".join((figures_digest, *lines)).encode()).hexdigest()

    def _filed(self, wave: Wave) -> list[tuple[str, int, str]]:
        """Path, key and digest of each unit that filed in the wave, in the order of their paths."""
        if wave.id not in self._read:
            query = (
                select(Unit.path, Filing.unit_id, FilingVersion.figures_digest)
                .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
                .join(Unit, Unit.id == Filing.unit_id)
                .where(Filing.wave_id == wave.id)
                .order_by(Unit.path)
            )
            self._read[wave.id] = [(row[0], row[1], row[2]) for row in self.session.execute(query)]
        return self._read[wave.id]

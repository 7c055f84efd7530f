"""Open data of published waves: their editions, and the figures each edition holds.

An edition is what was published of a wave together: the publication is the first, and each correction of two people
makes the next. It never changes afterwards. Single columns are read, as the public's database role may
(:mod:`survey.models.grants`).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.orm import Session

from reports.figures import Text
from reports.open_table import SCHEMA, Filed
from survey.analysis.export_reading import report_from
from survey.analysis.frozen_figures import unpacked
from survey.models import Filing, FilingStep, FilingVersion, Unit, Wave
from survey.operations.periods import province_day

AT_A_TIME = 20  # filings read together


@dataclass(frozen=True, slots=True)
class Part:
    """The version of a unit's filing that an edition holds, with the digest of its figures."""

    unit_code: str
    filing_id: int
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What was published of a wave on `day`; `reason` says why it replaced the edition before. `parts` by unit code.

    `digest` is SHA-256 over the layout of the files and the digests of the parts.
    """

    number: int
    day: date
    reason: str
    digest: str
    parts: tuple[Part, ...]

    def part(self, unit_code: str) -> Part | None:
        return next((part for part in self.parts if part.unit_code == unit_code), None)


@dataclass(frozen=True, slots=True)
class _Published:
    part: Part
    at: datetime
    publication_id: int | None
    reason: str
    is_correction: bool


def editions(session: Session, wave: Wave) -> list[Edition]:
    """The editions of a wave, the newest first; none unless it is published with filings."""
    if wave.state != "published" or wave.published_at is None:
        return []
    published = _published(session, wave)
    held = {each.part.unit_code: each.part for each in published if not each.is_correction}
    if not held:
        return []
    found = [_edition(1, province_day(wave.published_at), "", held)]
    corrected = [each for each in published if each.is_correction]
    for key in dict.fromkeys((each.at, each.publication_id) for each in corrected):
        together = [each for each in corrected if (each.at, each.publication_id) == key]
        held = held | {each.part.unit_code: each.part for each in together}
        found.append(_edition(len(found) + 1, province_day(key[0]), together[0].reason, held))
    return found[::-1]


def _published(session: Session, wave: Wave) -> list[_Published]:
    """The published versions of the wave's filings, in the order in which they were published."""
    rows = session.execute(
        select(
            Unit.code,
            Filing.id,
            FilingVersion.number,
            FilingVersion.figures_digest,
            FilingStep.at,
            FilingVersion.publication_id,
            FilingVersion.reason,
            FilingStep.state,
        )
        .select_from(Filing)
        .join(Unit, Unit.id == Filing.unit_id)
        .join(FilingVersion, FilingVersion.filing_id == Filing.id)
        .join(FilingStep, (FilingStep.filing_id == Filing.id) & (FilingStep.version == FilingVersion.number))
        .where(Filing.wave_id == wave.id, FilingStep.state.in_(("published", "corrected")))
        .order_by(FilingStep.at, FilingStep.id)
    )
    return [
        _Published(Part(code, filing_id, number, digest), at, publication_id, reason, state == "corrected")
        for code, filing_id, number, digest, at, publication_id, reason, state in rows
    ]


def _edition(number: int, day: date, reason: str, held: dict[str, Part]) -> Edition:
    parts = tuple(held[code] for code in sorted(held))
    named = "".join(f"{part.unit_code} {part.version} {part.digest}\n" for part in parts)
    return Edition(number, day, reason, hashlib.sha256(f"{SCHEMA}\n{named}".encode()).hexdigest(), parts)


def filed(engine: Engine, edition: Edition) -> Iterator[Filed]:
    """The figures of the edition, unit by unit.

    A few are read at a time, each time in a session of its own: they never change, and whoever downloads slowly must
    not keep a transaction open.
    """
    for start in range(0, len(edition.parts), AT_A_TIME):
        parts = edition.parts[start : start + AT_A_TIME]
        with Session(engine) as session:
            kept = _figures(session, parts)
        for part in parts:
            report = report_from(unpacked(kept[part.filing_id]), "published")
            yield Filed(report, part.version, part.digest)


def frozen_figures(session: Session, part: Part) -> bytes:
    """The part's figures byte by byte as they were frozen: `part.digest` is their SHA-256."""
    return zlib.decompress(_figures(session, (part,))[part.filing_id])


def _figures(session: Session, parts: tuple[Part, ...]) -> dict[int, bytes]:
    key = tuple_(FilingVersion.filing_id, FilingVersion.number)
    wanted = [(part.filing_id, part.version) for part in parts]
    query = select(FilingVersion.filing_id, FilingVersion.figures).where(key.in_(wanted))
    return {row[0]: row[1] for row in session.execute(query)}


def publisher(session: Session, wave: Wave | None) -> Text:
    """Who publishes: the owner of the wave, else the top of the tree; empty where there are no units."""
    query = select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.path).limit(1)
    unit = wave.owner if wave is not None and wave.owner is not None else session.scalar(query)
    return Text(unit.name_vi, unit.name_en) if unit is not None else Text("")

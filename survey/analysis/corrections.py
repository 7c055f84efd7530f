"""What was corrected after it had been published: of one unit's figures, and of whole waves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.correction_figures import CorrectedUnit, WaveCorrection
from reports.figures import Text
from reports.report_figures import Correction
from survey.analysis.filings import public_versions
from survey.models import Filing, FilingStep, FilingVersion, Unit, Wave
from survey.operations.periods import province_day


def unit_corrections(session: Session, wave: Wave, unit: Unit) -> tuple[Correction, ...]:
    """The corrections of a unit's published figures, the newest first."""
    versions = public_versions(session, wave, unit)
    return tuple(
        Correction(newer.day, newer.reason, newer.number, older.number, older.day)
        for newer, older in pairwise(versions)
    )


def wave_corrections(session: Session, waves: Collection[Wave]) -> dict[int, tuple[WaveCorrection, ...]]:
    """The corrections of published waves by the wave's id, each wave's newest first; nothing of one without any.

    Reads single columns: the public's database role knows no more of a filing.
    """
    published = [wave.id for wave in waves if wave.state == "published"]
    if not published:
        return {}
    corrected = select(FilingStep.filing_id).where(FilingStep.state == "corrected")
    rows = session.execute(
        select(
            Filing.wave_id,
            Unit.code,
            Unit.name_vi,
            Unit.name_en,
            FilingVersion.number,
            FilingVersion.reason,
            FilingVersion.publication_id,
            FilingStep.at,
            FilingStep.state,
        )
        .join(Filing, Filing.id == FilingStep.filing_id)
        .join(Unit, Unit.id == Filing.unit_id)
        .join(FilingVersion, (FilingVersion.filing_id == Filing.id) & (FilingVersion.number == FilingStep.version))
        .where(
            Filing.wave_id.in_(published),
            Filing.id.in_(corrected),
            FilingStep.state.in_(("published", "corrected")),
        )
        .order_by(Unit.code, FilingVersion.number)
    )
    before: dict[tuple[int, str], int] = {}
    found: dict[tuple[int, datetime, int | None], tuple[str, list[CorrectedUnit]]] = {}
    for wave_id, code, name_vi, name_en, number, reason, publication_id, at, state in rows:
        if state == "corrected":
            _, units = found.setdefault((wave_id, at, publication_id), (reason, []))
            units.append(CorrectedUnit(code, Text(name_vi, name_en), before[wave_id, code]))
        before[wave_id, code] = number
    by_wave: dict[int, tuple[WaveCorrection, ...]] = {}
    for (wave_id, at, _), (reason, units) in sorted(found.items(), key=lambda pair: pair[0][1], reverse=True):
        one = WaveCorrection(province_day(at), reason, tuple(units))
        by_wave[wave_id] = (*by_wave.get(wave_id, ()), one)
    return by_wave


def last_corrections(session: Session, waves: Collection[Wave]) -> dict[tuple[str, str], WaveCorrection]:
    """The last correction of the published figures, by the codes of wave and unit."""
    found = wave_corrections(session, waves)
    return {
        (wave.code, unit.code): each
        for wave in waves
        for each in reversed(found.get(wave.id, ()))
        for unit in each.units
    }

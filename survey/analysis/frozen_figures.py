"""The figures a filing freezes: every unit's report of a closed wave from one reading, and its canonical JSON.

A filing holds the figures of its own wave. What compares them with other waves (changes, trend) is no part of it: it is
computed when it is read, and moves when an earlier wave is corrected.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reports.report_figures import UnitReport
from survey.analysis.export import as_json
from survey.analysis.last_seal import KeptSeals
from survey.analysis.population import read_sites
from survey.analysis.summary import report_of
from survey.analysis.unit_views import UnitViews
from survey.analysis.view import headline_trust
from survey.analysis.view_reading import read_view
from survey.models import Unit, Wave, WaveUnit

DIGITS = 12  # significant ones a number is kept with: the last of sixteen may differ between two machines
# What may be renamed after the wave has closed.
_NAMES = frozenset({"name", "one_stop", "superior", "label"})
_KEPT = frozenset({str, int, bool, type(None)})  # types whose values are spelled as they are


def filing_units(session: Session, wave: Wave) -> list[Unit]:
    """The units of the wave that file: those that take part, and those above them up to the wave's owner, in the
    order of their paths."""
    paths = session.scalars(
        select(Unit.path).join(WaveUnit, WaveUnit.unit_id == Unit.id).where(WaveUnit.wave_id == wave.id)
    ).all()
    top = wave.owner.path if wave.owner else "/"
    ids: set[int] = set()
    for path in paths:
        parts = path.strip("/").split("/")
        ways = (f"/{'/'.join(parts[:length])}/" for length in range(1, len(parts) + 1))
        ids |= {int(way.strip("/").rpartition("/")[2]) for way in ways if way == path or way.startswith(top)}
    query = select(Unit).where(Unit.id.in_(sorted(ids))).options(joinedload(Unit.parent)).order_by(Unit.path)
    return list(session.scalars(query))


def frozen_reports(
    session: Session, wave: Wave, units: Iterable[Unit], *, frozen: bool = True
) -> Iterator[tuple[Unit, UnitReport]]:
    """The report of each unit in the closed wave, without what compares it with other waves; the tallies of the whole
    wave are read once. `frozen` False counts the numbers of transactions recorded now."""
    whole = read_view(session, wave, None, source="sealed")
    if not frozen:
        whole = replace(whole, sites=read_sites(session, wave, frozen=False))
    views, seals = UnitViews.of(whole), KeptSeals.of(session, wave)
    for unit in units:
        yield unit, report_of(session, views.at(unit), with_history=False, with_scan=False, seal=seals.at(unit))


def canonical(report: UnitReport) -> bytes:
    """The report as `sipas-analysis/1` without printed strings: keys sorted, UTF-8, no blanks, numbers with
    :data:`DIGITS` significant digits; the state of the wave, which goes on to "published", whom it asked, which
    its collectors say, and what was corrected later are left out."""
    document = as_json(report, None)
    del document["wave"]["state"], document["wave"]["respondents"], document["corrections"]
    return spelled(document)


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def packed(content: bytes) -> bytes:
    return zlib.compress(content, 9)


def unpacked(figures: bytes) -> dict[str, Any]:
    """The document that a version of a filing holds."""
    document: dict[str, Any] = json.loads(zlib.decompress(figures))
    return document


def agrees(report: UnitReport, kept: dict[str, Any]) -> bool:
    """Whether the report computed now says what the `kept` document says: names aside, which may have changed since,
    and aside what later versions of the platform say more."""
    now = json.loads(canonical(report))
    return spelled(_like(now, kept)) == spelled(kept)


def configuration_digest(wave: Wave) -> str:
    """SHA-256 of what decides the wave's figures beside the answers."""
    target = wave.target
    decided = {
        "questionnaire": wave.questionnaire.digest,
        "period": [wave.period_start.isoformat(), wave.period_end.isoformat()],
        "design": wave.design,
        "weighting": wave.headline_weighting,
        "rule": wave.rule,
        "aggregation": wave.aggregation,
        "target": [target.code, f"{target.value:.6f}", target.reference_vi],
        "minimum_people": wave.minimum_people,
        "trust_levels": list(headline_trust(wave)),
    }
    return digest(spelled(decided))


def spelled(document: Any) -> bytes:
    """The document in its one spelling."""
    kept = json.dumps(_rounded(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return kept.encode()


def _rounded(value: Any) -> Any:
    """The value with its numbers kept to :data:`DIGITS`; what needs none is not looked into, of a thousand in each."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: each if type(each) in _KEPT else _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [each if type(each) in _KEPT else _rounded(each) for each in value]
    return value


def _like(now: Any, kept: Any) -> Any:
    """`now` with the keys of `kept` alone, and with its names."""
    if isinstance(now, dict) and isinstance(kept, dict):
        return {key: kept[key] if key in _NAMES else _like(now[key], kept[key]) for key in kept if key in now}
    if isinstance(now, list) and isinstance(kept, list) and len(now) == len(kept):
        return [_like(one, other) for one, other in zip(now, kept, strict=True)]
    return now

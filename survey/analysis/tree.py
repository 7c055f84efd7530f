"""Disclosure control across the tree: which unit's figures must stay hidden so that no sibling's can be worked out.

The figures of a parent and of all its children but one give those of the last: a unit of three people stays hidden
only if a sibling is hidden with it. The answer is the same for every output, and kept when a wave closes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis import disclosure
from survey.analysis.estimation import headline_people
from survey.analysis.instrument import Instrument
from survey.analysis.tally import Detail, Selection, read
from survey.analysis.tally_statement import Source
from survey.models import KeptStatistic, Unit, Wave

HEADLINE = "hidden"
ITEM = "hidden:"
COUNTERS = "hidden.counters"  # the lines of a unit's own counters, beside its sub-units
ROOT = 0  # stands above all units: a wave may have several roots, and their total is shown
_OWN = "own"

Bases = dict[str, int]


def hidden_codes(
    session: Session, wave: Wave, instrument: Instrument, trust: Sequence[str], source: Source = "exact"
) -> dict[int, frozenset[str]]:
    """Per unit id, what is hidden in it: `HEADLINE` for everything, `ITEM` + code for an item. Units free of it are
    left out."""
    index = (instrument.index.id,) if instrument.index else ()
    selection = Selection((wave.id,), trust=tuple(trust), flagged=False, source=source)
    tallies = read(session, selection, Detail(scopes=index)).by(lambda cell: cell.origin.unit_id)
    own: dict[int, Bases] = {}
    for unit_id, tally in tallies.items():
        bases = {HEADLINE: headline_people(instrument, tally)}
        bases |= {ITEM + item.code: sum(tally.counts(item.id)[1:6]) for item in instrument.items}
        own[unit_id] = bases
    rows = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(list(own))))
    return _descend({key: (ROOT, *map(int, path.strip("/").split("/"))) for key, path in rows}, own)


def _descend(ways: dict[int, tuple[int, ...]], own: dict[int, Bases]) -> dict[int, frozenset[str]]:
    """Suppress among siblings level by level; what is hidden in a unit is hidden in all units under it."""
    below: dict[int, Bases] = defaultdict(lambda: defaultdict(int))
    kin: dict[int, set[int]] = defaultdict(set)
    for unit_id, way in ways.items():
        for node in way:
            for code, people in own[unit_id].items():
                below[node][code] += people
        for parent, child in pairwise(way):
            kin[parent].add(child)
    hidden: dict[int, set[str]] = defaultdict(set)
    waiting = [ROOT]
    while waiting:
        parent = waiting.pop()
        waiting.extend(kin[parent])
        for code, total in below[parent].items() if kin[parent] else ():
            parts = {str(child): below[child][code] for child in sorted(kin[parent])}
            parts[_OWN] = own.get(parent, {}).get(code, 0)
            unseen = parts.keys() if code in hidden[parent] else disclosure.hidden_siblings(parts, total)
            for name in unseen - {_OWN}:
                hidden[int(name)].add(code)
            if code == HEADLINE and _OWN in unseen:
                hidden[parent].add(COUNTERS)
    return {node: frozenset(codes) for node, codes in hidden.items() if codes and node != ROOT}


def kept(session: Session, wave: Wave, instrument: Instrument, trust: Sequence[str]) -> Iterator[KeptStatistic]:
    """The hidden codes of a wave as rows to keep."""
    for unit_id, codes in sorted(hidden_codes(session, wave, instrument, trust).items()):
        for code in sorted(codes):
            yield KeptStatistic(wave_id=wave.id, unit_id=unit_id, code=code, value=None, base=0)


def kept_hidden(session: Session, waves: Iterable[int], path: str) -> dict[tuple[int, int], frozenset[str]]:
    """What was kept as hidden when the waves closed, by wave and unit, at or under the unit with `path`."""
    rows = session.execute(
        select(KeptStatistic.wave_id, KeptStatistic.unit_id, KeptStatistic.code)
        .join(Unit, Unit.id == KeptStatistic.unit_id)
        .where(
            KeptStatistic.wave_id.in_(list(waves)),
            KeptStatistic.code.startswith(HEADLINE),
            Unit.path.like(f"{path}%"),
        )
    )
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for wave_id, unit_id, code in rows:
        found[wave_id, unit_id].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def was_kept(session: Session, wave: Wave) -> bool:
    """Whether the wave's statistics were kept, so that what is not among the hidden codes may be shown."""
    return session.scalar(select(KeptStatistic.code).where(KeptStatistic.wave_id == wave.id).limit(1)) is not None

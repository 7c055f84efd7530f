"""Disclosure control over a whole wave: which figures of which unit stay hidden so that none can be worked out.

The figures of a parent and of all its children but one give those of the last, and so do a factor and all its items
but one. Units and questions are therefore judged together, once for every output, and kept when a wave closes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis import disclosure, parts
from survey.analysis.instrument import ChoiceQuestion, Instrument
from survey.analysis.item_counts import headline_people
from survey.analysis.tally import Detail, Selection, Tallies, Tally, read
from survey.analysis.tally_statement import Source
from survey.models import KeptStatistic, Unit, Wave, WaveUnit

JUDGED = "judged"  # marks a unit whose figures were judged; what is not among the hidden ones may then be shown
KEPT = "hidden:"
KEPT_OF_ALL = "hidden_of_all:"
ROOT = 0  # stands above all units: a wave may have several roots, and their total is shown
_OWN = ".counters"

Hidden = dict[int, frozenset[str]]


def bases(instrument: Instrument, tally: Tally) -> dict[str, int]:
    """People behind every figure of a report, by the figure's key in :meth:`Instrument.pooled_into`."""
    pools = (*instrument.factors, *instrument.contents, *([instrument.index] if instrument.index else []))
    items = (*instrument.items, *([instrument.overall] if instrument.overall else []))
    found = {pool.key: tally.sums(pool.id).people for pool in pools}
    found |= {question.key: choice_base(tally, question) for question in instrument.choices}
    return found | {item.key: sum(tally.counts(item.id)[1:6]) for item in items}


def choice_base(tally: Tally, question: ChoiceQuestion) -> int:
    """People who answered a question of choices, "no opinion" left out."""
    return tally.people(question.id) if question.several else sum(tally.counts(question.id)[1:])


def hidden_figures(
    session: Session,
    wave: Wave,
    instrument: Instrument,
    trust: Sequence[str],
    source: Source = "exact",
    whole: Tallies | None = None,
) -> Hidden:
    """Per unit id (and `ROOT`), the keys of the figures to hide; under `own_counters` those of its counter lines.

    Units without anything to hide are left out. `whole` are the tallies of the wave, where they are known.
    """
    found = whole
    if found is None:
        selection = Selection((wave.id,), trust=tuple(trust), flagged=False, source=source)
        found = read(session, selection, Detail(all_choices=bool(instrument.choices)))
    tallies = found.by(lambda cell: cell.origin.unit_id if not cell.flagged and cell.origin.trust in trust else None)
    ways, parents = lineage(session, tallies)
    with_sub_units = set(parents.values())
    people: dict[tuple[str, str], int] = defaultdict(int)
    for unit_id, tally in tallies.items():
        places = list(ways[unit_id])
        if str(unit_id) in with_sub_units:
            parents[f"{unit_id}{_OWN}"] = str(unit_id)
            places.append(f"{unit_id}{_OWN}")
        for key, base in bases(instrument, tally).items():
            for place in places:
                people[place, key] += base
    hidden: dict[int, set[str]] = defaultdict(set)
    for place, key in disclosure.hidden_figures(people, parents, instrument.pooled_into):
        unit, dot, _ = place.partition(".")
        hidden[int(unit)].add(own_counters(key) if dot else key)
    return {unit_id: frozenset(keys) for unit_id, keys in hidden.items()}


def hidden_parts(
    session: Session,
    wave: Wave,
    instrument: Instrument,
    trust: Sequence[str],
    figures: Hidden,
    source: Source = "exact",
) -> Hidden:
    """Per unit id (and `ROOT`), the keys of the parts to hide, as in :mod:`survey.analysis.parts`, beside the hidden
    `figures`. Judged by people with an answer and by responses, since the mixes count those."""
    index, headline = instrument.index, instrument.headline
    scopes = (index.id,) if index else ()
    detail = Detail(all_choices=False, scopes=scopes, half_month_scopes=scopes, half_month_items=index is None)
    tallies = read(session, Selection((wave.id,), source=source), detail)
    people: dict[parts.Atom, int] = defaultdict(int)
    responses: dict[parts.Atom, int] = defaultdict(int)
    for cell, tally in tallies.periods:
        people[parts.atom(cell)] += headline_people(instrument, tally) if headline else tally.responses
        responses[parts.atom(cell)] += tally.responses
    ways, parents = lineage(session, {atom[0] for atom in responses})
    hidden = frozenset(
        (str(unit_id), parts.HEADLINE) for unit_id, keys in figures.items() if headline and headline.key in keys
    )
    for measure in (people, responses):
        hidden = parts.hidden_parts(measure, ways, parents, trust, hidden)
    found: dict[int, set[str]] = defaultdict(set)
    for unit, part in hidden:
        if part != parts.HEADLINE:
            found[int(unit)].add(part)
        elif headline:
            found[int(unit)].add(headline.key)
    return {unit_id: frozenset(keys) for unit_id, keys in found.items()}


def both(figures: Hidden, of_parts: Hidden) -> Hidden:
    return {
        unit_id: figures.get(unit_id, frozenset()) | of_parts.get(unit_id, frozenset())
        for unit_id in figures.keys() | of_parts.keys()
    }


def lineage(session: Session, unit_ids: Iterable[int]) -> tuple[dict[int, tuple[str, ...]], dict[str, str | None]]:
    """Each unit's way from `ROOT` down to itself, and the unit above each, parents first."""
    rows = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(list(unit_ids)))).all()
    ways = {key: (str(ROOT), *path.strip("/").split("/")) for key, path in rows}
    parents: dict[str, str | None] = {str(ROOT): None}
    for way in sorted(ways.values(), key=len):
        for above, below in pairwise(way):
            parents.setdefault(below, above)
    return ways, parents


def hidden_here(
    instrument: Instrument, tally: Tally, apart: Iterable[Tally] = (), beside: Collection[str] = ()
) -> frozenset[str]:
    """The keys to hide in a view that stands alone: a filter, or the total of a wave.

    `apart` are tallies of those by whom it differs from other views: a figure few of them answered is hidden, too.
    `beside` are keys to hide for the sake of other views.
    """
    people = {("", key): base for key, base in bases(instrument, tally).items()}
    differences = [bases(instrument, other) for other in apart]
    already = {
        ("", key) for _, key in people if key in beside or any(disclosure.is_small(of[key]) for of in differences)
    }
    found = disclosure.hidden_figures(people, {"": None}, instrument.pooled_into, already=already)
    return frozenset(key for _, key in found)


def own_counters(key: str) -> str:
    """The key under which a figure of a unit's own counters, beside its sub-units, is hidden."""
    return f"{key}{_OWN}"


def hides_own_counters(key: str) -> str | None:
    """The figure's key that is hidden of a unit's own counters under this key; None of any other one."""
    return key.removesuffix(_OWN) if key.endswith(_OWN) else None


def kept(session: Session, wave: Wave, instrument: Instrument, trust: Sequence[str]) -> Iterator[KeptStatistic]:
    """What is hidden of the units of a wave as rows to keep, with a mark for each unit that takes part."""
    figures = hidden_figures(session, wave, instrument, trust)
    hidden = both(figures, hidden_parts(session, wave, instrument, trust, figures))
    part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id).order_by(WaveUnit.unit_id)
    taking_part = session.scalars(part).all()
    for unit_id in taking_part:
        yield KeptStatistic(wave_id=wave.id, unit_id=unit_id, code=JUDGED, value=None, base=0)
    for unit_id, keys in sorted(hidden.items()):
        if unit_id != ROOT:
            codes, holder = sorted(KEPT + key for key in keys), unit_id
        else:  # the top above all units has no row of its own
            codes, holder = sorted(KEPT_OF_ALL + key for key in keys), taking_part[0]
        for code in codes:
            yield KeptStatistic(wave_id=wave.id, unit_id=holder, code=code, value=None, base=0)


def kept_hidden(session: Session, waves: Iterable[int], path: str) -> dict[tuple[int, int], frozenset[str]]:
    """What was kept as hidden when the waves closed, by wave and unit, at or under the unit with `path`; under `ROOT`
    that of the whole wave."""
    statistic = KeptStatistic.code
    of_units = statistic.startswith(KEPT) & Unit.path.like(f"{path}%")
    rows = session.execute(
        select(KeptStatistic.wave_id, KeptStatistic.unit_id, statistic)
        .join(Unit, Unit.id == KeptStatistic.unit_id)
        .where(KeptStatistic.wave_id.in_(list(waves)), of_units | statistic.startswith(KEPT_OF_ALL, autoescape=True))
    )
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for wave_id, unit_id, code in rows:
        of_all = code.startswith(KEPT_OF_ALL)
        found[wave_id, ROOT if of_all else unit_id].add(code.removeprefix(KEPT_OF_ALL if of_all else KEPT))
    return {key: frozenset(codes) for key, codes in found.items()}


def was_kept(session: Session, wave: Wave) -> bool:
    """Whether it was kept what is hidden in the wave."""
    judged = select(KeptStatistic.code).where(KeptStatistic.wave_id == wave.id, KeptStatistic.code == JUDGED)
    return session.scalar(judged.limit(1)) is not None

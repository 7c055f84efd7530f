"""The counting of cross-tables: one pass over a wave's rows, and what is to be kept of it for every unit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from survey.analysis import parts, tree
from survey.analysis.cross_disclosure import SILENT, CrossPeople, Group, hidden_cells
from survey.analysis.instrument import ChoiceQuestion, Instrument, Item, Pool
from survey.analysis.scan import ROWS_AT_A_TIME
from survey.analysis.statistics import PersonSums
from survey.analysis.tally import Tally
from survey.analysis.view import headline_trust
from survey.models import Answer, Collector, Response, ResponseFlag, Wave

Progress = Callable[[int], None]
PROGRESS_STEP = 5000  # responses between two words of it
EVERYBODY = 0  # in the place of a choice: all people of the unit, those who did not say among them


@dataclass(slots=True)
class Count:
    """The counts of some responses while they are added up: n0…n5 by item, the sums over people by scope."""

    responses: int = 0
    items: dict[int, list[int]] = field(default_factory=dict)
    scopes: dict[int, list[int]] = field(default_factory=dict)

    def tally(self) -> Tally:
        items = {question: tuple(counts) for question, counts in self.items.items()}
        return Tally(self.responses, items, {scope: PersonSums(*sums) for scope, sums in self.scopes.items()})


@dataclass(frozen=True)
class Counted:
    """One question about oneself over a wave: by unit (without its subtree) and choice, `SILENT` for those who did not
    say; and the people behind the headline by where they stand."""

    question: ChoiceQuestion
    counts: dict[tuple[int, int], Count]
    index: dict[Group, int]


def crossed(instrument: Instrument) -> tuple[ChoiceQuestion, ...]:
    """The questions a result is broken down by."""
    return tuple(question for question in instrument.choices if question.about_oneself)


def measured(instrument: Instrument) -> tuple[Pool | Item, ...]:
    """The figures each group is given: the index, factors, items and the overall question."""
    index = (instrument.index,) if instrument.index else ()
    overall = (instrument.overall,) if instrument.overall else ()
    contents = instrument.contents if len(instrument.contents) > 1 else ()
    return (*index, *contents, *instrument.factors, *instrument.items, *overall)


def count_wave(
    session: Session, wave: Wave, instrument: Instrument, progress: Progress | None = None
) -> tuple[Counted, ...]:
    """Every counted response of the wave, once, added up for each question about oneself.

    Takes time in proportion to the responses; `progress` is told how many more have been read.
    """
    questions = crossed(instrument)
    if not questions or instrument.headline is None:
        return ()
    found = tuple(Counted(question, defaultdict(Count), defaultdict(int)) for question in questions)
    items = {item.id: item for item in (*instrument.items, *([instrument.overall] if instrument.overall else []))}
    pools = [pool for pool in measured(instrument) if isinstance(pool, Pool)]
    members = [(pool.id, frozenset(item.id for item in pool.items)) for pool in pools]
    headline = instrument.headline
    read = 0
    for row in _scan(session, wave, [*items, *(question.id for question in questions)], headline_trust(wave)):
        unit_id, channel, trust, group, half_month, *choices = row
        answers = {item: choice for item, choice in zip(items, choices, strict=False) if choice is not None}
        sums = [(scope, person) for scope, of in members if (person := _sums(answers, of)) is not None]
        behind = _is_behind(answers, headline)
        keys = (
            parts.key(parts.CHANNEL, channel),
            parts.key(parts.TRUST, trust),
            parts.key(parts.GROUP, group),
            parts.key(parts.HALF_MONTH, half_month),
        )
        for counted, said in zip(found, choices[len(items) :], strict=True):
            choice = said or SILENT  # "no opinion" says nothing either
            mine = counted.counts[unit_id, choice]
            mine.responses += 1
            for item, answer in answers.items():
                mine.items.setdefault(item, [0] * 6)[answer] += 1
            for scope, person in sums:
                total = mine.scopes.setdefault(scope, [0] * len(person))
                for at, number in enumerate(person):
                    total[at] += number
            if behind:
                counted.index[Group(unit_id, choice, keys)] += 1
        read += 1
        if progress is not None and read % PROGRESS_STEP == 0:
            progress(PROGRESS_STEP)
    if progress is not None:
        progress(read % PROGRESS_STEP)
    return found


def _scan(
    session: Session, wave: Wave, questions: Sequence[int], trust: Sequence[str]
) -> Iterator[tuple[int, str, str, str, int, *tuple[int | None, ...]]]:
    flagged = exists().where(ResponseFlag.response_id == Response.id)
    columns = [func.max(case((Answer.question_id == question, Answer.choice))) for question in questions]
    origin = (Collector.unit_id, Collector.channel, Collector.trust, Collector.respondent_group, Response.half_month)
    statement = (
        select(*origin, *columns)
        .join(Collector, Collector.id == Response.collector_id)
        .outerjoin(Answer, and_(Answer.response_id == Response.id, Answer.question_id.in_(questions)))
        .where(Collector.wave_id == wave.id, Collector.trust.in_(trust), ~Response.is_test, ~flagged)
        .group_by(Response.id, *origin)
        .execution_options(yield_per=ROWS_AT_A_TIME)
    )
    for row in session.execute(statement):
        yield tuple(row)


def _sums(answers: dict[int, int], of: frozenset[int]) -> tuple[int, ...] | None:
    """One person's sums in a scope, in the order of :class:`PersonSums`; None without a valid answer."""
    s = v = x = 0
    for item, answer in answers.items():
        if answer and item in of:
            v += 1
            x += answer
            s += answer >= 4
    return (1, int(s == v), s, v, s * s, s * v, v * v, x, x * x, x * v) if v else None


def _is_behind(answers: dict[int, int], headline: Pool | Item) -> bool:
    items = headline.items if isinstance(headline, Pool) else (headline,)
    return any(answers.get(item.id) for item in items)


def rows_to_keep(
    session: Session, wave: Wave, instrument: Instrument, counted: Counted, hidden: tree.Hidden
) -> list[dict[str, object]]:
    """What to keep, as columns of :class:`CrossTally`: of each unit of the tree a row for each choice somebody of it
    made, and one for everybody."""
    keys = [each.key for each in measured(instrument)]
    ways, units = tree.lineage(session, {unit_id for unit_id, _ in counted.counts})
    ways = {unit_id: tuple(unit for unit in way if unit != str(tree.ROOT)) for unit_id, way in ways.items()}
    units = {
        unit: None if above == str(tree.ROOT) else above for unit, above in units.items() if unit != str(tree.ROOT)
    }
    tallies = {place: one.tally() for place, one in counted.counts.items()}
    sites: dict[tuple[int, int, str], int] = {}
    for (unit_id, choice), tally in tallies.items():
        bases = tree.bases(instrument, tally)
        sites |= {(unit_id, choice, key): bases[key] for key in keys}
    pools = {key: above for key, above in instrument.pooled_into.items() if key in keys}
    pools = {key: above if above in pools else None for key, above in pools.items()}
    closed = {(str(unit_id), key) for unit_id, of in hidden.items() for key in of}
    stood: dict[str, set[str]] = defaultdict(set)
    for group in counted.index:
        for unit in ways[group.unit_id]:
            stood[unit].update(group.parts)
    shown = {unit: of - hidden.get(int(unit), frozenset()) for unit, of in stood.items()}
    headline = instrument.headline
    key = headline.key if headline else None
    unseen = hidden_cells(CrossPeople(sites, counted.index, key, ways, units, pools, closed, shown))
    whole: dict[tuple[str, int], list[Tally]] = defaultdict(list)
    for (unit_id, choice), tally in tallies.items():
        for unit in ways[unit_id]:
            whole[unit, EVERYBODY].append(tally)
            if choice != SILENT:
                whole[unit, choice].append(tally)
    by_row: dict[tuple[str, int], list[str]] = defaultdict(list)
    for unit, choice, figure in unseen:
        by_row[unit, choice].append(figure)
    for unit, figure in closed:
        if figure in pools:
            by_row[unit, EVERYBODY].append(figure)
    return [
        {
            "wave_id": wave.id,
            "unit_id": int(unit),
            "question_id": counted.question.id,
            "choice": choice,
            "counts": _written(Tally.sum(of)),
            "hidden": " ".join(sorted(by_row[unit, choice])),
        }
        for (unit, choice), of in sorted(whole.items())
    ]


def _written(tally: Tally) -> str:
    sums = {scope: [getattr(of, name) for name in PersonSums.__slots__] for scope, of in tally.scopes.items()}
    return json.dumps({"responses": tally.responses, "items": tally.items, "scopes": sums}, separators=(",", ":"))


def counts_kept(counts: str) -> Tally:
    """What a row keeps under `counts`."""
    found = json.loads(counts)
    items = {int(question): tuple(of) for question, of in found["items"].items()}
    return Tally(found["responses"], items, {int(scope): PersonSums(*of) for scope, of in found["scopes"].items()})

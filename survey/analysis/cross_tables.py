"""Cross-tables: a unit's figures by what people say of themselves, counted in one pass over a wave's rows and kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import Engine, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from reports.cross_figures import CrossColumn, CrossRow, CrossTable
from reports.figures import NO_ESTIMATE, HeatCell
from survey.analysis import disclosure, parts, tree
from survey.analysis.cross_disclosure import SILENT, CrossPeople, Group, hidden_cells
from survey.analysis.estimation import Estimator, Terms
from survey.analysis.instrument import ChoiceQuestion, Instrument, Item, Pool, read_instrument
from survey.analysis.population import Site
from survey.analysis.scan import ROWS_AT_A_TIME
from survey.analysis.statistics import PersonSums
from survey.analysis.tally import Tally
from survey.analysis.view import headline_trust, place, read_view, wave_label
from survey.models import Answer, Collector, CrossRun, CrossTally, Response, ResponseFlag, Unit, Wave
from survey.operations.writing import begin_write

Progress = Callable[[int], None]
PROGRESS_STEP = 5000  # responses between two words of it


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


def keep_cross_tables(session: Session, wave: Wave, counts: Sequence[Counted] | None = None) -> None:
    """Judge what stays hidden of the cross-tables of a wave, of every unit of its tree, and replace what was kept.

    Without the `counts` of :func:`count_wave` they are made now. Never commits.
    """
    instrument = read_instrument(session, wave.questionnaire)
    if counts is None:
        counts = count_wave(session, wave, instrument)
    session.execute(delete(CrossTally).where(CrossTally.wave_id == wave.id))
    trust = headline_trust(wave)
    figures = tree.hidden_figures(session, wave, instrument, trust)
    hidden_parts = tree.both(figures, tree.hidden_parts(session, wave, instrument, trust, figures))
    for counted in counts:
        rows = _rows(session, wave, instrument, counted, hidden_parts)
        if rows:
            session.execute(insert(CrossTally), rows)
    session.flush()


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


def _rows(
    session: Session, wave: Wave, instrument: Instrument, counted: Counted, hidden: tree.Hidden
) -> list[dict[str, object]]:
    """What to keep: a row for each unit of the tree and each choice somebody of it made."""
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
    pools = {key: above for key, above in instrument.pooled_into().items() if key in keys}
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
        for unit in ways[unit_id] if choice != SILENT else ():
            whole[unit, choice].append(tally)
    by_row: dict[tuple[str, int], list[str]] = defaultdict(list)
    for unit, choice, figure in unseen:
        by_row[unit, choice].append(figure)
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


def _read(counts: str) -> Tally:
    found = json.loads(counts)
    items = {int(question): tuple(of) for question, of in found["items"].items()}
    return Tally(found["responses"], items, {int(scope): PersonSums(*of) for scope, of in found["scopes"].items()})


def cross_table(session: Session, wave: Wave, unit: Unit, question: ChoiceQuestion) -> CrossTable | None:
    """A unit's table as it was kept, each group estimated as one sample without N; None where nothing was kept."""
    kept = {
        row.choice: row
        for row in session.scalars(
            select(CrossTally).where(
                CrossTally.wave_id == wave.id, CrossTally.unit_id == unit.id, CrossTally.question_id == question.id
            )
        )
    }
    if not kept:
        return None
    instrument = read_instrument(session, wave.questionnaire)
    terms = Terms.of_wave(wave, weighting="unweighted")
    columns = measured(instrument)
    rows = []
    for value, label in question.options:
        row = kept.get(value)
        if row is not None:
            hidden = frozenset(row.hidden.split())
            rows.append(CrossRow(label, tuple(_cells(terms, instrument, columns, _read(row.counts), hidden))))
    view = read_view(session, wave, unit, terms=terms, only_headline=True)
    run = session.get(CrossRun, wave.id)
    return CrossTable(
        place(unit),
        wave_label(wave),
        view.method,
        question.code,
        question.label,
        tuple(CrossColumn(each.code, each.label, each.level if isinstance(each, Pool) else "item") for each in columns),
        tuple(rows),
        run.finished_at if run and wave.state == "open" else None,
    )


def _cells(
    terms: Terms,
    instrument: Instrument,
    columns: Iterable[Pool | Item],
    tally: Tally,
    hidden: frozenset[str],
) -> Iterator[HeatCell]:
    estimator = Estimator(terms, instrument, (Site(0, "", "", None, None),), {0: tally}, populations=False)
    for each in columns:
        figure = estimator.pool(each) if isinstance(each, Pool) else estimator.item(each)
        if each.key in hidden or disclosure.is_small(figure.people):
            yield HeatCell(NO_ESTIMATE, 0, suppressed=True)
        else:
            yield HeatCell(figure.estimate, figure.people)


def request_cross_tables(session: Session, wave: Wave, at: datetime) -> bool:
    """Ask for an open wave's tables to be counted by the process that seals; False while that is under way already."""
    run = session.get(CrossRun, wave.id)
    if run is not None and run.finished_at is None:
        return False
    if run is None:
        session.add(CrossRun(wave_id=wave.id, requested_at=at))
    else:
        run.requested_at, run.started_at, run.finished_at, run.done = at, None, None, 0
    session.flush()
    return True


def count_requested(engine: Engine, begun: MutableSequence[int] | None = None, leave: Collection[int] = ()) -> bool:
    """Count the tables of one wave that has closed or for which they were asked; False where there is none to count.

    Progress and result are committed in transactions of their own, so that no writer waits for the reading. The wave's
    id is added to `begun` first; waves to `leave` alone, by id, wait: that of one may have failed a moment ago.
    """
    with Session(engine) as session:
        counted = and_(CrossRun.finished_at.is_not(None), CrossRun.finished_at >= Wave.closed_at)
        due = or_(
            and_(CrossRun.wave_id.is_not(None), CrossRun.finished_at.is_(None)),
            and_(Wave.state.in_(("closed", "published")), or_(CrossRun.wave_id.is_(None), ~counted)),
        )
        waves = select(Wave.id).outerjoin(CrossRun, CrossRun.wave_id == Wave.id).where(due, Wave.id.not_in(leave))
        wave_id = session.scalar(waves.order_by(Wave.id).limit(1))
        if wave_id is None:
            return False
        if begun is not None:
            begun.append(wave_id)
        if session.get(CrossRun, wave_id) is None:
            session.commit()  # SQLite refuses a writer whose transaction began by reading
            begin_write(session)
            request_cross_tables(session, session.get_one(Wave, wave_id), datetime.now(UTC))
            session.commit()
        in_wave = select(Collector.id).where(Collector.wave_id == wave_id)
        total = session.scalar(select(func.count()).where(Response.collector_id.in_(in_wave))) or 0

    def note(**columns: object) -> None:
        with Session(engine) as writing:
            begin_write(writing)
            writing.execute(update(CrossRun).where(CrossRun.wave_id == wave_id).values(**columns))
            writing.commit()

    note(started_at=datetime.now(UTC), finished_at=None, total=total, done=0)
    read = count(PROGRESS_STEP, PROGRESS_STEP)
    with Session(engine) as session:
        wave = session.get_one(Wave, wave_id)
        instrument = read_instrument(session, wave.questionnaire)
        counts = count_wave(session, wave, instrument, lambda _more: note(done=min(next(read), total)))
    with Session(engine) as session:
        begin_write(session)
        keep_cross_tables(session, session.get_one(Wave, wave_id), counts)
        session.commit()
    note(done=total, finished_at=datetime.now(UTC))
    return True

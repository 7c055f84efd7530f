"""Cards as they are read: one with all its lines, lists of many with their points, a template's board, other years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from forms.scorecard_definition import Measure, Survey
from forms.scorecard_notation import rule_of
from reports.figures import Text
from reports.scorecard_figures import (
    STAGES,
    Basis,
    BoardLine,
    Card,
    CardLine,
    Evidence,
    Stage,
    Sum,
    YearLine,
    ranked,
)
from survey.analysis import scorecard_basis
from survey.analysis.labels import place
from survey.analysis.scorecard_sources import read_basis
from survey.analysis.scorecard_templates import levels
from survey.analysis.scorecards import points_of, total_of, with_sums
from survey.models import (
    Criterion,
    Scorecard,
    ScorecardEvidence,
    ScorecardScore,
    ScorecardStep,
    ScorecardTemplate,
    Unit,
)
from survey.operations.periods import province_day

PAGE = 40
# The stage whose points stand for a card in each state.
STAGE_OF: dict[str, Stage] = {
    "scoring": "self",
    "submitted": "self",
    "appraised": "appraisal",
    "explained": "appraisal",
    "final": "final",
}
Scores = dict[tuple[int, str], ScorecardScore]  # the last of each criterion and stage


def read_card(session: Session, card: Scorecard, today: date, *, for_council: bool) -> Card:
    """A unit's card with all its lines. Computed points are worked out anew while the unit still scores itself; from
    then on they stand as they were submitted.

    What the council writes is shown to others once it hands its stage over. `for_council` shows it at once; a
    criterion it has not touched counts there as at the stage before.
    """
    template = card.template
    scores, evidence = last_scores(session, card), _evidence(session, card)
    depth = levels(template)
    shown = STAGES if for_council else STAGES[: STAGES.index(STAGE_OF[card.state]) + 1]
    lines = [
        _line(session, card, line, depth[line.id], scores, evidence.get(line.id, ()), today, shown)
        for line in template.criteria
    ]
    lines = list(with_sums(lines, {line.id: line.parent_id for line in template.criteria}))
    steps = session.scalars(
        select(ScorecardStep).where(ScorecardStep.scorecard_id == card.id).order_by(ScorecardStep.id)
    )
    return Card(
        key=card.id,
        place=place(card.unit),
        name=Text(template.name_vi, template.name_en),
        code=template.code,
        version=template.version,
        year=template.year,
        reference=Text(template.reference_vi, template.reference_en),
        council=template.council,
        state=card.state,
        self_due_on=template.self_due_on,
        explanation_due_on=template.explanation_due_on,
        final_due_on=template.final_due_on,
        lines=tuple(lines),
        total=total_of(lines),
        steps=tuple((step.step, province_day(step.at)) for step in steps),
    )


def last_scores(session: Session, card: Scorecard) -> Scores:
    """The line that holds of each criterion and stage. What the council wrote before the unit scored anew is void."""
    found: Scores = {}
    query = select(ScorecardScore).where(ScorecardScore.scorecard_id == card.id).order_by(ScorecardScore.id)
    for score in session.scalars(query):
        if score.stage == "self":
            found.pop((score.criterion_id, "appraisal"), None)
        found[score.criterion_id, score.stage] = score
    return found


def computed(session: Session, card: Scorecard, line: Criterion, today: date) -> tuple[Decimal | None, Basis | None]:
    """The points of a criterion that the platform computes and what they rest on, as of today; nothing for others."""
    rule = rule_of(line.rule, line.terms, line.number)
    if not isinstance(rule, Survey | Measure):
        return None, None
    assert line.maximum is not None
    basis = read_basis(session, rule, card.unit, card.template.year, today)
    return points_of(rule, basis, line.maximum, card.template.rounding), basis


def _line(
    session: Session,
    card: Scorecard,
    line: Criterion,
    level: int,
    scores: Scores,
    evidence: Sequence[Evidence],
    today: date,
    shown: Collection[str],
) -> CardLine:
    found = {stage: scores.get((line.id, stage)) for stage in ("self", "explanation", "appraisal", "final")}
    points: dict[Stage, Decimal | None] = dict.fromkeys(STAGES)
    own, basis = found["self"], None
    if card.state == "scoring" and line.rule in ("measure", "survey"):
        points["self"], basis = computed(session, card, line, today)
    elif own is not None:
        points["self"] = own.points
        basis = scorecard_basis.read(own.basis)
        if own.base is not None:
            basis = Basis("ratio", counted=own.counted, base=own.base)
    before = points["self"]
    for stage in STAGES[1:]:
        if stage in shown and line.rule != "group" and card.state != "scoring":
            score = found[stage]
            points[stage] = before = score.points if score is not None else before
    council, final = found["appraisal"] if "appraisal" in shown else None, found["final"] if "final" in shown else None
    return CardLine(
        key=line.id,
        number=line.number,
        level=level,
        name=Text(line.name_vi, line.name_en),
        rule=line.rule,
        maximum=line.maximum or Decimal(0),
        points=points,
        reason=own.reason if own else "",
        remedy=own.remedy if own else "",
        explanation=found["explanation"].reason if found["explanation"] else "",
        council_reason=council.reason if council else "",
        final_reason=final.reason if final else "",
        basis=basis,
        evidence=tuple(evidence),
        said=max((score.id for score in found.values() if score is not None), default=0),
    )


def _evidence(session: Session, card: Scorecard) -> dict[int, list[Evidence]]:
    query = select(
        ScorecardEvidence.criterion_id, ScorecardEvidence.id, ScorecardEvidence.file_name, ScorecardEvidence.size
    ).where(ScorecardEvidence.scorecard_id == card.id)
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in session.execute(query.order_by(ScorecardEvidence.id)):
        found[row.criterion_id].append(Evidence(row.id, row.file_name, row.size))
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of cards is narrowed to; empty: everything."""

    state: str = ""
    year: int | None = None
    unit: Unit | None = None


def page(
    session: Session, within: ColumnElement[bool], filters: Filters, after: int | None = None, size: int = PAGE
) -> tuple[Sequence[Scorecard], int | None]:
    """Cards of units in reach, the newest year first, and the key after which the next page begins.

    Raises ValueError for a key that is none.
    """
    query = _of(within, filters)
    if after is not None:
        last = session.get(Scorecard, after)
        if last is None:
            raise ValueError(after)
        query = query.where(tuple_(-ScorecardTemplate.year, Scorecard.id) > (-last.template.year, last.id))
    query = query.options(contains_eager(Scorecard.template), contains_eager(Scorecard.unit).joinedload(Unit.parent))
    found = session.scalars(query.order_by(-ScorecardTemplate.year, Scorecard.id).limit(size + 1)).all()
    return found[:size], found[size - 1].id if len(found) > size else None


def years(session: Session, within: ColumnElement[bool]) -> Sequence[int]:
    """The years of which there are cards in reach, the newest first."""
    query = _of(within, Filters()).with_only_columns(ScorecardTemplate.year).distinct()
    return session.scalars(query.order_by(ScorecardTemplate.year.desc())).all()


def _of(within: ColumnElement[bool], filters: Filters) -> Select[Scorecard]:
    query = select(Scorecard).join(Scorecard.template).join(Unit, Unit.id == Scorecard.unit_id).where(within)
    if filters.state:
        query = query.where(Scorecard.state == filters.state)
    if filters.year:
        query = query.where(ScorecardTemplate.year == filters.year)
    if filters.unit is not None:
        query = query.where(Unit.path.startswith(filters.unit.path, autoescape=True))
    return query


def board_lines(session: Session, cards: Iterable[Scorecard]) -> list[BoardLine]:
    """The cards with their sums at the stage each has handed over, unranked, in their order. Of a card that its unit
    still scores only what was typed is told."""
    cards = list(cards)
    stages = {card.id: STAGE_OF[card.state] for card in cards}
    last = (
        select(func.max(ScorecardScore.id))
        .where(ScorecardScore.scorecard_id.in_(stages), ScorecardScore.stage.in_(set(stages.values())))
        .group_by(ScorecardScore.scorecard_id, ScorecardScore.criterion_id, ScorecardScore.stage)
    )
    columns = (
        ScorecardScore.scorecard_id, ScorecardScore.criterion_id, ScorecardScore.stage, ScorecardScore.points,
    )  # fmt: skip
    known: dict[tuple[int, int], Decimal] = {}
    for key, criterion_id, stage, points in session.execute(select(*columns).where(ScorecardScore.id.in_(last))):
        if stage == stages[key] and points is not None:
            known[key, criterion_id] = points
    worth: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    maxima = select(Criterion.template_id, Criterion.id, Criterion.maximum).where(
        Criterion.template_id.in_({card.template_id for card in cards}), Criterion.maximum.is_not(None)
    )
    for template_id, criterion_id, maximum in session.execute(maxima):
        worth[template_id].append((criterion_id, maximum or Decimal(0)))
    return [
        BoardLine(
            card.id,
            place(card.unit),
            card.state,
            stages[card.id],
            Sum.of((maximum, known.get((card.id, criterion_id))) for criterion_id, maximum in worth[card.template_id]),
        )
        for card in cards
    ]


def board(session: Session, template: ScorecardTemplate, within: ColumnElement[bool]) -> list[BoardLine]:
    """All cards of a template in reach: those with final points first, by rank; then the others, by state and code.

    Ranks are among the final cards alone: points that a unit gave itself are not held against appraised ones.
    """
    query = (
        select(Scorecard)
        .join(Unit, Unit.id == Scorecard.unit_id)
        .where(Scorecard.template_id == template.id, within)
        .options(contains_eager(Scorecard.unit).joinedload(Unit.parent))
    )
    lines = board_lines(session, session.scalars(query.order_by(Unit.code)))
    ranks = ranked([line for line in lines if line.state == "final"])
    order = list(STAGE_OF)
    lines = [replace(line, rank=ranks.get(line.key)) for line in lines]
    return sorted(lines, key=lambda line: (line.rank or 10**6, -order.index(line.state), line.place.code))


def other_years(session: Session, unit: Unit) -> list[YearLine]:
    """The unit's cards over the years, the oldest first."""
    query = select(Scorecard).join(Scorecard.template).where(Scorecard.unit_id == unit.id)
    query = query.options(contains_eager(Scorecard.template), joinedload(Scorecard.unit))
    cards = session.scalars(query.order_by(ScorecardTemplate.year, Scorecard.id)).all()
    return [
        YearLine(
            card.id,
            card.template.year,
            Text(card.template.name_vi, card.template.name_en),
            card.state,
            line.stage,
            line.sum,
        )
        for card, line in zip(cards, board_lines(session, cards), strict=True)
    ]

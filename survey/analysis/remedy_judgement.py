"""How the next wave judges a remedy: the change of exactly its item or factor, and that of the other units beside it.

What was weak tends to rise by itself (regression to the mean), so that a rise says little without the others'. Both
waves are computed alike: on common items and common units, by the newer wave's rules, weighted only where both can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from reports.figures import Estimate, Figure, Judgement, Shift, Text
from survey.analysis import disclosure
from survey.analysis.change import Side, compare
from survey.analysis.continuity import Continuity, read_continuity
from survey.analysis.estimation import Estimator, Terms, suppressed
from survey.analysis.instrument import Instrument, Item, Pool
from survey.analysis.item_counts import item_base
from survey.analysis.labels import wave_label
from survey.analysis.population import Site
from survey.analysis.published import unit_of_wave
from survey.analysis.statistics import mean_of
from survey.analysis.tally_statement import Source
from survey.analysis.view import View
from survey.analysis.view_reading import read_view
from survey.models import Questionnaire, QuestionnaireOrigin, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

FINISHED, PUBLISHED = ("closed", "published"), ("published",)


def next_wave(session: Session, wave: Wave, unit: Unit, states: Sequence[str] = FINISHED) -> Wave | None:
    """The first wave after `wave` of the same respondents and family of questionnaires in which the unit took part,
    once it is in one of the `states`; a supplement's family is its core's."""
    alike = Wave.state.in_(states) & IS_SURVEY & (Wave.respondents == wave.respondents)
    core = aliased(Questionnaire)
    rows = session.execute(
        select(Wave, core.code)
        .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Wave.questionnaire_id)
        .outerjoin(core, core.id == QuestionnaireOrigin.core_id)
        .where(((Wave.period_start > wave.period_end) & alike) | (Wave.id == wave.id))
        .options(joinedload(Wave.questionnaire), joinedload(Wave.target))
        .order_by(Wave.period_end, Wave.period_start, Wave.code)
    ).all()
    family = {row.Wave.id: row.code or row.Wave.questionnaire.code for row in rows}
    later = (row.Wave for row in rows if row.Wave.id != wave.id and family[row.Wave.id] == family[wave.id])
    return next((each for each in later if unit_of_wave(session, each, unit.code) is not None), None)


def judge(
    session: Session,
    unit: Unit,
    older: Wave,
    newer: Wave,
    subject: str,
    code: str,
    *,
    source: Source = "exact",
    with_others: bool = True,
) -> Judgement:
    """The change of the item or factor `code` of the unit with its subtree between two finished waves.

    Without a common meaning the movement is "broken"; hidden where either wave hides the figure or where the common
    units would tell fewer than five people apart.
    """
    continuity = read_continuity(session, [older.questionnaire_id, newer.questionnaire_id])
    sides = _sides(session, older, newer, unit, source)
    asked = _asked(sides, continuity, subject, code)
    label = asked.label if asked else _label(sides[0].instrument, subject, code)
    target = Fraction(newer.target.value)
    found = Judgement(label, wave_label(older), wave_label(newer), target, Shift("broken"))
    if asked is None:
        return found
    if any(view.concealed or not view.hidden_here.isdisjoint(asked.keys(at)) for at, view in enumerate(sides)):
        return replace(found, shift=Shift("cannot_tell"), hidden=True)
    shift = _shift(sides, asked, [view.sites for view in sides])
    if shift is None:
        return replace(found, shift=Shift("cannot_tell"), hidden=True)
    if not with_others:
        return replace(found, shift=shift)
    whole = _sides(session, older, newer, None, source)
    if any(not view.hidden_here.isdisjoint(asked.keys(at)) for at, view in enumerate(whole)):
        return replace(found, shift=shift)
    outside = [[site for site in view.sites if not site.path.startswith(unit.path)] for view in whole]
    return replace(found, shift=shift, others=_shift(whole, asked, outside))


def shown_figure(session: Session, wave: Wave, unit: Unit, subject: str, code: str, *, source: Source) -> Figure | None:
    """The item or factor as the unit's dashboard shows it; None where the questionnaire has none with that code."""
    view = read_view(session, wave, unit, source=source, only_headline=True, with_factors=True)
    if subject == "factor":
        pool = _pool(view.instrument, code)
        found, key = (view.headline.pool(pool), pool.key) if pool else (None, "")
    else:
        item = next(iter(_members(view.instrument, "item", code)), None)
        found, key = (view.headline.item(item), item.key) if item else (None, "")
    return suppressed(found) if found is not None and (view.concealed or key in view.hidden_here) else found


@dataclass(frozen=True, slots=True)
class _Asked:
    """The common items, and the pool they make up in both waves, by side (older, newer)."""

    label: Text
    items: tuple[tuple[Item, ...], tuple[Item, ...]]
    pools: tuple[Pool, Pool] | None

    def keys(self, side: int) -> set[str]:
        return {self.pools[side].key} if self.pools else {item.key for item in self.items[side]}

    def estimate(self, side: int, estimator: Estimator, weighting: Literal["weighted", "unweighted"]) -> Estimate:
        if self.pools:
            return estimator.pool_estimate(self.pools[side], weighting)
        return mean_of([estimator.item_estimate(item, weighting) for item in self.items[side]])

    def people(self, side: int, estimator: Estimator) -> tuple[int, ...]:
        """Behind the estimate; behind each item where their mean is taken."""
        if self.pools:
            return (estimator.total.sums(self.pools[side].id).people,)
        return tuple(item_base(estimator.total, item) for item in self.items[side])


def _sides(session: Session, older: Wave, newer: Wave, unit: Unit | None, source: Source) -> tuple[View, View]:
    """Both waves, without half-months, by the rules of the newer one; each judged by its own target."""
    terms = Terms.of_wave(newer)
    own = replace(terms, target=Fraction(older.target.value), minimum_people=older.minimum_people)
    return (
        read_view(session, older, unit, terms=own, source=source, only_headline=True, with_factors=True),
        read_view(session, newer, unit, terms=terms, source=source, only_headline=True, with_factors=True),
    )


def _asked(sides: tuple[View, View], continuity: Continuity, subject: str, code: str) -> _Asked | None:
    old, new = (_members(view.instrument, subject, code) for view in sides)
    theirs = {item.code: item for item in old}
    before, after = sides
    common = [
        item
        for item in new
        if item.code in theirs
        and continuity.meaning(after.wave.questionnaire_id, item.code).compares_with(
            continuity.meaning(before.wave.questionnaire_id, item.code)
        )
    ]
    if not common:
        return None
    items = (tuple(theirs[item.code] for item in common), tuple(common))
    pools = None
    if subject == "factor" and len(common) == len(old) == len(new):
        pools = (_pool(before.instrument, code), _pool(after.instrument, code))
    return _Asked(_label(after.instrument, subject, code), items, _both(pools))


def _both(pools: tuple[Pool | None, Pool | None] | None) -> tuple[Pool, Pool] | None:
    if pools is None or pools[0] is None or pools[1] is None:
        return None
    return pools[0], pools[1]


def _members(instrument: Instrument, subject: str, code: str) -> tuple[Item, ...]:
    if subject == "factor":
        pool = _pool(instrument, code)
        return pool.items if pool else ()
    return tuple(item for item in rated_items(instrument) if item.code == code)


def _pool(instrument: Instrument, code: str) -> Pool | None:
    return next((pool for pool in (*instrument.factors, *instrument.contents) if pool.code == code), None)


def rated_items(instrument: Instrument) -> tuple[Item, ...]:
    """Those a remedy may be to move: the items of the index and the separate overall question."""
    return (*instrument.items, *([instrument.overall] if instrument.overall else []))


def _label(instrument: Instrument, subject: str, code: str) -> Text:
    return label_of(instrument, subject, code) or Text(code)


def label_of(instrument: Instrument, subject: str, code: str) -> Text | None:
    """What the item or factor is called; None where the questionnaire has none with that code."""
    named: Iterable[Pool | Item] = rated_items(instrument)
    if subject == "factor":
        named = (*instrument.factors, *instrument.contents)
    return next((each.label for each in named if each.code == code), None)


def _shift(sides: tuple[View, View], asked: _Asked, sites: Sequence[Sequence[Site]]) -> Shift | None:
    """The change over the sites that answered in both waves; None where it would tell a few people apart."""
    responding = [
        {site.unit_id for site in own if site.unit_id in view.by_unit} for view, own in zip(sides, sites, strict=True)
    ]
    units = responding[0] & responding[1]
    if not units:
        return None
    whole = [_estimator(view, own) for view, own in zip(sides, sites, strict=True)]
    common = [
        _estimator(view, [site for site in own if site.unit_id in units])
        for view, own in zip(sides, sites, strict=True)
    ]
    for side in (0, 1):
        for part, every in zip(asked.people(side, common[side]), asked.people(side, whole[side]), strict=True):
            if not disclosure.complement_is_safe(part, every):
                return None
    effective = {estimator.effective(sides[1].terms.weighting) for estimator in common}
    weighting = effective.pop() if len(effective) == 1 else "unweighted"
    before, after = (
        Side(
            asked.estimate(side, common[side], weighting),
            min(asked.people(side, common[side])),
            sides[side].terms.minimum_people,
        )
        for side in (0, 1)
    )
    found = compare(before, after, common_items=len(asked.items[0]))
    return Shift(
        found.movement,
        before.estimate,
        after.estimate,
        found.difference,
        found.lower,
        found.upper,
        before.people,
        after.people,
        found.needed,
    )


def _estimator(view: View, sites: Sequence[Site]) -> Estimator:
    return view.estimator_of(view.path, sites, view.by_unit)

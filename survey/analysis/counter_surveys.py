"""Citizens' answers that the counter score's rules take as points: of closed surveys within a quarter or year.

An agency is told what it, with its rooms, was answered, and only where its own report of the wave shows the figure: the
score is then worked out from what was shown before. One above other agencies (the province) has no answers of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forms.counter_rules import SurveySource
from forms.definition import Questionnaire as Definition
from reports.counter_score_figures import CounterPeriod, FromSurvey
from reports.figures import Text
from survey.analysis.counter_scores import SurveyAnswers
from survey.analysis.instrument import Instrument, Item, Pool
from survey.analysis.tally import Tally
from survey.analysis.unit_views import UnitViews
from survey.analysis.view import View
from survey.analysis.view_reading import read_view
from survey.models import Collector, Questionnaire, Scope, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

CLOSED = ("closed", "published")
CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a wave's report shows of an agency: its tally without the figures of the `hidden` keys."""

    unit_id: int
    wave: Text
    instrument: Instrument
    tally: Tally
    hidden: Collection[str]


def read_surveys(
    session: Session, units: Sequence[Unit], period: CounterPeriod, sources: Sequence[SurveySource]
) -> Mapping[int, Mapping[int, SurveyAnswers]]:
    """By unit id and indicator what citizens answered to the sources, all waves of the period together; nothing where
    no wave asked it or too few answered."""
    found: dict[tuple[int, int], list[SurveyAnswers]] = defaultdict(list)
    for wave in _waves(session, period) if sources else ():
        for answered in _answered(session, wave, units):
            for source in sources:
                if answers := _answers(answered, source):
                    found[answered.unit_id, source.indicator].append(answers)
    together: dict[int, dict[int, SurveyAnswers]] = defaultdict(dict)
    for (unit_id, indicator), parts in found.items():
        together[unit_id][indicator] = _together(parts)
    return together


def source_names(session: Session, sources: Iterable[SurveySource]) -> Mapping[str, Text]:
    """The names of the sources' factors by code, as the newest questionnaire that has them calls them."""
    wanted = {source.code for source in sources if source.figure == "factor"}
    having = select(Scope.questionnaire_id).where(Scope.code.in_(wanted), Scope.level == "factor")
    query = select(Questionnaire).where(Questionnaire.id.in_(having)).order_by(Questionnaire.id)
    found: dict[str, Text] = {}
    for row in session.scalars(query) if wanted else ():
        scopes = Definition.from_yaml(row.definition).scopes
        found |= {scope.code: Text(scope.title.vi, scope.title.en) for scope in scopes if scope.level == "factor"}
    return found


def _waves(session: Session, period: CounterPeriod) -> Sequence[Wave]:
    """Closed surveys of citizens whose whole period lies in this one: of one that reaches beyond, no part is told."""
    asks_citizens = select(Collector.wave_id).where(Collector.respondent_group == CITIZEN)
    query = select(Wave).where(
        Wave.state.in_(CLOSED),
        IS_SURVEY,
        Wave.period_start >= period.start,
        Wave.period_end <= period.end,
        Wave.id.in_(asks_citizens),
    )
    query = query.options(joinedload(Wave.questionnaire), joinedload(Wave.target))
    return session.scalars(query.order_by(Wave.period_end, Wave.id)).all()


def _answered(session: Session, wave: Wave, units: Sequence[Unit]) -> Iterator[_Answered]:
    """What citizens answered in the wave of each agency that took part; a wave is read once for all of them."""
    name = Text(wave.name_vi, wave.name_en)
    views = list(_views(session, wave, units))
    taking_part = {site.unit_id for _unit, view in views for site in view.sites}
    agencies = frozenset(session.scalars(select(Unit.id).where(Unit.id.in_(taking_part), Unit.kind != "room")))
    for unit, view in views:
        if view.sites and agencies.isdisjoint({site.unit_id for site in view.sites} - {unit.id}):
            keys = _every_key(view) if view.concealed else view.hidden_here
            yield _Answered(unit.id, name, view.instrument, view.headline.total, keys)


def _views(session: Session, wave: Wave, units: Sequence[Unit]) -> Iterator[tuple[Unit, View]]:
    groups = set(session.scalars(select(Collector.respondent_group).where(Collector.wave_id == wave.id).distinct()))
    group = None if groups == {CITIZEN} else CITIZEN
    if len(units) == 1:
        yield units[0], read_view(session, wave, units[0], group=group, source="sealed")
        return
    cut = UnitViews.of(read_view(session, wave, None, group=group, source="sealed"))
    for unit in units:
        yield unit, cut.at(unit)


def _every_key(view: View) -> Collection[str]:
    return view.instrument.pooled_into.keys()


def _answers(answered: _Answered, source: SurveySource) -> SurveyAnswers | None:
    asked = _asked(answered.instrument, source)
    if asked is None or asked.key in answered.hidden:
        return None
    items, tally = (asked.items if isinstance(asked, Pool) else (asked,)), answered.tally
    columns = zip(*(tally.counts(item.id)[1:6] for item in items), strict=True)
    n1, n2, n3, n4, n5 = (sum(column) for column in columns)
    people = tally.sums(asked.id).people if isinstance(asked, Pool) else n1 + n2 + n3 + n4 + n5
    if not people:
        return None
    return SurveyAnswers((n1, n2, n3, n4, n5), FromSurvey((answered.wave,), asked.label, people))


def _asked(instrument: Instrument, source: SurveySource) -> Pool | Item | None:
    """The factor or five-point item of that code; a form with another scale does not ask it."""
    if source.figure == "factor":
        return next((pool for pool in instrument.factors if pool.code == source.code), None)
    items = (*instrument.items, *([instrument.overall] if instrument.overall else []))
    return next((item for item in items if item.code == source.code and not item.three_levels), None)


def _together(parts: Iterable[SurveyAnswers]) -> SurveyAnswers:
    """The answers of several waves; the wording is the last one's."""
    parts = list(parts)
    n1, n2, n3, n4, n5 = (sum(column) for column in zip(*(part.counts for part in parts), strict=True))
    waves = tuple(wave for part in parts for wave in part.origin.waves)
    people = sum(part.origin.people for part in parts)
    return SurveyAnswers((n1, n2, n3, n4, n5), FromSurvey(waves, parts[-1].origin.asked, people))

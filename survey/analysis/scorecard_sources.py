"""Where computed points come from: the satisfaction of respondent groups in closed waves, measures of other rooms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.scorecard_definition import GroupSource, Measure, Survey
from reports.figures import Estimate, Figure, Text
from reports.scorecard_figures import Basis, Gap, GroupShare
from survey.analysis.instrument import Item, Pool
from survey.analysis.published import unit_of_wave
from survey.analysis.scorecard_measures import MEASURES
from survey.analysis.statistics import mean_of
from survey.analysis.view import View
from survey.analysis.view_reading import read_view
from survey.models import Collector, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

CLOSED = ("closed", "published")


def read_basis(session: Session, rule: Measure | Survey, unit: Unit, year: int, today: date) -> Basis:
    """What a computed criterion rests on for a unit, as it stands today."""
    if isinstance(rule, Survey):
        groups = tuple(read_group(session, source, unit) for source in rule.groups)
        return Basis("survey", groups, gap=next((group.gap for group in groups if group.gap), None))
    counted, base = MEASURES[rule.measure](session, [unit], year, today)[unit.id]
    if not base:
        return Basis("measure", measure=rule.measure, gap="no_cases")
    return Basis("measure", counted=Decimal(counted), base=Decimal(base), measure=rule.measure)


def read_group(session: Session, source: GroupSource, unit: Unit) -> GroupShare:
    """The satisfaction of one group with the unit and what is below it: of several waves the plain mean.

    A group of which one wave gives no figure has none, and says why: the others would stand for what was not asked.
    """
    found = {wave.code: wave for wave in session.scalars(select(Wave).where(Wave.code.in_(source.waves), IS_SURVEY))}
    names = tuple(
        Text(found[code].name_vi, found[code].name_en) if code in found else Text(code) for code in source.waves
    )

    def share(estimate: Estimate | None = None, people: int = 0, gap: Gap | None = None) -> GroupShare:
        known = estimate or Estimate(None)
        bounds = (known.value, known.lower, known.upper)
        return GroupShare(source.group, source.weight, names, source.figure, source.code, *bounds, people, gap)

    figures = []
    for code in source.waves:
        if code not in found:
            return share(gap="wave_missing")
        figure = _figure(session, found[code], unit, source)
        if isinstance(figure, str):
            return share(gap=figure)
        figures.append(figure)
    people = sum(figure.people for figure in figures)
    if len(figures) == 1:
        return share(figures[0].estimate, people)
    return share(mean_of([figure.estimate for figure in figures]), people)


def _figure(session: Session, wave: Wave, unit: Unit, source: GroupSource) -> Figure | Gap:
    if wave.state not in CLOSED:
        return "wave_running"
    if unit_of_wave(session, wave, unit.code) is None:
        return "no_part"
    view = read_view(session, wave, unit, group=_narrowed_to(session, wave, source.group))
    asked = _asked(view, source)
    if asked is None:
        return "not_asked"
    if view.concealed or asked.key in view.hidden_here:
        # The unit itself may know that nobody answered: that tells of nobody.
        return "hidden" if view.headline.index_people() else "no_answers"
    figure = _estimated(view, asked)
    return figure if figure.estimate.value is not None else "no_answers"


def _narrowed_to(session: Session, wave: Wave, group: str) -> str | None:
    """The group to narrow the wave to; None where it asks that group alone: then its own weighting holds."""
    asked = set(session.scalars(select(Collector.respondent_group).where(Collector.wave_id == wave.id).distinct()))
    return None if asked == {group} else group


def _asked(view: View, source: GroupSource) -> Pool | Item | None:
    instrument = view.instrument
    if source.figure == "index":
        return instrument.headline
    if source.figure == "overall":
        return instrument.overall
    if source.figure == "factor":
        pools = (*instrument.factors, *instrument.contents)
        return next((pool for pool in pools if pool.code == source.code), None)
    return next((item for item in instrument.items if item.code == source.code), None)


def _estimated(view: View, asked: Pool | Item) -> Figure:
    if asked is view.instrument.headline:
        return view.headline.index()
    if isinstance(asked, Pool):
        return view.headline.pool(asked)
    return view.headline.item(asked, in_index=asked is not view.instrument.overall)

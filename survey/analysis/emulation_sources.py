"""The registry of what an emulation formula can weigh: each source says what a unit's points rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from reports.emulation_figures import DECIMALS, Origin
from reports.figures import Text
from reports.wording import round_half_up
from survey.analysis import counter_readings, scorecard_cards
from survey.analysis.scorecard_measures import MEASURES
from survey.models import (
    EMULATION_SOURCES,
    EmulationCampaign,
    Filing,
    FilingVersion,
    Scorecard,
    ScorecardTemplate,
    Unit,
)

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and as of when a source is asked."""

    session: Session
    campaign: EmulationCampaign
    unit: Unit
    today: date


Reading = Callable[[Asked], Origin]


def sipas(asked: Asked) -> Origin:
    """The unit's index of the campaign's wave as its filing froze it, in percent as it is printed."""
    wave = asked.campaign.wave
    if wave is None:
        return Origin(gap="no_wave")
    name = Text(wave.name_vi, wave.name_en)
    query = (
        select(FilingVersion)
        .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
        .where(Filing.wave_id == wave.id, Filing.unit_id == asked.unit.id)
    )
    version = asked.session.scalar(query)
    if version is None:
        return Origin(name=name, gap="no_filing")
    if version.estimate is None or (version.people or 0) < wave.minimum_people:
        return Origin(name=name, gap="hidden")
    percent = round_half_up(version.estimate, DECIMALS + 2) * 100
    return Origin(percent, HUNDRED, name, version.number, version.figures_digest)


def sipas_target(asked: Asked) -> Origin:
    """The same against the wave's target: whoever reaches it has all points."""
    found = sipas(asked)
    if found.gap or asked.campaign.wave is None:
        return found
    target = round_half_up(asked.campaign.wave.target.value, DECIMALS + 2) * 100
    return Origin(found.counted, target, found.name, found.version, found.digest)


def scorecard(asked: Asked) -> Origin:
    """The final points of the unit's scorecard of the year, of the maxima of the criteria that have points (all, once
    they are final); the newest version counts."""
    query = (
        select(Scorecard)
        .join(Scorecard.template)
        .where(Scorecard.unit_id == asked.unit.id, ScorecardTemplate.year == asked.campaign.year)
        .order_by(ScorecardTemplate.version.desc(), Scorecard.id.desc())
        .limit(1)
    )
    card = asked.session.scalar(query)
    if card is None:
        return Origin(gap="no_card")
    name = Text(card.template.name_vi, card.template.name_en)
    if card.state != "final":
        return Origin(name=name, gap="card_open")
    (line,) = scorecard_cards.board_lines(asked.session, [card])
    return Origin(line.sum.points, line.sum.counted, name, card.template.version)


def counter_score(asked: Asked) -> Origin:
    """The year's score of the unit's one-stop counter, of what its indicators with data can give; none without a
    grade: too few indicators have data."""
    (found,) = counter_readings.read_scores(
        asked.session, [asked.unit], CounterPeriod(asked.campaign.year), asked.today
    )
    if found.score.total is None or found.score.grade is None:
        return Origin(gap="no_indicators")
    return Origin(found.score.total, Decimal(found.score.maximum), found.rules.name)


def _of_measure(measure: str) -> Reading:
    def read(asked: Asked) -> Origin:
        counted, base = MEASURES[measure](asked.session, asked.unit, asked.campaign.year, asked.today)
        return Origin(Decimal(counted), Decimal(base)) if base else Origin(gap="no_cases")

    return read


SOURCES: Mapping[str, Reading] = MappingProxyType(
    {"sipas": sipas, "sipas_target": sipas_target, "scorecard": scorecard, "counter_score": counter_score}
    | {measure: _of_measure(measure) for measure in MEASURES if measure in EMULATION_SOURCES}
)

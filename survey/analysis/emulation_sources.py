"""The registry of what an emulation formula can weigh: each source says what units' points rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from reports.counter_score_figures import CounterPeriod, UnitScore
from reports.emulation_figures import DECIMALS, Origin
from reports.figures import Text
from reports.wording import round_half_up
from survey.analysis import counter_readings, disclosure, scorecard_cards
from survey.analysis.scorecard_measures import MEASURES
from survey.models import (
    EMULATION_SOURCES,
    EmulationCampaign,
    Filing,
    FilingVersion,
    Scorecard,
    ScorecardTemplate,
    Unit,
    Wave,
)

HUNDRED = Decimal(100)
# Each case is a person's: a list is published, and with it what the points of fewer than five rest on.
OF_PEOPLE = frozenset({"opinions_on_time", "dossiers_on_time"})


@dataclass(frozen=True, slots=True)
class Asked:
    """For which units and as of when a source is asked."""

    session: Session
    campaign: EmulationCampaign
    units: Sequence[Unit]
    today: date

    @property
    def keys(self) -> list[int]:
        return [unit.id for unit in self.units]


Reading = Callable[[Asked], Mapping[int, Origin]]  # by the key of every unit; in as many statements for one as for all


def sipas(asked: Asked) -> Mapping[int, Origin]:
    """The units' index of the campaign's wave as their filings froze it, in percent as it is printed."""
    wave = asked.campaign.wave
    if wave is None:
        return dict.fromkeys(asked.keys, Origin(gap="no_wave"))
    name = Text(wave.name_vi, wave.name_en)
    query = (
        select(Filing.unit_id, FilingVersion)
        .join(Filing, (Filing.id == FilingVersion.filing_id) & (Filing.version == FilingVersion.number))
        .where(Filing.wave_id == wave.id, Filing.unit_id.in_(asked.keys))
    )
    versions = {row[0]: row[1] for row in asked.session.execute(query)}
    return {key: _frozen_index(wave, name, versions.get(key)) for key in asked.keys}


def _frozen_index(wave: Wave, name: Text, version: FilingVersion | None) -> Origin:
    if version is None:
        return Origin(name=name, gap="no_filing")
    if version.estimate is None or (version.people or 0) < wave.minimum_people:
        return Origin(name=name, gap="hidden")
    percent = round_half_up(version.estimate, DECIMALS + 2) * 100
    return Origin(percent, HUNDRED, name, version.number, version.figures_digest)


def sipas_target(asked: Asked) -> Mapping[int, Origin]:
    """The same against the wave's target: whoever reaches it has all points."""
    found, wave = sipas(asked), asked.campaign.wave
    if wave is None:
        return found
    target = round_half_up(wave.target.value, DECIMALS + 2) * 100
    return {key: origin if origin.gap else replace(origin, base=target) for key, origin in found.items()}


def scorecard(asked: Asked) -> Mapping[int, Origin]:
    """The final points of the units' scorecards of the year, of the maxima of the criteria that have points (all, once
    they are final); the newest version counts."""
    query = (
        select(Scorecard)
        .join(Scorecard.template)
        .where(Scorecard.unit_id.in_(asked.keys), ScorecardTemplate.year == asked.campaign.year)
        .options(contains_eager(Scorecard.template), joinedload(Scorecard.unit).joinedload(Unit.parent))
        .order_by(ScorecardTemplate.version, Scorecard.id)
    )
    cards = {card.unit_id: card for card in asked.session.scalars(query)}
    final = [card for card in cards.values() if card.state == "final"]
    lines = {line.key: line for line in scorecard_cards.board_lines(asked.session, final)}

    def origin(card: Scorecard | None) -> Origin:
        if card is None:
            return Origin(gap="no_card")
        name, line = Text(card.template.name_vi, card.template.name_en), lines.get(card.id)
        if line is None:
            return Origin(name=name, gap="card_open")
        return Origin(line.sum.points, line.sum.counted, name, card.template.version)

    return {key: origin(cards.get(key)) for key in asked.keys}


def counter_score(asked: Asked) -> Mapping[int, Origin]:
    """The year's score of the units' one-stop counters, of what their indicators with data can give; none without a
    grade: too few indicators have data."""
    period = CounterPeriod(asked.campaign.year)
    scores = counter_readings.read_scores(asked.session, asked.units, period, asked.today)

    def origin(found: UnitScore) -> Origin:
        if found.score.total is None or found.score.grade is None:
            return Origin(gap="no_indicators")
        return Origin(found.score.total, Decimal(found.score.maximum), found.rules.name)

    return {unit.id: origin(found) for unit, found in zip(asked.units, scores, strict=True)}


def _of_measure(measure: str) -> Reading:
    def origin(counted: int, base: int) -> Origin:
        if not base:
            return Origin(gap="no_cases")
        if measure in OF_PEOPLE and disclosure.is_small(base):
            return Origin(gap="few")
        return Origin(Decimal(counted), Decimal(base))

    def read(asked: Asked) -> Mapping[int, Origin]:
        shares = MEASURES[measure](asked.session, asked.units, asked.campaign.year, asked.today)
        return {key: origin(*share) for key, share in shares.items()}

    return read


SOURCES: Mapping[str, Reading] = MappingProxyType(
    {"sipas": sipas, "sipas_target": sipas_target, "scorecard": scorecard, "counter_score": counter_score}
    | {measure: _of_measure(measure) for measure in MEASURES if measure in EMULATION_SOURCES}
)

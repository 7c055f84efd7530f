"""Indicators from citizens' answers: which waves a period has, what is hidden, every number worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod, Indicator
from survey.analysis import counter_readings as reading
from survey.models import Questionnaire, Unit, Wave
from survey.operations import collectors
from survey.operations.counter_records import DossierRow, record_dossiers
from survey.operations.counter_rules import publish_rules, standard_rules
from tests.factories import NOW, make_definition, make_questionnaire, make_unit, make_wave
from tests.published_waves import finish
from tests.sample_waves import store

TODAY = date(2026, 7, 15)
FIRST, SECOND, YEAR = CounterPeriod(2026, 1), CounterPeriod(2026, 2), CounterPeriod(2026)
QUARTERS = {period: (period.start, period.end) for period in (FIRST, SECOND)}
SOURCES = """surveys:
  - {indicator: 3, figure: item, code: officials_2, two: [5], one: [4], use: first}
  - {indicator: 7, figure: factor, code: officials, two: [4, 5], one: [3]}
"""


@pytest.fixture
def questionnaire(session: Session) -> Questionnaire:
    publish_rules(
        session,
        standard_rules().replace("surveys: []\n", SOURCES),
        date(2026, 1, 1),
        at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    return make_questionnaire(session, make_definition(factors={"officials": 2, "results": 1}))


def answer(
    session: Session, wave: Wave, unit: Unit, rows: Mapping[tuple[int, ...], int], group: str = "citizen"
) -> None:
    """So many people gave these marks to the items of the factor, in their order."""
    way = collectors.make_collector(session, wave, unit, channel="link", trust="open", respondent_group=group, at=NOW)
    session.flush()
    for marks, people in rows.items():
        given = {f"officials_{number}": mark for number, mark in enumerate(marks, 1)}
        store(session, way, [given] * people)


def scored(session: Session, unit: Unit, period: CounterPeriod, number: int) -> tuple[str, int, list[str]]:
    """Points, people and waves of an indicator, read alone and among others."""

    def told(units: list[Unit]) -> Indicator:
        scores = reading.read_scores(session, units, period, TODAY)
        return next(each for each in scores if each.place.code == unit.code).score.indicators[number - 1]

    others = list(session.scalars(select(Unit).where(Unit.kind == "commune")))
    found = told([unit])
    assert found == told([*others, unit] if unit not in others else others)
    origin = found.survey
    return str(found.points), origin.people if origin else 0, [each.vi for each in origin.waves] if origin else []


def test_an_indicator_from_the_surveys_of_the_period(
    session: Session, engine: Engine, questionnaire: Questionnaire
) -> None:
    root = make_unit(session, code="T", kind="province")
    unit, few, next_to_few = (make_unit(session, code=code, parent=root) for code in ("X1", "X2", "X3"))
    room = make_unit(session, code="X1.P", kind="room", parent=unit)
    units = [unit, room, few, next_to_few]

    def wave(code: str, start: date, end: date) -> Wave:
        return make_wave(
            session, code=code, units=units, questionnaire=questionnaire, period=(start, end), state="open"
        )

    first = wave("Q1", *QUARTERS[FIRST])
    answer(session, first, unit, {(5, 4): 8, (3, 2): 4, (1,): 3})
    answer(session, first, room, {(3, 3): 5})
    answer(session, first, few, {(5, 5): 3})
    answer(session, first, next_to_few, {(5, 5): 6})
    delegates = wave("DB", *QUARTERS[FIRST])
    answer(session, delegates, unit, {(1, 1): 10}, "delegate")
    mixed = wave("Q2", *QUARTERS[SECOND])
    answer(session, mixed, unit, {(4, 5): 5, (3, 5): 1, (3, 4): 4})
    answer(session, mixed, unit, {(1, 1): 10}, "delegate")
    half = wave("H1", FIRST.start, SECOND.end)
    answer(session, half, unit, {(2,): 10})
    running = wave("RUN", *QUARTERS[SECOND])
    answer(session, running, unit, {(1, 1): 10})
    for each in (first, delegates, mixed, half):
        finish(session, engine, each, publish=each is first)

    # 8 × (2 + 2) + 4 × (1 + 0) + 3 × 0 at the unit, 5 × (1 + 1) in its room: 46 of 8 × 2 + 4 × 2 + 3 + 10 = 37 answers
    assert scored(session, unit, FIRST, 7) == ("1.2", 20, ["Đợt Q1"])
    # the item gives one point for a 4 alone: 8 of 17
    assert scored(session, unit, FIRST, 3) == ("0.5", 17, ["Đợt Q1"])
    # citizens alone: 10 + 1 + 4 of the first item, 12 + 8 of the second: 35 of 20, 1.75 goes up
    assert scored(session, unit, SECOND, 7) == ("1.8", 10, ["Đợt Q2"])
    assert scored(session, unit, SECOND, 3) == ("1.6", 10, ["Đợt Q2"])
    # the half-year's survey is of the year alone: 46 + 35 + 0 of 37 + 20 + 10 answers
    assert scored(session, unit, YEAR, 7) == ("1.2", 40, ["Đợt Q1", "Đợt Q2", "Đợt H1"])
    for hidden in (few, next_to_few):  # three people, and those from whom with the province's total they would follow
        assert scored(session, hidden, FIRST, 7) == ("None", 0, [])
    assert scored(session, root, FIRST, 7) == ("None", 0, [])

    dossier = DossierRow(
        "HS-1", date(2026, 5, 1), date(2026, 5, 20), date(2026, 5, 20), extra_contacts=0, complaint="none"
    )
    record_dossiers(session, [(unit, dossier)])
    assert scored(session, unit, SECOND, 7) == ("1.0", 0, [])  # what dossiers tell goes before
    assert scored(session, unit, SECOND, 3)[:2] == ("1.6", 10)  # but where the rules put the survey first

"""Dossiers and records in the database become scores: which period a dossier counts in, what is hidden, which rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from survey.analysis import counter_readings as reading
from survey.analysis.counter_coverage import read_coverage
from survey.analysis.satisfaction_group import read_group
from survey.models import Unit
from survey.operations.counter_records import DossierRow, QuarterRecord, record_dossiers, record_quarter
from survey.operations.counter_rules import CounterRulesError, publish_rules, rules_on, standard_rules
from tests.factories import make_unit
from tests.petition_cases import MONDAY, make_petition
from tests.published_waves import finish
from tests.scorecards import answer_group, make_department, make_survey_wave

TODAY = date(2026, 7, 15)
FIRST, SECOND = CounterPeriod(2026, 1), CounterPeriod(2026, 2)
ROW = DossierRow("HS-1", date(2026, 3, 2), date(2026, 3, 30), date(2026, 3, 30), "CB01", extra_contacts=0)


def made(session: Session) -> Unit:
    root = make_unit(session, code="T", kind="province")
    return make_unit(session, code="X1", parent=root, kind="commune")


def test_a_dossier_counts_once_and_an_unfinished_one_not_yet(session: Session) -> None:
    unit = made(session)
    rows = [
        ROW,
        replace(ROW, code="HS-2", returned_on=date(2026, 4, 2)),  # late: of the quarter it was due in
        replace(ROW, code="HS-3", due_on=date(2026, 4, 10), returned_on=None),  # overdue
        replace(ROW, code="HS-4", due_on=TODAY, returned_on=None),  # not due before tomorrow
    ]
    assert record_dossiers(session, [(unit, row) for row in rows]) == ["add"] * 4
    assert record_dossiers(session, [(unit, row) for row in rows]) == ["same"] * 4
    first, second = (reading.read_scores(session, [unit], period, TODAY)[0] for period in (FIRST, SECOND))
    assert (first.on_time.on_time, first.on_time.dossiers, first.on_time.overdue) == (1, 2, 0)
    assert (second.on_time.on_time, second.on_time.dossiers, second.on_time.overdue) == (0, 1, 1)
    assert str(first.score.indicators[0].points) == "0.5"
    assert first.on_time.estimate.method == "census"
    year = reading.read_scores(session, [unit], CounterPeriod(2026), TODAY)[0]
    assert year.on_time.dossiers == 3
    early = replace(rows[2], returned_on=date(2026, 3, 31))
    assert record_dossiers(session, [(unit, early)]) == ["change"]
    assert reading.read_scores(session, [unit], FIRST, TODAY)[0].on_time.dossiers == 3
    record_quarter(session, unit, 2026, 1, QuarterRecord(dossiers_total=40))
    sampled = reading.read_scores(session, [unit], FIRST, TODAY)[0].on_time
    assert (sampled.known, sampled.estimate.method, sampled.verdict.state) == (40, "wilson", "inconclusive")
    assert [each.period for each in reading.read_trend(session, unit, SECOND, TODAY)] == [FIRST]
    late = reading.read_dossiers(session, unit, FIRST, TODAY, late=True)
    assert [line.code for line in late.lines] == ["HS-2"]
    _room, other = (make_unit(session, code=f"X{kind}", kind=kind, parent=unit) for kind in ("room", "commune"))
    told = read_coverage(session, Unit.id > 0, FIRST, TODAY)
    assert (told.recorded, told.agencies, [place.code for place in told.silent]) == (1, 2, [other.code])
    before = read_coverage(session, Unit.id > 0, CounterPeriod(2025, 2), TODAY)  # nobody existed yet
    assert (before.recorded, before.agencies, before.not_named) == (0, 0, 0)


def test_few_dossiers_of_an_official_are_not_told_and_lists_come_in_pages(session: Session) -> None:
    unit = made(session)
    officials = ["CB01"] * 6 + ["CB02"] * 7 + ["CB03"] * 3
    rows = [replace(ROW, code=f"HS-{at}", official=official) for at, official in enumerate(officials)]
    record_dossiers(session, [(unit, row) for row in rows])
    told = {line.code: line.dossiers for line in reading.read_officials(session, unit, FIRST, TODAY).lines}
    assert told == {"CB01": None, "CB02": 7, "CB03": None}  # CB03 alone could be worked out from the total
    first = reading.read_officials(session, unit, FIRST, TODAY, size=2)
    second = reading.read_officials(session, unit, FIRST, TODAY, first.after or "", size=2)
    assert first.after == "CB02"
    assert {line.code: line.dossiers for line in (*first.lines, *second.lines)} == told  # judged whole, not by the page
    assert second.after is None
    page = reading.read_dossiers(session, unit, FIRST, TODAY, size=10)
    rest = reading.read_dossiers(session, unit, FIRST, TODAY, page.after or 0, size=10)
    assert ([line.code for line in (*page.lines, *rest.lines)], rest.after) == ([row.code for row in rows], None)
    board = reading.read_board(session, Unit.path.startswith(unit.path), FIRST, TODAY)
    assert [line.place.code for line in board.scores] == ["X1"]


def test_a_year_does_not_give_away_an_official_hidden_in_a_quarter(session: Session) -> None:
    unit = made(session)
    numbers = {"CB1": (8, 8, 8, 3), "CB2": (9, 9, 9, 6), "CB3": (9, 9, 9, 9)}
    rows = [
        replace(
            ROW,
            code=f"{official}-{quarter}-{at}",
            official=official,
            received_on=date(2025, 3 * quarter, 1),
            due_on=date(2025, 3 * quarter, 20),
            returned_on=date(2025, 3 * quarter, 18),
        )
        for official, quarters in numbers.items()
        for quarter, number in enumerate(quarters, 1)
        for at in range(number)
    ]
    record_dossiers(session, [(unit, row) for row in rows])

    def told(period: CounterPeriod) -> dict[str, int | None]:
        return {line.code: line.dossiers for line in reading.read_officials(session, unit, period, TODAY).lines}

    assert told(CounterPeriod(2025, 1)) == {"CB1": 8, "CB2": 9, "CB3": 9}
    assert told(CounterPeriod(2025, 4)) == {"CB1": None, "CB2": None, "CB3": 9}
    # 27 - 8 - 8 - 8 dossiers of CB1 would be those of the fourth quarter; CB3 was told of in every quarter
    assert told(CounterPeriod(2025)) == {"CB1": None, "CB2": None, "CB3": 36}


def test_a_period_is_scored_by_the_rules_of_its_last_day(session: Session) -> None:
    unit = made(session)
    record_dossiers(
        session, [(unit, ROW), (unit, replace(ROW, code="HS-2", due_on=date(2026, 6, 1), returned_on=None))]
    )
    own = standard_rules().replace("on_time: 1, late: 0", "on_time: 2, late: 0")
    published = publish_rules(session, own, date(2026, 6, 30), at=datetime(2026, 6, 1, tzinfo=UTC))
    assert rules_on(session, date(2026, 6, 29))[0] == 0
    # 1 April in the province: what is over keeps its rules, and no version goes before another
    for day, code in ((date(2026, 3, 31), "past"), (date(2026, 4, 1), "earlier")):
        with pytest.raises(CounterRulesError) as refused:
            publish_rules(session, standard_rules(), day, at=datetime(2026, 3, 31, 18, tzinfo=UTC))
        assert refused.value.code == code
    first = reading.read_scores(session, [unit], FIRST, TODAY)[0]
    second = reading.read_scores(session, [unit], SECOND, TODAY)[0]
    assert (first.rules.version, second.rules.version) == (0, 1)
    assert str(first.score.indicators[0].points) == "1.0"
    published.definition = "x"
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()


def test_satisfaction_is_citizens_in_the_units_own_survey(session: Session, engine: Engine) -> None:
    unit, elsewhere = make_department(session), make_unit(session, code="SO2", kind="department")
    own = make_survey_wave(session, unit, "OWN")
    answer_group(session, own, unit, "citizen", 40, 30)
    answer_group(session, own, unit, "delegate", 10, 10)
    delegates = make_survey_wave(session, unit, "DELEGATES")
    answer_group(session, delegates, unit, "delegate", 10, 10)
    other = make_survey_wave(session, elsewhere, "OTHER")
    answer_group(session, other, elsewhere, "citizen", 10, 10)
    for wave in (own, delegates, other):  # the newest of the period is not the unit's, the one before asks delegates
        finish(session, engine, wave)
    end = own.period_end
    found = read_group(session, unit, CounterPeriod(end.year), end)
    assert (found.parts[2].share, found.parts[2].base, found.wave.vi if found.wave else "") == (0.75, 40, own.name_vi)


def test_opinions_are_the_citizens_own_of_the_agency_and_its_rooms(session: Session) -> None:
    unit = made(session)
    room = make_unit(session, code="X1.P", parent=unit, kind="room")
    below = make_unit(session, code="X1.X", parent=unit, kind="commune")
    make_petition(session, room, state="answered")
    make_petition(session, unit, state="answered", handled_on=MONDAY + timedelta(days=60))
    make_petition(session, below, state="answered")  # another agency
    for _ in range(9):
        make_petition(session, unit, state="answered", source="staff")
    eighth = reading.read_scores(session, [unit], FIRST, TODAY)[0].score.indicators[7]
    assert str(eighth.points) == "0.0"  # one of two; with what officials entered it were ten of eleven
    quarter = read_group(session, unit, FIRST, TODAY)
    half = read_group(session, unit, SECOND, date(2027, 1, 15))
    assert [(part.share, part.base) for part in quarter.parts] == [(Fraction(1, 2), 2), (None, 0), (None, 0)]
    assert (quarter.points, quarter.maximum) == (Decimal("3.00"), 6)
    assert (half.parts[1].share, half.parts[1].base) == (1, 2)  # of the half-year that ends with the second quarter
    assert [part.gap for part in quarter.parts] == [None, "amid_half_year", "no_survey"]
    assert read_group(session, unit, CounterPeriod(2026), date(2026, 9, 30)).parts[1].gap == "not_told_yet"
    # A year is the sum of its half-years that are told: until the second one is, what the first one told by itself.
    make_petition(session, unit, state="answered", on=date(2026, 8, 3))
    for today, told in ((date(2027, 1, 15), (2, "not_told_yet", 1)), (date(2027, 4, 1), (3, None, 0))):
        content = read_group(session, unit, CounterPeriod(2026), today).parts[1]
        assert (content.base, content.gap, content.half) == told

"""Change and trend: common items and common units only, breaks visible, the others' change beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from survey.analysis.change import Side, compare
from survey.analysis.statistics import PersonSums, unweighted
from survey.analysis.summary import unit_report
from survey.models import Questionnaire, Unit, Wave
from survey.operations.kept_statistics import keep_statistics
from survey.operations.transactions import set_transactions
from survey.operations.waves import close_wave, publish_wave
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.sample_waves import store

FIRST = (date(2025, 7, 1), date(2025, 12, 31))
SECOND = (date(2026, 1, 1), date(2026, 6, 30))
THIRD = (date(2026, 7, 1), date(2026, 12, 31))
GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
BAD = dict.fromkeys(GOOD, 2)


@pytest.fixture
def questionnaire(session: Session) -> Questionnaire:
    return make_questionnaire(session)


@pytest.fixture
def units(session: Session) -> list[Unit]:
    return [make_unit(session, code=code) for code in ("A", "B", "C")]


def add_wave(
    session: Session,
    questionnaire: Questionnaire,
    period: tuple[date, date],
    answers: dict[Unit, tuple[int, int]],
    *,
    code: str = "",
    good: dict[str, int] | None = None,
    bad: dict[str, int] | None = None,
    close: bool = True,
) -> Wave:
    """A wave with so many good and bad responses a unit; closed and kept unless told otherwise."""
    name = code or f"W{period[0]:%Y%m}"
    wave = make_wave(session, code=name, units=answers, questionnaire=questionnaire, period=period, state="open")
    for unit, (satisfied, dissatisfied) in answers.items():
        way = make_collector(session, wave, unit)
        at = datetime(period[0].year, period[0].month, 20, tzinfo=UTC)
        store(session, way, [*[good or GOOD] * satisfied, *[bad or BAD] * dissatisfied], received_at=at)
    session.commit()
    if close:
        close_wave(session, wave, NOW)
        keep_statistics(session, wave)
        session.commit()
    return wave


def test_change_against_the_last_wave_and_last_year(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a, b, _ = units
    add_wave(session, questionnaire, FIRST, {a: (20, 80), b: (50, 50)})
    add_wave(session, questionnaire, SECOND, {a: (60, 40), b: (50, 50)})
    wave = add_wave(session, questionnaire, THIRD, {a: (90, 10), b: (60, 40)}, close=False)
    report = unit_report(session, wave, a)
    previous, last_year = report.changes
    assert (previous.against, previous.wave_code, previous.movement) == ("previous", "W202601", "moved_up")
    assert (last_year.against, last_year.wave_code) == ("last_year", "W202507")
    assert previous.difference == pytest.approx(0.3)
    assert last_year.difference == pytest.approx(0.7)
    by_hand = compare(Side(_estimate(60, 40), 100, 30), Side(_estimate(90, 10), 100, 30), common_items=4)
    assert (previous.lower, previous.upper) == (by_hand.lower, by_hand.upper)
    assert (previous.others_difference, last_year.others_difference) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (previous.common_items, previous.common_units, previous.dropped_items) == (4, 1, ())
    assert [(point.code, point.figure.estimate.exact, point.breaks_before) for point in report.trend] == [
        ("W202507", Fraction(1, 5), False),
        ("W202601", Fraction(3, 5), False),
        ("W202607", Fraction(9, 10), False),
    ]


def _estimate(good: int, bad: int):  # type: ignore[no-untyped-def]
    people = [PersonSums.of_person(GOOD.values())] * good + [PersonSums.of_person(BAD.values())] * bad
    return unweighted(sum(people, PersonSums()), good + bad)


def test_only_units_that_answered_in_both_waves_are_compared(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a, b, c = units
    add_wave(session, questionnaire, SECOND, {a: (50, 50), b: (50, 50)})
    wave = add_wave(session, questionnaire, THIRD, {a: (70, 30), c: (0, 100)}, close=False)
    change = unit_report(session, wave).changes[0]
    assert (change.common_units, change.difference) == (1, pytest.approx(0.2))
    assert unit_report(session, wave, c).changes == ()


def test_only_common_items_are_compared_and_the_break_is_shown(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a, few, _ = units
    newer = make_questionnaire(session, make_definition(version="2.0", factors={"access": 2, "results": 1}))
    add_wave(session, questionnaire, SECOND, {a: (50, 50), few: (2, 18)})
    good = {"access_1": 5, "access_2": 5, "results_1": 1}
    bad = {"access_1": 1, "access_2": 1, "results_1": 1}
    wave = add_wave(session, newer, THIRD, {a: (80, 20), few: (18, 2)}, good=good, bad=bad, close=False)
    report = unit_report(session, wave, a)
    (change,) = report.changes
    assert (change.common_items, change.dropped_items) == (2, ("procedures_1", "procedures_2", "results_1"))
    assert (change.newer.exact, change.older.exact) == (Fraction(4, 5), Fraction(1, 2))
    assert change.newer.method == "logit" or change.newer.method == "wilson"
    assert [point.breaks_before for point in report.trend] == [False, True]
    (change,) = unit_report(session, wave, few).changes  # twenty people: the interval alone, as with a verdict
    assert change.lower is not None
    assert change.lower > 0
    assert (change.movement, change.needed) == ("cannot_tell", 30)


def test_without_common_items_the_series_is_broken(
    session: Session, units: list[Unit], questionnaire: Questionnaire
) -> None:
    a = units[0]
    other = make_questionnaire(session, make_definition(version="2.0", factors={"results": 2}))
    add_wave(session, questionnaire, SECOND, {a: (50, 50)})
    rows = {"results_1": 4, "results_2": 4}
    wave = add_wave(session, other, THIRD, {a: (50, 0)}, good=rows, close=False)
    change = unit_report(session, wave, a).changes[0]
    assert (change.movement, change.difference, change.older.estimate) == ("broken", None, None)


def test_what_was_hidden_then_stays_hidden_in_changes_and_trend(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a, b, c = units
    add_wave(session, questionnaire, SECOND, {a: (3, 0), b: (20, 20), c: (50, 50)})
    wave = add_wave(session, questionnaire, THIRD, {a: (40, 0), b: (40, 0), c: (50, 0)}, close=False)
    for unit in (a, b):  # b was hidden to keep a from being worked out
        report = unit_report(session, wave, unit)
        assert (report.changes[0].difference, report.changes[0].movement) == (None, "cannot_tell")
        assert [point.figure.suppressed for point in report.trend] == [True, False]
    assert unit_report(session, wave, c).changes[0].difference == pytest.approx(0.5)


def test_beside_a_published_wave_stand_published_ones_only(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a = units[0]
    earlier = add_wave(session, questionnaire, SECOND, {a: (50, 50)})
    wave = add_wave(session, questionnaire, THIRD, {a: (50, 50)})
    publish_wave(session, wave, NOW)
    session.commit()
    assert unit_report(session, wave, a).changes == ()
    publish_wave(session, earlier, NOW)
    session.commit()
    (change,) = unit_report(session, wave, a).changes
    assert change.difference == 0


def test_a_change_says_when_only_one_of_the_waves_can_be_weighted(
    session: Session, questionnaire: Questionnaire, units: list[Unit]
) -> None:
    a, b, _ = units
    add_wave(session, questionnaire, SECOND, {a: (50, 50), b: (90, 10)})
    wave = add_wave(session, questionnaire, THIRD, {a: (70, 30), b: (70, 30)}, close=False)
    for unit, dossiers in ((a, 900), (b, 100)):
        set_transactions(session, unit, *SECOND, dossiers)
    session.commit()
    report = unit_report(session, wave, weighting="weighted")
    assert [point.figure.weighting for point in report.trend] == ["weighted", "unweighted"]
    assert report.changes[0].unweighted_for_both
    assert report.changes[0].older.estimate == pytest.approx(0.7)
    assert not unit_report(session, wave, weighting="unweighted").changes[0].unweighted_for_both

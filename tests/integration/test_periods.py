"""A month or half-month of a wave: its own answers exactly, and hidden where it would tell of few people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from reports.report_figures import UnitReport
from survey.analysis import half_month, readable
from survey.analysis.summary import unit_report
from survey.models import Collector, Unit, Wave
from tests.factories import make_collector, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
JANUARY, FEBRUARY, MARCH = ((2026 * 24 + 2 * month, 2026 * 24 + 2 * month + 1) for month in range(3))


class Months:
    """One unit: `people` of a half-month, by the day of the year, answer alike."""

    def __init__(self, session: Session, people: dict[tuple[int, int], int], code: str = "A") -> None:
        self.session = session
        self.unit: Unit = make_unit(session, code=code)
        self.wave: Wave = make_wave(session, code=f"W{code}", units=[self.unit], state="open")
        self.way: Collector = make_collector(session, self.wave, self.unit)
        for (month, day), number in people.items():
            mark = 5 if day < 15 else 2
            rows = [dict.fromkeys(ITEMS, mark)] * number
            store(session, self.way, rows, received_at=datetime(2026, month, day, 5, tzinfo=UTC))
        session.commit()

    def report(self, period: tuple[int, int] | None = None) -> UnitReport:
        return unit_report(self.session, self.wave, self.unit, period=period)


def test_a_month_shows_its_own_answers(session: Session) -> None:
    place = Months(session, {(1, 5): 20, (1, 20): 10, (2, 5): 40})
    month = place.report(JANUARY)
    assert (month.index.people, month.index.answers) == (30, 120)
    assert month.index.estimate.exact is not None
    assert float(month.index.estimate.exact) == pytest.approx(20 / 30)
    assert [figure.people for figure in (*month.factors, *month.items)] == [30] * 6
    assert {figure.counts.n for figure in month.items if figure.counts} == {(0, 10, 0, 0, 20)}
    half = place.report((JANUARY[1], JANUARY[1]))
    assert (half.index.people, half.index.estimate.exact) == (10, 0)
    assert (month.trend, month.changes, month.choices, month.quality.transactions) == ((), (), (), None)
    points = {point.code: (point.figure.people, point.figure.estimate.exact) for point in place.report().months}
    assert {code: people for code, (people, _) in points.items()} == {"2026-01": 30, "2026-02": 40}


def test_a_month_with_a_hidden_half_is_hidden(session: Session) -> None:
    place = Months(session, {(1, 5): 3, (1, 20): 60, (2, 5): 40, (3, 5): 30})
    shown = {point.code: not point.figure.suppressed for point in place.report().months}
    assert shown["2026-01"] is False
    assert place.report(JANUARY).index.suppressed
    assert place.report(JANUARY).items[0].suppressed
    hidden_too = [code for code, visible in shown.items() if not visible]
    assert hidden_too == ["2026-01", "2026-03"]  # the next smallest keeps it company
    assert not place.report(FEBRUARY).index.suppressed


def test_an_item_is_hidden_where_few_answered_it_outside_the_month(session: Session) -> None:
    place = Months(session, {(1, 5): 20, (2, 5): 0})
    without = [dict.fromkeys(ITEMS[1:], 5)] * 20
    store(session, place.way, without, received_at=datetime(2026, 2, 5, tzinfo=UTC))
    store(session, place.way, [dict.fromkeys(ITEMS, 1)] * 3, received_at=datetime(2026, 2, 6, tzinfo=UTC))
    session.commit()
    month = place.report(JANUARY)
    assert not month.index.suppressed
    assert [item.code for item in month.items if item.suppressed] == ["access_1", "access_2"]
    assert not any(item.suppressed for item in place.report().items)


def test_the_grid_of_periods_is_fixed_by_the_wave(session: Session) -> None:
    place = Months(session, {(1, 5): 5})
    grid = readable.periods(place.wave)
    assert list(grid)[:4] == ["2026-01", "2026-01-1", "2026-01-2", "2026-02"]
    assert (len(grid), grid["2026-03"]) == (18, MARCH)
    assert half_month.month_label(2026 * 12).vi == "Tháng 1/2026"

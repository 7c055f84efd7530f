"""A unit's report in all its parts: strata and their edges, filters, hidden groups, children, quality."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from forms.definition import Choice, Condition, Question, Wording
from reports.figures import Figure
from reports.report_figures import UnitReport
from survey.analysis.summary import unit_report, wave_overview
from survey.models import Collector, Unit, Wave
from survey.operations import collectors
from survey.operations.kept_statistics import keep_statistics
from survey.operations.release import release_step
from survey.operations.transactions import set_transactions
from survey.operations.waves import add_units, close_wave
from tests.factories import (
    NOW,
    PERIOD,
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_rating,
    make_unit,
    make_wave,
)
from tests.sample_waves import store

GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
BAD = dict.fromkeys(GOOD, 2)


class Place:
    """A wave over a province with communes, and responses told by their numbers."""

    def __init__(self, session: Session, **how: object) -> None:
        self.session = session
        self.province = make_unit(session, code="P", kind="province")
        self.units: dict[str, Unit] = {}
        self.ways: dict[str, Collector] = {}
        self.wave: Wave = make_wave(session, code="W", units=[self.province], state="open", **how)  # type: ignore[arg-type]

    def unit(
        self, code: str, good: int = 0, bad: int = 0, *, n: int | None = None, rows: Iterable[dict[str, int]] = ()
    ) -> Unit:
        unit = make_unit(self.session, code=code, parent=self.province)
        add_units(self.session, self.wave, [unit])
        self.units[code] = unit
        self.ways[code] = make_collector(self.session, self.wave, unit)
        store(self.session, self.ways[code], [*[GOOD] * good, *[BAD] * bad, *rows])
        if n is not None:
            set_transactions(self.session, unit, *PERIOD, n)
        self.session.commit()
        return unit

    def report(self, code: str | None = "P", **how: object) -> UnitReport:
        unit = self.province if code == "P" else self.units[code] if code else None
        return unit_report(self.session, self.wave, unit, **how)  # type: ignore[arg-type]


def shown(figures: Iterable[Figure]) -> dict[str, int]:
    return {figure.code: figure.people for figure in figures if not figure.suppressed}


def test_weights_make_a_large_unit_count_more(session: Session) -> None:
    place = Place(session, headline_weighting="weighted")
    place.unit("A", good=30, bad=10, n=1000)
    place.unit("B", good=10, bad=30, n=3000)
    report = place.report()
    assert report.index.estimate.exact == Fraction(1000 * 3 + 3000 * 1, 4 * 4000)
    assert report.beside is not None
    assert report.beside.estimate.exact == Fraction(1, 2)
    assert (report.index.weighting, report.index.estimate.degrees_of_freedom) == ("weighted", 78)
    assert report.tipping_point == (Fraction(4, 5) * 4000 - 80 * Fraction(1, 2)) / 3920
    assert place.report("A").index.weighting == "unweighted"
    assert place.report("A").beside is None


def test_edges_of_the_strata_are_said(session: Session) -> None:
    place = Place(session, headline_weighting="weighted")
    place.unit("A", good=30, bad=10, n=1000)
    place.unit("B", good=12, n=10)  # more responses than transactions
    place.unit("C", good=1, n=500)  # a lone response
    place.unit("D", n=700)  # nobody answered
    coverage = place.report().coverage
    assert coverage is not None
    assert coverage.units_merged == ("B", "C")  # C is hidden, and B with it
    assert coverage.units_over_transactions == ()  # judged of both together: 13 responses, 510 transactions
    assert coverage.units_left_out == ("D",)
    assert coverage.total == 2210
    place.unit("E", good=20)  # N missing: no weights at all, and said
    report = place.report()
    assert (report.index.weighting, report.beside) == ("unweighted", None)
    assert report.coverage is not None
    assert report.coverage.units_without_transactions == ("E",)
    assert report.tipping_point is None


def test_a_census_is_judged_by_its_point(session: Session) -> None:
    place = Place(session, design="census")
    place.unit("A", good=17, bad=4, n=21)
    report = place.report("A")
    assert (report.index.verdict.state, report.index.verdict.reason) == ("met", "census_point")
    assert place.report("A", design="self_selected").index.verdict.reason == "too_few_people"
    place.unit("B", good=10, bad=10, n=20)
    both = place.report()
    assert (both.index.estimate.method, both.index.verdict.state) == ("census", "not_met")


def test_transactions_of_shorter_periods_are_added_up_if_they_tile_the_wave(session: Session) -> None:
    place = Place(session)
    unit = place.unit("A", good=40)
    set_transactions(session, unit, date(2026, 1, 1), date(2026, 3, 31), 300)
    session.commit()
    assert place.report("A").quality.transactions is None
    set_transactions(session, unit, date(2026, 4, 1), date(2026, 6, 30), 200)
    session.commit()
    report = place.report("A")
    assert report.quality.transactions == 500
    assert (report.quality.rate_kind, report.quality.rate) == ("forms_per_dossier", Fraction(40, 500))
    set_transactions(session, unit, *PERIOD, 450)
    session.commit()
    assert place.report("A").quality.transactions == 450


def test_a_small_unit_hides_itself_and_a_sibling_in_every_output(session: Session) -> None:
    place = Place(session)
    place.unit("A", good=3)
    place.unit("B", good=20, bad=20)
    place.unit("C", good=50)
    hidden = {"A": True, "B": True, "C": False}
    lines = {line.place.code: line.index.suppressed for line in place.report().children}
    assert lines == hidden
    overview = wave_overview(session, place.wave, place.province)
    assert {line.place.code: line.index.suppressed for line in overview.units} == hidden
    assert overview.root.index.people == 93
    for code, is_hidden in hidden.items():
        report = place.report(code)
        assert report.index.suppressed is is_hidden
        if is_hidden:
            figures = (report.index, *report.factors, *report.items)
            assert all(figure.estimate.estimate is None and not figure.people for figure in figures)
            assert report.index.verdict.reason == "hidden"
            assert all(item.suppressed for item in report.quality.items)
            assert report.all_satisfied is not None
            assert report.all_satisfied.suppressed
            assert report.beside is None
            assert (report.quality.alpha, report.quality.median_seconds, report.tipping_point) == (None, None, None)
    session.rollback()
    before = {code: place.report(code).index.suppressed for code in hidden}
    session.rollback()
    keep_statistics(session, place.wave)
    session.commit()
    assert {code: place.report(code).index.suppressed for code in hidden} == before == hidden


def test_an_item_few_people_answered_takes_another_of_its_factor_with_it(session: Session) -> None:
    place = Place(session)
    place.unit("A", rows=[{"access_1": 5, "procedures_1": 4, "procedures_2": 5}] * 30 + [GOOD] * 4)
    report = place.report("A")
    assert shown(report.items) == {"procedures_1": 34, "procedures_2": 34}
    assert shown(report.factors) == {"access": 34, "procedures": 34}
    assert [item.code for item in report.quality.items if item.suppressed] == ["access_1", "access_2"]


def test_filters_and_trust_levels_whose_rest_is_small_are_hidden(session: Session) -> None:
    place = Place(session, trust_levels=("open",))
    place.unit("A", good=40)
    few = collectors.make_collector(session, place.wave, place.units["A"], channel="paper", trust="paper", at=NOW)
    store(session, few, [BAD] * 3)
    session.commit()
    report = place.report("A")
    assert report.index.people == 40  # no page shows the 43 with the paper forms
    assert shown(dict(report.breakdowns)["trust"]) == {"open": 40}
    assert [(mix.code, mix.responses, mix.suppressed) for mix in report.quality.trust_levels] == [
        ("open", 40, False),
        ("paper", 0, True),
    ]
    assert place.report("A", trust=("open", "paper")).index.suppressed  # the headline may be known from elsewhere
    assert place.report("A", trust=("open", "paper"), channel="qr", crossed=True).index.suppressed
    store(session, few, [BAD] * 2)
    session.commit()
    assert place.report("A", trust=("open", "paper")).index.people == 45
    report = place.report("A")
    assert report.index.people == 40
    breakdowns = dict(report.breakdowns)
    assert shown(breakdowns["trust"]) == {"open": 40, "paper": 5}
    assert "channel" not in breakdowns
    assert place.report("A", trust=("open", "paper"), channel="paper", crossed=True).index.people == 5
    assert [(mix.code, mix.responses) for mix in report.quality.trust_levels] == [("open", 40), ("paper", 5)]


def test_a_filter_is_held_against_the_headline_and_added_levels_against_it_too(session: Session) -> None:
    place = Place(session, trust_levels=("open",))
    unit = place.unit("A", good=37)
    kiosk, link = ("kiosk", "present", 50), ("link", "open", 3)
    for channel, trust, people in (kiosk, link):
        way = collectors.make_collector(session, place.wave, unit, channel=channel, trust=trust, at=NOW)
        store(session, way, [GOOD] * people)
    session.commit()
    assert place.report("A").index.people == 40
    assert place.report("A", trust=("present",)).index.people == 50
    few = collectors.make_collector(session, place.wave, unit, channel="paper", trust="paper", at=NOW)
    store(session, few, [GOOD] * 3)
    session.commit()
    assert place.report("A").index.people == 40
    assert place.report("A", channel="qr").index.suppressed  # 40 − 37
    assert place.report("A", trust=("open", "paper")).index.suppressed  # 43 − 40
    assert place.report("A", trust=("open", "present")).index.suppressed  # all but 3
    assert place.report("A", trust=("present",)).index.suppressed  # all levels together − 40 − 50


def test_counters_and_half_months_are_parts_of_the_unit(session: Session) -> None:
    place = Place(session)
    unit = place.unit("A")
    for code, good, moment in (
        ("1", 12, datetime(2026, 2, 3, tzinfo=UTC)),
        ("2", 7, datetime(2026, 2, 20, tzinfo=UTC)),
    ):
        way = make_collector(session, place.wave, unit, counter=make_counter(session, unit, code=code))
        store(session, way, [GOOD] * good, received_at=moment)
    session.commit()
    report = place.report("A")
    assert [(line.place.code, line.place.kind, line.index.people) for line in report.children] == [
        ("A/1", "counter", 12),
        ("A/2", "counter", 7),
    ]
    assert shown(dict(report.breakdowns)["half_month"]) == {"2026-02-1": 12, "2026-02-2": 7}
    assert [point.code for point in report.trend] == ["2026-02-1", "2026-02-2"]
    assert (report.trend[0].start, report.trend[1].end) == (date(2026, 2, 1), date(2026, 2, 28))


def test_flagged_responses_are_counted_apart(session: Session) -> None:
    place = Place(session)
    place.unit("A", good=30)
    store(session, place.ways["A"], [BAD] * 10, flags=("too_fast",))
    store(session, place.ways["A"], [BAD] * 50, is_test=True)
    session.commit()
    report = place.report("A")
    assert (report.index.people, report.index.estimate.exact) == (30, 1)
    assert report.quality.flagged == 10
    assert report.quality.index_with_flagged.exact == Fraction(3, 4)


def test_quality_counts_what_was_asked_answered_and_valid(session: Session) -> None:
    words = Wording("Lời", "Words")
    asked = make_definition(
        questions=[
            make_rating("overall_satisfaction", in_index=False),
            Question(
                code="who",
                kind="single",
                label=words,
                wording=words,
                choices=(Choice(1, Wording("Một", "One")), Choice(2, Wording("Hai", "Two"))),
            ),
        ]
    )
    follow_up = Question(
        code="only_two",
        kind="rating",
        label=words,
        wording=words,
        choices=make_rating("x").choices,
        in_index=True,
        condition=Condition("who", (2,)),
    )
    asked = make_definition(questions=[*asked.questions[-2:], follow_up])
    place = Place(session, questionnaire=make_questionnaire(session, asked))
    place.unit(
        "A",
        rows=[
            *[{**GOOD, "who": 1, "overall_satisfaction": 5}] * 10,
            *[{**GOOD, "who": 2, "only_two": 4}] * 6,
            *[{**GOOD, "who": 2, "access_1": 0}] * 5,
            *[{"access_1": 3}] * 7,
        ],
    )
    report = place.report("A")
    items = {item.code: (item.asked, item.answered, item.no_opinion) for item in report.quality.items}
    assert items["access_1"] == (28, 23, 5)
    assert items["access_2"] == (28, 21, 0)
    assert items["only_two"] == (11, 6, 0)
    assert report.quality.valid == 21
    assert report.quality.median_seconds == 90
    assert report.quality.alpha_base == 6
    assert report.overall is not None
    assert (report.overall.people, report.overall.in_index) == (10, False)
    assert report.index.answers == sum(item.base for item in (figure.counts for figure in report.items))


def test_released_figures_lag_and_move_in_steps(session: Session) -> None:
    place = Place(session)
    place.unit("A", good=20)
    session.rollback()
    release_step(session, place.wave.id, date(2026, 3, 17))
    session.commit()
    store(session, place.ways["A"], [BAD] * 3)
    session.commit()
    assert place.report("A").index.people == 23
    released = place.report("A", source="released")
    assert released.index.people == 20
    assert (released.quality.valid, released.method.interim) == (None, True)
    session.rollback()
    close_wave(session, place.wave, NOW)
    session.commit()
    assert place.report("A", source="released").index.people == 23


def test_kept_statistics_are_what_a_scan_gives(session: Session) -> None:
    place = Place(session)
    place.unit("A", good=10, bad=6)
    place.unit("B", good=7, bad=9)
    scanned = {code: place.report(code).quality for code in ("A", "B", "P")}
    session.rollback()
    close_wave(session, place.wave, NOW)
    keep_statistics(session, place.wave)
    session.commit()
    for code, quality in scanned.items():
        assert place.report(code, with_scan=False).quality == quality
    assert scanned["A"].alpha == pytest.approx(1, abs=0.2)


def test_a_unit_without_answers_has_no_figure_and_no_secret(session: Session) -> None:
    place = Place(session)
    place.unit("A")
    report = place.report("A")
    assert (report.index.estimate.estimate, report.index.suppressed) == (None, False)
    assert report.index.verdict.reason == "no_answers"

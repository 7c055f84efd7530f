"""No figure says more than its answers carry: rates, censuses, N of departments, counts, forms without an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from reports.unit_report import unit_report_pdf
from reports.workbook import unit_report_xlsx
from survey.analysis.export import as_json
from survey.analysis.summary import unit_report, wave_overview
from survey.models import Collector, Question, Unit, Wave, WaveUnit
from survey.operations import targets
from survey.operations.batches import store_submissions
from survey.operations.filing_figures import freeze_transactions, moved_transactions
from survey.operations.kept_statistics import keep_statistics
from survey.operations.responses import Submission
from survey.operations.submission import new_submission_id
from survey.operations.transactions import set_transactions
from survey.operations.waves import close_wave
from tests.factories import NOW, PERIOD, make_collector, make_questionnaire, make_target, make_unit, make_wave
from tests.sample_waves import store

GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
BAD = dict.fromkeys(GOOD, 2)


@pytest.fixture
def top(session: Session) -> Unit:
    return make_unit(session, code="T", kind="province")


def issue(session: Session, wave: Wave, unit: Unit, forms: int) -> None:
    row = session.get(WaveUnit, (wave.id, unit.id))
    assert row is not None
    row.forms_issued = forms
    session.commit()


def test_a_response_rate_counts_paper_forms_over_paper_forms_issued(session: Session, top: Unit) -> None:
    a, b = (make_unit(session, code=code, parent=top) for code in "AB")
    wave = make_wave(session, code="W", units=[a, b], state="open", design="probability")
    for unit in (a, b):
        store(session, make_collector(session, wave, unit), [GOOD] * 100)
        set_transactions(session, unit, *PERIOD, 10_000)
    session.commit()
    without = unit_report(session, wave, a).quality
    assert (without.rate_kind, without.rate) == ("forms_per_dossier", Fraction(100, 10_000))
    session.rollback()
    store(session, make_collector(session, wave, a, channel="paper", trust="paper"), [GOOD] * 30)
    issue(session, wave, a, 50)
    quality = unit_report(session, wave, a).quality
    assert (quality.rate_kind, quality.rate) == ("response_rate", Fraction(30, 50))
    both = unit_report(session, wave, top).quality  # B has not said how many it issued
    assert (both.rate_kind, both.rate) == ("forms_per_dossier", Fraction(230, 20_000))
    session.rollback()
    issue(session, wave, a, 20)  # more came back than were issued: that number cannot be right
    assert unit_report(session, wave, a).quality.rate_kind == "forms_per_dossier"


@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_a_census_in_which_not_everybody_answered_is_no_certainty(session: Session, top: Unit, weighting: str) -> None:
    a, b = (make_unit(session, code=code, parent=top) for code in "AB")
    wave = make_wave(session, code="W", units=[a, b], state="open", design="census", headline_weighting=weighting)
    no_opinion = dict.fromkeys(GOOD, 0)
    for unit in (a, b):
        rows = [*[GOOD] * 34, *[BAD] * 6, *[no_opinion] * 60]
        store(session, make_collector(session, wave, unit), rows)
        set_transactions(session, unit, *PERIOD, 100)
    session.commit()
    for unit in (a, top):
        index = unit_report(session, wave, unit).index
        assert index.estimate.method == "logit"
        assert index.estimate.lower is not None
        assert index.estimate.lower < 0.8 < 0.85
        assert index.verdict.reason == "interval_spans"


def test_the_transactions_of_a_department_stand_for_its_rooms(session: Session, top: Unit) -> None:
    a = make_unit(session, code="A", kind="department", parent=top)
    b = make_unit(session, code="B", parent=top)
    rooms = [make_unit(session, code=code, kind="room", parent=a) for code in ("K", "R")]
    wave = make_wave(session, code="W", units=[a, b, *rooms], state="open", headline_weighting="weighted")
    for unit, good in ((rooms[0], 15), (rooms[1], 15), (b, 0)):
        store(session, make_collector(session, wave, unit), [*[GOOD] * good, *[BAD] * (30 - good)])
    set_transactions(session, a, *PERIOD, 900)
    set_transactions(session, b, *PERIOD, 300)
    session.commit()
    report = unit_report(session, wave, top)
    assert (report.index.weighting, report.index.estimate.exact) == ("weighted", Fraction(900, 2 * 1200))
    assert report.quality.transactions == 1200
    assert report.coverage is not None
    assert (report.coverage.covered, report.coverage.total) == (1200, 1200)
    assert report.coverage.units_without_transactions == ()
    department = unit_report(session, wave, a)
    assert department.quality.transactions == 900
    assert department.index.weighting == "unweighted"
    assert [line.transactions for line in department.children] == [None, None]
    room = unit_report(session, wave, rooms[0])
    assert room.coverage is not None
    assert room.coverage.units_without_transactions == ("K",)
    lines = {line.place.code: line.transactions for line in wave_overview(session, wave, top).units}
    assert lines == {"A": 900, "B": 300, "K": None, "R": None}


def test_citizens_dossiers_do_not_weigh_what_officials_answered(session: Session, top: Unit) -> None:
    a, b = (make_unit(session, code=code, parent=top) for code in "AB")
    wave = make_wave(session, code="W", units=[a, b], state="open", headline_weighting="weighted")
    for unit, answers, number in ((a, GOOD, 900), (b, BAD, 100)):
        way = make_collector(session, wave, unit)
        way.respondent_group = "official"
        store(session, way, [answers] * 30)
        set_transactions(session, unit, *PERIOD, number)
    session.commit()
    for state in ("open", "closed"):
        report = unit_report(session, wave, top)
        assert (report.index.weighting, report.index.estimate.exact) == ("unweighted", Fraction(1, 2)), state
        assert report.quality.transactions is None
        session.rollback()
        if state == "open":
            close_wave(session, wave, NOW)
            freeze_transactions(session, wave)
            session.commit()
    assert moved_transactions(session, wave) == []


def test_an_n_of_all_units_is_kept_where_no_unit_has_its_own(session: Session, top: Unit) -> None:
    a, b = (make_unit(session, code=code, parent=top) for code in "AB")
    wave = make_wave(session, code="W", units=[a, b], state="open", headline_weighting="weighted")
    store(session, make_collector(session, wave, a), [GOOD] * 30)
    store(session, make_collector(session, wave, b), [BAD] * 30)
    set_transactions(session, a, *PERIOD, 100)
    session.commit()
    coverage = unit_report(session, wave, top).coverage
    assert coverage is not None
    assert (coverage.total, coverage.units_without_transactions) == (100, ("B",))
    session.rollback()
    set_transactions(session, top, *PERIOD, 1000)
    session.commit()
    report = unit_report(session, wave, top)
    assert (report.index.weighting, report.quality.transactions, report.coverage) == ("unweighted", 1000, None)


def test_half_months_have_no_counts_rather_than_zeros(session: Session, top: Unit) -> None:
    wave = make_wave(session, code="W", units=[top], state="open")
    way = make_collector(session, wave, top)
    for day in (5, 20):
        store(session, way, [GOOD] * 20, received_at=datetime(2026, 1, day, tzinfo=UTC))
    session.commit()
    report = unit_report(session, wave, top)
    found = as_json(report)
    assert report.index.counts is not None
    for figure in (*found["breakdowns"]["half_month"], *(point["figure"] for point in found["trend"])):
        assert (figure["people"], figure["answers"], figure["counts"]) == (20, 80, None)
    assert found["all_satisfied"]["counts"] is None
    assert found["index"]["counts"]["n"] == [0, 0, 0, 80, 80]


def tap(session: Session, way: Collector, rows: Iterable[tuple[int, tuple[int, ...]]]) -> None:
    """Store one-tap ballots: the rating and the reasons chosen."""
    query = select(Question.code, Question.id).where(Question.questionnaire_id == way.wave.questionnaire_id)
    ids: Mapping[str, int] = {row.code: row.id for row in session.execute(query)}
    moment = int(NOW.timestamp())
    submissions = [
        Submission(
            submission_id=new_submission_id(moment * 1000),
            collector_id=way.id,
            received_at=moment,
            seconds=5,
            language="vi",
            choices={ids["overall_satisfaction"]: rating},
            several={ids["reasons"]: reasons} if reasons else {},
        )
        for rating, reasons in rows
    ]
    store_submissions(session.connection(), submissions)


def test_one_tap_has_its_question_as_headline_and_its_reasons_in_a_table(session: Session, top: Unit) -> None:
    a, b, c = (make_unit(session, code=code, parent=top) for code in "ABC")
    asked = make_questionnaire(session, library.standard("one-tap"))
    wave = make_wave(session, code="W", units=[a, b, c], state="open", questionnaire=asked)
    tap(session, make_collector(session, wave, a), [(5, ())] * 30 + [(2, (1, 3))] * 6 + [(3, (1,))] * 4)
    tap(session, make_collector(session, wave, b), [(4, ())] * 30 + [(1, (2,))] * 3)
    tap(session, make_collector(session, wave, c), [(4, ())] * 30 + [(1, (9,))] * 20)
    set_transactions(session, a, *PERIOD, 10)
    session.commit()
    report = unit_report(session, wave, c)
    (reasons,) = report.choices
    assert (reasons.code, reasons.people, reasons.suppressed) == ("reasons", 20, False)
    report = unit_report(session, wave, a)
    assert (report.index.code, report.index.label.vi, report.overall) == (
        "overall_satisfaction",
        "Hài lòng chung",
        None,
    )
    assert report.coverage is not None
    assert report.coverage.units_over_transactions == ("A",)
    whole = unit_report(session, wave, top)
    assert whole.coverage is not None
    assert whole.coverage.units_without_transactions == ("B", "C")
    # Three people of B gave a reason: hidden, and with them those of A, who else would tell them.
    for unit in (a, b):
        (hidden,) = unit_report(session, wave, unit).choices
        assert (hidden.suppressed, hidden.people, hidden.options) == (True, 0, ())
    (reasons,) = whole.choices
    assert reasons.people == 33
    chosen = {option.value: (option.people, reasons.share(option)) for option in reasons.options}
    assert chosen[1] == (10, Fraction(10, 33))
    assert chosen[3] == (6, Fraction(6, 33))
    (said,) = as_json(whole)["choices"]
    assert said["options"][0] == {
        "value": 1,
        "label": {"vi": "Phải chờ lâu", "en": "Long wait"},
        "people": 10,
        "share": 10 / 33,
    }
    assert unit_report(session, wave, top, channel="qr").choices == ()
    assert unit_report_pdf(whole).startswith(b"%PDF")
    assert unit_report_pdf(report, "en").startswith(b"%PDF")
    assert unit_report_xlsx(whole) != unit_report_xlsx(report)
    session.rollback()
    before = [question.suppressed for question in unit_report(session, wave, a).choices]
    session.rollback()
    close_wave(session, wave, NOW)
    keep_statistics(session, wave)
    session.commit()
    assert [question.suppressed for question in unit_report(session, wave, a).choices] == before == [True]


def test_three_levels_are_judged_by_their_upper_two(session: Session, top: Unit) -> None:
    asked = make_questionnaire(session, library.standard("online-3"))
    wave = make_wave(session, code="W", units=[top], state="open", questionnaire=asked)
    way = make_collector(session, wave, top)
    levels = [*[{"online_overall": 3, "online_finding": 1}] * 50, *[{"online_overall": 2}] * 45]
    store(session, way, [*levels, *[{"online_overall": 1}] * 5])
    session.commit()
    report = unit_report(session, wave, top)
    assert (report.index.code, report.index.people, report.index.estimate.exact) == (
        "online_overall",
        100,
        Fraction(95, 100),
    )
    assert (report.index.rule, report.method.rule, report.method.rule_dated) == (
        "upper_levels",
        "upper_levels",
        date(2018, 1, 1),
    )
    assert (report.index.estimate.method, report.index.verdict.state, report.index.counts) == ("wilson", "met", None)
    tables = {question.code: question for question in report.choices}
    assert [option.people for option in tables["online_overall"].options] == [5, 45, 50]
    assert (tables["online_finding"].people, tables["online_filing"].people) == (50, 0)
    assert as_json(report)["index"]["counts"] is None
    assert unit_report_pdf(report).startswith(b"%PDF")


def test_earlier_waves_are_judged_by_their_own_target(session: Session, top: Unit) -> None:
    usual = make_target(session)
    strict = targets.create_target(
        session, code="strict", value=Decimal("0.95"), reference_vi="Kế hoạch sau", valid_from=date(2026, 7, 1)
    )
    asked = make_questionnaire(session)
    for code, period, target in (
        ("W1", PERIOD, usual),
        ("W2", (date(2026, 7, 1), date(2026, 12, 31)), strict),
    ):
        wave = make_wave(
            session, code=code, units=[top], questionnaire=asked, period=period, target=target, state="open"
        )
        store(session, make_collector(session, wave, top), [*[GOOD] * 180, *[BAD] * 20])
        session.commit()
        if code == "W1":
            close_wave(session, wave, NOW)
            keep_statistics(session, wave)
            session.commit()
    points = unit_report(session, wave, top).trend
    assert [point.figure.verdict.target for point in points] == [Fraction(4, 5), Fraction(19, 20)]
    assert [point.figure.verdict.state for point in points] == ["met", "not_met"]

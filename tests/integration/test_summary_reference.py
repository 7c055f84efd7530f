"""The sample wave through the whole road, rows → tallies → report: every figure R computed, on both databases."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.figures import Estimate, Figure
from reports.report_figures import UnitReport
from survey.analysis.summary import unit_report
from survey.models import Response, TransactionCount, Unit, Wave
from survey.operations.ledger import seal_batch
from tests.sample_waves import load_stratified_wave

EXPECTED = Path(__file__).parents[1] / "data" / "stratified_wave_expected.csv"
FACTORS = ("access", "procedures", "officials", "results", "feedback")
ITEMS = {
    f"q{number:02}": code
    for number, code in enumerate(
        (
            f"{factor}_{item}"
            for factor, items in zip(FACTORS, (3, 4, 3, 3, 3), strict=True)
            for item in range(1, items + 1)
        ),
        1,
    )
}
TERMS: dict[str, dict[str, Any]] = {
    "weighted_fpc": {"weighting": "weighted", "design": "probability"},
    "weighted": {"weighting": "weighted", "design": "self_selected"},
    "unweighted": {"weighting": "unweighted"},
    "unweighted_wilson": {"weighting": "unweighted"},
    "unit": {"design": "self_selected"},
    "unit_fpc": {"design": "probability"},
    "mean_of_max": {"rule": "mean_of_max"},
    "scaled_mean": {"rule": "scaled_mean"},
    "mean_of_items": {"aggregation": "mean_of_items"},
    "cronbach_alpha_complete_cases": {},
}


def expected() -> list[dict[str, str]]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure_of(report: UnitReport, what: str) -> Figure:
    if what == "overall":
        return report.index
    code = ITEMS.get(what, what)
    return next(figure for figure in (*report.factors, *report.items) if figure.code == code)


@pytest.fixture(params=["unsealed", "half sealed", "sealed"])
def wave(session: Session, request: pytest.FixtureRequest) -> Wave:
    wave = load_stratified_wave(session)
    session.commit()
    if request.param != "unsealed":
        middle = (session.scalar(select(func.max(Response.id))) or 0) // 2
        session.rollback()
        seal_batch(session, middle if request.param == "half sealed" else 2 * middle + 1)
    session.commit()
    return wave


def test_every_figure_of_r_survey_comes_out_of_the_report(session: Session, wave: Wave) -> None:
    units = {unit.code: unit for unit in session.scalars(select(Unit))}

    @cache
    def report(scope: str, measure: str) -> UnitReport:
        return unit_report(session, wave, units.get(scope), **TERMS[measure])

    checked = 0
    for row in expected():
        measure = row["measure"]
        found = report(row["scope"], measure)
        if measure == "cronbach_alpha_complete_cases":
            assert found.quality.alpha == pytest.approx(float(row["estimate"]), rel=0, abs=1e-9)
            assert found.quality.alpha_base == int(row["people"])
            checked += 1
            continue
        figure = figure_of(found, row["what"])
        estimate = figure.estimate
        where = (row["scope"], row["what"], measure)
        assert figure.people == int(row["people"]), where
        assert figure.answers == int(row["answers"]), where
        for name, value in _comparable(row, estimate):
            assert value == pytest.approx(float(row[name]), rel=0, abs=1e-9), (*where, name)
            checked += 1
    assert checked == 395


def _comparable(row: dict[str, str], estimate: Estimate) -> Iterator[tuple[str, float | None]]:
    """The numbers R gives of a figure. A single unweighted item carries Wilson's interval, not the logit one."""
    yield "estimate", estimate.estimate
    if row["standard_error"]:
        yield "standard_error", estimate.standard_error
    of_other_method = row["measure"] == "unweighted" and row["what"] in ITEMS
    if row["lower95"] and not of_other_method:
        yield "lower95", estimate.lower
        yield "upper95", estimate.upper
        if row["df"]:
            assert estimate.degrees_of_freedom == int(row["df"])


def test_the_report_is_the_same_before_and_after_sealing(session: Session) -> None:
    wave = load_stratified_wave(session)
    session.commit()

    def figures() -> list[Any]:
        return [unit_report(session, wave, unit) for unit in (None, session.scalar(select(Unit)))]

    before = figures()
    last = session.scalar(select(func.max(Response.id))) or 0
    for limit in (last // 3, last // 2, last):
        session.rollback()
        seal_batch(session, limit)
        session.commit()
        for old, new in zip(before, figures(), strict=True):
            assert new.index == old.index
            assert (new.items, new.factors, new.quality, new.breakdowns) == (
                old.items,
                old.factors,
                old.quality,
                old.breakdowns,
            )
            assert new.children == old.children


def test_headline_and_the_figure_beside_it_differ_as_the_sample_says(session: Session) -> None:
    wave = load_stratified_wave(session, headline_weighting="weighted")
    session.commit()
    report = unit_report(session, wave)
    assert report.beside is not None
    assert (report.index.weighting, report.beside.weighting) == ("weighted", "unweighted")
    assert report.index.estimate.estimate == pytest.approx(0.835155461732, abs=1e-9)
    assert report.beside.estimate.estimate == pytest.approx(0.792520065275, abs=1e-9)
    assert report.index.verdict.state == "met"
    assert report.beside.verdict.state == "inconclusive"
    assert report.coverage is not None
    assert (
        report.coverage.covered == report.coverage.total == sum(session.scalars(select(TransactionCount.transactions)))
    )
    assert len(report.children) == 12
    assert report.tipping_point is not None

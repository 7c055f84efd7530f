"""Every figure that R's survey and psych computed from the sample wave, and figures other offices have published."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from reports.figures import Estimate
from reports.wording import round_half_up
from survey.analysis.reliability import cronbach_alpha
from survey.analysis.statistics import PersonSums, mean_of, unweighted
from survey.analysis.strata import Stratum, stratified

DATA = Path(__file__).parents[1] / "data"
ITEMS = tuple(f"q{number:02}" for number in range(1, 17))
SCOPES = {
    "access": ITEMS[:3],
    "procedures": ITEMS[3:7],
    "officials": ITEMS[7:10],
    "results": ITEMS[10:13],
    "feedback": ITEMS[13:],
    "overall": ITEMS,
    **{item: (item,) for item in ITEMS},
}


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WAVE = read("stratified_wave.csv")
EXPECTED = read("stratified_wave_expected.csv")
UNITS: dict[str, list[dict[str, str]]] = defaultdict(list)
for row in WAVE:
    UNITS[row["unit"]].append(row)


def sums_of(responses: list[dict[str, str]], items: tuple[str, ...]) -> PersonSums:
    people = (PersonSums.of_person(int(r[i]) for i in items if r[i].isdigit()) for r in responses)
    return sum(people, PersonSums())


def computed(scope: str, what: str, measure: str) -> Estimate:
    items = SCOPES[what]
    if measure in ("weighted", "weighted_fpc"):
        strata = [
            Stratum(code, len(responses), sums_of(responses, items), int(responses[0]["transactions"]))
            for code, responses in UNITS.items()
        ]
        return stratified(strata, fpc=measure == "weighted_fpc").estimate
    if measure in ("unit", "unit_fpc"):
        responses = UNITS[scope]
        population = int(responses[0]["transactions"]) if measure == "unit_fpc" else None
        return unweighted(sums_of(responses, items), len(responses), population=population)
    if measure == "mean_of_items":
        return mean_of([unweighted(sums_of(WAVE, (item,)), len(WAVE), item=True) for item in items])
    if measure in ("mean_of_max", "scaled_mean"):
        return unweighted(sums_of(WAVE, items), len(WAVE), measure)
    return unweighted(sums_of(WAVE, items), len(WAVE), item=measure == "unweighted_wilson")


@pytest.mark.parametrize("row", EXPECTED[:-1], ids=lambda row: f"{row['scope']}-{row['what']}-{row['measure']}")
def test_every_figure_of_r_survey_is_reproduced(row: dict[str, str]) -> None:
    estimate = computed(row["scope"], row["what"], row["measure"])
    fields = ("estimate", "standard_error", "lower95", "upper95")
    got = (estimate.estimate, estimate.standard_error, estimate.lower, estimate.upper)
    for field, value in zip(fields, got, strict=True):
        if row[field]:
            assert value == pytest.approx(float(row[field]), rel=0, abs=1e-9), field
    if row["df"]:
        assert (estimate.method, estimate.degrees_of_freedom) == ("logit", int(row["df"]))
    if row["measure"] == "unweighted_wilson":
        assert estimate.method == "wilson"
    responses = WAVE if row["scope"] == "all" else UNITS[row["scope"]]
    sums = sums_of(responses, SCOPES[row["what"]])
    assert (sums.people, sums.v) == (int(row["people"]), int(row["answers"]))


def test_the_reference_file_is_complete() -> None:
    measures = {row["measure"] for row in EXPECTED}
    assert len(EXPECTED) == 125
    assert measures == {
        "weighted_fpc", "weighted", "unweighted", "unweighted_wilson", "mean_of_max", "scaled_mean", "mean_of_items",
        "unit_fpc", "unit", "cronbach_alpha_complete_cases",
    }  # fmt: skip


def test_cronbach_alpha_counts_complete_cases_only() -> None:
    rows = ([int(r[item]) if r[item].isdigit() else None for item in ITEMS] for r in WAVE)
    alpha = cronbach_alpha(rows)
    assert EXPECTED[-1]["measure"] == "cronbach_alpha_complete_cases"
    assert alpha.value == pytest.approx(float(EXPECTED[-1]["estimate"]), abs=1e-9)
    assert (alpha.people, alpha.items) == (int(EXPECTED[-1]["people"]), 16)


@pytest.mark.parametrize(
    "row", read("opg_monthly_likert_counts.csv"), ids=lambda row: f"{row['service']}-{row['month']}"
)
def test_published_monthly_percentages_follow_from_their_counts(row: dict[str, str]) -> None:
    counts = [int(row[f"n{score}"]) for score in range(1, 6)]
    estimate = unweighted(PersonSums.of_counts(counts), sum(counts), row["rule"], item=True)
    assert estimate.exact is not None
    assert round_half_up(100 * estimate.exact, 0) == Decimal(row["published_percent"])
    assert estimate.lower < estimate.estimate < estimate.upper


def test_hue_percentages_are_rounded_half_up_from_their_counts() -> None:
    rows = read("hue_survey_percentages.csv")
    totals: dict[str, int] = defaultdict(int)
    printed: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["question"]] += int(row["count"])
    for row in rows:
        percent = round_half_up(100 * Fraction(int(row["count"]), totals[row["question"]]), 1)
        assert str(percent) == row["printed_percent"], row
        printed[row["question"]] += percent
    assert set(totals.values()) == {170}
    assert printed["education"] == Decimal("100.1")

"""How the figures are made, in plain words and by one example that is computed as every figure is."""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reports import wording
from reports.figures import Counts, Figure, Text
from survey.analysis.statistics import PersonSums, unweighted
from survey.analysis.verdict import MINIMUM_PEOPLE, judge
from survey.blueprints import results

blueprint = Blueprint("method", __name__, url_prefix="/phuong-phap")
blueprint.context_processor(results.renderers)
blueprint.after_request(results.say_language)
blueprint.after_request(results.compress.after_request)

TARGET = Fraction(4, 5)
FEW = (2, 6, 20, 80, 60)
MANY = (20, 60, 200, 800, 600)  # the same shares from ten times as many people


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The same answers from few and from many people: one percentage, two verdicts."""
    few, many = (example(counts) for counts in (FEW, MANY))
    return render_template("method/index.html", few=few, many=many, minimum=MINIMUM_PEOPLE)


def example(counts: tuple[int, int, int, int, int]) -> Figure:
    """The figure of one question that got these answers, labelled by how many people gave them."""
    people = sum(counts)
    estimate = unweighted(PersonSums.of_counts(counts), people, "top_two", item=True)
    verdict = judge(estimate, people, TARGET, MINIMUM_PEOPLE)
    label = Text(wording.people(people, "vi"), wording.people(people, "en"))
    given = Counts(counts)
    return Figure(
        "example", label, "item", "top_two", "pool_answers", "unweighted", people, people, given, estimate, verdict
    )

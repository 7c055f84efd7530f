"""Units that are hidden cannot be solved from a weighted figure beside the unweighted one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from sqlalchemy.orm import Session

from reports.report_figures import UnitReport
from survey.analysis.compilation import compile_wave
from survey.analysis.export import as_json
from survey.analysis.hidden_strata import HiddenStrata
from survey.analysis.summary import unit_report, wave_overview
from survey.models import Unit, Wave
from survey.operations.transactions import set_transactions
from tests.factories import make_unit, make_wave
from tests.published_waves import answer_alike

N = {"A": 800, "B": 140, "C": 410}
COUNTS = {"A": (0, 0, 2, 20, 18), "B": (2, 1, 0, 0, 0), "C": (0, 0, 1, 3, 3)}


@pytest.fixture
def wave(session: Session) -> Wave:
    """B (three people) and C (seven) are hidden below P; A is shown."""
    province = make_unit(session, code="P", kind="province")
    units = [make_unit(session, code=code, parent=province) for code in N]
    wave = make_wave(session, code="W", units=units, headline_weighting="weighted", state="open")
    for unit in units:
        answer_alike(session, wave, unit, COUNTS[unit.code])
        set_transactions(session, unit, wave.period_start, wave.period_end, N[unit.code])
    session.commit()
    return wave


def report(session: Session, wave: Wave) -> UnitReport:
    province = session.query(Unit).filter_by(code="P").one()
    return unit_report(session, wave, province)


def solutions(found: UnitReport) -> list[tuple[int, int, int]]:
    """(people of B, satisfied in B, satisfied in C) that agree with all that is told of P and A, both N known."""
    assert found.beside is not None
    plain, exact = found.beside.estimate.exact, found.index.estimate.exact
    assert plain is not None
    assert exact is not None
    people, left = found.index.people - 40, plain * found.index.people - 38
    weighted = exact * sum(N.values()) - N["A"] * Fraction(38, 40)
    merged = found.coverage is not None and found.coverage.units_merged != ()
    agreeing = []
    for b in range(1, people):
        for in_b, in_c in product(range(b + 1), range(people - b + 1)):
            apart = N["B"] * Fraction(in_b, b) + N["C"] * Fraction(in_c, people - b)
            joined = (N["B"] + N["C"]) * Fraction(in_b + in_c, people)
            if in_b + in_c == left and (joined if merged else apart) == weighted:
                agreeing.append((b, in_b, in_c))
    return agreeing


def test_hidden_units_are_weighed_as_one(session: Session, wave: Wave, monkeypatch: pytest.MonkeyPatch) -> None:
    found = report(session, wave)
    assert found.index.estimate.exact == (800 * Fraction(38, 40) + 550 * Fraction(6, 10)) / 1350
    assert found.coverage is not None
    assert (found.coverage.units_merged, found.coverage.covered) == (("B", "C"), 1350)
    assert {figure.estimate.exact for figure in (*found.factors, *found.items)} == {found.index.estimate.exact}
    assert len(solutions(found)) > 20
    with monkeypatch.context() as patched:  # negative control: each for itself
        patched.setattr(HiddenStrata, "together", lambda *_: {})
        assert solutions(report(session, wave)) == [(3, 0, 6)]


def test_no_n_of_a_hidden_unit_is_told(session: Session, wave: Wave) -> None:
    lines = {line.place.code: line.transactions for line in report(session, wave).children}
    assert lines == {"A": 800, "B": None, "C": None}
    assert [child["transactions"] for child in as_json(report(session, wave))["children"]] == [800, None, None]
    assert {line.place.code: line.transactions for line in wave_overview(session, wave).units} == lines
    set_transactions(session, session.query(Unit).filter_by(code="B").one(), wave.period_start, wave.period_end, 2)
    own = as_json(unit_report(session, wave, session.query(Unit).filter_by(code="B").one()))
    assert (own["coverage"], own["quality"]) == (None, None)  # not even that N is below the number of responses
    lines["P"] = 1212
    compiled = compile_wave(session, wave, public=True)
    assert {unit.line.place.code: unit.line.transactions for unit in compiled.units} == lines
    assert compiled.whole.index.headline.estimate == report(session, wave).index.estimate

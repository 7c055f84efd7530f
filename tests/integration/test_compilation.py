"""A compilation says of the whole what R says, of every unit what its report says, and prints no group that tells."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from reports.compilation_figures import Compilation, Weighed
from reports.figures import Estimate
from survey.analysis.compilation import compile_wave, outermost
from survey.analysis.ranking import joint_ranks
from survey.analysis.summary import heat_table, unit_report
from survey.analysis.unit_groups import read_groups
from survey.models import Unit, UnitGroup, UnitGroupMember, Wave, WaveUnit
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_batch
from tests.factories import NOW, make_collector, make_unit, make_wave
from tests.sample_waves import load_stratified_wave, store

DATA = Path(__file__).parents[1] / "data"
GOLDEN = DATA / "golden_compilation.json"
GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
BAD = {"access_1": 1, "access_2": 2, "procedures_1": 3, "procedures_2": 4}


def make_group(session: Session, code: str, owner: Unit, members: Iterable[Unit], public: int | None = None) -> None:
    """`public` is its place in the order in which groups became public."""
    since = None if public is None else NOW + timedelta(days=public)
    group = UnitGroup(code=code, name_vi=f"Nhóm {code}", owner=owner, public_since=since)
    group.members = [UnitGroupMember(unit=unit) for unit in members]
    session.add(group)
    session.flush()


def numbers(estimate: Estimate) -> list[float | None]:
    return [estimate.estimate, estimate.standard_error, estimate.lower, estimate.upper]


def golden(compilation: Compilation) -> dict[str, object]:
    """The digits of a compilation, with joint ranks."""

    def both(figure: Weighed) -> list[object]:
        beside = numbers(figure.beside.estimate) if figure.beside else None
        return [figure.headline.code, numbers(figure.headline.estimate), beside]

    whole = compilation.whole
    units = outermost(compilation.units)
    ranks = joint_ranks([unit.line.index for unit in units])
    return {
        "whole": [both(figure) for figure in (whole.index, *whole.contents, *whole.factors)],
        "units": [
            [unit.line.place.code, numbers(unit.line.index.estimate), rank and [rank.place, rank.best, rank.worst]]
            for unit, rank in zip(units, ranks, strict=True)
        ],
    }


def test_the_whole_is_what_r_computes_and_the_digits_are_the_golden_ones(session: Session) -> None:
    wave = load_stratified_wave(session, headline_weighting="weighted")
    session.commit()
    seal_batch(session, 1200)
    session.commit()
    found = compile_wave(session, wave)
    with (DATA / "stratified_wave_expected.csv").open(encoding="utf-8", newline="") as file:
        rows = {
            (row["what"], row["measure"]): row
            for row in csv.DictReader(file)
            if row["measure"] in ("weighted", "unweighted")
        }
    checked = 0
    for figure in (found.whole.index, *found.whole.factors):
        name = "overall" if figure is found.whole.index else figure.headline.code
        assert figure.beside is not None
        for measure, estimate in (("weighted", figure.headline.estimate), ("unweighted", figure.beside.estimate)):
            row = rows[name, measure]
            expected = [float(row[column]) for column in ("estimate", "standard_error", "lower95", "upper95")]
            assert numbers(estimate) == pytest.approx(expected, rel=0, abs=1e-9), (name, measure)
            checked += 1
    assert checked == 12
    report = unit_report(session, wave)
    assert found.whole.index.headline.estimate == report.index.estimate
    assert found.whole.coverage == report.coverage
    assert found.whole.returns is not None
    assert (found.whole.returns.responses, found.whole.returns.rate) == (2003, report.quality.rate)
    heat = {row.line.place.code: row for row in heat_table(session, wave).rows}
    assert [unit.line.place.code for unit in found.units] == list(heat)
    for unit in found.units:
        row = heat[unit.line.place.code]
        assert (unit.line.index.estimate, unit.line.index.verdict) == (row.line.index.estimate, row.line.index.verdict)
        assert unit.factors == row.factors
    digits = json.loads(json.dumps(golden(found)))
    if os.environ.get("SIPAS_RENEW_GOLDEN"):
        GOLDEN.write_text(json.dumps(digits, indent=1) + "\n", encoding="utf-8")
    assert digits == json.loads(GOLDEN.read_text(encoding="utf-8"))


def small_province(session: Session) -> tuple[Wave, dict[str, Unit]]:
    """A and B are few and hidden; X, a department, has a room of its own."""
    province = make_unit(session, code="P", kind="province")
    units = {code: make_unit(session, code=code, parent=province) for code in "ABCDE"}
    units["X"] = make_unit(session, code="X", kind="department", parent=province)
    units["X1"] = make_unit(session, code="X1", kind="room", parent=units["X"])
    wave = make_wave(session, code="W", units=units.values(), state="open", trust_levels=("open",))
    for code, rows in {"A": [GOOD] * 3, "B": [BAD] * 4, "C": [GOOD] * 60, "D": [BAD] * 58, "E": [GOOD] * 70,
                       "X": [GOOD] * 40, "X1": [BAD] * 40}.items():  # fmt: skip
        store(session, make_collector(session, wave, units[code]), rows)
    return wave, units | {"P": province}


def test_a_group_gives_way_where_it_would_tell(session: Session) -> None:
    wave, units = small_province(session)
    make_group(session, "praise", units["X"], [units["X1"]], 0)  # a rated unit's own: on no page of the province
    groups = {
        "together": ("ABC", 1),  # seven hidden people: nobody is told
        "first": ("AC", 2),  # less C leaves the three of A
        "second": ("BCD", 3),  # with the first would give them, too: four people of B
        "visible": ("CDE", 4),
        "again": ("ABD", 5),  # the same hidden seven once more
        "private": ("CE", None),
        "private-few": ("BE", None),
    }
    for code, (members, public) in groups.items():
        make_group(session, code, units["P"], [units[each] for each in members], public)
    keep_disclosure(session, wave)
    session.commit()
    found = compile_wave(session, wave, units["P"])
    assert [group.code for group in found.groups] == ["department", "commune", *groups]
    printable = {group.code: group.publishable for group in found.groups}
    assert [code for code, printed in printable.items() if not printed] == ["first", "second", "private-few"]
    first = found.group("first")
    assert first is not None
    assert (first.index.headline.people, first.index.headline.suppressed) == (63, False), "the compiler sees it"
    public = compile_wave(session, wave, units["P"], public=True)
    assert [group.code for group in public.groups if group.code.startswith("private")] == []
    assert [group.code for group in public.groups if group.index.headline.suppressed] == ["first", "second"]
    hidden = next(group for group in public.groups if group.code == "first")
    assert {figure.headline.suppressed for figure in (*hidden.factors, *hidden.contents)} == {True}
    assert (hidden.returns, hidden.coverage) == (None, None)
    below = read_groups(session, units["X"].path, public=True)
    printed_elsewhere = ["together", "first", "second", "visible", "again"]
    assert [group.code for group in below] == ["praise", *printed_elsewhere]
    assert [group.is_shown for group in below] == [True, *[False] * 5]


def test_units_stand_once_in_ranks_and_in_the_groups_they_belong_to(session: Session) -> None:
    wave, units = small_province(session)
    session.commit()
    found = compile_wave(session, wave, units["P"])
    lines = {unit.line.place.code: unit for unit in found.units}
    assert lines["X"].line.index.people == 80
    assert [unit.line.place.code for unit in outermost(found.units)] == ["A", "B", "C", "D", "E", "X"]
    departments, communes = found.group("department"), found.group("commune")
    assert departments is not None
    assert communes is not None
    assert (departments.members, departments.index.headline.people) == (frozenset({"X", "X1"}), 80)
    assert (communes.standing.units, communes.standing.met, communes.standing.not_met) == (5, 2, 1)
    assert (communes.standing.inconclusive, communes.standing.reached_by_point) == (2, 2)
    assert [lines[code].line.index.suppressed for code in "AB"] == [True, True]
    assert (lines["A"].returns, lines["A"].factors[0].people) == (None, 0)
    whole = found.whole.standing
    assert (whole.units, whole.share(whole.met)) == (7, whole.share(2))


def statements(engine: Engine) -> list[str]:
    """What a compilation says to the database, in a session that knows nothing yet."""
    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with Session(engine) as session:
        top = session.scalars(select(Unit).where(Unit.code == "P")).one()
        compile_wave(session, session.scalars(select(Wave)).one(), top)
    event.remove(engine, "before_cursor_execute", note)
    return counted


def test_the_statements_do_not_grow_with_the_units(session: Session, engine: Engine) -> None:
    wave, units = small_province(session)
    keep_disclosure(session, wave)
    session.commit()
    top = session.scalars(select(Unit).where(Unit.code == "P")).one()
    make_group(session, "one", top, [units["C"]], 0)
    session.commit()
    few = statements(engine)
    for number in range(30):
        extra = make_unit(session, code=f"Z{number}", parent=top)
        session.add(WaveUnit(wave_id=wave.id, unit_id=extra.id))
        make_group(session, f"g{number}", top, [extra, units["C"]], number + 1)
        store(session, make_collector(session, wave, extra), [GOOD] * 6)
    session.commit()
    assert len(statements(engine)) == len(few)

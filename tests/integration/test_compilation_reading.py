"""Ranks against the wave before, other rules, years beside published figures, and what goes with satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.analysis.compilation import compile_wave
from survey.analysis.drivers import read_drivers
from survey.analysis.rank_table import rank_table, ranked_before
from survey.analysis.summary import unit_report
from survey.analysis.unit_groups import group_rows, groups_stamp, members_of
from survey.analysis.what_if import what_if
from survey.analysis.year_trend import year_trend
from survey.models import ReferenceFigure, Unit, UnitGroup, Wave
from survey.operations import unit_groups
from survey.operations.cross_tables import count_requested
from survey.operations.place_tables import TableError
from survey.operations.reference_series import import_reference, standard_file
from survey.operations.unit_groups import UnitGroupError
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_rating, make_unit, make_wave
from tests.published_waves import LAST_YEAR, answer_alike, finish, make_province, publish_province
from tests.sample_waves import load_stratified_wave, store

DATA = Path(__file__).parents[1] / "data"


def test_the_rank_moves_only_where_the_intervals_lie_apart(session: Session, engine: Engine) -> None:
    units = make_province(session)
    below = [units[code] for code in ("B2", "C3", "Z1")]
    before = make_wave(session, code="before", units=below, period=LAST_YEAR, state="open")
    for code, counts in {"B2": (60, 30, 0, 5, 5), "C3": (0, 0, 30, 60, 10), "Z1": (0, 0, 25, 60, 15)}.items():
        answer_alike(session, before, units[code], counts)
    finish(session, engine, before)
    now = make_wave(session, code="now", units=below, questionnaire=before.questionnaire, state="open")
    for code, counts in {"B2": (0, 0, 0, 50, 50), "C3": (0, 0, 40, 50, 10), "Z1": (0, 0, 25, 60, 15)}.items():
        answer_alike(session, now, units[code], counts)
    session.commit()
    table = rank_table(compile_wave(session, now, units["T"]), "", compile_wave(session, before, units["T"]))
    found = {line.unit.line.place.code: line for line in table.lines}
    assert [line.unit.line.place.code for line in table.lines] == ["B2", "Z1", "C3"]
    assert found["B2"].movement == "up"
    assert (found["B2"].before, found["B2"].rank) is not None
    before_of_b2, rank_of_b2 = found["B2"].before, found["B2"].rank
    assert before_of_b2 is not None
    assert rank_of_b2 is not None
    assert (before_of_b2.best, rank_of_b2.worst) == (3, 1)
    assert found["C3"].movement == found["Z1"].movement == "cannot_tell"
    alone = rank_table(compile_wave(session, now, units["T"]), "department")
    assert [line.rank is not None and line.rank.of for line in alone.lines] == [1]
    assert ranked_before(session, now, units["T"].path) == before
    asked = make_questionnaire(session, make_definition(code="khac"))
    other = make_wave(session, code="other", units=below, questionnaire=asked, state="open")
    assert ranked_before(session, other, units["T"].path) is None, "another questionnaire ranks otherwise"


def test_every_variant_is_what_a_report_by_those_terms_says(session: Session) -> None:
    wave = load_stratified_wave(session, headline_weighting="weighted")
    collector = make_collector(
        session, wave, session.scalars(select(Unit)).all()[0], trust="assisted", channel="interview"
    )
    items = [question.code for question in wave.questionnaire.questions]
    store(session, collector, [dict.fromkeys(items, 4)] * 3)
    session.commit()
    found = what_if(session, wave)
    assert len(found.variants) == 18
    assert [(v.rule, v.aggregation, v.weighting) for v in found.variants if v.official] == [
        ("top_two", "pool_answers", "weighted")
    ]
    for variant in found.variants[::5]:
        report = unit_report(
            session, wave, rule=variant.rule, aggregation=variant.aggregation, weighting=variant.weighting
        )
        assert variant.index.estimate == report.index.estimate
        assert variant.standing is not None
        assert variant.standing.met == sum(line.index.verdict.state == "met" for line in report.children)
    by_trust = {variant.trust: variant.index for variant in found.by_trust}
    assert by_trust[("assisted",)].suppressed, "three people"
    assert by_trust[("assisted", "open", "paper", "present")].suppressed, "less the others they are three again"
    assert not by_trust[("open", "paper", "present")].suppressed


def test_years_beside_published_figures(session: Session, engine: Engine) -> None:
    units = publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    assert year_trend(session, wave, units["T"]).reference is None
    outcome = import_reference(session, (DATA / "sipas_published.csv").read_bytes())
    assert (outcome.count("add"), outcome.count("same")) == (14, 0)
    assert import_reference(session, standard_file()).count("change") == 14, "the source stands in it"
    session.commit()
    trend = year_trend(session, wave, units["T"])
    assert trend.reference is not None
    points = {point.year: point for point in trend.reference.points}
    assert [year for year, point in points.items() if point.breaks_before] == [2022, 2023]
    assert (points[2020].minimum, points[2020].value) == (Fraction(7568, 10000), Fraction(8548, 10000))
    assert [(point.code, point.year) for point in trend.own] == [("before", 2025), ("now", 2026)]
    assert trend.own[-1].figure.estimate.exact == Fraction(112, 157)
    assert {(target.year, target.value) for target in trend.targets} == {(2025, Fraction(4, 5)), (2026, Fraction(4, 5))}
    with pytest.raises(TableError) as refused:
        import_reference(
            session, b"scope,content,year,percent,method,minimum_province\nx,y,2020,80,m,81\nx,y,2020,1e3,m,\n"
        )
    assert [fault.row for fault in refused.value.faults] == [2, 3]
    session.rollback()
    assert len(session.scalars(select(ReferenceFigure)).all()) == 14


def test_what_goes_with_satisfaction_is_kept_with_the_tables(session: Session, engine: Engine) -> None:
    asked = make_definition(
        factors={"access": 2, "procedures": 2}, questions=[make_rating("overall_satisfaction", in_index=False)]
    )
    province = make_unit(session, code="P", kind="province")
    places = [make_unit(session, code=code, parent=province) for code in "AB"]
    wave = make_wave(session, code="W", units=places, questionnaire=make_questionnaire(session, asked), state="open")
    chance = Random(4)
    for place, people in zip(places, (180, 190), strict=True):
        store(session, make_collector(session, wave, place), [ballot(chance) for _ in range(people)])
    finish(session, engine, wave, publish=False)
    figures = [weighed.headline for weighed in compile_wave(session, wave, province).whole.factors]
    assert read_drivers(session, wave, province, figures) is None
    assert count_requested(engine)
    session.rollback()
    found = read_drivers(session, wave, province, figures)
    assert found is not None
    assert found.people == 370
    assert [driver.code for driver in found.factors] == ["access", "procedures"]
    assert found.factors[0].importance == pytest.approx(0.9, abs=0.08)
    assert sum(driver.importance for driver in found.factors) == pytest.approx(1)
    assert 0.6 < found.explained < 1
    assert found.factors[0].performance is figures[0]
    assert read_drivers(session, wave, places[0], figures) is None, "fewer than 200 people"


def ballot(chance: Random) -> Mapping[str, int]:
    """Overall satisfaction follows access closely and procedures a little."""
    access, procedures = chance.randint(1, 5), chance.randint(1, 5)
    overall = max(1, min(5, round(0.75 * access + 0.25 * procedures)))
    other = max(1, min(5, access + chance.choice((-1, 0, 1))))
    return {
        "access_1": access, "access_2": other, "procedures_1": procedures, "procedures_2": procedures,
        "overall_satisfaction": overall,
    }  # fmt: skip


def test_a_group_takes_what_it_may(session: Session) -> None:
    province, other = make_unit(session, code="P", kind="province"), make_unit(session, code="Q", kind="province")
    department = make_unit(session, code="S", kind="department", parent=province)
    room = make_unit(session, code="R", kind="room", parent=department)
    group = unit_groups.create_group(session, name_vi="Khối ngành dọc", name_en="", owner=province)
    assert group.code == "khoi-nganh-doc"
    assert unit_groups.add_units(session, group, [department]) == 1
    assert unit_groups.add_units(session, group, [department]) == 0
    for unit, code in ((room, "nested"), (other, "elsewhere"), (province, "nested")):
        with pytest.raises(UnitGroupError) as refused:
            unit_groups.add_units(session, group, [unit])
        assert refused.value.code == code
    with pytest.raises(UnitGroupError):
        unit_groups.create_group(session, name_vi="khối  NGÀNH dọc", name_en="", owner=province)
    stamp = groups_stamp(session)
    swapped = make_unit(session, code="S2", kind="department", parent=province)
    unit_groups.add_units(session, group, [swapped])
    unit_groups.remove_units(session, group, [department.id])
    assert groups_stamp(session) != stamp, "another unit in its place"
    unit_groups.add_units(session, group, [department])
    unit_groups.remove_units(session, group, [swapped.id])
    assert groups_stamp(session) == stamp
    assert [(row.group, row.members) for row in group_rows(session, Unit.path.like("%"))] == [(group, 1)]
    assert members_of(session, group) == [department]
    _, faults = unit_groups.units_of_codes(session, group, "R;x\n\ns")
    assert [(fault.line, fault.error.code) for fault in faults] == [(1, "nested"), (1, "unknown")]
    empty = unit_groups.create_group(session, name_vi="Trống", name_en="", owner=province)
    with pytest.raises(UnitGroupError):
        unit_groups.publish_group(session, empty, NOW)
    unit_groups.end_group(session, empty, date(2026, 3, 1))
    unit_groups.publish_group(session, group, NOW)
    unit_groups.end_group(session, group, date(2026, 3, 1))
    kept = session.scalars(select(UnitGroup)).all()
    assert [(each.code, each.ended_on) for each in kept] == [("khoi-nganh-doc", date(2026, 3, 1))]
    with pytest.raises(UnitGroupError):
        unit_groups.remove_units(session, group, [department.id])

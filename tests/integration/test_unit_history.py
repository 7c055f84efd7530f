"""Published waves keep their figures whatever becomes of their units: mergers, moves and successors rewrite nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reports.report_figures import UnitReport
from survey.analysis.summary import unit_report
from survey.models import Unit, Wave
from survey.operations import units
from survey.operations.units import UnitError
from tests.factories import make_counter, make_unit, make_wave
from tests.published_waves import answer_alike, finish

LAST_DAY = date(2026, 7, 31)


class Merger:
    """X1 with a room that answered, one that did not, and one to end in autumn; X2 beside it, in a published wave."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session = session
        self.province = make_unit(session, code="T", kind="province")
        self.old = make_unit(session, code="X1", parent=self.province)
        self.into = make_unit(session, code="X2", parent=self.province)
        self.answered = make_unit(session, code="X1-A", kind="room", parent=self.old)
        self.desk = make_unit(session, code="X1-A1", kind="room", parent=self.answered)
        self.silent = make_unit(session, code="X1-B", kind="room", parent=self.old)
        self.ending = make_unit(session, code="X1-C", kind="room", parent=self.old)
        make_counter(session, self.ending, code="Q1")
        units.close_unit(session, self.ending, date(2026, 10, 31))
        self.wave = make_wave(session, code="W", units=[self.old, self.into, self.answered, self.ending], state="open")
        answer_alike(session, self.wave, self.old, (0, 0, 10, 20, 10))
        answer_alike(session, self.wave, self.into, (5, 5, 5, 5, 20))
        answer_alike(session, self.wave, self.answered, (30, 0, 0, 0, 10))
        answer_alike(session, self.wave, self.ending, (0, 0, 0, 6, 0))
        finish(session, engine, self.wave)

    def reports(self) -> list[UnitReport]:
        self.session.expire_all()
        places: list[Unit | None] = [self.province, self.old, self.into, self.answered, self.ending, None]
        return [unit_report(self.session, self.wave, place) for place in places]


@pytest.fixture
def merger(session: Session, engine: Engine) -> Merger:
    return Merger(session, engine)


def test_a_merger_leaves_the_figures_of_published_waves_as_they_were(session: Session, merger: Merger) -> None:
    before = merger.reports()
    units.merge_units(session, [merger.old], merger.into, LAST_DAY)
    session.commit()
    assert merger.reports() == before
    assert before[1].index.people == 86


def test_a_merger_closes_what_has_history_and_moves_the_rest(session: Session, merger: Merger) -> None:
    units.merge_units(session, [merger.old], merger.into, LAST_DAY)
    session.commit()
    session.expire_all()
    for unit in (merger.old, merger.answered):
        assert (unit.valid_until, unit.successor_id) == (LAST_DAY, merger.into.id)
    assert merger.answered.parent_id == merger.old.id
    for unit in (merger.silent, merger.desk):
        assert (unit.parent_id, unit.valid_until) == (merger.into.id, None)
        assert unit.path == f"{merger.into.path}{unit.id}/"


def test_what_was_to_end_later_ends_with_the_unit_above_it(session: Session, merger: Merger) -> None:
    units.merge_units(session, [merger.old], merger.into, LAST_DAY)
    assert merger.ending.parent_id == merger.old.id
    assert merger.ending.valid_until == LAST_DAY
    assert [counter.valid_until for counter in merger.ending.counters] == [LAST_DAY]


def test_a_unit_above_one_with_history_keeps_its_place_too(session: Session, engine: Engine) -> None:
    province = make_unit(session, code="T", kind="province")
    old, into = (make_unit(session, code=code, parent=province) for code in ("X1", "X2"))
    middle = make_unit(session, code="X1-A", kind="room", parent=old)
    lowest = make_unit(session, code="X1-A1", kind="room", parent=middle)
    wave = make_wave(session, code="W", units=[lowest], state="open")
    answer_alike(session, wave, lowest, (0, 0, 0, 0, 40))
    finish(session, engine, wave)
    units.merge_units(session, [old], into, LAST_DAY)
    assert [unit.successor for unit in (old, middle, lowest)] == [into] * 3
    assert unit_report(session, wave, old).index.people == 40


@pytest.mark.parametrize("code", ["X1", "X1-A"])
def test_a_unit_with_history_does_not_move(session: Session, merger: Merger, code: str) -> None:
    with pytest.raises(UnitError) as refused:
        units.move_unit(session, units.find_unit(session, code), merger.into)
    assert str(refused.value) == (
        f"{code} has answers in wave W: close it and create its successor under the new parent."
    )


@pytest.mark.parametrize("state", ["open", "closed", "published"])
def test_only_a_draft_lets_its_units_move(session: Session, state: str) -> None:
    province = make_unit(session, code="T", kind="province")
    unit, other = (make_unit(session, code=code, parent=province) for code in ("A", "B"))
    make_wave(session, code="draft", units=[unit])
    units.move_unit(session, unit, other)
    wave: Wave = make_wave(
        session, code=state, units=[unit], questionnaire=session.query(Wave).one().questionnaire, state=state
    )
    with pytest.raises(UnitError) as refused:
        units.move_unit(session, other, None)
    assert (refused.value.code, refused.value.parameters) == ("has_history", {"unit": "A", "wave": wave.code})


def test_an_open_wave_is_closed_before_its_units_merge(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    old, into = (make_unit(session, code=code, parent=province) for code in ("A", "B"))
    room = make_unit(session, code="A-1", kind="room", parent=old)
    make_wave(session, code="W", units=[room], state="open")
    for change in (
        lambda: units.merge_units(session, [old], into, LAST_DAY),
        lambda: units.succeed_unit(session, room, code="B-1", parent=into, on=LAST_DAY),
    ):
        with pytest.raises(UnitError) as refused:
            change()
        assert str(refused.value) == "The unit A-1 takes part in the open wave W: close wave W first."


def test_a_successor_has_the_names_and_nothing_else(session: Session, merger: Merger) -> None:
    before = merger.reports()
    room = merger.answered
    room.name_en, room.one_stop_vi = "Room A", "Bộ phận Một cửa A"
    units.close_unit(session, merger.desk, LAST_DAY)
    new = units.succeed_unit(session, room, code="X2-A", parent=merger.into, on=LAST_DAY)
    session.commit()
    assert (new.name_vi, new.name_en, new.one_stop_vi, new.kind) == (
        "Đơn vị X1-A",
        "Room A",
        "Bộ phận Một cửa A",
        "room",
    )
    assert (new.parent_id, new.valid_from, new.counters) == (merger.into.id, date(2026, 8, 1), [])
    assert (room.valid_until, room.successor_id, room.parent_id) == (LAST_DAY, new.id, merger.old.id)
    room.name_en, room.one_stop_vi = "", ""
    session.commit()
    assert merger.reports() == before


def test_a_unit_with_open_units_below_it_gets_no_successor(session: Session, merger: Merger) -> None:
    with pytest.raises(UnitError) as refused:
        units.succeed_unit(session, merger.answered, code="X2-A", parent=merger.into, on=LAST_DAY)
    assert refused.value.code == "has_units"
    with pytest.raises(UnitError) as refused:
        units.succeed_unit(session, merger.silent, code="X9", parent=merger.silent, on=LAST_DAY)
    assert refused.value.code == "own_successor"

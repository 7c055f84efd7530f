"""What an office finds to read: its waves, its units by kind and around one, and nothing beyond its reach."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from survey.analysis import readable
from survey.models import Unit
from tests.factories import make_collector, make_unit, make_wave


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    """T above the communes C1 … C5 and the department D with its room R, where D's collector stands; X took no part."""
    top = make_unit(session, code="T", kind="province")
    found = {"T": top} | {f"C{at}": make_unit(session, code=f"C{at}", parent=top) for at in range(1, 6)}
    found["D"] = make_unit(session, code="D", kind="department", parent=top)
    found["R"] = make_unit(session, code="R", kind="room", parent=found["D"])
    found["X"] = make_unit(session, code="X", parent=top)
    return found


def test_units_come_by_kind_in_pages(session: Session, units: dict[str, Unit]) -> None:
    taking_part = [units[code] for code in ("C1", "C2", "C3", "C4", "C5", "R")]
    wave = make_wave(session, code="W", units=taking_part, state="open")
    make_collector(session, wave, units["R"])
    session.commit()
    codes, after = [], ""
    while True:
        found, more = readable.units_of(session, [wave], true(), after, 3)
        codes.append([unit.code for unit in found])
        if more is None:
            break
        after = more
    assert codes == [["T", "D", "C1"], ["C2", "C3", "C4"], ["C5", "R"]]
    within = Unit.path.startswith(units["D"].path)
    assert [unit.code for unit in readable.units_of(session, [wave], within, "", 9)[0]] == ["D", "R"]
    with pytest.raises(ValueError, match="invalid"):
        readable.units_of(session, [wave], true(), "a-b", 3)


def test_around_a_unit_stand_those_above_beside_and_below(session: Session, units: dict[str, Unit]) -> None:
    wave = make_wave(session, code="W", units=[units[code] for code in ("C1", "C2", "R")], state="open")
    session.commit()
    around = {unit.code for unit in readable.units_around(session, wave, units["C1"], true())}
    assert around == {"T", "C1", "C2", "D"}
    assert {unit.code for unit in readable.units_around(session, wave, units["D"], true())} == {
        "T",
        "C1",
        "C2",
        "D",
        "R",
    }
    alone = Unit.path.startswith(units["C1"].path)
    assert [unit.code for unit in readable.units_around(session, wave, units["C1"], alone)] == ["C1"]


def test_only_waves_that_began_within_reach(session: Session, units: dict[str, Unit]) -> None:
    early = (date(2025, 7, 1), date(2025, 12, 31))
    first = make_wave(session, code="first", units=[units["C1"]], period=early, state="open")
    make_wave(session, code="draft", units=[units["C1"]], questionnaire=first.questionnaire)
    make_wave(session, code="new", units=[units["C2"]], questionnaire=first.questionnaire, state="open")
    session.commit()
    assert [wave.code for wave in readable.begun_waves(session, true())] == ["new", "first"]
    within = Unit.path.startswith(units["C1"].path)
    assert [wave.code for wave in readable.begun_waves(session, within)] == ["first"]
    assert readable.begun_wave(session, "draft") is None
    make_collector(session, first, units["C1"], channel="paper", trust="paper")
    assert readable.origins(session, first) == readable.Origins(("paper",), ("paper",), ("citizen",))

"""`sipas units` and `sipas services`: the tree changes and keeps its history, the catalogue comes from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import ProcedureField, Service, WaveUnit
from survey.operations.units import find_unit
from tests.factories import make_counter, make_unit, make_wave

SERVICES = """code,field,name_vi,name_en
HT,,Hộ tịch,Civil status
1.001193,HT,Đăng ký khai sinh,Birth registration
1.000894,HT,Đăng ký kết hôn,
DD,,Đất đai,Land
"""


@pytest.fixture
def sipas(app: Flask) -> Callable[..., Result]:
    """Run a command; it must end with that exit code."""

    def run(*arguments: str, exit_code: int = 0) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == exit_code, result.output
        return result

    return run


@pytest.fixture
def tree(session: Session) -> Session:
    """T with X1, X1-P below X1, and X2; X1-P took part in the published wave W, X2 in the open wave V."""
    province = make_unit(session, code="T", kind="province")
    first, second = (make_unit(session, code=code, parent=province) for code in ("X1", "X2"))
    room = make_unit(session, code="X1-P", kind="room", parent=first)
    make_unit(session, code="X1-Q", kind="room", parent=first)
    make_counter(session, room, code="Q1")
    wave = make_wave(session, code="W", units=[room], state="published")
    make_wave(session, code="V", units=[second], questionnaire=wave.questionnaire, state="open")
    session.commit()
    return session


def test_units_are_merged(sipas: Callable[..., Result], tree: Session) -> None:
    output = sipas("units", "merge", "X1", "--into", "X2", "--on", "2026-06-30").output
    assert output == "X1 merged into X2 after 2026-06-30\n"
    tree.expire_all()
    for code in ("X1", "X1-P"):
        unit = find_unit(tree, code)
        assert unit.successor is not None
        assert (unit.valid_until, unit.successor.code) == (date(2026, 6, 30), "X2")
    parent = find_unit(tree, "X1-Q").parent
    assert parent is not None
    assert parent.code == "X2"


def test_a_merger_waits_for_the_end_of_an_open_wave(sipas: Callable[..., Result], tree: Session) -> None:
    output = sipas("units", "merge", "X2", "--into", "X1", exit_code=1).output
    assert "The unit X2 takes part in the open wave V: close wave V first." in output


def test_a_unit_is_closed_with_its_successor(sipas: Callable[..., Result], tree: Session) -> None:
    sipas("units", "close", "X1-Q", "--on", "2026-06-30", "--successor", "X2")
    tree.expire_all()
    unit = find_unit(tree, "X1-Q")
    assert unit.successor is not None
    assert (unit.valid_until, unit.successor.code) == (date(2026, 6, 30), "X2")
    assert "still has 1 units below it" in sipas("units", "close", "X1", exit_code=1).output


def test_a_unit_with_history_gets_a_successor_instead_of_moving(sipas: Callable[..., Result], tree: Session) -> None:
    assert "X1-P has answers in wave W" in sipas("units", "move", "X1-P", "--under", "X2", exit_code=1).output
    sipas("units", "succeed", "X1-P", "X2-P", "--under", "X2", "--on", "2026-06-30")
    sipas("units", "move", "X1-Q", "--under", "X2")
    tree.expire_all()
    old, new, moved = (find_unit(tree, code) for code in ("X1-P", "X2-P", "X1-Q"))
    assert (old.successor_id, new.valid_from, new.name_vi) == (new.id, date(2026, 7, 1), old.name_vi)
    assert new.parent_id == moved.parent_id == find_unit(tree, "X2").id
    assert old.counters[0].valid_until == date(2026, 6, 30)


def test_a_successor_stays_under_the_same_parent_unless_told(sipas: Callable[..., Result], tree: Session) -> None:
    sipas("units", "succeed", "X1-P", "X1-P2")
    assert find_unit(tree, "X1-P2").parent_id == find_unit(tree, "X1").id


def test_issued_paper_forms_are_recorded_until_the_wave_is_published(
    sipas: Callable[..., Result], tree: Session
) -> None:
    sipas("units", "issued", "X2", "400", "--wave", "V")
    query = select(WaveUnit.forms_issued).where(WaveUnit.unit_id == find_unit(tree, "X2").id)
    assert tree.scalars(query).all() == [400]
    tree.rollback()
    assert "does not take part" in sipas("units", "issued", "X1", "5", "--wave", "V", exit_code=1).output
    assert "its figures stay" in sipas("units", "issued", "X1-P", "5", "--wave", "W", exit_code=1).output


def test_a_catalogue_is_imported_once(sipas: Callable[..., Result], session: Session, tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text(SERVICES, encoding="utf-8-sig")
    assert "would add 4" in sipas("services", "import", str(path), "--dry-run").output
    assert session.scalar(select(func.count()).select_from(ProcedureField)) == 0
    session.rollback()
    first = sipas("services", "import", str(path), "--from", "2026-01-01").output
    assert first == "added 4 fields and procedures (0 were there already)\n"
    assert "added 0 fields and procedures (4 were there already)" in sipas("services", "import", str(path)).output
    service = session.scalars(select(Service).where(Service.code == "1.001193")).one()
    assert (service.field.code, service.name_vi, service.name_en) == ("HT", "Đăng ký khai sinh", "Birth registration")
    assert service.valid_from == date(2026, 1, 1)
    session.rollback()
    assert "Đăng ký kết hôn" in sipas("services", "list").output


def test_a_catalogue_comes_in_whole_or_not_at_all(
    sipas: Callable[..., Result], session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "services.csv"
    wrong = f"a b,,Tên,\n2.1,XX,Tên,\n2.2,DD,,\n1.001193,DD,Khai sinh,\n2.3,DD,{'đ' * 501},\n"
    path.write_text(SERVICES + wrong, encoding="utf-8")
    lines = sipas("services", "import", str(path), exit_code=1).output.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "line 6, column code",
        "line 7, column field",
        "line 8, column name_vi",
        "line 9, column code",
        "line 10, column name_vi",
    ]
    assert session.scalar(select(func.count()).select_from(ProcedureField)) == 0
    session.rollback()
    path.write_text("code,name_vi\nHT,Hộ tịch\n", encoding="utf-8")
    assert sipas("services", "import", str(path), exit_code=1).output == (
        "line 1, column field: The column Mã lĩnh vực is missing.\n"
    )

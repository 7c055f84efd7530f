"""The field progress board: what it counts, for whom, and in which order it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.analysis import board_order
from survey.analysis.progress import Board, Counts, open_waves, read_board
from survey.analysis.tally_statement import Source
from survey.models import Unit, Wave
from survey.operations import field
from survey.operations.ledger import seal_all
from survey.operations.release import release_due
from survey.operations.scans import add_scans
from survey.operations.waves import close_wave
from tests.factories import NOW, make_collector, make_unit, make_wave
from tests.sample_waves import store

TODAY = date(2026, 3, 16)
ANSWERS = {"access_1": 5}


class Province:
    """A department with a room, and two communes; a poster at each, paper at the first commune."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.root = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.department = make_unit(session, code="S", kind="department", parent=self.root, name_vi="Sở Xây dựng")
        self.room = make_unit(session, code="P", kind="room", parent=self.department, name_vi="Phòng Cấp phép")
        self.one = make_unit(session, code="X1", parent=self.root, name_vi="Xã Đông Xuân")
        self.two = make_unit(session, code="X2", parent=self.root, name_vi="Xã Hòa Lạc")
        self.places = [self.room, self.one, self.two]
        self.wave = make_wave(session, code="W", units=self.places, trust_levels=["open", "paper"], state="open")
        self.posters = {unit.code: make_collector(session, self.wave, unit) for unit in self.places}
        self.paper = make_collector(session, self.wave, self.one, channel="paper", trust="paper")
        self.assisted = make_collector(session, self.wave, self.one, channel="phone", trust="assisted")
        session.commit()

    def answers(self, unit: Unit, count: int, **more: tuple[str, ...]) -> None:
        store(self.session, self.posters[unit.code], [ANSWERS] * count, **more)
        self.session.commit()

    def board(self, *units: Unit, source: str = "exact") -> Board:
        self.session.rollback()
        paths = [unit.path for unit in units] or [self.root.path]
        return read_board(self.session, self.wave, paths, TODAY, source=source)  # type: ignore[arg-type]


@pytest.fixture
def province(session: Session) -> Province:
    return Province(session)


def of(board: Board, unit: Unit) -> Counts:
    return board.rows[unit.path].counts


def test_each_unit_has_its_numbers_and_each_above_their_sum(province: Province, engine: Engine) -> None:
    session, wave = province.session, province.wave
    field.set_quotas(session, wave, {province.one.id: 20, province.room.id: 10})
    field.set_forms_issued(session, wave, {province.one.id: 40})
    province.answers(province.one, 6)
    province.answers(province.one, 2, flags=("too_fast",))
    province.answers(province.room, 10)
    store(session, province.paper, [ANSWERS] * 4)
    store(session, province.assisted, [ANSWERS] * 3)
    add_scans(session, {(province.posters["X1"].id, TODAY): 30, (province.posters["X1"].id, TODAY - timedelta(1)): 9})
    session.commit()
    seal_all(engine)
    board = province.board()
    one, two, root = of(board, province.one), of(board, province.two), of(board, province.root)
    assert (one.returned, one.valid, one.paper, one.scans) == (15, 10, 4, 39)
    assert (one.share, one.return_rate) == (Fraction(1, 2), Fraction(1, 10))
    assert (two.returned, two.silent, two.share, two.return_rate) == (0, 1, None, None)
    assert of(board, province.department).valid == 10
    assert (root.units, root.silent, root.quota, root.toward, root.returned) == (3, 1, 30, 20, 25)
    assert root == board.total
    assert board.rows[province.root.path].takes_part is False
    assert board.as_of is not None
    sources: tuple[Source, ...] = ("exact", "released")
    for source, path in product(sources, ("/", province.one.path)):
        board = read_board(session, wave, [path], TODAY, source=source)
        (card,) = open_waves(session, [path], source=source)
        assert (card.total, card.as_of) == (replace(board.total, scans=0), board.as_of)


def test_readers_see_their_own_units_alone(province: Province, engine: Engine) -> None:
    province.answers(province.one, 6)
    seal_all(engine)
    board = province.board(province.two, province.department)
    assert {row.code for row in board.rows.values()} == {"X2", "P", "S"}
    assert board.total.returned == 0
    assert province.board(make_unit(province.session, code="Z")).rows == {}
    assert read_board(province.session, province.wave, [], TODAY).rows == {}


def test_below_the_compiler_an_open_wave_moves_by_five(province: Province, engine: Engine) -> None:
    add_scans(
        province.session, {(province.posters["X1"].id, TODAY): 3, (province.posters["X1"].id, TODAY - timedelta(1)): 9}
    )
    province.session.commit()
    seen = []
    for day, new in enumerate((4, 1, 4), 1):
        province.answers(province.one, new)
        release_due(engine, TODAY + timedelta(day))
        board = province.board(source="released")
        seen.append((of(board, province.one).returned, board.as_of))
        assert of(board, province.one).scans == 9  # those of today would tell who came just now
    assert seen == [(0, TODAY + timedelta(1)), (5, TODAY + timedelta(2)), (5, TODAY + timedelta(3))]
    assert of(province.board(), province.one).returned == 9
    close_wave(province.session, province.wave, NOW)
    province.session.commit()
    assert of(province.board(source="released"), province.one).returned == 9


def test_the_first_page_shows_the_open_waves_of_ones_units(province: Province, engine: Engine) -> None:
    province.answers(province.one, 6)
    seal_all(engine)
    other = make_wave(province.session, code="V", units=[province.two], questionnaire=province.wave.questionnaire)
    province.session.commit()
    found = open_waves(province.session, [province.one.path], source="exact")
    assert [(card.wave.code, card.total.valid) for card in found] == [("W", 6)]
    assert isinstance(other, Wave)
    assert open_waves(province.session, []) == []


def codes(lines: list[board_order.Line]) -> list[str]:
    return [f"{'  ' * line.depth}{line.row.code}" for line in lines]


def test_the_tree_unfolds(province: Province) -> None:
    board = province.board()
    assert codes(board_order.tree_lines(board, ())) == ["T", "  S", "  X1", "  X2"]
    assert codes(board_order.tree_lines(board, {"S"})) == ["T", "  S", "    P", "  X1", "  X2"]
    assert [line.unfolded for line in board_order.tree_lines(board, ())] == [True, False, None, None]


def test_the_list_is_sorted_and_filtered(province: Province, engine: Engine) -> None:
    field.set_quotas(province.session, province.wave, {province.one.id: 4, province.two.id: 40})
    province.answers(province.one, 6)
    province.answers(province.two, 5)
    seal_all(engine)
    board = province.board()

    def listed(**how: object) -> list[str]:
        return codes(board_order.flat_lines(board, **how))  # type: ignore[arg-type]

    assert listed() == ["X1", "X2", "P"]
    assert listed(sort="share", descending=True) == ["X1", "X2", "P"]
    assert listed(sort="share") == ["P", "X2", "X1"]
    assert listed(sort="nonsense") == ["X1", "X2", "P"]
    assert listed(words="dong xuan") == ["X1"]
    assert listed(kind="room") == ["P"]
    assert [listed(where=where) for where in board_order.REACHES] == [["P"], ["X2"], [], ["X1"]]
    lines = board_order.flat_lines(board)
    assert [line.row.code for line in board_order.page_of(lines, "X1", 1)[0]] == ["X2"]
    assert board_order.page_of(lines, "", 2)[1] == "X2"
    assert board_order.page_of(lines, "X2", 2)[1] is None


@pytest.mark.parametrize(
    ("toward", "quota", "step"),
    [
        (0, 100, 0),
        (1, 100, 1),
        (24, 100, 1),
        (25, 100, 2),
        (50, 100, 3),
        (75, 100, 4),
        (99, 100, 4),
        (100, 100, 5),
        (7, 0, -1),
    ],
)
def test_heat_goes_by_quarters(toward: int, quota: int, step: int) -> None:
    assert board_order.heat(Counts(toward=toward, quota=quota)) == step
    assert board_order.heat(Counts(units=2, with_quota=1, toward=toward, quota=quota)) == -1

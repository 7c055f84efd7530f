"""The boards of opinions against counting by hand, on both databases; ratings of a few stay hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from reports.dialogue_record import HalfYear
from survey.analysis import disclosure
from survey.analysis.open_statistics import opinion_rows
from survey.analysis.petition_boards import read_handling, read_lateness
from survey.analysis.satisfaction_group import read_group
from survey.models import Petition, Unit
from survey.operations import petitions
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at, make_petition
from tests.staff import make_account

PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
DUE, LATE = date(2026, 3, 16), date(2026, 3, 18)  # of what was received on the Monday; two working days late
TODAY = date(2026, 3, 20)
TOLD = date(2026, 10, 1)  # the ratings of the period
EVERYWHERE = Unit.path.startswith("/")


@pytest.fixture
def tree(session: Session) -> dict[str, Unit]:
    top = make_unit(session, code="T", kind="province", name_vi="Tỉnh")
    return {"T": top, **{code: make_unit(session, code=code, parent=top) for code in "AB"}}


def test_lateness_by_unit_with_causes(session: Session, tree: dict[str, Unit]) -> None:
    who = make_account(session, "reviewer", tree["A"])
    stated = make_petition(session, tree["A"], state="in_progress", owner=who)  # four working days late
    petitions.explain(session, stated, "Chờ ý kiến của sở.", account_id=who.id, now=at(TODAY))
    make_petition(session, tree["A"], state="in_progress", owner=who, on=MONDAY + timedelta(days=1))  # three
    make_petition(session, tree["A"], state="in_progress", owner=who, on=date(2026, 3, 9))  # in time
    make_petition(session, tree["A"], state="answered", owner=who, handled_on=DUE)
    make_petition(session, tree["A"], state="answered", owner=who, handled_on=LATE)
    make_petition(session, tree["B"], state="published", handled_on=DUE)
    make_petition(session, tree["B"], state="rejected")
    report = read_lateness(session, EVERYWHERE, PERIOD, TODAY, cases=10)
    first, second = report.units
    assert (first.code, first.open, first.late, first.days, first.longest) == ("A", 3, 2, 7, 4)
    assert {(cause.text, cause.cases) for cause in first.causes} == {("Chờ ý kiến của sở.", 1), ("", 1)}
    assert (second.code, second.open, second.late, second.days) == ("B", 0, 0, 0)
    assert (first.handling.on_time, first.handling.due) == (1, 4)
    assert (report.total.late, report.total.days, report.total.handling.due) == (2, 7, 5)
    assert report.cases[0].reference == stated.reference
    assert [case.days for case in report.cases] == [4, 3]
    assert report.more == 0
    assert read_lateness(session, EVERYWHERE, PERIOD, TODAY, cases=1).more == 1
    only = read_lateness(session, Unit.path.startswith(tree["B"].path), PERIOD, TODAY)
    assert [row.code for row in only.units] == ["B"]


def test_both_indicators_count_what_they_say(session: Session, tree: dict[str, Unit]) -> None:
    unit = tree["A"]
    rated = [make_petition(session, unit, state="answered", handled_on=DUE) for _ in range(6)]
    for case, rating in zip(rated, (1, 2, 3, 4, 5, 5), strict=True):
        petitions.rate(session, case, rating, "", today=DUE)
    back = make_petition(session, unit, state="answered", handled_on=LATE)
    petitions.reopen(session, back, "Chưa xong.", today=LATE)  # late, though it waits in time again
    make_petition(session, unit, state="rejected")
    make_petition(session, unit, state="received", on=date(2026, 3, 19))
    make_petition(session, unit, state="answered", on=date(2025, 12, 30), handled_on=date(2025, 12, 31))  # before
    total = read_handling(session, EVERYWHERE, PERIOD, TOLD).total
    assert (total.received, total.rejected, total.accepted) == (9, 1, 8)
    assert (total.on_time, total.late_answered, total.late_open, total.waiting) == (6, 0, 2, 0)
    assert total.on_time_share == Fraction(6, 8)
    assert (total.rated, total.sent_back, total.displeased) == (6, 1, 3)
    assert total.content_share == Fraction(5, 8)
    assert read_handling(session, EVERYWHERE, PERIOD, TODAY).total.waiting == 1


def rate(session: Session, unit: Unit, ratings: int, kind: str = "difficulty", on: date = DUE) -> list[Petition]:
    cases = [make_petition(session, unit, state="answered", handled_on=DUE, kind=kind) for _ in range(ratings)]
    for case in cases:
        petitions.rate(session, case, 1, "", today=on)
    return cases


def test_not_accepting_too_late_is_late(session: Session, tree: dict[str, Unit]) -> None:
    make_petition(session, tree["A"], state="answered", handled_on=DUE)
    make_petition(session, tree["A"], state="rejected", handled_on=MONDAY + timedelta(days=7))  # the last day for it
    make_petition(session, tree["A"], state="rejected", handled_on=MONDAY + timedelta(days=8))
    board = read_handling(session, EVERYWHERE, PERIOD, TODAY)
    total = board.total
    assert (total.received, total.rejected, total.late_rejected, total.late, total.due) == (3, 2, 1, 1, 2)
    assert (total.on_time_share, total.accepted) == (Fraction(1, 2), 1)
    assert sum(handling.counted for _first, handling, _entered in board.months) == 2
    assert read_lateness(session, EVERYWHERE, PERIOD, TODAY).units[0].handling.due == 2


def test_what_officials_entered_is_counted_apart_and_never_rated(session: Session, tree: dict[str, Unit]) -> None:
    """Sham cases, answered at once and rated by who typed them, move no headline."""
    rate(session, tree["A"], 5)
    make_petition(session, tree["A"], state="in_progress")  # late
    alone = read_handling(session, EVERYWHERE, PERIOD, TOLD)
    for _ in range(10):
        sham = make_petition(session, tree["A"], state="answered", source="staff")
        petitions.rate(session, sham, 5, "", today=MONDAY)
    board = read_handling(session, EVERYWHERE, PERIOD, TOLD)
    assert board.total == alone.total
    assert (board.total.on_time, board.total.due, board.total.rated, board.total.displeased) == (5, 6, 5, 5)
    assert (board.entered.received, board.entered.on_time, board.entered.rated) == (10, 10, None)
    (row,) = board.units
    assert (row.handling.received, row.entered.received) == (6, 10)
    assert [(kind, own.received, entered.received) for kind, own, entered in board.kinds] == [("difficulty", 6, 10)]
    assert sum(entered.on_time for _first, _own, entered in board.months) == 10
    late = read_lateness(session, EVERYWHERE, PERIOD, TOLD)
    assert (late.total.handling.due, late.total.entered.due, late.total.late) == (6, 10, 1)


def jumps(figures: list[int]) -> set[int]:
    return {after - before for before, after in pairwise(figures)} - {0}


def test_no_two_looks_at_a_figure_tell_one_person(session: Session, tree: dict[str, Unit]) -> None:
    """Whoever looks every day and subtracts learns nothing, whatever happens to the cases in between."""
    cases = rate(session, tree["A"], 5)
    happens = {
        date(2026, 4, 20): lambda: rate(session, tree["A"], 1, on=date(2026, 4, 20)),
        date(2026, 6, 2): lambda: rate(session, tree["A"], 1, on=date(2026, 6, 2)),
        date(2026, 9, 2): lambda: make_petition(session, tree["A"], state="answered", handled_on=date(2026, 9, 2)),
        TOLD: lambda: rate(session, tree["A"], 1, on=TOLD),  # too late to be counted
        date(2026, 10, 2): lambda: petitions.reopen(session, last_answered, "Chưa.", today=date(2026, 10, 2)),
    }
    last_answered = make_petition(session, tree["A"], state="answered", handled_on=date(2026, 9, 4))
    petitions.rate(session, last_answered, 2, "", today=date(2026, 9, 5))
    every_day, monthly = [], []
    for number in range(230):
        day = TODAY + timedelta(days=number)
        if day in happens:
            happens[day]()
        seen = read_handling(session, EVERYWHERE, PERIOD, day)
        every_day.append(seen.total.rated or 0)
        assert seen.told_on == (None if day >= TOLD else TOLD)
        rows = session.scalars(select(Petition).where(Petition.rated_on < day.replace(day=1)))
        monthly.append(len(rows.all()))
    assert jumps(every_day) == {7}
    assert min(abs(jump) for jump in jumps(monthly)) == 1  # the control: told month by month, a person stands alone
    assert len(cases) == 5


def test_ratings_of_fewer_than_five_are_hidden_and_cannot_be_worked_out(
    session: Session, tree: dict[str, Unit]
) -> None:
    rate(session, tree["A"], 6)
    rate(session, tree["B"], 2, kind="praise")
    board = read_handling(session, EVERYWHERE, PERIOD, TOLD)
    assert board.total.displeased == 8
    assert {row.code: row.handling.displeased for row in board.units} == {"A": None, "B": None}  # 8 − 6 would tell
    assert all(own.displeased is None for _kind, own, _entered in board.kinds)
    assert all(own.displeased is None for _month, own, _entered in board.months)
    own = read_handling(session, Unit.path.startswith(tree["B"].path), PERIOD, TOLD)
    assert (own.total.displeased, own.total.content_share, own.total.on_time) == (None, None, 2)
    rate(session, tree["B"], 3)
    board = read_handling(session, EVERYWHERE, PERIOD, TOLD)
    assert {row.code: row.handling.displeased for row in board.units} == {"A": 6, "B": 5}  # the control


def outputs(session: Session, units: dict[str, Unit]) -> Iterator[tuple[str, list[str]]]:
    """The ratings of a half-year that anybody may read, each with the units it is of: public rows, the board of each
    part of the tree, each agency's share for Decision 766."""

    def below(unit: Unit) -> list[str]:
        return [code for code, each in units.items() if each.path.startswith(unit.path)]

    for row in opinion_rows(session, HalfYear(2026, 1), TOLD):
        if not row["content_hidden"]:
            yield f"public {row['unit']}", [row["unit"]] if row["unit"] else [*units]
    for code, unit in units.items():
        board = read_handling(session, Unit.path.startswith(unit.path), PERIOD, TOLD)
        shown = [row.code for row in board.units if row.handling.displeased is not None]
        yield from ((f"{each} on the board of {code}", [each]) for each in shown)
        if board.total.displeased is not None:
            yield f"total of {code}", below(unit)
        if unit.kind != "room" and read_group(session, unit, CounterPeriod(2026, 2), TOLD).parts[1].points is not None:
            yield f"group of {code}", [code, *(each for each in below(unit) if units[each].kind == "room")]


def test_public_rows_and_boards_together_tell_of_no_few(session: Session) -> None:
    """A board that hides for itself alone prints eight raters in S, where the public reads five of R2: R1 is three."""
    units = {"T": make_unit(session, code="T", kind="province")}
    units |= {code: make_unit(session, code=code, kind="department", parent=units["T"]) for code in ("S", "X", "Y")}
    units |= {code: make_unit(session, code=code, kind="room", parent=units["S"]) for code in ("R1", "R2")}
    units["R3"] = make_unit(session, code="R3", kind="room", parent=units["X"])
    raters = {"T": 0, "S": 0, "X": 0, "Y": 6, "R1": 3, "R2": 5, "R3": 2}
    for code, number in raters.items():
        rate(session, units[code], number)
    known: dict[str, list[str]] = {}
    for name, codes in outputs(session, units):
        known[name] = [code for code in codes if raters[code]]
        assert not disclosure.tells(raters, known, (), name), (name, known)
    assert {"public R2", "public Y", "total of T", "total of Y", "group of Y"} <= known.keys()
    assert known.keys().isdisjoint(("total of S", "total of R1", "group of S"))
    eight = {**known, "total of S": ["R1", "R2"]}
    assert disclosure.tells(raters, eight, (), "total of S"), "the control"


def test_months_follow_one_another(session: Session, tree: dict[str, Unit]) -> None:
    make_petition(session, tree["A"], state="answered", on=date(2025, 5, 5), handled_on=date(2025, 5, 6))
    make_petition(session, tree["A"], state="answered", on=date(2025, 4, 29), handled_on=date(2025, 5, 6))
    months = read_handling(session, EVERYWHERE, PERIOD, date(2026, 4, 1)).months
    assert [first for first, _own, _entered in months][:2] == [date(2025, 5, 1), date(2025, 6, 1)]
    assert len(months) == 12
    assert [own.received for _first, own, _entered in months] == [1] + [0] * 11

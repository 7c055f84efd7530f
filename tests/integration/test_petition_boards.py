"""The boards of opinions against counting by hand, on both databases; ratings of a few stay hidden."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from survey.analysis.petition_boards import read_handling, read_lateness
from survey.models import Petition, Unit
from survey.operations import petitions
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at, make_petition
from tests.staff import make_account

PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
DUE, LATE = date(2026, 3, 16), date(2026, 3, 18)  # of what was received on the Monday; two working days late
TODAY = date(2026, 3, 20)
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
    april = date(2026, 4, 1)
    total = read_handling(session, EVERYWHERE, PERIOD, april).total
    assert (total.received, total.rejected, total.accepted) == (9, 1, 8)
    assert (total.on_time, total.late_answered, total.late_open, total.waiting) == (6, 0, 2, 0)
    assert total.on_time_share == Fraction(6, 8)
    assert (total.rated, total.sent_back, total.displeased) == (6, 1, 3)
    assert total.content_share == Fraction(5, 8)
    assert read_handling(session, EVERYWHERE, PERIOD, TODAY).total.waiting == 1


def test_ratings_count_from_the_next_month(session: Session, tree: dict[str, Unit]) -> None:
    for _ in range(5):
        case = make_petition(session, tree["A"], state="answered", handled_on=DUE)
        petitions.rate(session, case, 1, "", today=DUE)
    assert read_handling(session, EVERYWHERE, PERIOD, date(2026, 3, 31)).total.displeased == 0
    assert read_handling(session, EVERYWHERE, PERIOD, date(2026, 4, 1)).total.displeased == 5


def rate(session: Session, unit: Unit, ratings: int, kind: str = "difficulty") -> list[Petition]:
    cases = [make_petition(session, unit, state="answered", handled_on=DUE, kind=kind) for _ in range(ratings)]
    for case in cases:
        petitions.rate(session, case, 1, "", today=DUE)
    return cases


def test_ratings_of_fewer_than_five_are_hidden_and_cannot_be_worked_out(
    session: Session, tree: dict[str, Unit]
) -> None:
    rate(session, tree["A"], 6)
    rate(session, tree["B"], 2, kind="praise")
    board = read_handling(session, EVERYWHERE, PERIOD, date(2026, 4, 1))
    assert board.total.displeased == 8
    assert {row.code: row.handling.displeased for row in board.units} == {"A": None, "B": None}  # 8 − 6 would tell
    assert {kind: handling.displeased for kind, handling in board.kinds} == {"difficulty": None, "praise": None}
    assert all(handling.displeased is None for _month, handling in board.months)
    own = read_handling(session, Unit.path.startswith(tree["B"].path), PERIOD, date(2026, 4, 1))
    assert (own.total.displeased, own.total.content_share, own.total.on_time) == (None, None, 2)
    rate(session, tree["B"], 3)
    board = read_handling(session, EVERYWHERE, PERIOD, date(2026, 4, 1))
    assert {row.code: row.handling.displeased for row in board.units} == {"A": 6, "B": 5}  # the control


def test_months_follow_one_another(session: Session, tree: dict[str, Unit]) -> None:
    make_petition(session, tree["A"], state="answered", on=date(2025, 5, 5), handled_on=date(2025, 5, 6))
    make_petition(session, tree["A"], state="answered", on=date(2025, 4, 29), handled_on=date(2025, 5, 6))
    months = read_handling(session, EVERYWHERE, PERIOD, date(2026, 4, 1)).months
    assert [first for first, _handling in months][:2] == [date(2025, 5, 1), date(2025, 6, 1)]
    assert len(months) == 12
    assert [handling.received for _first, handling in months] == [1] + [0] * 11

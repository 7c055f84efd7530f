"""A period's counter scores: frozen by one person, fixed by another, not moved by what is recorded later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod, Fixed, FromSurvey, Indicator
from reports.figures import Text
from survey.analysis import counter_fixings as reading
from survey.analysis.counter_fixings import Reading, read_scores_now
from survey.analysis.counter_freezing import canonical, differs, fixed_scores, latest_fixing
from survey.analysis.counter_readings import read_board, read_scores, read_trend
from survey.models import CounterFixing, Unit
from survey.operations import counter_fixings
from survey.operations.counter_fixings import CounterFixingError
from survey.operations.counter_records import DossierRow, QuarterRecord, record_dossiers, record_quarter
from survey.operations.unit_edits import is_used
from tests.factories import make_unit
from tests.petition_cases import make_petition
from tests.staff import make_account

TODAY, AT = date(2026, 7, 15), datetime(2026, 7, 15, 2, tzinfo=UTC)
FIRST = CounterPeriod(2026, 1)
ROW = DossierRow("HS-1", date(2026, 3, 2), date(2026, 3, 30), date(2026, 3, 30), extra_contacts=0, agencies=0)


def now(session: Session, period: CounterPeriod = FIRST) -> Reading:
    found = read_scores_now(session, period, TODAY)
    session.commit()
    return found


def latest(session: Session) -> CounterFixing:
    found = latest_fixing(session, FIRST)
    assert found is not None
    return found


def test_what_two_people_fixed_stays_and_is_corrected_with_a_reason(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_unit(session, code="T", kind="province")
    unit, other = (make_unit(session, code=code, parent=root) for code in ("X1", "X2"))
    one, two = (make_account(session, "compiler", root).id for _ in range(2))
    record_dossiers(session, [(unit, ROW), (unit, replace(ROW, code="HS-2", returned_on=None))])
    record_quarter(session, unit, 2026, 1, QuarterRecord(publication="both", dossiers_total=40))
    session.commit()

    def ask(reason: str = "", by: int = one, period: CounterPeriod = FIRST) -> CounterFixing:
        return counter_fixings.ask(session, now(session, period), reason, account_id=by, now=AT)

    def confirm(seen: str, by: int = two) -> None:
        counter_fixings.confirm(session, now(session), seen=seen, account_id=by, now=AT)

    def fails(code: str, step: object, *arguments: object) -> None:
        with pytest.raises(CounterFixingError) as refused:
            step(*arguments)  # type: ignore[operator]
        assert refused.value.code == code
        session.rollback()

    def shown() -> tuple[str, int, int | None]:
        (score,) = read_scores(session, [unit], FIRST, TODAY)
        return str(score.score.total), score.on_time.on_time, score.fixed.version if score.fixed else None

    before = read_scores(session, [unit], FIRST, TODAY)[0]
    fails("running", ask, "", one, CounterPeriod(2026, 3))
    fails("empty", ask, "", one, CounterPeriod(2025, 3))
    fails("nothing", confirm, "x")
    waiting = ask().digest
    session.commit()
    assert shown() == ("8.5", 1, None)  # 0.5 of indicator 1, 2.0 of 3, 4, 6 and 8 each
    fails("undecided", ask)
    with monkeypatch.context() as patch:  # two at once see nothing of each other
        patch.setattr(counter_fixings, "undecided", lambda *_: None)
        fails("undecided", ask)
    fails("same_person", confirm, waiting, one)
    fails("other", confirm, "0" * 64)
    confirm(waiting)
    session.commit()
    (fixed,) = read_scores(session, [unit], FIRST, TODAY)
    assert before.on_time.overdue == 1  # moves by itself when it is returned: no part of it
    assert fixed == replace(before, on_time=replace(before.on_time, overdue=0), fixed=Fixed(1, TODAY))
    fails("same", ask, "Không đổi")

    unit.name_vi = "Xã đổi tên"
    record_dossiers(session, [(unit, replace(ROW, code="HS-2", returned_on=date(2026, 4, 2)))])
    assert reading.differences(session, latest(session), read_scores_now(session, FIRST, TODAY).scores) == []
    fails("same", ask, "Chỉ trả muộn và đổi tên")
    record_dossiers(session, [(unit, replace(ROW, code="HS-2")), (other, ROW)])
    assert shown() == ("8.5", 1, 1)
    assert [each.fixed for each in read_trend(session, unit, FIRST, TODAY)] == [Fixed(1, TODAY)]
    board = read_board(session, Unit.kind == "commune", FIRST, TODAY)
    later = reading.differing(session, board.scores, FIRST, TODAY)
    assert [(code, str(score.score.total), score.on_time.on_time) for code, score in later.items()] == [
        ("X1", "9.0", 2),
        ("X2", "7.0", 1),  # recorded after the period was fixed
    ]
    holding = latest(session)
    moved = reading.differences(session, holding, read_scores_now(session, FIRST, TODAY).scores)
    assert [(each.place.code, each.fixed is None, each.now is None) for each in moved] == [
        ("X1", False, False),
        ("X2", True, False),
    ]
    fails("reason", ask)
    refused = ask("Bổ sung hồ sơ nhập muộn").digest
    fails("refusal", lambda: counter_fixings.refuse(session, FIRST, " ", seen=refused, account_id=two, now=AT))
    refused = ask("Bổ sung hồ sơ nhập muộn").digest
    session.commit()
    record_dossiers(session, [(other, replace(ROW, code="HS-2"))])
    fails("moved", confirm, refused)
    counter_fixings.refuse(session, FIRST, "Còn nhập tiếp", seen=refused, account_id=one, now=AT)
    session.commit()
    assert shown() == ("8.5", 1, 1)
    confirm(ask("Bổ sung hồ sơ nhập muộn").digest)
    session.commit()
    assert shown() == ("9.0", 2, 2)
    told = [(each.version, each.is_confirmed, each.reason, each.refusal) for each in reading.history(session, FIRST)]
    assert told == [
        (2, True, "Bổ sung hồ sơ nhập muộn", ""),
        (2, False, "Bổ sung hồ sơ nhập muộn", "Còn nhập tiếp"),
        (1, True, "", ""),
    ]
    holding = latest(session)
    assert [score.place.code for score in reading.frozen_board(session, holding).scores] == ["X1", "X2"]
    session.commit()

    for change in ({"figures": b"x"}, {"is_confirmed": False, "refusal": "x"}):
        holding = session.get_one(CounterFixing, holding.id)
        for name, value in change.items():
            setattr(holding, name, value)
        with pytest.raises(DBAPIError, match="fixed counter scores"):
            session.flush()
        session.rollback()
    record_dossiers(session, [(other, replace(ROW, code="HS-3"))])
    alone = ask("Một người")
    alone.decided_by_id, alone.decided_at, alone.is_confirmed = one, AT, True
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_an_indicator_from_a_survey_comes_back_with_its_origin(session: Session) -> None:
    unit = make_unit(session, code="X1", parent=make_unit(session, code="T", kind="province"))
    one, two = (make_account(session, "compiler", unit.parent).id for _ in range(2))
    record_dossiers(session, [(unit, ROW)])
    (score,) = read_scores(session, [unit], FIRST, TODAY)
    origin = FromSurvey((Text("Đợt một", "Wave one"), Text("Đợt hai")), Text("Công chức", "Officials"), 33)
    indicators = tuple(
        Indicator(7, each.points, survey=origin) if each.number == 7 else each for each in score.score.indicators
    )
    surveyed = replace(score, score=replace(score.score, indicators=indicators))
    assert differs(score, surveyed)
    session.commit()
    content = canonical(FIRST, {unit.id: surveyed})
    found = replace(now(session), scores={unit.id: surveyed}, content=content)
    waiting = counter_fixings.ask(session, found, account_id=one, now=AT)
    counter_fixings.confirm(session, found, seen=waiting.digest, account_id=two, now=AT)
    assert fixed_scores(session, [unit], FIRST)[unit.id] == replace(surveyed, fixed=Fixed(1, TODAY))


def test_nothing_is_fixed_while_an_opinion_may_be_answered_in_time_nor_beside_a_record(session: Session) -> None:
    root = make_unit(session, code="T", kind="province")
    unit = make_unit(session, code="X1", parent=root, name_vi="Xã Một")
    one, two = (make_account(session, "compiler", root).id for _ in range(2))
    record_dossiers(session, [(unit, ROW)])
    assert is_used(session, unit)
    case = make_petition(session, unit, on=date(2026, 3, 30))
    case.deadline_on = TODAY
    session.commit()
    with pytest.raises(CounterFixingError) as refused:
        counter_fixings.ask(session, now(session), account_id=one, now=AT)
    assert (refused.value.code, refused.value.parameters) == ("opinions", {"day": "16/07/2026"})
    session.rollback()
    case.deadline_on = date(2026, 7, 14)  # late: nothing moves any more when it is answered
    session.commit()
    asked = counter_fixings.ask(session, now(session), account_id=one, now=AT)
    seen, found = asked.digest, now(session)
    record_dossiers(session, [(unit, replace(ROW, code="HS-2"))])
    session.commit()
    with pytest.raises(CounterFixingError) as refused:
        counter_fixings.confirm(session, found, seen=seen, account_id=two, now=AT)
    assert refused.value.code == "meanwhile"
    session.rollback()
    counter_fixings.refuse(session, FIRST, "Còn nhập tiếp", seen=seen, account_id=two, now=AT)
    asked = counter_fixings.ask(session, now(session), account_id=one, now=AT)
    counter_fixings.confirm(session, now(session), seen=asked.digest, account_id=two, now=AT)
    unit.code, unit.name_vi = "X9", "Xã Chín"
    other = make_unit(session, code="X1", parent=root)
    (score,) = read_scores(session, [unit], FIRST, TODAY)
    assert (score.fixed, score.place.code, score.place.name.vi) == (Fixed(1, TODAY), "X9", "Xã Một")
    assert read_scores(session, [other], FIRST, TODAY)[0].fixed is None
    board = reading.frozen_board(session, asked)
    assert ([each.place.code for each in board.scores], board.after) == (["X9"], None)
    assert reading.count_recorded(session, FIRST, TODAY) == 1

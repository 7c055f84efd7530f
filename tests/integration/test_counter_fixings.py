"""A period's counter scores: frozen by one person, fixed by another, not moved by what is recorded later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod, Fixed, FromSurvey, Indicator, UnitScore
from reports.figures import Text
from survey.analysis import counter_fixings as reading
from survey.analysis.counter_freezing import differs, fixed_scores, latest_fixing, scores_in
from survey.analysis.counter_readings import read_board, read_scores, read_trend
from survey.models import CounterFixing, Unit
from survey.operations import counter_fixings
from survey.operations.counter_fixings import CounterFixingError
from survey.operations.counter_records import DossierRow, QuarterRecord, record_dossiers, record_quarter
from tests.factories import make_unit
from tests.staff import make_account

TODAY, AT = date(2026, 7, 15), datetime(2026, 7, 15, 2, tzinfo=UTC)
FIRST = CounterPeriod(2026, 1)
ROW = DossierRow("HS-1", date(2026, 3, 2), date(2026, 3, 30), date(2026, 3, 30), extra_contacts=0, agencies=0)


def now(session: Session, period: CounterPeriod = FIRST) -> list[UnitScore]:
    found = reading.all_scores(session, period, TODAY)
    session.commit()
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
        return counter_fixings.ask(session, period, now(session, period), reason, account_id=by, now=AT)

    def confirm(seen: str, by: int = two) -> None:
        counter_fixings.confirm(session, FIRST, now(session), seen=seen, account_id=by, now=AT)

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
    assert fixed == replace(before, fixed=Fixed(1, TODAY))  # everything comes back as it was
    fails("same", ask, "Không đổi")

    record_dossiers(session, [(unit, replace(ROW, code="HS-2")), (other, ROW)])
    assert shown() == ("8.5", 1, 1)
    assert [each.fixed for each in read_trend(session, unit, FIRST, TODAY)] == [Fixed(1, TODAY)]
    board = read_board(session, Unit.kind == "commune", FIRST, TODAY)
    later = reading.differing(session, board.scores, FIRST, TODAY)
    assert [(code, str(score.score.total), score.on_time.on_time) for code, score in later.items()] == [
        ("X1", "9.0", 2),
        ("X2", "7.0", 1),  # recorded after the period was fixed
    ]
    holding = latest_fixing(session, FIRST)
    assert holding is not None
    moved = reading.differences(session, holding, reading.all_scores(session, FIRST, TODAY))
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
    holding = latest_fixing(session, FIRST)
    assert holding is not None
    assert [score.place.code for score in scores_in(session, holding)] == ["X1", "X2"]
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
    waiting = counter_fixings.ask(session, FIRST, [surveyed], account_id=one, now=AT)
    counter_fixings.confirm(session, FIRST, [surveyed], seen=waiting.digest, account_id=two, now=AT)
    assert fixed_scores(session, [unit], FIRST)[unit.id] == replace(surveyed, fixed=Fixed(1, TODAY))

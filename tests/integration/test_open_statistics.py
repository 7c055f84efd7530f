"""The statistics of a half-year are told once, after its ratings are complete, and stay as they were frozen."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from survey.analysis import open_statistics as statistics
from survey.models import OpenStatistics
from survey.operations import commitments, dialogue_questions, dialogues, open_statistics, petitions
from tests.dialogues import STARTS, make_commitment, make_dialogue, make_question
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at, make_petition

TOLD = date(2026, 10, 1)
BEFORE = datetime(2026, 9, 30, 16, 59, tzinfo=at(TOLD).tzinfo)  # midnight less a minute in the province
NAMES = ("received", "due", "on_time", "rated", "displeased")


def test_a_half_year_is_told_once_and_stays(session: Session, engine: Engine) -> None:
    units = {code: make_unit(session, code=code, kind="commune", name_vi=f"Xã {code}") for code in "ABC"}
    for code, opinions in (("A", 8), ("B", 3), ("C", 6)):
        for number in range(opinions):
            case = make_petition(session, units[code], state="answered", on=MONDAY)
            if number < 6 and code != "B":
                petitions.rate(session, case, 1 if number == 0 else 5, "", today=MONDAY + timedelta(days=3))
    make_petition(session, units["A"], source="staff")
    dialogue = make_dialogue(session, units["A"], state="running")
    question, later = make_question(session, dialogue), make_question(session, dialogue, text="Bao giờ có nước sạch?")
    kept = make_commitment(session, dialogue, deadline_on=date(2026, 6, 1))
    make_commitment(session, dialogue, deadline_on=date(2026, 6, 2))
    dialogue_questions.answer(session, question, "Trong tháng 6.", today=STARTS.date())
    for number in range(3):
        declined = make_question(session, dialogue, text=f"Bao giờ thưởng cho ông {number}?")
        dialogue_questions.decline(session, declined, "Không thuộc thẩm quyền.")
    dialogue_questions.answer_later(session, later, date(2026, 12, 1), today=STARTS.date())
    commitments.finish(session, kept, "Đã xong, biên bản số 3.", today=date(2026, 5, 30))
    dialogues.end(session, dialogue, STARTS + timedelta(hours=3))
    dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    session.commit()
    assert open_statistics.freeze_due(engine, BEFORE) == 0
    assert statistics.editions(session) == []
    session.rollback()
    assert open_statistics.freeze_due(engine, at(TOLD)) == 1
    edition = statistics.with_rows(session, statistics.editions(session)[0])
    assert (edition.code, edition.frozen_on) == ("2026-H1", TOLD)
    whole, *rows = edition.opinions
    assert [whole.get(name) for name in NAMES] == [17, 17, 17, 12, 2]
    assert whole["entered"] is None  # one person's
    told = {row["unit"]: [row.get(name) for name in NAMES] for row in rows}
    # B is three people; with the total and A they would be known, so the smaller one of the others goes with them
    assert told == {"A": [8, 8, 8, 6, 1], "B": [None] * 5, "C": [None] * 5}
    province, *held = edition.dialogues
    assert (province["units_due"], province["units_held"]) == (3, 1)
    of_a = next(row for row in held if row["unit"] == "A")
    names = ("held", "held_on", "questions", "answered", "promises_due", "promises_kept")
    assert [of_a[name] for name in names] == ["held", f"{STARTS:%Y-%m-%d}", 5, 1, 2, 1]
    # whatever happens afterwards
    units["A"].name_vi = "Xã đổi tên"
    dialogue_questions.answer(session, later, "Đã có.", today=TOLD)
    session.commit()
    assert open_statistics.freeze_due(engine, at(date(2026, 12, 1))) == 0
    session.rollback()
    again = statistics.with_rows(session, statistics.editions(session)[0])
    assert again == edition
    assert open_statistics.freeze_due(engine, at(date(2027, 4, 1))) == 1  # the next half-year, empty as it was
    session.rollback()
    assert [each.code for each in statistics.editions(session)] == ["2026-H2", "2026-H1"]
    figures = session.scalar(select(OpenStatistics.figures).where(OpenStatistics.half == 1))
    assert json.loads(zlib.decompress(figures or b""))["schema"] == statistics.SCHEMA
    for statement in ("UPDATE open_statistics SET digest = digest", "DELETE FROM open_statistics"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


def test_only_a_half_year_that_another_process_told_first_is_passed_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [HalfYear(2026, 1)]
    monkeypatch.setattr(open_statistics, "due", lambda _session, _today: asked)
    assert [open_statistics.freeze_due(engine, at(TOLD)) for _ in range(2)] == [1, 0]
    asked[:] = [HalfYear(2300, 1)]  # refused by the table for another reason
    with pytest.raises(IntegrityError):
        open_statistics.freeze_due(engine, at(TOLD))

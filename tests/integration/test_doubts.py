"""A response doubted by hand is counted apart, with the reason kept, and only while nobody could tell it by it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.analysis import response_list as reading
from survey.analysis.response_list import Filters
from survey.analysis.summary import unit_report
from survey.models import AuditEntry, FlagNote, Response, Unit
from survey.operations import audit
from survey.operations.doubts import DoubtError, flag_by_hand
from survey.operations.ledger import seal_all
from survey.operations.waves import close_wave
from tests.factories import NOW, make_collector, make_response, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")


def test_flagged_ones_are_counted_apart_and_noted(session: Session, engine: Engine) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    way = make_collector(session, wave, unit)
    store(session, way, [dict.fromkeys(ITEMS, 5)] * 40)
    session.commit()
    seal_all(engine)
    ids = session.scalars(select(Response.id).order_by(Response.id).limit(6)).all()
    session.rollback()
    audit.attribute(session, audit.SYSTEM)
    assert flag_by_hand(session, ids, " gửi  liên tiếp ", NOW) == 6
    assert flag_by_hand(session, ids, "lần nữa", NOW) == 0
    session.commit()
    report = unit_report(session, wave, unit)
    assert (report.index.people, report.quality.flagged) == (34, 6)
    assert report.quality.index_with_flagged.exact == 1
    assert {note.reason for note in session.scalars(select(FlagNote))} == {"gửi liên tiếp"}
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "response.flag")).all()
    assert len(entries) == 6
    assert json.loads(entries[0].after or "")["reason"] == "gửi liên tiếp"
    assert entries[0].unit_path == unit.path
    session.rollback()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE flag_note SET reason = 'khác'"))


def test_a_closed_wave_takes_no_more_flags(session: Session) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    response = make_response(session, make_collector(session, wave, unit), answers={"access_1": 4})
    with pytest.raises(DoubtError, match="Choose at least one"):
        flag_by_hand(session, [], "x", NOW)
    with pytest.raises(DoubtError, match="Say why"):
        flag_by_hand(session, [response.id], " ", NOW)
    close_wave(session, wave, NOW)
    with pytest.raises(DoubtError, match="has closed"):
        flag_by_hand(session, [response.id], "ngờ vực", NOW)


def test_the_list_follows_its_key_and_its_filters(session: Session) -> None:
    units = [make_unit(session, code=code) for code in "AB"]
    wave = make_wave(session, code="W", units=units, state="open")
    qr = make_collector(session, wave, units[0])
    paper = make_collector(session, wave, units[1], channel="paper", trust="paper")
    store(session, qr, [dict.fromkeys(ITEMS, 4)] * 7)
    store(session, paper, [dict.fromkeys(ITEMS, 4)] * 3, flags=("too_fast",))
    store(session, qr, [dict.fromkeys(ITEMS, 4)] * 2, is_test=True)
    session.commit()

    def ids(after: reading.Key | None = None, size: int = 50, **filters: object) -> list[int]:
        chosen = Filters(wave, **filters)  # type: ignore[arg-type]
        return [line.id for line in reading.lines(session, chosen, Unit.path.like("/%"), after, size)]

    every = ids()
    assert len(every) == 10
    assert every == sorted(every, reverse=True)
    first = reading.lines(session, Filters(wave), Unit.path.like("/%"), None, 4)
    assert [line.id for line in first] + ids(first[-1].key) == every
    assert len(ids(tests=True)) == 2
    assert (
        len(ids(channel="paper")) == len(ids(flag="too_fast")) == len(ids(flag="any")) == len(ids(unit=units[1])) == 3
    )
    assert len(ids(flag="none")) == len(ids(trust="open")) == 7
    assert len(ids(first=NOW.date(), last=NOW.date())) == 10
    assert ids(last=wave.period_start) == []
    reached = reading.lines(session, Filters(wave), Unit.path.startswith(units[0].path), None, 50)
    assert len(reached) == 7


def test_one_response_is_whole_and_proven(session: Session, engine: Engine) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    response = make_response(session, make_collector(session, wave, unit), answers={"access_1": 4, "procedures_2": 0})
    session.commit()
    found = reading.whole(session, response.id)
    assert found is not None
    assert (found.proven, found.unchanged) == (None, True)
    session.rollback()
    seal_all(engine)
    found = reading.whole(session, response.id)
    assert found is not None
    assert found.proven is True
    assert [[word.vi for word in given.words] for given in found.answers] == [["Mức 4"], [], [], ["Không có ý kiến"]]
    assert reading.whole(session, response.id + 1) is None

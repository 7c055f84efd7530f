"""The audit log: every change notes itself, without secrets, and nobody removes a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Base
from survey.operations import audit
from survey.operations.audit import Actor, attribute, record, unattended
from survey.operations.units import add_counter, create_unit
from tests.factories import make_unit

CLERK = Actor("command", "an operator")


def entries(session: Session) -> Sequence[AuditEntry]:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def test_a_change_is_noted_with_what_stood_before_and_after(session: Session) -> None:
    unit = make_unit(session, code="P")
    attribute(session, CLERK)
    old = unit.name_vi
    unit.name_vi = "Tỉnh Mới"
    session.flush()
    (entry,) = entries(session)
    assert (entry.actor_kind, entry.actor, entry.action) == ("command", "an operator", "unit.change")
    assert (entry.subject_kind, entry.subject, entry.unit_path) == ("unit", unit.code, unit.path)
    assert json.loads(entry.before or "") == {"name_vi": old}
    assert json.loads(entry.after or "") == {"name_vi": "Tỉnh Mới"}


def test_what_is_created_below_a_unit_is_placed_there(session: Session) -> None:
    unit = make_unit(session, code="P")
    attribute(session, CLERK)
    room = create_unit(session, code="ROOM", kind="room", name_vi="Phòng", valid_from=date(2026, 1, 1), parent=unit)
    add_counter(session, room, code="9", name_vi="Quầy 9", valid_from=date(2026, 1, 1))
    noted = [(entry.action, entry.subject, entry.unit_path) for entry in entries(session)]
    assert ("counter.create", "9", room.path) in noted
    assert noted[0][:2] == ("unit.create", "ROOM")
    after = json.loads(entries(session)[0].after or "")
    assert after["name_vi"] == "Phòng"
    assert "valid_until" not in after


def test_a_session_without_an_actor_notes_nothing(session: Session) -> None:
    unit = make_unit(session, code="P")
    unit.name_vi = "Tỉnh Mới"
    session.flush()
    record(session, "responses.export", subject="W")
    assert entries(session) == []


def test_unattended_writing_is_not_noted_and_what_follows_is(session: Session) -> None:
    unit = make_unit(session, code="P")
    attribute(session, CLERK)
    with unattended(session):
        unit.name_vi = "Tỉnh Mới"
        session.flush()
    unit.name_en = "New"
    session.flush()
    assert [json.loads(entry.after or "") for entry in entries(session)] == [{"name_en": "New"}]


def test_a_secret_is_noted_as_changed_and_never_written_down() -> None:
    assert audit._shown("account", "password", "hunter2") == audit.SECRET
    assert audit._shown("account", "password", None) is None
    assert audit._shown("petition", "text", "Cán bộ A gây khó") == audit.SECRET
    assert audit._shown("commitment", "text", "Mở thêm quầy") == "Mở thêm quầy"


def test_what_the_orm_does_not_see_is_recorded_by_hand(session: Session) -> None:
    attribute(session, CLERK)
    record(session, "responses.export", subject="W1", unit_path="/1/", after={"rows": 7, "until": date(2026, 1, 2)})
    (entry,) = entries(session)
    assert (entry.subject_kind, entry.subject, entry.unit_path) == ("responses", "W1", "/1/")
    assert json.loads(entry.after or "") == {"rows": 7, "until": "2026-01-02"}


@pytest.mark.parametrize("statement", ["DELETE FROM audit_entry", "UPDATE audit_entry SET actor = 'nobody'"])
def test_no_line_is_changed_or_removed(session: Session, statement: str) -> None:
    attribute(session, CLERK)
    record(session, "responses.export", subject="W1")
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))


def test_every_table_is_audited_or_says_why_not() -> None:
    assert audit.NOT_AUDITED.keys() <= Base.metadata.tables.keys()
    assert all(reason for reason in audit.NOT_AUDITED.values())
    assert {"unit", "counter", "wave", "collector", "target", "account", "role_grant"} <= audit.audited_tables()


def test_no_audited_table_holds_answers() -> None:
    """What is typed, sent or imported of a form: its values may stand in no log, whoever reads it."""
    held = {"answers", "answer", "folded", "text", "first", "second", "chosen", "content", "payload", "values"}
    answered = {"response", "text_answer", "answer", "several_answer", "response_conflict"}
    answered |= {"paper_entry", "paper_resolution", "import_draft", "cross_tally"}
    assert not answered & audit.audited_tables()
    offices = {
        "answer_template": {"text"},
        "commitment": {"text"},
        "dialogue_question": {"answer"},
        "petition": {"answer"},
        "reference_figure": {"content"},  # of which index's content a published percentage is
    }
    for name in sorted(audit.audited_tables()):
        columns = {column.name for column in Base.metadata.tables[name].columns}
        secret = audit.SECRET_COLUMNS | audit.CITIZENS_WORDS.get(name, frozenset())
        assert not columns & held - secret - offices.get(name, set()), name

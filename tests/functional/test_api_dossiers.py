"""Dossiers over the API: a batch is stored whole, told again it is brought up to date, faults are named by row."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Dossier
from tests.api import Caller, make_api_key
from tests.factories import make_unit


def test_a_batch_of_dossiers(staff_app: Flask, staff_session: Session) -> None:
    session = staff_session
    province = make_unit(session, code="T", kind="province")
    commune = make_unit(session, code="X1", parent=province, kind="commune")
    make_unit(session, code="X1.P", parent=commune, kind="room")
    caller = Caller(staff_app.test_client(), make_api_key(session, commune, "entry")[1])
    row = {"unit": "X1", "code": "HS-1", "received_on": "2026-01-05", "due_on": "2026-01-12", "official": "CB01"}
    bad = [
        row | {"due_on": "2026-01-04"},
        row | {"code": "HS-2", "returned_on": "2026-01-04"},
        row | {"unit": "T", "code": "HS-3"},
        row | {"unit": "X1.P", "code": "HS-4"},
        row,
    ]
    answer = caller.post("/dossiers", {"dossiers": bad})
    assert answer.status_code == 422
    found = [(error["loc"][2:], error["code"]) for error in answer.json["errors"]]
    assert found == [
        ([0, "due_on"], "invalid"),
        ([1, "returned_on"], "invalid"),
        ([2, "unit"], "out_of_reach"),
        ([3, "unit"], "invalid"),
        ([4], "repeated"),
    ]
    for wrong in ({"official": "Nguyễn Văn A"}, {"code": "HS 2"}, {"agency_days": "STP ba ngày"}):
        assert caller.post("/dossiers", {"dossiers": [row | wrong]}).status_code == 422, wrong
    second = row | {"code": "HS-2", "returned_on": "2026-01-09", "complaint": "none", "agency_days": "STP 2/3"}
    assert caller.post("/dossiers", {"dossiers": [row, second]}).json == {"added": 2, "changed": 0, "unchanged": 0}
    again = {"dossiers": [row | {"returned_on": "2026-01-12"}, second]}
    assert caller.post("/dossiers", again).json == {"added": 0, "changed": 1, "unchanged": 1}
    session.rollback()
    stored = session.execute(select(Dossier.code, Dossier.agency_pace, Dossier.complaint).order_by(Dossier.code)).all()
    assert [tuple(each) for each in stored] == [("HS-1", "", ""), ("HS-2", "early", "none")]
    assert (
        session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "dossiers.import")).all() == ["API"] * 2
    )

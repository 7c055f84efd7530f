"""A body that arrives slowly holds up nobody: no transaction is begun before all of it is there."""

from __future__ import annotations

import io
import sqlite3

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from survey.accounts import sessions
from survey.operations.periods import province_today
from tests.dialogues import make_dialogue
from tests.factories import make_collector, make_unit, make_wave
from tests.page_rules import CheckingClient
from tests.petition_cases import make_petition
from tests.staff import make_account, sign_in


class Arriving(io.RawIOBase):
    """A body of which nothing has come yet; while it is waited for, somebody else tries to write."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: set[str] = set()

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        other = sqlite3.connect(self.file, timeout=0.2, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.rollback()
            self.found.add("free")
        except sqlite3.OperationalError as error:
            self.found.add(str(error))
        finally:
            other.close()
        return 0


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_others_write_while_the_body_of_a_form_arrives(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, kind: str
) -> None:
    sign_in(staff_client, make_account(staff_session, "viewer", make_unit(staff_session, code="A")))
    cookie = staff_client.get_cookie(sessions.COOKIE, path=sessions.COOKIE_PATH)
    assert cookie is not None
    body = Arriving(str(staff_app.extensions["engine"].url.database))
    asked = EnvironBuilder("/staff/tai-khoan/", method="POST", content_type=kind).get_environ()
    asked |= {"HTTP_COOKIE": f"{sessions.COOKIE}={cookie.value}", "CONTENT_LENGTH": "100000", "wsgi.input": body}
    run_wsgi_app(staff_app, asked, buffered=True)
    assert body.found == {"free"}


@pytest.mark.parametrize(
    "address",
    [
        "/s/{counter}/y-kien",
        "/y-kien/{case}/danh-gia",
        "/y-kien/{case}/gui-lai",
        "/doi-thoai/{dialogue}/cau-hoi",
        "/doi-thoai/{dialogue}/co-mat",
        "/doi-thoai/{dialogue}/danh-gia",
    ],
)
def test_others_write_while_a_citizens_form_arrives(staff_app: Flask, staff_session: Session, address: str) -> None:
    unit = make_unit(staff_session, code="X1")
    counter = make_collector(staff_session, make_wave(staff_session, code="W", units=[unit]), unit).code
    case = make_petition(staff_session, unit, on=province_today()).code
    dialogue = make_dialogue(staff_session, unit, state="running").code
    staff_session.commit()
    body = Arriving(str(staff_app.extensions["engine"].url.database))
    path, kind = address.format(counter=counter, case=case, dialogue=dialogue), "application/x-www-form-urlencoded"
    asked = EnvironBuilder(path, method="POST", content_type=kind).get_environ()
    asked |= {"CONTENT_LENGTH": "10000", "wsgi.input": body}
    run_wsgi_app(staff_app, asked, buffered=True)
    assert body.found == {"free"}

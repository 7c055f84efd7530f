"""A body that arrives slowly holds up nobody: no transaction is begun before all of it is there."""

from __future__ import annotations

import io
import sqlite3

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from survey.accounts import sessions
from tests.factories import make_unit
from tests.page_rules import CheckingClient
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

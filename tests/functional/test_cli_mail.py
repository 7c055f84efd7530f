"""The commands for mail and contacts, and the background process that sends without being asked."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import database
from survey.models import ContactKey
from survey.operations import contacts
from tests.factories import make_unit
from tests.mail import SENDER, mail_office, make_message
from tests.serving import KEY, SIPAS


@pytest.fixture
def waiting(sqlite_url: str) -> str:
    """A database with one message that waits."""
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        make_message(session, make_unit(session, code="X1"))
        session.commit()
    engine.dispose()
    return sqlite_url


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    app.extensions["engine"].dispose()
    return result.exit_code, result.output


def test_what_waits_is_sent_once(make_app: Callable[..., Flask], waiting: str, tmp_path: Path) -> None:
    with mail_office() as office:
        app = make_app(DATABASE_URL=waiting, MAIL=office.server(tmp_path))
        assert run(app, "mail", "send") == (0, "sent 1 messages\n")
        assert run(app, "mail", "send") == (0, "sent 0 messages\n")
        assert len(office.taken) == 1


def test_without_a_server_the_command_says_what_to_set(make_app: Callable[..., Flask], waiting: str) -> None:
    status, said = run(make_app(DATABASE_URL=waiting), "mail", "send")
    assert status == 1
    assert "SMTP_HOST" in said


def test_the_background_process_sends_by_itself(waiting: str, tmp_path: Path) -> None:
    with mail_office() as office:
        environment = os.environ | {
            "DATABASE_URL": waiting,
            "SECRET_KEY": KEY,
            "INSTANCE_PATH": str(tmp_path / "instance"),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(office.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": f"SIPAS <{SENDER}>",
        }
        with subprocess.Popen([*SIPAS, "seal", "--every", "0.5"], env=environment) as process:
            until = time.monotonic() + 30
            while not office.taken and time.monotonic() < until:
                time.sleep(0.1)
            process.terminate()
        assert len(office.taken) == 1


def test_a_key_for_contacts_is_made_in_the_instance_folder(
    make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(DATABASE_URL=sqlite_url)
    for _time in range(2):
        status, said = run(app, "contacts", "key")
        assert status == 0, said
    file = Path(app.config["INSTANCE_PATH"]) / "contact.key"
    with Session(app.extensions["engine"]) as session:
        current = contacts.current_key(session)
        assert current is not None
        assert {current.id} < set(contacts.private_keys(file))
        assert len(session.scalars(select(ContactKey)).all()) == 2
    app.extensions["engine"].dispose()


def test_a_place_that_cannot_be_written_makes_no_key(
    make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    app = make_app(DATABASE_URL=sqlite_url, CONTACT_KEY_FILE=str(tmp_path / "file" / "contact.key"))
    status, said = run(app, "contacts", "key")
    assert status == 1
    assert "cannot be written" in said
    with Session(app.extensions["engine"]) as session:
        assert contacts.current_key(session) is None
    app.extensions["engine"].dispose()

"""`sipas recount` on a database somebody may have written to."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey.operations.ledger import seal_all
from tests.ballots import make_collectors, some_ballots, store


@pytest.fixture
def sealed(session: Session, engine: Engine) -> Session:
    store(session, some_ballots(make_collectors(session), 8))
    seal_all(engine)
    return session


def test_a_sound_ledger_gives_its_head_and_exit_code_0(app: Flask, sealed: Session) -> None:
    result = app.test_cli_runner().invoke(args=["recount"])
    assert result.exit_code == 0, result.output
    head, verdict = result.output.splitlines()
    assert verdict == "no difference"
    again = app.test_cli_runner().invoke(args=["recount", "--published", head.removeprefix("head ")])
    assert again.exit_code == 0, again.output


def test_a_difference_is_printed_with_its_place_and_exit_code_1(app: Flask, sealed: Session) -> None:
    sealed.execute(text("UPDATE response_tally SET responses = responses + 1 WHERE NOT flagged"))
    sealed.commit()
    result = app.test_cli_runner().invoke(args=["recount"])
    assert result.exit_code == 1
    assert "tally: Đơn vị x1, wave w, collector" in result.output
    assert "instead of" in result.output


def test_another_head_than_the_published_one_is_a_difference(app: Flask, sealed: Session) -> None:
    result = app.test_cli_runner().invoke(args=["recount", "--published", f"1:{'00' * 32}"])
    assert result.exit_code == 1
    assert "not the one that was published" in result.output
    assert app.test_cli_runner().invoke(args=["recount", "--published", "nonsense"]).exit_code == 2

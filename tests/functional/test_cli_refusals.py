"""What a command cannot do it says in one sentence, not in a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories


@pytest.mark.parametrize("command", [["wave", "list"], ["analyse", "W"], ["units", "list"]])
def test_an_empty_database_says_how_to_fill_it(
    make_app: Callable[..., Flask], tmp_path: Path, command: list[str]
) -> None:
    app = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'nothing.sqlite'}")
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert "Run: sipas db upgrade" in result.output
    assert "Traceback" not in result.output


def test_a_file_that_cannot_be_written_is_said(app: Flask, session: Session) -> None:
    unit = factories.make_unit(session, code="U", name_vi="Xã U")
    factories.make_wave(session, code="W", units=[unit], state="open")
    session.commit()
    result = app.test_cli_runner().invoke(args=["report", "unit", "U", "--wave", "W", "-o", "/nowhere/report.pdf"])
    assert result.exit_code == 1
    assert "/nowhere/report.pdf cannot be written" in result.output


def test_posters_for_this_machine_alone_are_warned_of(app: Flask, session: Session, tmp_path: Path) -> None:
    unit = factories.make_unit(session, code="U", name_vi="Xã U")
    wave = factories.make_wave(session, code="W", units=[unit], state="open")
    factories.make_collector(session, wave, unit)
    session.commit()
    arguments = ["poster", "--wave", "W", "-o", str(tmp_path / "posters.pdf")]
    assert "Set BASE_URL" in app.test_cli_runner().invoke(args=arguments).output
    app.config["BASE_URL"] = "https://khaosat.example.vn"
    assert "Set BASE_URL" not in app.test_cli_runner().invoke(args=arguments).output

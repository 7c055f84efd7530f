"""`sipas export`: the same files without a browser, noted in the audit log, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pyreadstat
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports import row_files
from survey.models import AuditEntry
from tests.sample_waves import load_stratified_wave


@pytest.fixture
def sample(session: Session) -> None:
    load_stratified_wave(session)
    session.commit()


def run(app: Flask, *arguments: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["export", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_rows_figures_and_codebook_are_written_and_noted(
    app: Flask, sample: None, session: Session, tmp_path: Path
) -> None:
    """On both databases: rows are read by a cursor of the server where there is one."""
    for form in row_files.ROW_FORMATS:
        assert "2003 responses" in run(app, "rows", "sample", "--format", form, "-o", str(tmp_path / f"rows.{form}"))
    assert (tmp_path / "rows.csv").read_bytes().count(b"\r\n") == 2004
    assert json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[-1]) == {"rows": 2003}
    columns, _ = pyreadstat.read_sav(tmp_path / "rows.sav", output_format="dict")
    assert len(columns["row"]) == 2003
    run(app, "figures", "sample", "--table", "items", "--format", "json", "-o", str(tmp_path / "items.json"))
    assert len(json.loads((tmp_path / "items.json").read_text())["rows"]) == 12 * 16
    run(app, "codebook", "sample", "--format", "json", "-o", str(tmp_path / "codebook.json"))
    assert json.loads((tmp_path / "codebook.json").read_text())["responses"] == 2003
    session.rollback()
    noted = session.scalars(
        select(AuditEntry).where(AuditEntry.action.in_(("responses.export", "figures.export")))
    ).all()
    assert [entry.actor_kind for entry in noted] == ["command"] * 6


def test_the_rows_of_one_unit_of_one_half_month(app: Flask, sample: None, session: Session, tmp_path: Path) -> None:
    unit = run(app, "rows", "sample", "--unit", "A", "-o", str(tmp_path / "a.csv"), code=1)
    assert "no unit" in unit
    assert ": 0 responses" in run(app, "rows", "sample", "--from", "2026-03-2", "-o", str(tmp_path / "later.csv"))
    wrong = run(app, "rows", "sample", "--until", "2031-01-1", "-o", str(tmp_path / "wrong.csv"), code=2)
    assert "2026-03-1" in wrong
    assert not (tmp_path / "wrong.csv").exists()


def test_a_file_that_fails_leaves_nothing_behind(
    app: Flask, sample: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> object:
        yield b"half"
        raise RuntimeError("gone")

    monkeypatch.setattr("survey.cli.export.row_chunks", fail)
    result = app.test_cli_runner().invoke(args=["export", "rows", "sample", "-o", str(tmp_path / "rows.csv")])
    assert isinstance(result.exception, RuntimeError)
    assert list(tmp_path.glob("rows.csv*")) == []
    refused = app.test_cli_runner().invoke(args=["export", "codebook", "sample", "-o", str(tmp_path / "no" / "file")])
    assert "cannot be written" in refused.output

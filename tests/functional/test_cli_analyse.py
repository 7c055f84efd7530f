"""`sipas analyse`, `sipas percent` and `sipas report unit`: figures for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from survey.analysis.export import as_json
from survey.analysis.summary import unit_report
from survey.models import Unit, Wave
from tests.factories import make_collector, make_unit, make_wave
from tests.sample_waves import load_stratified_wave, store


@pytest.fixture
def sipas(app: Flask) -> Callable[..., Result]:
    """Run a command; it must succeed unless `fails`."""

    def run(*arguments: str, fails: bool = False) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert (result.exit_code != 0) is fails, result.output
        return result

    return run


@pytest.fixture
def wave(session: Session) -> Wave:
    wave = load_stratified_wave(session)
    session.commit()
    return wave


def test_json_of_a_wave_is_the_report_itself(sipas: Callable[..., Result], session: Session, wave: Wave) -> None:
    found = json.loads(sipas("analyse", "sample", "--json").output)
    assert found == as_json(unit_report(session, wave))
    assert found["schema"] == "sipas-analysis/1"
    assert found["index"]["estimate"] == pytest.approx(0.792520065275, abs=1e-9)
    assert found["index"]["printed"]["estimate"] == "79,25%"
    assert found["beside"]["printed"]["estimate"] == "83,52%"


@pytest.mark.parametrize(
    ("options", "lower"),
    [
        (["--weighted", "--design", "probability"], 0.824265747475),
        (["--weighted", "--design", "self_selected"], 0.823789030933),
        (["--unweighted"], 0.780656384221),
        (["--unit", "U003", "--design", "census"], 0.780143446521),
        (["--unit", "U003"], 0.749638841247),
    ],
)
def test_options_choose_weighting_design_and_unit(
    sipas: Callable[..., Result], wave: Wave, options: list[str], lower: float
) -> None:
    found = json.loads(sipas("analyse", "sample", *options, "--json").output)
    assert found["index"]["lower"] == pytest.approx(lower, abs=1e-9)


def test_the_table_names_units_and_method_in_both_languages(sipas: Callable[..., Result], wave: Wave) -> None:
    vietnamese = sipas("analyse", "sample").output
    assert "79,25%" in vietnamese
    assert "Chưa đủ căn cứ kết luận" in vietnamese
    assert "U005" in vietnamese
    english = sipas("analyse", "sample", "--rule", "scaled_mean", "--lang", "en").output
    assert "79.30%" in english
    assert "Not enough evidence" in english or "Met" in english


def test_names_with_brackets_are_printed_as_they_are(sipas: Callable[..., Result], session: Session) -> None:
    unit = make_unit(session, code="X", name_vi="Xã [bold]An[/x]")
    wave = make_wave(session, code="W", units=[unit], state="open")
    store(session, make_collector(session, wave, unit), [{"access_1": 5}] * 40)
    session.commit()
    assert "Xã [bold]An[/x]" in sipas("analyse", "W", "--unit", "X").output


def test_unknown_codes_are_refused_in_a_sentence(sipas: Callable[..., Result], wave: Wave) -> None:
    assert "NOWHERE" in sipas("analyse", "NOWHERE", fails=True).output
    assert "U999" in sipas("analyse", "sample", "--unit", "U999", fails=True).output


@pytest.mark.parametrize("option", ["--trust", "--channel", "--group"])
def test_a_filter_nobody_has_is_refused(sipas: Callable[..., Result], wave: Wave, option: str) -> None:
    output = sipas("analyse", wave.code, option, "nonsense", fails=True).output
    assert f"Invalid value for '{option}': 'nonsense' is not one of" in output


def percent(sipas: Callable[..., Result], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sipas("percent", *arguments, "--json").output)
    return found


def test_percent_of_bare_counts(sipas: Callable[..., Result]) -> None:
    found = percent(sipas, "1", "2", "5", "40", "52")
    assert (found["estimate"], found["people"], found["method"]) == (0.92, 100, "wilson")
    assert found["verdict"]["state"] == "met"
    assert percent(sipas, "19", "33", "143", "419", "518", "--rule", "scaled_mean")["printed"]["estimate"] == "80,57%"
    assert percent(sipas, "0", "0", "0", "0", "16")["verdict"]["reason"] == "too_few_people"
    assert percent(sipas, "0", "0", "0", "0", "0")["estimate"] is None
    assert percent(sipas, "0", "0", "20", "80", "0", "--target", "80,5")["verdict"]["target"] == 0.805
    assert "92,00%" in sipas("percent", "1", "2", "5", "40", "52").output


@pytest.mark.parametrize("target", ["0", "100", "many", "NaN"])
def test_a_target_is_a_percentage(sipas: Callable[..., Result], target: str) -> None:
    assert "--target" in sipas("percent", "1", "1", "1", "1", "1", "--target", target, fails=True).output


def test_a_report_is_written_as_pdf_and_workbook(
    sipas: Callable[..., Result], session: Session, wave: Wave, tmp_path: Path
) -> None:
    pdf, book = tmp_path / "r.pdf", tmp_path / "r.xlsx"
    sipas("report", "unit", "U001", "--wave", "sample", "-o", str(pdf))
    sipas("report", "unit", "U001", "--wave", "sample", "--lang", "en", "--xlsx", "-o", str(book))
    text = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    unit = session.query(Unit).filter_by(code="U001").one()
    printed = as_json(unit_report(session, wave, unit))["index"]["printed"]
    assert printed["estimate"] == "88,76%"
    assert printed["estimate"] in text
    cells = [
        cell
        for name in CalamineWorkbook.from_path(book).sheet_names
        for row in CalamineWorkbook.from_path(book).get_sheet_by_name(name).to_python()
        for cell in row
    ]
    assert any(isinstance(cell, float) and abs(cell - 0.887614678899) < 1e-9 for cell in cells)

"""One figure, one spelling: page, PDF, workbook and JSON carry the same digits, in both languages and databases."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from reports.figures import Language
from reports.report_figures import UnitReport
from reports.unit_report import unit_report_pdf
from reports.wording import count, percent
from survey import database
from survey.analysis.summary import unit_report
from survey.operations.units import find_unit
from survey.operations.waves import find_wave

SAMPLE = Path(__file__).parents[1] / "data" / "stratified_wave.csv"
AT = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
UNITS = ("T", "U001", "U012")
DIGEST = re.compile(r"\(SHA-256\) [0-9a-f]{64}")  # of a filing's figures, as the page prints it
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Json = dict[str, Any]


class Published:
    """The sample wave, imported and published from the command line alone, and everything it is read from."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        with SAMPLE.open(encoding="utf-8", newline="") as file:
            codes = sorted({row["unit"] for row in csv.DictReader(file)})
        units = folder / "units.csv"
        lines = ["code,parent,kind,name_vi,name_en", "T,,province,Tỉnh Mẫu,Sample Province"]
        lines += [f"{code},T,commune,Xã {code},Commune {code}" for code in codes]
        units.write_text("\n".join(lines), encoding="utf-8")
        with time_machine.travel(AT, tick=False):
            self.run("units", "import", str(units), "--from", "2025-07-01")
            self.run(
                *("responses", "import", str(SAMPLE), "--wave", "W", "--create", "--questionnaire", "counter"),
                *("--design", "probability", "--from", "2026-01-01", "--until", "2026-06-30", "--close"),
            )
            self.run("wave", "publish", "W")

    def run(self, *arguments: str) -> str:
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output
        return result.output

    def analysed(self, unit: str, language: Language) -> Json:
        found: Json = json.loads(self.run("analyse", "W", "--unit", unit, "--lang", language, "--json"))
        return found

    def report(self, unit: str) -> UnitReport:
        with self.app.app_context():
            session = database.current_session()
            return unit_report(session, find_wave(session, "W"), find_unit(session, unit))

    def page(self, unit: str, language: Language) -> Element:
        html = self.app.test_client().get(f"/ket-qua/W/{unit}?lang={language}").text
        page: Element = html5lib.parse(html, namespaceHTMLElements=False)
        return page

    def pdf_text(self, unit: str, language: Language) -> str:
        document = self.app.test_client().get(f"/ket-qua/W/{unit}/bao-cao.pdf?lang={language}").data
        return spaced(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages))

    def sheets(self, unit: str, language: Language) -> list[list[list[Any]]]:
        workbook = self.app.test_client().get(f"/ket-qua/W/{unit}/so-lieu.xlsx?lang={language}").data
        book = CalamineWorkbook.from_filelike(BytesIO(workbook))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def spaced(text: str) -> str:
    return " ".join(text.split())


def words_of(element: Element) -> str:
    return spaced("".join(element.itertext()))


@pytest.fixture
def published(app: Flask, tmp_path: Path) -> Published:
    return Published(app, tmp_path)


@pytest.fixture
def both(
    make_app: Callable[..., Flask], sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> Iterator[tuple[Published, Published]]:
    engines = [database.make_engine(url) for url in (sqlite_url, postgresql_url)]
    first, second = (Published(make_app(ENGINE=engine), tmp_path) for engine in engines)
    yield first, second
    for engine in engines:
        engine.dispose()


def numbers(figure: Json, language: Language) -> tuple[str, str, str, str]:
    """A figure as a table prints it: people, answers, percentage, interval."""
    printed = figure["printed"]
    return (
        count(figure["people"], language),
        count(figure["answers"], language),
        printed["estimate"],
        printed["interval"],
    )


def table_rows(page: Element) -> dict[str, tuple[str, ...]]:
    """The cells after the heading of each row of the page's tables of figures, without the verdict."""
    rows = {}
    for row in page.iter("tr"):
        heading, cells = row.find("th[@scope='row']"), row.findall("td")
        if heading is not None and len(cells) == 5:
            share, interval, people, answers, _verdict = map(words_of, cells)
            rows[words_of(heading)] = (people, answers, share, interval)
    return rows


def test_page_pdf_workbook_and_json_carry_the_same_digits(published: Published) -> None:
    compared = 0
    for unit in UNITS:
        for language in LANGUAGES:
            analysed = published.analysed(unit, language)
            page, text = published.page(unit, language), published.pdf_text(unit, language)
            summary, items, *_ = published.sheets(unit, language)
            index, pools, single = analysed["index"], analysed["factors"], analysed["items"]
            assert (len(pools), len(single)) == (5, 16)

            # The index: the headline of the page, the card of the PDF, the summary of the workbook.
            people, answers, share, interval = numbers(index, language)
            headline = next(element for element in page.iter("div") if element.get("class") == "headline")
            shown = words_of(headline)
            for part in (share, interval, f"{index['printed']['people']} · {index['printed']['answers']}"):
                assert part in shown, (unit, language)
            for part in (share, interval, f"{index['printed']['people']}, {index['printed']['answers']}"):
                assert part in text, (unit, language)
            values = {row[0]: row[1] for row in summary[1:]}
            assert share in values.values()
            (exact,) = {value for value in values.values() if value == pytest.approx(index["estimate"], abs=1e-15)}
            assert percent(exact, language) == share
            assert {index["people"], index["answers"]} <= set(values.values())

            # Factors and items: the tables behind the page's charts, the PDF's table, the workbook's rows.
            rows = table_rows(page)
            cells = {row[0]: row for row in items[1:]}
            for figure in (*pools, *single):
                people, answers, share, interval = expected = numbers(figure, language)
                assert rows[figure["label"][language]] == expected, (unit, language, figure["code"])
                if figure["level"] == "item":
                    assert f" {people} {answers} {share} {interval} " in text, (unit, language, figure["code"])
                else:
                    assert re.search(rf"{re.escape(share)} (n = )?{re.escape(people)}\b", text), figure["code"]
                _, _, n, base, value, lower, upper, *_, as_printed = cells[figure["code"]]
                assert (count(int(n), language), count(int(base), language)) == (people, answers)
                assert percent(value, language) == as_printed == share
                assert f"{percent(lower, language)} – {percent(upper, language)}" == interval
                compared += 1
    assert compared == len(UNITS) * len(LANGUAGES) * 21


def test_both_databases_give_one_golden_report(both: tuple[Published, Published]) -> None:
    first, second = both
    golden = first.analysed("T", "vi")
    assert golden["index"]["printed"]["estimate"] == "83,52%"
    assert golden["index"]["printed"]["interval"] == "82,43% – 84,55%"
    assert golden["beside"]["printed"]["estimate"] == "79,25%"
    assert golden["index"]["people"] == 2003
    for unit in UNITS:
        # Only the ledger's head may differ: it covers the salts, which are random; and so what was frozen with it.
        reports = [world.report(unit) for world in both]
        heads = [report.ledger_head for report in reports]
        one, other = (replace(report, ledger_head="") for report in reports)
        assert one == other
        for language in LANGUAGES:
            assert unit_report_pdf(one, language) == unit_report_pdf(other, language)
            assert first.sheets(unit, language) == second.sheets(unit, language)
            pages = [words_of(world.page(unit, language)) for world in both]
            assert all(head and head in page for head, page in zip(heads, pages, strict=True))
            first_page, second_page = (DIGEST.sub("(SHA-256)", page) for page in pages)
            assert first_page.replace(heads[0], heads[1]) == second_page
    for address in ("/ket-qua/", "/ket-qua/W"):
        lists = [world.app.test_client().get(address).text for world in both]
        assert "83,52%" in lists[0]
        assert lists[0] == lists[1]

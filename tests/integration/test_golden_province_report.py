"""The report of a small province: the same words on SQLite and PostgreSQL, its percentages in the open data, and no
document of figures that are not the frozen ones.

After an intended change, renew the golden text with SIPAS_RENEW_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from reports.blocks import Drawn, Grid, Heading, Prose
from reports.open_table import table_rows
from reports.province_figures import ProvinceReport
from reports.province_parts import province_blocks
from reports.verification_mark import Verification
from reports.wording import percent
from survey.analysis import open_data
from survey.analysis.province_report import province_report
from survey.analysis.published_documents import FiledFigures
from survey.models import ItemTally
from survey.operations.document_kinds import KINDS, FiguresDiffer, Made, Order
from tests.factories import NOW
from tests.filing_office import FilingOffice

GOLDEN = Path(__file__).parents[1] / "data" / "golden_province_report.txt"
ORDER = Order("vi", Verification("https://sipas.example.vn/xac-thuc/ABCDEFGHJKLM", "ABCD-EFGH-JKLM"), NOW)


def words_of(made: Made) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(made.content)).pages)
    return unicodedata.normalize("NFC", text)


def lines_of(report: ProvinceReport) -> Iterator[str]:
    """What the report says, whatever typeface and pages; without the head of the ledger, of keys made by chance."""
    for block in province_blocks(report, "vi"):
        match block:
            case Heading(text) | Prose(text):
                yield re.sub("[0-9a-f]{64}", "…", text)
            case Drawn(chart):
                yield chart.description
            case Grid(head, rows):
                yield from (" | ".join(cell for cell in row if isinstance(cell, str)) for row in (head, *rows))


def numbers(found: Any) -> Iterator[float]:
    """Every number in rows or in what was read from JSON."""
    if isinstance(found, Mapping):
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from numbers(each)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield found


@pytest.fixture
def office(session: Session, engine: Engine) -> FilingOffice:
    office = FilingOffice(session, engine)
    office.close()
    office.publish()
    return office


def test_the_golden_report_and_its_digits_in_the_open_data(office: FilingOffice, engine: Engine) -> None:
    session, wave, kind = office.session, office.wave, KINDS["province_report"]
    (top,) = kind.units(session, wave)
    assert top.code == "P"
    made = kind.make(session, wave, top, ORDER)
    text = words_of(made)
    told = "\n".join(lines_of(province_report(session, wave, top)))
    if os.environ.get("SIPAS_RENEW_GOLDEN"):
        GOLDEN.write_text(told, encoding="utf-8")
    assert told == GOLDEN.read_text(encoding="utf-8")
    assert made.figures_digest == kind.digest(FiledFigures(session, wave), top)

    (edition,) = open_data.editions(session, wave)
    offered: list[Any] = [dict(row) for row in table_rows("figures", open_data.filed(engine, edition))]
    verdicts = [row["verdict"] for row in table_rows("units", open_data.filed(engine, edition))]
    offered += [json.loads(open_data.frozen_figures(session, part)) for part in edition.parts]
    shares = [Fraction(k, len(verdicts) - 1) for k in range(len(verdicts))]  # of the units below the province
    known = {percent(value, "vi") for value in (*numbers(offered), *shares) if 0 <= value <= 1}
    found = set(re.findall(r"\d+,\d\d%", text))
    assert len(found) > 15
    assert found - known == set()


def test_profiles_are_made_of_frozen_figures_alone(office: FilingOffice) -> None:
    session, wave, kind = office.session, office.wave, KINDS["unit_profile"]
    units = {unit.code: unit for unit in kind.units(session, wave)}
    assert sorted(units) == ["A", "B", "C"]
    made = kind.make(session, wave, units["B"], ORDER)
    words = words_of(made)
    assert "hạng 3 trên 3" in words
    assert "40,00%" in words
    filed = FiledFigures(session, wave)
    assert made.figures_digest == kind.digest(filed, units["B"]) != kind.digest(filed, units["A"])
    letter = KINDS["unit_letter"].make(session, wave, units["B"], ORDER)
    assert "Giải trình nguyên nhân" in words_of(letter)
    assert letter.figures_digest == KINDS["unit_report"].digest(filed, units["B"])
    decision = KINDS["publication_decision"].make(session, wave, office.province, ORDER)
    assert "Trong 3 đơn vị" in words_of(decision)
    session.execute(update(ItemTally).values(n1=ItemTally.n5, n5=ItemTally.n1))
    tops = {"province_report", "publication_decision"}
    for name in (name for name, kind in KINDS.items() if kind.is_filed):
        unit = office.province if name in tops else units["A"]
        with pytest.raises(FiguresDiffer):
            KINDS[name].make(session, wave, unit, ORDER)

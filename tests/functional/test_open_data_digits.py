"""The sample province: every digit of a document is found in the open data, and anybody recomputes the shares."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from reports.wording import count, number
from tests.page_rules import CheckingClient

GUIDE = Path(__file__).parents[2] / "docs" / "open-data.md"
NUMBER = re.compile(r"\d[\d.,]*\d|\d")
# Days, the seal and addresses are no figures; neither are the numbers inside wordings.
NO_FIGURES = re.compile(
    r"(?:\d+–)?(?:\d\d/)?\d+/\d{4}|\b[0-9a-f]{64}\b|127\.0\.0\.1:8000\S*|1001/QĐ-BNV|phiên bản 1\.0|năm\s+2026"
)
NAMED = {str(k) for k in (*range(21), *range(30, 101, 10))}  # levels, chapters, pages, ticks of an axis
UNITS = ("BENTRA", "ST")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def province(client: CheckingClient) -> CheckingClient:
    arguments = ["demo", "--today", "2026-11-21", "--responses", "900"]
    loaded = client.application.test_cli_runner().invoke(args=arguments)
    assert loaded.exit_code == 0, loaded.output
    return client


def rows_of(client: CheckingClient, name: str) -> list[dict[str, str]]:
    body = client.get(f"/du-lieu/dot/2026-Q2/{name}").get_data()
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def values(found: Any) -> Iterator[float]:
    """Every number in what was read from JSON or CSV."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for part in found:
            yield from values(part)
    elif isinstance(found, str) and re.fullmatch(r"-?\d+(\.\d+)?(e-\d+)?", found):
        yield float(found)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield found


def shares(rows: list[dict[str, str]], report: dict[str, Any]) -> Iterator[float]:
    """What the document draws from counts: the five answers to a question, and the parts of all forms."""
    for row in rows:
        if row["n1"] and int(row["answers"]):
            yield from (int(row[f"n{k}"]) / int(row["answers"]) for k in range(1, 6))
    quality = report["quality"]
    for part in (*quality["channels"], *quality["trust_levels"], *quality["groups"]):
        if not part["suppressed"]:
            yield part["responses"] / quality["responses"]


def printed(numbers: Iterator[float]) -> Iterator[str]:
    for value in numbers:
        if float(value).is_integer():
            yield count(int(abs(value)), "vi")
        yield from (number(100 * abs(value), "vi", decimals) for decimals in (0, 1, 2))
        yield number(abs(value), "vi", 3)


def test_every_digit_of_a_document_is_in_the_open_data(province: CheckingClient, tmp_path: Path) -> None:
    figures, units = rows_of(province, "so-lieu.csv"), rows_of(province, "don-vi.csv")
    for unit in UNITS:
        document = province.get(f"/ket-qua/2026-Q2/{unit}/bao-cao.pdf").get_data()
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)
        tokens = set(NUMBER.findall(NO_FIGURES.sub(" ", text))) - NAMED
        assert len(tokens) > 60
        report = province.get(f"/du-lieu/dot/2026-Q2/bao-cao/{unit}.json").get_json()
        own = [row for row in figures if row["unit"] == unit]
        offered = [own, [row for row in units if row["unit"] == unit], report]
        known = {*printed(values(offered)), *printed(shares(own, report))}
        assert tokens - known == set(), unit
        assert "98,76" not in known  # the set is no sieve that holds everything

    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(program.splitlines()) <= 20
    file = tmp_path / "so-lieu.csv"
    file.write_bytes(province.get("/du-lieu/dot/2026-Q2/so-lieu.csv").get_data())
    assert recomputed(program, file).stdout.endswith("percentages agree with their counts\n")
    item = next(row for row in figures if row["part"] == "item" and row["n5"] and int(row["n5"]) > 9)
    file.write_text(file.read_text(encoding="utf-8").replace(item["estimate"], "0.9876"), encoding="utf-8")
    assert "instead of 0.9876" in recomputed(program, file).stderr


def recomputed(program: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False, timeout=60
    )

"""The main job from end to end: a poster is scanned, ballots are answered, and the printed percentage is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import time_machine
import zxingcpp
from click.testing import Result
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.models import Collector, Response, ResponseFlag, TextAnswer
from survey.operations.submission import receipt_number
from tests.browser.conftest import LiveServer
from tests.browser.keyboard_ballot import KeyboardBallot
from tests.sample_waves import store

UNITS = """code,parent,kind,name_vi,name_en,one_stop_vi
T,,province,Tỉnh Mẫu,Sample Province,
X1,T,commune,Xã Sông Trà,Song Tra Commune,Trung tâm Phục vụ hành chính công xã Sông Trà
Q1,X1,counter,Quầy số 1,Counter 1,
"""
COUNTER = standard("counter")
ITEMS = [question.code for question in COUNTER.questions if question.in_index]
COMMENT = "Cán bộ hướng dẫn tận tình, <b>cảm ơn</b>!"


@pytest.fixture
def sipas(live_server: LiveServer) -> Callable[..., Result]:
    """Run a command of the operator; it must succeed."""

    def run(*arguments: str) -> Result:
        result = live_server.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def poster(sipas: Callable[..., Result], tmp_path: Path) -> Path:
    """The poster of the only counter of an open wave, as the operator prints it."""
    units, output = tmp_path / "units.csv", tmp_path / "poster.pdf"
    units.write_text(UNITS, encoding="utf-8")
    sipas("units", "import", str(units), "--from", "2025-07-01")
    sipas("wave", "create", "W", "--name", "Đợt mẫu", "--from", "2026-07-01", "--until", "2026-12-31")
    sipas("wave", "add-units", "W", "X1")
    sipas("collectors", "make", "W")
    sipas("wave", "open", "W")
    sipas("poster", "--wave", "W", "--size", "a4", "-o", str(output))
    return output


def scan(poster: Path) -> str:
    """What a phone reads on the printed page."""
    picture = pypdfium2.PdfDocument(poster)[0].render(scale=150 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text


@pytest.fixture
def a_minute_later() -> Iterator[Callable[[], Any]]:
    """Let the server's clock go on: who answers in no time is flagged and not counted."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield lambda: clock.shift(timedelta(minutes=1))


def receipt_on(page: Page) -> str:
    number = page.locator(".k").inner_text()
    assert re.fullmatch(r"(\w{4}-){2}\w{4}", number)
    assert number in page.url
    return number


def test_from_the_scanned_poster_to_the_printed_percentage(
    poster: Path,
    live_server: LiveServer,
    page_at: Callable[..., Page],
    sipas: Callable[..., Result],
    session: Session,
    a_minute_later: Callable[[], Any],
) -> None:
    address = scan(poster)
    assert re.fullmatch(rf"{live_server.url}/s/\w{{7}}", address)

    # A phone of 320 px, by keyboard only: everything satisfies but how opinions are handled.
    first = page_at(320)
    first.goto(address)
    expect(first.locator("h1")).to_have_text("Trung tâm Phục vụ hành chính công xã Sông Trà")
    ballot = KeyboardBallot(first, COUNTER)
    for code in ITEMS:
        ballot.answer(code, 2 if code.startswith("feedback") else 5)
    ballot.answer("overall_satisfaction", 4)
    ballot.write("comment", COMMENT)
    a_minute_later()
    ballot.send()
    expect(first.locator("h1")).to_have_text("Cảm ơn ông/bà đã trả lời")
    receipts = [receipt_on(first)]
    first.reload()
    assert receipt_on(first) == receipts[0]

    # Another phone without JavaScript: two satisfied answers, a dissatisfied one, one without opinion.
    second = page_at(320, java_script_enabled=False)
    second.goto(address)
    ballot = KeyboardBallot(second, COUNTER)
    for code, value in zip(ITEMS, (5, 1, 4, 0), strict=False):
        ballot.answer(code, value)
    a_minute_later()
    ballot.send()
    receipts.append(receipt_on(second))

    stored = session.scalars(select(Response).order_by(Response.id)).all()
    assert [receipt_number(response.submission_id) for response in stored] == receipts
    assert session.scalars(select(TextAnswer.text)).all() == [COMMENT]
    assert session.scalars(select(ResponseFlag.kind)).all() == []

    # Forty others: thirty satisfied throughout, ten very dissatisfied throughout.
    (collector,) = session.scalars(select(Collector)).all()
    store(session, collector, [dict.fromkeys(ITEMS, mark) for mark in [4] * 30 + [1] * 10])
    session.commit()
    results = page_at(320)
    assert results.goto("/ket-qua/W/X1").status == 404  # type: ignore[union-attr]
    sipas("wave", "close", "W")
    sipas("wave", "publish", "W")

    # Counted by hand: 30 × 16 + 13 + 2 = 495 satisfied of 40 × 16 + 16 + 3 = 659 answers of 42 people.
    assert f"{100 * 495 / 659:.2f}" == "75.11"
    results.goto("/ket-qua/")
    results.get_by_role("link", name="Đợt mẫu").click()
    results.get_by_role("link", name="Xã Sông Trà").click()
    expect(results.locator("h1")).to_have_text("Xã Sông Trà")
    expect(results.locator(".number").first).to_have_text("75,11%")
    expect(results.locator(".headline").first).to_contain_text("42 người · 659 câu trả lời")
    bounds = results.locator(".headline .under b").first.inner_text()

    document = results.request.get(results.get_by_role("link", name="PDF").get_attribute("href") or "")
    text = " ".join(" ".join(leaf.extract_text() for leaf in PdfReader(BytesIO(document.body())).pages).split())
    assert "75,11%" in text
    assert bounds in text.replace("\u00a0", " ")
    assert "42 người, 659 câu trả lời" in text

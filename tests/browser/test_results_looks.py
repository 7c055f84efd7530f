"""How the public results look to a thumb, an eye and a screen reader, on small and large screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.models import Unit
from survey.operations import filing_figures, open_statistics
from tests.factories import NOW
from tests.hostile_texts import ATTACK, LONG_WORD, open_hostile_wave
from tests.petition_cases import MONDAY, at, make_petition
from tests.published_waves import finish, publish_province

LARGE_ENOUGH = 44
PAGES = {
    "waves": "/ket-qua/",
    "wave": "/ket-qua/now",
    "nothing found": "/ket-qua/now?q=zzz&kind=commune",
    "province": "/ket-qua/now/T",
    "unit with counters and trend": "/ket-qua/now/B2",
    "hidden unit": "/ket-qua/now/A4",
    "unit without answers": "/ket-qua/now/A6",
    "missing": "/ket-qua/never",
    "units found": "/ket-qua/don-vi/?q=duc+pho",
    "a unit over the years": "/ket-qua/don-vi/B2",
    "opinions and dialogues": "/y-kien-doi-thoai/",
    "their files": "/du-lieu/ky/2026-H1",
    "method": "/phuong-phap/",
    "comparison": "/so-sanh/?dot=now&don-vi=B2&don-vi=C3&don-vi=A4&don-vi=T",
    "units to compare": "/so-sanh/?tim=xa",
    "open data": "/du-lieu/",
    "open data of a wave": "/du-lieu/dot/now",
    "codebook": "/du-lieu/tu-dien",
}
# What a finger aims at; links inside a sentence or on the way up are text, not targets (WCAG 2.5.8).
CONTROLS = """
() => [...document.querySelectorAll('.button, .top a, input:not([type=hidden]), select, summary, .line a')]
  .map(control => [control.outerHTML.slice(0, 90), control.getBoundingClientRect().height])
"""
# Text that sticks out of the box that is to hold it; tables scroll in a box of their own.
OVERFLOWING = """
() => [...document.querySelectorAll('h1, h2, p, dt, dd, li, .chip, .button, .share, .who')]
  .filter(box => box.offsetParent && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).display != 'inline')
  .map(box => box.outerHTML.slice(0, 120))
"""
# The tables behind the charts are pages' contents too.
UNFOLD = "() => document.querySelectorAll('details').forEach(details => { details.open = true })"


@pytest.fixture
def province(session: Session, engine: Engine) -> Mapping[str, Unit]:
    units = publish_province(session, engine)
    filing_figures.freeze_due(engine, NOW)
    for code, opinions in (("B2", 6), ("C3", 2), ("Z1", 7)):
        for _ in range(opinions):
            make_petition(session, units[code], state="answered", on=MONDAY)
    session.commit()
    open_statistics.freeze_due(engine, at(date(2026, 10, 1)))
    return units


@pytest.mark.parametrize(("width", "language"), [(320, "vi"), (360, "en"), (1280, "vi")])
def test_every_page_is_accessible_and_fits_its_screen(
    page_at: Callable[..., Page],
    province: Mapping[str, Unit],
    assert_accessible: Callable[[Page], None],
    width: int,
    language: str,
) -> None:
    page = page_at(width)
    for name, address in PAGES.items():
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        page.evaluate(UNFOLD)
        assert_accessible(page)
        small = [control for control in page.evaluate(CONTROLS) if control[1] < LARGE_ENOUGH]
        assert not small, name
        assert page.evaluate(OVERFLOWING) == [], name


def test_before_anything_is_published_the_page_is_good_too(
    page_at: Callable[..., Page], assert_accessible: Callable[[Page], None]
) -> None:
    page = page_at(320)
    page.goto("/ket-qua/")
    expect(page.locator("h1")).to_be_visible()
    assert_accessible(page)


def test_a_unit_is_found_by_keyboard_alone(page_at: Callable[..., Page], province: Mapping[str, Unit]) -> None:
    page = page_at(320, java_script_enabled=False)
    page.goto("/ket-qua/now?lang=en")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    while page.locator(":focus").get_attribute("id") != "q":
        page.keyboard.press("Tab")
    page.keyboard.type("song tra")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".line")).to_have_count(1)
    while page.locator(":focus").count() == 0 or page.locator(":focus").inner_text() != "Riverside Commune":
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Riverside Commune")
    expect(page.locator(".number").first).to_have_text("40.00%")


def test_hostile_names_run_nothing_and_fit_the_smallest_screen(
    page_at: Callable[..., Page], session: Session, engine: Engine
) -> None:
    """A name that holds a hundred letters without a place to break pushes nothing aside either."""
    hostile = open_hostile_wave(session, f"{ATTACK[:90]} {LONG_WORD[:100]}")
    page = page_at(320)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"/s/{hostile.collector.code}")
    expect(page.locator("h1")).to_have_text(hostile.texts["one_stop"])
    page.locator("[name=q_comment]").fill(ATTACK)
    page.reload()  # what this phone kept is put back by the script
    expect(page.locator("[name=q_comment]")).to_have_value(ATTACK)
    assert_fits(page)
    finish(session, engine, hostile.wave)
    for address in ("/ket-qua/", "/ket-qua/W", "/ket-qua/W/X1"):
        page.goto(address)
        page.evaluate(UNFOLD)
        assert_fits(page)
    expect(page.locator("h1")).to_have_text(hostile.texts["unit"])
    assert dialogs == []
    assert page.locator("img").count() == 0


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert page.evaluate(OVERFLOWING) == [], page.url

"""How citizen pages look to a thumb, an eye and a screen reader: on small and large screens, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy.orm import Session

from forms.library import codes, standard
from survey.operations import collectors
from tests import factories
from tests.browser.pages import BallotPage
from tests.scanning import hang_up

LARGE_ENOUGH = 44
# What a finger aims at, and how large its target is; links inside a sentence are text, not targets (WCAG 2.5.8).
TARGETS = """
() => [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea')]
  .filter(target => target.offsetParent && !target.closest('[aria-hidden=true]'))
  .map(target => [target.outerHTML.slice(0, 90), target.getBoundingClientRect()])
  .map(([name, box]) => [name, Math.round(box.width * 10) / 10, Math.round(box.height * 10) / 10])
"""
# Text that sticks out of the box that is to hold it.
OVERFLOWING = """
() => [...document.querySelectorAll('label span, button, h1, h2, legend')]
  .filter(box => box.offsetParent && box.scrollWidth > box.clientWidth + 1).map(box => box.textContent)
"""


def assert_good_to_use(page: Page) -> None:
    small = [target for target in page.evaluate(TARGETS) if min(target[1:]) < LARGE_ENOUGH]
    assert not small
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("questionnaire", codes())
def test_every_standard_form(page_at: Callable[..., Page], session: Session, questionnaire: str, width: int) -> None:
    page = page_at(width)
    code = hang_up(session, questionnaire).code
    for language in ("vi", "en"):
        page.goto(f"/s/{code}?lang={language}")
        assert_good_to_use(page)


def without_script(route: Route) -> None:
    """The page as it is without JavaScript, in a browser that axe can still look into."""
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r"<script>.*?</script>", "", answer.text(), flags=re.DOTALL))


@pytest.mark.parametrize(
    ("questionnaire", "width", "scripted"),
    [("counter", 320, True), ("counter", 1280, False), ("one-tap", 320, False), ("sipas-2023", 320, True)],
)
def test_forms_are_accessible(
    page_at: Callable[..., Page],
    session: Session,
    assert_accessible: Callable[[Page], None],
    questionnaire: str,
    width: int,
    scripted: bool,
) -> None:
    page = page_at(width)
    if not scripted:
        page.route("**/s/*", without_script)
    ballot = BallotPage(page, standard(questionnaire)).open(hang_up(session, questionnaire).code)
    ballot.choose("overall_satisfaction", 2)
    assert page.locator("#p").is_visible() is scripted
    assert_accessible(page)


def test_the_five_answers_stand_in_one_row_even_on_the_smallest_phone(
    page_at: Callable[..., Page], session: Session
) -> None:
    page = page_at(320)
    page.goto(f"/s/{hang_up(session).code}")
    boxes = [page.locator(f"[name=q_access_signs][value='{value}']").bounding_box() for value in range(1, 6)]
    assert all(boxes)
    tops = {round(box["y"]) for box in boxes if box}
    widths = {round(box["width"]) for box in boxes if box}
    assert len(tops) == 1
    assert max(widths) - min(widths) <= 1


def test_a_choice_shows_by_more_than_its_colour(page: Page, session: Session) -> None:
    ballot = BallotPage(page, standard("counter")).open(hang_up(session).code)
    box = page.locator("[name=q_access_signs][value='4'] + span")
    style = "box => [getComputedStyle(box).fontWeight, getComputedStyle(box).boxShadow]"
    before = box.evaluate(style)
    ballot.choose("access_signs", 4)
    after = box.evaluate(style)
    assert int(before[0]) < int(after[0])
    assert before[1] == "none"
    assert "inset" in after[1]


def other_pages(session: Session) -> dict[str, str]:
    """Path of each page around the form."""
    form = hang_up(session).code
    revoked = hang_up(session)
    collectors.revoke_collector(session, revoked, factories.NOW, "bảng quầy bị mất")
    session.commit()
    return {
        "start": "/",
        "unknown": f"/s/{form[:-1] + ('2' if form[-1] != '2' else '3')}",
        "revoked": f"/s/{revoked.code}",
        "closed": f"/s/{hang_up(session, state='closed').code}",
        "draft": f"/s/{hang_up(session, state='draft').code}",
        "elsewhere": f"/s/{hang_up(session, channel='paper', trust='paper').code}",
        "missing": "/nowhere",
    }


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_around_the_form(
    page_at: Callable[..., Page], session: Session, assert_accessible: Callable[[Page], None], width: int
) -> None:
    page = page_at(width)
    for path in other_pages(session).values():
        for language in ("vi", "en"):
            page.goto(f"{path}?lang={language}")
            assert_good_to_use(page)
            assert_accessible(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_error_and_the_thanks(
    page_at: Callable[..., Page], session: Session, assert_accessible: Callable[[Page], None], width: int
) -> None:
    page = page_at(width)
    ballot = BallotPage(page, standard("counter")).open(hang_up(session).code)
    ballot.field("access_seats", 3).evaluate("field => { field.value = 7; field.checked = true }")
    ballot.send_button.click()
    page.get_by_role("alert").wait_for()
    assert_good_to_use(page)
    assert_accessible(page)
    ballot.choose("access_seats", 3)
    ballot.send()
    assert_good_to_use(page)
    assert_accessible(page)


def test_the_colours_of_the_answers_are_those_of_every_chart(page: Page, session: Session) -> None:
    page.goto(f"/s/{hang_up(session).code}")
    fills = page.locator("symbol").evaluate_all("faces => faces.map(face => face.getAttribute('fill'))")
    assert fills == ["#a6372b", "#e39a85", "#d5d9de", "#7fb2d9", "#1f5f99"]

"""Every page of the back office that its address alone opens: accessible, and inside the screens of phone and desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts.models import Account, RoleGrant
from survey.models import Unit
from tests.browser.conftest import HEIGHT, LiveServer
from tests.policy_objects import make_objects, make_tree
from tests.staff import browser_cookie, make_account

pytestmark = pytest.mark.slow


def make_everybody(session: Session, unit: Unit) -> Account:
    """Somebody to whom every door is open."""
    person = make_account(session, policy.ROLES[0], unit, second_factor=True, name="Nguyễn Thị Minh Khai")
    person.role_grants += [RoleGrant(role=role, unit=unit) for role in policy.ROLES[1:]]
    session.flush()
    return person


def addresses(app: Flask, values: dict[str, object]) -> list[str]:
    """One address of each route that answers a GET, its arguments filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/staff") and "GET" in (rule.methods or ()) and rule.arguments <= values.keys():
            with app.test_request_context():
                found.append(rule.build({name: values[name] for name in rule.arguments})[1])
    return sorted(set(found))


PARTS = 3  # so that two processes share the work
AXE = Axe().axe_script  # half a megabyte: given to the browser once, not with each of 400 looks
VIOLATIONS = "axe.run({resultTypes: ['violations'] %s}).then(results => results.violations)"
OF_SIZE = "color-contrast", "scrollable-region-focusable", "target-size", "label", "link-name", "button-name"
LOOKS = {1280: VIOLATIONS % "", 360: VIOLATIONS % f", runOnly: {list(OF_SIZE)}"}  # what the size of the screen changes


def opened(page: Page, address: str) -> bool:
    """Whether there is a page at the address itself: no file, no way elsewhere, no refusal. It is asked for once."""
    answer = page.context.request.get(address, max_redirects=0)
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
        return False
    page.route(answer.url, lambda route: route.fulfill(response=answer), times=1)
    page.goto(address)
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(
    part: int, live_server: LiveServer, session: Session, new_context: Callable[..., BrowserContext]
) -> None:
    tree = make_tree(session)
    with live_server.app.app_context():
        values = make_objects(session, tree["own"])
    cookie = browser_cookie(live_server.app, make_everybody(session, tree["above"]), live_server.url)
    context = new_context(1280)
    context.add_cookies([cookie])
    context.add_init_script(f"if (window === window.top) {{ {AXE} }}")
    page = context.new_page()
    looked_at, faults = 0, []
    for address in addresses(live_server.app, values)[part::PARTS]:
        if not opened(page, address):
            continue
        looked_at += 1
        for width, look in LOOKS.items():
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if (taken := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{address} is {taken} px wide on a screen of {width} px")
            violations = page.evaluate(look)
            faults += [
                f"{address} at {width} px: {violation['id']} {violation['nodes'][0]['html']}"
                for violation in violations
            ]
    assert looked_at >= 150 // PARTS
    assert not faults, "\n".join(faults)

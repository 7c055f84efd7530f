"""Every page of the back office that its address alone opens: accessible, and inside the screens of phone and desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext
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


WIDTHS = (360, 1280)
AXE = Axe().axe_script  # half a megabyte: given to the browser once, not with each of 240 looks
VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(results => results.violations)"


def is_page(context: BrowserContext, address: str) -> bool:
    """Whether there is a page at the address itself: no file, no way elsewhere, no refusal."""
    answer = context.request.get(address, max_redirects=0)
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def test_every_page_is_accessible_and_fits(
    live_server: LiveServer, session: Session, new_context: Callable[..., BrowserContext]
) -> None:
    tree = make_tree(session)
    with live_server.app.app_context():
        values = make_objects(session, tree["own"])
    cookie = browser_cookie(live_server.app, make_everybody(session, tree["above"]), live_server.url)
    context = new_context(WIDTHS[0])
    context.add_cookies([cookie])
    context.add_init_script(f"if (window === window.top) {{ {AXE} }}")
    page = context.new_page()
    looked_at, faults = 0, []
    for address in addresses(live_server.app, values):
        if not is_page(context, address):
            continue
        page.goto(address)
        looked_at += 1
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if (taken := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{address} is {taken} px wide on a screen of {width} px")
            violations = page.evaluate(VIOLATIONS)
            faults += [
                f"{address} at {width} px: {violation['id']} {violation['nodes'][0]['html']}"
                for violation in violations
            ]
    assert looked_at >= 60
    assert not faults, "\n".join(faults)

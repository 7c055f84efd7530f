"""A real browser against a real server: Chromium by Playwright, the application on a SQLite file of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from tests.browser.chromium import ADVICE, find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]
HEIGHT = 800
# Chromium reports the answer itself, for example a 404 that the test wants to see, as an error of the page; and that a
# test took the network away.
ANSWERED_WITH_ERROR = (
    "Failed to load resource: the server responded with a status of",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)


@dataclass(frozen=True)
class LiveServer:
    """The running application; `url` has no slash at its end."""

    url: str
    app: Flask


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Browser tests look at pages: the embedded database does."""
    return sqlite_url


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The application of this test at a free port of this machine, its links leading there."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    app.config["BASE_URL"] = url
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(url, app)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(ADVICE, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., BrowserContext]]:
    """Make a browser profile of its own; keyword arguments are Playwright's, `width` is the screen's.

    At the end no page of it may have asked another host for anything, thrown an error or broken its policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            faults.append(f"asked another host: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERED_WITH_ERROR):
            faults.append(f"{message.page.url if message.page else ''}: {message.text}")

    def make(width: int = 360, **options: Any) -> BrowserContext:
        options = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "base_url": live_server.url, **options}
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, **options)
        context.set_default_timeout(10_000)
        context.on("request", on_request)
        context.on("console", on_console)
        context.on("weberror", lambda error: faults.append(f"{error.error}"))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page_at(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open an empty page on a screen of the given width: `page_at(320)`, `page_at(1280, java_script_enabled=False)`."""

    def open_page(width: int, **options: Any) -> Page:
        return new_context(width, **options).new_page()

    return open_page


@pytest.fixture
def page(page_at: Callable[..., Page]) -> Page:
    """A page on an ordinary phone."""
    return page_at(360)


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Fail on what axe finds against WCAG, and on a page wider than its screen."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page)
        assert not found.response["violations"], found.generate_report()
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], f"{page.url} is {widths[0]} px wide on a screen of {widths[1]} px"

    return check

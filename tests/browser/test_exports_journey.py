"""Exports in a browser: a compiler takes rows, a viewer takes figures, and both can read the page on a phone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyreadstat
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Unit
from tests.browser.conftest import LiveServer
from tests.published_waves import finish, make_province
from tests.sample_waves import load_stratified_wave
from tests.staff import browser_cookie, make_account

Enter = Callable[..., Page]


@pytest.fixture
def enter(session: Session, live_server: LiveServer, page_at: Callable[..., Page]) -> Enter:
    """A browser of somebody with a role at the top, signed in past the second factor."""

    def sign(role: str, width: int = 1280, **options: object) -> Page:
        top = session.scalars(select(Unit).where(Unit.code == "T")).one()
        account = make_account(session, role, top)
        page = page_at(width, **options)
        page.context.add_cookies([browser_cookie(live_server.app, account, live_server.url)])
        return page

    return sign


@pytest.fixture
def sample(session: Session, engine: Engine) -> None:
    """The twelve units of the sample wave under one province."""
    top = make_province(session)["T"]
    wave = load_stratified_wave(session)
    for unit in session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.id != top.id)):
        unit.parent_id, unit.path = top.id, f"{top.path}{unit.id}/"
    session.commit()
    finish(session, engine, wave)


def test_a_compiler_takes_the_rows_of_one_unit(
    sample: None, enter: Enter, tmp_path: Path, assert_accessible: Callable[[Page], None]
) -> None:
    page = enter("compiler")
    page.goto("/staff/xuat/")
    assert_accessible(page)
    page.get_by_label("Từng phiếu trả lời").check()
    page.get_by_label("Kèm quầy, ngày").check()  # the options opened by themselves
    page.get_by_role("button", name="Hiện các tệp").click()
    expect(page.get_by_text("phiếu trả lời", exact=False).first).to_be_visible()
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="SPSS").click()
    download = waiting.value
    assert download.suggested_filename == "sipas-sample-T-phieu-tra-loi-2003-dong.sav"
    target = tmp_path / "rows.sav"
    download.save_as(target)
    columns, about = pyreadstat.read_sav(target, output_format="dict")
    assert len(columns["row"]) == about.number_rows == 2003
    assert "day" in columns


def test_a_viewer_takes_figures_without_a_script(sample: None, enter: Enter, tmp_path: Path) -> None:
    page = enter("viewer", 360, java_script_enabled=False)
    page.goto("/staff/xuat/")
    expect(page.get_by_label("Từng phiếu trả lời")).to_have_count(0)
    page.get_by_label("Từng tiêu chí của từng đơn vị").check()
    page.get_by_role("button", name="Hiện các tệp").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON").click()
    waiting.value.save_as(tmp_path / "items.json")
    rows = json.loads((tmp_path / "items.json").read_text())["rows"]
    assert {row["part"] for row in rows} == {"item"}


def test_the_page_fits_a_phone(sample: None, enter: Enter, assert_accessible: Callable[[Page], None]) -> None:
    page = enter("compiler", 360)
    page.goto("/staff/xuat/?wave=sample&unit=T&what=rows&identifying=y&values=words")
    expect(page.get_by_text("khoảng")).to_have_count(4)  # the size of every file
    assert_accessible(page)
    page.goto("/staff/xuat/?wave=sample&unit=T&what=rows&first=2026-03-2&last=2026-01-1")
    expect(page.get_by_role("alert")).to_contain_text("trước thời điểm bắt đầu")
    assert_accessible(page)

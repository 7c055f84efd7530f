"""The public front page and a wave's page: finding a unit, the years, the groups of units."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reports.compilation_figures import YearTrend
from reports.correction_figures import WaveCorrection
from survey import remembered_figures
from survey.blueprints import results, unit_years
from survey.operations import unit_groups
from tests.page_rules import CheckingClient
from tests.published_waves import publish_province


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def broken(trend: YearTrend) -> YearTrend:
    """As where an earlier wave of other items stands in another series."""
    return replace(trend, own=(replace(trend.own[0], breaks_before=True), *trend.own[1:]))


def test_units_are_found_from_the_front_page_which_shows_the_years_and_the_groups(
    client: CheckingClient, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'type="search"' not in client.get("/ket-qua/").text
    units = publish_province(session, engine)
    front, wave = (unescape(client.get(url).text) for url in ("/ket-qua/", "/ket-qua/now"))
    assert 'action="/ket-qua/don-vi/"' in front
    assert "Qua các năm" in front
    assert front.count("Đợt before") >= 2  # its card, and its row behind the chart
    for address in ("/ket-qua/don-vi/T/da-lam", "/y-kien/cong-khai", "/doi-thoai/", "/phuong-phap/", "/du-lieu/"):
        assert f'href="{address}"' in front
        assert client.get(address).status_code == 200
    assert "Các xã, phường" in wave
    assert "0 trên 5" in wave  # communes that meet the target
    assert "Theo nhóm đơn vị" not in unescape(client.get("/ket-qua/now?q=tra").text)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', front)
    styled = client.get(sheet, headers={"Accept-Encoding": "br"})
    assert (styled.mimetype, styled.headers["Content-Encoding"]) == ("text/css", "br")
    assert "immutable" in styled.headers["Cache-Control"]
    assert client.get("/ket-qua/older.css").headers["Cache-Control"] == "no-cache"
    tag = client.get("/ket-qua/now/B2").headers["ETag"]
    assert client.get("/ket-qua/now/B2", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/ket-qua/now/B2?lang=en", headers={"If-None-Match": tag}).status_code == 200
    monkeypatch.setattr(remembered_figures, "FEW_UNITS", 0)  # as in a large province
    assert [unescape(client.get(url).text) for url in ("/ket-qua/", "/ket-qua/now") * 2] == [front, wave] * 2
    assert "Đợt before" not in unescape(client.get("/ket-qua/?nam=2026").text)
    assert "Đợt now" not in unescape(client.get("/ket-qua/?nam=2025").text)
    assert "Năm này không có đợt khảo sát nào được công bố" in unescape(client.get("/ket-qua/?nam=1999").text)
    group = unit_groups.create_group(session, name_vi="Các xã ven sông", name_en="", owner=units["T"])
    unit_groups.add_units(session, group, [units["B2"], units["C3"]])
    unit_groups.publish_group(session, group, datetime(2026, 7, 1, tzinfo=UTC))
    session.commit()
    assert "Các xã ven sông" in unescape(client.get("/ket-qua/now").text), "although the groups were remembered"


def test_a_unit_is_found_by_its_name_and_shows_all_its_years(
    client: CheckingClient, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/ket-qua/don-vi/B2").status_code == 404  # nothing is published yet
    units = publish_province(session, engine)
    assert client.get("/ket-qua/don-vi/?q=song+tra").location == "/ket-qua/don-vi/B2"
    assert client.get("/ket-qua/don-vi/?q=b2&lang=en").location == "/ket-qua/don-vi/B2?lang=en"
    several = unescape(client.get("/ket-qua/don-vi/?q=duc+pho").text)
    assert 'href="/ket-qua/don-vi/A4"' in several
    assert 'href="/ket-qua/don-vi/A5"' in several
    assert "Không có đơn vị nào đã công bố kết quả khớp" in unescape(client.get("/ket-qua/don-vi/?q=zzz").text)
    page = unescape(client.get("/ket-qua/don-vi/B2").text)
    rows = [row for row in page.split("<tr>")[1:] if "/ket-qua/" in row]
    assert ["/ket-qua/now/B2" in rows[0], "/ket-qua/before/B2" in rows[1]] == [True, True]  # the newest first
    assert "40,00%" in rows[0]
    assert "50,00%" in rows[1]
    assert "Chỉ tiêu 80%" in rows[1]
    told = {("before", "B2"): WaveCorrection(date(2026, 7, 2), "Nhập nhầm", ())}
    real = unit_years.series_of
    with monkeypatch.context() as patch:
        patch.setattr(results, "last_corrections", lambda *_: told)
        text = unescape(client.get("/ket-qua/now/B2").text)  # compared with the corrected one
        assert re.search(r"Đợt before\s*<span[^>]*>Đã đính chính ngày 02/07/2026", text)
        patch.setattr(unit_years, "series_of", lambda *given: [broken(each) for each in real(*given)])
        assert "không so sánh được" not in unescape(client.get("/ket-qua/don-vi/B2").text)  # nothing is before it
    hidden = unescape(client.get("/ket-qua/don-vi/A5").text)
    assert "100,00%" not in hidden, "four people"
    assert client.get("/ket-qua/don-vi/T?lang=en").status_code == 200
    never = units["A6"].code
    assert client.get(f"/ket-qua/don-vi/{never}").status_code == 200  # took part, though nobody answered
    monkeypatch.setattr(results, "LINES", 2)
    monkeypatch.setattr(results, "WAVES", 1)
    seen, address = [], "/ket-qua/now"
    while address:
        text = unescape(client.get(address).text)
        seen += re.findall(r'class="who"><a href="/ket-qua/now/(\w+)"', text)
        onward = re.search(r'<a href="([^"]+)" rel="next"', text)
        address = onward[1] if onward else ""
    assert seen == ["Z1", "C3", "A6", "A5", "A4", "B2"]
    assert 'href="/ket-qua/now/T?sau=' in unescape(client.get("/ket-qua/now/T").text)  # the province's units
    front = unescape(client.get("/ket-qua/").text)
    assert "Đợt before" in unescape(client.get("/ket-qua/?sau=now").text)
    assert 'href="/ket-qua/?sau=now"' in front

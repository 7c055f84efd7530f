"""The public front page and a wave's page: finding a unit, the years, the groups of units."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey import remembered_figures
from survey.operations import unit_groups
from tests.page_rules import CheckingClient
from tests.published_waves import publish_province


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_units_are_found_from_the_front_page_which_shows_the_years_and_the_groups(
    client: CheckingClient, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'type="search"' not in client.get("/ket-qua/").text
    units = publish_province(session, engine)
    front, wave = (unescape(client.get(url).text) for url in ("/ket-qua/", "/ket-qua/now"))
    assert 'action="/ket-qua/now#don-vi"' in front
    assert "Qua các năm" in front
    assert front.count("Đợt before") >= 2  # its card, and its row behind the chart
    for address in ("/ket-qua/don-vi/T/da-lam", "/y-kien/cong-khai", "/doi-thoai/", "/phuong-phap/", "/du-lieu/"):
        assert f'href="{address}"' in front
        assert client.get(address).status_code == 200
    assert "Các xã, phường" in wave
    assert "0 trên 5" in wave  # communes that meet the target
    assert "Theo nhóm đơn vị" not in unescape(client.get("/ket-qua/now?q=tra").text)
    tag = client.get("/ket-qua/now/B2").headers["ETag"]
    assert client.get("/ket-qua/now/B2", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/ket-qua/now/B2?lang=en", headers={"If-None-Match": tag}).status_code == 200
    monkeypatch.setattr(remembered_figures, "FEW_UNITS", 0)  # as in a large province
    assert [unescape(client.get(url).text) for url in ("/ket-qua/", "/ket-qua/now") * 2] == [front, wave] * 2
    group = unit_groups.create_group(session, name_vi="Các xã ven sông", name_en="", owner=units["T"])
    unit_groups.add_units(session, group, [units["B2"], units["C3"]])
    unit_groups.publish_group(session, group, datetime(2026, 7, 1, tzinfo=UTC))
    session.commit()
    assert "Các xã ven sông" in unescape(client.get("/ket-qua/now").text), "although the groups were remembered"

"""A published wave of officials beside citizens' ones: every page says who answered, and none compares the two."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ReferenceFigure, Unit, Wave, WaveUnit
from survey.operations.collectors import make_collector
from survey.operations.waves import open_wave
from tests.factories import NOW, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.published_waves import finish, publish_province
from tests.sample_waves import store
from tests.staff import make_account, sign_in

BETWEEN = (date(2026, 7, 1), date(2026, 8, 31))
OFFICIALS, CITIZENS = "Người trả lời: công chức, viên chức", "Người trả lời: người dân, tổ chức"


@pytest.fixture
def units(staff_app: Flask, staff_session: Session) -> dict[str, Unit]:
    """Citizens' waves `before` and `now` and then one of officials, `cc`, by the same questionnaire, all published."""
    session, engine = staff_session, staff_app.extensions["engine"]
    units = dict(publish_province(session, engine))
    asked = session.scalars(select(Wave).where(Wave.code == "now")).one().questionnaire
    below = [unit for code, unit in units.items() if code != "T"]
    wave = make_wave(
        session,
        code="cc",
        units=below,
        questionnaire=asked,
        period=BETWEEN,
        headline_weighting="weighted",
        state="open",
    )
    items = [question.code for question in asked.questions if question.in_index]
    for code, people in (("B2", 40), ("C3", 12)):
        way = make_collector(
            session, wave, units[code], channel="link", trust="open", respondent_group="official", at=NOW
        )
        store(session, way, [dict.fromkeys(items, 3)] * people)
    session.add(
        ReferenceFigure(
            index_code="SIPAS",
            scope="national",
            content="overall",
            year=2025,
            percent=83,
            method="m",
            source="Bộ Nội vụ",
        )
    )
    finish(session, engine, wave)
    return units


def text_of(client: CheckingClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html_of(answer))).split())


def test_public_pages_keep_officials_and_citizens_apart(units: dict[str, Unit], staff_client: CheckingClient) -> None:
    front = text_of(staff_client, "/ket-qua/")
    assert (front.count(OFFICIALS), front.count(CITIZENS)) == (1, 2)
    assert "Chỉ số quốc gia" in front or "Bộ Nội vụ" in front, "the years of citizens stand beside the national index"
    assert "Đợt cc" not in front[front.index("Qua các năm") :]
    assert OFFICIALS in text_of(staff_client, "/ket-qua/cc")
    page = text_of(staff_client, "/ket-qua/cc/B2")
    assert OFFICIALS in page
    for word in ("So với kỳ trước", "Diễn biến", "hồ sơ", "Người trả lời: official", "người dân tự nguyện"):
        assert word not in page, word
    assert "Đợt now Người trả lời: người dân, tổ chức" in page
    assert "Đợt cc" not in text_of(staff_client, "/ket-qua/now/B2").split("Xem tất cả các năm")[0]
    years = text_of(staff_client, "/ket-qua/don-vi/B2")
    assert "Nhóm khác trả lời: không so sánh được với phần trên" in years
    assert (years.count(OFFICIALS), years.count(CITIZENS)) == (1, 1)
    few = text_of(staff_client, "/ket-qua/cc")
    assert "dưới 30 người trả lời: chưa kết luận" in few


def test_the_compiler_sees_who_answered_and_nothing_of_dossiers(
    units: dict[str, Unit], staff_client: CheckingClient, staff_session: Session
) -> None:
    sign_in(staff_client, make_account(staff_session, "compiler", units["T"]))
    board = text_of(staff_client, "/staff/tong-hop/")
    assert (board.count(OFFICIALS), board.count(CITIZENS)) == (1, 2)
    page = text_of(staff_client, "/staff/tong-hop/cc")
    assert OFFICIALS in page
    assert not re.findall(".{30}hồ sơ.{30}", page.split(OFFICIALS)[1]), "beside the room of dossiers in the menu"
    assert "+ và − cũng dùng khi dưới 30 người trả lời: chưa kết luận" in page
    assert "dưới 30 người trả lời: chưa kết luận" in page
    assert "hồ sơ" in text_of(staff_client, "/staff/tong-hop/now").split(CITIZENS)[1]
    trend = text_of(staff_client, "/staff/tong-hop/cc/xu-huong")
    assert "Đợt now" not in trend
    assert "Cả nước" not in trend
    assert "Đợt cc" not in text_of(staff_client, "/staff/tong-hop/now/xu-huong")
    assert OFFICIALS in text_of(staff_client, "/staff/ket-qua/cc/B2")


def test_the_first_page_says_which_units_a_share_of_the_quotas_counts(
    units: dict[str, Unit], staff_client: CheckingClient, staff_session: Session
) -> None:
    below = [units["B2"], units["C3"]]
    wave = make_wave(staff_session, code="mo", units=below, period=(date(2026, 9, 1), date(2026, 12, 31)))
    staff_session.get_one(WaveUnit, (wave.id, units["B2"].id)).quota = 50
    open_wave(staff_session, wave, NOW)
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", units["T"]))
    assert "(0 trên 50) (chỉ tính 1 đơn vị có chỉ tiêu)" in text_of(staff_client, "/staff/")

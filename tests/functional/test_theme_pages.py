"""Themes on their pages: everything for the compiler, five people at least for the unit and the public."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import Question, Wording
from survey.models import AuditEntry, Theme, Unit
from survey.operations.comments import attend_comments, release_comments
from survey.operations.kept_statistics import keep_statistics
from survey.operations.ledger import seal_all
from survey.operations.theme_counting import run_due
from survey.operations.waves import close_wave, publish_wave
from tests.factories import (
    make_collector,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_unit,
    make_wave,
)
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

URL = "/staff/chu-de/"
TEXTS = [*["Chờ lâu quá"] * 6, *["Thái độ cộc lốc với tôi"] * 3, *["Chiều thứ sáu đóng cửa"] * 5]


class Wrote:
    """Fourteen comments about A, three weeks old and released, one of today; two about B."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session, self.engine = session, app.extensions["engine"]
        words = Wording("Góp ý", "Comment")
        text = Question(code="comment", kind="long_text", label=words, wording=words, max_length=500)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), text])
        self.top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
        self.units: dict[str, Unit] = {code: make_unit(session, code=code, parent=self.top) for code in "AB"}
        self.units["T"] = self.top
        below = [self.units[code] for code in "AB"]
        self.wave = make_wave(
            session, code="W", units=below, questionnaire=make_questionnaire(session, asked), state="open"
        )
        now = datetime.now(UTC)
        for code, texts, days in (("A", TEXTS, 21), ("A", ["Chờ lâu vừa xong"], 0), ("B", ["Chờ lâu"] * 8, 21)):
            way = make_collector(session, self.wave, self.units[code], channel="link" if days else "qr")
            for written in texts:
                at = now - timedelta(days=days)
                make_response(session, way, answers={"access_1": 4}, texts={"comment": written}, received_at=at)
        session.commit()
        seal_all(self.engine)
        attend_comments(self.engine, now.date())
        release_comments(session, self.wave, now.date() - timedelta(days=1))
        session.commit()
        run_due(self.engine, now)

    def publish(self) -> None:
        now = datetime.now(UTC)
        close_wave(self.session, self.wave, now)
        self.session.commit()
        keep_statistics(self.session, self.wave)
        publish_wave(self.session, self.wave, now)
        self.session.commit()
        attend_comments(self.engine, now.date())
        run_due(self.engine, now)

    def theme(self, code: str) -> Theme:
        self.session.rollback()
        return self.session.scalars(select(Theme).where(Theme.code == code)).one()


@pytest.fixture
def wrote(staff_app: Flask, staff_session: Session) -> Wrote:
    return Wrote(staff_app, staff_session)


def page(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(html_of(response))


def enter(client: CheckingClient, wrote: Wrote, role: str, unit: str) -> None:
    sign_in(client, make_account(wrote.session, role, wrote.units[unit]))


def row(text: str, theme: str) -> str:
    """The cells of a theme's row, without markup but with its blanks folded."""
    start = text.index(f">{theme}</a>")
    return " ".join(text[start : text.index("</tr>", start)].replace("<", " <").split())


def test_the_compiler_sees_every_theme_with_its_comments(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "compiler", "T")
    text = page(staff_client, f"{URL}?by=half")
    assert "23 ý kiến của 23 người" in text
    assert "<b>15 </b>" in row(text, "Thời gian chờ tại quầy")
    assert "<b>3 </b>" in row(text, "Thái độ, tác phong của cán bộ")
    assert "21,7%" in row(text, "Không thuộc chủ đề nào")
    assert "chiều thứ sáu" in text  # frequent, and of no theme
    assert "Chờ lâu vừa xong" in page(staff_client, f"{URL}cho-doi?wave=W&unit=A")
    none = page(staff_client, f"{URL}khong-thuoc-chu-de?wave=W&unit=T")
    assert none.count("Chiều thứ sáu đóng cửa") == 5
    page(staff_client, f"{URL}khong-co?wave=W&unit=T", 404)
    page(staff_client, f"{URL}cho-doi", 404)


def test_the_unit_sees_released_ones_of_five_people_at_least(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "manager", "A")
    text = page(staff_client, URL)
    assert "14 ý kiến của 14 người" in text
    assert "<b>6 </b>" in row(text, "Thời gian chờ tại quầy")
    assert "Thái độ, tác phong" not in text
    assert "Số chủ đề không hiển thị: 13" in text
    assert "chiều thứ sáu" not in text
    assert "/moi" not in page(staff_client, f"{URL}tu-dien/")
    of_theme = page(staff_client, f"{URL}cho-doi?wave=W&unit=A")
    assert of_theme.count("Chờ lâu quá") == 6
    assert "vừa xong" not in of_theme
    attitude = page(staff_client, f"{URL}thai-do?wave=W&unit=A")
    assert "không hiển thị" in attitude
    assert "cộc lốc" not in attitude
    assert "Không có đơn vị nào" in page(staff_client, f"{URL}?unit=B")
    page(staff_client, f"{URL}thai-do?unit=B", 404)


def test_who_reads_no_comments_sees_counts_once_the_wave_has_closed(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "viewer", "A")
    assert "khi đợt đã đóng" in page(staff_client, URL)
    assert "6 người" not in page(staff_client, f"{URL}cho-doi?wave=W&unit=A")
    wrote.publish()
    text = page(staff_client, URL)
    assert "<b>7 </b>" in row(text, "Thời gian chờ tại quầy")
    of_theme = page(staff_client, f"{URL}cho-doi?wave=W&unit=A")
    assert "không đọc ý kiến" in of_theme
    assert "Chờ lâu" not in of_theme


def test_the_public_reads_themes_of_five_people_and_no_text(wrote: Wrote, staff_client: CheckingClient) -> None:
    wrote.publish()
    text = page(staff_client, "/ket-qua/W/A")
    assert "Thời gian chờ tại quầy: <b>7 người</b>" in text
    assert "Thái độ, tác phong" not in text
    assert "Chờ lâu" not in text
    assert "Thời gian chờ tại quầy: <b>15 người</b>" in page(staff_client, "/ket-qua/W/T")


def test_a_change_of_the_dictionary_is_tried_before_it_is_saved(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "compiler", "T")
    address = f"{URL}tu-dien/nhan-su"
    assert "người trực" in page(staff_client, address)
    form = {"name_vi": "Nhân sự", "name_en": "Staffing", "words": "Chiều THỨ SÁU\nchờ lâu quá\n\n"}
    tried = unescape(html_of(post(staff_client, address, {**form, "step": "try"})))
    assert "Ý kiến được xếp thêm vào chủ đề: 11, trong đó 5 hiện chưa thuộc chủ đề nào" in tried
    assert "Thời gian chờ tại quầy: -6 ý kiến" in tried  # the longest phrase takes them along
    assert "Chiều thứ sáu đóng cửa" in tried
    assert {word.word for word in wrote.theme("nhan-su").words} > {"người trực"}  # nothing is saved yet
    assert post(staff_client, address, {**form, "words": "a", "step": "save"}).status_code == 422
    saved = post(staff_client, address, {**form, "words": "Chiều THỨ SÁU", "step": "save"})
    assert saved.status_code == 302
    assert [word.word for word in wrote.theme("nhan-su").words] == ["chiều thứ sáu"]
    assert "đọc lại các ý kiến" in page(staff_client, URL)
    run_due(wrote.engine, datetime.now(UTC))
    text = page(staff_client, URL)
    assert "đang đọc lại các ý kiến" not in text
    assert "<b>5 </b>" in row(text, "Nhân sự")
    noted = set(wrote.session.scalars(select(AuditEntry.action)))
    assert {"theme.change", "theme_word.create", "theme_word.delete"} <= noted


def test_a_frequent_phrase_is_added_by_one_click(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "compiler", "T")
    chosen = {"word": "chiều thứ sáu", "theme": "nhan-su", "wave": "W", "unit": "T"}
    assert post(staff_client, f"{URL}tu-dien/them-tu", chosen, page=URL).status_code == 302
    assert "chiều thứ sáu" in [word.word for word in wrote.theme("nhan-su").words]
    again = post(staff_client, f"{URL}tu-dien/them-tu", chosen, page=URL, follow_redirects=True)
    assert "đã thuộc chủ đề" in unescape(html_of(again))


def test_themes_begin_end_and_are_used_again(wrote: Wrote, staff_client: CheckingClient) -> None:
    enter(staff_client, wrote, "compiler", "T")
    form = {"name_vi": "Giờ mở cửa", "words": "đóng cửa", "step": "save"}
    assert post(staff_client, f"{URL}tu-dien/moi", form).status_code == 302
    assert post(staff_client, f"{URL}tu-dien/moi", form).status_code == 422  # the name is taken
    run_due(wrote.engine, datetime.now(UTC))
    assert "Giờ mở cửa" in page(staff_client, URL)
    assert wrote.theme("gio-mo-cua").position == 15
    post(staff_client, f"{URL}tu-dien/gio-mo-cua/ket-thuc", page=f"{URL}tu-dien/")
    run_due(wrote.engine, datetime.now(UTC))
    assert "Giờ mở cửa" not in page(staff_client, URL)
    post(staff_client, f"{URL}tu-dien/gio-mo-cua/dung-lai", page=f"{URL}tu-dien/")
    assert wrote.theme("gio-mo-cua").ended_on is None

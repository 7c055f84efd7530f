"""The compilation's pages in the order in which a compiler uses them, groups and published figures included."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, ReferenceFigure, Unit, UnitGroup, Wave, WaveUnit
from survey.operations.cross_tables import count_requested
from tests.factories import (
    make_collector,
    make_definition,
    make_questionnaire,
    make_rating,
    make_unit,
    make_wave,
)
from tests.filing_office import FilingOffice
from tests.page_rules import CheckingClient, html_of
from tests.published_waves import publish_province
from tests.sample_waves import store
from tests.staff import csrf_token, make_account, post, sign_in

BOARD = "/staff/tong-hop/"
NOW = f"{BOARD}now"
GROUPS = f"{BOARD}nhom-don-vi/"
FIGURES = f"{BOARD}so-lieu-cong-bo/"
PUBLISHED = Path(__file__).parents[1] / "data" / "sipas_published.csv"


@pytest.fixture
def units(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> dict[str, Unit]:
    """A province with two published waves; the browser is the compiler's."""
    units = dict(publish_province(staff_session, staff_app.extensions["engine"]))
    sign_in(staff_client, make_account(staff_session, "compiler", units["T"]))
    return units


def text_of(client: CheckingClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(answer)).split())


def test_board_compilation_ranks_and_other_rules(
    units: dict[str, Unit], staff_client: CheckingClient, staff_session: Session
) -> None:
    board = text_of(staff_client, BOARD)
    assert board.count("Số đơn vị đạt chỉ tiêu theo kết luận") == 2
    page = text_of(staff_client, NOW)
    assert "Các sở, ban, ngành" in page
    assert "Các xã, phường" in page
    assert "71,34%" in page  # 48 + 20 + 40 + 4 of 157 people, as tests/published_waves.py counts them
    for name, word in (
        ("kind=department", "Sở Tài chính"),
        ("sort=-index", "Xã Sông Trà"),
        ("q=anh+duong", "Ánh Dương"),
    ):
        assert word in text_of(staff_client, f"{NOW}?{name}")
    assert "Xã Sông Trà" not in text_of(staff_client, f"{NOW}?kind=department").split("Đơn vị ")[-1]
    assert staff_client.get(f"{NOW}?group=khong-co").status_code == 404
    ranks = text_of(staff_client, f"{NOW}/xep-hang")
    assert "hạng 1 đến 2 trên 3" in ranks
    assert "hạng 3 trên 3" in ranks
    assert "Không xếp hạng riêng" not in ranks
    assert "không hiển thị" in ranks
    assert staff_client.get(f"{NOW}/xep-hang?group=khong-co").status_code == 404
    rules = text_of(staff_client, f"{NOW}/phuong-an")
    assert rules.count("chính thức") >= 2
    assert text_of(staff_client, f"{NOW}/phuong-an?trust=open")
    assert staff_client.get(f"{NOW}/phuong-an?trust=none").status_code == 404
    book = CalamineWorkbook.from_filelike(BytesIO(staff_client.get(f"{NOW}/tong-hop.xlsx").data))
    assert len(book.sheet_names) == 3
    rows = book.get_sheet_by_index(1).to_python()
    assert {row[0]: row[2] for row in rows[1:]} == {"A4": "", "A5": "", "A6": 0, "B2": 50, "C3": 50, "Z1": 50}
    copy = Document(BytesIO(staff_client.get(f"{NOW}/bao-cao.docx").data))
    assert "Tỉnh Mẫu" in " ".join(paragraph.text for paragraph in copy.paragraphs)
    staff_session.rollback()
    noted = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "figures.export")).all()
    assert [("compilation" in (each.after or ""), "docx" in (each.after or "")) for each in noted] == [
        (True, False),
        (True, True),
    ]


def test_groups_are_picked_pasted_published_and_then_fixed(
    units: dict[str, Unit], staff_client: CheckingClient, staff_session: Session
) -> None:
    post(staff_client, f"{GROUPS}moi", {"name_vi": "Miền núi", "name_en": ""})
    page = f"{GROUPS}mien-nui"
    assert "Chưa có đơn vị nào" in text_of(staff_client, page)
    post(staff_client, f"{page}/them", {"units": [str(units["C3"].id), "x"]}, page=page)
    wrong = post(staff_client, f"{page}/them-ma", {"codes": "B2, Z1\nKHONG\nT"}, page=page)
    assert wrong.status_code == 422
    told = html_of(wrong)
    assert "KHONG" in told
    assert "B2, Z1" in told, "what was pasted stays"
    assert "Dòng 3" in told
    post(staff_client, f"{page}/them-ma", {"codes": "B2"}, page=page)
    post(staff_client, f"{page}/them-loai", {"of_kind": "department"}, page=page)
    post(staff_client, f"{page}/bot", {"units": [str(units["Z1"].id)]}, page=page)
    staff_session.rollback()
    group = staff_session.scalars(select(UnitGroup)).one()
    assert sorted(member.unit.code for member in group.members) == ["B2", "C3"]
    assert "Miền núi" in text_of(staff_client, NOW)
    assert "hạng 1 trên 2" in text_of(staff_client, f"{NOW}/xep-hang?group=mien-nui")
    post(staff_client, f"{page}/sua", {"name_vi": "Các xã miền núi", "name_en": "Mountain"})
    post(staff_client, f"{page}/cong-khai", page=page)
    fixed = text_of(staff_client, page)
    assert "Các xã miền núi" in fixed
    assert "Số liệu của nhóm đã công khai" in fixed
    token = csrf_token(staff_client, page)
    staff_client.post(f"{page}/bot", data={"units": str(units["B2"].id), "csrf_token": token})
    staff_session.rollback()
    staff_session.expire_all()
    assert len(staff_session.scalars(select(UnitGroup)).one().members) == 2
    entries = staff_session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "unit_group")).all()
    assert [entry.action for entry in entries][:2] == ["unit_group.create", "unit_group.change"]
    post(staff_client, f"{page}/ket-thuc", page=page)
    assert "Các xã miền núi" not in text_of(staff_client, NOW)


def test_published_figures_are_loaded_and_stand_beside_the_waves(
    units: dict[str, Unit], staff_client: CheckingClient, staff_session: Session
) -> None:
    assert "Nạp số liệu đã công bố" in text_of(staff_client, f"{NOW}/xu-huong")
    bad = b"scope,content,year,percent,method\nnational,overall,1990,84.45,x\nnational,overall,2020,many,x\n"
    token = csrf_token(staff_client, FIGURES)
    answer = staff_client.post(f"{FIGURES}nhap", data={"file": (BytesIO(bad), "a.csv"), "csrf_token": token})
    assert answer.status_code == 422
    assert "2000" in html_of(answer)
    assert "many" in html_of(answer)
    for again in ("Đã thêm 14 số liệu", "đã có từ trước"):
        sent = {"file": (BytesIO(PUBLISHED.read_bytes()), "a.csv"), "csrf_token": csrf_token(staff_client, FIGURES)}
        answer = staff_client.post(f"{FIGURES}nhap", data=sent, follow_redirects=True)
        assert again in html_of(answer)
    post(staff_client, f"{FIGURES}nhap", {"standard": "1"}, page=FIGURES)
    staff_session.rollback()
    found = staff_session.scalars(select(ReferenceFigure).where(ReferenceFigure.content == "overall")).all()
    assert sorted((row.year, str(row.percent)) for row in found)[-1] == (2024, "83.9400")
    trend = html_of(staff_client.get(f"{NOW}/xu-huong"))
    assert "83,94%" in trend
    assert trend.count("phương pháp khác trước") == 2
    assert "84,27%" in html_of(staff_client.get(f"{NOW}/xu-huong?series=national/access"))
    assert staff_client.get(f"{NOW}/xu-huong?series=national/x").status_code == 404


def test_what_goes_with_satisfaction_is_read_on_demand(
    units: dict[str, Unit], staff_app: Flask, staff_client: CheckingClient, staff_session: Session
) -> None:
    page = f"{NOW}/di-cung"
    assert "không có câu hỏi hài lòng chung" in text_of(staff_client, page)
    wave = staff_session.scalars(select(Wave).where(Wave.code == "now")).one()
    assert wave.state == "published"
    while count_requested(staff_app.extensions["engine"]):
        pass
    assert "không có câu hỏi hài lòng chung" in text_of(staff_client, page)


def test_a_command_loads_published_figures(staff_app: Flask, staff_session: Session, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("scope,content,year,percent,method\nnational,overall,2020,101,x\n", encoding="utf-8")
    runner = staff_app.test_cli_runner()
    refused = runner.invoke(args=["reference", "load", str(wrong)])
    assert (refused.exit_code, "101" in refused.output) == (1, True)
    assert "would add 14" in runner.invoke(args=["reference", "load", str(PUBLISHED), "--dry-run"]).output
    assert staff_session.scalars(select(ReferenceFigure)).all() == []
    assert "added 14 figures, 0 corrected" in runner.invoke(args=["reference", "load", str(PUBLISHED)]).output
    staff_session.rollback()
    assert len(staff_session.scalars(select(ReferenceFigure)).all()) == 14


def test_a_figure_stands_under_the_weighting_it_has(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    office = FilingOffice(staff_session, staff_app.extensions["engine"], numbers=(900, 400))  # of C nothing is known
    below = make_unit(staff_session, code="A1", kind="room", parent=office.units["A"], name_vi="Phòng Một")
    staff_session.add(WaveUnit(wave=office.wave, unit=below))
    staff_session.commit()
    sign_in(staff_client, office.compiler)
    page = html_of(staff_client.get(f"{BOARD}W"))
    assert "Không có trọng số, tuy đợt này phải tính trọng số." in page
    assert "Xã C" in page.split('id="units"')[0], "which unit's N is missing"
    row = re.findall(r"<td>.*?</td>", page[page.index('<table class="list groups">') :], re.DOTALL)
    assert "thiếu N" in row[0]
    assert "<b>" in row[1]
    ranks = text_of(staff_client, f"{BOARD}W/xep-hang")
    assert "Phòng Một." in ranks.split("Không xếp hạng riêng")[1]
    rules = html_of(staff_client.get(f"{BOARD}W/phuong-an"))
    assert rules.split(' variants">')[1].count('<span class="official">') == 1


def test_a_wave_of_one_question_has_no_empty_grid(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    top = make_unit(staff_session, code="T", kind="province")
    unit = make_unit(staff_session, code="A", parent=top)
    asked = make_definition(factors={}, questions=[make_rating("overall_satisfaction", in_index=False)])
    wave = make_wave(
        staff_session, code="one", units=[unit], questionnaire=make_questionnaire(staff_session, asked), state="open"
    )
    wave.owner = top
    store(staff_session, make_collector(staff_session, wave, unit), [{"overall_satisfaction": 5}] * 40)
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", top))
    page = text_of(staff_client, f"{BOARD}one")
    assert "100,00%" in page
    assert "Nội dung và yếu tố" not in page
    assert "trên 0 hồ sơ" not in page
    assert text_of(staff_client, f"{BOARD}one/phuong-an").count("chính thức") >= 2

"""The collectors' pages: made in bulk, printed and scanned back, handed out as files, revoked and replaced."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Collector, Unit, Wave
from survey.operations import waves
from survey.operations.periods import province_today
from survey.operations.scans import add_scans
from tests.factories import make_counter, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

BASE = "https://khaosat.example.vn"
LIST = "/staff/dot/W/diem-thu/"
ALL = {"places": "counters", "within": "", "channel": "qr", "trust": "open", "respondent_group": "citizen"}


@dataclass
class Desk:
    session: Session
    client: CheckingClient
    root: Unit
    communes: list[Unit]
    wave: Wave

    def collectors(self) -> list[Collector]:
        self.session.rollback()
        return list(self.session.scalars(select(Collector).order_by(Collector.id)))

    def text(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.location)
        return html_of(answer)


@pytest.fixture
def desk(staff_session: Session, staff_client: CheckingClient) -> Desk:
    staff_client.application.config["BASE_URL"] = BASE
    session = staff_session
    root = make_unit(session, code="T", kind="province")
    communes = [make_unit(session, code=f"X{k}", parent=root, name_vi=f"Xã Số {k}") for k in (1, 2)]
    for commune in communes:
        for counter in ("Q1", "Q2"):
            make_counter(session, commune, code=counter)
    wave = make_wave(session, code="W", units=communes, state="open")
    sign_in(staff_client, make_account(session, "compiler", root, name="Lê Văn Tạo"))
    return Desk(session, staff_client, root, communes, wave)


def test_one_press_gives_every_counter_its_code(desk: Desk) -> None:
    assert "/staff/dot/W/diem-thu/tao" in desk.text(LIST)
    for made in (4, 0):
        assert post(desk.client, f"{LIST}tao", ALL).status_code == 303
        assert f"Đã tạo {made} điểm thu phiếu" in desk.text(LIST)
    make_counter(desk.session, desk.communes[0], code="Q3")
    desk.session.commit()
    assert "Còn 1 quầy chưa có mã QR" in desk.text(LIST)
    post(desk.client, f"{LIST}tao", ALL)
    assert len(desk.collectors()) == 5


def test_trust_levels_the_web_cannot_prove_are_said_to_wait(desk: Desk) -> None:
    assert "Chưa dùng được cho phiếu trên mạng" in desk.text(f"{LIST}tao")
    post(desk.client, f"{LIST}tao", {**ALL, "channel": "kiosk", "trust": "present", "within": "X1"})
    assert "Phiếu trên mạng chưa phục vụ" in desk.text(LIST)
    (one, two) = desk.collectors()
    assert {one.unit_id, two.unit_id} == {desk.communes[0].id}
    assert "Phiếu trên mạng chưa phục vụ" in desk.text(f"{LIST}{one.code}")


@pytest.mark.parametrize("wrong", [{"within": "nowhere"}, {"channel": "x"}, {"trust": "x"}, {"places": "x"}], ids=str)
def test_nonsense_makes_nothing(desk: Desk, wrong: dict[str, str]) -> None:
    assert post(desk.client, f"{LIST}tao", {**ALL, **wrong}).status_code == 422
    assert desk.collectors() == []


def test_the_log_says_in_words_how_many_were_made_and_where(desk: Desk) -> None:
    post(desk.client, f"{LIST}tao", ALL)
    desk.client.get(f"{LIST}lien-ket.csv")
    sign_in(desk.client, make_account(desk.session, "administrator", desk.root))
    page = desk.text("/staff/nhat-ky/?kind=collectors")
    assert page.count("Các điểm thu phiếu của đợt<br>") == 2
    assert '<th scope="row">Số điểm thu phiếu</th><td></td><td>4</td>' in page
    assert '<th scope="row">Đơn vị</th><td></td><td>X1, X2</td>' in page
    assert '<th scope="row">Định dạng</th>' in page


def scanned(document: bytes) -> list[str]:
    """What a phone reads off each page."""
    texts = []
    for page in pypdfium2.PdfDocument(document):
        found = zxingcpp.read_barcodes(page.render(scale=1.5).to_pil())
        texts += [code.text for code in found]
    return texts


@pytest.mark.parametrize(("size", "faces"), [("a4", 1), ("a5", 1), ("tent", 2), ("nonsense", 1)])
def test_posters_of_the_list_lead_to_its_forms(desk: Desk, size: str, faces: int) -> None:
    post(desk.client, f"{LIST}tao", ALL)
    made = desk.collectors()
    answer = desk.client.get(f"{LIST}ap-phich.pdf?co={size}&unit=X2")
    assert answer.mimetype == "application/pdf"
    wanted = [f"{BASE}/s/{each.code}" for each in made if each.unit_id == desk.communes[1].id]
    assert sorted(scanned(answer.data)) == sorted(wanted * faces)
    assert scanned(desk.client.get(f"{LIST}{made[0].code}/ap-phich.pdf").data) == [f"{BASE}/s/{made[0].code}"]


def test_a_list_without_posters_says_so(desk: Desk) -> None:
    answer = desk.client.get(f"{LIST}ap-phich.pdf")
    assert answer.status_code == 302
    assert "không có gì để in" in desk.text(answer.location)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_links_are_handed_out_as_a_file_and_it_is_noted(desk: Desk, form: str) -> None:
    desk.communes[0].name_vi = "=CMD()"
    desk.session.commit()
    post(desk.client, f"{LIST}tao", ALL)
    data = desk.client.get(f"{LIST}lien-ket.{form}").data
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
        assert rows[1][1] == "'=CMD()"
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        assert rows[1][1] == "=CMD()"
    assert [row[-1] for row in rows[1:]] == [f"{BASE}/s/{each.code}" for each in desk.collectors()]
    noted = desk.session.scalars(select(AuditEntry).where(AuditEntry.action == "collector.export")).one()
    assert (noted.subject, noted.actor) == ("W", "Lê Văn Tạo")


def test_a_code_is_replaced_with_a_reason_and_its_history_stays(desk: Desk) -> None:
    post(desk.client, f"{LIST}tao", {**ALL, "within": "X1"})
    old = desk.collectors()[0]
    url = f"{LIST}{old.code}"
    assert post(desk.client, f"{url}/doi-ma", {"reason": " "}).status_code == 422
    answer = post(desk.client, f"{url}/doi-ma", {"reason": "Ảnh <b>áp phích</b> bị phát tán"})
    desk.session.rollback()
    new = desk.session.scalars(select(Collector).where(Collector.replaces_id == old.id)).one()
    assert answer.location == f"{LIST}{new.code}"
    told = desk.text(url)
    assert new.code in told
    assert "Ảnh &lt;b&gt;áp phích&lt;/b&gt; bị phát tán" in told
    assert told.count("Lê Văn Tạo") >= 2  # who is signed in, and who did it
    assert old.code in desk.text(answer.location)
    assert desk.client.get(f"/s/{old.code}").status_code == 410
    assert desk.client.get(f"/s/{new.code}").status_code == 200
    again = post(desk.client, f"{url}/thu-hoi", {"reason": "lần nữa"})
    assert again.status_code == 303
    assert "đã bị thu hồi ngày" in desk.text(url)
    assert len(desk.collectors()) == 3


def test_the_list_is_filtered_and_paged(desk: Desk) -> None:
    many = make_unit(desk.session, code="X3", parent=desk.root, name_vi="Phường Đông")
    for number in range(101):
        make_counter(desk.session, many, code=f"Q{number:03}")
    desk.session.refresh(many)
    waves.add_units(desk.session, desk.wave, [many])
    desk.session.commit()
    post(desk.client, f"{LIST}tao", ALL)
    codes = {each.code for each in desk.collectors()}
    assert len(codes) == 105

    def listed(url: str) -> list[str]:
        return re.findall(r'class="code" href="/staff/dot/W/diem-thu/(\w+)"', desk.text(url))

    first = listed(LIST)
    following = re.search(r'href="([^"]+\?sau=[^"]+)"', desk.text(LIST))
    assert following
    assert len(first) == 100
    assert set(first) | set(listed(following.group(1))) == codes
    assert len(listed(f"{LIST}?unit=X1")) == 2
    assert len(listed(f"{LIST}?q=Số+1")) == 2
    assert listed(f"{LIST}?q={first[0][:3].lower()}-{first[0][3:]}") == [first[0]]
    assert listed(f"{LIST}?channel=paper") == listed(f"{LIST}?unit=nowhere") == []


def test_scans_of_today_are_exact_for_the_compiler_alone(desk: Desk) -> None:
    post(desk.client, f"{LIST}tao", {**ALL, "within": "X1"})
    one = desk.collectors()[0]
    today = province_today()
    add_scans(desk.session, {(one.id, today): 11, (one.id, today - timedelta(1)): 6})
    desk.session.commit()
    number = re.compile(r"<dt>Lượt mở</dt><dd>(\d+)</dd>")
    assert number.findall(desk.text(f"{LIST}{one.code}")) == ["17"]
    sign_in(desk.client, make_account(desk.session, "manager", desk.communes[0]))
    assert number.findall(desk.text(f"{LIST}{one.code}")) == ["6"]


def test_a_manager_reaches_the_own_collectors_alone(desk: Desk) -> None:
    post(desk.client, f"{LIST}tao", ALL)
    mine, other = (next(c for c in desk.collectors() if c.unit_id == unit.id) for unit in desk.communes)
    sign_in(desk.client, make_account(desk.session, "manager", desk.communes[0]))
    page = desk.text(LIST)
    assert mine.code in page
    assert other.code not in page
    for path in ("", "/ap-phich.pdf", "/thu-hoi", "/doi-ma"):
        assert desk.client.get(f"{LIST}{other.code}{path}").status_code == 403, path
    assert other.code not in desk.client.get(f"{LIST}lien-ket.csv").data.decode()
    assert f"{BASE}/s/{other.code}" not in scanned(desk.client.get(f"{LIST}ap-phich.pdf").data)
    make_counter(desk.session, desk.communes[1], code="Q9")
    desk.session.commit()
    post(desk.client, f"{LIST}tao", ALL)
    assert len(desk.collectors()) == 4
    assert post(desk.client, f"{LIST}tao", {**ALL, "within": "X2"}).status_code == 422
    assert post(desk.client, f"{LIST}{mine.code}/thu-hoi", {"reason": "mất bảng"}).status_code == 303


def test_a_code_of_another_wave_is_not_found(desk: Desk) -> None:
    post(desk.client, f"{LIST}tao", {**ALL, "within": "X1"})
    make_wave(desk.session, code="V", units=desk.communes, questionnaire=desk.wave.questionnaire)
    desk.session.commit()
    code = desk.collectors()[0].code
    assert desk.client.get(f"/staff/dot/V/diem-thu/{code}").status_code == 404
    assert desk.client.get("/staff/dot/W/diem-thu/AAAAAAA").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_board_is_shown_sorted_downloaded_and_its_forms_recorded(desk: Desk, form: str) -> None:
    url = "/staff/dot/W/tien-do"
    assert "chưa có phiếu" in desk.text(url)
    assert "Xã Số 1" in desk.text(f"{url}?where=silent&sort=share&down=1")
    assert "Xã Số 1" not in desk.text(f"{url}?where=reached")
    assert f'href="{url}.{form}?q=S%E1%BB%91"' in desk.text(
        f"{url}?q=Số&form=x&wave_code=x&_scheme=javascript&_external=1"
    )
    one, two = desk.communes
    grid = "/staff/dot/W/phat-phieu"
    assert post(desk.client, grid, {f"i-{one.id}": "1.500", f"i-{two.id}": ""}).status_code == 303
    assert post(desk.client, grid, {f"i-{one.id}": "-3"}).status_code == 422
    assert "1.500" in desk.text(url)
    data = desk.client.get(f"{url}.{form}?kind=commune").data
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [(row[0], str(row[3]).removesuffix(".0")) for row in rows[1:]] == [("X1", "1500"), ("X2", "")]
    sign_in(desk.client, make_account(desk.session, "manager", two))
    assert "Xã Số 1" not in desk.text(url)
    assert post(desk.client, grid, {f"i-{one.id}": "7", f"i-{two.id}": "8"}).status_code == 303
    desk.session.expire_all()
    assert {row.unit.code: row.forms_issued for row in desk.wave.units} == {"X1": 1500, "X2": 8}

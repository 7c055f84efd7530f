"""The counter score by HTTP: dossiers from a file, a quarter's report, the board, officials, documents, rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import pytest
from flask import Flask
from markupsafe import escape
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from forms.counter_rules import CounterRules, read_rules
from reports.counter_score_figures import CounterPeriod
from survey.analysis import counter_fixings as fixings
from survey.blueprints import counter_fixings as fixing_pages
from survey.models import CounterFixing, CounterRuleSet, Dossier
from survey.operations import counter_fixings, counter_rules
from survey.operations.counter_records import DossierRow, QuarterRecord, record_dossiers, record_quarter
from survey.operations.counter_rules import publish_rules, standard_rules
from survey.operations.periods import province_today, quarter
from survey.operations.writing import begin_write
from tests.counter_score_objects import last_quarter
from tests.factories import make_definition, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.petition_cases import make_petition
from tests.published_waves import answer_alike, finish
from tests.staff import make_account, post, sign_in

ROOT = "/staff/diem-mot-cua/"
HEAD = "unit,code,official,received_on,due_on,returned_on,extra_contacts,agencies,agency_days,complaint\n"


def test_from_a_file_to_the_board_and_the_documents(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    root = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Sông Trà")
    commune = make_unit(staff_session, code="X1", parent=root, kind="commune", name_vi="Xã Một <b>")
    sign_in(staff_client, make_account(staff_session, "manager", commune))
    assert "Chưa có số liệu cho kỳ này" in html_of(staff_client.get(ROOT))
    assert "Đơn vị chưa có số liệu của kỳ này" in html_of(staff_client.get(ROOT + "don-vi/X1"))

    day = last_quarter(province_today())
    due = [f"{day:%Y-%m}-{10 + at:02d}" for at in range(9)]
    rows = [f"X1,HS-{at},CB0{1 + at // 6},{day:%Y-%m}-01,{on},{on},0,1,STP 2/3,không" for at, on in enumerate(due)]
    bad = [rows[0].replace("CB01", "Nguyễn Văn A"), rows[1].replace("X1", "T"), rows[2].replace("2/3", "hai ngày")]
    page = html_of(post(staff_client, ROOT + "nhap", {"file": (BytesIO((HEAD + "\n".join(bad)).encode()), "a.csv")}))
    assert "3 lỗi" in page
    assert "Hãy ghi mã cán bộ, không ghi tên" in page
    page = html_of(post(staff_client, ROOT + "nhap", {"file": (BytesIO((HEAD + "\n".join(rows)).encode()), "a.csv")}))
    staff_session.rollback()
    assert staff_session.scalar(select(func.count()).select_from(Dossier)) == 0  # looked at, not stored
    upload = page.partition('name="upload" value="')[2].partition('"')[0]
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert post(staff_client, ROOT + "nhap", {"upload": upload, "seen": seen}).status_code == 302

    unit = ROOT + "don-vi/X1"
    report = {"listed_procedures": "100", "on_the_spot": "101", "all_at_counter": "yes", "publication": ""}
    page = html_of(post(staff_client, unit + "/so-lieu", report))
    assert "không thể nhiều hơn số thủ tục" in page
    assert 'value="101"' in page  # what was typed stays
    assert post(staff_client, unit + "/so-lieu", report | {"on_the_spot": "60"}).status_code == 302

    board = html_of(staff_client.get(ROOT))
    assert "Xã Một &lt;b&gt;" in board
    assert "10,0/14" in board  # 1, 2, 2, 1, 1, 1 and 2 of indicators 1, 2, 3, 4, 5, 7 and 8
    assert "100,00%" in html_of(staff_client.get(unit))
    officials = html_of(staff_client.get(unit + "/can-bo"))
    assert "không hiển thị" in officials  # three dossiers of CB02, and who would tell of them
    assert "HS-8" in html_of(staff_client.get(unit + "/ho-so"))
    assert "không có hồ sơ quá hạn" in html_of(staff_client.get(unit + "/ho-so?loc=tre"))
    for path in ("/bao-cao.pdf", f"/so-hai-long-{day.year}.pdf"):
        document = staff_client.get(unit + path)
        text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(document.data)).pages).split())
        assert "Xã Một <b>" in text
        assert "10,0/14" in text
    assert staff_client.get(ROOT + "bang.csv").data.decode("utf-8-sig").count("X1") == 1

    staff_session.rollback()
    sign_in(staff_client, make_account(staff_session, "viewer", commune))
    assert staff_client.get(unit + "/can-bo").status_code == 403
    assert staff_client.get(ROOT + "nhap").status_code == 403


def test_what_citizens_answered_is_told_with_its_survey(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    commune = make_unit(
        staff_session, code="X1", kind="commune", parent=make_unit(staff_session, code="T", kind="province")
    )
    sign_in(staff_client, make_account(staff_session, "compiler", commune.parent))
    period = quarter(last_quarter(province_today()))
    asked = make_questionnaire(staff_session, make_definition(factors={"officials": 1}))
    wave = make_wave(staff_session, code="W1", units=[commune], questionnaire=asked, period=period, state="open")
    answer_alike(staff_session, wave, commune, (0, 0, 4, 5, 0))
    finish(staff_session, staff_app.extensions["engine"], wave, publish=False)
    source = "surveys: [{indicator: 7, figure: factor, code: officials, two: [4, 5], one: [3]}]"
    own = standard_rules().replace("surveys: []", source)
    publish_rules(staff_session, own, period[0], at=datetime.combine(period[0], time(12), UTC))
    record_quarter(
        staff_session, commune, period[0].year, (period[0].month + 2) // 3, QuarterRecord(publication="both")
    )
    staff_session.commit()
    said = "Chỉ số 7 lấy từ trả lời của người dân về “Yếu tố officials”: Đợt W1, n\u00a0=\u00a09."
    board = html_of(staff_client.get(ROOT))
    assert "1,6" in board  # 14 of 9
    assert escape(said) in board
    page = html_of(staff_client.get(ROOT + "don-vi/X1"))
    assert escape(said) in page
    assert "theo quy tắc được điểm tối đa" in page  # indicator 8: no opinion was due
    assert said in staff_client.get(ROOT + "bang.csv").data.decode("utf-8-sig").replace('""', '"')
    document = PdfReader(BytesIO(staff_client.get(ROOT + "don-vi/X1/bao-cao.pdf").data))
    assert " ".join(said.split()) in " ".join("".join(page.extract_text() for page in document.pages).split())
    rules = html_of(staff_client.get(ROOT + "quy-tac/"))
    assert "“Yếu tố officials”" in rules
    assert "Trong thang 1–5: mức 4, 5 được 2 điểm, mức 3 được 1 điểm, các mức khác 0 điểm." in rules


def test_a_province_publishes_rules_of_its_own(
    staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_unit(staff_session, code="T", kind="province")
    sign_in(staff_client, make_account(staff_session, "compiler", root))
    assert "Bộ quy tắc chuẩn" in html_of(staff_client.get(ROOT + "quy-tac/"))
    own = standard_rules().replace("left_out: scale", "left_out: keep")
    first, _last = quarter(province_today())
    read: dict[str, CounterRules] = {}

    def beside_a_ballot(text: str) -> CounterRules:
        if text not in read:
            root.name_vi += "."
            staff_session.commit()  # waits for whoever writes
            read[text] = read_rules(text)
        return read[text]

    monkeypatch.setattr(counter_rules, "parsed", beside_a_ballot)
    form = {"valid_from": first.isoformat(), "definition": own.replace("one: 15%", "one: 15x")}
    page = html_of(post(staff_client, ROOT + "quy-tac/moi", form))
    assert "online.dossiers.one" in page
    assert "one: 15x" in page
    assert post(staff_client, ROOT + "quy-tac/moi", form | {"definition": own}).status_code == 302
    again = {"valid_from": (first - timedelta(days=1)).isoformat(), "definition": standard_rules()}
    assert f"{first:%d/%m/%Y} hoặc một ngày muộn hơn" in html_of(post(staff_client, ROOT + "quy-tac/moi", again))
    staff_session.rollback()
    assert staff_session.scalars(select(CounterRuleSet.version)).all() == [1]
    assert "mức tối đa và các mức xếp loại giữ nguyên" in html_of(staff_client.get(ROOT + "quy-tac/"))


def test_two_compilers_fix_a_quarter(staff_app: Flask, staff_session: Session, staff_client: CheckingClient) -> None:
    root = make_unit(staff_session, code="T", kind="province")
    commune = make_unit(staff_session, code="X1", parent=root, name_vi="Xã Một <b>")
    one, two = (make_account(staff_session, "compiler", root) for _ in range(2))
    page = ROOT + "chot/"

    def step(name: str, **typed: str) -> str:
        return html_of(post(staff_client, page + name, typed, page=page, follow_redirects=True))

    sign_in(staff_client, one)
    assert "Kỳ này chưa có số liệu" in step("dong-bang")
    start = last_quarter(province_today())
    on_time = DossierRow("HS-1", start, start, start)
    record_dossiers(staff_session, [(commune, on_time)])
    staff_session.commit()
    assert "Khóa và đề nghị xác nhận" in html_of(staff_client.get(page))
    waiting = step("dong-bang")
    assert "cần một người khác xác nhận" in waiting
    seen = waiting.partition('name="digest" value="')[2].partition('"')[0]
    assert "Số đơn vị: 1." in waiting
    assert "Người xác nhận phải khác" in step("xac-nhan", digest=seen)
    assert "Hãy ghi lý do không chốt" in step("khong-chot", digest=seen)
    assert "điểm Một cửa cần xác nhận" not in html_of(staff_client.get("/staff/"))
    sign_in(staff_client, two)
    assert "điểm Một cửa cần xác nhận hoặc từ chối: Quý" in html_of(staff_client.get("/staff/"))
    assert "Đã chốt điểm của kỳ" in step("xac-nhan", digest=seen)
    later = (HEAD + f"X1,HS-2,,{start},{start},,,,,\n").encode()
    preview = html_of(post(staff_client, ROOT + "nhap", {"file": (BytesIO(later), "a.csv")}))
    assert "Điểm đã chốt giữ nguyên" in preview
    assert "Điểm của quý này đã chốt" in html_of(staff_client.get(ROOT + "don-vi/X1/so-lieu"))
    staff_session.rollback()
    record_dossiers(staff_session, [(commune, replace(on_time, code="HS-2", returned_on=None))])
    staff_session.commit()
    board, unit = html_of(staff_client.get(ROOT)), html_of(staff_client.get(ROOT + "don-vi/X1"))
    assert "3,0/4" in board  # a 1 of the first indicator, without any opinion 2 of the eighth
    assert "≠" in board
    assert "đến nay 2,5/4, 1 trên 2 hồ sơ đúng hạn" in unit
    document = PdfReader(BytesIO(staff_client.get(ROOT + "don-vi/X1/bao-cao.pdf").data))
    assert "phiên bản 1" in document.pages[0].extract_text()
    assert "Hãy ghi lý do điều chỉnh" in step("dong-bang", reason="")
    assert "Số liệu ghi nhận sau đó khác số đã chốt" in html_of(staff_client.get(page))
    staff_session.rollback()
    sign_in(staff_client, make_account(staff_session, "manager", commune))
    assert staff_client.get(page).status_code == 403
    assert "đến nay 2,5/4" in html_of(staff_client.get(ROOT + "don-vi/X1"))


def test_a_ballot_that_comes_while_scores_are_read_is_waited_for(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_unit(staff_session, code="T", kind="province")
    commune = make_unit(staff_session, code="X1", parent=root, name_vi="Xã Một")
    one, two = (make_account(staff_session, "compiler", root) for _ in range(2))
    start = last_quarter(province_today())
    record_dossiers(staff_session, [(commune, DossierRow("HS-1", start, start, start))])
    case = make_petition(staff_session, commune, on=start)
    case.deadline_on = province_today()
    staff_session.commit()

    def beside_a_ballot(session: Session) -> Connection:
        root.name_vi += "."
        staff_session.commit()
        return begin_write(session)

    page = ROOT + "chot/"
    sign_in(staff_client, one)
    early = html_of(staff_client.get(page))
    assert f"có thể chốt điểm từ ngày {province_today() + timedelta(days=1):%d/%m/%Y}" in early
    assert "Khóa và đề nghị xác nhận" not in early
    case.deadline_on = start
    staff_session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(counter_fixings, "begin_write", beside_a_ballot)
        assert post(staff_client, page + "dong-bang", {}, page=page).status_code == 302
        staff_session.rollback()
        waiting = staff_session.scalars(select(CounterFixing)).one()
        staff_session.rollback()
        sign_in(staff_client, two)
        assert post(staff_client, page + "xac-nhan", {"digest": waiting.digest}, page=page).status_code == 302
    staff_session.rollback()
    assert staff_session.scalars(select(CounterFixing.is_confirmed)).all() == [True]
    sheet = CalamineWorkbook.from_filelike(BytesIO(staff_client.get(ROOT + "bang.xlsx").data)).get_sheet_by_index(0)
    (row,) = sheet.to_python()[1:]
    assert (row[2], row[3], row[11:13]) == (1.0, "", [1.0, 4.0])  # without an opinion on time 0 of the eighth

    staff_session.rollback()
    record_dossiers(
        staff_session,
        [
            (make_unit(staff_session, code=code, parent=root, name_vi=f"Xã {code}"), DossierRow("HS-1", start, start))
            for code in ("X2", "X3")
        ],
    )
    staff_session.commit()
    for module in (fixings, fixing_pages):
        monkeypatch.setattr(module, "PAGE", 1)
    moved = html_of(staff_client.get(page))
    assert "Số đơn vị: 2." in moved  # two that the records say more of, of one that is fixed
    assert ("Xã X2" in moved, "Xã X3" in moved) == (True, False)
    refused = html_of(post(staff_client, page + "dong-bang", {"reason": ""}, page=page))
    assert f'href="{page}?ky={CounterPeriod(start.year, (start.month + 2) // 3).code}&amp;khac=X2"' in refused
    moved = html_of(staff_client.get(page + "?khac=X2"))
    assert ("Xã X2" in moved, "Xã X3" in moved) == (False, True)
    before = CounterPeriod(start.year, (start.month + 2) // 3).before
    staff_session.rollback()
    rows = [(unit, DossierRow("HS-0", before.start, before.start)) for unit in (commune, root)]
    record_dossiers(staff_session, rows)
    staff_session.commit()
    live = html_of(staff_client.get(page + f"?ky={before.code}"))
    assert "Số đơn vị: 2." in live
    assert "sau=T" in live
    assert "Xã Một" in html_of(staff_client.get(page + f"?ky={before.code}&sau=T"))

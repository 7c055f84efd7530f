"""Periodic reports on their pages: explained, returned, approved, published by two people, corrected in public."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import Filing, WavePublication
from survey.operations import filing_files
from survey.operations.bounded import run_bounded
from survey.operations.transactions import set_transactions
from tests.filing_office import FilingOffice
from tests.office_packages import many_parts, packed
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

BOARD = "/staff/bao-cao-dinh-ky/bang/"
HOSTILE = "<script>alert(1)</script> sửa số"


@pytest.fixture
def office(staff_app: Flask, staff_session: Session) -> FilingOffice:
    office = FilingOffice(staff_session, staff_app.extensions["engine"])
    office.close()
    return office


def text_of(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(html_of(response))


def printed(client: CheckingClient, url: str) -> str:
    """The text of a PDF."""
    pages = PdfReader(BytesIO(client.get(url).get_data())).pages
    return unicodedata.normalize("NFC", " ".join(" ".join(page.extract_text() for page in pages).split()))


def shown(client: FlaskClient, url: str) -> dict[str, str]:
    """What the page asks to confirm: the request and the digest of what it shows."""
    return dict(re.findall(r'name="(request|digest)" value="(\w+)"', html_of(client.get(url))))


def address(office: FilingOffice, code: str) -> str:
    return f"/staff/bao-cao-dinh-ky/{office.filing(code).id}"


def let_deadlines_pass(office: FilingOffice) -> None:
    office.session.execute(update(Filing).values(deadline_on=office.wave.period_start))
    office.session.commit()


def test_a_unit_explains_and_hands_in_what_is_returned_and_approved(
    office: FilingOffice, staff_client: CheckingClient
) -> None:
    url = address(office, "B")
    compiler = staff_client.application.test_client()
    sign_in(compiler, office.compiler)
    sign_in(staff_client, office.manager("B"))
    assert url in text_of(staff_client, "/staff/bao-cao-dinh-ky/")
    page = text_of(staff_client, url)
    assert "40,00%" in page
    assert 'name="note_access"' in page
    evidence = html_of(staff_client.get(url)).partition('enctype="multipart/form-data"')[2].partition("</form>")[0]
    assert 'type="file"' in evidence
    assert 'class="needed"' not in evidence, "a star without the label it belongs to"
    assert (
        post(staff_client, f"{url}/nop", page=url, follow_redirects=True).data.count("chưa đạt chỉ tiêu".encode()) == 1
    )
    typed = {"explanation": f"Thiếu người.\n{HOSTILE}", "note_access": "Ghế ít", "note_nothing": "x"}
    refused = post(staff_client, f"{url}/giai-trinh", typed, page=url)
    assert refused.status_code == 422
    assert "Thiếu người." in html_of(refused)
    assert "Không có số liệu" not in html_of(refused)
    del typed["note_nothing"]
    assert post(staff_client, f"{url}/giai-trinh", typed, page=url).status_code == 303
    wrong = post(staff_client, f"{url}/tep", {"file": (BytesIO(b"MZ\x90"), "x.pdf")}, page=url)
    assert wrong.status_code == 422
    assert "không phải tệp PDF" in unescape(html_of(wrong))
    sent = {"file": (BytesIO(b"%PDF-1.7\n%%EOF"), "..\\bien ban.exe")}
    assert "Đã thêm tệp." in html_of(post(staff_client, f"{url}/tep", sent, page=url, follow_redirects=True))
    (file_id,) = (file.id for file in office.filing("B").files)
    office.session.rollback()
    served = staff_client.get(f"{url}/tep/{file_id}")
    assert served.mimetype == "application/pdf"
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "exe.pdf" in served.headers["Content-Disposition"]
    assert post(staff_client, f"{url}/nop", page=url).status_code == 303
    assert post(staff_client, f"{url}/giai-trinh", typed, page="/staff/tai-khoan/").status_code == 422
    assert "&lt;script&gt;" in html_of(compiler.get(url))
    assert post(compiler, f"{url}/tra-lai", {"reason": ""}, page=url).status_code == 422
    assert post(compiler, f"{url}/tra-lai", {"reason": "Nêu rõ hơn"}, page=url).status_code == 303
    assert "Nêu rõ hơn" in text_of(staff_client, url)
    post(staff_client, f"{url}/nop", page=url)
    assert post(compiler, f"{url}/duyet", page=url).status_code == 303
    office.session.rollback()
    assert office.filing("B").state == "approved"
    assert "đúng như số liệu đã khóa" in html_of(post(compiler, f"{url}/doi-chieu", page=url, follow_redirects=True))


def test_evidence_is_opened_in_a_process_of_its_own_and_locks_nobody_out(
    office: FilingOffice, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address(office, "B")

    def beside_a_ballot(*args: Any, **options: Any) -> Any:
        office.session.execute(update(Filing).values(deadline_on=office.wave.period_end))
        office.session.commit()  # waits for whoever writes
        return run_bounded(*args, **options)

    monkeypatch.setattr(filing_files, "run_bounded", beside_a_ballot)
    sign_in(staff_client, office.manager("B"))
    document = packed("[Content_Types].xml", "word/document.xml")
    assert post(staff_client, f"{url}/tep", {"file": (BytesIO(document), "a.docx")}, page=url).status_code == 303
    macros = packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    for content, said in ((macros, "macro"), (many_parts(3000), "không phải tệp PDF"), (b"", "tệp")):
        refused = post(staff_client, f"{url}/tep", {"file": (BytesIO(content), "a.docx")}, page=url)
        assert refused.status_code == 422
        assert said in unescape(html_of(refused))
    office.session.rollback()
    (kept,) = office.filing("B").files
    assert (kept.name, kept.size) == ("a.docx", len(document))


def test_the_board_counts_orders_and_decides_many(office: FilingOffice, staff_client: CheckingClient) -> None:
    sign_in(staff_client, office.compiler)
    board = text_of(staff_client, f"{BOARD}?wave=W&by=estimate")
    assert board.index("Xã B") < board.index("Tỉnh Mẫu") < board.index("Xã A")
    assert "4 báo cáo" in board
    assert "Xã A" not in text_of(staff_client, f"{BOARD}?wave=W&kind=province")
    text_of(staff_client, f"{BOARD}?wave=W&state=nothing", 404)
    past = post(staff_client, f"{BOARD}W/han", {"deadline_on": "2026-01-01"}, page=BOARD)
    assert past.status_code == 422
    assert post(staff_client, f"{BOARD}W/han", {"deadline_on": "2030-01-01"}, page=BOARD).status_code == 303
    office.session.rollback()
    assert f"{office.filing('A').deadline_on}" == "2030-01-01"
    let_deadlines_pass(office)
    assert "Quá hạn" in text_of(staff_client, f"{BOARD}?wave=W&state=late") or "quá hạn" in text_of(staff_client, BOARD)
    whole = f"{BOARD}?wave=W"
    assert 'name="filing"' not in text_of(staff_client, whole), "nothing is handed in, so nothing can be approved"
    assert text_of(staff_client, f"{whole}&state=draft").count('name="filing"') == 4
    both = {"filing": [str(office.filing(code).id) for code in "AB"]}
    for url, sent, words in (
        ("duyet", both, "2 báo cáo chưa được duyệt."),
        ("duyet", {}, "Chưa duyệt báo cáo nào: hãy đánh dấu"),
        ("nhac", {}, "Chưa nhắc đơn vị nào: hãy đánh dấu"),
        ("nhac", {"all": "1"}, "Hôm nay không còn đơn vị nào cần nhắc"),
    ):
        said = unescape(html_of(post(staff_client, f"{BOARD}W/{url}", sent, page=BOARD, follow_redirects=True)))
        assert words in said
        assert said.count('class="alert') == 1
    assert post(staff_client, f"{BOARD}W/duyet-thay", {"reason": " "}, page=BOARD).status_code == 422
    post(staff_client, f"{BOARD}W/duyet-thay", {"reason": "Không nộp"}, page=BOARD)
    office.session.rollback()
    assert {office.filing(code).state for code in "PABC"} == {"approved"}
    verified = post(staff_client, f"{BOARD}W/doi-chieu", page=BOARD, follow_redirects=True)
    assert "mọi đơn vị đúng như" in html_of(verified)
    sign_in(staff_client, office.manager("A"))
    assert staff_client.get(BOARD).status_code == 403
    assert staff_client.get(address(office, "B")).status_code == 403


def test_two_people_publish_and_correct_and_the_public_reads_both(
    office: FilingOffice, staff_client: CheckingClient
) -> None:
    session, asking, public = office.session, "/staff/dot/W/cong-bo", "/ket-qua/W/P"
    second = staff_client.application.test_client()
    sign_in(staff_client, office.compiler)
    sign_in(second, office.second)
    assert address(office, "B") in text_of(staff_client, asking)
    let_deadlines_pass(office)
    post(staff_client, f"{BOARD}W/duyet-thay", {"reason": "Không nộp"}, page=BOARD)
    assert post(staff_client, asking).status_code == 303
    own = post(staff_client, f"{asking}/xac-nhan", shown(staff_client, asking), page=asking, follow_redirects=True)
    assert "cần một người khác" in html_of(own)
    past = post(second, f"{asking}/xac-nhan", shown(second, asking) | {"publish_at": "2026-01-01T08:00"}, page=asking)
    assert past.status_code == 422
    assert "Thời điểm công bố đã qua" in html_of(past)
    read = shown(second, asking)
    said = read | {"reason": "Chờ họp"}
    assert post(second, f"{asking}/tu-choi", said, page=asking).status_code == 303
    assert "Chờ họp" in text_of(staff_client, asking)
    post(staff_client, asking)
    text_of(staff_client, public, 404)
    for stale in (read, {}, shown(second, asking) | {"digest": "0" * 64}):
        other = post(second, f"{asking}/xac-nhan", stale, page=asking, follow_redirects=True)
        assert "không còn là nội dung" in html_of(other), "a request that this page never showed"
    assert "không còn là" in html_of(post(second, f"{asking}/tu-choi", said, page=asking, follow_redirects=True))
    text_of(staff_client, public, 404)
    assert post(second, f"{asking}/xac-nhan", shown(second, asking), page=asking).location == "/staff/dot/W"
    before = text_of(staff_client, public)
    session.rollback()
    old = office.filing("P").versions[0]
    assert old.figures_digest in before
    assert "đính chính" not in before
    period = (office.wave.period_start, office.wave.period_end)
    set_transactions(session, office.units["B"], *period, 4000, reason="Nhập nhầm")
    session.commit()
    correcting = "/staff/dot/W/dinh-chinh"
    page = text_of(staff_client, correcting)
    assert "4.000" in page
    assert address(office, "A") not in page
    assert post(staff_client, correcting, {"reason": ""}).status_code == 422
    assert post(staff_client, correcting, {"reason": HOSTILE}).status_code == 303
    assert old.figures_digest in text_of(staff_client, public)
    session.rollback()
    read = shown(second, correcting)
    again = {"reason": "Rút lại"} | shown(staff_client, correcting)
    assert post(staff_client, f"{asking}/tu-choi", again, page=correcting).location == correcting
    set_transactions(session, office.units["B"], *period, 5000, reason="Nhập nhầm nữa")
    session.commit()
    assert post(staff_client, correcting, {"reason": HOSTILE}).status_code == 303
    for stale in (read, read | {"request": shown(second, correcting)["request"]}):
        other = post(second, f"{correcting}/xac-nhan", stale, page=correcting, follow_redirects=True)
        assert "không còn là nội dung" in html_of(other), "what he confirms is not what he read"
    done = post(second, f"{correcting}/xac-nhan", shown(second, correcting), page=correcting, follow_redirects=True)
    assert "Đã công bố đính chính" in html_of(done), html_of(done)
    after = html_of(staff_client.get(public))
    assert "Đã đính chính sau khi công bố" in after
    assert "&lt;script&gt;alert(1)&lt;/script&gt; sửa số" in after
    session.rollback()
    new = office.filing("P").versions[1]
    assert old.figures_digest in after
    assert new.figures_digest in after
    earlier = text_of(staff_client, f"{public}/phien-ban/1")
    assert old.figures_digest in earlier
    assert new.figures_digest not in earlier
    for number, asked in ((3, 404), (2, 200)):
        text_of(staff_client, f"{public}/phien-ban/{number}", asked)
    for url in (
        "/ket-qua/", "/ket-qua/W", public, "/staff/ket-qua/", "/staff/ket-qua/W/P", "/staff/tong-hop/W",
    ):  # fmt: skip
        assert "Đã đính chính ngày" in text_of(staff_client, url), url
    for url in ("/ket-qua/don-vi/B", "/so-sanh/?dot=W&don-vi=B&don-vi=A", "/ket-qua/W/P"):
        assert "Đã đính chính ngày" in text_of(staff_client, url), url
    assert "Đã đính chính ngày" in text_of(staff_client, "/ket-qua/W").partition('href="/ket-qua/W/B">Xã B')[2][:300]
    assert f"{public}/phien-ban/1" in text_of(staff_client, "/ket-qua/W")
    assert f"{address(office, 'P')}/phien-ban/1" in text_of(staff_client, "/staff/ket-qua/W/P")
    assert printed(staff_client, f"{public}/bao-cao.pdf").count("Đã đính chính ngày") == 1
    rows = staff_client.get("/staff/xuat/W/P/so-lieu?table=overview&form=json").get_json(force=True)["rows"]
    told = {row["unit"]: (row["correction_reason"], row["version_before"]) for row in rows}
    assert (told["P"], told["A"]) == ((HOSTILE, 1), (None, None))
    kinds = session.scalars(select(WavePublication.state).order_by(WavePublication.id)).all()
    assert kinds == ["refused", "done", "refused", "done"]
    assert session.scalars(select(Account.id).where(Account.name == "Lê Văn Ba")).one() == new_confirmer(session)


def new_confirmer(session: Session) -> int | None:
    return session.scalars(select(WavePublication.confirmed_by_id).order_by(WavePublication.id.desc()).limit(1)).one()


def test_a_reviewer_explains_but_does_not_hand_in(office: FilingOffice, staff_client: CheckingClient) -> None:
    url = address(office, "A")
    sign_in(staff_client, make_account(office.session, "reviewer", office.units["A"]))
    page = text_of(staff_client, url)
    assert "Nộp báo cáo" not in page
    assert post(staff_client, f"{url}/giai-trinh", {"explanation": "Tốt"}, page=url).status_code == 303
    assert post(staff_client, f"{url}/nop", page=url).status_code == 403


def test_the_operator_verifies_freezes_and_publishes_by_command(office: FilingOffice, staff_app: Flask) -> None:
    runner = staff_app.test_cli_runner()
    assert runner.invoke(args=["filings", "verify", "W"]).output == "no difference\n"
    assert runner.invoke(args=["filings", "freeze"]).output == "0 reports made\n"
    assert runner.invoke(args=["wave", "publish", "W"]).exit_code == 0
    office.session.rollback()
    filing = office.filing("A")
    assert (filing.state, filing.is_ex_officio) == ("published", True)
    assert "người vận hành" in filing.steps[1].reason
    office.session.execute(text("UPDATE target SET value = 0.85"))
    office.session.commit()
    told = runner.invoke(args=["filings", "verify", "W"])
    assert told.exit_code == 1
    assert "figures: A" in told.output


def test_a_rated_units_own_compiler_decides_nothing_of_the_provinces_wave(
    office: FilingOffice, staff_client: CheckingClient
) -> None:
    url = address(office, "A")
    clerk = staff_client.application.test_client()
    sign_in(clerk, office.manager("A"))
    assert post(clerk, f"{url}/nop", page=url).status_code == 303
    sign_in(staff_client, make_account(office.session, "compiler", office.units["A"]))
    page = text_of(staff_client, url)
    assert "/duyet" not in page
    assert "/tra-lai" not in page
    for step in ("duyet", "duyet-thay", "tra-lai"):
        asked = post(staff_client, f"{url}/{step}", {"reason": "Tự duyệt"}, page="/staff/tai-khoan/")
        assert asked.status_code == 403, step
    office.session.rollback()
    assert office.filing("A").state == "submitted"

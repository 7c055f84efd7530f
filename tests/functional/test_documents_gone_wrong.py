"""Documents whose figures were corrected, or whose bytes were changed: what the public and the offices read, and who
may withdraw."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.models import Document, DocumentContent, PublishedDocument, Unit
from survey.operations import documents, filing_corrections
from survey.operations.transactions import set_transactions
from tests.document_objects import AT, ask, look_again, make, published, sign
from tests.filing_office import FilingOffice
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

ROOM = "/staff/van-ban"


def test_a_document_whose_figures_were_corrected_is_no_good_one_and_its_unit_withdraws_none(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    engine = staff_app.extensions["engine"]
    office = FilingOffice(staff_session, engine)
    office.close()
    office.publish()
    published(staff_session, engine, office.wave, office.compiler.id, "P", "A")
    set_transactions(
        staff_session, office.units["B"], office.wave.period_start, office.wave.period_end, 4000, reason="Nhập nhầm"
    )
    correction = filing_corrections.ask_correction(
        staff_session, office.wave, "Nhập nhầm", account_id=office.compiler.id, at=AT
    )
    filing_corrections.confirm_correction(staff_session, correction, account_id=office.second.id, at=AT)
    staff_session.commit()
    found = {
        code: (document, digest)
        for code, document, digest in staff_session.execute(
            select(Unit.code, Document.code, PublishedDocument.sha256)
            .join(Document, Document.unit_id == Unit.id)
            .join(PublishedDocument, PublishedDocument.document_id == Document.id)
        )
    }
    corrected, digest = found["P"]
    page = html_of(staff_client.get(f"/xac-thuc/{corrected}?sha256={digest}"))
    assert "Nguyên vẹn nhưng không còn hiệu lực" in page
    assert "Số liệu của văn bản này đã được đính chính" in page
    assert "Số liệu của văn bản này đã được đính chính" in html_of(staff_client.get(f"/xac-thuc/{corrected}"))
    untouched, digest = found["A"]  # its own figures are as they were
    page = html_of(staff_client.get(f"/xac-thuc/{untouched}?sha256={digest}"))
    assert "Đây đúng là văn bản đã công bố" in page
    assert "đính chính" not in page

    sign_in(staff_client, make_account(staff_session, "compiler", office.units["A"]))
    own = f"{ROOM}/{untouched}"
    assert "Thu hồi văn bản" not in html_of(staff_client.get(own))
    assert post(staff_client, f"{own}/thu-hoi", {"reason": "Điểm thấp"}, page=own).status_code == 403
    sign_in(staff_client, office.compiler)
    shown = html_of(staff_client.get(f"{ROOM}/{corrected}"))
    assert "đã được đính chính sau khi lập" in shown
    assert "Thu hồi văn bản" in shown
    post(staff_client, f"{own}/thu-hoi", {"reason": "Nhầm kỳ"}, page=own)
    look_again(staff_session)
    state = staff_session.scalar(select(Document.state).where(Document.code == untouched))
    assert state == "withdrawn"


def correct(office: FilingOffice, number: int) -> None:
    """Two people put the transactions of B right, which moves the figures of the whole."""
    session, wave = office.session, office.wave
    session.refresh(wave)
    set_transactions(session, office.units["B"], wave.period_start, wave.period_end, number, reason="Nhập nhầm")
    asked = filing_corrections.ask_correction(session, wave, "Nhập nhầm", account_id=office.compiler.id, at=AT)
    filing_corrections.confirm_correction(session, asked, account_id=office.second.id, at=AT)
    session.commit()


def test_a_set_of_figures_corrected_since_is_neither_sent_nor_signed_and_made_anew(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    engine = staff_app.extensions["engine"]
    office = FilingOffice(staff_session, engine)
    office.close()
    office.publish()
    run = ask(staff_session, office.wave, "P", "A")
    make(engine)
    look_again(staff_session)
    correct(office, 4000)
    sign_in(staff_client, office.compiler)
    page = f"{ROOM}/bo/{run.id}"
    shown = html_of(staff_client.get(page))
    assert "Số liệu của 1 văn bản đã được đính chính sau khi lập bộ" in shown
    assert "Chuyển bộ văn bản đi ký" not in shown
    refused = post(staff_client, f"{page}/ky", page=f"{ROOM}/bo/moi", follow_redirects=True)
    assert "1 văn bản" in html_of(refused).partition('class="alert')[2][:300]
    again = html_of(staff_client.get(f"{ROOM}/bo/moi?wave=W&kinds=unit_report&language=vi"))
    assert re.findall(r'<input [^>]*checked[^>]* value="(\w+)"', again) == ["unit_report", "vi"]
    usual = html_of(staff_client.get(f"{ROOM}/bo/moi"))
    assert re.findall(r'<input [^>]*checked[^>]* value="(\w+)"', usual) == ["province_report", "unit_profile", "vi"]
    assert f"{ROOM}/bo/moi?wave=W&amp;kinds=unit_report&amp;language=vi" in shown

    look_again(staff_session)
    queued = ask(staff_session, office.wave, "P", "A")
    make(engine)
    look_again(staff_session)
    documents.request_signing(
        staff_session, queued, documents.check(staff_session, queued), account_id=office.compiler.id, at=AT
    )
    staff_session.commit()
    correct(office, 300)  # while it waits for the key
    assert sign(engine) == 1
    told = html_of(staff_client.get(f"{ROOM}/bo/{queued.id}"))
    assert "Số liệu đã được đính chính sau khi lập văn bản nên văn bản không được ký" in told
    assert "Lập lại" in told


def test_a_changed_document_is_told_on_the_pages_of_the_offices(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    engine = staff_app.extensions["engine"]
    office = FilingOffice(staff_session, engine)
    office.close()
    run = ask(staff_session, office.wave, "A", "B")
    make(engine)
    look_again(staff_session)
    documents.request_signing(
        staff_session, run, documents.check(staff_session, run), account_id=office.compiler.id, at=AT
    )
    first = staff_session.scalar(select(func.min(Document.id)))
    forged = update(DocumentContent).where(DocumentContent.document_id == first)
    staff_session.execute(forged.values(content=b"%PDF-1.4 forged"))
    staff_session.commit()
    assert sign(engine) == 1
    sign_in(staff_client, office.compiler)
    page = html_of(staff_client.get(f"{ROOM}/bo/{run.id}"))
    assert "Văn bản không được ký" in page
    assert "Văn bản không lập được" not in page
    assert "Nội dung tệp không còn đúng như khi lập" in page
    assert "không ký được: có lỗi" in page
    code = staff_session.scalar(select(Document.code).where(Document.id == first))
    assert "Nội dung tệp không còn đúng như khi lập" in html_of(staff_client.get(f"{ROOM}/{code}"))
    # where the operator brings the bytes back it can be signed after all
    look_again(staff_session)
    documents.request_signing(
        staff_session, run, documents.check(staff_session, run), account_id=office.compiler.id, at=AT
    )
    staff_session.commit()
    assert "Văn bản không được ký" not in html_of(staff_client.get(f"{ROOM}/bo/{run.id}"))

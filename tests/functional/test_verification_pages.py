"""The page a document's QR code leads to: what was published, and what a copy is worth."""

from __future__ import annotations

import hashlib
import io
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from pyhanko.sign.signers.pdf_cms import Signer
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.signing import key_of_file, sign_pdf
from survey.analysis import verification
from survey.blueprints.verification import BODY_LIMIT
from survey.models import Document, PublishedDocument, Wave
from survey.operations import bounded, documents
from survey.operations.audit import Actor
from survey.operations.signing import sign_queued
from survey.operations.slots import held_slot
from tests.certificates import PASSPHRASE, SIGNER, Authority, authority
from tests.document_objects import AT, ask, look_again, make
from tests.page_rules import CheckingClient, html_of
from tests.published_waves import publish_province
from tests.staff import make_account


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return key_of_file(authority().key_file(tmp_path), PASSPHRASE)


def publish(session: Session, app: Flask, signer: Signer, *codes: str, publish: bool = True) -> list[str]:
    """Documents of the province's last wave, signed by the key; their verification codes by unit."""
    engine = app.extensions["engine"]
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = ask(session, wave, *codes)
    make(engine)
    look_again(session)
    person = make_account(session, None)
    documents.request_signing(session, run, documents.check(session, run), account_id=person.id, at=AT)
    session.commit()
    sign_queued(
        engine, lambda content, language, at: sign_pdf(content, signer, at=at, language=language), Actor("command", "x")
    )
    look_again(session)
    if publish:
        documents.publish_run(session, run, documents.check(session, run), account_id=person.id, at=AT)
        session.commit()
    return list(session.scalars(select(Document.code).where(Document.run_id == run.id).order_by(Document.id)))


def answer(client: CheckingClient, code: str, content: bytes, status: int = 200) -> str:
    """What the page says about an uploaded file."""
    response = client.post(f"/xac-thuc/{code}", data={"file": (io.BytesIO(content), "bao-cao.pdf")})
    assert response.status_code == status
    text = html_of(response)
    return text[text.index("id=answer") :].partition("</h2>")[0].rpartition("</span> ")[2]


def test_a_copy_is_told_from_every_other_file(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, signer: Signer, tmp_path: Path
) -> None:
    publish_province(staff_session, staff_app.extensions["engine"])
    code, other = publish(staff_session, staff_app, signer, "Z1", "B2")
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "co-quan.pem").write_text(authority().pem)
    staff_app.config["TRUST_FOLDER"] = str(trust)
    look_again(staff_session)
    kept = {row.document.code: row for row in staff_session.scalars(select(PublishedDocument))}
    genuine, plain = kept[code].content, kept[code].content[: kept[code].document.size]

    page = html_of(staff_client.get(f"/xac-thuc/{code.lower()}", follow_redirects=True))
    for shown in (SIGNER, hashlib.sha256(genuine).hexdigest(), "Sở Tài chính", "20/07/2026"):
        assert shown in page
    downloaded = staff_client.get(f"/xac-thuc/{code}/van-ban.pdf").data
    assert downloaded == genuine == staff_client.get("/ket-qua/now/Z1/bao-cao.pdf").data

    assert answer(staff_client, code, downloaded).startswith("Đây đúng là văn bản đã công bố")
    assert answer(staff_client, code, kept[other].content) == "Đây là một văn bản khác đã công bố"
    assert answer(staff_client, code, genuine + b"\n% more\n") == "Văn bản bị thêm nội dung sau khi ký"
    changed = genuine.replace(b"/Rotate 0", b"/Rotate 9", 1)
    assert changed != genuine
    assert answer(staff_client, code, changed) == "Văn bản bị sửa sau khi ký"
    assert answer(staff_client, code, plain) == "Tệp không có chữ ký số"
    again = sign_pdf(plain, signer, at=AT.now(AT.tzinfo)).content
    assert answer(staff_client, code, again).startswith("Đúng người ký và chưa bị sửa, nhưng không phải")
    colleague = key_of_file(authority().key_file(tmp_path, "Văn phòng khác"), PASSPHRASE)
    assert answer(staff_client, code, sign_pdf(plain, colleague, at=AT.now(AT.tzinfo)).content) == "Do người khác ký"
    forger = key_of_file(Authority().key_file(tmp_path), PASSPHRASE)
    forged = sign_pdf(plain, forger, at=AT.now(AT.tzinfo)).content
    assert answer(staff_client, code, forged) == "Chữ ký không đáng tin cậy"
    assert answer(staff_client, code, b"a picture") == "Đây không phải tệp PDF"
    assert answer(staff_client, code, b"", 422) == "Chưa chọn tệp"
    form = {"data": {"file": (io.BytesIO(b"%PDF-"), "bao-cao.pdf")}}
    stated = {"CONTENT_LENGTH": str(BODY_LIMIT + 1)}  # said before anything is read
    large = staff_client.post(f"/xac-thuc/{code}", **form, environ_overrides=stated)
    assert large.status_code == 413
    assert "Tệp quá lớn" in html_of(large)

    for digest, said in (
        (hashlib.sha256(genuine).hexdigest().upper(), "Đây đúng là văn bản đã công bố"),
        (kept[other].sha256, "Đây là một văn bản khác"),
        ("0" * 64, "Mã băm không trùng nhau"),
        ("not one", "Đây không phải mã băm"),
    ):
        assert said in html_of(staff_client.get(f"/xac-thuc/{code}?sha256={digest}"))


def test_a_withdrawn_document_says_so_and_an_unknown_code_leads_on(
    staff_app: Flask,
    staff_session: Session,
    staff_client: CheckingClient,
    signer: Signer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish_province(staff_session, staff_app.extensions["engine"])
    (code,) = publish(staff_session, staff_app, signer, "Z1")
    (unpublished,) = publish(staff_session, staff_app, signer, "B2", publish=False)
    assert staff_client.get(f"/xac-thuc/{unpublished}").status_code == 404
    assert "Mã văn bản" in html_of(staff_client.get("/xac-thuc/"))
    assert staff_client.get(f"/xac-thuc/?ma={code[:4]}-{code[4:]}").headers["Location"].endswith(code)
    unknown = staff_client.get("/xac-thuc/%3Cb%3E")
    assert unknown.status_code == 404
    assert "<b>" not in html_of(unknown)
    assert staff_client.post("/xac-thuc/KHONGCO").status_code == 404

    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    monkeypatch.setattr(bounded, "WAIT_SECONDS", 0)
    with ExitStack() as others:
        for _ in range(bounded.AT_ONCE):
            others.enter_context(held_slot(tmp_path, verification.QUEUE, bounded.AT_ONCE, 0))
        assert answer(staff_client, code, b"%PDF-1.4 any", 503) == "Đang kiểm tra các tệp khác"

    document = staff_session.scalars(select(Document).where(Document.code == code)).one()
    documents.withdraw(staff_session, document, "Nhầm <kỳ>", account_id=1, at=AT)
    staff_session.commit()
    look_again(staff_session)
    kept = staff_session.get_one(PublishedDocument, document.id)
    page = html_of(staff_client.get(f"/xac-thuc/{code}?sha256={kept.sha256}"))
    assert "Nguyên vẹn nhưng không còn hiệu lực" in page
    assert "Văn bản này đã bị thu hồi" in page
    assert "Nhầm &lt;kỳ&gt;" in page
    assert staff_client.get(f"/xac-thuc/{code}/van-ban.pdf").status_code == 404
    drawn = staff_client.get("/ket-qua/now/Z1/bao-cao.pdf").data
    assert b"ETSI.CAdES.detached" not in drawn  # drawn anew, without the code of what was withdrawn
    (newer,) = publish(staff_session, staff_app, signer, "Z1")
    (newest,) = publish(staff_session, staff_app, signer, "Z1")
    replaced = html_of(staff_client.get(f"/xac-thuc/{newer}?lang=en"))
    assert "This document was replaced" in replaced
    assert f"/xac-thuc/{newest}" in replaced

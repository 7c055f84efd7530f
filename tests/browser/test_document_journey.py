"""From asking for a set of documents to a reader who verifies the copy he received, each in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.browser.conftest import LiveServer
from tests.certificates import PASSPHRASE, SIGNER, authority
from tests.document_objects import make
from tests.filing_office import FilingOffice
from tests.staff import browser_cookie


@pytest.mark.slow
def test_from_asking_for_a_set_to_a_verified_copy(
    session: Session,
    engine: Engine,
    live_server: LiveServer,
    page_at: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "co-quan.pem").write_text(authority().pem)
    live_server.app.config["TRUST_FOLDER"] = str(trust)
    office = FilingOffice(session, engine)
    office.close()
    office.publish()

    compiler = page_at(1280)
    compiler.context.add_cookies([browser_cookie(live_server.app, office.compiler, live_server.url)])
    compiler.goto("/staff/van-ban/the-thuc/P/co-quan")
    for label, text in (
        ("Cơ quan chủ quản", "UBND tỉnh Mẫu"),
        ("Cơ quan ban hành", "Sở Nội vụ"),
        ("Chữ viết tắt trong số, ký hiệu", "SNV"),
        ("Chức vụ của người ký", "Giám đốc"),
    ):
        compiler.get_by_label(label, exact=True).fill(text)
    compiler.get_by_role("button", name="Lưu").click()
    expect(compiler.locator(".printed-head")).to_contain_text("/BC-SNV")
    assert_accessible(compiler)

    compiler.goto("/staff/van-ban/the-thuc/P/loi-van/quyet-dinh-vi")
    compiler.get_by_label("Trích yếu quyết định").fill("Về việc công bố {unknown}")
    compiler.get_by_role("button", name="Lưu").click()
    expect(compiler.locator("#part_about-error")).to_contain_text("{unknown} không phải là giá trị")
    assert_accessible(compiler)

    compiler.goto("/staff/van-ban/bo/moi")
    expect(compiler.get_by_label("Báo cáo của đơn vị")).not_to_be_checked()
    assert_accessible(compiler)
    compiler.get_by_role("button", name="Lập bộ văn bản").click()
    expect(compiler.get_by_text("Đã lập 0/4 văn bản")).to_be_visible()
    make(engine)
    expect(compiler.get_by_text("Đã lập 4/4 văn bản")).to_be_visible()  # the page looks again by itself
    expect(compiler.get_by_text("Bản để sửa, không phải bản gốc").first).to_be_visible()
    assert_accessible(compiler)
    with compiler.expect_download() as downloading:
        compiler.get_by_role("link", name="DOCX").click()
    assert downloading.value.suggested_filename.startswith("ban-de-sua-bao-cao-chung-P-")
    compiler.get_by_role("button", name="Chuyển bộ văn bản đi ký").click()
    expect(compiler.get_by_text("4 văn bản đang chờ ký")).to_be_visible()

    monkeypatch.setenv("SIGNING_KEY_FILE", str(authority().key_file(tmp_path)))
    monkeypatch.setenv("SIGNING_PASSPHRASE", PASSPHRASE)
    signed = live_server.app.test_cli_runner().invoke(args=["documents", "sign"])
    assert "signed 4 documents of 4" in signed.output, signed.output

    compiler.reload()
    compiler.get_by_role("button", name="Công bố cả bộ").click()
    expect(compiler.get_by_text("Cả bộ đã được công bố")).to_be_visible()
    compiler.get_by_role("link", name="Báo cáo của toàn tỉnh").click()
    code = compiler.url.rpartition("/")[2]
    with compiler.expect_download() as downloading:
        compiler.get_by_role("link", name="Tải PDF").click()
    received = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(received)
    changed = bytearray(received.read_bytes())
    changed[len(changed) // 3] ^= 1

    reader = page_at(360, java_script_enabled=False)
    reader.goto(f"/xac-thuc/{code}")
    expect(reader.get_by_text(SIGNER).first).to_be_visible()
    for content, answer in (
        (received.read_bytes(), "Đây đúng là văn bản đã công bố"),
        (bytes(changed), "bị sửa sau khi ký"),
    ):
        reader.locator("input[type=file]").set_input_files(
            {"name": received.name, "mimeType": "application/pdf", "buffer": content}
        )
        reader.get_by_role("button", name="Kiểm tra").click()
        expect(reader.locator("#answer")).to_contain_text(answer)
    looking = page_at(360)
    looking.goto(f"/xac-thuc/{code}")
    assert_accessible(looking)

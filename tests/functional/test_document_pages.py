"""The compiler's road of a set of documents by HTTP, and that no process of pages comes near the key."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from html import unescape

import click
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.cli.serve import SIGNING_SETTINGS, require_no_signing_key
from survey.models import AuditEntry, Document, Unit, Wave
from survey.operations import documents
from survey.operations.document_runs import request_run
from survey.operations.waves import publish_wave
from tests.document_objects import AT, ask, look_again, make, sign
from tests.factories import make_wave
from tests.page_rules import CheckingClient, html_of
from tests.published_waves import answer_alike, finish, publish_province
from tests.staff import make_account, post, sign_in

ROOM = "/staff/van-ban"
SETS = f"{ROOM}/bo"


def test_a_set_from_asking_to_publication_and_a_withdrawal(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    engine = staff_app.extensions["engine"]
    units = publish_province(staff_session, engine)
    sign_in(staff_client, make_account(staff_session, "compiler", units["T"]))
    assert "Chưa có văn bản nào" in html_of(staff_client.get(f"{ROOM}/"))
    assert "Chưa có bộ văn bản nào" in html_of(staff_client.get(f"{SETS}/"))
    nothing = post(staff_client, f"{SETS}/moi", {"wave": "now", "language": "vi"})
    assert nothing.status_code == 422
    lists = post(staff_client, f"{SETS}/moi", {"wave": "now", "kinds": "emulation_communes", "language": "vi"})
    assert "chưa có danh sách đề nghị khen thưởng nào" in html_of(lists).partition("<main")[2].lower()
    asked = post(staff_client, f"{SETS}/moi", {"wave": "now", "kinds": "unit_report", "language": "vi"})
    address = asked.headers["Location"]
    waiting = html_of(staff_client.get(address))
    assert 'http-equiv="refresh"' in waiting
    assert "Đã lập 0/7 văn bản" in waiting
    stopped = post(staff_client, f"{address}/dung", page=address, follow_redirects=True)
    assert "Lập các văn bản còn thiếu" in html_of(stopped)
    post(staff_client, f"{address}/tiep", page=address)
    make(engine, failing="B2")
    failed = html_of(staff_client.get(address))
    assert "ValueError: no figures" in failed
    assert "Xã Sông Trà" in failed
    assert "Chuyển bộ văn bản đi ký" not in failed
    post(staff_client, f"{address}/tiep", page=address)
    make(engine)
    assert "Đã lập 7/7 văn bản" in html_of(staff_client.get(address))
    refused = post(staff_client, f"{address}/cong-bo", page=address, follow_redirects=True)
    assert "Còn 7 văn bản của bộ này chưa ký số" in html_of(refused)
    post(staff_client, f"{address}/ky", page=address)
    assert "7 văn bản đang chờ ký" in html_of(staff_client.get(address))
    assert sign(engine) == 7
    published = post(staff_client, f"{address}/cong-bo", page=address, follow_redirects=True)
    assert "Cả bộ đã được công bố" in html_of(published)

    document = staff_session.scalars(select(Document).join(Document.unit).where(Unit.code == "B2")).one()
    listed = html_of(staff_client.get(f"{ROOM}/?unit=song+tra&state=published&wave=now"))
    assert document.code[:4] in listed
    assert "Sở Tài chính" not in listed.partition("<main")[2]
    assert "Không có văn bản nào khớp" in html_of(staff_client.get(f"{ROOM}/?state=draft"))
    pdf = staff_client.get(f"{ROOM}/{document.code}/van-ban.pdf")
    assert pdf.data.endswith(b"% signed\n")
    page = f"{ROOM}/{document.code}"
    assert post(staff_client, f"{page}/thu-hoi", {"reason": " "}, page=page).status_code == 422
    post(staff_client, f"{page}/thu-hoi", {"reason": "Sai số liệu giao dịch"}, page=page)
    assert "Sai số liệu giao dịch" in html_of(staff_client.get(page))
    look_again(staff_session)
    noted = set(staff_session.scalars(select(AuditEntry.action)))
    assert noted >= {"document_run.create", "document_run.sign", "document_run.publish", "document.export"}
    assert "document.change" in noted  # the withdrawal


def test_a_set_tells_the_papers_of_the_whole_wave_first_and_what_it_holds_none_of(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = publish_province(staff_session, staff_app.extensions["engine"])
    kinds = ("unit_letter", "emulation_communes", "publication_decision", "province_report")
    wave = staff_session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = request_run(staff_session, wave, kinds, "vi", account_id=None, at=AT)
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", units["T"]))
    monkeypatch.setattr("survey.analysis.documents.PAGE", 2)
    address = f"{SETS}/{run.id}"
    rows = re.compile(r'<th scope="row"><a href="[^"]+">([^<:]+):')
    first = html_of(staff_client.get(address))
    assert rows.findall(first) == ["Báo cáo của toàn tỉnh", "Quyết định công bố kết quả"]
    assert "Không có trong bộ này: Tờ trình khen thưởng" in first
    told = 0
    following = re.search(r'href="([^"]+)" rel="next"', first)
    while following:
        page = html_of(staff_client.get(unescape(following[1])))
        assert set(rows.findall(page)) == {"Công văn gửi đơn vị"}
        told += len(rows.findall(page))
        following = re.search(r'href="([^"]+)" rel="next"', page)
    assert told == 6
    assert rows.findall(html_of(staff_client.get(f"{address}?kind=publication_decision"))) == [
        "Quyết định công bố kết quả"
    ]
    assert staff_client.get(f"{address}?kind=unit_report").status_code == 404


def test_nobody_outside_sees_a_signed_document_before_its_wave_is_published(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    engine = staff_app.extensions["engine"]
    units = publish_province(staff_session, engine)
    later = (date(2026, 7, 1), date(2026, 12, 31))
    wave = make_wave(staff_session, code="later", units=[units["Z1"]], period=later, state="open")
    answer_alike(staff_session, wave, units["Z1"], (0, 0, 2, 30, 18))
    finish(staff_session, engine, wave, publish=False)
    compiler = make_account(staff_session, "compiler", units["T"])
    sign_in(staff_client, compiler)
    run = ask(staff_session, wave, "Z1")
    make(engine)
    look_again(staff_session)
    documents.request_signing(staff_session, run, documents.check(staff_session, run), account_id=compiler.id, at=AT)
    staff_session.commit()
    sign(engine)
    assert "Văn bản được công bố sau khi công bố đợt khảo sát" in html_of(staff_client.get(f"{SETS}/{run.id}"))
    refused = post(staff_client, f"{SETS}/{run.id}/cong-bo", page=f"{SETS}/moi", follow_redirects=True)
    assert "Đợt later chưa công bố" in html_of(refused)
    code = staff_session.scalars(select(Document.code).where(Document.run_id == run.id)).one()
    assert staff_client.get(f"/xac-thuc/{code}").status_code == 404
    assert staff_client.get(f"/xac-thuc/{code}/van-ban.pdf").status_code == 404
    # nor the rated unit's own compiler, whom a profile would tell its rank among all others
    own = f"{ROOM}/{code}"
    assert staff_client.get(own).status_code == 200
    sign_in(staff_client, make_account(staff_session, "compiler", units["Z1"]))
    assert [staff_client.get(page).status_code for page in (own, f"{own}/van-ban.pdf")] == [403, 403]
    assert code[:4] not in html_of(staff_client.get(f"{ROOM}/"))
    publish_wave(staff_session, wave, AT)
    documents.publish_run(staff_session, run, documents.check(staff_session, run), account_id=compiler.id, at=AT)
    staff_session.commit()
    assert staff_client.get(own).status_code == 200
    assert code[:4] in html_of(staff_client.get(f"{ROOM}/"))


def test_the_process_of_pages_loads_no_key_and_refuses_to_have_one_near() -> None:
    asks = (
        "import sys, wsgi; wsgi.app; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'pyhanko' or name.endswith('.signing')))"
    )
    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"
    for name in SIGNING_SETTINGS:
        with pytest.raises(click.ClickException, match=name):
            require_no_signing_key({name: "x", "PATH": "/bin"})
    require_no_signing_key({"PATH": "/bin"})

"""The library of questionnaires, and the files they are taken away and brought as."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from survey.models import QuestionnaireDraft
from survey.operations.questionnaire_drafts import documents
from survey.operations.questionnaires import publish_questionnaire
from tests.factories import NOW, make_unit
from tests.hostile_texts import hostile_definition
from tests.page_rules import CheckingClient, html_of
from tests.questionnaire_pages import COUNTER, LIBRARY, draft_at, form_values, page_of
from tests.staff import make_account, post, sign_in


@pytest.fixture
def session(staff_session: Session) -> Session:
    return staff_session


@pytest.fixture
def compiler(staff_client: CheckingClient, session: Session) -> CheckingClient:
    sign_in(staff_client, make_account(session, "compiler", make_unit(session, code="T", kind="province")))
    return staff_client


def test_the_library_shows_the_standard_ones_and_finds_them_by_words(compiler: CheckingClient) -> None:
    html = page_of(compiler, LIBRARY)
    for code in library.codes():
        assert f"{LIBRARY}{code}/" in html
    found = page_of(compiler, f"{LIBRARY}?tim=bien+hieu")
    assert f"{LIBRARY}counter/1.0" in found
    assert f"{LIBRARY}one-tap/1.0" not in found
    assert "Xem tất cả" in page_of(compiler, f"{LIBRARY}?tim=khongcogi")


@pytest.mark.parametrize("code", library.codes())
def test_each_is_shown_previewed_and_downloaded(compiler: CheckingClient, code: str) -> None:
    where = f"{LIBRARY}{code}/1.0"
    asked = library.standard(code)
    html = page_of(compiler, where)
    assert all(question.code in html for question in asked.questions)
    page_of(compiler, f"{where}/xem-truoc")
    frame = compiler.get(f"{where}/xem-truoc/khung?phieu=en")
    assert asked.title.en  # what the citizen reads is in the frame, and cannot be sent
    assert asked.questions[0].wording.en.replace("'", "&#39;") in html_of(frame)
    assert "form-action 'none'" in frame.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert compiler.get(f"{where}/tai/yaml").get_data(as_text=True) == asked.to_yaml()
    assert compiler.get(f"{where}/tai/xlsx").get_data()[:2] == b"PK"
    assert compiler.get(f"{where}/tai/pdf").get_data()[:5] == b"%PDF-"


def test_only_the_frame_may_be_framed(compiler: CheckingClient) -> None:
    for url in (COUNTER, f"{COUNTER}/xem-truoc", LIBRARY):
        headers = compiler.get(url).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
    assert compiler.post(f"{COUNTER}/xem-truoc/khung", data={"q_access_signs": "5"}).status_code == 405


def test_files_are_read_with_the_line_of_each_fault(compiler: CheckingClient, session: Session) -> None:
    text = library.standard("one-tap").to_yaml()

    def bring(content: bytes, name: str) -> tuple[int, str]:
        response = post(
            compiler,
            f"{LIBRARY}soan/moi",
            {"with": "file", "file": (BytesIO(content), name)},
            content_type="multipart/form-data",
        )
        return response.status_code, html_of(response)

    assert bring(text.encode(), "phieu.yaml")[0] == 303
    xlsform = compiler.get(f"{LIBRARY}one-tap/1.0/tai/xlsx").get_data()
    assert bring(xlsform, "phieu.xlsx")[0] == 303
    drafts = session.scalars(select(QuestionnaireDraft)).all()
    assert [draft.code for draft in drafts] == ["one-tap", "one-tap"]
    status, html = bring(text.replace("kind: single", "kin: single", 1).encode() + b"\nfoo: <b>\n", "phieu.yaml")
    assert status == 422
    assert "dòng" in html
    assert "foo" in html
    assert bring(b"\xff\xfe", "x.yaml")[0] == 422
    assert bring(b"PK\x03\x04rubbish", "x.xlsx")[0] == 422
    assert bring(b"", "")[0] == 422
    assert len(session.scalars(select(QuestionnaireDraft)).all()) == 2
    # into a draft: its content is replaced, and brought back by undo; a faulty file changes nothing
    url = f"{LIBRARY}soan/{drafts[0].id}"
    for content, status in ((b"code: [", 422), (library.standard("counter").to_yaml().encode(), 303)):
        values = form_values(page_of(compiler, f"{url}/tep"))
        data = values | {"file": (BytesIO(content), "phieu.yaml")}
        response = compiler.post(f"{url}/tep", data=data, content_type="multipart/form-data")
        assert response.status_code == status, html_of(response)
        assert draft_at(session, url).code == ("one-tap" if status == 422 else "counter")
    stale = compiler.post(
        f"{url}/tep", data=values | {"file": (BytesIO(content), "x.yaml")}, content_type="multipart/form-data"
    )
    assert stale.status_code == 422
    assert "đã lưu bản nháp này" in html_of(stale)
    post(compiler, f"{url}/hoan-tac", {"revision": str(draft_at(session, url).revision)}, page=url)
    assert draft_at(session, url).code == "one-tap"


def test_hostile_words_are_read_back_as_they_are(compiler: CheckingClient, session: Session) -> None:
    hostile = hostile_definition()
    content = hostile.to_yaml().encode()
    response = post(
        compiler,
        f"{LIBRARY}soan/moi",
        {"with": "file", "file": (BytesIO(content), "<script>.yaml")},
        content_type="multipart/form-data",
    )
    assert response.status_code == 303, html_of(response)
    url = response.headers["Location"].partition("#")[0]
    document = documents(draft_at(session, url))
    question = next(document.questions)
    publish_questionnaire(session, hostile, NOW)
    session.commit()
    pages = ["", "/chung", "/dich", f"/cau/{question.key}", f"/phan/{document.sections[0].key}", "/xem-truoc"]
    pages += ["/xem-truoc/khung", "/so-sanh", "/tep", "/cong-bo", f"/phan/{document.sections[0].key}/cau-moi"]
    pages += [f"/thang-do/{code}" for code in document.scales]
    for address in [*(f"{url}{page}" for page in pages), f"{LIBRARY}{hostile.code}/{hostile.version}", LIBRARY]:
        html = page_of(compiler, address)
        assert "<script>alert" not in html, address
        assert "49" not in re.findall(r"{{7\*7}}|\b49\b", html), address
    assert "&lt;script&gt;" in page_of(compiler, url)

"""Questionnaires in the back office: begun, written, checked, published, and kept apart by unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from survey.models import AuditEntry, QuestionContinuity, Questionnaire, QuestionnaireDraft, QuestionnaireOrigin, Unit
from survey.operations.questionnaire_drafts import documents
from survey.operations.questionnaires import definition_of, publish_questionnaire
from tests.factories import NOW, make_unit
from tests.page_rules import CheckingClient, html_of
from tests.questionnaire_pages import COUNTER, LIBRARY, begun, draft_at, form_values, page_of, sent
from tests.staff import make_account, post, sign_in


@pytest.fixture
def app(staff_app: Flask) -> Flask:
    return staff_app


@pytest.fixture
def session(staff_session: Session) -> Session:
    return staff_session


@pytest.fixture
def province(session: Session) -> Unit:
    unit = make_unit(session, code="T", kind="province", name_vi="Tỉnh mẫu")
    session.commit()
    return unit


@pytest.fixture
def commune(session: Session, province: Unit) -> Unit:
    unit = make_unit(session, code="X", parent=province, name_vi="Xã Sông Trà")
    session.commit()
    return unit


Person = Callable[[str, Unit], CheckingClient]


@pytest.fixture
def person(app: Flask, session: Session) -> Person:
    def signed_in(role: str, unit: Unit) -> CheckingClient:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        sign_in(client, make_account(session, role, unit))
        return client

    return signed_in


@pytest.fixture
def compiler(person: Person, province: Unit) -> CheckingClient:
    return person("compiler", province)


def test_a_new_version_with_condition_and_declaration_is_published(compiler: CheckingClient, session: Session) -> None:
    url = begun(compiler, session)
    assert "Thiếu ngày bắt đầu có hiệu lực" in page_of(compiler, url)
    status, _ = sent(compiler, f"{url}/chung", {"valid_from": "2026-07-01", "minutes": "3", "thanks_vi": "Cảm ơn"})
    assert status == 303
    document = documents(draft_at(session, url))
    keys = {question.code: question.key for question in document.questions}
    status, _ = sent(compiler, f"{url}/cau/{keys['access_signs']}", {"wording_vi": "Biển hiệu dễ thấy, dễ tìm"})
    assert status == 303
    condition = {"asked_when": "overall_satisfaction", "asked_values": "1"}
    status, html = sent(compiler, f"{url}/cau/{keys['comment']}", {**condition, "answers": "1"})
    assert status == 200  # shown again, with the answers of the question that was chosen
    assert "Rất không hài lòng" in html
    status, _ = sent(compiler, f"{url}/cau/{keys['comment']}", condition)
    assert status == 303
    html = page_of(compiler, f"{url}/cong-bo")
    assert "tiếng Anh" in html  # the thanks have no English yet
    assert "chưa ghi" in html or "phiên bản 1.0" in html
    status, _ = sent(compiler, f"{url}/dich", {"en:thanks": "Thank you"})
    assert status == 303
    answers = {"c:access_signs": "wording", "c:comment": "meaning"}
    status, _ = sent(compiler, f"{url}/so-sanh", answers)
    assert status == 303
    refused = post(compiler, f"{url}/cong-bo", {"revision": str(draft_at(session, url).revision)})
    assert refused.status_code == 422  # warnings ask
    done = post(compiler, f"{url}/cong-bo", {"revision": str(draft_at(session, url).revision), "seen": "y"})
    assert done.status_code == 303, html_of(done)
    assert done.headers["Location"].endswith("/staff/phieu/counter/1.1")
    session.rollback()
    row = session.scalars(select(Questionnaire).where(Questionnaire.version == "1.1")).one()
    changes = {kept.code: kept.change for kept in session.scalars(select(QuestionContinuity))}
    assert {code for code, change in changes.items() if change != "unchanged"} == {"access_signs", "comment"}
    assert definition_of(row).question("comment").condition is not None
    assert definition_of(row).thanks is not None
    assert session.scalars(select(QuestionnaireDraft)).all() == []
    html = page_of(compiler, f"{LIBRARY}counter/1.1")
    assert "đổi câu chữ" in html
    assert "đổi nội dung" in html
    assert session.scalar(select(AuditEntry.action).where(AuditEntry.action == "questionnaire.create"))


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(
    compiler: CheckingClient, person: Person, province: Unit, session: Session
) -> None:
    url = begun(compiler, session)
    other = person("compiler", province)
    stale = form_values(page_of(compiler, f"{url}/chung"))
    status, _ = sent(other, f"{url}/chung", {"minutes": "9"})
    assert status == 303
    response = compiler.post(f"{url}/chung", data=stale | {"title_vi": "Tên tôi vừa gõ"})
    html = html_of(response)
    assert response.status_code == 409
    assert "đã lưu bản nháp này" in html
    assert "Tên tôi vừa gõ" in html
    again = form_values(html)
    assert compiler.post(f"{url}/chung", data=again).status_code == 303
    document = documents(draft_at(session, url))
    assert document.title.vi == "Tên tôi vừa gõ"


def test_parts_are_moved_copied_removed_and_brought_back(compiler: CheckingClient, session: Session) -> None:
    url = begun(compiler, session)

    def codes() -> list[str]:
        return [question.code for question in documents(draft_at(session, url)).questions]

    def step(element: str, name: str, **more: str) -> None:
        data = {"element": element, "step": name, "revision": str(draft_at(session, url).revision), **more}
        assert post(compiler, f"{url}/thu-tu", data, page=url).status_code == 303

    document = documents(draft_at(session, url))
    first, second, third = document.sections[0].questions
    before = codes()
    step(first.key, "down")
    assert codes()[:3] == ["access_seats", "access_signs", "access_equipment"]
    step(third.key, "down")  # over the edge of its section
    assert documents(draft_at(session, url)).sections[1].questions[0].code == "access_equipment"
    step(second.key, "place", section=document.sections[1].key, at="0")
    assert documents(draft_at(session, url)).sections[1].questions[0].code == "access_seats"
    step(first.key, "duplicate")
    assert "access_signs_2" in codes()
    step(document.sections[0].key, "remove")
    assert "access_signs" not in codes()
    revision = str(draft_at(session, url).revision)
    assert post(compiler, f"{url}/hoan-tac", {"revision": revision}, page=url).status_code == 303
    assert "access_signs" in codes()
    assert set(before) <= set(codes())


def locked_counter(compiler: CheckingClient, session: Session) -> None:
    publish_questionnaire(session, library.standard("counter"), NOW)
    session.commit()
    assert post(compiler, f"{COUNTER}/loi", {"section": "general"}, page=COUNTER).status_code == 303


def test_a_unit_adds_questions_after_the_locked_core(
    compiler: CheckingClient, person: Person, commune: Unit, province: Unit, session: Session
) -> None:
    locked_counter(compiler, session)
    manager = person("manager", commune)
    url = begun(manager, session, mode="supplement")
    draft = draft_at(session, url)
    document = documents(draft)
    assert draft.owner_id == commune.id
    core, local = document.sections[0], document.sections[-1]
    # neither by its page, nor by order, nor by the grid
    locked = core.questions[0].key
    status, html = sent(manager, f"{url}/cau/{locked}", {"wording_vi": "Khác"})
    assert (status, "lõi" in html) == (409, True)
    revision = str(draft.revision)
    post(manager, f"{url}/thu-tu", {"element": core.key, "step": "remove", "revision": revision}, page=url)
    post(manager, f"{url}/thu-tu", {"element": local.key, "step": "up", "revision": revision}, page=url)
    assert [section.code for section in documents(draft_at(session, url)).sections][-1] == "local"
    status, _ = sent(manager, f"{url}/dich", {f"vi:{locked}.wording": "Khác"})
    assert documents(draft_at(session, url)).find(locked).wording.vi != "Khác"  # type: ignore[union-attr]
    # its own question
    question = {"wording_vi": "Chỗ gửi xe", "wording_en": "Parking", "label_vi": "Gửi xe", "label_en": "Parking"}
    status, _ = sent(manager, f"{url}/phan/{local.key}/cau-moi", question)
    assert status == 303
    assert post(manager, f"{url}/gui", page=url).status_code == 303
    assert draft_at(session, url).state == "editing"  # no first day of validity yet
    sent(manager, f"{url}/chung", {"valid_from": "2026-07-01"})
    assert post(manager, f"{url}/gui", page=url).status_code == 303
    assert draft_at(session, url).state == "submitted"
    assert manager.get(f"{url}/cong-bo").status_code == 403
    # returned once, then published
    assert post(compiler, f"{url}/tra-lai", {"reason": "Xin nói rõ <b>hơn</b>"}, page=url).status_code == 303
    assert "Xin nói rõ &lt;b&gt;hơn&lt;/b&gt;" in page_of(manager, url)
    assert post(manager, f"{url}/gui", page=url).status_code == 303
    revision = str(draft_at(session, url).revision)
    done = post(compiler, f"{url}/cong-bo", {"revision": revision, "seen": "y"})
    assert done.status_code == 303, html_of(done)
    session.rollback()
    origin = session.scalars(select(QuestionnaireOrigin)).one()
    assert origin.owner_id == commune.id
    published = session.get_one(Questionnaire, origin.questionnaire_id)
    asked = definition_of(published)
    assert asked.scopes == library.standard("counter").scopes
    assert asked.questions[-1].wording.vi == "Chỗ gửi xe"
    # offered and shown to nobody else
    neighbour = person("viewer", make_unit(session, code="Y", parent=province))
    assert neighbour.get(f"{LIBRARY}{published.code}/{published.version}").status_code == 403
    assert published.code not in page_of(neighbour, LIBRARY)
    assert published.code in page_of(person("viewer", commune), LIBRARY)


def test_managers_begin_nothing_but_supplements(person: Person, commune: Unit, session: Session) -> None:
    publish_questionnaire(session, library.standard("counter"), NOW)
    session.commit()
    manager = person("manager", commune)
    for mode in ("version", "copy"):
        response = post(manager, f"{LIBRARY}soan/tu/counter/1.0", {"mode": mode}, page=f"{LIBRARY}soan/moi")
        assert response.status_code == 403
    response = post(manager, f"{LIBRARY}soan/moi", {"with": "nothing"})
    assert response.status_code == 422
    assert "chỉ được thêm câu hỏi sau phần lõi" in html_of(response)
    response = post(manager, f"{LIBRARY}soan/tu/counter/1.0", {"mode": "supplement"}, page=f"{LIBRARY}soan/moi")
    assert "chưa có phần nào được khoá" in page_of(manager, response.headers["Location"])
    assert session.scalars(select(QuestionnaireDraft)).all() == []


def test_whoever_has_no_say_is_refused(
    compiler: CheckingClient, person: Person, commune: Unit, session: Session
) -> None:
    url = begun(compiler, session)
    for role in ("manager", "viewer", "auditor", "entry", "reviewer"):
        client = person(role, commune)
        assert client.get(url).status_code == 403, role
        assert client.get(LIBRARY).status_code == 200, role
        assert client.get(COUNTER).status_code == 200, role
    assert compiler.get(f"{LIBRARY}soan/999").status_code == 404
    assert compiler.get(f"{LIBRARY}counter/9.9").status_code == 404


def test_the_day_of_validity_orders_versions(compiler: CheckingClient, session: Session) -> None:
    url = begun(compiler, session)
    sent(compiler, f"{url}/chung", {"valid_from": "2026-07-01"})
    html = page_of(compiler, url)
    assert "01/07/2026" in html
    assert documents(draft_at(session, url)).valid_from == date(2026, 7, 1)

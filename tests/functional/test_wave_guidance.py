"""What the waves' pages say before somebody errs: warnings, the next step, proposals, the order of units."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from survey.analysis import unit_choice
from survey.analysis.wave_warnings import closing_warnings, opening_warnings
from survey.models import (
    PaperBatch,
)
from survey.operations import field
from survey.operations.transactions import set_transactions
from tests.factories import make_collector, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in
from tests.wave_office import END, START, Office, make_office, wave_in


@pytest.fixture
def office(staff_session: Session, staff_client: CheckingClient) -> Office:
    return make_office(staff_session, staff_client)


def test_closing_what_runs_on_wants_the_code(office: Office) -> None:
    wave = wave_in(office, "open")
    assert not closing_warnings(office.session, wave, 5, END + timedelta(days=1))
    office.session.add(
        PaperBatch(
            code="B7KQ2", wave=wave, unit=office.communes[0], forms_expected=1, collected_from=START,
            collected_until=START, created_at=datetime.now(UTC), created_by_id=office.compiler.id,
        )
    )  # fmt: skip
    office.session.commit()
    page = office.text("/staff/dot/W/dong")
    for warning in (f"Kỳ còn đến {END:%d/%m/%Y}", "Chưa có phiếu nào", "1 lô phiếu giấy chưa được nhận"):
        assert warning in page
    assert 'id="code-error"' not in page
    for typed in ("", "W-khác"):
        answer = post(office.client, "/staff/dot/W/dong", {"code": typed})
        assert answer.status_code == 422
        assert 'id="code-error"' in html_of(answer)
        assert f'value="{typed}"' in html_of(answer)
        assert office.wave().state == "open"
    assert post(office.client, "/staff/dot/W/dong", {"code": " w "}).status_code == 303
    assert office.wave().state == "closed"
    assert "Chưa có phiếu nào" in office.text("/staff/dot/W/cong-bo")
    assert post(office.client, "/staff/dot/W/cong-bo").status_code == 422
    assert office.wave().state == "closed"


def test_opening_warns_of_missing_numbers_and_of_a_second_wave(office: Office) -> None:
    wave = wave_in(office, "draft")
    assert not opening_warnings(office.session, wave)
    other = make_wave(
        office.session, code="W2", units=office.communes[:1], questionnaire=wave.questionnaire, period=(START, START)
    )
    apart = (END + timedelta(days=1), END + timedelta(days=30))
    make_wave(office.session, code="W3", units=office.communes, questionnaire=wave.questionnaire, period=apart)
    wave.headline_weighting = "weighted"
    set_transactions(office.session, office.communes[0], START, END, 1250)
    office.session.commit()
    found = opening_warnings(office.session, wave)
    assert (found.without_population, [unit.code for unit in found.named]) == (1, ["X2"])
    assert list(found.overlapping) == [other]
    for page in ("tom-tat", "mo"):
        text = office.text(f"/staff/dot/W/{page}")
        assert "1 đơn vị chưa có số giao dịch" in text
        assert "Xã Sông 2." in text
        assert "/staff/giao-dich" in text
        assert "Đợt W2 cũng hỏi phiếu này" in text
    assert post(office.client, "/staff/dot/W/mo").status_code == 303
    assert office.wave().state == "open"


def test_a_share_speaks_only_of_units_with_quotas(office: Office) -> None:
    wave = wave_in(office, "open")
    field.set_quotas(office.session, wave, {office.communes[0].id: 450})
    office.session.commit()
    for page in ("/staff/dot/W/tien-do", "/staff/dot/W"):
        assert "0 / 450 ở 1 đơn vị có chỉ tiêu" in office.text(page), page
    assert "1 đơn vị chưa có chỉ tiêu mẫu" in office.text("/staff/dot/W/tien-do")
    field.set_quotas(office.session, wave, {office.communes[1].id: 50})
    office.session.commit()
    page = office.text("/staff/dot/W/tien-do")
    assert "/ 500 (" in page
    assert "có chỉ tiêu" not in page


def test_an_open_wave_leads_to_its_next_step(office: Office) -> None:
    wave = wave_in(office, "open")
    assert 'class="btn btn-primary" href="/staff/dot/W/diem-thu/tao"' in office.text("/staff/dot/W")
    make_collector(office.session, wave, office.communes[0])
    office.session.commit()
    page = office.text("/staff/dot/W")
    assert 'class="btn btn-primary" href="/staff/dot/W/tien-do"' in page
    assert 'class="btn btn-outline-danger" href="/staff/dot/W/dong"' in page


def test_quarters_are_offered_and_a_name_left_behind_is_told(office: Office) -> None:
    wave_in(office, "draft")
    typed = {"code": "W", "name_vi": "Đợt W", "name_en": "Wave W", "period_start": START, "period_end": END}
    assert 'value="2026-Q' in office.text("/staff/dot/W/ky") or START.year != 2026
    post(office.client, "/staff/dot/W/ky", typed)
    assert "Wave W" not in office.text("/staff/dot/W/phieu").partition("<form")[2]
    post(office.client, "/staff/dot/W/ky", {**typed, "name_vi": "Đợt mới"})
    assert "tên tiếng Anh thì chưa: “Wave W”" in office.text("/staff/dot/W/phieu")
    post(office.client, "/staff/dot/W/ky", {**typed, "name_vi": "", "name_en": "", "half": "2031-Q4"})
    wave = office.wave()
    assert (wave.period_start, wave.period_end) == (date(2031, 10, 1), date(2031, 12, 31))
    assert (wave.name_vi, wave.name_en) == (
        "Khảo sát mức độ hài lòng quý IV/2031",
        "Satisfaction survey, fourth quarter of 2031",
    )


def test_units_stand_by_kind_and_name(office: Office) -> None:
    last = make_unit(office.session, code="A0", parent=office.root, name_vi="Xã Yên")
    first = make_unit(office.session, code="Z9", kind="department", parent=office.root, name_vi="Sở Tư pháp")
    wave = make_wave(office.session, code="W", units=[last, *office.communes[:2], first], period=(START, END))
    office.session.commit()
    expected = ["Sở Tư pháp", "Xã Sông 1", "Xã Sông 2", "Xã Yên"]
    names = [line.unit.name_vi for line in unit_choice.field_numbers(office.session, wave, true(), (START, END))[0]]
    assert names == expected
    rows = unit_choice.choices(office.session, wave, [office.root.path], every=True)
    assert [row.name_vi for row in rows if row.takes_part] == expected
    assert rows[0].code == "T"
    units = [last, *office.communes[:2], office.root, first]
    assert [unit.name_vi for unit in unit_choice.in_tree_order(units)] == ["Tỉnh Mẫu", *expected]
    tree = office.text("/staff/don-vi/").partition("<main")[2]
    assert sorted(expected, key=tree.index) == expected
    assert 'class="crumbs"' not in tree


def test_trust_is_offered_by_channel_and_presence_only_by_who_prepares_the_wave(office: Office) -> None:
    wave_in(office, "open")
    url = "/staff/dot/W/diem-thu/tao"
    form = {"places": "units", "within": "", "respondent_group": "citizen"}
    answer = post(office.client, url, {**form, "channel": "paper", "trust": "open"})
    assert "Kênh này không thể có mức tin cậy đó" in html_of(answer)
    assert post(office.client, url, {**form, "channel": "kiosk", "trust": "present"}).status_code == 303
    sign_in(office.client, make_account(office.session, "manager", office.communes[0]))
    page = office.text(url)
    assert 'value="kiosk"' in page
    assert 'value="present"' not in page
    assert post(office.client, url, {**form, "channel": "kiosk", "trust": "present"}).status_code == 422

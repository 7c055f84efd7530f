"""The waves' pages: a wave made step by step, every action tried in every state, and what each answers."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import (
    AuditEntry,
    Collector,
    KeptStatistic,
    Seal,
    Target,
    Wave,
    WaveClosing,
    WaveUnit,
)
from survey.operations import closing
from survey.operations.transactions import set_transactions
from tests.ballots import make_collectors, some_ballots, store
from tests.factories import make_collector, make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import csrf_token, make_account, post, sign_in
from tests.wave_office import END, START, Office, make_office, wave_in


@pytest.fixture
def office(staff_session: Session, staff_client: CheckingClient) -> Office:
    return make_office(staff_session, staff_client)


def test_a_wave_is_made_step_by_step(office: Office) -> None:
    client = office.client
    page = office.text("/staff/dot/moi")
    (chosen,) = re.findall(r'name="questionnaire"[^>]*value="(\d+)"', page)
    made = post(client, "/staff/dot/moi", {"questionnaire": chosen, "owner": "T"})
    code = office.session.scalars(select(Wave.code)).one()
    base = f"/staff/dot/{code}"
    assert made.status_code == 303
    assert made.location == f"{base}/ky"
    answers = {
        "ky": {"code": "2026-THU", "name_vi": "Đợt thử", "name_en": "", "period_start": START, "period_end": END},
        "don-vi": {},
        "chi-tieu": {"target": "sipas-80"},
        "cach-tinh": {
            "design": "census", "rule": "top_two", "aggregation": "mean_of_factors", "headline_weighting": "weighted",
            "minimum_people": "12", "trust_levels": ["open", "paper"],
        },
        "so-phieu": {},
        "lich": {"opens_on": "", "closes_on": END},
    }  # fmt: skip
    steps = ["ky", "don-vi", "chi-tieu", "cach-tinh", "so-phieu", "lich", "tom-tat"]
    for step, following in itertools.pairwise(steps):
        if step == "don-vi":
            assert post(client, f"{base}/don-vi", {"branch": "T"}).status_code == 303
        if step == "so-phieu":
            assert (
                post(client, f"{base}/so-phieu", {"fill": "kind", "k-kind": "commune", "k-quota": "90"}).status_code
                == 303
            )
        sent = post(client, f"{base}/{step}", answers[step])
        base = "/staff/dot/2026-THU"
        assert (step, sent.status_code, sent.location) == (step, 303, f"{base}/{following}")
    wave = office.wave("2026-THU")
    assert (wave.design, wave.aggregation, wave.headline_weighting, wave.minimum_people) == (
        "census", "mean_of_factors", "weighted", 12,
    )  # fmt: skip
    assert [level.trust for level in wave.trust_levels] == ["open", "paper"]
    assert {row.unit.code: row.quota for row in wave.units} == {"X1": 90, "X2": 90}
    assert (wave.owner_id, wave.closes_on) == (office.root.id, END)
    summary = office.text(f"{base}/tom-tat")
    assert f"{base}/mo" in summary
    assert post(client, f"{base}/mo").status_code == 303
    assert office.wave("2026-THU").state == "open"
    assert office.text(base).count("Trần Thị Tổng Hợp") == 2  # who is signed in, and who opened it
    assert (
        office.session.scalar(select(AuditEntry.actor).where(AuditEntry.after.contains('"open"')))
        == "Trần Thị Tổng Hợp"
    )


STEPS = ("phieu", "ky", "chi-tieu", "chi-tieu/moi", "cach-tinh", "tom-tat")
# What each page answers in each state: 200 shows it, anything else leads to the wave's page with the reason.
SHOWN = {
    "draft": {*STEPS, "don-vi", "so-phieu", "lich", "mo", "xoa", "phat-phieu", "diem-thu/", "diem-thu/tao"},
    "open": {"don-vi", "so-phieu", "lich", "dong", "tien-do", "phat-phieu", "diem-thu/", "diem-thu/tao"},
    "closed": {"cong-bo", "tien-do", "phat-phieu", "diem-thu/"},
    "published": {"tien-do", "diem-thu/"},
}  # fmt: skip
PAGES = sorted(set().union(*SHOWN.values()))
# POST → the state it leads to, by the state it is tried in; what is not listed leaves the state as it is.
LEADS = {("draft", "mo"): "open", ("open", "dong"): "closed"}  # publishing takes filings and two people


@pytest.mark.parametrize("state", ["draft", "open", "closed", "published"])
def test_every_page_is_shown_in_its_states_and_says_why_in_others(office: Office, state: str) -> None:
    wave_in(office, state)
    shown = set()
    for page in PAGES:
        answer = office.client.get(f"/staff/dot/W/{page}")
        if answer.status_code == 200:
            shown.add(page)
            continue
        assert (page, answer.status_code, answer.location) == (page, 303, "/staff/dot/W")
        told = office.text("/staff/dot/W")
        assert 'class="alert alert-danger"' in told, page
        assert not re.search(r"\b(draft|open|closed|published)\b[:;]", told), "the state stands there untranslated"
    assert shown == SHOWN[state]


@pytest.mark.parametrize("state", ["draft", "open", "closed", "published"])
def test_every_step_is_refused_unless_it_is_next(office: Office, state: str) -> None:
    token = csrf_token(office.client, "/staff/dot/moi")
    for action in ("mo", "dong", "cong-bo", "xoa"):
        wave_in(office, state, code=f"W-{action}")
        answer = office.client.post(
            f"/staff/dot/W-{action}/{action}", data={"csrf_token": token, "code": f"W-{action}"}
        )
        assert answer.status_code == 303
        left = office.session.scalar(select(Wave.state).where(Wave.code == f"W-{action}"))
        office.session.rollback()
        expected = None if (state, action) == ("draft", "xoa") else LEADS.get((state, action), state)
        assert (action, left) == (action, expected)
        flashed = office.text(answer.location)
        refused = (state, action) not in LEADS and (state, action) != ("draft", "xoa")
        assert ('class="alert alert-danger"' in flashed) == refused, action


def test_an_action_without_its_token_does_nothing(office: Office) -> None:
    wave_in(office, "open")
    assert office.client.post("/staff/dot/W/dong").status_code == 400
    assert office.wave().state == "open"


def test_closing_seals_and_keeps_the_statistics(staff_session: Session, staff_client: CheckingClient) -> None:
    collectors = make_collectors(staff_session)
    store(staff_session, some_ballots(collectors, 40))
    wave = collectors[0].wave
    sign_in(staff_client, make_account(staff_session, "compiler", wave.owner))
    typed = {"code": wave.code}
    assert post(staff_client, f"/staff/dot/{wave.code}/dong", typed).location == f"/staff/dot/{wave.code}"
    staff_session.expire_all()
    assert wave.state == "closed"
    assert staff_session.scalar(select(func.sum(Seal.leaves))) == 40
    assert "alpha" in staff_session.scalars(select(KeptStatistic.code)).all()
    changed = staff_session.execute(
        select(AuditEntry.actor_kind, AuditEntry.after).where(AuditEntry.action == "wave.change")
    ).all()
    assert [(row.actor_kind, '"closed"' in row.after) for row in changed] == [("account", True)]


def test_a_big_wave_is_closed_in_the_background(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    collectors = make_collectors(staff_session)
    store(staff_session, some_ballots(collectors, 10))
    wave = collectors[0].wave
    sign_in(staff_client, make_account(staff_session, "compiler", wave.owner))
    closing.seal_all(staff_app.extensions["engine"])
    monkeypatch.setattr(closing, "RESPONSES_AT_ONCE", 1)
    progress = f"/staff/dot/{wave.code}/dang-dong"
    assert post(staff_client, f"/staff/dot/{wave.code}/dong", {"code": wave.code}).location == progress
    asked = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "wave.close")).one()
    assert (asked.actor_kind, asked.subject) == ("account", wave.code)
    page = staff_client.get(progress)
    assert page.status_code == 200
    assert 'data-refresh="3"' in html_of(page)
    staff_session.expire_all()
    assert wave.state == "open"
    run = staff_session.scalars(select(WaveClosing)).one()
    run.done, run.responses, wave.state, wave.closed_at = 3, 9, "closed", datetime.now(UTC)
    staff_session.commit()
    assert 'value="3"' in html_of(staff_client.get(progress))
    told = staff_client.post(
        f"/staff/dot/{wave.code}/cong-bo", data={"csrf_token": csrf_token(staff_client, "/staff/dot/moi")}
    )
    assert told.status_code == 303
    staff_session.expire_all()
    assert wave.state == "closed"
    closing.finish_wave(staff_app.extensions["engine"], wave.id, datetime.now(UTC))
    assert staff_client.get(progress).location == f"/staff/dot/{wave.code}"


def test_what_was_typed_wrong_comes_back_at_its_field(office: Office) -> None:
    wave_in(office, "draft")
    wave_in(office, "draft", code="taken")
    typed = {"code": "taken", "name_vi": "Tên mới", "name_en": "", "period_start": START, "period_end": END}
    answer = post(office.client, "/staff/dot/W/ky", typed)
    assert answer.status_code == 422
    page = html_of(answer)
    assert 'value="Tên mới"' in page
    assert 'id="code-error"' in page
    assert office.wave().name_vi == "Đợt W"
    for wrong in ({"code": "moi"}, {"code": "a b"}, {"period_end": date(2000, 1, 1)}, {"name_vi": ""}):
        assert post(office.client, "/staff/dot/W/ky", {**typed, "code": "W", **wrong}).status_code == 422, wrong
    for wrong in ({"minimum_people": "0"}, {"trust_levels": []}, {"design": "x"}):
        method = {"design": "census", "rule": "top_two", "aggregation": "pool_answers", "minimum_people": "30",
                  "headline_weighting": "weighted", "trust_levels": ["open"], **wrong}  # fmt: skip
        assert post(office.client, "/staff/dot/W/cach-tinh", method).status_code == 422, wrong
    assert post(office.client, "/staff/dot/W/lich", {"opens_on": END, "closes_on": START}).status_code == 422
    assert (
        post(office.client, "/staff/dot/W/so-phieu", {"fill": "kind", "k-kind": "commune", "k-quota": ""}).status_code
        == 422
    )
    grid = post(office.client, "/staff/dot/W/so-phieu", {f"q-{office.communes[0].id}": "chín mươi"})
    assert grid.status_code == 422
    assert 'value="chín mươi"' in html_of(grid)
    assert (
        post(
            office.client, "/staff/dot/W/so-phieu", {"fill": "transactions", "n-error": "0", "n-period": "own"}
        ).status_code
        == 422
    )


def test_every_button_stores_before_it_leads_on(office: Office) -> None:
    wave_in(office, "draft")
    typed = {"code": "W", "name_vi": "Đợt khác", "name_en": "Other", "period_start": START, "period_end": END}
    assert post(office.client, "/staff/dot/W/ky", {**typed, "go": "method"}).location == "/staff/dot/W/cach-tinh"
    assert office.wave().name_vi == "Đợt khác"
    assert (
        post(office.client, "/staff/dot/W/lich", {"closes_on": END, "go": "quotas"}).location == "/staff/dot/W/so-phieu"
    )
    assert office.wave().closes_on == END
    half = post(office.client, "/staff/dot/W/ky", {**typed, "half": "2031-H1"})
    assert half.status_code == 303
    office.session.rollback()
    assert office.session.scalars(select(Wave.period_start)).one() == date(2031, 1, 1)


def test_units_are_ticked_by_page_and_by_branch(office: Office) -> None:
    wave_in(office, "draft")
    one, two, bare = office.communes
    page = office.text("/staff/dot/W/don-vi")
    assert bare.name_vi not in page
    assert bare.name_vi in office.text("/staff/dot/W/don-vi?tat-ca=1")
    assert "Xã Sông 2" not in office.text("/staff/dot/W/don-vi?q=song+1")
    shown = {"shown": [one.id, two.id, bare.id], "unit": [bare.id], "stay": "1"}
    assert post(office.client, "/staff/dot/W/don-vi?tat-ca=1", shown).status_code == 303
    assert {row.unit.code for row in office.wave().units} == {"X3"}
    post(office.client, "/staff/dot/W/don-vi", {"branch": "T"})
    assert {row.unit.code for row in office.wave().units} == {"X1", "X2", "X3"}
    post(office.client, "/staff/dot/W/don-vi", {"leave": "T"})
    assert office.wave().units == []
    foreign = make_unit(office.session, code="Z", kind="province")
    office.session.commit()
    assert post(office.client, "/staff/dot/W/don-vi", {"branch": foreign.code}).status_code == 404


def test_quotas_come_from_transactions(office: Office) -> None:
    wave_in(office, "draft")
    set_transactions(office.session, office.communes[0], START, END, 1250)
    office.session.commit()
    url = "/staff/dot/W/so-phieu"
    post(office.client, url, {"fill": "transactions", "n-error": "5", "n-period": "own"})
    quotas = {row.unit.code: row.quota for row in office.wave().units}
    assert quotas == {"X1": 304, "X2": None}  # 1250 / (1 + 1250 · 0,0025) = 303,03
    post(office.client, url, {f"q-{office.communes[1].id}": "1.200", "stay": "1"})
    assert office.session.get_one(WaveUnit, (office.wave().id, office.communes[1].id)).quota == 1200
    post(office.client, url, {"fill": "none"})
    assert {row.quota for row in office.wave().units} == {None}


def test_a_new_target_is_chosen_at_once(office: Office) -> None:
    wave_in(office, "draft")
    typed = {"code": "sipas-90", "percent": "90,5", "reference_vi": "Kế hoạch 12/KH-UBND", "valid_from": START}
    assert post(office.client, "/staff/dot/W/chi-tieu/moi", typed).status_code == 303
    target = office.session.scalars(select(Target).where(Target.code == "sipas-90")).one()
    assert target.value == Decimal("0.905")
    assert office.wave().target_id == target.id
    for wrong in ({"percent": "abc"}, {"percent": "100"}, {"code": "sipas-90"}, {"valid_until": date(2000, 1, 1)}):
        answer = post(office.client, "/staff/dot/W/chi-tieu/moi", {**typed, "code": "other", **wrong})
        assert answer.status_code == 422, wrong


def test_an_earlier_wave_is_copied_in_one_press(office: Office) -> None:
    wave_in(office, "published")
    answer = post(office.client, "/staff/dot/W/sao-chep", page="/staff/dot/W")
    assert answer.status_code == 303
    copy = office.session.scalars(select(Wave).where(Wave.state == "draft")).one()
    assert answer.location == f"/staff/dot/{copy.code}/ky"
    assert {row.unit.code for row in copy.units} == {"X1", "X2"}


def test_the_list_is_filtered_and_paged(office: Office) -> None:
    for number in range(53):
        wave_in(office, "draft" if number % 2 else "open", code=f"P-{number:02}")
    first = office.text("/staff/dot/")
    assert len(re.findall(r'href="/staff/dot/P-\d\d"', first)) == 50
    following = re.search(r'href="(/staff/dot/\?sau=[^"]+)"', first)
    assert following
    assert len(re.findall(r'href="/staff/dot/P-\d\d"', office.text(following.group(1)))) == 3
    assert len(re.findall(r'href="/staff/dot/P-\d\d"', office.text("/staff/dot/?state=draft"))) == 26
    assert re.findall(r'href="/staff/dot/(P-\d\d)"', office.text("/staff/dot/?q=P-07")) == ["P-07"]


def test_a_manager_sees_the_wave_of_the_superior_and_changes_nothing(office: Office) -> None:
    wave_in(office, "open")
    sign_in(office.client, make_account(office.session, "manager", office.communes[0]))
    assert 'href="/staff/dot/W"' in office.text("/staff/dot/")
    assert "/staff/dot/W/dong" not in office.text("/staff/dot/W")
    for page in ("dong", "don-vi", "ky", "lich", "so-phieu"):
        assert office.client.get(f"/staff/dot/W/{page}").status_code == 403, page
    stranger = make_unit(office.session, code="Z", kind="province")
    sign_in(office.client, make_account(office.session, "manager", stranger))
    assert office.client.get("/staff/dot/W").status_code == 403
    assert 'href="/staff/dot/W"' not in office.text("/staff/dot/")


def test_a_failure_of_the_schedule_stands_on_the_wave(office: Office) -> None:
    wave = wave_in(office, "draft")
    for row in list(wave.units):
        office.session.delete(row)
    wave.schedule_failure, wave.schedule_failed_at = "no_units", datetime.now(UTC)
    office.session.commit()
    assert "chưa có đơn vị" in office.text("/staff/dot/W")


def test_collectors_without_reach_are_not_there(office: Office) -> None:
    wave = wave_in(office, "open")
    mine, other = (make_collector(office.session, wave, commune) for commune in office.communes[:2])
    office.session.commit()
    sign_in(office.client, make_account(office.session, "manager", office.communes[0]))
    page = office.text("/staff/dot/W/diem-thu/")
    assert mine.code in page
    assert other.code not in page
    assert office.client.get(f"/staff/dot/W/diem-thu/{other.code}").status_code == 403
    assert office.client.get(f"/staff/dot/W/diem-thu/{mine.code}").status_code == 200
    assert office.session.scalar(select(func.count()).select_from(Collector)) == 2

"""Signing in: password, then the code; what stands between them, what is slowed, and what nobody learns by trying."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.accounts import invitations, people, second_factor
from survey.accounts.models import Account
from survey.accounts.samples import PASSWORD as SAMPLE_PASSWORD
from survey.accounts.samples import make_samples
from survey.models import AuditEntry, Unit
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import PASSWORD, make_account, post, sign_in

LOGIN = "/staff/dang-nhap"
CODE = f"{LOGIN}/ma"
RECOVERY = f"{LOGIN}/ma-du-phong"
SET_UP = "/staff/xac-thuc-hai-lop"
WRONG = "Địa chỉ hoặc mật khẩu không đúng."
VIETNAMESE = {"headers": {"Accept-Language": "vi"}}


@pytest.fixture
def unit(staff_session: Session) -> Unit:
    unit = make_unit(staff_session, code="T", kind="province")
    staff_session.commit()
    return unit


def give_password(client: CheckingClient, email: str, password: str, **more: object) -> TestResponse:
    return post(client, LOGIN, {"email": email, "password": password}, **VIETNAMESE, **more)


def code_of(app: Flask, account: Account) -> str:
    with app.app_context():
        return second_factor.current_code(account)


def test_password_then_code(staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit) -> None:
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    first = give_password(staff_client, account.email.upper(), PASSWORD)
    assert (first.status_code, first.location) == (302, CODE)
    second = post(staff_client, CODE, {"code": code_of(staff_app, account)})
    assert (second.status_code, second.location) == (302, "/staff/")
    assert staff_client.get("/staff/").status_code == 200
    deeds = staff_session.scalars(select(AuditEntry.action).where(AuditEntry.subject == account.email)).all()
    assert deeds == ["account.sign_in"]


def test_nothing_opens_between_password_and_code(
    staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    assert staff_client.get(CODE).location == LOGIN
    assert staff_client.get(RECOVERY).location == LOGIN
    give_password(staff_client, account.email, PASSWORD)
    for url in ("/staff/", "/staff/nguoi-dung/", "/staff/tai-khoan/", "/staff/tai-khoan/mat-khau", SET_UP):
        assert staff_client.get(url).location.startswith(LOGIN), url
    wrong = post(staff_client, CODE, {"code": "000000"}, **VIETNAMESE)
    assert wrong.status_code == 200
    assert "Mã không đúng" in html_of(wrong)
    assert staff_client.get("/staff/").location.startswith(LOGIN)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11), tick=True):
        assert staff_client.get(CODE).location == LOGIN


def test_a_code_is_taken_once(staff_app: Flask, staff_session: Session, unit: Unit) -> None:
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    with time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False) as clock:
        code = code_of(staff_app, account)
        answers = []
        for _ in range(2):
            client = staff_app.test_client()
            give_password(client, account.email, PASSWORD)
            answers.append(post(client, CODE, {"code": code}).status_code)
        assert answers == [302, 200]
        clock.shift(60)
        client = staff_app.test_client()
        give_password(client, account.email, PASSWORD)
        assert post(client, CODE, {"code": code_of(staff_app, account)}).status_code == 302


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_a_vietnamese_password_is_one_however_it_is_typed(
    staff_session: Session, staff_client: CheckingClient, unit: Unit, form: str
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    staff_session.commit()
    typed = unicodedata.normalize(form, PASSWORD)
    assert give_password(staff_client, account.email, typed).location == "/staff/"


def test_the_answer_does_not_tell_which_addresses_have_an_account(
    staff_app: Flask, staff_session: Session, unit: Unit
) -> None:
    known = make_account(staff_session, "viewer", unit, password=PASSWORD)
    disabled = make_account(staff_session, "viewer", unit, password=PASSWORD)
    disabled.active = False
    invited = make_account(staff_session, "viewer", unit)
    invited.password = None
    staff_session.commit()
    pages = []
    tries = [(known.email, "not this one"), (disabled.email, PASSWORD), (invited.email, ""), ("x@example.vn", "any")]
    for email, password in tries:
        answer = give_password(staff_app.test_client(), email, password or "none")
        assert answer.status_code == 200
        page = re.sub(r'name="csrf_token"[^>]*|value="[^"]*@[^"]*"', "", html_of(answer))
        assert WRONG in page
        pages.append(page)
    assert len(set(pages)) == 1


def test_a_hash_is_computed_whether_or_not_there_is_an_account(
    staff_session: Session, staff_client: CheckingClient, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.accounts import passwords

    compared: list[str] = []
    real = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda typed, known: compared.append(known) or real(typed, known))
    give_password(staff_client, "nobody@example.vn", "whatever it is")
    assert len(compared) == 1
    assert compared[0].startswith("$argon2id$")


def test_attempts_wait_after_failures_and_nobody_is_locked_out(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    other = make_account(staff_session, "viewer", unit, password=PASSWORD)
    staff_session.commit()
    with time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False) as clock:
        for _ in range(5):
            assert give_password(staff_client, account.email, "guess").status_code == 200
        waits = give_password(staff_client, account.email, PASSWORD)
        assert waits.status_code == 429
        assert "Vui lòng thử lại sau" in html_of(waits)
        assert give_password(staff_app.test_client(), other.email, PASSWORD).location == "/staff/"
        elsewhere = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
        assert give_password(staff_app.test_client(), account.email, PASSWORD, **elsewhere).location == "/staff/"
        clock.shift(3)
        assert give_password(staff_client, account.email, PASSWORD).location == "/staff/"
    deeds = staff_session.scalars(select(AuditEntry.action).where(AuditEntry.subject == account.email)).all()
    assert deeds.count("account.sign_in_failed") == 5
    assert deeds.count("account.delayed") == 1


def test_guesses_from_many_addresses_wait_a_minute_at_most(
    staff_app: Flask, staff_session: Session, unit: Unit
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    staff_session.commit()
    with time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False) as clock:
        refused = 0
        for k in range(60):
            here = {"environ_overrides": {"REMOTE_ADDR": f"198.51.100.{k}"}}
            refused += give_password(staff_app.test_client(), account.email, "guess", **here).status_code == 429
            clock.shift(5)
        assert refused > 20
        clock.shift(60)
        assert give_password(staff_app.test_client(), account.email, PASSWORD).location == "/staff/"


def test_codes_wait_too(staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit) -> None:
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    with time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False):
        for _ in range(5):
            give_password(staff_client, account.email, PASSWORD)
            assert post(staff_client, CODE, {"code": "123456"}).status_code == 200
        assert post(staff_client, CODE, {"code": code_of(staff_app, account)}).status_code == 429


def test_a_role_that_asks_for_a_second_factor_opens_its_set_up_only(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    account = make_account(staff_session, "manager", unit, password=PASSWORD, second_factor=False)
    staff_session.commit()
    assert give_password(staff_client, account.email, PASSWORD).location == "/staff/"
    for url in ("/staff/", "/staff/tai-khoan/", "/staff/tai-khoan/mat-khau", "/staff/phieu/"):
        assert staff_client.get(url).location == SET_UP, url
    page = html_of(staff_client.get(SET_UP))
    key = re.search(r'class="secret-key">([^<]+)<', page)
    assert key is not None
    assert 'src="data:image/svg+xml;base64,' in page
    from passlib.totp import TOTP

    code = TOTP(key=key.group(1).replace("-", ""), format="base32").generate().token
    done = post(staff_client, SET_UP, {"code": code})
    codes = re.findall(r"<code>([0-9A-Z-]{14})</code>", html_of(done))
    assert len(codes) == 10
    assert staff_client.get("/staff/").status_code == 200
    staff_session.rollback()
    stored = staff_session.get_one(Account, account.id)
    assert key.group(1).replace("-", "") not in (stored.tf_totp_secret or "")
    assert not set(codes) & set(stored.mf_recovery_codes or [])
    _recover(staff_app, account, codes)


def _recover(app: Flask, account: Account, codes: list[str]) -> None:
    """Each recovery code opens once, typed as people type it."""
    for typed, opens in ((codes[0].lower().replace("-", " "), True), (codes[0], False), (codes[1], True)):
        client = app.test_client()
        give_password(client, account.email, PASSWORD)
        answer = post(client, RECOVERY, {"code": typed})
        assert (answer.status_code == 302) is opens
        assert (client.get("/staff/").status_code == 200) is opens


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/staff/nguoi-dung/?q=a", "/staff/nguoi-dung/?q=a"),
        ("https://evil.example/staff/", "/staff/"),
        ("//evil.example/staff/", "/staff/"),
        ("/staff/\\evil.example", "/staff/"),
        ("/ket-qua", "/staff/"),
    ],
)
def test_sign_in_leads_to_pages_of_ours_only(
    staff_session: Session, staff_client: CheckingClient, unit: Unit, wanted: str, leads_to: str
) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    staff_session.commit()
    url = f"{LOGIN}?next={wanted}"
    assert post(staff_client, url, {"email": account.email, "password": PASSWORD}).location == leads_to


def test_the_cookie_is_for_the_back_office_alone(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    for base, secure in (("http://127.0.0.1:8000", False), ("https://khaosat.example.vn", True)):
        app = make_app(DATABASE_URL=sqlite_url, BASE_URL=base)
        answer = app.test_client().get(LOGIN)
        cookie = answer.headers["Set-Cookie"]
        assert "; HttpOnly" in cookie
        assert "; Path=/staff" in cookie
        assert "; SameSite=Lax" in cookie
        assert ("; Secure" in cookie) is secure
        assert answer.headers["Cache-Control"] == "no-store"
        app.extensions["engine"].dispose()


def test_the_citizens_pages_read_no_session(staff_app: Flask, staff_session: Session, unit: Unit) -> None:
    account = make_account(staff_session, "administrator", unit)
    client = staff_app.test_client()
    sign_in(client, account)
    for url in ("/ket-qua", "/s/", "/no/such/page"):
        answer = client.get(url)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_sample_accounts_stay_out_of_a_real_installation(
    make_app: Callable[..., Flask], sqlite_url: str, staff_session: Session, unit: Unit
) -> None:
    apps = [
        make_app(DATABASE_URL=sqlite_url, BASE_URL="http://127.0.0.1:8000"),
        make_app(DATABASE_URL=sqlite_url, BASE_URL="https://khaosat.example.vn"),
        make_app(DATABASE_URL=sqlite_url, BASE_URL="https://khaosat.example.vn", SAMPLE_ACCOUNTS=True),
    ]
    with apps[0].app_context():
        sample = make_samples(staff_session, unit, unit, datetime.now(UTC))[5]
        staff_session.commit()
    found = []
    for app in apps:
        base = app.config["BASE_URL"]
        client = app.test_client()
        page = html_of(client.get(LOGIN, base_url=base, **VIETNAMESE))
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        data = {"email": sample.email, "password": SAMPLE_PASSWORD, "csrf_token": token.group(1)}
        answer = client.post(LOGIN, data=data, base_url=base, headers={"Referer": f"{base}{LOGIN}"})
        found.append(answer.location)
        app.extensions["engine"].dispose()
    assert found == [CODE, None, CODE]


def test_sign_in_needs_a_token(staff_session: Session, staff_client: CheckingClient, unit: Unit) -> None:
    account = make_account(staff_session, "viewer", unit, password=PASSWORD)
    staff_session.commit()
    answer = staff_client.post(LOGIN, data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert staff_client.get("/staff/").location.startswith(LOGIN)


@time_machine.travel(datetime(2026, 3, 2, 8, tzinfo=UTC), tick=False)
def test_the_whole_road_on_both_databases(app: Flask, session: Session, client: CheckingClient) -> None:
    """Invited, password, second factor, out, in by a code, out, in by a recovery code, out elsewhere, disabled."""
    province = make_unit(session, code="T", kind="province")
    at = datetime.now(UTC)
    account = people.create_account(session, name="A", email="a@example.vn", role="manager", unit=province, at=at)
    token = invitations.invite(session, account, at)
    make_account(session, "administrator", province)
    session.commit()
    assert post(client, f"/staff/loi-moi/{token}", {"new_password": PASSWORD}).location == "/staff/"
    client.get(SET_UP)
    with client.session_transaction("/staff/") as cookie:
        secret = cookie["new_secret"]
    with app.app_context():
        first = second_factor._security().totp_factory.generate_totp_password(secret)
    codes = re.findall(r"<code>([0-9A-Z-]{14})</code>", html_of(post(client, SET_UP, {"code": first})))
    session.refresh(account)
    with time_machine.travel(at + timedelta(seconds=30), tick=False):
        for address, code in ((CODE, code_of(app, account)), (RECOVERY, codes[0])):
            post(client, "/staff/dang-xuat", page="/staff/")
            assert give_password(client, account.email, "wrong").status_code == 200
            assert give_password(client, account.email, PASSWORD).location == CODE
            assert post(client, address, {"code": "999999"}).status_code == 200
            assert post(client, address, {"code": code}).location == "/staff/"
            assert client.get("/staff/").status_code == 200
        post(client, "/staff/tai-khoan/dang-xuat-moi-noi", page="/staff/tai-khoan/")
        assert client.get("/staff/").status_code == 200
        session.rollback()
        people.disable(session, session.get_one(Account, account.id), by=None)
        session.commit()
        assert client.get("/staff/").location.startswith(LOGIN)


def test_nothing_of_the_library_speaks_to_the_reader(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient, unit: Unit
) -> None:
    """Its pages are not there, and of forms sent empty every complaint is Vietnamese."""
    ours = {name.partition(".")[0] for name in staff_app.view_functions if name.startswith("security.")}
    assert ours == {"security"}
    assert staff_app.view_functions["security.login"].__module__ == "survey.blueprints.security"
    account = make_account(staff_session, "administrator", unit, password=PASSWORD)
    staff_session.commit()
    said = [post(staff_client, LOGIN, {}, **VIETNAMESE)]
    give_password(staff_client, account.email, PASSWORD)
    said += [post(staff_client, address, {}, **VIETNAMESE) for address in (CODE, RECOVERY)]
    sign_in(staff_client, account)
    own = "/staff/tai-khoan"
    pages = (SET_UP, f"{own}/mat-khau", f"{own}/ma-du-phong", f"{own}/", "/staff/nguoi-dung/moi")
    said += [post(staff_client, address, {}, **VIETNAMESE) for address in pages]
    for answer in said:
        complaints = re.findall(r'class="invalid-feedback[^>]*>([^<]*)<', html_of(answer))
        assert complaints
        assert all(re.search(r"[ạảãàáâậầấẩẫăắằặẳẵđêếềểễệôốồổỗộơớờởỡợưứừửữự]", complaint) for complaint in complaints)

"""Accounts on both databases: what tables refuse, delays under many hands, links used once, the last administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.accounts import directory, invitations, people, throttle
from survey.accounts.invitations import InvitationError
from survey.accounts.models import Account, RoleGrant, SignInDelay
from survey.accounts.people import AccountError
from survey.accounts.policy import Grant
from survey.accounts.scope import Scope
from survey.operations.errors import OperationError
from survey.operations.writing import begin_write
from tests.factories import make_unit
from tests.staff import make_account

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
HANDS = 8


@pytest.fixture
def app(make_app: Callable[..., Flask], engine: Engine, database_url: str) -> Iterator[Flask]:
    app = make_app(ENGINE=engine, DATABASE_URL=database_url)
    with app.app_context():
        yield app


def together(app: Flask, engine: Engine, work: Callable[[Session], object]) -> list[object]:
    """What `work` gives, or is refused by, in sessions of its own that begin at the same time."""

    def one(_k: int) -> object:
        with app.app_context(), Session(engine, expire_on_commit=False) as session:
            begin_write(session)
            try:
                done = work(session)
                session.commit()
            except (OperationError, throttle.TooSoon) as refused:
                return refused
            return done

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_an_address_is_one_account_however_it_is_spelled(session: Session) -> None:
    unit = make_unit(session, code="T", kind="province")
    people.create_account(session, name="A", email=" MỚI@Example.VN ", role="viewer", unit=unit, at=NOW)
    found = people.find_account(session, "mới@example.vn")
    assert found.grants == (Grant("viewer", unit.path),)
    with pytest.raises(AccountError) as refused:
        people.create_account(session, name="B", email="mơ\u0301i@example.vn", role="viewer", unit=unit, at=NOW)
    assert refused.value.code == "email_taken"


@pytest.mark.parametrize("email", ["", "a", "a@", "@b.vn", "a b@c.vn", "a@b..vn", f"{'a' * 65}@b.vn", "a@b.vn\nc@d.vn"])
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    unit = make_unit(session, code="T", kind="province")
    with pytest.raises(AccountError) as refused:
        people.create_account(session, name="A", email=email, role="viewer", unit=unit, at=NOW)
    assert refused.value.code == "email_form"


def test_the_tables_refuse_nonsense(session: Session) -> None:
    unit = make_unit(session, code="T", kind="province")
    account = make_account(session, "viewer", unit)
    grant = {"account_id": account.id, "unit_id": unit.id}
    for statement in (
        insert(RoleGrant).values(role="king", **grant),
        insert(RoleGrant).values(role="viewer", **grant),
        update(Account).values(language="fr"),
        update(Account).values(tf_primary_method="authenticator"),
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(statement)


def test_where_an_account_stands_is_what_all_its_roles_lie_within(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    commune, other = (make_unit(session, code=code, parent=province) for code in ("X1", "X2"))
    room = make_unit(session, code="P", kind="room", parent=commune)
    account = make_account(session, "viewer", room)
    assert account.place == room.path
    for unit, place in ((commune, commune.path), (other, province.path)):
        people.grant(session, account, "entry", unit, by=None)
        assert account.place == place
    people.grant(session, account, "entry", make_unit(session, code="Z", kind="province"), by=None)
    assert account.place is None


def test_a_hundred_attempts_at_once_are_a_hundred_failures(app: Flask, engine: Engine, session: Session) -> None:
    tried = throttle.subjects("key", "a@example.vn", "192.0.2.1")
    results = together(app, engine, lambda own: throttle.attempt(own, tried, NOW))
    counted = [result for result in results if isinstance(result, bool)]
    assert len(counted) == throttle.HERE.free
    assert counted.count(True) == 1
    assert all(isinstance(result, throttle.TooSoon) for result in results if not isinstance(result, bool))
    kept = session.scalars(select(SignInDelay.subject)).all()
    assert len(kept) == 3
    assert not any("example" in digest or "192" in digest for digest in kept)


def test_delays_double_and_are_forgiven_and_forgotten(session: Session) -> None:
    tried = throttle.code_subjects("key", 1)
    clock, waits = NOW, []
    for _ in range(20):
        throttle.attempt(session, tried, clock)
        waits.append(session.scalars(select(SignInDelay)).one().waits_until - clock)
        clock += waits[-1]
        session.expire_all()
    seconds = [wait.total_seconds() for wait in waits]
    assert seconds[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert seconds[-1] == 900
    with pytest.raises(throttle.TooSoon) as soon:
        throttle.attempt(session, tried, clock - timedelta(seconds=90))
    assert soon.value.seconds == 91
    throttle.forgive(session, tried)
    assert session.scalar(select(func.count()).select_from(SignInDelay)) == 0
    throttle.attempt(session, tried, clock)
    throttle.attempt(session, throttle.code_subjects("key", 2), clock + timedelta(days=2))
    assert session.scalar(select(func.count()).select_from(SignInDelay)) == 1


def test_success_does_not_wipe_out_what_others_failed_from_the_same_address(session: Session) -> None:
    for k in range(3):
        throttle.attempt(session, throttle.subjects("key", f"{k}@example.vn", "192.0.2.1"), NOW)
    throttle.forgive(session, throttle.subjects("key", "0@example.vn", "192.0.2.1"))
    shared = throttle.subjects("key", "any", "192.0.2.1")[2]
    assert session.get_one(SignInDelay, shared.digest).failures == 2


def test_of_many_who_use_a_link_at_once_one_sets_the_password(app: Flask, engine: Engine, session: Session) -> None:
    unit = make_unit(session, code="T", kind="province")
    account = people.create_account(session, name="A", email="a@example.vn", role="viewer", unit=unit, at=NOW)
    token = invitations.invite(session, account, NOW)
    session.commit()
    results = together(app, engine, lambda own: invitations.accept(own, token, "a hash", NOW))
    assert sum(isinstance(result, Account) for result in results) == 1
    assert sum(isinstance(result, InvitationError) for result in results) == HANDS - 1


def test_two_administrators_cannot_disable_each_other_at_once(app: Flask, engine: Engine, session: Session) -> None:
    unit = make_unit(session, code="T", kind="province")
    ids = [make_account(session, "administrator", unit).id for _ in range(HANDS)]
    session.commit()
    taken = iter(ids)
    together(app, engine, lambda own: people.disable(own, own.get_one(Account, next(taken)), by=None))
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Account).where(Account.active)) == 1


def test_a_unit_keeps_an_administrator_who_can_sign_in(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    commune = make_unit(session, code="X", parent=province)
    only = make_account(session, "administrator", province)
    invited = make_account(session, "administrator", province)
    invited.password = None
    below = make_account(session, "administrator", commune)
    session.flush()
    with pytest.raises(AccountError, match="last administrator"):
        people.disable(session, only, by=None)
    people.disable(session, below, by=None)  # the province's stands over the commune
    invited.password = "unusable"
    session.flush()
    people.disable(session, only, by=None)


def test_people_are_listed_within_reach_by_name(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    commune = make_unit(session, code="X", parent=province, name_vi="Xã 100%")
    for k in range(directory.PAGE + 5):
        make_account(session, "viewer", commune, name=f"Tên {k % 7}", email=f"{k}@example.vn")
    make_account(session, "viewer", province, name="Ở trên")
    reach = Scope((commune.path,))
    first, after = directory.people(session, reach)
    second, end = directory.people(session, reach, after=after)
    assert end is None
    listed = [(account.name, account.id) for account in [*first, *second]]
    assert listed == sorted(listed)
    assert len(set(listed)) == directory.PAGE + 5
    assert directory.people(session, reach, words="0%") == ([], None)
    assert directory.unit_within(session, reach, "Xã 100%") is commune
    assert directory.unit_within(session, reach, "T") is None
    assert directory.people(session, Scope(())) == ([], None)


def test_nobody_manages_an_account_whose_roles_he_could_not_give(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    commune = make_unit(session, code="X", parent=province)
    above, beside = make_account(session, "administrator", province), make_account(session, "administrator", commune)
    watching = make_account(session, "auditor", commune)  # given from above: the commune does not give it to itself
    held = people.grant(session, watching, "viewer", commune, by=above)
    watched: tuple[Callable[[Account], object], ...] = (
        lambda by: people.disable(session, watching, by=by),
        lambda by: people.enable(session, watching, by=by),
        lambda by: people.revoke(session, held, by=by),
    )
    for change in watched:
        with pytest.raises(AccountError) as refused:
            change(beside)
        assert refused.value.code == "not_his"
        assert (watching.active, len(watching.role_grants)) == (True, 2)
    for change in watched:
        change(above)
    assert (watching.active, [held.role for held in watching.role_grants]) == (True, ["auditor"])


def test_the_root_keeps_its_last_administrator_from_himself_and_from_others(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    last = make_account(session, "administrator", province)
    own = people.grant(session, last, "viewer", province, by=None)
    last_grant = next(held for held in last.role_grants if held is not own)
    for by, reason in ((last, "oneself"), (None, "last_administrator")):
        for change in (
            lambda by: people.disable(session, last, by=by),
            lambda by: people.revoke(session, last_grant, by=by),
        ):
            with pytest.raises(AccountError) as refused:
                change(by)
            assert refused.value.code == reason

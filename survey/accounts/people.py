"""Who has an account and which roles: invited, granted and revoked within the reach of whoever does it.

The rules beyond the policy: nobody changes his own roles or disables himself, nobody manages an account whose roles he
could not give, an account keeps at least one role (else it is disabled), and no unit that has an administrator over it
loses its last one.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import second_factor, sessions
from survey.accounts.models import Account, RoleGrant, normalised_email
from survey.accounts.policy import ROLES, may_give
from survey.models import Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")


class AccountError(OperationError):
    """A change of an account or its roles that may not be."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no account with the address %(email)s."),
        "email_form": _n("%(email)s is no e-mail address."),
        "email_taken": _n("There is an account with the address %(email)s already."),
        "name_missing": _n("An account needs a name."),
        "role_unknown": _n("There is no role %(role)s."),
        "role_from_above": _n(
            "This role reads exact figures or single answers: on %(unit)s only an administrator of a superior unit "
            "gives it."
        ),
        "not_his": _n("%(email)s has a role that only an administrator of a superior unit gives: ask that one."),
        "granted_already": _n("%(email)s has this role on this unit already."),
        "last_role": _n("This is the only role of %(email)s: disable the account instead."),
        "last_administrator": _n("%(email)s is the last administrator over %(unit)s: make another one before."),
        "oneself": _n("Nobody changes his own roles or disables himself: ask another administrator."),
        "no_second_factor": _n("%(email)s has no second factor."),
    }


def find_account(session: Session, email: str) -> Account:
    """The account of that address; raises :class:`AccountError`."""
    account = session.scalar(select(Account).where(Account.email == normalised_email(email)))
    if account is None:
        raise AccountError("unknown", email=email)
    return account


def manages(by: Account, account: Account) -> bool:
    """Whether `by` could give each role of the account. Who could not, lets nobody in under them, nor rids a unit of
    those who look at it from above."""
    return all(may_give(by.grants, held.role, held.unit.path) for held in account.role_grants)


def create_account(
    session: Session,
    *,
    name: str,
    email: str,
    role: str,
    unit: Unit,
    at: datetime,
    language: str = "vi",
    is_sample: bool = False,
    by: Account | None = None,
) -> Account:
    """A new account with one role and no password yet; raises :class:`AccountError`."""
    address = normalised_email(email)
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise AccountError("email_form", email=email)
    if session.scalar(select(Account.id).where(Account.email == address)) is not None:
        raise AccountError("email_taken", email=address)
    account = Account(
        email=address,
        name=name,
        fs_uniquifier=secrets.token_hex(32),
        language=language,
        is_sample=is_sample,
        created_at=at,
    )
    if not account.name:
        raise AccountError("name_missing")
    account.role_grants.append(_grant(role, unit, by))
    session.add(account)
    session.flush()
    return account


def _grant(role: str, unit: Unit, by: Account | None) -> RoleGrant:
    if role not in ROLES:
        raise AccountError("role_unknown", role=role)
    if by is not None and not may_give(by.grants, role, unit.path):
        raise AccountError("role_from_above", unit=unit.name_vi)
    return RoleGrant(role=role, unit=unit, unit_id=unit.id)


def grant(session: Session, account: Account, role: str, unit: Unit, *, by: Account | None) -> RoleGrant:
    """Give the account a role on the unit and end its sessions; raises :class:`AccountError`."""
    _refuse_oneself(account, by)
    if any(held.role == role and held.unit_id == unit.id for held in account.role_grants):
        raise AccountError("granted_already", email=account.email)
    held = _grant(role, unit, by)
    account.role_grants.append(held)
    session.flush()
    sessions.end_all(session, account)
    return held


def revoke(session: Session, held: RoleGrant, *, by: Account | None) -> None:
    """Take a role away and end the account's sessions; raises :class:`AccountError`."""
    account = held.account
    _refuse_oneself(account, by)
    _refuse_what_he_could_not_give(account, by)
    if len(account.role_grants) == 1:
        raise AccountError("last_role", email=account.email)
    if account.active and held.role == "administrator":
        _refuse_without_administrator(session, account, [held])
    session.delete(held)
    session.flush()
    session.refresh(account, ["role_grants"])
    sessions.end_all(session, account)


def disable(session: Session, account: Account, *, by: Account | None) -> None:
    """Let the account sign in no more, and end its sessions; raises :class:`AccountError`."""
    _refuse_oneself(account, by)
    _refuse_what_he_could_not_give(account, by)
    if account.active:
        _refuse_without_administrator(session, account, account.role_grants)
    account.active = False
    sessions.end_all(session, account)


def enable(session: Session, account: Account, *, by: Account | None) -> None:
    """Let a disabled account sign in again, with the password and the second factor it had; raises
    :class:`AccountError`."""
    _refuse_what_he_could_not_give(account, by)
    account.active = True
    session.flush()


def reset_second_factor(session: Session, account: Account) -> None:
    """Take the second factor away (a lost phone) and end the account's sessions; raises :class:`AccountError`."""
    if not account.has_second_factor:
        raise AccountError("no_second_factor", email=account.email)
    second_factor.turn_off(account)
    sessions.end_all(session, account)


def _refuse_oneself(account: Account, by: Account | None) -> None:
    if by is not None and by.id == account.id:
        raise AccountError("oneself")


def _refuse_what_he_could_not_give(account: Account, by: Account | None) -> None:
    if by is not None and not manages(by, account):
        raise AccountError("not_his", email=account.email)


def _refuse_without_administrator(session: Session, account: Account, losing: list[RoleGrant]) -> None:
    """Over each unit whose administrator goes another one must stay, who has signed in or at least set a password."""
    goes = [held for held in losing if held.role == "administrator"]
    if not goes:
        return
    others = session.scalars(
        select(RoleGrant)
        .join(Account)
        .where(RoleGrant.role == "administrator", Account.active, Account.password.is_not(None))
        .order_by(RoleGrant.id)
        .with_for_update(of=(RoleGrant, Account))  # two who remove each other at the same time
    ).all()
    losing_ids = {held.id for held in losing}
    stay = [held.unit.path for held in others if held.id not in losing_ids]
    for held in goes:
        if not any(held.unit.path.startswith(path) for path in stay):
            raise AccountError("last_administrator", email=account.email, unit=held.unit.name_vi)

"""Links by which one person sets a password, once, within a week: for a new account, or where the old one is forgotten.

Nothing is mailed: the administrator hands the link over, so it is shown to him once and kept as a digest only.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.accounts import second_factor, sessions
from survey.accounts.models import Account, Invitation
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

VALID_FOR = timedelta(days=7)


class InvitationError(OperationError):
    """A link that opens nothing."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_valid": _n(
            "This link is not valid any more: it was used, withdrawn, replaced by a newer one, or is older than"
            " %(days)s days."
        ),
        "disabled": _n("The account %(email)s is disabled: enable it before you make a link."),
    }


def invite(session: Session, account: Account, at: datetime, *, resets_second_factor: bool = False) -> str:
    """The token of a new link for the account; links before it are withdrawn. Raises :class:`InvitationError`."""
    if not account.active:
        raise InvitationError("disabled", email=account.email)
    withdraw(session, account, at)
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            account=account,
            purpose="invitation" if account.is_invited else "reset",
            token_hash=sessions.digest(token),
            resets_second_factor=resets_second_factor,
            created_at=at,
            expires_at=at + VALID_FOR,
        )
    )
    session.flush()
    return token


def open_invitation(session: Session, account: Account, at: datetime) -> Invitation | None:
    """The link that the account can still use."""
    return session.scalar(
        select(Invitation).where(
            Invitation.account_id == account.id,
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > at,
        )
    )


def withdraw(session: Session, account: Account, at: datetime) -> None:
    """No link made for the account so far opens anything."""
    unused = select(Invitation).where(
        Invitation.account_id == account.id, Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None)
    )
    for invitation in session.scalars(unused):
        invitation.withdrawn_at = at
    session.flush()


def find(session: Session, token: str, at: datetime) -> Invitation:
    """The invitation of a link; raises :class:`InvitationError` where the link opens nothing."""
    invitation = session.scalar(select(Invitation).where(Invitation.token_hash == sessions.digest(token)))
    if (
        invitation is None
        or invitation.used_at is not None
        or invitation.withdrawn_at is not None
        or invitation.expires_at <= at
        or not invitation.account.active
    ):
        raise InvitationError("not_valid", days=VALID_FOR.days)
    return invitation


def accept(session: Session, token: str, password_hash: str, at: datetime) -> Account:
    """Set the password of the account invited and use the link up; every session of the account ends.

    The password was checked and hashed before the transaction began to write: it takes longer than others should wait.
    Raises :class:`InvitationError`, also for the second of two at the same time.
    """
    invitation = find(session, token, at)
    account = invitation.account
    used = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(used_at=at),
        execution_options={"synchronize_session": False},
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
        raise InvitationError("not_valid", days=VALID_FOR.days)
    if invitation.resets_second_factor:
        second_factor.turn_off(account)
    set_password(session, account, password_hash, at)
    session.refresh(invitation)
    return account


def set_password(session: Session, account: Account, password_hash: str, at: datetime) -> None:
    """Store the hash of a password that was checked before, and end every session of the account."""
    account.password = password_hash
    account.password_changed_at = at
    sessions.end_all(session, account)

"""API keys: made for a program with roles on a unit, shown once, let in by their hash, revoked, never deleted."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts.scope import Scope
from survey.models import ApiKey, ApiKeyRole, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

MARK = "sipas"  # what a key begins with, so that a leaked one is recognised
PREFIX_BYTES = 4
SECRET_BYTES = 32
LONGEST = timedelta(days=731)
PAGE = 50


class ApiKeyError(OperationError):
    """A key that cannot be made or ended so."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "no_name": _n("Give the key the name of the program that will use it."),
        "no_role": _n("Choose at least one role: it decides what the program may do."),
        "role_unknown": _n("There is no role called %(role)s."),
        "out_of_reach": _n("The unit %(unit)s lies outside your own reach."),
        "role_from_above": _n(
            "“Compiler” and “Auditor” read exact figures or single answers: on %(unit)s only an administrator of a "
            "superior unit gives them to a program."
        ),
        "past": _n("The last day %(date)s is over already."),
        "too_long": _n("A key lasts at most two years: choose a day up to %(date)s."),
        "revoked": _n("The key %(key)s was revoked before."),
    }


def make_key(
    session: Session,
    *,
    name: str,
    unit: Unit,
    roles: Iterable[str],
    valid_until: date,
    reach: Iterable[policy.Grant],
    made_by_id: int | None,
    at: datetime,
    today: date,
) -> tuple[ApiKey, str]:
    """A new key and the text that opens with it, "sipas_<prefix>_<secret>", which nobody can show again.

    The unit must lie where `reach`, the maker's own grants, lets him manage keys and give these roles. Raises
    :class:`ApiKeyError`.
    """
    wanted = list(dict.fromkeys(roles))
    if not wanted:
        raise ApiKeyError("no_role")
    for role in wanted:
        if role not in policy.ROLES:
            raise ApiKeyError("role_unknown", role=role)
    if not policy.allows(reach, "api.manage", unit.path):
        raise ApiKeyError("out_of_reach", unit=unit.code)
    if not all(policy.may_give(reach, role, unit.path) for role in wanted):
        raise ApiKeyError("role_from_above", unit=unit.name_vi)
    if valid_until < today:
        raise ApiKeyError("past", date=valid_until.isoformat())
    if valid_until > today + LONGEST:
        raise ApiKeyError("too_long", date=(today + LONGEST).isoformat())
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(
        name=name,
        prefix=prefix,
        key_hash=_hash(secret),
        unit=unit,
        roles=[ApiKeyRole(role=role) for role in wanted],
        made_by_id=made_by_id,
        made_at=at,
        valid_until=valid_until,
    )
    if not key.name:
        raise ApiKeyError("no_name")
    session.add(key)
    session.flush()
    return key, f"{MARK}_{prefix}_{secret}"


def read_key(session: Session, text: str, today: date) -> ApiKey | None:
    """The key that `text` opens with on that day; None for any other text."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret or len(prefix) != 2 * PREFIX_BYTES or not text.isascii() or "\0" in text:
        return None
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if key is None or not hmac.compare_digest(key.key_hash, _hash(secret)):
        return None
    return key if is_valid(key, today) else None


def is_valid(key: ApiKey, today: date) -> bool:
    return key.revoked_at is None and today <= key.valid_until


def grants_of(key: ApiKey) -> tuple[policy.Grant, ...]:
    """What the policy is asked with; along the unit's path of today."""
    return tuple(policy.Grant(held.role, key.unit.path) for held in key.roles)


def note_use(session: Session, key_id: int, today: date) -> None:
    """Remember the last day on which the key was let in; no change worth a line in the audit log."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_on=today))


def keys(session: Session, scope: Scope, after: int | None = None) -> tuple[Sequence[ApiKey], int | None]:
    """A page of the keys of units within reach, the newest first, and the key of the next page."""
    query = select(ApiKey).join(ApiKey.unit).where(scope.covers(Unit.path)).order_by(ApiKey.id.desc()).limit(PAGE + 1)
    if after is not None:
        query = query.where(ApiKey.id < after)
    found = session.scalars(query).unique().all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def revoke_key(session: Session, key: ApiKey, at: datetime) -> None:
    """Let the key in no more; raises :class:`ApiKeyError` where it was revoked before."""
    if key.revoked_at is not None:
        raise ApiKeyError("revoked", key=key.name)
    key.revoked_at = at
    session.flush()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

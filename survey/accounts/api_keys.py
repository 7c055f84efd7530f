"""API keys: made for a program with roles on units, shown once, let in by their hash, revoked, never deleted."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import false, select, update
from sqlalchemy.orm import Session, selectinload

from survey.accounts import policy
from survey.models import ApiKey, ApiKeyGrant, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

MARK = "sipas"  # what a key begins with, so that a leaked one is recognised
PREFIX_BYTES = 4
SECRET_BYTES = 32
LONGEST_DAYS = 2 * 366


class ApiKeyError(OperationError):
    """A key that cannot be made or ended so."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no such key."),
        "no_name": _n("Give the key the name of the program that will use it."),
        "no_grant": _n("A key needs a role on at least one unit."),
        "role_unknown": _n("There is no role called %(role)s."),
        "out_of_reach": _n("The unit %(unit)s lies outside your own reach."),
        "past": _n("The last day %(date)s is over already."),
        "too_long": _n("A key lasts at most two years; choose a last day until %(date)s."),
        "revoked": _n("The key %(key)s was revoked on %(date)s."),
    }


def make_key(
    session: Session,
    *,
    name: str,
    grants: Iterable[tuple[str, Unit]],
    valid_until: date,
    reach: Iterable[policy.Grant],
    made_by_id: int | None,
    at: datetime,
    today: date,
) -> tuple[ApiKey, str]:
    """A new key and the text that opens with it, "sipas_<prefix>_<secret>", which nobody can show again.

    Each of `grants` (role, unit) must lie where `reach`, the maker's own grants, lets him manage keys. Raises
    :class:`ApiKeyError`.
    """
    own, given = tuple(reach), dict.fromkeys(grants)
    if not given:
        raise ApiKeyError("no_grant")
    for role, unit in given:
        if role not in policy.ROLES:
            raise ApiKeyError("role_unknown", role=role)
        if not policy.allows(own, "api.manage", unit.path):
            raise ApiKeyError("out_of_reach", unit=unit.code)
    if valid_until < today:
        raise ApiKeyError("past", date=valid_until.isoformat())
    if (valid_until - today).days > LONGEST_DAYS:
        raise ApiKeyError("too_long", date=date.fromordinal(today.toordinal() + LONGEST_DAYS).isoformat())
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(
        name=name,
        prefix=prefix,
        key_hash=_hash(secret),
        made_by_id=made_by_id,
        made_at=at,
        valid_until=valid_until,
        grants=[ApiKeyGrant(role=role, unit=unit) for role, unit in given],
    )
    if not key.name:
        raise ApiKeyError("no_name")
    session.add(key)
    session.flush()
    return key, f"{MARK}_{prefix}_{secret}"


def read_key(session: Session, text: str, today: date) -> ApiKey | None:
    """The key that `text` opens with on that day, with its grants and their units; None for any other text."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret or len(prefix) != 2 * PREFIX_BYTES or not text.isascii():
        return None
    key = session.scalar(
        select(ApiKey).where(ApiKey.prefix == prefix).options(selectinload(ApiKey.grants).joinedload(ApiKeyGrant.unit))
    )
    if key is None or not hmac.compare_digest(key.key_hash, _hash(secret)):
        return None
    return key if key.revoked_at is None and today <= key.valid_until else None


def grants_of(key: ApiKey) -> tuple[policy.Grant, ...]:
    """What the policy is asked with; along the units' paths of today."""
    return tuple(policy.Grant(grant.role, grant.unit.path) for grant in key.grants)


def note_use(session: Session, key_id: int, today: date) -> None:
    """Remember the last day on which the key was let in; no change worth a line in the audit log."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_on=today))


def find_key(session: Session, key_id: int) -> ApiKey:
    """The key of that number; raises :class:`ApiKeyError`."""
    key = session.get(ApiKey, key_id, options=[selectinload(ApiKey.grants).joinedload(ApiKeyGrant.unit)])
    if key is None:
        raise ApiKeyError("unknown")
    return key


def within_reach(key: ApiKey, reach: Iterable[policy.Grant]) -> bool:
    """Whether whoever holds `reach` may manage keys on every unit of this one."""
    own = tuple(reach)
    return all(policy.allows(own, "api.manage", grant.unit.path) for grant in key.grants)


def keys_page(session: Session, paths: Sequence[str], *, after: int | None = None, limit: int = 50) -> Sequence[ApiKey]:
    """Keys all of whose units lie under one of `paths`, the newest first, below the key with the number `after`."""
    outside = select(ApiKeyGrant.key_id).join(ApiKeyGrant.unit)
    for path in paths:
        outside = outside.where(~Unit.path.startswith(path, autoescape=True))
    query = select(ApiKey).where(ApiKey.id.not_in(outside)) if paths else select(ApiKey).where(false())
    if after is not None:
        query = query.where(ApiKey.id < after)
    with_units = selectinload(ApiKey.grants).joinedload(ApiKeyGrant.unit)
    return session.scalars(query.options(with_units).order_by(ApiKey.id.desc()).limit(limit)).all()


def revoke_key(session: Session, key: ApiKey, at: datetime) -> None:
    """Let the key in no more; raises :class:`ApiKeyError` where it was revoked before."""
    if key.revoked_at is not None:
        raise ApiKeyError("revoked", key=key.name, date=key.revoked_at.date().isoformat())
    key.revoked_at = at
    session.flush()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

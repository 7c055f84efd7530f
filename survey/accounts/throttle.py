"""Delays after failed sign-ins, kept in the database so that all workers share them; nobody is locked out for good.

An attempt is counted before its password is compared, in a short transaction of its own: a hundred at once are a
hundred failures, and no lock is held while Argon2 computes. Who succeeds is forgiven. Three delays stand beside each
other, each doubling from one second: for an account from one address, for an account from anywhere (a stranger who
guesses from many addresses slows its owner by a minute at most), and for one address, generously: a hall shares one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.accounts.models import SignInDelay

FORGOTTEN_AFTER = timedelta(days=1)
SWEPT_AT_ONCE = 100


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and the longest wait after those that are not."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long the next attempt waits after so many failures."""
        if failures < self.free:
            return timedelta()
        return min(timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest)


HERE = Limit(5, timedelta(minutes=15))
ANYWHERE = Limit(20, timedelta(minutes=1))
ADDRESS = Limit(60, timedelta(minutes=5))
CODE = Limit(5, timedelta(minutes=15))


class TooSoon(Exception):
    """The next attempt is looked at only after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Subject:
    """What failures are counted for; the table keeps a keyed digest, so that it names no address."""

    limit: Limit
    digest: str


def subjects(key: str, email: str, address: str) -> tuple[Subject, ...]:
    """For a password typed for an account (existing or not) from an address."""
    return (
        Subject(HERE, _digest(key, "here", email, address)),
        Subject(ANYWHERE, _digest(key, "anywhere", email)),
        Subject(ADDRESS, _digest(key, "address", address)),
    )


def code_subjects(key: str, account_id: int) -> tuple[Subject, ...]:
    """For the second factor of an account; only who knows its password gets so far."""
    return (Subject(CODE, _digest(key, "code", str(account_id))),)


def _digest(key: str, *parts: str) -> str:
    return hmac.new(key.encode(), "\0".join(("sign-in delay", *parts)).encode(), hashlib.sha256).hexdigest()


def attempt(session: Session, tried: Iterable[Subject], now: datetime) -> bool:
    """Count an attempt as failed until it is forgiven; whether it is the one from which on attempts wait.

    Raises :class:`TooSoon`, and counts nothing, while one of the subjects waits.
    """
    by_digest = {subject.digest: subject for subject in sorted(tried, key=lambda subject: subject.digest)}
    _begin(session, by_digest, now)
    query = select(SignInDelay).where(SignInDelay.subject.in_(by_digest)).order_by(SignInDelay.subject)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    waits = max(row.waits_until for row in rows)
    if waits > now:
        raise TooSoon(int((waits - now).total_seconds()) + 1)
    begins = False
    for row in rows:
        limit = by_digest[row.subject].limit
        row.failures = 1 if now - row.failed_at > FORGOTTEN_AFTER else row.failures + 1
        row.failed_at, row.waits_until = now, now + limit.wait(row.failures)
        begins = begins or row.failures == limit.free
    session.flush()
    _sweep(session, now)
    return begins


def _begin(session: Session, digests: Iterable[str], now: datetime) -> None:
    """A row for each subject: what stands there already can be locked, and of two who come first one waits."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = [{"subject": digest, "failures": 0, "failed_at": now, "waits_until": now} for digest in digests]
    session.execute(insert(SignInDelay).on_conflict_do_nothing(), fresh)


def _sweep(session: Session, now: datetime) -> None:
    """Forget some that are old: strangers' guesses do not fill the table."""
    old = select(SignInDelay.subject).where(SignInDelay.failed_at < now - FORGOTTEN_AFTER).limit(SWEPT_AT_ONCE)
    session.execute(
        delete(SignInDelay).where(SignInDelay.subject.in_(old)), execution_options={"synchronize_session": False}
    )


def forgive(session: Session, tried: Iterable[Subject]) -> None:
    """The attempt succeeded: what was counted for the account is forgotten, for the address this one attempt."""
    for subject in tried:
        row = session.get(SignInDelay, subject.digest, with_for_update=True)
        if row is None:
            continue
        if subject.limit is ADDRESS and row.failures > 1:
            row.failures -= 1
            row.waits_until = row.failed_at
        else:
            session.delete(row)
    session.flush()

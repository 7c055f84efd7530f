"""Lists of people and of the audit log, paged by key, within the reach of whoever reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts.models import Account, RoleGrant
from survey.accounts.scope import Scope
from survey.analysis.unit_choice import in_tree_order
from survey.analysis.unit_search import named_unit
from survey.models import AuditEntry, Unit
from survey.operations.periods import PROVINCE_TIME

PAGE = 50
OFFERED_UNITS = 400


def people(
    session: Session,
    scope: Scope,
    *,
    words: str = "",
    role: str = "",
    unit: Unit | None = None,
    after: int | None = None,
) -> tuple[list[Account], int | None]:
    """A page of accounts with a role within reach, by name, and the key of the next page.

    `unit` narrows to roles on it or below; `after` is the id of the last account of the page before.
    """
    held = select(RoleGrant.id).join(Unit).where(RoleGrant.account_id == Account.id, scope.covers(Unit.path))
    if role:
        held = held.where(RoleGrant.role == role)
    if unit is not None:
        held = held.where(Unit.path.startswith(unit.path, autoescape=True))
    query = select(Account).where(held.exists()).order_by(Account.name, Account.id).limit(PAGE + 1)
    if words:
        query = query.where(
            or_(
                # SQLite folds no Vietnamese capitals: names begin with one
                Account.name.icontains(words, autoescape=True),
                Account.name.contains(words.title(), autoescape=True),
                Account.email.contains(words.casefold(), autoescape=True),
            )
        )
    if after is not None and (last := session.get(Account, after)) is not None:
        query = query.where(tuple_(Account.name, Account.id) > (last.name, last.id))
    found = list(session.scalars(query))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def unit_within(session: Session, scope: Scope, words: str) -> Unit | None:
    """The one unit within reach that somebody named by its code, its name or a part of it."""
    return named_unit(session, scope.covers(Unit.path), words).unit


def offered_units(session: Session, scope: Scope) -> list[Unit]:
    """Units to choose from, the nearest to the root first; others can be typed."""
    query = select(Unit).where(scope.covers(Unit.path), Unit.valid_until.is_(None))
    return in_tree_order(session.scalars(query.order_by(func.length(Unit.path), Unit.path).limit(OFFERED_UNITS)))


@dataclass(frozen=True)
class LogFilter:
    """What the audit log is narrowed by; days are the province's, both included."""

    person: str = ""
    kind: str = ""
    subject: str = ""
    unit: Unit | None = None
    since: date | None = None
    until: date | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.person:
            yield or_(
                AuditEntry.actor.icontains(self.person, autoescape=True),
                AuditEntry.account_id.in_(select(Account.id).where(Account.email == self.person.casefold())),
            )
        if self.kind:
            yield AuditEntry.subject_kind == self.kind
        if self.subject:
            yield AuditEntry.subject.icontains(self.subject, autoescape=True)
        if self.unit is not None:
            yield AuditEntry.unit_path.startswith(self.unit.path, autoescape=True)
        if self.since is not None:
            yield AuditEntry.at >= _begin(self.since)
        if self.until is not None and self.until < date.max:
            yield AuditEntry.at < _begin(self.until + timedelta(days=1))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), PROVINCE_TIME).astimezone(UTC)


def log_query(scope: Scope, narrowed: LogFilter) -> Select[AuditEntry]:
    """The entries within reach, newest first. What concerns the whole installation is read from its root only."""
    reach = scope.covers(AuditEntry.unit_path)
    if any(path.count("/") == 2 for path in scope.paths):
        reach = or_(reach, AuditEntry.unit_path.is_(None))
    return select(AuditEntry).where(and_(reach, *narrowed.conditions())).order_by(AuditEntry.id.desc())


def log(
    session: Session, scope: Scope, narrowed: LogFilter, before: int | None = None
) -> tuple[list[AuditEntry], int | None]:
    """A page of the audit log and the key of the next; `before` is the id of the last entry of the page before."""
    query = log_query(scope, narrowed).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    found = list(session.scalars(query))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def able(session: Session, action: str, path: str) -> list[Account]:
    """The people in service whose roles let them do `action` on the unit at `path`, by name."""
    held = select(RoleGrant.id).join(Unit).where(RoleGrant.account_id == Account.id)
    held = held.where(RoleGrant.role.in_(policy.RULES[action].roles), literal(path).startswith(Unit.path))
    query = select(Account).where(held.exists(), Account.active.is_(True))
    return list(session.scalars(query.order_by(Account.name, Account.id)))


def names(session: Session, account_ids: Iterable[int | None]) -> dict[int, str]:
    """What people are called, by account id."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}

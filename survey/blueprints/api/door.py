"""The door of the API: a key in the Authorization header and nothing else, its limit, and the one policy."""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import current_app, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import policy
from survey.accounts.api_keys import grants_of, note_use, read_key
from survey.accounts.scope import Scope
from survey.analysis.tally_statement import Source
from survey.blueprints.api.wire import ApiError
from survey.citizen_places import UNREACHABLE
from survey.database import current_session, engine
from survey.models import Unit, Wave
from survey.operations import audit
from survey.operations.identifiers import is_code
from survey.operations.periods import province_day
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.writing import begin_write

BODY_LIMIT = 2 * 1024 * 1024
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is, and what the policy is asked with."""

    key_id: int
    name: str
    grants: tuple[policy.Grant, ...]


class Throttle:
    """How often each key called in the last minute; each worker counts for itself."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._calls: defaultdict[int, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def seconds_to_wait(self, key_id: int) -> int:
        """0 where the call is let through, which counts it."""
        now = time.monotonic()
        with self._lock:
            calls = self._calls[key_id]
            while calls and calls[0] <= now - MINUTE:
                calls.popleft()
            if len(calls) >= self._per_minute:
                return math.ceil(calls[0] + MINUTE - now)
            calls.append(now)
        return 0


def enter(action: str) -> None:
    """Let the request in, or raise :class:`ApiError`: 401 without a valid key, 429 beyond its limit, 403 where the key
    may do `action` nowhere at all."""
    request.max_content_length = BODY_LIMIT
    caller = _caller_of(request.authorization.token if request.authorization else None)
    throttle: Throttle = current_app.extensions["api_throttle"]
    if wait := throttle.seconds_to_wait(caller.key_id):
        raise ApiError(429, headers={"Retry-After": str(wait)})
    if not policy.allows(caller.grants, action):
        raise ApiError(403)
    g.caller = caller


def caller() -> Caller:
    found: Caller = g.caller
    return found


def begin() -> Session:
    """The request's session in a transaction that may write, whose changes are noted as the key's doing."""
    session = current_session()
    begin_write(session)
    audit.attribute(session, audit.Actor("key", caller().name))
    return session


def may(action: str, path: str) -> bool:
    return policy.allows(caller().grants, action, path)


def require(action: str, path: str) -> None:
    """Raise :class:`ApiError` 403 unless the policy allows it there."""
    if not may(action, path):
        raise ApiError(403)


def scope(action: str) -> Scope:
    """Where the key may do `action`."""
    return Scope(policy.reached_paths(caller().grants, action), policy.RULES[action].reach)


def source_for(path: str) -> Source:
    """What of an open wave the key sees of that unit: exact figures, or those released in steps."""
    return "exact" if may("results.exact", path) else "released"


def unit_for(action: str, code: str) -> Unit:
    """The unit a path names; raises :class:`ApiError` 404 where there is none and 403 out of reach."""
    unit = current_session().scalar(select(Unit).where(Unit.code == code)) if is_code(code) else None
    if unit is None:
        raise ApiError(404)
    require(action, unit.path)
    return unit


def wave_for(action: str, code: str) -> Wave:
    """The wave a path names, within reach of who runs it; raises :class:`ApiError` 404 or 403."""
    wave = current_session().scalar(select(Wave).where(Wave.code == code, IS_SURVEY)) if is_code(code) else None
    if wave is None:
        raise ApiError(404)
    require(action, owner_path(wave))
    return wave


def owner_path(wave: Wave) -> str:
    return wave.owner.path if wave.owner else "/"


def _caller_of(text: str | None) -> Caller:
    today = province_day(datetime.now(UTC))
    # A session of its own: the request's must not be reading when it begins to write.
    with Session(engine()) as session:
        key = read_key(session, text, today) if text else None
        if key is None:
            raise ApiError(401, headers={"WWW-Authenticate": 'Bearer realm="sipas"'})
        found = Caller(key.id, f"{key.name} ({key.prefix})", grants_of(key))
        is_news = key.last_used_on != today
    if is_news:
        _note_use(found.key_id, today)
    return found


def _note_use(key_id: int, today: date) -> None:
    """Once a day; a database that cannot be written to right now may still be read."""
    try:
        with Session(engine()) as session:
            begin_write(session)
            note_use(session, key_id, today)
            session.commit()
    except UNREACHABLE:
        current_app.logger.warning("the last use of key %s could not be noted", key_id)

"""Keys and callers of the API in tests."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.accounts import policy
from survey.accounts.api_keys import make_key
from survey.models import ApiKey, Response, Unit
from survey.operations.periods import province_today
from survey.operations.submission import new_submission_id
from tests.factories import make_collector, make_counter, make_unit, make_wave

EVERYWHERE = (policy.Grant("administrator", "/"),)
TODAY = province_today()


def make_api_key(
    session: Session, unit: Unit, *roles: str, name: str = "Phần mềm một cửa", valid_until: date | None = None
) -> tuple[ApiKey, str]:
    """A key with roles on a unit and the text that opens with it; commits, so that requests see it."""
    made = make_key(
        session,
        name=name,
        unit=unit,
        roles=roles,
        valid_until=valid_until or date(TODAY.year + 1, 1, 1),
        reach=EVERYWHERE,
        made_by_id=None,
        at=datetime.now(UTC),
        today=TODAY,
    )
    session.commit()
    return made


def submission_id() -> str:
    return str(UUID(bytes=new_submission_id(time.time_ns() // 1_000_000)))


@dataclass(frozen=True)
class Caller:
    """A program with a key."""

    client: FlaskClient
    key: str

    def call(self, method: str, address: str, body: Any = None, **more: Any) -> TestResponse:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        if body is not None:
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.open(f"/api/v1{address}", method=method, headers=headers, **more)

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.call("GET", address, **more)

    def post(self, address: str, body: Any, **more: Any) -> TestResponse:
        return self.call("POST", address, body, **more)


class Place:
    """A province of two communes with a kiosk in the first, an open wave, and keys."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.province = make_unit(session, code="T", kind="province")
        self.commune, self.sibling = (make_unit(session, code=code, parent=self.province) for code in ("X01", "X02"))
        counter = make_counter(session, self.commune, code="1")
        self.wave = make_wave(session, code="W", units=[self.commune, self.sibling], state="open")
        self.kiosk = make_collector(session, self.wave, self.commune, counter=counter, channel="kiosk", trust="present")
        session.commit()

    def caller(self, *roles: str, unit: Unit | None = None) -> Caller:
        return Caller(self.app.test_client(), make_api_key(self.session, unit or self.commune, *roles)[1])

    def ballot(self, **changes: Any) -> dict[str, Any]:
        ballot = {"submission_id": submission_id(), "collector": self.kiosk.code, "answers": {"access_1": 4}}
        return ballot | changes

    def stored(self) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(Response)) or 0


def first_error(answer: Any) -> tuple[list[str | int], str]:
    (error,) = answer.json["errors"]
    return error["loc"], error["code"]

"""A stranger who sends a form byte by byte holds up nobody: no public page begins to write before it has the body."""

from __future__ import annotations

import sqlite3
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.operations.periods import province_today
from tests.factories import make_collector, make_unit, make_wave
from tests.petition_cases import make_petition


class SlowBody(BytesIO):
    """A body during whose arrival somebody else writes."""

    def __init__(self, content: bytes, path: str) -> None:
        super().__init__(content)
        self.path, self.others_wrote = path, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.others_write()
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self.others_write()
        return super().readinto(buffer)

    def others_write(self) -> None:
        other = sqlite3.connect(self.path, timeout=0)
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
        other.close()
        self.others_wrote += 1


@pytest.mark.parametrize("address", ["/s/{counter}/y-kien", "/y-kien/{case}/danh-gia", "/y-kien/{case}/gui-lai"])
def test_others_write_while_a_body_arrives(
    staff_app: Flask, staff_session: Session, sqlite_url: str, address: str
) -> None:
    unit = make_unit(staff_session, code="X1")
    counter = make_collector(staff_session, make_wave(staff_session, code="W", units=[unit]), unit).code
    case = make_petition(staff_session, unit, on=province_today()).code
    staff_session.commit()
    content = b"rating=5&reason=Cham&remark=&token=x"
    body = SlowBody(content, sqlite_url.removeprefix("sqlite:///"))
    sent = staff_app.test_client().post(
        address.format(counter=counter, case=case),
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        headers={"Content-Length": str(len(content))},
    )
    assert sent.status_code in (400, 422)
    assert body.others_wrote

"""The export page and its addresses: who may take what, what the files hold, and what the audit log says of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyreadstat
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from survey.models import AuditEntry, Unit, Wave
from tests.factories import (
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_unit,
    make_wave,
)
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
GENDER = Question(
    code="gender",
    kind="single",
    label=Wording("Giới tính", "Gender"),
    wording=Wording("Giới tính của ông/bà?", "Your gender?"),
    choices=(Choice(1, Wording("Nam", "Male")), Choice(2, Wording("Nữ", "Female"))),
)
COMMENT = Question(
    code="comment", kind="long_text", label=Wording("Ý kiến", "Comment"), wording=Wording("Ý kiến?", "Comment?"),
    max_length=2000,
)  # fmt: skip
HOSTILE = '=HYPERLINK("https://evil.example") <b>ệ</b>;"x"\n+1'


class Province:
    """A province with two communes in an open wave: twelve responses in the one, three in the other."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.top = make_unit(session, code="T", kind="province")
        self.first = make_unit(session, code="X1", parent=self.top, name_vi="Xã Sông Trà")
        self.second = make_unit(session, code="X2", parent=self.top)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), GENDER, COMMENT])
        self.wave: Wave = make_wave(
            session,
            code="W",
            units=[self.top, self.first, self.second],
            questionnaire=make_questionnaire(session, asked),
            state="open",
        )
        counter = make_counter(session, self.first, code="Q1", name_vi="Quầy số 1")
        here = make_collector(session, self.wave, self.first, counter=counter)
        there = make_collector(session, self.wave, self.second, channel="paper", trust="paper")
        for number in range(12):
            answers = {"access_1": 1 + number % 5, "access_2": 0, "procedures_1": 4, "gender": 1 + number % 2}
            moment = START + timedelta(days=number * 2)
            texts = {"comment": HOSTILE} if number == 3 else {}
            flags = ("too_fast",) if number == 11 else ()
            make_response(session, here, answers=answers, texts=texts, received_at=moment, flags=flags)
        for _ in range(3):
            make_response(session, there, answers={"access_1": 5, "procedures_2": 3}, received_at=START)
        session.commit()


@pytest.fixture
def province(staff_session: Session) -> Province:
    return Province(staff_session)


@pytest.fixture
def signed_in(staff_client: CheckingClient, province: Province) -> Callable[[str, Unit], CheckingClient]:
    def as_role(role: str, unit: Unit) -> CheckingClient:
        sign_in(staff_client, make_account(province.session, role, unit))
        return staff_client

    return as_role


def csv_of(data: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_the_page_offers_each_file_with_its_size(province, signed_in):
    client = signed_in("compiler", province.top)
    page = html_of(client.get("/staff/xuat/?wave=W&unit=T&what=rows&identifying=y"))
    for form in ("csv", "xlsx", "sav", "jsonl"):
        assert f"form={form}" in page
    assert "14 " in page

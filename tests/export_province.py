"""A province whose open wave is exported, and its files as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from forms import definition
from forms.definition import Choice, Wording
from survey.models import Unit, Wave
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
from tests.page_rules import CheckingClient

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
GENDER = definition.Question(
    code="gender",
    kind="single",
    label=Wording("Giới tính", "Gender"),
    wording=Wording("Giới tính của ông/bà?", "Your gender?"),
    choices=(Choice(1, Wording("Nam", "Male")), Choice(2, Wording("Nữ", "Female"))),
)
COMMENT = definition.Question(
    code="comment", kind="long_text", label=Wording("Ý kiến", "Comment"), wording=Wording("Ý kiến?", "Comment?"),
    max_length=2000,
)  # fmt: skip
HOSTILE = '=HYPERLINK("https://evil.example") <b>ệ</b>;"x"\n+1'


SignedIn = Callable[[str, Unit], CheckingClient]


class Province:
    """A province with three communes in an open wave: twelve responses in the first, three in each of the others."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.top = make_unit(session, code="T", kind="province")
        self.first = make_unit(session, code="X1", parent=self.top, name_vi="Xã Sông Trà")
        self.second = make_unit(session, code="X2", parent=self.top)
        third = make_unit(session, code="X3", parent=self.top)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), GENDER, COMMENT])
        self.wave: Wave = make_wave(
            session,
            code="W",
            units=[self.top, self.first, self.second, third],
            questionnaire=make_questionnaire(session, asked),
            state="open",
        )
        counter = make_counter(session, self.first, code="Q1", name_vi="Quầy số 1")
        self.here = make_collector(session, self.wave, self.first, counter=counter)
        for number in range(12):
            answers = {"access_1": 1 + number % 5, "access_2": 0, "procedures_1": 4, "gender": 1 + number % 2}
            moment = START + timedelta(days=number * 2)
            texts = {"comment": HOSTILE} if number == 3 else {}
            flags = ("too_fast",) if number == 11 else ()
            make_response(session, self.here, answers=answers, texts=texts, received_at=moment, flags=flags)
        for unit in (self.second, third):
            there = make_collector(session, self.wave, unit, channel="paper", trust="paper")
            for _ in range(3):
                make_response(session, there, answers={"access_1": 5, "procedures_2": 3}, received_at=START)
        session.commit()


def csv_of(data: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


ROWS = "/staff/xuat/W/{}/phieu-tra-loi"
IDENTIFYING = {
    "counter_code",
    "channel",
    "respondent_group",
    "flags",
    "day",
    "batch",
    "language",
    "seconds",
    "gender",
    "comment",
}

"""Ballots of all kinds for the tests of the road from ballot to tally."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from survey.models import Collector
from survey.operations.responses import Submission, record_response
from tests.factories import make_collector, make_definition, make_questionnaire, make_rating, make_unit, make_wave

START = datetime(2026, 1, 10, 3, 0, tzinfo=UTC)
CHANNELS = Question(
    code="channels",
    kind="several",
    label=Wording("Kênh", "Channels"),
    wording=Wording("Kênh", "Channels"),
    choices=tuple(Choice(value, Wording(f"Kênh {value}", f"Channel {value}")) for value in (1, 2, 3)),
)


def make_collectors(session: Session) -> list[Collector]:
    """Two collectors of an open wave at one unit; asked are two factors of two items, "overall" and "channels"."""
    unit = make_unit(session, code="x1")
    asked = make_definition(questions=[make_rating("overall", in_index=False), CHANNELS])
    wave = make_wave(session, code="w", units=[unit], questionnaire=make_questionnaire(session, asked), state="open")
    made = [make_collector(session, wave, unit), make_collector(session, wave, unit, channel="kiosk", trust="present")]
    session.commit()
    return made


def ballot(number: int, collector: Collector, choices: dict[str, int], **more: Any) -> Submission:
    ids = {question.code: question.id for question in collector.wave.questionnaire.questions}
    ticked = {ids[code]: values for code, values in more.pop("several", {}).items()}
    moment = more.pop("at", START)
    return Submission(
        submission_id=number.to_bytes(16),
        collector_id=collector.id,
        received_at=int(moment.timestamp()),
        seconds=60,
        language="vi",
        choices={ids[code]: value for code, value in choices.items()},
        several=ticked,
        **more,
    )


def some_ballots(collectors: list[Collector], count: int, first: int = 1) -> list[Submission]:
    """Ballots of all kinds: both collectors, three half-months, skipped items, no opinion, ticks, flags, tests."""
    random_choice = random.Random(first)
    codes = ("access_1", "access_2", "procedures_1", "procedures_2", "overall")
    made = []
    for number in range(first, first + count):
        choices = {code: random_choice.randint(0, 5) for code in codes if random_choice.random() < 0.8}
        ticks = tuple(value for value in (1, 2, 3) if random_choice.random() < 0.4)
        made.append(
            ballot(
                number,
                random_choice.choice(collectors),
                choices or {"overall": 3},
                several={"channels": ticks},
                at=START + timedelta(days=random_choice.randint(0, 25)),
                flags=("too_fast",) if random_choice.random() < 0.2 else (),
                is_test=random_choice.random() < 0.1,
            )
        )
    return made


def store(session: Session, ballots: list[Submission]) -> list[int]:
    session.rollback()
    receipts = [record_response(session, each) for each in ballots]
    session.commit()
    return [receipt.response_id or 0 for receipt in receipts]

"""When and where the people of the sample province answer: within opening hours, through the ways in of their unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Collector, Question, Wave
from survey.operations.demo.people import answer
from survey.operations.demo.places import PLACES
from survey.operations.periods import PROVINCE_TIME
from survey.operations.responses import Submission

_HOURS = ((time(7, 30), 240), (time(13, 30), 210))  # opening hours: from, minutes
_CHANNEL_SHARES = {"qr": 1.0, "kiosk": 0.8, "paper": 1.2}


def submissions(
    session: Session,
    wave: Wave,
    collectors: Mapping[str, Sequence[Collector]],
    counts: Mapping[str, int],
    drift: float,
    today: date,
    rng: Random,
    lifts: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> Iterator[Submission]:
    """The ballots of a wave up to the day before `today`, unit by unit: `counts` people through its `collectors`.

    `drift` moves everybody's satisfaction, as a place's level does; `lifts` that with an item of a place.
    """
    query = select(Question.code, Question.id, Question.in_index).where(
        Question.questionnaire_id == wave.questionnaire_id
    )
    questions = session.execute(query.order_by(Question.position)).all()
    ids = {row.code: row.id for row in questions}
    items = tuple(row.code for row in questions if row.in_index)
    days = _working_days(wave.period_start, min(wave.period_end, today - timedelta(days=1)))
    for place in PLACES:
        ways = collectors.get(place.code, [])
        weights = [_CHANNEL_SHARES[way.channel] for way in ways]
        for _person in range(counts.get(place.code, 0)):
            way = rng.choices(ways, weights)[0]
            received_at = _moment(rng, days)
            progress = (received_at.date() - wave.period_start).days / 180
            ballot = answer(rng, items, place.level + drift + 0.1 * progress, way.channel, lifts.get(place.code, {}))
            if ballot.choices or ballot.texts:
                yield Submission(
                    submission_id=_submission_id(rng, received_at),
                    collector_id=way.id,
                    received_at=int(received_at.timestamp()),
                    seconds=ballot.seconds,
                    language=ballot.language,
                    choices={ids[code]: value for code, value in ballot.choices.items()},
                    texts={ids[code]: text for code, text in ballot.texts.items()},
                    flags=ballot.flags,
                )


def _working_days(start: date, end: date) -> list[date]:
    """Monday to Friday; the first day of the period where there is none yet."""
    span = range(max(1, (end - start).days + 1))
    days = [start + timedelta(days=offset) for offset in span]
    return [day for day in days if day.weekday() < 5] or days[:1]


def _moment(rng: Random, days: list[date]) -> datetime:
    """A moment within opening hours, busier in the morning."""
    begin, minutes = _HOURS[0] if rng.random() < 0.62 else _HOURS[1]
    opened = datetime.combine(rng.choice(days), begin, PROVINCE_TIME)
    return opened + timedelta(seconds=rng.randrange(minutes * 60))


def _submission_id(rng: Random, received_at: datetime) -> bytes:
    """A UUIDv7 as the form would have made, from the sample's own random numbers."""
    milliseconds = int(received_at.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | rng.getrandbits(12) << 64 | 0b10 << 62 | rng.getrandbits(62)
    return value.to_bytes(16)

"""How those present rated the dialogues of the sample province: when leaving, and after the commitments were due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Dialogue, DialoguePass, DialoguePoll, Question, Unit
from survey.operations.batches import store_submissions
from survey.operations.codes import ALPHABET, check_character
from survey.operations.dialogue_passes import PASS_LENGTH, ballot_id, pass_hash
from survey.operations.dialogue_polls import POLLS, last_deadline, open_poll
from survey.operations.periods import PROVINCE_TIME, province_day
from survey.operations.responses import Submission
from survey.operations.waves import close_wave

SEED = 20260417
KEY = b"the sample province's own"  # its passes were handed to nobody
# How satisfied those present are, from 0 to 1: at one place less, at another more than elsewhere.
LEVELS = {"BENTRA": 0.86, "CAUNGOI": 0.93, "SNNMT": 0.74, "SXD": 0.62, "STP": 0.88}
ELSEWHERE = 0.8
# How satisfaction moves until the commitments are due, where promises were kept and where they were not.
LATER = {"BENTRA": -0.2, "CAUNGOI": 0.03, "SNNMT": -0.05}
_SPREAD = (0.03, 0.07, 0.9)  # of the dissatisfied: very, plainly, neutral
_COMMENTS = (
    "Lãnh đạo trả lời rõ, mong thực hiện đúng hẹn.",
    "Thời gian hỏi đáp còn ngắn.",
    "Xin gửi tài liệu trước buổi đối thoại.",
    "Cần công khai tiến độ thực hiện cam kết hằng tháng.",
)


def add_polls(session: Session, units: Mapping[str, Unit], today: date) -> None:
    """Passes for those who typed the room's code, and the polls that have been asked by `today`, with their ballots."""
    rng = Random(SEED)  # noqa: S311 sample data, the same for the same day
    codes = {unit.id: code for code, unit in units.items()}
    held = session.scalars(
        select(Dialogue)
        .where(Dialogue.unit_id.in_(codes), Dialogue.state.in_(("running", "held", "concluded")))
        .order_by(Dialogue.starts_at, Dialogue.id)
    ).all()
    for dialogue in held:
        passes, code = list(_passes(session, dialogue, rng)), codes[dialogue.unit_id]
        level = LEVELS.get(code, ELSEWHERE)
        if dialogue.ended_at is None:
            continue
        _ask(session, dialogue, "exit", dialogue.ended_at, passes, level, rng, today)
        due = last_deadline(session, dialogue)
        if dialogue.state == "concluded" and due is not None and due + timedelta(1) < today:
            at = datetime.combine(due + timedelta(1), time(7), PROVINCE_TIME)
            still = rng.sample(passes, round(0.6 * len(passes)))
            _ask(session, dialogue, "follow_up", at, still, level + LATER.get(code, -0.1), rng, today)


def _passes(session: Session, dialogue: Dialogue, rng: Random) -> Iterator[str]:
    """A pass for everybody who is counted by the room's code; where nobody is yet, for most of those counted."""
    for group in dialogue.groups:
        group.checked_in = group.checked_in or round(group.counted * rng.uniform(0.5, 0.9))
        for _person in range(group.checked_in):
            body = "".join(rng.choice(ALPHABET) for _ in range(PASS_LENGTH - 1))
            given = body + check_character(body)
            session.add(DialoguePass(dialogue_id=dialogue.id, pass_hash=pass_hash(given), group=group.group))
            yield given
    session.flush()


def _ask(
    session: Session,
    dialogue: Dialogue,
    kind: str,
    at: datetime,
    passes: Sequence[str],
    level: float,
    rng: Random,
    today: date,
) -> None:
    poll = open_poll(session, dialogue, kind, at)
    poll.ballot_key = Random(f"{SEED} {kind} {dialogue.id}").randbytes(32)  # noqa: S311 the same ballots each day
    last = min(province_day(at) + timedelta(POLLS[kind].days), today - timedelta(1))
    answered = rng.sample(passes, round(len(passes) * rng.uniform(0.55, 0.85)))
    ballots = [_ballot(session, poll, given, _moment(rng, kind, at, last), level, rng) for given in answered]
    store_submissions(session.connection(), sorted(ballots, key=lambda ballot: ballot.received_at))
    if poll.wave.closes_on is not None and poll.wave.closes_on < today:
        close_wave(session, poll.wave, datetime.combine(poll.wave.closes_on + timedelta(1), time(0, 5), PROVINCE_TIME))


def _moment(rng: Random, kind: str, at: datetime, last: date) -> datetime:
    """Most rate in the hour after the meeting; who is asked again answers on one of the days until `last`."""
    if kind == "exit" and rng.random() < 0.9:
        return at + timedelta(seconds=rng.randrange(60, 3600))
    days = max(0, (last - province_day(at)).days)
    return at + timedelta(days=rng.randrange(days + 1), seconds=rng.randrange(60, 6 * 3600))


def _ballot(session: Session, poll: DialoguePoll, given: str, at: datetime, level: float, rng: Random) -> Submission:
    asked = session.execute(
        select(Question.id, Question.code, Question.kind, Question.in_index)
        .where(Question.questionnaire_id == poll.wave.questionnaire_id)
        .order_by(Question.position)
    ).all()
    own = level + rng.gauss(0, 0.12)
    choices = {row.id: _choice(rng, own, may_skip=row.in_index) for row in asked if row.kind == "rating"}
    texts = {row.id: rng.choice(_COMMENTS) for row in asked if row.kind == "long_text" and rng.random() < 0.15}
    return Submission(
        submission_id=ballot_id(poll, given),
        collector_id=poll.collector_id,
        received_at=int(at.timestamp()),
        seconds=rng.randrange(25, 160),
        language="vi",
        choices=choices,
        texts=texts,
    )


def _choice(rng: Random, level: float, *, may_skip: bool) -> int:
    if may_skip and rng.random() < 0.06:
        return 0
    if rng.random() < level:
        return rng.choice((4, 4, 5))
    return rng.choices((1, 2, 3), _SPREAD)[0]

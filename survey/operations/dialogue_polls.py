"""The polls of a dialogue: asked of those present when they leave, and again when the commitments have come due.

A poll is a wave of its own with one collector, and its ballots take the road of all ballots.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple

from sqlalchemy import Engine, Select, exists, func, select, update
from sqlalchemy.orm import Session, undefer

from survey.models import Commitment, Dialogue, DialoguePass, DialoguePoll, Wave
from survey.operations.collectors import make_collector
from survey.operations.dialogue_passes import passes_of
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.questionnaires import published_questionnaire
from survey.operations.targets import target_or_default
from survey.operations.waves import add_units, create_wave, open_wave
from survey.operations.writing import begin_write


class Asked(NamedTuple):
    """What a poll asks, for how many days after it opens, and how it is named."""

    questionnaire: str
    days: int
    name_vi: str
    name_en: str


POLLS: dict[str, Asked] = {
    "exit": Asked("dialogue-exit", 7, "Ý kiến sau buổi đối thoại", "Rating of the dialogue"),
    "follow_up": Asked("dialogue-follow-up", 30, "Ý kiến sau thời hạn cam kết", "Rating after the commitments"),
}
# From which states of the dialogue each poll opens.
OPENED = {"exit": ("running", "held", "concluded"), "follow_up": ("concluded",)}
DAYS_LOOKED_BACK = 30  # a follow-up poll that nobody opened by then is opened by hand


class PollError(OperationError):
    """Why a poll cannot be opened."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "kind": _n("There is no such poll."),
        "asked": _n("This poll was opened before: it is asked once."),
        "not_begun": _n("Those present are asked when the meeting runs or is over."),
        "not_concluded": _n("Those present are asked about the commitments once the dialogue is concluded."),
        "no_passes": _n("Nobody was counted by the room's code, so nobody could answer."),
        "no_commitments": _n("The dialogue made no commitment to ask about."),
        "not_due": _n("The last commitment is due on %(day)s: those present are asked after that day."),
        "exit_open": _n("The poll at the exit is still open: close it first."),
        "unit_ended": _n("The unit %(unit)s no longer exists."),
    }


def poll_of(session: Session, dialogue: Dialogue, kind: str) -> DialoguePoll | None:
    return session.get(DialoguePoll, (dialogue.id, kind))


def running_poll(session: Session, dialogue: Dialogue) -> DialoguePoll | None:
    """The poll that takes ballots now, with its key; there is never more than one."""
    query = select(DialoguePoll).join(DialoguePoll.wave).options(undefer(DialoguePoll.ballot_key))
    return session.scalar(query.where(DialoguePoll.dialogue_id == dialogue.id, Wave.state == "open"))


def last_deadline(session: Session, dialogue: Dialogue) -> date | None:
    """When the last of the dialogue's commitments is due, whatever has become of it; None without any."""
    return session.scalar(select(func.max(Commitment.deadline_on)).where(Commitment.dialogue_id == dialogue.id))


def obstacle(session: Session, dialogue: Dialogue, kind: str, day: date) -> PollError | None:
    """What keeps the poll from opening on that day."""
    if kind not in POLLS:
        return PollError("kind")
    if poll_of(session, dialogue, kind) is not None:
        return PollError("asked")
    if dialogue.state not in OPENED[kind]:
        return PollError("not_begun" if kind == "exit" else "not_concluded")
    if dialogue.state != "running" and not passes_of(session, dialogue):
        return PollError("no_passes")
    if dialogue.unit.valid_until is not None and dialogue.unit.valid_until < day:
        return PollError("unit_ended", unit=dialogue.unit.name_vi)
    return _follow_up_obstacle(session, dialogue, day) if kind == "follow_up" else None


def _follow_up_obstacle(session: Session, dialogue: Dialogue, day: date) -> PollError | None:
    due = last_deadline(session, dialogue)
    if due is None:
        return PollError("no_commitments")
    if day <= due:
        return PollError("not_due", day=due.isoformat())
    return PollError("exit_open") if running_poll(session, dialogue) is not None else None


def open_poll(session: Session, dialogue: Dialogue, kind: str, at: datetime) -> DialoguePoll:
    """A wave that asks those present, with its one collector, open at once. Raises :class:`PollError`.

    The day of its closing is set; the platform closes it by itself.
    """
    begin_write(session)
    day = province_day(at)
    if (trouble := obstacle(session, dialogue, kind, day)) is not None:
        raise trouble
    asked = POLLS[kind]
    target = target_or_default(session, day)
    last = min(each for each in (day + timedelta(asked.days), target.valid_until, dialogue.unit.valid_until) if each)
    wave = create_wave(
        session,
        code=f"DT-{dialogue.code}-{list(POLLS).index(kind) + 1}",
        name_vi=f"{asked.name_vi}: {dialogue.name_vi}"[:300],
        name_en=f"{asked.name_en}: {dialogue.name_en or dialogue.name_vi}"[:300],
        questionnaire=published_questionnaire(session, asked.questionnaire, day, at),
        target=target,
        period_start=day,
        period_end=last,
        design="self_selected",
        headline_weighting="unweighted",
        trust_levels=("open",),  # a code that is shown to a room can be passed on: nothing more is claimed
        owner=dialogue.unit,
        closes_on=last,
    )
    add_units(session, wave, [dialogue.unit])
    collector = make_collector(
        session, wave, dialogue.unit, channel="link", trust="open", respondent_group="participant", at=at
    )
    poll = DialoguePoll(
        dialogue_id=dialogue.id,
        kind=kind,
        wave=wave,
        collector_id=collector.id,
        asked_on=day,
        ballot_key=secrets.token_bytes(32),
    )
    session.add(poll)
    session.flush()
    open_wave(session, wave, at)
    session.expire(dialogue, ["polls"])
    return poll


def run_due(engine: Engine, now: datetime) -> int:
    """Ask those present again, the day after the last commitment was due; how many polls were opened.

    The keys of polls that have closed are forgotten: from then on not even a pass leads to its ballot. In a transaction
    of its own.
    """
    day = province_day(now)
    with Session(engine) as session:
        begin_write(session)
        closed = select(Wave.id).where(Wave.state.in_(("closed", "published")))
        kept = DialoguePoll.ballot_key.is_not(None) & DialoguePoll.wave_id.in_(closed)
        session.execute(update(DialoguePoll).where(kept).values(ballot_key=None))
        opened = 0
        for dialogue in session.scalars(_due(day)).all():
            if obstacle(session, dialogue, "follow_up", day) is None:
                open_poll(session, dialogue, "follow_up", now)
                opened += 1
        session.commit()
    return opened


def _due(day: date) -> Select[Dialogue]:
    """Dialogues whose last commitment has just come due and whose follow-up poll was not asked."""
    asked = exists().where(DialoguePoll.dialogue_id == Dialogue.id, DialoguePoll.kind == "follow_up")
    passes = exists().where(DialoguePass.dialogue_id == Dialogue.id)
    since = day - timedelta(DAYS_LOOKED_BACK)
    last = select(Commitment.dialogue_id).group_by(Commitment.dialogue_id)
    last = last.having(func.max(Commitment.deadline_on) < day, func.max(Commitment.deadline_on) >= since)
    query = select(Dialogue).where(Dialogue.state == "concluded", Dialogue.id.in_(last), passes, ~asked)
    return query.order_by(Dialogue.id)

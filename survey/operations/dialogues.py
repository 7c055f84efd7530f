"""Dialogues: planned for a half-year, announced, run, ended, concluded; or cancelled with a reason. Never back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Dialogue, DialogueGroup, DialogueQuestion, Unit
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations.codes import Chooser, new_code, normalise
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import half_year, province_day

CODE_ATTEMPTS = 8
LONGEST_NAME, LONGEST_REASON, LONGEST_TEXT = 300, 500, 50_000
MOST_PEOPLE = 100_000
_MONTHS_LATE = 6  # a meeting that comes later than this belongs to the next half-year


class Step(NamedTuple):
    """What a step needs and where it leads."""

    begins: tuple[str, ...]
    leads: str


# The whole life of a dialogue. What is not written here is refused.
STEPS: dict[str, Step] = {
    "announce": Step(("planned",), "announced"),
    "start": Step(("announced",), "running"),
    "end": Step(("running",), "held"),
    "conclude": Step(("held",), "concluded"),
    "cancel": Step(("planned", "announced"), "cancelled"),
}
# In which states what else may be done.
CHANGEABLE = ("planned", "announced")
COUNTABLE = ("running", "held")
OPEN_TO_NOTES = ("announced", "running", "held")


class DialogueError(OperationError):
    """A step a dialogue cannot take, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "step": _n("This cannot be done now: the dialogue is already past that step, or has not come to it."),
        "fixed": _n("A dialogue that has begun keeps its plan."),
        "name_missing": _n("Give the dialogue a name."),
        "chair_missing": _n("Write who chairs the dialogue."),
        "venue_missing": _n("Write where the dialogue takes place."),
        "half": _n("The half-year must be 1 or 2, and the year lie between 2000 and 2200."),
        "too_early": _n("The meeting would lie before its half-year begins."),
        "too_late": _n("The meeting would lie more than six months after its half-year."),
        "box": _n("The question box must open on the day of the meeting at the latest."),
        "unit_ended": _n("The unit %(unit)s does not exist on the day of the meeting."),
        "group": _n("There is no such group of participants."),
        "number": _n("Write a whole number from 0 to %(most)s."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "reason_missing": _n("Say why the dialogue is cancelled: whoever looks for it reads the reason."),
        "no_groups": _n("Say which groups are invited before the dialogue is announced."),
        "unanswered": _n(
            "%(count)s questions have neither an answer nor a day for one: answer them, set a day, or decline them."
        ),
        "conclusion_missing": _n("Write the conclusions first: the notice of conclusions consists of them."),
        "written_meanwhile": _n("Somebody else has written here meanwhile. Both texts are kept below: join them."),
        "notes_closed": _n("The notes are closed: the dialogue is concluded or cancelled."),
        "counts_closed": _n("Participants are counted while the dialogue runs and until it is concluded."),
        "no_free_code": _n("No free code was found in %(attempts)s attempts."),
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled before a dialogue: when, where, who chairs, who is invited, what is on the agenda."""

    name_vi: str
    chair: str
    venue: str
    starts_at: datetime
    box_opens_on: date
    name_en: str = ""
    chair_office: str = ""
    secretary: str = ""
    invited: str = ""
    agenda: str = ""


def find_dialogue(session: Session, code: str) -> Dialogue | None:
    """The dialogue of a code as people type it."""
    return session.scalar(select(Dialogue).where(Dialogue.code == normalise(code)))


def plan(
    session: Session,
    *,
    unit: Unit,
    year: int,
    half: int,
    terms: Plan,
    invited: Mapping[str, int] | None = None,
    rng: Chooser = secrets,
) -> Dialogue:
    """A new dialogue of the unit in a half-year, the next number of that half-year. `invited` is people by group.

    Raises :class:`DialogueError`.
    """
    if half not in (1, 2) or not 2000 <= year <= 2200:
        raise DialogueError("half")
    settled = _checked(unit, year, half, terms)
    last = session.scalar(
        select(func.max(Dialogue.number)).where(
            Dialogue.unit_id == unit.id, Dialogue.year == year, Dialogue.half == half
        )
    )
    dialogue = Dialogue(
        code=_free_code(session, rng),
        unit=unit,
        year=year,
        half=half,
        number=(last or 0) + 1,
        state="planned",
        notes="",
        conclusion="",
        cancelled_reason="",
        **settled,
    )
    session.add(dialogue)
    session.flush()
    _set_numbers(session, dialogue, "invited", invited or {})
    return dialogue


def change(session: Session, dialogue: Dialogue, terms: Plan, *, invited: Mapping[str, int] | None = None) -> None:
    """Settle the plan anew, until the dialogue begins. Raises :class:`DialogueError`."""
    if dialogue.state not in CHANGEABLE:
        raise DialogueError("fixed")
    for column, value in _checked(dialogue.unit, dialogue.year, dialogue.half, terms).items():
        setattr(dialogue, column, value)
    if invited is not None:
        _set_numbers(session, dialogue, "invited", invited)
    session.flush()


def _checked(unit: Unit, year: int, half: int, terms: Plan) -> dict[str, object]:
    """The columns of a plan, cleaned; raises :class:`DialogueError`."""
    one_line = ("name_vi", "name_en", "chair", "chair_office", "secretary", "venue")
    settled: dict[str, object] = {name: clean_text(getattr(terms, name), lines=False) for name in one_line}
    settled |= {name: long_text(getattr(terms, name)) for name in ("invited", "agenda")}
    for name, code in (("name_vi", "name_missing"), ("chair", "chair_missing"), ("venue", "venue_missing")):
        if not settled[name]:
            raise DialogueError(code)
    for name in one_line:
        most = LONGEST_NAME if name in ("name_vi", "name_en", "venue") else 200
        if len(str(settled[name])) > most:
            raise DialogueError("text_long", most=most)
    day = province_day(terms.starts_at)
    first, last = half_year(date(year, 6 * half - 5, 1))
    if day < first:
        raise DialogueError("too_early")
    if (day.year - last.year) * 12 + day.month - last.month > _MONTHS_LATE:
        raise DialogueError("too_late")
    if terms.box_opens_on > day:
        raise DialogueError("box")
    if day < unit.valid_from or (unit.valid_until is not None and day > unit.valid_until):
        raise DialogueError("unit_ended", unit=unit.name_vi)
    return settled | {"starts_at": terms.starts_at, "box_opens_on": terms.box_opens_on}


def long_text(text: str) -> str:
    """A text of several lines, cleaned; raises :class:`DialogueError` for one that is too long."""
    cleaned = clean_text(text, lines=True)
    if len(cleaned) > LONGEST_TEXT:
        raise DialogueError("text_long", most=LONGEST_TEXT)
    return cleaned


def _free_code(session: Session, rng: Chooser) -> str:
    for _ in range(CODE_ATTEMPTS):
        code = new_code(rng)
        if session.scalar(select(Dialogue.id).where(Dialogue.code == code)) is None:
            return code
    raise DialogueError("no_free_code", attempts=CODE_ATTEMPTS)


def may_step(dialogue: Dialogue, step: str) -> bool:
    """Whether the dialogue stands where the step begins."""
    return dialogue.state in STEPS[step].begins


def _require(session: Session, dialogue: Dialogue, step: str) -> str:
    """The state the step leads to, with the dialogue locked and seen as it is now; raises :class:`DialogueError` unless
    the step may be taken: of two people who start a meeting only one draws its room code."""
    session.refresh(dialogue, ["state"], with_for_update=True)
    if not may_step(dialogue, step):
        raise DialogueError("step")
    return STEPS[step].leads


def announce(session: Session, dialogue: Dialogue) -> None:
    """Make the notice public; the question box opens on its day. Raises :class:`DialogueError`."""
    reached = _require(session, dialogue, "announce")
    if not any(group.invited for group in dialogue.groups):
        raise DialogueError("no_groups")
    dialogue.state = reached
    session.flush()


def start(session: Session, dialogue: Dialogue, at: datetime, rng: Chooser = secrets) -> None:
    """Open the meeting: from now on its room code counts who is present. Raises :class:`DialogueError`."""
    reached = _require(session, dialogue, "start")
    dialogue.room_code, dialogue.started_at, dialogue.state = new_code(rng), at, reached
    session.flush()


def end(session: Session, dialogue: Dialogue, at: datetime) -> None:
    """Close the meeting; answers and promises can still be completed. Raises :class:`DialogueError`."""
    dialogue.state, dialogue.ended_at = _require(session, dialogue, "end"), at
    session.flush()


def conclude(session: Session, dialogue: Dialogue, conclusion: str) -> None:
    """Close the book with the text of the conclusions; every question must have an answer, a day for one, or a reason.

    Raises :class:`DialogueError`.
    """
    reached, text = _require(session, dialogue, "conclude"), long_text(conclusion)
    if not text:
        raise DialogueError("conclusion_missing")
    left = session.scalar(
        select(func.count()).where(
            DialogueQuestion.dialogue_id == dialogue.id,
            DialogueQuestion.state.in_(("received", "accepted")),
            DialogueQuestion.same_as_id.is_(None),
        )
    )
    if left:
        raise DialogueError("unanswered", count=left)
    dialogue.conclusion, dialogue.state = text, reached
    session.flush()


def cancel(session: Session, dialogue: Dialogue, reason: str) -> None:
    """Call the dialogue off; the reason is public. Raises :class:`DialogueError`."""
    reached, text = _require(session, dialogue, "cancel"), clean_text(reason, lines=False)
    if not text:
        raise DialogueError("reason_missing")
    if len(text) > LONGEST_REASON:
        raise DialogueError("text_long", most=LONGEST_REASON)
    dialogue.cancelled_reason, dialogue.state = text, reached
    session.flush()


def keep_conclusion(session: Session, dialogue: Dialogue, conclusion: str, *, seen: str) -> None:
    """Keep a draft of the conclusions between the meeting's end and its conclusion; `seen` as :func:`write_notes`."""
    session.refresh(dialogue, ["state", "conclusion"], with_for_update=True)
    if dialogue.state != "held":
        raise DialogueError("step")
    dialogue.conclusion = _joined(dialogue.conclusion, conclusion, seen)
    session.flush()


def count_present(session: Session, dialogue: Dialogue, numbers: Mapping[str, int]) -> None:
    """The secretary's numbers of those present, by group. Raises :class:`DialogueError`."""
    if dialogue.state not in COUNTABLE:
        raise DialogueError("counts_closed")
    _set_numbers(session, dialogue, "counted", numbers)


def write_notes(
    session: Session, dialogue: Dialogue, text: str, *, seen: str, question: DialogueQuestion | None = None
) -> None:
    """Keep the notes of the meeting, or of one of its questions.

    `seen` is :func:`mark_of` of the text the writer began from: where somebody else has written meanwhile, nothing is
    overwritten. Raises :class:`DialogueError`.
    """
    if dialogue.state not in OPEN_TO_NOTES:
        raise DialogueError("notes_closed")
    target = question or dialogue
    session.refresh(target, ["notes"], with_for_update=True)  # of two that store at once the second sees the first's
    target.notes = _joined(target.notes, text, seen)
    session.flush()


def mark_of(text: str) -> str:
    """A short mark by which a text is recognised as unchanged."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _joined(kept: str, text: str, seen: str) -> str:
    written = long_text(text)
    if written != kept and seen != mark_of(kept):
        raise DialogueError("written_meanwhile")
    return written


def _set_numbers(session: Session, dialogue: Dialogue, column: str, numbers: Mapping[str, int]) -> None:
    for group, number in numbers.items():
        if group not in ATTENDEE_GROUPS:
            raise DialogueError("group")
        if not 0 <= number <= MOST_PEOPLE:
            raise DialogueError("number", most=MOST_PEOPLE)
        row = session.get(DialogueGroup, (dialogue.id, group))
        if row is None:
            if not number:
                continue
            row = DialogueGroup(dialogue_id=dialogue.id, group=group, invited=0, counted=0, checked_in=0)
            session.add(row)
        setattr(row, column, number)
    session.flush()
    session.expire(dialogue, ["groups"])

"""What every step of an opinion's case stands on: the one table of what is possible, and the history it writes.

A step locks the case (:func:`begin`), checks the table, changes the case, and adds a line to its history, which is
append-only (:func:`write`). A step of an office keeps its moment and who did it; one of the citizen only its day.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Counter, Petition, PetitionStep, Unit
from survey.models.petition import OPEN_STATES, PETITION_STATES
from survey.operations import audit, notices
from survey.operations.codes import ALPHABET, Chooser, check_character, new_code
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.working_days import calendar

TRANSFER_DAYS = 5  # working days to hand a case to the competent unit: Decree 20/2008/ND-CP
CODE_LENGTH = 12  # characters a citizen tracks a case by, the last one a check
LONGEST_TEXT, LONGEST_REASON = 4000, 1000

_COMPETENT = ("classified", "transferred", "in_progress")


def _stay(*states: str) -> dict[str, str]:
    return {state: state for state in states}


# What each step makes of a case, by the state it is in; what does not stand here is impossible.
MOVES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "classified": {"received": "classified", **_stay(*_COMPETENT)},
        "transferred": dict.fromkeys(_COMPETENT, "transferred"),
        "taken": dict.fromkeys(_COMPETENT, "in_progress"),
        "extended": _stay(*_COMPETENT),
        "rescheduled": _stay(*OPEN_STATES),
        "escalated": _stay(*OPEN_STATES),
        "explained": _stay(*OPEN_STATES, "answered", "published"),
        "answered": {"in_progress": "answered", "answered": "answered"},
        "published": {"answered": "published"},
        "withdrawn": {"published": "answered"},
        "rejected": dict.fromkeys(("received", "classified", "transferred"), "rejected"),
        "restored": {"rejected": "received"},
        "rated": _stay("answered", "published"),
        "reopened": {"answered": "in_progress", "published": "in_progress", "rejected": "received"},
        "note": _stay(*PETITION_STATES),
    }
)
# The steps that the tracking page shows, and those whose reason it shows too.
PUBLIC_STEPS = frozenset(
    {"received", "classified", "transferred", "taken", "extended", "rescheduled", "answered", "published", "rejected"}
    | {"restored", "rated", "reopened"}
)
TOLD_STEPS = frozenset({"extended", "rescheduled", "rejected", "restored"})


class PetitionError(OperationError):
    """What cannot be done with an opinion, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "step_impossible": _n("This is not possible with the opinion as it stands now. Read its history below."),
        "text_missing": _n("Write the text first."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "reason_missing": _n("Say why: others must be able to check it."),
        "reason_long": _n("The reason is longer than %(most)s characters. Please shorten it."),
        "class_ended": _n("This class is not in use any more. Choose another one."),
        "late_class": _n("The deadline has passed, and another class would move it. Answer the opinion."),
        "class_after_extension": _n("The deadline was extended already, and another class would move it."),
        "transfer_late": _n(
            "The %(days)s working days for a transfer ended on %(day)s. Answer the opinion yourselves; ask the "
            "competent unit for its view."
        ),
        "transfer_to_itself": _n("Your unit has this opinion already. Choose another unit."),
        "unit_unknown": _n("No unit has the code or name “%(unit)s”. Choose one from the list."),
        "unit_ended": _n("This unit does not exist any more. Choose the one that took over its work."),
        "taken_already": _n("This person is in charge of the opinion already."),
        "extended_already": _n("The deadline was extended already; that is possible once."),
        "extension_late": _n("The deadline has passed: it cannot be extended any more."),
        "extension_days": _n("Extend by 1 to %(most)s working days, as many as the class of the opinion has."),
        "not_late": _n("This opinion is not late."),
        "rated_already": _n("The handling has been rated: the answer stays as it was rated."),
        "gap_left": _n("Fill in %(gap)s, which the template left open, or delete it."),
        "names_contact": _n(
            "“%(found)s” looks like a phone number or an e-mail address. Take it out of the opinion before it is "
            "published."
        ),
        "rating_impossible": _n("Choose one of the five answers."),
        "rated_twice": _n("You have rated the handling already. Thank you."),
        "reopened_already": _n("An opinion can be sent back once."),
        "reopen_late": _n("An opinion can be sent back until %(days)s days after the answer."),
    }


def open_case(
    session: Session,
    *,
    unit: Unit,
    counter: Counter | None,
    kind: str,
    text: str,
    wants_answer: bool,
    language: str,
    today: date,
    source: str = "web",
    account_id: int | None = None,
    now: datetime | None = None,
    rng: Chooser = secrets,
) -> Petition:
    """Open a case about `unit`, which holds it first; photos and contact are the caller's to add.

    `account_id` and `now` where an official enters it. Raises :class:`PetitionError` for an empty or overlong text.
    """
    days = calendar(session)
    due = days.after(today, TRANSFER_DAYS)
    petition = Petition(
        id=new_number(rng),
        code=new_tracking_code(rng),
        reference=new_code(rng),
        unit_id=unit.id,
        counter_id=counter.id if counter else None,
        holder_id=unit.id,
        source=source,
        language=language,
        kind=kind,
        text=cleaned_text(text, LONGEST_TEXT),
        wants_answer=wants_answer,
        state="received",
        received_on=today,
        transfer_due_on=due,
        deadline_on=due,
    )
    with audit.unattended(session):  # else its log would tell the citizen's code and words
        _add(session, petition, rng)
    audit.record(session, "petition.create", subject=petition.reference, unit_path=unit.path, after={"kind": kind})
    write(session, petition, "received", account_id=account_id, today=today, at=now)
    return petition


def _add(session: Session, petition: Petition, rng: Chooser) -> None:
    """Add the case; a reference that another case has is drawn anew. Beside 100,000 cases that is one of 9,000."""
    for more in (True, True, False):
        try:
            with session.begin_nested():
                session.add(petition)
        except IntegrityError as error:
            taken = any(name in str(error.orig) for name in ("uq_petition_reference", "petition.reference"))
            if not (more and taken):  # its number is there already: the same form, sent once more
                raise
            petition.reference = new_code(rng)
        else:
            return


def new_number(rng: Chooser) -> int:
    """A key of fifteen digits, drawn by chance: it tells no order, and any reader of JSON keeps it exactly."""
    return int(rng.choice("123456789") + "".join(rng.choice("0123456789") for _ in range(14)))


def new_tracking_code(rng: Chooser) -> str:
    """A code nobody guesses (54 bits) and a check character, so that a mistyped one is recognised."""
    body = "".join(rng.choice(ALPHABET) for _ in range(CODE_LENGTH - 1))
    return body + check_character(body)


def possible(petition: Petition) -> frozenset[str]:
    """The steps that the table allows in the state a case is in."""
    return frozenset(step for step, moves in MOVES.items() if petition.state in moves)


def is_late(petition: Petition, today: date) -> bool:
    """Whether the answer came after the deadline or is still missing then; an opinion not accepted is late where that
    was said after the deadline."""
    if petition.was_late:
        return True
    if petition.state == "rejected":
        return False
    return (petition.answered_on or today) > petition.deadline_on


def begin(session: Session, petition: Petition, step: str) -> None:
    """Lock the case, see it as it is now, and refuse what the table does not allow."""
    session.flush()
    session.refresh(petition, with_for_update=True)
    if petition.state not in MOVES[step]:
        raise PetitionError("step_impossible")


def write(
    session: Session,
    petition: Petition,
    step: str,
    *,
    account_id: int | None,
    today: date,
    at: datetime | None = None,
    text: str = "",
) -> PetitionStep:
    """Move the case as the table says, add the line to its history, and tell whom it concerns."""
    petition.state = MOVES.get(step, {}).get(petition.state, petition.state)
    session.flush()
    last = session.scalar(select(func.max(PetitionStep.number)).where(PetitionStep.petition_id == petition.id)) or 0
    line = PetitionStep(
        petition_id=petition.id,
        number=last + 1,
        day=today,
        at=at,
        account_id=account_id,
        step=step,
        state=petition.state,
        holder_id=petition.holder_id,
        deadline_on=petition.deadline_on,
        text=text,
        public_text=text if step in TOLD_STEPS else "",
        is_public=step in PUBLIC_STEPS,
    )
    session.add(line)
    session.flush()
    session.expire(petition, ["steps", "holder", "petition_class", "escalated_to"])
    if at is not None:  # of what the citizen does offices hear later
        notices.petition_step(session, petition, line, at=at)
    return line


def cleaned_text(text: str, most: int) -> str:
    cleaned = clean_text(text, lines=True)
    if not cleaned:
        raise PetitionError("text_missing")
    if len(cleaned) > most:
        raise PetitionError("text_long", most=most)
    return cleaned


def cleaned_reason(text: str) -> str:
    cleaned = clean_text(text, lines=True)
    if not cleaned:
        raise PetitionError("reason_missing")
    if len(cleaned) > LONGEST_REASON:
        raise PetitionError("reason_long", most=LONGEST_REASON)
    return cleaned

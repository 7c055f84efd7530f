"""What anybody reads of opinions: one case by its tracking code, and those that are published.

Only the columns that the public database role may read are asked for (:mod:`survey.models.grants`): never a citizen's
words, never who handles the case, never a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, joinedload, load_only

from survey.models import Petition, PetitionStep, Unit
from survey.models.petition import MOST_REOPENED, OPEN_STATES
from survey.operations.codes import check_character
from survey.operations.petition_cases import CODE_LENGTH
from survey.operations.petitions import REOPEN_DAYS

PAGE = 20

TRACKED = (
    Petition.id,
    Petition.code,
    Petition.unit_id,
    Petition.holder_id,
    Petition.kind,
    Petition.state,
    Petition.class_id,
    Petition.received_on,
    Petition.transfer_due_on,
    Petition.deadline_on,
    Petition.answer,
    Petition.answered_on,
    Petition.published_on,
    Petition.rejected_reason,
    Petition.rating,
    Petition.rated_on,
    Petition.reopened,
    Petition.was_late,
    Petition.escalated_to_id,
    Petition.escalated_on,
)
PUBLISHED = (
    Petition.id,
    Petition.unit_id,
    Petition.holder_id,
    Petition.kind,
    Petition.answered_on,
    Petition.published_on,
    Petition.public_text,
    Petition.public_answer,
    Petition.rating,
)
STEPS = (
    PetitionStep.petition_id,
    PetitionStep.number,
    PetitionStep.day,
    PetitionStep.step,
    PetitionStep.state,
    PetitionStep.holder_id,
    PetitionStep.deadline_on,
    PetitionStep.public_text,
    PetitionStep.is_public,
)


def is_tracking_code(text: str) -> bool:
    """Whether a normalised text has the length, the characters and the check character of a tracking code.

    Its 11 drawn characters are 54 bits: who tries 100 codes a second meets one of a million cases once in eight years,
    and reads there neither a name nor what the citizen wrote.
    """
    try:
        return len(text) == CODE_LENGTH and check_character(text[:-1]) == text[-1]
    except KeyError:
        return False


def find_by_code(session: Session, code: str) -> Petition | None:
    """The case with that tracking code, as far as the public role reads it, also when it is locked for a step."""
    if not is_tracking_code(code):
        return None
    query = select(Petition).options(load_only(*TRACKED, raiseload=True))
    return session.scalars(query.where(Petition.code == code)).first()


def public_steps(session: Session, petition: Petition) -> list[PetitionStep]:
    """The case's steps that the citizen sees, the first first."""
    query = select(PetitionStep).options(load_only(*STEPS, raiseload=True), joinedload(PetitionStep.holder))
    shown = (PetitionStep.petition_id == petition.id) & PetitionStep.is_public
    return list(session.scalars(query.where(shown).order_by(PetitionStep.number)))


@dataclass(frozen=True, slots=True)
class Possible:
    """What the citizen can still do with his case; `until` is the last day to send it back."""

    rate: bool
    reopen: bool
    until: date | None


def possible(petition: Petition, steps: Sequence[PetitionStep], today: date) -> Possible:
    """By the same rules as :mod:`survey.operations.petitions` refuses it."""
    ended = petition.answered_on or max((step.day for step in steps if step.step == "rejected"), default=None)
    until = None if ended is None or petition.state in OPEN_STATES else ended + timedelta(days=REOPEN_DAYS)
    return Possible(
        rate=petition.state in ("answered", "published") and petition.rating is None,
        reopen=until is not None and today <= until and petition.reopened < MOST_REOPENED,
        until=until,
    )


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """Published opinions, the newest first, and the key of the next page."""

    petitions: Sequence[Petition]
    after: str | None


def published(session: Session, unit: Unit | None = None, after: str = "") -> PublishedPage:
    """A page of what is published, of one unit or of all. Raises ValueError for an `after` that is no key."""
    query = select(Petition).options(
        load_only(*PUBLISHED, raiseload=True), joinedload(Petition.unit), joinedload(Petition.holder)
    )
    query = query.where(Petition.published_on.is_not(None))
    if unit is not None:
        query = query.where(Petition.unit_id == unit.id)
    if after:
        day, _, number = after.partition("_")
        key = (date.fromisoformat(day), int(number))
        if not 0 < key[1] < 2**63:
            raise ValueError(after)
        query = query.where(tuple_(Petition.published_on, Petition.id) < key)
    found = session.scalars(query.order_by(Petition.published_on.desc(), Petition.id.desc()).limit(PAGE + 1)).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    return PublishedPage(found[:PAGE], f"{last.published_on}_{last.id}" if last else None)


def count_published(session: Session, unit: Unit) -> int:
    """How many opinions about the unit are published."""
    query = select(func.count(Petition.id)).where(Petition.published_on.is_not(None), Petition.unit_id == unit.id)
    return session.scalar(query) or 0


def units_with_published(session: Session) -> Sequence[tuple[Unit, int]]:
    """Units about which something is published, by name, and how much."""
    number = func.count()
    query = select(Unit, number).join(Petition, Petition.unit_id == Unit.id).where(Petition.published_on.is_not(None))
    return [(unit, count) for unit, count in session.execute(query.group_by(Unit.id).order_by(Unit.name_vi))]

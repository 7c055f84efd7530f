"""Who is told what by mail: the citizen of his opinion's steps, offices of what waits for them.

A citizen's own steps tell nobody at that moment, since a message keeps its moment, and the moment would lead to the
ballot he gave along with his opinion: offices hear of them in a message of the next morning (:func:`run_due`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, column, func, literal, or_, select, table
from sqlalchemy.orm import Session

from forms.addresses import is_address
from forms.definition import Language
from reports.wording import short_date
from survey.models import Commitment, Filing, Petition, PetitionConsent, PetitionStep, Unit
from survey.models.petition import OPEN_STATES
from survey.operations import notice_texts as texts
from survey.operations.mail import queue
from survey.operations.notice_texts import NoticeText
from survey.operations.periods import PROVINCE_TIME, half_year, province_day
from survey.operations.writing import begin_write

MORNING = time(7)
DAYS_LOOKED_BACK = 3  # for a morning on which the platform did not run
FOLLOW_UP_DAYS = (3, 10)  # after the answer: asked from the first day on, not after the second
OFFICE_ROLES = ("manager", "reviewer")

# Accounts stand above operations; what a notice needs of them is read from their tables.
_account = table("account", column("id"), column("email"), column("language"), column("active"))
_role_grant = table("role_grant", column("account_id"), column("role"), column("unit_id"))


class Receiver(NamedTuple):
    """An official, by the account's number."""

    account_id: int
    address: str
    language: Language


def petition_step(session: Session, petition: Petition, step: PetitionStep, *, at: datetime) -> int:
    """Tell of an office's step: the citizen, if he left his contact for that; a unit that the case is passed to, who is
    put in charge, the unit above when it is late. Returns how many messages were queued; does not commit."""
    queued = 0
    told = texts.TO_CITIZEN.get(step.step)
    if told is not None and _may_tell(session, petition, "answer"):
        queued += _to_citizen(session, petition, told, f"{step.number}", at)
    written = texts.TO_OFFICE.get(step.step)
    if written is not None:
        values = {"reference": petition.reference, "deadline": petition.deadline_on}
        receivers = _concerned(session, petition, step)
        key = f"petition:{petition.id}:{step.number}"
        queued += _to_office(session, written, receivers, key, petition.holder, at, **values)
    return queued


def dialogue_reminder(session: Session, unit: Unit, year: int, half: int, *, at: datetime) -> int:
    """Remind a unit of the dialogue it has not held in that half-year (1 or 2), once a month; how many were queued."""
    today = province_day(at)
    deadline = half_year(date(year, 6 * half, 1))[1]
    key = f"dialogue:{unit.id}:{year}:{half}:{today:%Y-%m}"
    receivers = office_of(session, unit)
    halves = texts.HALVES[half - 1]
    names = {language: halves[language].format(year=year) for language in ("vi", "en")}
    return sum(
        _to_office(session, texts.DIALOGUE_DUE, [who], key, unit, at, half=names[who.language], deadline=deadline)
        for who in receivers
    )


def commitment_late(session: Session, commitment: Commitment, *, at: datetime) -> int:
    """Tell the unit that promised something that it is due, once for a deadline; returns how many were queued."""
    key = f"commitment:{commitment.id}:{commitment.deadline_on}"
    owner = commitment.owner_unit
    values = {"deadline": commitment.deadline_on, "text": commitment.text}
    return _to_office(session, texts.COMMITMENT_LATE, office_of(session, owner), key, owner, at, **values)


def filing_reminder(session: Session, filing: Filing, kind: str, *, at: datetime) -> int:
    """Remind a unit of the filing it has not handed in, once of each kind ("due", "late", "returned" or a day on which
    it is reminded by hand) and deadline; returns how many messages were queued."""
    key = f"filing:{filing.id}:{kind}:{filing.deadline_on}"
    wave = filing.wave
    names = {"vi": wave.name_vi, "en": wave.name_en or wave.name_vi}
    written = texts.FILING.get(kind, texts.FILING["due"])
    return sum(
        _to_office(
            session, written, [who], key, filing.unit, at, deadline=filing.deadline_on, wave=names[who.language],
            filing=filing.id,
        )
        for who in office_of(session, filing.unit)
    )  # fmt: skip


def run_due(engine: Engine, now: datetime) -> int:
    """What is told by the day, from :data:`MORNING` on: offices of what came in the day before, citizens who agreed to
    it are asked to rate the handling. Returns how many messages were queued. In transactions of its own."""
    if now.astimezone(PROVINCE_TIME).time() < MORNING:
        return 0
    today = province_day(now)
    with Session(engine) as session:
        begin_write(session)
        queued = sum(
            _tell_of_new(session, today - timedelta(days=back), now) for back in range(1, DAYS_LOOKED_BACK + 1)
        )
        queued += _ask_again(session, today, now)
        session.commit()
    return queued


def office_of(session: Session, unit: Unit) -> list[Receiver]:
    """Who handles opinions there; where nobody has that role on the unit itself, those of the nearest unit above."""
    rows = session.execute(
        select(_account.c.id, _account.c.email, _account.c.language, Unit.path)
        .join(_role_grant, _role_grant.c.account_id == _account.c.id)
        .join(Unit, Unit.id == _role_grant.c.unit_id)
        .where(
            _role_grant.c.role.in_(OFFICE_ROLES),
            _account.c.active.is_(True),
            literal(unit.path).startswith(Unit.path),
        )
        .order_by(_account.c.id)
    ).all()
    nearest = max((row.path for row in rows), key=len, default="")
    found = {row.id: Receiver(row.id, row.email, row.language) for row in rows if row.path == nearest}
    return [who for who in found.values() if is_address(who.address)]


def _concerned(session: Session, petition: Petition, step: PetitionStep) -> list[Receiver]:
    if step.step == "taken":
        if petition.handled_by_id in (None, step.account_id):
            return []
        query = select(_account.c.id, _account.c.email, _account.c.language).where(
            _account.c.id == petition.handled_by_id
        )
        return [Receiver(*row) for row in session.execute(query) if is_address(row.email)]
    if step.step == "escalated":
        above = session.get(Unit, petition.escalated_to_id) if petition.escalated_to_id is not None else None
        return office_of(session, above) if above is not None else []
    return office_of(session, petition.holder)


def _may_tell(session: Session, petition: Petition, purpose: str) -> bool:
    return session.get(PetitionConsent, (petition.id, purpose)) is not None


def _to_citizen(session: Session, petition: Petition, notice: NoticeText, about: str, at: datetime) -> int:
    language: Language = "en" if petition.language == "en" else "vi"
    values = {"unit": _name(petition.holder, language), "deadline": short_date(petition.deadline_on, language)}
    message = queue(
        session,
        key=f"petition:{petition.id}:{about}:citizen",
        unit_id=petition.holder_id,
        petition_id=petition.id,
        subject=notice.subject[language],
        body=notice.body[language].format(**values),
        at=at,
    )
    return int(message is not None)


def _to_office(
    session: Session,
    notice: NoticeText,
    receivers: Sequence[Receiver],
    key: str,
    unit: Unit,
    at: datetime,
    **values: object,
) -> int:
    """Queue the notice for each receiver in his language; returns how many had not been told before."""
    queued = 0
    for who in receivers:
        shown = {
            name: short_date(value, who.language) if isinstance(value, date) else value
            for name, value in values.items()
        }
        shown["unit"] = _name(unit, who.language)
        message = queue(
            session,
            key=f"{key}:{who.account_id}",
            unit_id=unit.id,
            address=who.address,
            subject=notice.subject[who.language].format(**shown),
            body=notice.body[who.language].format(**shown),
            at=at,
        )
        queued += message is not None
    return queued


def _tell_of_new(session: Session, day: date, at: datetime) -> int:
    queued = 0
    for unit, count in _new_on(session, day):
        key = f"petitions:{unit.id}:{day}"
        queued += _to_office(session, texts.NEW_CASES, office_of(session, unit), key, unit, at, day=day, count=count)
    return queued


def _new_on(session: Session, day: date) -> Iterator[tuple[Unit, int]]:
    """Units in charge of what citizens sent, or sent back, on a day, and how much it is."""
    sent = Petition.received_on == day
    back = (
        select(PetitionStep.petition_id)
        .join(Petition, Petition.id == PetitionStep.petition_id)
        .where(
            Petition.state.in_(OPEN_STATES),
            Petition.reopened > 0,
            PetitionStep.step == "reopened",
            PetitionStep.day == day,
        )
    )
    rows = session.execute(
        select(Petition.holder_id, func.count())
        .where(or_(sent, Petition.id.in_(back)), Petition.state.in_(OPEN_STATES), Petition.source == "web")
        .group_by(Petition.holder_id)
        .order_by(Petition.holder_id)
    ).all()
    for holder_id, count in rows:
        yield session.get_one(Unit, holder_id), count


def _ask_again(session: Session, today: date, at: datetime) -> int:
    first, last = (today - timedelta(days=days) for days in FOLLOW_UP_DAYS)
    unrated = session.scalars(
        select(Petition)
        .join(PetitionConsent, PetitionConsent.petition_id == Petition.id)
        .where(
            PetitionConsent.purpose == "follow_up",
            Petition.rating.is_(None),
            Petition.answered_on.between(last, first),
        )
    ).all()
    return sum(
        _to_citizen(session, petition, texts.FOLLOW_UP, f"follow-up-{petition.answered_on}", at) for petition in unrated
    )


def _name(unit: Unit, language: Language) -> str:
    return (unit.name_en or unit.name_vi) if language == "en" else unit.name_vi

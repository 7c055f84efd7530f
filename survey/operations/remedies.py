"""Remedies: planned against a weak item or factor, reported on, ended with evidence or a reason, shown publicly."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Engine, exists, func, select
from sqlalchemy.orm import Session, aliased

from forms.ballot import clean_text
from survey.analysis.instrument import read_instrument
from survey.analysis.published import unit_of_wave
from survey.analysis.remedy_judgement import FINISHED, judge, label_of, next_wave
from survey.models import Remedy, RemedyJudgement, RemedyProgress, Unit, Wave
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.writing import begin_write

log = logging.getLogger(__name__)

LONGEST = 3000  # characters of a cause, an action, evidence or a line of progress
LONGEST_REASON = 500
LONGEST_SENTENCE = 200  # of what the public reads: three pairs stay legible on a poster
LONGEST_NAME = 200
MOST_PUBLIC = 3  # of a unit: what stands on its poster


class RemedyError(OperationError):
    """What cannot be done with a remedy, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_asked": _n("This item or factor is not in the wave's questionnaire. Begin from the unit's dashboard."),
        "no_part": _n("This unit took no part in the wave. Begin from the unit's dashboard."),
        "cause_missing": _n("Say what the weak figure comes from."),
        "action_missing": _n("Say what will be done."),
        "owner_elsewhere": _n("Choose this unit itself or one below it to carry the remedy out."),
        "deadline_past": _n("The deadline lies in the past. Choose a day that is still to come."),
        "text_missing": _n("Say what has been done so far."),
        "percent": _n("Progress is a whole number from 0 to 100."),
        "evidence_missing": _n("Say what shows that it was done: a decision, a photo's place, a date."),
        "reason_missing": _n("Give the reason: others must be able to follow it."),
        "over": _n("This remedy is over. Take it up again first."),
        "not_over": _n("This remedy is still under way."),
        "not_done": _n("Only a remedy that was carried out can be shown to the public."),
        "said_missing": _n("Say in one sentence what people asked for."),
        "did_missing": _n("Say in one sentence what was done."),
        "public_many": _n("%(most)s remedies of this unit are shown already. Take one of them back first."),
        "long": _n("This text is longer than %(most)s characters. Please shorten it."),
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, by whom and until when."""

    cause: str
    action: str
    owner_unit: Unit
    owner_name: str
    deadline_on: date


def plan_remedy(
    session: Session, *, unit: Unit, wave: Wave, subject: str, code: str, plan: Plan, today: date
) -> Remedy:
    """A remedy against what the wave showed for the unit in that item or factor. Raises :class:`RemedyError`."""
    if unit_of_wave(session, wave, unit.code) is None:
        raise RemedyError("no_part")
    if label_of(read_instrument(session, wave.questionnaire), subject, code) is None:
        raise RemedyError("not_asked")
    if plan.deadline_on < today:
        raise RemedyError("deadline_past")
    remedy = Remedy(unit=unit, wave=wave, subject=subject, subject_code=code)
    _write(remedy, unit, plan)
    session.add(remedy)
    session.flush()
    return remedy


def edit_remedy(session: Session, remedy: Remedy, plan: Plan, *, today: date) -> None:
    """Change what is planned, while it is under way. Raises :class:`RemedyError`."""
    _require_running(session, remedy)
    if plan.deadline_on < today and plan.deadline_on != remedy.deadline_on:
        raise RemedyError("deadline_past")
    _write(remedy, remedy.unit, plan)
    session.flush()


def report_progress(
    session: Session, remedy: Remedy, percent: int, text: str, *, account_id: int | None, now: datetime
) -> RemedyProgress:
    """A line that is never changed; the first one sets the remedy running. Raises :class:`RemedyError`."""
    _require_running(session, remedy)
    if not 0 <= percent <= 100:
        raise RemedyError("percent")
    line = _log(session, remedy, percent, _required(text, "text_missing"), account_id, now)
    remedy.state = "running"
    session.flush()
    return line


def finish_remedy(session: Session, remedy: Remedy, evidence: str, *, account_id: int | None, now: datetime) -> None:
    """Carried out, with what shows it. Raises :class:`RemedyError`."""
    _require_running(session, remedy)
    remedy.evidence = _required(evidence, "evidence_missing")
    remedy.state, remedy.ended_on = "done", province_day(now)
    _log(session, remedy, 100, remedy.evidence, account_id, now)
    session.flush()


def drop_remedy(session: Session, remedy: Remedy, reason: str, *, account_id: int | None, now: datetime) -> None:
    """Given up, with the reason. Raises :class:`RemedyError`."""
    _require_running(session, remedy)
    remedy.dropped_reason = _required(reason, "reason_missing", LONGEST_REASON)
    remedy.state, remedy.ended_on = "dropped", province_day(now)
    _log(session, remedy, percent_of(remedy), remedy.dropped_reason, account_id, now)
    session.flush()


def reopen_remedy(session: Session, remedy: Remedy, reason: str, *, account_id: int | None, now: datetime) -> None:
    """Take up again what is over; the public no longer reads of it. Raises :class:`RemedyError`."""
    if not remedy.is_over:
        raise RemedyError("not_over")
    text = _required(reason, "reason_missing", LONGEST_REASON)
    remedy.is_public, remedy.state, remedy.ended_on, remedy.dropped_reason = False, "running", None, ""
    _log(session, remedy, min(percent_of(remedy), 99), text, account_id, now)
    session.flush()


def show_publicly(session: Session, remedy: Remedy, said: str, did: str) -> None:
    """Let the public read the two sentences: what people asked for and what was done. Raises :class:`RemedyError`."""
    if remedy.state != "done":
        raise RemedyError("not_done")
    said, did = public_sentences(said, did)
    others = select(func.count()).where(Remedy.unit_id == remedy.unit_id, Remedy.is_public, Remedy.id != remedy.id)
    if (session.scalar(others) or 0) >= MOST_PUBLIC:
        raise RemedyError("public_many", most=MOST_PUBLIC)
    remedy.said, remedy.did, remedy.is_public = said, did, True
    session.flush()


def public_sentences(said: str, did: str) -> tuple[str, str]:
    """Both on one line each, as they would be shown. Raises :class:`RemedyError`."""
    return (
        " ".join(_required(said, "said_missing", LONGEST_SENTENCE).split()),
        " ".join(_required(did, "did_missing", LONGEST_SENTENCE).split()),
    )


def take_back(session: Session, remedy: Remedy) -> None:
    """The public no longer reads of it; the sentences are kept."""
    remedy.is_public = False
    session.flush()


def percent_of(remedy: Remedy) -> int:
    """How far it is, as said last."""
    return remedy.progress[-1].percent if remedy.progress else 0


def judge_due(engine: Engine) -> int:
    """Keep how the next wave judged each remedy, once that wave has closed; returns how many were judged.

    A wave's figures stay as they closed; the remedy's page works them out anew in any case. One that cannot be judged
    is logged and looked at again the next time; the others do not wait for it.
    """
    later = aliased(Wave)
    follows = exists().where(later.period_start > Wave.period_end, later.state.in_(FINISHED))
    judged = exists().where(RemedyJudgement.remedy_id == Remedy.id)
    with Session(engine) as session:
        due = session.scalars(select(Remedy.id).join(Remedy.wave).where(follows, ~judged).order_by(Remedy.id)).all()
    judged_now = 0
    for remedy_id in due:
        try:
            judged_now += _judge(engine, remedy_id)
        except Exception:
            log.exception("remedy %s could not be judged", remedy_id)
    return judged_now


def _judge(engine: Engine, remedy_id: int) -> bool:
    with Session(engine) as session:
        remedy = session.get_one(Remedy, remedy_id)
        wave = next_wave(session, remedy.wave, remedy.unit)
        if wave is None:
            return False
        subject, code = remedy.subject, remedy.subject_code
        found = judge(session, remedy.unit, remedy.wave, wave, subject, code, with_others=False)
        kept = RemedyJudgement(remedy_id=remedy_id, wave_id=wave.id, movement=found.shift.movement)
    with Session(engine) as session:
        begin_write(session)
        session.merge(kept)
        session.commit()
    return True


def _require_running(session: Session, remedy: Remedy) -> None:
    """Locks it and sees it as it is now."""
    session.refresh(remedy, ["state", "ended_on"], with_for_update=True)
    if remedy.is_over:
        raise RemedyError("over")


def _write(remedy: Remedy, unit: Unit, plan: Plan) -> None:
    if not plan.owner_unit.path.startswith(unit.path):
        raise RemedyError("owner_elsewhere")
    remedy.cause = _required(plan.cause, "cause_missing")
    remedy.action = _required(plan.action, "action_missing")
    remedy.owner_unit, remedy.deadline_on = plan.owner_unit, plan.deadline_on
    remedy.owner_name = " ".join(clean_text(plan.owner_name, lines=False).split())
    if len(remedy.owner_name) > LONGEST_NAME:
        raise RemedyError("long", most=LONGEST_NAME)


def _required(text: str, missing: str, most: int = LONGEST) -> str:
    clean = clean_text(text, lines=True).strip()
    if not clean:
        raise RemedyError(missing)
    if len(clean) > most:
        raise RemedyError("long", most=most)
    return clean


def _log(
    session: Session, remedy: Remedy, percent: int, text: str, account_id: int | None, now: datetime
) -> RemedyProgress:
    line = RemedyProgress(remedy_id=remedy.id, at=now, account_id=account_id, percent=percent, text=text)
    session.add(line)
    session.flush()
    session.expire(remedy, ["progress"])
    return line

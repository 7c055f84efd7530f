"""What the signed-in person reaches: the paths that decide a request, and the same rule as a condition in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from survey.accounts import policy
from survey.accounts.guard import account
from survey.accounts.models import Account
from survey.analysis import petitions
from survey.analysis.tally_statement import Source
from survey.database import current_session
from survey.models import (
    AnswerTemplate,
    ApiKey,
    Collector,
    Commitment,
    Dialogue,
    DialogueQuestion,
    EmulationCampaign,
    Filing,
    MailMessage,
    Remedy,
    Scorecard,
    ScorecardTemplate,
    Unit,
    UnitGroup,
    Wave,
    Webhook,
)
from survey.operations.periods import province_today
from survey.operations.poll_waves import IS_SURVEY


@dataclass(frozen=True)
class Scope:
    """The roots of the subtrees within reach; empty: nothing is."""

    paths: tuple[str, ...]
    reach: policy.Reach = "subtree"

    def covers(self, column: ColumnElement[str] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """The condition that a column of unit paths lies within reach."""
        conditions = [column.startswith(path, autoescape=True) for path in self.paths]
        if self.reach == "line":
            above = {path[: k + 1] for path in self.paths for k, letter in enumerate(path) if letter == "/" and k}
            conditions += [column.in_(sorted(above))] if above else []
        return or_(false(), *conditions)

    def holds(self, path: str) -> bool:
        """Whether one path lies within reach."""
        below = any(path.startswith(own) for own in self.paths)
        return below or (self.reach == "line" and any(own.startswith(path) for own in self.paths))


def scope(action: str) -> Scope:
    """Where the signed-in person may do `action`."""
    return Scope(policy.reached_paths(account().grants, action), policy.RULES[action].reach)


def can(action: str, path: str | tuple[str, ...] | None = None) -> bool:
    """Whether the signed-in person may do `action` on the unit at `path`, of several on each; without one, on any unit
    at all."""
    return policy.allows_on_all(account().grants, action, path)


def source_for(path: str) -> Source:
    """What of an open wave a reader of that unit sees: its exact figures, or those released in steps."""
    return "exact" if can("results.exact", path) else "released"


def unit_path(unit_code: str, **_others: object) -> str:
    """The path of the unit a request names; 404 where there is none."""
    path = current_session().scalar(select(Unit.path).where(Unit.code == unit_code))
    return path if path is not None else abort(404)


def root_paths(**_others: object) -> tuple[str, ...]:
    """The paths of the root units, each of which decides what is everybody's matter: targets, procedures,
    questionnaires. Mostly there is one; of several all must agree, so that none changes them for the others alone.

    Roots that have ended have no say; "/", where nobody has a role, without any.
    """
    today = province_today()
    lives = or_(Unit.valid_until.is_(None), Unit.valid_until >= today)
    roots = current_session().scalars(select(Unit.path).where(Unit.parent_id.is_(None), lives).order_by(Unit.path))
    return tuple(roots) or ("/",)


def wave_path(wave_code: str, **_others: object) -> str:
    """The path of the unit that runs the wave a request names; 404 where there is none, and for a dialogue's poll."""
    session = current_session()
    row = session.execute(
        select(Wave.id, Unit.path).outerjoin(Unit, Unit.id == Wave.owner_id).where(Wave.code == wave_code, IS_SURVEY)
    ).first()
    if row is None:
        abort(404)
    return row.path or "/"


def collector_path(collector_code: str, **_others: object) -> str:
    """The path of the unit whose collector a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(Collector, Collector.unit_id == Unit.id).where(Collector.code == collector_code)
    )
    return path if path is not None else abort(404)


def account_path(account_id: int, **_others: object) -> str:
    """The path of the unit within which all roles of the account a request names lie; 404 where there is none.

    Who manages that unit may manage the account: a link for somebody with a role further up would lend that role.
    """
    found = current_session().get(Account, account_id) or abort(404)
    return found.place or "/"


def key_path(key_id: int, **_others: object) -> str:
    """The path of the unit whose API key a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(ApiKey, ApiKey.unit_id == Unit.id).where(ApiKey.id == key_id)
    )
    return path if path is not None else abort(404)


def hook_path(hook_id: int, **_others: object) -> str:
    """The path of the unit whose webhook a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(Webhook, Webhook.unit_id == Unit.id).where(Webhook.id == hook_id)
    )
    return path if path is not None else abort(404)


def petition_path(petition_reference: str, **_others: object) -> str:
    """The path of the unit in charge of the case a request names; 404 where there is none."""
    return petitions.holder_path(current_session(), petition_reference) or abort(404)


def petition_reading_path(petition_reference: str, **_others: object) -> str:
    """The path by which the signed-in person reads the case a request names: of the unit in charge, or of one that had
    it before and still follows it; 404 where there is none."""
    paths = petitions.reading_paths(current_session(), petition_reference)
    return next((path for path in paths if can("petitions.read", path)), paths[0] if paths else abort(404))


def template_path(template_id: int, **_others: object) -> str | tuple[str, ...]:
    """The path of the unit whose answer template a request names, of everybody's the roots; 404 where there is none."""
    template = current_session().get(AnswerTemplate, template_id) or abort(404)
    return template.unit.path if template.unit else root_paths()


def dialogue_path(dialogue_code: str, **_others: object) -> str:
    """The path of the unit whose dialogue a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(Dialogue, Dialogue.unit_id == Unit.id).where(Dialogue.code == dialogue_code)
    )
    return path if path is not None else abort(404)


def answering_path(question_code: str, **_others: object) -> str:
    """The path of the unit that is to answer the question a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path)
        .join(DialogueQuestion, DialogueQuestion.answering_unit_id == Unit.id)
        .where(DialogueQuestion.code == question_code)
    )
    return path if path is not None else abort(404)


def commitment_path(commitment_id: int, **_others: object) -> str:
    """The path of the unit in charge of the commitment a request names; 404 where there is none."""
    found = current_session().get(Commitment, commitment_id)
    return found.owner_unit.path if found is not None else abort(404)


def promise_path(commitment_id: int, **_others: object) -> str:
    """The path of the unit that made the commitment a request names in its dialogue; 404 where there is none."""
    found = current_session().get(Commitment, commitment_id)
    return found.unit.path if found is not None else abort(404)


def remedy_path(remedy_id: int, **_others: object) -> str:
    """The path of the unit that plans the remedy a request names; 404 where there is none."""
    found = current_session().get(Remedy, remedy_id) or abort(404)
    return found.unit.path


def remedy_owner_path(remedy_id: int, **_others: object) -> str:
    """The path of the unit that carries it out, which is the planning unit or one below: both reach it."""
    found = current_session().get(Remedy, remedy_id) or abort(404)
    return found.owner_unit.path


def filing_path(filing_id: int, **_others: object) -> str:
    """The path of the unit whose periodic report a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(Filing, Filing.unit_id == Unit.id).where(Filing.id == filing_id)
    )
    return path if path is not None else abort(404)


def filing_wave_path(filing_id: int, **_others: object) -> str:
    """The path of the unit that runs the wave of the periodic report a request names: it decides on what the rated
    units hand in. 404 where there is none."""
    row = (
        current_session()
        .execute(
            select(Filing.id, Unit.path)
            .join(Wave, Wave.id == Filing.wave_id)
            .outerjoin(Unit, Unit.id == Wave.owner_id)
            .where(Filing.id == filing_id)
        )
        .first()
    )
    if row is None:
        abort(404)
    return row.path or "/"


def message_path(message_id: int, **_others: object) -> str:
    """The path of the unit whose matter a message of the outbox is; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(MailMessage, MailMessage.unit_id == Unit.id).where(MailMessage.id == message_id)
    )
    return path if path is not None else abort(404)


def scorecard_path(scorecard_id: int, **_others: object) -> str:
    """The path of the unit whose scorecard a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(Scorecard, Scorecard.unit_id == Unit.id).where(Scorecard.id == scorecard_id)
    )
    return path if path is not None else abort(404)


def council_path(scorecard_id: int, **_others: object) -> str:
    """The path of the unit whose council appraises the scorecard a request names: its template's owner; 404 where there
    is no such scorecard."""
    found = current_session().get(Scorecard, scorecard_id) or abort(404)
    return found.template.owner.path


def scorecard_template_path(scorecard_template_id: int, **_others: object) -> str:
    """The path of the unit whose scorecard template a request names; 404 where there is none."""
    found = current_session().get(ScorecardTemplate, scorecard_template_id) or abort(404)
    return found.owner.path


def campaign_path(campaign_id: int, **_others: object) -> str:
    """The path of the unit that runs the emulation campaign a request names; 404 where there is none."""
    found = current_session().get(EmulationCampaign, campaign_id) or abort(404)
    return found.owner.path


def group_path(group_code: str, **_others: object) -> str:
    """The path of the unit whose saved group of units a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path).join(UnitGroup, UnitGroup.owner_id == Unit.id).where(UnitGroup.code == group_code)
    )
    return path if path is not None else abort(404)

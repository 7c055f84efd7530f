"""What the numbers in the audit log name: the code or name of the row an id column points to, looked up in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.accounts.models import Account
from survey.models import (
    ApiKey,
    Collector,
    Counter,
    PaperBatch,
    PetitionClass,
    ProcedureField,
    Question,
    Questionnaire,
    ScorecardTemplate,
    Target,
    Unit,
    Wave,
)

Numbered = tuple[InstrumentedAttribute[int], ColumnElement[str] | InstrumentedAttribute[str]]

_ACCOUNT: Numbered = (Account.id, Account.name)
_COLLECTOR: Numbered = (Collector.id, Collector.code)
_QUESTIONNAIRE: Numbered = (Questionnaire.id, Questionnaire.code + literal(" ") + Questionnaire.version)
_UNIT: Numbered = (Unit.id, Unit.code + literal(" – ") + Unit.name_vi)
_NAMED: Mapping[str, Numbered] = {
    "account_id": _ACCOUNT,
    "based_on_id": _QUESTIONNAIRE,
    "batch_id": (PaperBatch.id, PaperBatch.code),
    "collector_id": _COLLECTOR,
    "class_id": (PetitionClass.id, PetitionClass.name_vi),
    "control_question_id": (Question.id, Question.code),
    "core_id": _QUESTIONNAIRE,
    "counter_id": (Counter.id, Counter.name_vi),
    "created_by_id": _ACCOUNT,
    "field_id": (ProcedureField.id, ProcedureField.name_vi),
    "escalated_to_id": _UNIT,
    "finished_by_id": _ACCOUNT,
    "handled_by_id": _ACCOUNT,
    "holder_id": _UNIT,
    "key_id": (ApiKey.id, ApiKey.name),
    "made_by_id": _ACCOUNT,
    "owner_id": _UNIT,
    "owner_unit_id": _UNIT,
    "parent_id": _UNIT,
    "questionnaire_id": _QUESTIONNAIRE,
    "replaces_id": _COLLECTOR,
    "resolved_by_id": _ACCOUNT,
    "submitted_by_id": _ACCOUNT,
    "successor_id": _UNIT,
    "target_id": (Target.id, Target.code),
    "template_id": (ScorecardTemplate.id, ScorecardTemplate.code),
    "unit_id": _UNIT,
    "wave_id": (Wave.id, Wave.code),
    "withdrawn_by_id": _ACCOUNT,
}


def names_of(session: Session, sides: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """For each (column, id) of `sides` what it names, one query for each kind of thing; what is gone is left out."""
    wanted: dict[str, set[int]] = {}
    for side in sides:
        for column, value in side.items():
            if column in _NAMED and isinstance(value, int):
                wanted.setdefault(column, set()).add(value)
    kinds: dict[int, set[int]] = {}
    for column, ids in wanted.items():
        kinds.setdefault(id(_NAMED[column]), set()).update(ids)
    found: dict[int, dict[int, str]] = {}
    for key, name in {id(numbered): numbered for numbered in _NAMED.values()}.items():
        if key in kinds:
            rows = session.execute(select(*name).where(name[0].in_(kinds[key])))
            found[key] = {row[0]: row[1] for row in rows}
    return {
        (column, number): found[id(_NAMED[column])][number]
        for column, ids in wanted.items()
        for number in ids
        if number in found[id(_NAMED[column])]
    }

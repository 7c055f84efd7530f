"""Batches of paper forms for tests: a questionnaire with a condition, an open wave, forms typed as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from forms.definition import Choice, Condition, Question, Wording
from forms.paper import read_typed_form
from forms.typed_form import TypedForm
from survey.accounts.models import Account
from survey.models import PaperBatch, Unit, Wave
from survey.operations import paper_batches, paper_entry
from survey.operations.paper_batches import BatchHeader
from tests.factories import make_definition, make_questionnaire, make_rating, make_unit, make_wave
from tests.staff import make_account

AT = datetime(2026, 4, 20, 3, tzinfo=UTC)
DAY = date(2026, 4, 16)
_WORDS = Wording("Lời", "Words")
ASKED = make_definition(
    code="paper",
    factors={"access": 2, "results": 1},
    questions=[
        make_rating("overall", in_index=False),
        Question(
            code="reasons",
            kind="several",
            label=Wording("Lý do", "Reasons"),
            wording=Wording("Lý do chưa hài lòng", "Reasons"),
            choices=tuple(Choice(value, Wording(f"Lý do {value}", f"Reason {value}")) for value in (1, 2, 3)),
            condition=Condition("overall", (1, 2, 3)),
        ),
        Question(
            code="who",
            kind="single",
            label=Wording("Người trả lời", "Who"),
            wording=Wording("Ông/bà là", "You are"),
            choices=(Choice(1, Wording("Người dân", "Citizen")), Choice(2, Wording("Tổ chức", "Organisation"))),
        ),
        Question(code="comment", kind="long_text", label=_WORDS, wording=_WORDS, max_length=200),
    ],
)


def make_paper_wave(session: Session, *, code: str = "P") -> Wave:
    """An open wave with one commune "U1"."""
    unit = make_unit(session, code="U1")
    return make_wave(session, code=code, units=[unit], questionnaire=make_questionnaire(session, ASKED), state="open")


def make_clerks(session: Session, unit: Unit, number: int = 2) -> list[Account]:
    return [make_account(session, "entry", unit) for _ in range(number)]


def make_batch(session: Session, wave: Wave, by: Account, **header: Any) -> PaperBatch:
    given: dict[str, Any] = {"forms_expected": 3, "collected_from": DAY, "collected_until": DAY, **header}
    return paper_batches.create_batch(session, wave, wave.units[0].unit, BatchHeader(**given), account_id=by.id, at=AT)


def typed(answers: Mapping[str, Any] | None = None) -> TypedForm:
    """A form by question code: a value, a tuple of values, a text, or SPOILT."""
    data: dict[str, Any] = {}
    for code, value in (answers or {}).items():
        data[f"q_{code}"] = [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
    form = read_typed_form(ASKED, data)
    assert not form.errors
    return form


def type_form(
    session: Session,
    batch: PaperBatch,
    serial: int,
    by: Account,
    answers: Mapping[str, Any] | None = None,
    *,
    pass_number: int = 1,
    replaces: bool = False,
) -> None:
    paper_entry.store_entry(
        session,
        batch,
        serial,
        pass_number,
        typed(answers),
        account_id=by.id,
        at=AT,
        seconds=20,
        replaces=replaces,
    )

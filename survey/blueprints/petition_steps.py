"""What an office does with a case, one route a step: the form, one operation, back to the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import petition_path
from survey.blueprints.petitions import (
    EVERYWHERE,
    FORMS,
    case_or_404,
    case_page,
    choose_class,
    choose_owner,
    made,
    wordings,
)
from survey.database import current_session
from survey.models import Petition, PetitionClass
from survey.operations import petitions
from survey.operations.petition_cases import PetitionError
from survey.staff_pages import say

blueprint = staff_blueprint("petition_steps", __name__, url_prefix="/staff/y-kien")
blueprint.context_processor(wordings)

Do = Callable[[Petition, Any, dict[str, Any]], object]


def step(
    petition_reference: str, name: str, do: Do, done: str, prepare: Callable[..., None] | None = None
) -> ResponseReturnValue:
    """Take one step with what its form says, or show the case again with what was typed."""
    petition, form = case_or_404(petition_reference), made(FORMS[name], name)
    if prepare is not None:
        prepare(form)
    back = redirect(url_for("petitions.show", petition_reference=petition.reference))
    if form.validate_on_submit():
        try:
            do(petition, form, {"account_id": account().id, "now": datetime.now(UTC)})
        except PetitionError as error:
            if error.code == "step_impossible":  # somebody else was quicker
                flash(say(error), "warning")
                return back
            form.form_errors.append(say(error))
        else:
            commit()
            flash(done, "success")
            return back
    return case_page(petition, {name: form})


@blueprint.post("/<petition_reference>/phan-loai")
@may("petitions.handle", petition_path)
def classify(petition_reference: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        session = current_session()
        query = select(PetitionClass).where(PetitionClass.code == form.petition_class.data)
        petitions.classify(session, petition, session.scalars(query).one(), **by)

    return step(petition_reference, "classify", do, gettext("Classified: the deadline is set."), choose_class)


@blueprint.post("/<petition_reference>/nhan")
@may("petitions.handle", petition_path)
def take(petition_reference: str) -> ResponseReturnValue:
    """Put somebody of the unit in charge, oneself or another."""
    petition = case_or_404(petition_reference)

    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        petitions.take(current_session(), petition, int(form.owner.data), **by)

    return step(
        petition_reference,
        "take",
        do,
        gettext("The person in charge is set."),
        lambda form: choose_owner(form, petition),
    )


@blueprint.post("/<petition_reference>/chuyen")
@may("petitions.handle", petition_path)
def transfer(petition_reference: str) -> ResponseReturnValue:
    """Hand the case to the competent unit, or back."""

    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        unit = directory.unit_within(current_session(), EVERYWHERE, form.unit.data)
        if unit is None:
            raise PetitionError("unit_unknown", unit=form.unit.data)
        petitions.transfer(current_session(), petition, unit, form.reason.data, **by)

    return step(
        petition_reference,
        "transfer",
        do,
        gettext("Transferred. You can go on reading the case; the other unit handles it."),
    )


@blueprint.post("/<petition_reference>/gia-han")
@may("petitions.handle", petition_path)
def extend(petition_reference: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        petitions.extend(current_session(), petition, form.days.data, form.reason.data, **by)

    return step(petition_reference, "extend", do, gettext("The deadline is extended."))


@blueprint.post("/<petition_reference>/tra-loi")
@may("petitions.handle", petition_path)
def answer(petition_reference: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        petitions.answer(current_session(), petition, form.answer.data, **by)

    return step(petition_reference, "answer", do, gettext("Answered: the citizen reads it on the tracking page."))


@blueprint.post("/<petition_reference>/cong-khai")
@may("petitions.handle", petition_path)
def publish(petition_reference: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        petitions.publish(current_session(), petition, form.public_text.data, form.public_answer.data, **by)

    return step(petition_reference, "publish", do, gettext("Published: everybody can read it."))


def with_reason(petition_reference: str, name: str, operation: Callable[..., object], done: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        operation(current_session(), petition, form.reason.data, **by)

    return step(petition_reference, name, do, done)


@blueprint.post("/<petition_reference>/go-cong-khai")
@may("petitions.handle", petition_path)
def withdraw(petition_reference: str) -> ResponseReturnValue:
    return with_reason(
        petition_reference,
        "withdraw",
        petitions.withdraw,
        gettext("Taken off the public page. Edit it and publish it again."),
    )


@blueprint.post("/<petition_reference>/tu-choi")
@may("petitions.handle", petition_path)
def reject(petition_reference: str) -> ResponseReturnValue:
    return with_reason(petition_reference, "reject", petitions.reject, gettext("Not accepted; the citizen reads why."))


@blueprint.post("/<petition_reference>/khoi-phuc")
@may("petitions.handle", petition_path)
def restore(petition_reference: str) -> ResponseReturnValue:
    return with_reason(petition_reference, "restore", petitions.restore, gettext("Accepted again: please classify it."))


@blueprint.post("/<petition_reference>/nguyen-nhan")
@may("petitions.handle", petition_path)
def explain(petition_reference: str) -> ResponseReturnValue:
    return with_reason(
        petition_reference,
        "explain",
        petitions.explain,
        gettext("The cause stands in the lateness report from now on."),
    )


@blueprint.post("/<petition_reference>/ghi-chu")
@may("petitions.handle", petition_path)
def note(petition_reference: str) -> ResponseReturnValue:
    def do(petition: Petition, form: Any, by: dict[str, Any]) -> None:
        petitions.note(current_session(), petition, form.text.data, **by)

    return step(petition_reference, "note", do, gettext("The note is added."))

"""A batch of paper forms from typing to counting: its steps, the differences of two passes, and the printed forms."""

from __future__ import annotations

from collections.abc import Collection

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.definition import Language, Question
from forms.paper_batch import FinishForm
from forms.typed_form import SPOILT, ItemValue, can_be_spoilt
from reports.paper_form import paper_form_pdf
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import can
from survey.blueprints.paper import MOST_PRINTED, batch_path, load, now, standing, wording_of_batches
from survey.database import current_session
from survey.language import chosen_language
from survey.models import PaperBatch
from survey.numbers import a_key
from survey.operations import double_entry, paper_acceptance
from survey.operations.batch_forms import batch_form
from survey.operations.double_entry import Discrepancy
from survey.operations.errors import OperationError
from survey.operations.paper_batches import BatchError
from survey.operations.paper_entry import questionnaire_of
from survey.staff_pages import say
from survey.staff_sealing import seal_at_once

blueprint = staff_blueprint("paper_checking", __name__, url_prefix="/staff/nhap-phieu")
blueprint.context_processor(wording_of_batches)

BLANK = "blank"  # the form's value for an item without a mark
STEPS = {
    "finish": paper_acceptance.finish_typing,
    "reopen": paper_acceptance.reopen,
    "check": paper_acceptance.check,
}


@blueprint.post("/<int:batch_id>/buoc")
@may("paper.enter", batch_path)
def step(batch_id: int) -> ResponseReturnValue:
    """Typing finished, checked, or back to typing."""
    session, batch = current_session(), load(batch_id)
    move = STEPS.get(request.form.get("step", ""))
    if move is None:
        abort(400)
    try:
        move(session, batch)
        commit()
    except BatchError as error:
        session.rollback()
        flash(say(error), "danger")
    return redirect(url_for("paper.show", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/ket-thuc")
@may("paper.accept", batch_path)
def finish(batch_id: int) -> ResponseReturnValue:
    """Accept the batch, or reject it with a reason; what was written stays on the page where that cannot be."""
    session, batch, form = current_session(), load(batch_id), FinishForm()
    reason = " ".join((form.reason.data or "").split())
    accepts = request.form.get("step") == "accept"
    if form.validate():
        try:
            if accepts:
                added = paper_acceptance.accept(session, batch, reason, account_id=account().id, at=now())
                commit()
                seal_at_once()
                flash(gettext("Accepted: %(number)s answers count now.", number=added), "success")
            else:
                paper_acceptance.reject(session, batch, reason, account_id=account().id, at=now())
                commit()
                flash(gettext("Rejected: nothing of this batch counts."), "warning")
            return redirect(url_for("paper.show", batch_id=batch_id))
        except OperationError as error:
            session.rollback()
            form.reason.errors = [say(error)]
    return render_template("paper/show.html", form=form, **standing(load(batch_id)))


@blueprint.get("/<int:batch_id>/phieu.pdf")
@may("paper.read", batch_path)
def forms_pdf(batch_id: int) -> ResponseReturnValue:
    """The forms of the batch to be printed: a copy for each number, `?from=` to `?until=`."""
    batch = load(batch_id)
    first = max(1, request.args.get("from", 1, type=a_key))
    last = min(
        batch.forms_expected,
        request.args.get("until", batch.forms_expected, type=a_key),
        first + MOST_PRINTED - 1,
    )
    if last < first:
        abort(404)
    document = paper_form_pdf(
        batch_form(batch), "en" if chosen_language() == "en" else "vi", serials=range(first, last + 1)
    )
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"phieu-{batch.code}.pdf")
    return response


@blueprint.get("/<int:batch_id>/khac-biet")
@may("paper.read", batch_path)
def differences(batch_id: int) -> ResponseReturnValue:
    """Where the two passes differ, to be settled with the paper in hand."""
    return differences_page(load(batch_id))


def differences_page(batch: PaperBatch, unsaid: Collection[tuple[int, str]] = ()) -> ResponseReturnValue:
    """`unsaid`: forms and items for which another value was announced and none given; what was chosen stays."""
    return render_template(
        "paper_checking/differences.html",
        batch=batch,
        comparison=double_entry.compare(current_session(), batch),
        numbers={question.code: number for number, question in enumerate(questionnaire_of(batch).questions, 1)},
        shown=shown,
        values=values,
        given=request.form,
        unsaid=unsaid,
        may_enter=can("paper.enter", batch.unit.path) and batch.state == "entered",
    )


@blueprint.post("/<int:batch_id>/khac-biet")
@may("paper.enter", batch_path)
def resolve(batch_id: int) -> ResponseReturnValue:
    """What the paper says in the items somebody chose for; the others stay as they are."""
    session, batch = current_session(), load(batch_id)
    said: dict[tuple[int, str], ItemValue] = {}
    unsaid: list[tuple[int, str]] = []
    for each in double_entry.compare(session, batch).discrepancies:
        try:
            said.update(chosen_for(each))
        except LookupError:
            unsaid.append((each.serial, each.question.code))
        except ValueError:
            abort(400)
    if unsaid:
        flash(gettext("Nothing was stored yet: give the other value where one is announced."), "danger")
        return differences_page(batch, unsaid)
    if not said:
        flash(gettext("Nothing was chosen: choose what the paper says for one item at least."), "danger")
        return redirect(url_for(".differences", batch_id=batch_id))
    try:
        double_entry.settle(session, batch, said, account_id=account().id, at=now())
        commit()
        flash(gettext("%(number)s items are settled.", number=len(said)), "success")
    except BatchError as error:
        session.rollback()
        flash(say(error), "danger")
    return redirect(url_for(".differences", batch_id=batch_id))


def chosen_for(each: Discrepancy) -> dict[tuple[int, str], ItemValue]:
    """What was chosen for one difference, if anything was.

    Raises LookupError where another value is announced and none given, ValueError for what the page never offers.
    """
    question, place = each.question, f"{each.serial}-{each.question.code}"
    choice, given = request.form.get(f"choice-{place}", ""), [v for v in request.form.getlist(f"value-{place}") if v]
    if choice not in ("", "first", "second", "other"):
        raise ValueError(choice)
    if not choice and not given:
        return {}
    if choice in ("first", "second"):
        value = each.first if choice == "first" else each.second
    elif not given and question.kind != "several":
        raise LookupError(place)
    else:
        value = read_value(question, given)
    return {(each.serial, question.code): value}


def read_value(question: Question, given: list[str]) -> ItemValue:
    """What another value on the page stands for; raises ValueError."""
    if question.kind == "several":
        return tuple(sorted({int(text) for text in given})) or None
    if given == [SPOILT]:
        return SPOILT
    return None if given == [BLANK] else int(given[0])


def shown(question: Question, value: ItemValue) -> str:
    """A value in words, for the reader."""
    language: Language = "en" if chosen_language() == "en" else "vi"
    words = {choice.value: f"{choice.value} – {choice.wording[language]}" for choice in question.choices}
    if value is None:
        return gettext("blank")
    if isinstance(value, str):
        return gettext("several marks")
    return "; ".join(words[one] for one in value) if isinstance(value, tuple) else words[value]


def values(question: Question) -> list[tuple[str, str]]:
    """What the paper may say in a question with one answer: form value and words."""
    offered: list[ItemValue] = [*question.values, None, *([SPOILT] if can_be_spoilt(question) else [])]
    return [(BLANK if value is None else str(value), shown(question, value)) for value in offered]

"""What is done with a scorecard: rows scored, explained and appraised, evidence, the steps between unit and council."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.scorecard import AppraisalForm, EvidenceForm, ExplanationForm, ReturnForm, RowForm
from forms.scorecard_definition import Ratio
from forms.scorecard_notation import rule_of
from reports.scorecard_figures import Card, CardLine
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import council_path, scorecard_path
from survey.blueprints.scorecards import card_or_404, card_page, read, worded, wording_tools
from survey.database import current_session
from survey.models import Criterion, Scorecard, ScorecardEvidence
from survey.operations import scorecard_scores, scorecards
from survey.operations.scorecard_scores import LARGEST_MB, Row
from survey.operations.scorecards import ScorecardError
from survey.staff_waves import now

blueprint = staff_blueprint("scorecard_steps", __name__, url_prefix="/staff/bang-cham-diem")
blueprint.context_processor(wording_tools)

FILE_LIMIT = (LARGEST_MB + 1) * 2**20  # bytes of a request that carries a file


def doing() -> dict[str, Any]:
    return {"account_id": account().id, "now": now()}


def row_or_404(scorecard_id: int, criterion_id: int) -> tuple[Scorecard, Criterion]:
    card = card_or_404(scorecard_id)
    line = current_session().get(Criterion, criterion_id)
    if line is None or line.template_id != card.template_id or line.rule == "group":
        abort(404)
    return card, line


def back(card: Scorecard, line: Criterion | None = None) -> ResponseReturnValue:
    anchor = f"tc-{line.id}" if line is not None else None
    return redirect(url_for("scorecards.show", scorecard_id=card.id, _anchor=anchor))


def row_page(stored: Scorecard, line: Criterion, form: Any, kind: str, card: Card | None = None) -> ResponseReturnValue:
    """The form of one row, beside what stands there now; a save that began from something else is told so."""
    card = card or read(stored)
    shown = line_in(card, line)
    form.seen.data = str(shown.said)
    rule = rule_of(line.rule, line.terms, line.number)
    return render_template(
        "scorecard_steps/row.html",
        stored=stored,
        card=card,
        line=shown,
        form=form,
        kind=kind,
        ratio=rule if isinstance(rule, Ratio) else None,
        files=EvidenceForm(formdata=None),
    ), 422 if form.errors else 200


def seen_of(form: Any) -> int | None:
    text = form.seen.data or ""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def line_in(card: Card, line: Criterion) -> CardLine:
    return next(each for each in card.lines if each.key == line.id)


@blueprint.route("/<int:scorecard_id>/tieu-chi/<int:criterion_id>/cham", methods=["GET", "POST"])
@may("scorecards.score", scorecard_path)
def score(scorecard_id: int, criterion_id: int) -> ResponseReturnValue:
    """The unit's own points, reason and remedy."""
    stored, line = row_or_404(scorecard_id, criterion_id)
    form, card = RowForm(), None
    form.keep(line.rule)
    if form.validate_on_submit():
        try:
            scorecard_scores.score_row(current_session(), stored, line, row_of(form), **doing())
        except ScorecardError as error:
            refuse(form, error)
        else:
            commit()
            return back(stored, line)
    elif not form.is_submitted():
        card = read(stored)
        fill(form, line_in(card, line))
    return row_page(stored, line, form, "score", card)


def row_of(form: RowForm) -> Row:
    return Row(
        points=form.points.data if "points" in form else None,
        counted=form.counted.data if "counted" in form else None,
        base=form.base.data if "base" in form else None,
        reason=form.reason.data or "",
        remedy=form.remedy.data or "",
        seen=seen_of(form),
    )


def fill(form: RowForm, line: CardLine) -> None:
    form.reason.data, form.remedy.data = line.reason, line.remedy
    if "points" in form:
        form.points.data = line.points["self"]
    if "counted" in form and line.basis is not None:
        form.counted.data, form.base.data = line.basis.counted, line.basis.base


def refuse(form: Any, error: ScorecardError) -> None:
    """Put the error at the field it is about."""
    by_field = {
        "loss_unexplained": "reason",
        "change_unexplained": "reason",
        "points_missing": "points",
        "points_form": "points",
        "points_above": "points",
        "ratio_missing": "counted",
        "ratio_form": "counted",
    }
    name = by_field.get(error.code, "")
    if name in form:
        form[name].errors = [*form[name].errors, worded(error)]
    else:
        form.form_errors.append(worded(error))


@blueprint.route("/<int:scorecard_id>/tieu-chi/<int:criterion_id>/giai-trinh", methods=["GET", "POST"])
@may("scorecards.score", scorecard_path)
def explain_row(scorecard_id: int, criterion_id: int) -> ResponseReturnValue:
    """The unit explains a criterion that did not get all points."""
    stored, line = row_or_404(scorecard_id, criterion_id)
    form, card = ExplanationForm(), None
    if form.validate_on_submit():
        try:
            scorecard_scores.explain_row(
                current_session(), stored, line, form.reason.data or "", seen=seen_of(form), **doing()
            )
        except ScorecardError as error:
            refuse(form, error)
        else:
            commit()
            return back(stored, line)
    elif not form.is_submitted():
        card = read(stored)
        form.reason.data = line_in(card, line).explanation
    return row_page(stored, line, form, "explain", card)


@blueprint.route("/<int:scorecard_id>/tieu-chi/<int:criterion_id>/tham-dinh", methods=["GET", "POST"])
@may("scorecards.appraise", council_path)
def appraise_row(scorecard_id: int, criterion_id: int) -> ResponseReturnValue:
    """The council's points of a row: at the appraisal, after it the final ones."""
    stored, line = row_or_404(scorecard_id, criterion_id)
    form, card = AppraisalForm(), None
    if form.validate_on_submit():
        try:
            scorecard_scores.appraise_row(
                current_session(),
                stored,
                line,
                form.points.data,
                form.reason.data or "",
                seen=seen_of(form),
                **doing(),
            )
        except ScorecardError as error:
            refuse(form, error)
        else:
            commit()
            return back(stored, line)
    elif not form.is_submitted():
        card, final = read(stored), stored.state != "submitted"
        shown = line_in(card, line)
        form.points.data = shown.points["final" if final else "appraisal"]
        form.reason.data = shown.final_reason if final else shown.council_reason
    return row_page(stored, line, form, "appraise", card)


@blueprint.post("/<int:scorecard_id>/tieu-chi/<int:criterion_id>/minh-chung")
@may("scorecards.score", scorecard_path, body_limit=FILE_LIMIT)
def add_evidence(scorecard_id: int, criterion_id: int) -> ResponseReturnValue:
    stored, line = row_or_404(scorecard_id, criterion_id)
    form = EvidenceForm()
    sent = form.file.data
    if not form.validate_on_submit() or not sent:
        flash(gettext("Choose a file first."), "warning")
        return back(stored, line)
    try:
        scorecard_scores.add_evidence(
            current_session(), stored, line, file_name=sent.filename or "", content=sent.read(), **doing()
        )
    except ScorecardError as error:
        current_session().rollback()
        flash(f"{line.number}. {worded(error)}", "danger")
    else:
        commit()
    return back(stored, line)


@blueprint.post("/<int:scorecard_id>/minh-chung/<int:evidence_id>/xoa")
@may("scorecards.score", scorecard_path)
def remove_evidence(scorecard_id: int, evidence_id: int) -> ResponseReturnValue:
    stored = card_or_404(scorecard_id)
    found = current_session().get(ScorecardEvidence, evidence_id)
    if found is None or found.scorecard_id != stored.id:
        abort(404)
    line = current_session().get(Criterion, found.criterion_id)
    try:
        scorecard_scores.remove_evidence(current_session(), stored, found)
    except ScorecardError as error:
        flash(worded(error), "danger")
    else:
        commit()
    return back(stored, line)


def step(scorecard_id: int, take: Callable[..., None], done: str) -> ResponseReturnValue:
    """One step without words of its own; where it is refused, the card says why."""
    stored = card_or_404(scorecard_id)
    try:
        take(current_session(), stored, **doing())
    except ScorecardError as error:
        current_session().rollback()
        return card_page(stored, problem=worded(error))
    commit()
    flash(done, "success")
    return back(stored)


def step_with_reason(scorecard_id: int, take: Callable[..., None], name: str, done: str) -> ResponseReturnValue:
    """One step that needs a reason; what was typed stays."""
    stored, form = card_or_404(scorecard_id), ReturnForm()
    if not form.validate_on_submit():
        return card_page(stored, problem=gettext("Give the reason first."), reasons={name: form.reason.data})
    try:
        take(current_session(), stored, form.reason.data or "", **doing())
    except ScorecardError as error:
        current_session().rollback()
        return card_page(stored, problem=worded(error), reasons={name: form.reason.data})
    commit()
    flash(done, "success")
    return back(stored)


@blueprint.post("/<int:scorecard_id>/nop")
@may("scorecards.score", scorecard_path)
def submit(scorecard_id: int) -> ResponseReturnValue:
    return step(scorecard_id, scorecards.submit, gettext("The scorecard has been submitted."))


@blueprint.post("/<int:scorecard_id>/tra-lai")
@may("scorecards.appraise", council_path)
def send_back(scorecard_id: int) -> ResponseReturnValue:
    done = gettext("The scorecard is back with the unit.")
    return step_with_reason(scorecard_id, scorecards.send_back, "return", done)


@blueprint.post("/<int:scorecard_id>/tham-dinh")
@may("scorecards.appraise", council_path)
def appraise(scorecard_id: int) -> ResponseReturnValue:
    done = gettext("The unit now sees the appraised points and may explain.")
    return step(scorecard_id, scorecards.appraise, done)


@blueprint.post("/<int:scorecard_id>/giai-trinh")
@may("scorecards.score", scorecard_path)
def explain(scorecard_id: int) -> ResponseReturnValue:
    return step(scorecard_id, scorecards.explain, gettext("The council has your explanations."))


@blueprint.post("/<int:scorecard_id>/ket-thuc")
@may("scorecards.appraise", council_path)
def finish(scorecard_id: int) -> ResponseReturnValue:
    return step(scorecard_id, scorecards.finish, gettext("The final points are set."))


@blueprint.post("/<int:scorecard_id>/mo-lai")
@may("scorecards.appraise", council_path)
def reopen(scorecard_id: int) -> ResponseReturnValue:
    done = gettext("The final points can be changed again.")
    return step_with_reason(scorecard_id, scorecards.reopen, "reopen", done)

"""Templates of scorecards: listed, written line by line or read from a file, put into use, begun anew as a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.scorecard import FileForm, LineForm, TemplateForm, UnitForm
from forms.scorecard_definition import Name, TemplateDefinition
from forms.scorecard_line import GROUPS, definition_from, fill
from forms.scorecard_notation import LONGEST, write
from reports.scorecard_wording import RULES, measure_word, rule_word
from survey.accounts.guard import begin_writing, commit, may, staff_blueprint
from survey.accounts.scope import scope, scorecard_template_path
from survey.analysis import scorecard_templates as reading
from survey.analysis.scorecard_measures import MEASURES
from survey.blueprints.result_filters import own_name
from survey.blueprints.scorecards import after_or_404, worded, wording_tools
from survey.database import current_session
from survey.models import Criterion, Scorecard, ScorecardTemplate, Unit
from survey.operations import scorecard_templates as operations
from survey.operations.bounded import BoundedError
from survey.operations.scorecard_checks import TemplateError
from survey.operations.scorecard_checks import worded as refused
from survey.staff_waves import language, now

blueprint = staff_blueprint("scorecard_templates", __name__, url_prefix="/staff/bang-cham-diem/mau")
blueprint.context_processor(wording_tools)


def template_or_404(scorecard_template_id: int) -> ScorecardTemplate:
    return current_session().get(ScorecardTemplate, scorecard_template_id) or abort(404)


def owners() -> dict[str, Unit]:
    """The units whose templates the signed-in person writes: the roots of his reach."""
    paths = scope("scorecards.edit").paths
    return {unit.code: unit for unit in current_session().scalars(select(Unit).where(Unit.path.in_(paths)))}


def offered(found: dict[str, Unit]) -> dict[str, str]:
    return {code: own_name(unit) for code, unit in found.items()}


def back(template: ScorecardTemplate) -> ResponseReturnValue:
    return redirect(url_for(".show", scorecard_template_id=template.id))


@blueprint.get("/")
@may("scorecards.edit")
def index() -> ResponseReturnValue:
    within = scope("scorecards.edit").covers(Unit.path)
    try:
        found, more = reading.page(current_session(), within, after_or_404())
    except ValueError:
        abort(404)
    return render_template("scorecard_templates/index.html", templates=found, more=more)


@blueprint.route("/moi", methods=["GET", "POST"])
@may("scorecards.edit")
def new() -> ResponseReturnValue:
    form, found = TemplateForm(), owners()
    form.offer(offered(found))
    if form.validate_on_submit():
        try:
            template = operations.create_template(current_session(), head_from(form, version=1), found[form.owner.data])
        except TemplateError as error:
            form.form_errors.append(worded(error))
        else:
            commit()
            return back(template)
    return render_template("scorecard_templates/edit.html", form=form, template=None), 422 if form.errors else 200


def head_from(form: TemplateForm, *, version: int, code: str = "") -> TemplateDefinition:
    return TemplateDefinition(
        code=code or form.code.data or "",
        version=version,
        year=form.year.data or 0,
        unit_kind=form.unit_kind.data or "",
        name=Name(form.name_vi.data or "", form.name_en.data or ""),
        reference=Name(form.reference_vi.data or "", form.reference_en.data or ""),
        council=form.council.data or "",
        self_due_on=form.self_due_on.data,
        explanation_due_on=form.explanation_due_on.data,
        final_due_on=form.final_due_on.data,
        criteria=(),
    )


@blueprint.route("/nhap", methods=["GET", "POST"])
@may("scorecards.edit", writes=False)
def load() -> ResponseReturnValue:
    """A draft from a file, which is read before the transaction that writes begins."""
    form, found = FileForm(), owners()
    form.offer(offered(found))
    if form.validate_on_submit():
        try:
            definition = operations.read_template(form.file.data.read(4 * LONGEST) if form.file.data else b"")
            template = operations.create_template(begin_writing(), definition, owners()[form.owner.data])
        except (TemplateError, BoundedError) as error:
            current_session().rollback()
            form.file.errors = [*form.file.errors, worded(error)]
        else:
            commit()
            return back(template)
    return render_template("scorecard_templates/load.html", form=form), 422 if form.errors else 200


@blueprint.get("/<int:scorecard_template_id>")
@may("scorecards.edit", scorecard_template_path)
def show(scorecard_template_id: int) -> ResponseReturnValue:
    return template_page(template_or_404(scorecard_template_id))


def template_page(template: ScorecardTemplate, problem: str = "") -> ResponseReturnValue:
    session = current_session()
    definition = reading.definition_of(template)
    units = UnitForm(formdata=None)
    has = select(Scorecard.unit_id).where(Scorecard.template_id == template.id)
    known = set(session.scalars(has))
    units.offer({unit.code: own_name(unit) for unit in reading.units_for(session, template) if unit.id not in known})
    return render_template(
        "scorecard_templates/show.html",
        template=template,
        maximum=definition.maximum,
        rules={line.number: line for line in definition.lines()},
        levels=reading.levels(template),
        counts=reading.cards_by_state(session, template),
        units=units,
        problem=problem,
    ), 422 if problem else 200


@blueprint.route("/<int:scorecard_template_id>/sua", methods=["GET", "POST"])
@may("scorecards.edit", scorecard_template_path)
def edit(scorecard_template_id: int) -> ResponseReturnValue:
    """Name, year, council and deadlines of a draft."""
    template = template_or_404(scorecard_template_id)
    form = TemplateForm(obj=None if request.method == "POST" else template)
    del form.code, form.owner
    if form.validate_on_submit():
        head = head_from(form, version=template.version, code=template.code)
        try:
            operations.edit_template(current_session(), template, replace(head, rounding=template.rounding))
        except TemplateError as error:
            form.form_errors.append(worded(error))
        else:
            commit()
            return back(template)
    return render_template("scorecard_templates/edit.html", form=form, template=template), 422 if form.errors else 200


@blueprint.route("/<int:scorecard_template_id>/dong", methods=["GET", "POST"])
@may("scorecards.edit", scorecard_template_path)
def add(scorecard_template_id: int) -> ResponseReturnValue:
    """A new line, under the heading that `?under=` names."""
    template = template_or_404(scorecard_template_id)
    under = request.args.get("under", "")
    parent = next((line for line in template.criteria if line.number == under), None)

    def write_line(form: LineForm) -> None:
        with refused():
            operations.add_criterion(current_session(), template, parent, definition_from(form))

    return line_page(template, parent, line_form(), write_line, None)


@blueprint.route("/<int:scorecard_template_id>/dong/<int:line_id>", methods=["GET", "POST"])
@may("scorecards.edit", scorecard_template_path)
def edit_line(scorecard_template_id: int, line_id: int) -> ResponseReturnValue:
    template, criterion = line_or_404(scorecard_template_id, line_id)
    form = line_form()
    if request.method == "GET":
        fill(form, next(each for each in reading.definition_of(template).lines() if each.number == criterion.number))

    def write_line(form: LineForm) -> None:
        with refused():
            operations.edit_criterion(current_session(), criterion, definition_from(form))

    return line_page(template, criterion.parent, form, write_line, criterion)


def line_form() -> LineForm:
    form, spoken = LineForm(), language()
    form.offer(
        [(rule, rule_word(rule, spoken)) for rule in RULES], [(name, measure_word(name, spoken)) for name in MEASURES]
    )
    return form


def line_page(
    template: ScorecardTemplate,
    parent: Criterion | None,
    form: LineForm,
    write_line: Callable[[LineForm], None],
    criterion: Criterion | None,
) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            write_line(form)
        except TemplateError as error:
            form.form_errors.append(worded(error))
        else:
            commit()
            return back(template)
    return render_template(
        "scorecard_templates/line.html",
        template=template,
        parent=parent,
        form=form,
        criterion=criterion,
        groups=GROUPS,
    ), 422 if form.errors else 200


def line_or_404(scorecard_template_id: int, line_id: int) -> tuple[ScorecardTemplate, Criterion]:
    template = template_or_404(scorecard_template_id)
    line = current_session().get(Criterion, line_id)
    if line is None or line.template_id != template.id:
        abort(404)
    return template, line


def step(template: ScorecardTemplate, take: Callable[[], Any], done: str = "") -> ResponseReturnValue:
    try:
        made = take()
    except TemplateError as error:
        current_session().rollback()
        return template_page(template, worded(error))
    commit()
    if done:
        flash(done, "success")
    return back(made if isinstance(made, ScorecardTemplate) else template)


@blueprint.post("/<int:scorecard_template_id>/dong/<int:line_id>/xoa")
@may("scorecards.edit", scorecard_template_path)
def remove_line(scorecard_template_id: int, line_id: int) -> ResponseReturnValue:
    template, criterion = line_or_404(scorecard_template_id, line_id)
    return step(template, lambda: operations.remove_criterion(current_session(), criterion))


@blueprint.post("/<int:scorecard_template_id>/dung")
@may("scorecards.edit", scorecard_template_path)
def use(scorecard_template_id: int) -> ResponseReturnValue:
    template = template_or_404(scorecard_template_id)
    done = gettext("The template is in use: every unit of its kind has a scorecard.")
    return step(template, lambda: operations.put_in_use(current_session(), template, now=now()), done)


@blueprint.post("/<int:scorecard_template_id>/phien-ban")
@may("scorecards.edit", scorecard_template_path)
def version(scorecard_template_id: int) -> ResponseReturnValue:
    template = template_or_404(scorecard_template_id)
    return step(template, lambda: operations.new_version(current_session(), template))


@blueprint.post("/<int:scorecard_template_id>/xoa")
@may("scorecards.edit", scorecard_template_path)
def discard(scorecard_template_id: int) -> ResponseReturnValue:
    template = template_or_404(scorecard_template_id)
    try:
        operations.discard_template(current_session(), template)
    except TemplateError as error:
        current_session().rollback()
        return template_page(template, worded(error))
    commit()
    flash(gettext("The draft is deleted."), "success")
    return redirect(url_for(".index"))


@blueprint.post("/<int:scorecard_template_id>/don-vi")
@may("scorecards.edit", scorecard_template_path)
def add_unit(scorecard_template_id: int) -> ResponseReturnValue:
    """A card for a unit that came after the template was put into use."""
    template = template_or_404(scorecard_template_id)
    code = request.form.get("unit", "")
    unit = current_session().scalar(select(Unit).where(Unit.code == code)) or abort(404)
    return step(template, lambda: operations.add_unit(current_session(), template, unit))


@blueprint.get("/<int:scorecard_template_id>/yaml")
@may("scorecards.edit", scorecard_template_path)
def export(scorecard_template_id: int) -> ResponseReturnValue:
    template = template_or_404(scorecard_template_id)
    response = Response(write(reading.definition_of(template)), mimetype="application/yaml")
    name = f"bo-tieu-chi-{template.code}-{template.version}.yaml"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

"""What the province decides of its case work: classes with time limits, days off, answer templates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import or_, select
from wtforms.fields.choices import SelectChoice

from forms.petition_settings import CalendarForm, ClassForm, NewClassForm, TemplateForm
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope, template_path
from survey.blueprints.petitions import own_name, wordings
from survey.database import current_session
from survey.models import AnswerTemplate, CalendarException, PetitionClass, Unit
from survey.numbers import a_key
from survey.operations import petition_calendar, petition_settings
from survey.operations.periods import province_today
from survey.operations.petition_settings import SettingError
from survey.operations.working_days import holidays_of
from survey.staff_pages import say

blueprint = staff_blueprint("petition_settings", __name__, url_prefix="/staff/y-kien/thiet-lap")
blueprint.context_processor(wordings)

EVERYBODY = "*"  # in the place of a unit's code
FIRST_YEAR, YEARS_AHEAD = 2024, 2


@blueprint.context_processor
def pages() -> dict[str, Any]:
    roots = root_paths()
    return {"decides": can("petitions.settings", roots), "edits_everybodys": can("petitions.templates", roots)}


@blueprint.route("/loai", methods=["GET", "POST"])
@may("petitions.settings", root_paths)
def classes() -> ResponseReturnValue:
    """The classes with their time limits, and a form for one more."""
    session, form = current_session(), NewClassForm()
    if form.validate_on_submit():
        try:
            petition_settings.create_class(
                session,
                code=form.code.data,
                name_vi=form.name_vi.data,
                name_en=form.name_en.data or "",
                reference_vi=form.reference_vi.data or "",
                working_days=form.working_days.data,
            )
        except SettingError as error:
            form.code.errors = [say(error)]
        else:
            commit()
            return redirect(url_for(".classes"))
    known = session.scalars(select(PetitionClass).order_by(PetitionClass.working_days, PetitionClass.id)).all()
    page = render_template("petition_settings/classes.html", classes=known, form=form, today=province_today())
    return page, 422 if form.errors else 200


@blueprint.post("/loai/thuong-dung")
@may("petitions.settings", root_paths)
def usual_classes() -> ResponseReturnValue:
    """Begin with the classes that many provinces have."""
    try:
        petition_settings.create_usual_classes(current_session())
    except SettingError as error:
        flash(say(error), "warning")
    else:
        commit()
    return redirect(url_for(".classes"))


@blueprint.route("/loai/<class_code>", methods=["GET", "POST"])
@may("petitions.settings", root_paths)
def one_class(class_code: str) -> ResponseReturnValue:
    """Change a class, or end it."""
    query = select(PetitionClass).where(PetitionClass.code == class_code)
    chosen = current_session().scalar(query) or abort(404)
    form = ClassForm(obj=chosen)
    if form.validate_on_submit():
        try:
            petition_settings.change_class(
                chosen,
                name_vi=form.name_vi.data,
                name_en=form.name_en.data or "",
                reference_vi=form.reference_vi.data or "",
                working_days=form.working_days.data,
                ended_on=form.ended_on.data,
            )
        except SettingError as error:
            form.form_errors.append(say(error))
        else:
            commit()
            flash(gettext("Saved. Deadlines that are set already stay as they are."), "success")
            return redirect(url_for(".classes"))
    page = render_template("petition_settings/class.html", chosen=chosen, form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/lich", methods=["GET", "POST"])
@may("petitions.settings", root_paths)
def calendar() -> ResponseReturnValue:
    """The public holidays of a year as the calendar knows them, and the days on which the province differs."""
    session, form, today = current_session(), CalendarForm(), province_today()
    if form.validate_on_submit():
        try:
            moved = petition_calendar.set_day(
                session, form.day.data, form.is_working.data == "yes", form.reason.data, **changed_by()
            )
        except SettingError as error:
            form.day.errors = [say(error)]
        else:
            commit()
            tell_moved(moved)
            return redirect(url_for(".calendar", year=form.day.data.year))
    year = request.args.get("year", today.year, type=a_key)
    if not FIRST_YEAR <= year <= today.year + YEARS_AHEAD:
        abort(404)
    within = CalendarException.day.between(date(year, 1, 1), date(year, 12, 31))
    page = render_template(
        "petition_settings/calendar.html",
        year=year,
        years=range(today.year - 1, today.year + YEARS_AHEAD + 1),
        holidays=holidays_of(year),
        exceptions=session.scalars(select(CalendarException).where(within).order_by(CalendarException.day)).all(),
        form=form,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/lich/<day>/xoa")
@may("petitions.settings", root_paths)
def remove_day(day: str) -> ResponseReturnValue:
    """Let the calendar decide about a day again."""
    try:
        decided = current_session().get(CalendarException, date.fromisoformat(day)) or abort(404)
    except ValueError:
        abort(404)
    year = decided.day.year
    moved = petition_calendar.clear_day(current_session(), decided, **changed_by())
    commit()
    tell_moved(moved)
    return redirect(url_for(".calendar", year=year))


def changed_by() -> dict[str, Any]:
    return {"account_id": account().id, "now": datetime.now(UTC)}


def tell_moved(cases: int) -> None:
    if cases:
        flash(
            ngettext(
                "Written down. %(num)d open opinion has another deadline now; its history says so.",
                "Written down. %(num)d open opinions have another deadline now; their history says so.",
                cases,
            ),
            "success",
        )
    else:
        flash(gettext("Written down. No open opinion has another deadline by it."), "success")


@blueprint.route("/mau", methods=["GET", "POST"])
@may("petitions.templates")
def templates() -> ResponseReturnValue:
    """The templates within reach with everybody's, and a form for one more."""
    session, form = current_session(), TemplateForm()
    form.unit.choices = offered()
    if form.validate_on_submit() and saved(None, form):
        return redirect(url_for(".templates"))
    reach = scope("petitions.templates").covers(Unit.path)
    query = select(AnswerTemplate).outerjoin(Unit).where(or_(AnswerTemplate.unit_id.is_(None), reach))
    known = session.scalars(query.order_by(Unit.path.is_not(None), Unit.path, AnswerTemplate.name_vi)).all()
    page = render_template(
        "petition_settings/templates.html", templates=known, form=form, placeholders=petition_settings.PLACEHOLDERS
    )
    return page, 422 if form.errors else 200


@blueprint.route("/mau/<int:template_id>", methods=["GET", "POST"])
@may("petitions.templates", template_path)
def template(template_id: int) -> ResponseReturnValue:
    """Change a template; whose it is stays."""
    chosen = current_session().get_one(AnswerTemplate, template_id)
    form = TemplateForm(obj=chosen)
    form.unit.choices = [SelectChoice(chosen.unit.code if chosen.unit else EVERYBODY, whose(chosen.unit))]
    form.unit.data = chosen.unit.code if chosen.unit else EVERYBODY
    if form.validate_on_submit() and saved(chosen, form):
        return redirect(url_for(".templates"))
    page = render_template(
        "petition_settings/template.html", chosen=chosen, form=form, placeholders=petition_settings.PLACEHOLDERS
    )
    return page, 422 if form.errors else 200


@blueprint.post("/mau/<int:template_id>/xoa")
@may("petitions.templates", template_path)
def remove_template(template_id: int) -> ResponseReturnValue:
    current_session().delete(current_session().get_one(AnswerTemplate, template_id))
    commit()
    flash(gettext("The template is deleted. Answers that began from it stay."), "success")
    return redirect(url_for(".templates"))


def offered() -> list[SelectChoice]:
    """For whom a template may be made: units within reach, and everybody where the person decides for all."""
    units = directory.offered_units(current_session(), scope("petitions.templates"))
    choices = [SelectChoice(unit.code, whose(unit)) for unit in units]
    if can("petitions.templates", root_paths()):
        choices.insert(0, SelectChoice(EVERYBODY, whose(None)))
    return choices


def whose(unit: Unit | None) -> str:
    return own_name(unit) if unit else gettext("All units")


def saved(template: AnswerTemplate | None, form: Any) -> bool:
    """Store what was typed; False, with the form telling why, where it cannot be."""
    session = current_session()
    unit = session.scalar(select(Unit).where(Unit.code == form.unit.data)) if form.unit.data != EVERYBODY else None
    try:
        petition_settings.save_template(session, template, unit=unit, name_vi=form.name_vi.data, text=form.text.data)
    except SettingError as error:
        form.form_errors.append(say(error))
        return False
    commit()
    flash(gettext("The template is saved."), "success")
    return True

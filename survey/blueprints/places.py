"""The tree of units: looked through, searched, and each unit's own page; files of units in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms.fields import SelectChoice

from forms.place import NewUnitForm, UnitFilter, UnitForm
from reports.figures import Language
from reports.wording import short_date
from survey import staff_audit_wording, staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope, unit_path
from survey.analysis import places as reading
from survey.analysis.places import Branch
from survey.blueprints.place_imports import BODY_LIMIT, fault_words, import_page, table_file
from survey.database import current_session
from survey.language import chosen_language
from survey.models import Counter, Unit
from survey.numbers import a_key
from survey.operations.errors import OperationError
from survey.operations.periods import province_day
from survey.operations.unit_edits import edit_unit, is_used
from survey.operations.unit_files import COLUMNS, REQUIRED, import_units, unit_rows
from survey.operations.units import create_unit, find_unit
from survey.staff_audit_lines import worded
from survey.staff_pages import here, say

blueprint = staff_blueprint("places", __name__, url_prefix="/staff/don-vi")

# No code of a unit begins with a hyphen: below it lies what is no unit's page.
TOOLS = "/-"
SUGGESTIONS = 20


def today() -> date:
    return province_day(datetime.now(UTC))


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


def own_name(named: Any) -> str:
    """A unit's, counter's, wave's or procedure's name in the reader's language."""
    return named.name_en if language() == "en" and named.name_en else named.name_vi


def kinds() -> list[SelectChoice]:
    return [SelectChoice(code, str(word)) for code, word in staff_wording.UNIT_KINDS.items()]


def found_unit(unit_code: str) -> Unit:
    """The unit of that code; 404 where there is none."""
    found = current_session().scalar(select(Unit).where(Unit.code == unit_code))
    return found if found is not None else abort(404)


def trail(unit: Unit | None = None, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The breadcrumb down the tree, as far as the person may see it."""
    crumbs: list[tuple[str, str | None]] = [(gettext("Units and counters"), url_for("places.index"))]
    if unit is not None:
        above = [other for other in reading.ancestors(current_session(), unit) if can("places.read", other.path)]
        crumbs += [(own_name(other), url_for("places.show", unit_code=other.code)) for other in above]
        crumbs.append((own_name(unit), url_for("places.show", unit_code=unit.code) if more else None))
    return [*crumbs, *more]


def day_words(day: date) -> str:
    """A day as the reader writes it; of a moment, the day it was in the province."""
    return short_date(province_day(day) if isinstance(day, datetime) else day, language())


def folded(branch: Branch, opened: list[str]) -> list[str]:
    """What stays open when a branch is folded: all but itself and what is open only below it."""
    below = {branch.line.code}
    rest = [*branch.branches]
    while rest:
        one = rest.pop()
        below.add(one.line.code)
        rest += one.branches
    return [code for code in opened if code not in below]


@blueprint.context_processor
def tools() -> dict[str, Any]:
    """What the templates about places read."""
    return {
        "fault_words": fault_words,
        "folded": folded,
        "own_name": own_name,
        "short_date": day_words,
        "trail": trail,
    }


@blueprint.get("/")
@may("places.read")
def index() -> ResponseReturnValue:
    """The tree, opened where `mo` names units; with `q` what is found, with `duoi` one level of it, page by page."""
    session, reach, form = current_session(), scope("places.read"), UnitFilter(request.args)
    closed, words = bool(form.closed.data), (form.q.data or "").strip()
    after, under = request.args.get("sau", ""), request.args.get("duoi", "")
    if not words and not under:
        opened = request.args.getlist("mo")
        branches = reading.tree(session, reach.paths, opened, closed=closed)
        return render_template("places/index.html", form=form, branches=branches, opened=opened)
    within = reach.covers(Unit.path)
    if words:
        found = reading.search(session, within, words, closed=closed, after=after)
    else:
        below = Unit.parent_id == found_unit(under).id
        found = reading.lines(session, within, below, closed=closed, after=after)
    shown = found[: reading.LEVEL]
    return render_template(
        "places/found.html",
        form=form,
        lines=shown,
        above=reading.names_above(session, shown),
        next_url=here(sau=shown[-1].code) if len(found) > reading.LEVEL else None,
        first_url=here(sau=None) if after else None,
    )


@blueprint.get(f"{TOOLS}/goi-y")
@may("places.read")
def suggest() -> ResponseReturnValue:
    """Units for a field in which a code is typed."""
    words = request.args.get("q", "").strip()
    found = reading.search(current_session(), scope("places.read").covers(Unit.path), words) if words else []
    return jsonify([{"code": line.code, "name": own_name(line)} for line in found[:SUGGESTIONS]])


@blueprint.get("/<unit_code>")
@may("places.read", unit_path)
def show(unit_code: str) -> ResponseReturnValue:
    session, unit = current_session(), found_unit(unit_code)
    below = reading.lines(session, Unit.parent_id == unit.id, closed=True)
    return render_template(
        "places/show.html",
        unit=unit,
        below=below[: reading.LEVEL],
        more_below=len(below) > reading.LEVEL,
        predecessors=session.scalars(select(Unit).where(Unit.successor_id == unit.id).order_by(Unit.code)).all(),
        waves=reading.waves_of(session, unit),
        counts=reading.counts_of(session, unit) if can("transactions.read", unit.path) else None,
        corrections=reading.corrections(session, Unit.id == unit.id, most=20)
        if can("transactions.read", unit.path)
        else [],
    )


@blueprint.route(f"{TOOLS}/moi", methods=["GET", "POST"])
@may("places.edit")
def create() -> ResponseReturnValue:
    form = NewUnitForm(parent=request.args.get("duoi", ""), valid_from=today())
    form.kind.choices = kinds()
    if form.validate_on_submit() and (unit := created(form)) is not None:
        commit()
        flash(gettext("The unit was created."), "success")
        return redirect(url_for(".show", unit_code=unit.code))
    return render_template("places/edit.html", form=form, unit=None)


def created(form: NewUnitForm) -> Unit | None:
    """The unit the form asks for; None, and its error in the form, where it cannot be."""
    session, fields = current_session(), {**form.data}
    fields.pop("csrf_token", None)
    try:
        parent = find_unit(session, fields.pop("parent").strip())
        if not can("places.edit", parent.path):
            form.parent.errors = [gettext("This unit lies outside your reach.")]
            return None
        return create_unit(session, parent=parent, **stripped(fields))
    except OperationError as error:
        session.rollback()
        form.form_errors.append(say(error))
        return None


def stripped(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value or "" for name, value in fields.items()}


@blueprint.route("/<unit_code>/sua", methods=["GET", "POST"])
@may("places.edit", unit_path)
def edit(unit_code: str) -> ResponseReturnValue:
    unit = found_unit(unit_code)
    form = UnitForm(obj=unit)
    form.kind.choices = kinds()
    used = is_used(current_session(), unit)
    if form.validate_on_submit():
        try:
            fields = stripped({name: value for name, value in form.data.items() if name != "csrf_token"})
            edit_unit(current_session(), unit, **fields)
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            commit()
            flash(gettext("The unit was changed."), "success")
            return redirect(url_for(".show", unit_code=unit.code))
    return render_template("places/edit.html", form=form, unit=unit, used=used)


@blueprint.get("/<unit_code>/lich-su")
@may("places.read", unit_path)
def history(unit_code: str) -> ResponseReturnValue:
    """What the audit log holds of the unit, its counters and its transactions."""
    unit, before = found_unit(unit_code), request.args.get("truoc", type=a_key)
    entries = reading.history_of(current_session(), unit, before)
    shown = entries[:50]
    return render_template(
        "places/history.html",
        unit=unit,
        entries=worded(current_session(), shown),
        audit=staff_audit_wording,
        next_url=here(truoc=shown[-1].id) if len(entries) > 50 else None,
        first_url=here(truoc=None) if before else None,
    )


@blueprint.route(f"{TOOLS}/nhap", methods=["GET", "POST"])
@may("places.edit", writes=False, body_limit=BODY_LIMIT)
def load() -> ResponseReturnValue:
    """A file of units and counters: what it would do, then doing it."""
    paths, since = scope("places.edit").paths, today()
    return import_page(
        "units",
        lambda content: import_units(current_session(), content, since, paths),
        "places.index",
        template="places.export",
        columns=COLUMNS,
        required=REQUIRED,
    )


@blueprint.get(f"{TOOLS}/don-vi.<any(xlsx, csv):suffix>")
@may("places.read")
def export(suffix: str) -> Response:
    """All units and counters within reach, as they can be imported again."""
    query = select(Unit).where(scope("places.read").covers(Unit.path)).order_by(Unit.path)
    options = (selectinload(Unit.counters), joinedload(Unit.parent), joinedload(Unit.successor))
    units = current_session().scalars(query.options(*options)).all()
    return table_file("places", "don-vi", list(unit_rows(sorted(units, key=depth))), suffix)


def depth(unit: Unit) -> tuple[int, str]:
    """Parents before children, each level by code."""
    return unit.path.count("/"), unit.code


def found_counter(unit_code: str, counter_code: str) -> Counter:
    """The unit's counter; 404 where there is none."""
    query = select(Counter).join(Counter.unit).where(Unit.code == unit_code, Counter.code == counter_code)
    found = current_session().scalar(query)
    return found if found is not None else abort(404)

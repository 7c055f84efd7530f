"""Saved groups of units: made, filled by picking, by kind or by pasted codes, made public, ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import or_, select

from forms.unit_group import CodesForm, FilterForm, GroupForm, KindForm, UnitsForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, group_path, scope
from survey.analysis.compilation import KINDS
from survey.analysis.unit_groups import group_rows, members_of
from survey.blueprints.compilation import room_tools
from survey.database import current_session
from survey.models import UNIT_KINDS, Unit, UnitGroup
from survey.operations import unit_groups as operations
from survey.operations.folding import folded
from survey.operations.periods import province_today
from survey.operations.unit_groups import RowFault, UnitGroupError
from survey.staff_pages import say
from survey.staff_wording import UNIT_KINDS as KIND_WORDS

blueprint = staff_blueprint("unit_groups", __name__, url_prefix="/staff/tong-hop/nhom-don-vi")

OFFERED = 60  # units to pick from at a time
FAULTS_SHOWN = 20


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "sentence": say}


@blueprint.get("/")
@may("compilation.read")
def index() -> ResponseReturnValue:
    rows = group_rows(current_session(), scope("compilation.read").covers(Unit.path))
    return render_template("unit_groups/index.html", rows=rows)


@blueprint.route("/moi", methods=["GET", "POST"])
@may("compilation.edit")
def new() -> ResponseReturnValue:
    """A group of the reader's own unit; its units are chosen on its page."""
    form = GroupForm()
    if form.validate_on_submit():
        session, paths = current_session(), scope("compilation.edit").paths
        owner = session.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path)).first() or abort(403)
        names = {"name_vi": form.name_vi.data or "", "name_en": form.name_en.data or ""}
        try:
            group = operations.create_group(session, owner=owner, **names)
        except UnitGroupError as error:
            form.name_vi.errors = [say(error)]
        else:
            commit()
            return redirect(url_for(".show", group_code=group.code))
    return render_template("unit_groups/edit.html", form=form, group=None), 422 if form.errors else 200


@blueprint.get("/<group_code>")
@may("compilation.read", group_path)
def show(group_code: str) -> ResponseReturnValue:
    return group_page(group_of(group_code), CodesForm(formdata=None))


def group_page(group: UnitGroup, codes: CodesForm, faults: list[RowFault] | None = None) -> ResponseReturnValue:
    """The members, and the three ways to add more; what was pasted stays with what is wrong in it."""
    session = current_session()
    members = members_of(session, group)
    asked, offered = FilterForm(request.args), UnitsForm(formdata=None)
    asked.offer({"": gettext("All kinds"), **KIND_WORDS})
    found = offered_units(group, {member.id for member in members})
    offered.offer({unit.id: f"{unit.name_vi} ({unit.code})" for unit in found[:OFFERED]})
    kinds = KindForm(formdata=None)
    kinds.offer({kind: KIND_WORDS[kind] for kind in KINDS})
    return render_template(
        "unit_groups/show.html",
        group=group,
        members=members,
        asked=asked,
        offered=offered,
        more=len(found) > OFFERED,
        kinds=kinds,
        codes=codes,
        faults=(faults or [])[:FAULTS_SHOWN],
        fault_count=len(faults or []),
        printed=operations.is_printed(session, group),
        may_edit=can("compilation.edit", group.owner.path) and group.ended_on is None,
    ), 422 if faults or codes.errors else 200


def offered_units(group: UnitGroup, present: set[int]) -> list[Unit]:
    """Living units below the owner that are not in the group, as the filter asks."""
    kind, words = request.args.get("kind", ""), folded(request.args.get("q", "")).split()
    lives = or_(Unit.valid_until.is_(None), Unit.valid_until >= province_today())
    below = Unit.path.startswith(group.owner.path, autoescape=True)
    query = select(Unit).where(below, lives, Unit.id != group.owner_id, Unit.id.not_in(present))
    if kind in UNIT_KINDS:
        query = query.where(Unit.kind == kind)
    units = current_session().scalars(query.order_by(Unit.kind, Unit.name_vi, Unit.id))
    return [unit for unit in units if all(word in folded(f"{unit.name_vi} {unit.code}") for word in words)]


@blueprint.route("/<group_code>/sua", methods=["GET", "POST"])
@may("compilation.edit", group_path)
def edit(group_code: str) -> ResponseReturnValue:
    group = group_of(group_code)
    form = GroupForm(obj=None if request.method == "POST" else group)
    if form.validate_on_submit():
        names = {"name_vi": form.name_vi.data or "", "name_en": form.name_en.data or ""}
        try:
            operations.rename_group(current_session(), group, **names)
        except UnitGroupError as error:
            form.name_vi.errors = [say(error)]
        else:
            commit()
            return redirect(url_for(".show", group_code=group.code))
    return render_template("unit_groups/edit.html", form=form, group=group), 422 if form.errors else 200


@blueprint.post("/<group_code>/them")
@may("compilation.edit", group_path)
def add(group_code: str) -> ResponseReturnValue:
    """The units ticked in the list."""
    return changed(group_of(group_code), chosen_units())


@blueprint.post("/<group_code>/them-loai")
@may("compilation.edit", group_path)
def add_kind(group_code: str) -> ResponseReturnValue:
    """All living units of a kind below the group's owner."""
    group, kind = group_of(group_code), request.form.get("of_kind", "")
    if kind not in KINDS:
        abort(422)
    return changed(group, list(operations.units_of_kind(current_session(), group, kind, province_today())))


@blueprint.post("/<group_code>/them-ma")
@may("compilation.edit", group_path)
def add_codes(group_code: str) -> ResponseReturnValue:
    """All units whose codes were pasted, or none, with what is wrong in each line."""
    group, form = group_of(group_code), CodesForm()
    if form.validate_on_submit():
        units, faults = operations.units_of_codes(current_session(), group, form.codes.data or "")
        if not faults:
            return changed(group, units)
        return group_page(group, form, faults)
    return group_page(group, form)


@blueprint.post("/<group_code>/bot")
@may("compilation.edit", group_path)
def remove(group_code: str) -> ResponseReturnValue:
    group = group_of(group_code)
    try:
        gone = operations.remove_units(current_session(), group, [unit.id for unit in chosen_units()])
    except UnitGroupError as error:
        flash(say(error), "danger")
    else:
        commit()
        flash(ngettext("%(num)s unit was taken out.", "%(num)s units were taken out.", gone), "success")
    return redirect(url_for(".show", group_code=group_code))


@blueprint.post("/<group_code>/cong-khai")
@may("compilation.edit", group_path)
def publish(group_code: str) -> ResponseReturnValue:
    try:
        operations.publish_group(current_session(), group_of(group_code), datetime.now(UTC))
    except UnitGroupError as error:
        flash(say(error), "danger")
    else:
        commit()
        flash(gettext("From now on the group's figures may stand in published reports."), "success")
    return redirect(url_for(".show", group_code=group_code))


@blueprint.post("/<group_code>/ket-thuc")
@may("compilation.edit", group_path)
def end(group_code: str) -> ResponseReturnValue:
    operations.end_group(current_session(), group_of(group_code), province_today())
    commit()
    flash(gettext("The group has ended."), "success")
    return redirect(url_for(".index"))


def changed(group: UnitGroup, units: list[Unit]) -> ResponseReturnValue:
    try:
        new = operations.add_units(current_session(), group, units)
    except UnitGroupError as error:
        current_session().rollback()
        flash(say(error), "danger")
    else:
        commit()
        flash(ngettext("%(num)s unit was added.", "%(num)s units were added.", new), "success")
    return redirect(url_for(".show", group_code=group.code))


def chosen_units() -> list[Unit]:
    """The units whose boxes were ticked; what is no number is passed over."""
    ids = [int(key) for key in request.form.getlist("units") if key.isascii() and key.isdecimal() and len(key) < 19]
    return list(current_session().scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.code)))


def group_of(group_code: str) -> UnitGroup:
    return current_session().scalar(select(UnitGroup).where(UnitGroup.code == group_code)) or abort(404)

"""The province's indices over the years: board, one index, what was published, what plans ask, in and out as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.index_series import AimForm, IndexForm, NewIndexForm, PointForm
from forms.staff import StaffForm
from reports import index_chart, index_wording
from reports.index_sheet import index_sheet_pdf
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths
from survey.analysis import labels
from survey.analysis.index_series import read_indices, series_of
from survey.blueprints.place_imports import BODY_LIMIT, import_page, table_file
from survey.database import current_session
from survey.models import ProvinceIndex, Unit
from survey.numbers import a_key
from survey.operations.index_files import COLUMNS, REQUIRED, import_indices, index_rows
from survey.operations.index_series import (
    IndexSeriesError,
    Published,
    create_index,
    create_standard,
    find_index,
    newest,
    record_point,
    remove_target,
    set_target,
)
from survey.operations.periods import province_today
from survey.staff_pages import say
from survey.staff_waves import language

blueprint = staff_blueprint("indices", __name__, url_prefix="/staff/chi-so")
TOOLS = "/cong-cu"


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"index_chart": index_chart, "told": index_wording, "may_edit": can("indices.edit", root_paths())}


def found(index_code: str) -> ProvinceIndex:
    try:
        return find_index(current_session(), index_code)
    except IndexSeriesError:
        abort(404)


@blueprint.get("/")
@may("indices.read")
def index() -> ResponseReturnValue:
    """Every index with what was published last, how it moved, and whether the target was reached."""
    return render_template("indices/index.html", indices=read_indices(current_session()))


@blueprint.post(f"{TOOLS}/thuong-dung")
@may("indices.edit", root_paths)
def standard() -> ResponseReturnValue:
    """Follow the usual six."""
    added = create_standard(current_session())
    commit()
    flash(gettext("%(number)s indices were added.", number=added), "success")
    return redirect(url_for(".index"))


@blueprint.route(f"{TOOLS}/moi", methods=["GET", "POST"])
@may("indices.edit", root_paths)
def create() -> ResponseReturnValue:
    form = NewIndexForm()
    if form.validate_on_submit() and stored(form, {"code_form": "code", "code_taken": "code"}, lambda: _create(form)):
        return redirect(url_for(".show", index_code=form.code.data))
    return render_template("indices/edit.html", form=form, series=None)


def _create(form: NewIndexForm) -> None:
    create_index(current_session(), code=form.code.data, **_fields(form))


def _fields(form: IndexForm) -> dict[str, Any]:
    names = ("name_vi", "name_en", "publisher_vi", "publisher_en")
    return {name: form[name].data or "" for name in names} | {
        "maximum": form.maximum.data,
        "decimals": form.decimals.data,
    }


def stored(form: StaffForm, fields: dict[str, str], write: Callable[[], object]) -> bool:
    """Do it and commit; an error of the operation stands beside its field, and nothing is stored."""
    try:
        write()
    except IndexSeriesError as error:
        current_session().rollback()
        name = fields.get(error.code)
        (form[name].errors if name else form.form_errors).append(say(error))
        return False
    commit()
    flash(gettext("Stored."), "success")
    return True


@blueprint.get("/<index_code>")
@may("indices.read")
def show(index_code: str) -> ResponseReturnValue:
    """One index: chart of value and rank, and the table behind it with sources and corrections."""
    return render_template("indices/show.html", series=series_of(found(index_code)))


@blueprint.route("/<index_code>/sua", methods=["GET", "POST"])
@may("indices.edit", root_paths)
def edit(index_code: str) -> ResponseReturnValue:
    one = found(index_code)
    form = IndexForm(obj=one)

    def write() -> None:
        for name, value in _fields(form).items():
            setattr(one, name, value)

    if form.validate_on_submit() and stored(form, {}, write):
        return redirect(url_for(".show", index_code=index_code))
    return render_template("indices/edit.html", form=form, series=series_of(one))


@blueprint.route("/<index_code>/so-lieu", methods=["GET", "POST"])
@may("indices.edit", root_paths)
def point(index_code: str) -> ResponseReturnValue:
    """Record what was published for a year, or correct it: `nam` brings what stands there."""
    one, year = found(index_code), request.args.get("nam", type=a_key)
    stands = newest(current_session(), one, year) if year else None
    form = PointForm(obj=stands) if stands else PointForm(year=year or province_today().year - 1)
    if stands and not form.is_submitted():
        form.reason.data = ""
    fields = {"value": "value", "negative": "value", "nothing": "value", "ranked": "ranked", "source": "source"}
    fields |= {"reason": "reason", "year": "year", "same": "year"}
    if form.validate_on_submit() and stored(form, fields, lambda: _record(one, form)):
        return redirect(url_for(".show", index_code=index_code))
    return render_template("indices/point.html", form=form, series=series_of(one), stands=stands)


def _record(one: ProvinceIndex, form: PointForm) -> None:
    said = {name: form[name].data or "" for name in ("source", "method", "note")}
    published = Published(form.year.data, form.value.data, form.rank.data, form.ranked.data, **said)
    at, who = datetime.now(UTC), account().id
    record_point(current_session(), one, published, at=at, account_id=who, reason=form.reason.data or "")


@blueprint.route("/<index_code>/chi-tieu", methods=["GET", "POST"])
@may("indices.edit", root_paths)
def aim(index_code: str) -> ResponseReturnValue:
    """Say what a plan asks of a year; `nam` brings what is asked."""
    one, year = found(index_code), request.args.get("nam", type=a_key)
    asked = next((target for target in one.targets if target.year == year), None)
    form = AimForm(obj=asked) if asked else AimForm(year=year or province_today().year)
    fields = {"value": "value", "negative": "value", "nothing": "value", "ranks": "worst_rank", "source": "reference"}
    if form.validate_on_submit() and stored(form, fields | {"year": "year"}, lambda: _ask(one, form)):
        return redirect(url_for(".show", index_code=index_code))
    return render_template("indices/aim.html", form=form, series=series_of(one), asked=asked)


def _ask(one: ProvinceIndex, form: AimForm) -> None:
    best, worst = form.best_rank.data, form.worst_rank.data
    ranks = (best or worst or 0, worst or best or 0) if best or worst else None
    set_target(
        current_session(),
        one,
        form.year.data,
        value=form.value.data,
        ranks=ranks,
        reference=form.reference.data,
    )


@blueprint.post("/<index_code>/chi-tieu/<int:year>/bo")
@may("indices.edit", root_paths)
def drop_aim(index_code: str, year: int) -> ResponseReturnValue:
    one = found(index_code)
    remove_target(current_session(), one, [year])
    commit()
    flash(gettext("The target of %(year)s was taken back.", year=year), "success")
    return redirect(url_for(".show", index_code=index_code))


@blueprint.route(f"{TOOLS}/nhap", methods=["GET", "POST"])
@may("indices.edit", root_paths, writes=False, body_limit=BODY_LIMIT)
def load() -> ResponseReturnValue:
    """Many years at once, from a file: looked at first."""
    at, who = datetime.now(UTC), account().id
    return import_page(
        "indices",
        lambda content: import_indices(current_session(), content, at=at, account_id=who),
        "indices.index",
        template="indices.export",
        columns=COLUMNS,
        required=REQUIRED,
    )


@blueprint.get(f"{TOOLS}/xuat.<any(csv, xlsx):suffix>")
@may("indices.read")
def export(suffix: str) -> Response:
    """All years of all indices, as they can be imported again."""
    return table_file("indices", "chi-so", list(index_rows(read_indices(current_session()))), suffix)


@blueprint.get(f"{TOOLS}/phieu.pdf")
@may("indices.read")
def sheet() -> Response:
    """A sheet of all indices, to print or to attach to a report."""
    session = current_session()
    root = session.query(Unit).filter(Unit.parent_id.is_(None)).order_by(Unit.path).first() or abort(404)
    document = index_sheet_pdf(read_indices(session), language(), place=labels.place(root), moment=datetime.now(UTC))
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename="chi-so-qua-cac-nam.pdf")
    return response

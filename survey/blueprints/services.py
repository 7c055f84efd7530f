"""The catalogue of procedures and their fields: looked through, kept up to date, in and out as files."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms.fields import SelectChoice

from forms.service import EndServiceForm, FieldForm, NewServiceForm, ServiceFilter, ServiceForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths
from survey.analysis import places as reading
from survey.blueprints.place_imports import BODY_LIMIT, import_page, table_file
from survey.blueprints.places import TOOLS, own_name, today, tools
from survey.database import current_session
from survey.models import ProcedureField, Service
from survey.operations.errors import OperationError
from survey.operations.service_files import COLUMNS, REQUIRED, import_services, service_rows
from survey.operations.services import close_service, create_field, create_service, reopen_service
from survey.staff_pages import here, say

blueprint = staff_blueprint("services", __name__, url_prefix="/staff/thu-tuc")
blueprint.context_processor(tools)


def fields() -> list[ProcedureField]:
    return list(current_session().scalars(select(ProcedureField).order_by(ProcedureField.code)))


def field_choices() -> list[SelectChoice]:
    return [SelectChoice(field.code, f"{field.code} – {own_name(field)}") for field in fields()]


def found_service(service_code: str) -> Service:
    found = current_session().scalar(select(Service).where(Service.code == service_code))
    return found if found is not None else abort(404)


def found_field(code: str) -> ProcedureField:
    found = current_session().scalar(select(ProcedureField).where(ProcedureField.code == code))
    return found if found is not None else abort(404)


def done(what: str) -> ResponseReturnValue:
    commit()
    flash(what, "success")
    return redirect(url_for(".index"))


@blueprint.get("/")
@may("places.read")
def index() -> ResponseReturnValue:
    """Procedures by field, narrowed by `q` and `field`."""
    form, session = ServiceFilter(request.args), current_session()
    form.field.choices = [SelectChoice("", gettext("All fields")), *field_choices()]
    after = (request.args.get("sau_linh_vuc", ""), request.args.get("sau", ""))
    found = reading.services(
        session,
        words=(form.q.data or "").strip(),
        field_code=form.field.data or "",
        closed=bool(form.closed.data),
        after=after,
    )
    shown = found[: reading.LEVEL]
    more = len(found) > reading.LEVEL
    return render_template(
        "services/index.html",
        form=form,
        services=shown,
        fields=fields(),
        editable=can("services.edit", root_paths()),
        numbers=reading.services_by_field(session),
        next_url=here(sau_linh_vuc=shown[-1].field.code, sau=shown[-1].code) if more else None,
        first_url=here(sau_linh_vuc=None, sau=None) if after[1] else None,
    )


@blueprint.route(f"{TOOLS}/moi", methods=["GET", "POST"])
@may("services.edit", root_paths)
def create() -> ResponseReturnValue:
    form = NewServiceForm(valid_from=today(), field=request.args.get("linh_vuc", ""))
    form.field.choices = field_choices()
    if form.validate_on_submit():
        try:
            names = {name: (form[name].data or "").strip() for name in ("code", "name_vi", "name_en")}
            field = found_field(form.field.data)
            create_service(current_session(), field, valid_from=form.valid_from.data, **names)
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(gettext("The procedure was added."))
    return render_template("services/edit.html", form=form, service=None)


@blueprint.route("/<service_code>/sua", methods=["GET", "POST"])
@may("services.edit", root_paths)
def edit(service_code: str) -> ResponseReturnValue:
    service = found_service(service_code)
    form = ServiceForm(obj=service, field=service.field.code)
    form.field.choices = field_choices()
    if request.method == "GET":
        form.field.data = service.field.code
    if form.validate_on_submit():
        service.name_vi, service.name_en = form.name_vi.data.strip(), (form.name_en.data or "").strip()
        service.field = found_field(form.field.data)
        return done(gettext("The procedure was changed."))
    return render_template("services/edit.html", form=form, service=service)


@blueprint.route("/<service_code>/ket-thuc", methods=["GET", "POST"])
@may("services.edit", root_paths)
def close(service_code: str) -> ResponseReturnValue:
    service, form = found_service(service_code), EndServiceForm(on=today())
    if form.validate_on_submit():
        try:
            close_service(current_session(), service, form.on.data)
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(gettext("The procedure has ended."))
    return render_template("services/close.html", form=form, service=service)


@blueprint.post("/<service_code>/mo-lai")
@may("services.edit", root_paths)
def reopen(service_code: str) -> ResponseReturnValue:
    try:
        reopen_service(current_session(), found_service(service_code))
    except OperationError as error:
        current_session().rollback()
        flash(say(error), "danger")
        return redirect(url_for(".index"))
    return done(gettext("The procedure is in force again."))


@blueprint.route(f"{TOOLS}/linh-vuc", methods=["GET", "POST"])
@may("services.edit", root_paths)
def edit_field() -> ResponseReturnValue:
    """A field of procedures: the one named by `ma`, or a new one."""
    code = request.args.get("ma", "")
    known = found_field(code) if code else None
    form = FieldForm(obj=known)
    if form.validate_on_submit():
        names = {name: (form[name].data or "").strip() for name in ("name_vi", "name_en")}
        try:
            if known is None:
                create_field(current_session(), code=form.code.data.strip(), **names)
            else:
                known.name_vi, known.name_en = names["name_vi"], names["name_en"]
        except OperationError as error:
            current_session().rollback()
            form.form_errors.append(say(error))
        else:
            return done(gettext("The field was stored."))
    return render_template("services/field.html", form=form, field_of=known)


@blueprint.route(f"{TOOLS}/nhap", methods=["GET", "POST"])
@may("services.edit", root_paths, writes=False, body_limit=BODY_LIMIT)
def load() -> ResponseReturnValue:
    """A file of fields and procedures: what it would do, then doing it."""
    since = today()
    return import_page(
        "services",
        lambda content: import_services(current_session(), content, since),
        "services.index",
        template="services.export",
        columns=COLUMNS,
        required=REQUIRED,
    )


@blueprint.get(f"{TOOLS}/thu-tuc.<any(xlsx, csv):suffix>")
@may("places.read")
def export(suffix: str) -> Response:
    """The whole catalogue, as it can be imported again."""
    query = select(Service).join(Service.field).options(joinedload(Service.field))
    found = current_session().scalars(query.order_by(ProcedureField.code, Service.code)).all()
    return table_file("services", "thu-tuc", list(service_rows(fields(), found)), suffix)

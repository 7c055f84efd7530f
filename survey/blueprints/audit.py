"""The audit log: read with filters, with what stood before and after, and exported, which is noted itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, pgettext
from sqlalchemy import Engine, Select
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from forms.people import AuditFilter
from reports.delimited import csv_chunks
from reports.streamed_workbook import Sheet, workbook_chunks
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import scope
from survey.database import current_session, engine
from survey.models import AuditEntry
from survey.numbers import a_key
from survey.operations import audit
from survey.operations.writing import begin_write
from survey.staff_audit_lines import folded, worded
from survey.staff_audit_wording import KINDS, deed, kind_name, subject_words
from survey.staff_pages import here, moment
from survey.staff_units import typed_unit

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FETCHED_AT_ONCE = 500

blueprint = staff_blueprint("audit", __name__, url_prefix="/staff/nhat-ky")


@blueprint.get("/")
@may("audit.read")
def index() -> ResponseReturnValue:
    form = _filter_form()
    rows, next_key = (
        directory.log(current_session(), scope("audit.read"), narrowed, request.args.get("before", type=a_key))
        if (narrowed := _narrowed(form)) is not None
        else ([], None)
    )
    return render_template(
        "audit/index.html",
        form=form,
        runs=folded(worded(current_session(), rows)),
        units=directory.offered_units(current_session(), scope("audit.read")),
        deed=deed,
        kind_name=kind_name,
        subject_words=subject_words,
        next_url=here(before=next_key) if next_key else None,
        first_url=here(before=None) if "before" in request.args else None,
        exports={
            suffix: url_for("audit.export", suffix=suffix) + "?" + request.query_string.decode() for suffix in FORMATS
        },
    )


@blueprint.get("/nhat-ky.<suffix>")
@may("audit.read")
def export(suffix: str) -> ResponseReturnValue:
    """The entries of the filter as a file, streamed; that it was made stands in the log."""
    if suffix not in FORMATS:
        abort(404)
    narrowed = _narrowed(_filter_form())
    if narrowed is None:
        abort(400)
    query = directory.log_query(scope("audit.read"), narrowed)
    filters = {name: value for name, value in request.args.items() if value and name != "before"}
    place = account().place
    current_session().commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(current_session())
    audit.record(current_session(), "audit.export", subject=suffix, unit_path=place, after={"filter": filters})
    commit()
    rows = _rows(engine(), query)
    head = [str(name) for name in _head()]
    if suffix == "csv":
        chunks = csv_chunks(head, rows)
    else:
        sheet = Sheet(gettext("Audit log"), head, (18, 28, 14, 22, 26, 34, 16, 60, 60), rows)
        chunks = workbook_chunks([sheet], datetime.now(UTC))
    name = f"nhat-ky-{datetime.now(UTC):%Y%m%d}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(chunks), mimetype=FORMATS[suffix], headers=headers)


def _head() -> tuple[str, ...]:
    return (
        pgettext("audit log", "Time"),
        pgettext("audit log", "Person"),
        pgettext("audit log", "By"),
        pgettext("audit log", "What"),
        pgettext("audit log", "Deed"),
        pgettext("audit log", "Subject"),
        pgettext("audit log", "Unit path"),
        pgettext("audit log", "Before"),
        pgettext("audit log", "After"),
    )


def _rows(database: Engine, query: Select[AuditEntry]) -> Iterator[tuple[str, ...]]:
    """In a session of its own, which lives as long as the download."""
    with Session(database) as session:
        for entry in session.scalars(query.execution_options(yield_per=FETCHED_AT_ONCE)):
            yield (
                moment(entry.at),
                entry.actor,
                entry.actor_kind,
                kind_name(entry.subject_kind),
                deed(entry.action),
                entry.subject,
                entry.unit_path or "",
                entry.before or "",
                entry.after or "",
            )
            session.expunge(entry)


def _filter_form() -> AuditFilter:
    form = AuditFilter(request.args)
    kinds = sorted(((code, str(name)) for code, name in KINDS.items()), key=lambda pair: pair[1])
    form.kind.choices = [SelectChoice("", gettext("Everything")), *(SelectChoice(*pair) for pair in kinds)]
    return form


def _narrowed(form: AuditFilter) -> directory.LogFilter | None:
    """The filter typed; None, said in the form, where it makes no sense."""
    if not form.validate():
        return None
    unit = None
    if form.unit.data:
        unit = typed_unit(form.unit, scope("audit.read"))
        if unit is None:
            return None
    return directory.LogFilter(
        person=(form.person.data or "").strip(),
        kind=form.kind.data or "",
        subject=(form.subject.data or "").strip(),
        unit=unit,
        since=form.since.data,
        until=form.until.data,
    )

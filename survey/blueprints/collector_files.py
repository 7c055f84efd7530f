"""What is taken away of collectors: their posters, and their links as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from reports.delimited import csv_chunks
from reports.poster import SIZES, posters_pdf
from reports.row_files import MEDIA_TYPES
from reports.streamed_workbook import Sheet, workbook_chunks
from survey import staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import collector_path
from survey.analysis import wave_list
from survey.analysis.posters import link_of, posters
from survey.blueprints.collectors import FILTERS, MOST_POSTERS, chosen, collector_or_404, printable, within
from survey.database import current_session
from survey.models import Collector
from survey.numbers import a_key
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.writing import begin_write
from survey.staff_waves import now, refused, unit_name, wave_or_404

blueprint = staff_blueprint("collector_files", __name__, url_prefix="/staff/dot/<wave_code>/diem-thu")
blueprint.register_error_handler(OperationError, refused)

WIDTHS = (14, 34, 20, 14, 24, 24, 12, 12, 48)  # of the columns of the links, in letters


@blueprint.get("/ap-phich.pdf")
@may("collectors.read")
def poster_file(wave_code: str) -> ResponseReturnValue:
    """Posters of the listed collectors, `?co=` a4, a5 or tent; `?phan=` counts files of a thousand from 1."""
    wave = wave_or_404(wave_code)
    part = max(1, request.args.get("phan", 1, type=a_key))
    found = current_session().scalars(printable(wave)).all()[(part - 1) * MOST_POSTERS : part * MOST_POSTERS]
    if not found:
        flash(gettext("No active collector with a QR code is in this list: there is nothing to print."), "warning")
        kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS}
        return redirect(url_for("collectors.index", wave_code=wave_code, **kept))
    return poster_response(found, f"ap-phich-{wave.code}" + (f"-{part}" if part > 1 else ""))


def poster_response(found: Sequence[Collector], name: str) -> Response:
    size = request.args.get("co", "a4")
    document = posters_pdf(posters(found, current_app.config["BASE_URL"]), size if size in SIZES else "a4")
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return response


@blueprint.get("/lien-ket.<form>")
@may("collectors.read")
def links(wave_code: str, form: str) -> ResponseReturnValue:
    """The addresses of all listed collectors as a file; whoever has them can hand them out, so it is noted."""
    if form not in ("csv", "xlsx"):
        abort(404)
    wave, session = wave_or_404(wave_code), current_session()
    found = session.scalars(wave_list.collectors_query(wave, within(), chosen())).all()
    rows, path = list(link_rows(found)), wave.owner.path if wave.owner else None
    session.commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(session)
    audit.record(
        session, "collector.export", subject=wave.code, subject_kind="collectors",
        unit_path=path, after={"collectors": len(found), "format": form},
    )  # fmt: skip
    head = [
        gettext("Unit code"), gettext("Unit"), gettext("Counter"), gettext("Channel"), gettext("Trust level"),
        gettext("Who is asked"), gettext("State"), gettext("Collector code"), gettext("Address"),
    ]  # fmt: skip
    commit()
    chunks = csv_chunks(head, rows) if form == "csv" else workbook_chunks([Sheet(wave.code, head, WIDTHS, rows)], now())
    response = Response(chunks, mimetype=MEDIA_TYPES["csv" if form == "csv" else "xlsx"])
    response.headers.set("Content-Disposition", "attachment", filename=f"diem-thu-{wave.code}.{form}")
    return response


def link_rows(found: Sequence[Collector]) -> Iterator[tuple[str, ...]]:
    base = current_app.config["BASE_URL"]
    for each in found:
        yield (
            each.unit.code,
            unit_name(each.unit),
            each.counter.name_vi if each.counter else "",
            str(staff_wording.CHANNELS[each.channel]),
            str(staff_wording.TRUST_LEVELS[each.trust]),
            str(staff_wording.RESPONDENT_GROUPS[each.respondent_group]),
            str(staff_wording.COLLECTOR_STATES[each.state]),
            each.code,
            link_of(each, base),
        )


@blueprint.get("/<collector_code>/ap-phich.pdf")
@may("collectors.read", collector_path)
def poster(wave_code: str, collector_code: str) -> ResponseReturnValue:
    found = collector_or_404(wave_or_404(wave_code), collector_code)
    return poster_response([found], f"ap-phich-{found.code}")

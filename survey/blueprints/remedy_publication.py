"""What the public reads of remedies: two sentences each, seen before they are shown, and the poster of each counter."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.remedy import PublicForm
from reports.figures import Text
from reports.responded_poster import Responded, RespondedPoster, responded_posters_pdf
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, remedy_path, unit_path
from survey.analysis import remedies as reading
from survey.analysis.responded import RespondedPage, responded_page
from survey.blueprints.remedies import remedy_of, wording_tools
from survey.blueprints.result_filters import language
from survey.database import current_session
from survey.models import Counter, Unit
from survey.operations import remedies as operations
from survey.operations.periods import province_today
from survey.operations.remedies import RemedyError
from survey.operations.units import find_unit
from survey.staff_pages import say

blueprint = staff_blueprint("remedy_publication", __name__, url_prefix="/staff/giai-phap")
blueprint.context_processor(wording_tools)


@blueprint.route("/<int:remedy_id>/cong-khai", methods=["GET", "POST"])
@may("remedies.edit", remedy_path)
def publish(remedy_id: int) -> ResponseReturnValue:
    """The sentences, first as the public would read them, then shown."""
    session, remedy = current_session(), remedy_of(remedy_id)
    form = PublicForm(obj=None if request.method == "POST" else remedy)
    preview = None
    if form.validate_on_submit():
        try:
            if request.form.get("step") == "publish":
                operations.show_publicly(session, remedy, form.said.data or "", form.did.data or "")
                commit()
                flash(gettext("The public reads it from now on."), "success")
                return redirect(url_for(".board", unit_code=remedy.unit.code))
            preview = operations.public_sentences(form.said.data or "", form.did.data or "")
        except RemedyError as error:
            form.form_errors.append(say(error))
    return render_template(
        "remedy_publication/publish.html",
        remedy=remedy,
        label=reading.labels(session, [remedy])[remedy.id],
        form=form,
        preview=preview,
    ), 422 if form.errors or form.form_errors else 200


@blueprint.post("/<int:remedy_id>/go-cong-khai")
@may("remedies.edit", remedy_path)
def take_back(remedy_id: int) -> ResponseReturnValue:
    remedy = remedy_of(remedy_id)
    operations.take_back(current_session(), remedy)
    commit()
    flash(gettext("The public no longer reads it."), "success")
    return redirect(url_for(".board", unit_code=remedy.unit.code))


@blueprint.get("/don-vi/<unit_code>")
@may("remedies.read", unit_path)
def board(unit_code: str) -> ResponseReturnValue:
    """What the public reads of a unit, with the posters of its counters."""
    session = current_session()
    unit = find_unit(session, unit_code)
    return render_template(
        "remedy_publication/board.html",
        unit=unit,
        page=responded_page(session, unit),
        counters=counters_of(unit),
        address=public_address(unit),
        most=operations.MOST_PUBLIC,
        edits=can("remedies.edit", unit.path),
    )


@blueprint.get("/don-vi/<unit_code>/ap-phich.pdf")
@may("remedies.read", unit_path)
def poster(unit_code: str) -> ResponseReturnValue:
    """`?counter=` of one counter, else one of each; of the whole unit where it has none."""
    session = current_session()
    unit = find_unit(session, unit_code)
    counters: list[Counter | None] = [*counters_of(unit)]
    if code := request.args.get("counter"):
        counters = [counter for counter in counters if counter is not None and counter.code == code] or abort(404)
    page = responded_page(session, unit)
    posters = tuple(poster_of(unit, counter, page) for counter in counters or [None])
    response = Response(responded_posters_pdf(posters, language()), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"da-lam-{unit.code}.pdf")
    return response


def poster_of(unit: Unit, counter: Counter | None, page: RespondedPage) -> RespondedPoster:
    """With the counter's own figure where one may be shown, else the unit's."""
    line = page.counter_line(counter.code) if counter is not None else None
    of_counter = line is not None and line.index.estimate.estimate is not None
    index = page.report.index if page.report else None
    wave = page.report.wave if page.report else None
    return RespondedPoster(
        Text(unit.name_vi, unit.name_en),
        Text(unit.one_stop_vi, unit.one_stop_en),
        Text(counter.name_vi, counter.name_en) if counter else Text(""),
        wave.name if wave else Text(""),
        wave.start if wave else None,
        wave.end if wave else None,
        line.index if line is not None and of_counter else index,
        of_counter,
        tuple(Responded(each.remedy.said, each.remedy.did) for each in page.answered),
        public_address(unit),
    )


def counters_of(unit: Unit) -> list[Counter]:
    """Those that serve today."""
    today = province_today()
    return [counter for counter in unit.counters if counter.valid_until is None or counter.valid_until >= today]


def public_address(unit: Unit) -> str:
    """The public process's page; a staff process alone cannot ask for its address."""
    return f"{current_app.config['BASE_URL']}/ket-qua/don-vi/{unit.code}/da-lam"

"""Single responses, for the compiler alone: a list that is never edited, one of them whole, and flags with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forms.response import DoubtForm, ResponseFilters
from reports.wording import duration, short_date
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import scope
from survey.analysis import readable
from survey.analysis import response_list as reading
from survey.analysis.response_list import Filters, Key, Whole
from survey.blueprints.result_filters import clock, language, own_name
from survey.database import current_session
from survey.models import Collector, Response, Unit, Wave
from survey.models.response import FLAGS
from survey.numbers import a_key
from survey.operations import audit
from survey.operations.doubts import DoubtError, flag_by_hand
from survey.operations.submission import PROVINCE_OFFSET
from survey.operations.writing import begin_write
from survey.staff_pages import say
from survey.staff_units import typed_unit
from survey.staff_wording import CHANNELS, TRUST_LEVELS

blueprint = staff_blueprint("responses", __name__, url_prefix="/staff/phieu-tra-loi")

SIZE = 50
TABS = ("", "tests", "conflicts")
FLAG_NAMES = {
    "honeypot": _l("filled in a hidden field"),
    "too_fast": _l("answered too fast"),
    "token_expired": _l("form was too old"),
    "duplicate": _l("sent twice"),
    "manual": _l("flagged by hand"),
}


def response_path(response_id: int, **_others: object) -> str:
    """The path of the unit a response is about; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path)
        .join(Collector, Collector.unit_id == Unit.id)
        .join(Response, Response.collector_id == Collector.id)
        .where(Response.id == response_id)
    )
    return path if path is not None else abort(404)


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"own_name": own_name, "day": day, "FLAG_NAMES": FLAG_NAMES, "duration": duration, "clock": clock}


def day(received_at: int) -> str:
    """The day of receipt; the hour is nobody's business."""
    return short_date(datetime.fromtimestamp(received_at + PROVINCE_OFFSET, UTC).date(), language())


@blueprint.get("/")
@may("responses.read")
def index() -> ResponseReturnValue:
    """The newest first; test responses and conflicts each in a tab of their own."""
    within = scope("responses.read").covers(Unit.path)
    waves = readable.begun_waves(current_session(), within)
    if not waves:
        return render_template("responses/index.html", waves=waves)
    form = filled_form(waves)
    wave = next(wave for wave in waves if wave.code == form.wave.data)
    tab = request.args.get("tab", "")
    if tab not in TABS:
        abort(404)
    context: dict[str, Any] = {"waves": waves, "wave": wave, "form": form, "tab": tab, "lines": [], "conflicts": []}
    if tab == "conflicts":
        found = reading.conflicts(current_session(), wave, within, after_id(), SIZE + 1)
        context["conflicts"] = found[:SIZE]
        context["more"] = str(found[SIZE - 1].id) if len(found) > SIZE else None
    elif form.validate() and (filters := filters_of(form, wave, tests=tab == "tests")) is not None:
        lines = reading.lines(current_session(), filters, within, after_key(), SIZE + 1)
        context["lines"] = lines[:SIZE]
        context["more"] = str(lines[SIZE - 1].id) if len(lines) > SIZE else None
    return render_template("responses/index.html", doubt=DoubtForm(formdata=None), **context)


def filled_form(waves: Sequence[Wave]) -> ResponseFilters:
    form = ResponseFilters(request.args)
    chosen = next((wave for wave in waves if wave.code == form.wave.data), waves[0])
    known = readable.origins(current_session(), chosen)
    flags = {code: FLAG_NAMES[code] for code in FLAGS}
    form.offer(
        wave={wave.code: own_name(wave) for wave in waves},
        channel={"": gettext("All"), **{code: CHANNELS[code] for code in known.channels}},
        trust={"": gettext("All"), **{code: TRUST_LEVELS[code] for code in known.trust}},
        flag={
            "": gettext("All"),
            reading.NO_FLAG: gettext("without flag"),
            reading.ANY_FLAG: gettext("with a flag"),
            **flags,
        },
    )
    form.wave.data = chosen.code
    return form


def filters_of(form: ResponseFilters, wave: Wave, *, tests: bool) -> Filters | None:
    """None, with a word at the field, where the unit is not known."""
    place = None
    if form.unit.data:
        place = typed_unit(form.unit, scope("responses.read"))
        if place is None:
            return None
    return Filters(
        wave,
        place,
        (form.collector.data or "").strip(),
        form.channel.data or "",
        form.trust.data or "",
        form.flag.data or "",
        form.first.data,
        form.last.data,
        tests,
    )


def after_key() -> Key | None:
    """Where the list goes on: the address names the response, since the second it came in is nobody's business."""
    response_id = after_id()
    if response_id is None:
        return None
    received_at = current_session().scalar(select(Response.received_at).where(Response.id == response_id))
    return (received_at, response_id) if received_at is not None else abort(404)


def after_id() -> int | None:
    after = request.args.get("after", type=a_key)
    return abort(404) if after is None and request.args.get("after") else after


@blueprint.get("/<int:response_id>")
@may("responses.read", response_path)
def show(response_id: int) -> ResponseReturnValue:
    """One response with its place in the ledger. Each look is noted in the audit log before it is shown."""
    session = current_session()
    session.commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(session)
    found = reading.whole(session, response_id) or abort(404)
    path = found.collector.unit.path
    audit.record(
        session, "response.read", subject=found.number, unit_path=path, after={"wave": found.collector.wave.code}
    )
    commit()
    return response_page(found, DoubtForm(formdata=None))


@blueprint.post("/<int:response_id>/danh-dau")
@may("responses.flag", response_path)
def flag(response_id: int) -> ResponseReturnValue:
    """Doubt one response."""
    form = DoubtForm()
    if form.validate_on_submit():
        try:
            flag_by_hand(current_session(), [response_id], form.reason.data or "", datetime.now(UTC))
        except DoubtError as error:
            form.reason.errors = [*form.reason.errors, say(error)]
        else:
            commit()
            flash(gettext("The response is flagged. It is counted apart from now on."), "success")
            return redirect(url_for(".show", response_id=response_id))
    return response_page(reading.whole(current_session(), response_id) or abort(404), form)


@blueprint.post("/danh-dau")
@may("responses.flag")
def flag_several() -> ResponseReturnValue:
    """Doubt those that were ticked in the list."""
    given = request.form.getlist("response", type=a_key)[:SIZE]
    within = scope("responses.flag").covers(Unit.path)
    allowed = current_session().scalars(
        select(Response.id)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .where(Response.id.in_(given), within)
    )
    back = redirect(url_for(".index", wave=request.form.get("wave")))
    try:
        new = flag_by_hand(current_session(), allowed.all(), request.form.get("reason", ""), datetime.now(UTC))
    except DoubtError as error:
        flash(say(error), "danger")
        return back
    commit()
    flash(ngettext("%(num)s response is flagged.", "%(num)s responses are flagged.", new), "success")
    return back


def response_page(found: Whole, form: DoubtForm) -> ResponseReturnValue:
    return render_template("responses/show.html", found=found, form=form), 422 if form.errors else 200

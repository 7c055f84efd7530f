"""Collectors: listed, made in bulk, printed, downloaded as links, and each with its history, revoked or replaced."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, select
from wtforms.fields.choices import SelectChoice

from forms.collector import MakeCollectorsForm, ReasonForm
from forms.wave import TRUSTS, offered
from reports.qr_code import qr_svg
from survey import staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, collector_path, scope
from survey.analysis import wave_list
from survey.analysis.posters import link_of
from survey.analysis.wave_list import CollectorFilter
from survey.blueprints.waves import words_of_waves
from survey.citizen_places import CHANNELS as WEB_CHANNELS
from survey.citizen_places import TRUST_LEVELS as WEB_TRUST_LEVELS
from survey.database import current_session
from survey.models import Collector, Unit, Wave
from survey.operations import collectors
from survey.operations.errors import OperationError
from survey.operations.periods import province_day, province_today
from survey.staff_pages import here
from survey.staff_units import asked_unit
from survey.staff_waves import explain, now, refused, source_for_all, wave_or_404

blueprint = staff_blueprint("collectors", __name__, url_prefix="/staff/dot/<wave_code>/diem-thu")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)

MOST_POSTERS = 1000  # in one file; more of them are offered in parts
FILTERS = ("unit", "channel", "state", "trust", "q")


def within(action: str = "collectors.read") -> ColumnElement[bool]:
    return scope(action).covers(Unit.path)


def chosen() -> CollectorFilter:
    """The filters of the address; a unit that is unknown or unclear finds nothing."""
    values, asked = {name: request.args.get(name, "").strip() for name in FILTERS}, asked_unit("collectors.read")
    path = asked.unit.path if asked.unit else "-" if asked.unclear else ""
    return CollectorFilter(path, values["channel"], values["state"], values["trust"], values["q"])


@blueprint.get("/")
@may("collectors.read")
def index(wave_code: str) -> ResponseReturnValue:
    """The wave's collectors within reach, filtered and paged, and what is missing."""
    wave, session = wave_or_404(wave_code), current_session()
    source = source_for_all(scope("collectors.read").paths)
    lines, following = wave_list.collectors_page(
        session, wave, within(), chosen(), today=province_today(), source=source, after=request.args.get("sau", "")
    )
    missing = 0
    if wave.state in ("draft", "open") and can("collectors.edit"):
        unserved = collectors.unserved_counters(session, wave, channel="qr", paths=scope("collectors.edit").paths)
        missing = len(unserved)
    return render_template(
        "collectors/index.html",
        wave=wave,
        lines=lines,
        filters={name: request.args.get(name, "") for name in FILTERS},
        asked=asked_unit("collectors.read"),
        missing=missing,
        base=current_app.config["BASE_URL"],
        local=is_local(),
        printable=wave_list.count_of(session, printable(wave)),
        most=MOST_POSTERS,
        next_url=here(sau=following) if following else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )


def is_local() -> bool:
    """Whether the codes would lead to this machine alone."""
    return urlsplit(current_app.config["BASE_URL"]).hostname in ("127.0.0.1", "localhost", "::1")


def printable(wave: Wave) -> Select[Collector]:
    """The query of the active QR collectors among those that are listed."""
    listed = wave_list.collectors_query(wave, within(), chosen())
    return listed.where(Collector.channel == "qr", Collector.state == "active")


@blueprint.route("/tao", methods=["GET", "POST"])
@may("collectors.edit")
def make(wave_code: str) -> ResponseReturnValue:
    """One collector for each counter or unit within reach that has none of that kind yet."""
    wave, session, paths = wave_or_404(wave_code), current_session(), scope("collectors.edit").paths
    if wave.state not in ("draft", "open"):
        raise collectors.CollectorError("wave_finished", wave=wave.code, state=wave.state)
    form = MakeCollectorsForm()
    possible = possible_trust(wave)
    form.channel.choices = [SelectChoice(code, staff_wording.CHANNELS[code]) for code in possible]
    levels = {level for each in possible.values() for level in each}
    form.trust.choices = [choice for choice in offered(TRUSTS) if choice.value in levels]
    form.respondent_group.choices = [
        SelectChoice(code, label) for code, label in staff_wording.RESPONDENT_GROUPS.items()
    ]
    if form.validate_on_submit() and is_possible(form) and (reached := paths_of(form, paths)) is not None:
        made = collectors.make_collectors(
            session, wave, at=now(), channel=form.channel.data, trust=form.trust.data,
            respondent_group=form.respondent_group.data, of_units=form.places.data == "units", paths=reached,
        )  # fmt: skip
        commit()
        flash(
            ngettext("%(num)d collector was made.", "%(num)d collectors were made.", len(made)),
            "success" if made else "info",
        )
        if made and not serves_web(form.channel.data, form.trust.data):
            flash(
                gettext("The web form does not serve these collectors: they take paper entry and imports only."),
                "warning",
            )
        return redirect(url_for(".index", wave_code=wave_code), 303)
    return render_template("collectors/make.html", wave=wave, form=form), 422 if form.is_submitted() else 200


def possible_trust(wave: Wave) -> dict[str, tuple[str, ...]]:
    """The trust levels by channel that this person gives out; `present` is promised by who prepares the wave only."""
    if can("waves.edit", wave.owner.path if wave.owner else None):
        return collectors.TRUST_OF
    given = {
        channel: tuple(level for level in levels if level != "present")
        for channel, levels in collectors.TRUST_OF.items()
    }
    return {channel: levels for channel, levels in given.items() if levels}


def is_possible(form: MakeCollectorsForm) -> bool:
    """Whether the channel can have the trust level; if not, the field says so."""
    levels = collectors.TRUST_OF[form.channel.data]
    if form.trust.data not in levels:
        possible = ", ".join(str(staff_wording.TRUST_LEVELS[level]) for level in levels)
        form.trust.errors = [
            gettext("This channel cannot have that trust level; possible: %(levels)s.", levels=possible)
        ]
    return form.trust.data in levels


def paths_of(form: MakeCollectorsForm, paths: tuple[str, ...]) -> tuple[str, ...] | None:
    """Where collectors are to be made; None, with an error at the field, for a unit out of reach."""
    code = (form.within.data or "").strip()
    if not code:
        return paths
    path = current_session().scalar(select(Unit.path).where(Unit.code == code))
    if path is None or not any(path.startswith(own) for own in paths):
        form.within.errors = [gettext("There is no unit with this code among those you may edit.")]
        return None
    return (path,)


def serves_web(channel: str, trust: str) -> bool:
    """Whether citizens can answer through such a collector on the web."""
    return channel in WEB_CHANNELS and trust in WEB_TRUST_LEVELS


def collector_or_404(wave: Wave, code: str) -> Collector:
    found = collectors.find_collector(current_session(), code)
    return found if found is not None and found.wave_id == wave.id else abort(404)


@blueprint.get("/<collector_code>")
@may("collectors.read", collector_path)
def collector(wave_code: str, collector_code: str) -> ResponseReturnValue:
    """One collector: its code to see and to copy, its counts, and what became of it."""
    wave = wave_or_404(wave_code)
    found, session = collector_or_404(wave, collector_code), current_session()
    link = link_of(found, current_app.config["BASE_URL"])
    source = source_for_all((found.unit.path,))
    before: date | None = province_today() if source == "released" and wave.state == "open" else None
    (line,) = wave_list.with_counts(session, wave, [found], today=province_today(), source=source)
    return render_template(
        "collectors/collector.html",
        wave=wave,
        collector=found,
        line=line,
        link=link,
        code=Markup(qr_svg(link, gettext("QR code of the collector %(code)s", code=found.code))),  # noqa: S704 our own
        days=wave_list.scans_by_day(session, found, before),
        replacement=collectors.replacement_of(session, found),
        deeds=wave_list.deeds(session, "collector", [found.code]),
        day_of=province_day,
        serves_web=serves_web(found.channel, found.trust),
        may_edit=can("collectors.edit", found.unit.path),
        local=is_local(),
    )


@blueprint.route("/<collector_code>/thu-hoi", methods=["GET", "POST"])
@may("collectors.edit", collector_path)
def revoke(wave_code: str, collector_code: str) -> ResponseReturnValue:
    return ended(wave_code, collector_code, rotating=False)


@blueprint.route("/<collector_code>/doi-ma", methods=["GET", "POST"])
@may("collectors.edit", collector_path)
def rotate(wave_code: str, collector_code: str) -> ResponseReturnValue:
    return ended(wave_code, collector_code, rotating=True)


def ended(wave_code: str, collector_code: str, *, rotating: bool) -> ResponseReturnValue:
    """Revoke the collector, or replace it by its like, with a reason that stays with it."""
    wave, session = wave_or_404(wave_code), current_session()
    found, form = collector_or_404(wave, collector_code), ReasonForm()
    if form.validate_on_submit():
        try:
            end = collectors.rotate_collector if rotating else collectors.revoke_collector
            new = end(session, found, now(), form.reason.data)
        except collectors.CollectorError as error:
            session.rollback()
            flash(explain(error), "danger")
            return redirect(url_for(".collector", wave_code=wave_code, collector_code=collector_code), 303)
        commit()
        flash(gettext("The collector %(code)s is revoked.", code=collector_code), "success")
        shown = new or found
        if new is not None:
            flash(gettext("This is the collector that replaces it; print its poster now."), "info")
        return redirect(url_for(".collector", wave_code=wave_code, collector_code=shown.code), 303)
    page = render_template("collectors/end.html", wave=wave, collector=found, form=form, rotating=rotating)
    return page, 422 if form.is_submitted() else 200

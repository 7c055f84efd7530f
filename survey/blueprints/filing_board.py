"""The board of a wave's periodic reports: who has handed in, who is late, approval of many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forms.filing import DeadlineForm, ReasonForm
from reports.notes import unit_list
from survey import filing_wording
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import can, wave_path
from survey.analysis import filings as reading
from survey.analysis.filings import BOARD_STATES, LATE, BoardFilter
from survey.blueprints.filings import waves_within, wording_tools
from survey.blueprints.result_filters import own_name
from survey.database import current_session
from survey.models import EDITABLE_STATES, UNIT_KINDS, Filing, Wave
from survey.operations import filing_figures, filing_reminders, filings, wave_publication
from survey.operations.filing_steps import FilingError
from survey.operations.periods import province_today
from survey.staff_pages import say
from survey.staff_waves import language, wave_or_404

blueprint = staff_blueprint("filing_board", __name__, url_prefix="/staff/bao-cao-dinh-ky/bang")
blueprint.context_processor(wording_tools)

SIZE = 100
MOST_NAMED = 5  # units in one message
REMINDED = ("draft", "returned", LATE)  # the lists in which units are ticked to be reminded, not approved
MOST_VERIFIED = 500  # filings computed anew within one request: 5 ms each


@blueprint.get("/")
@may("filings.board")
def index() -> ResponseReturnValue:
    """One wave's filings; `?wave=`, `?state=`, `?kind=`, `?by=`."""
    waves = waves_within()
    code = request.args.get("wave", "")
    wave = next((each for each in waves if each.code == code), None) if code else (waves[0] if waves else None)
    if code and wave is None:
        abort(404)
    if wave is None:
        return render_template("filing_board/index.html", wave=None, waves=waves)
    return board(wave)


def board(wave: Wave, deadline: DeadlineForm | None = None, reason: ReasonForm | None = None) -> ResponseReturnValue:
    """The board's page; 422 with a form that was refused."""
    session, today, chosen = current_session(), province_today(), filter_or_404()
    after = request.args.get("after", "")
    lines, more = reading.board_page(session, wave, chosen, today, after=after, size=SIZE)
    counted = reading.counts(session, wave, today)
    page = render_template(
        "filing_board/index.html",
        wave=wave,
        waves=waves_within(),
        lines=lines,
        more=more,
        chosen=chosen,
        counts=counted,
        total=sum(counted[state] for state in filing_wording.STATES),
        kinds=UNIT_KINDS,
        deadline=deadline or DeadlineForm(formdata=None, deadline_on=next((e.filing.deadline_on for e in lines), None)),
        reason=reason or ReasonForm(formdata=None),
        decides=can("filings.decide", wave_path(wave.code)) and wave.state == "closed",
        publishes=can("waves.publish", wave_path(wave.code)),
        request_under_way=wave_publication.under_way(session, wave),
        reminds=chosen.state in REMINDED,
        missing=counted["draft"] + counted["returned"],
        me=account().id,
    )
    return page, 422 if any(form is not None and form.errors for form in (deadline, reason)) else 200


def filter_or_404() -> BoardFilter:
    state, kind, by = (request.args.get(name, "") for name in ("state", "kind", "by"))
    if state not in ("", *BOARD_STATES) or kind not in ("", *UNIT_KINDS) or by not in ("", *filing_wording.ORDERS):
        abort(404)
    return BoardFilter(state, kind, by or "unit")


def back(wave_code: str) -> ResponseReturnValue:
    kept: dict[str, Any] = {name: value for name in ("state", "kind", "by") if (value := request.form.get(name, ""))}
    return redirect(url_for(".index", wave=wave_code, **kept), 303)


@blueprint.post("/<wave_code>/duyet")
@may("filings.decide", wave_path)
def approve(wave_code: str) -> ResponseReturnValue:
    """Approve the chosen filings; those it cannot approve are named and left."""
    session, who, now = current_session(), account().id, datetime.now(UTC)
    chosen = chosen_filings(wave_or_404(wave_code))
    if not chosen:
        flash(gettext("Nothing was approved: tick the reports first."), "warning")
    else:
        approve_each(chosen, lambda one: filings.approve(session, one, account_id=who, at=now))
    return back(wave_code)


@blueprint.post("/<wave_code>/duyet-thay")
@may("filings.decide", wave_path)
def approve_late(wave_code: str) -> ResponseReturnValue:
    """Approve ex officio whatever is late, with one reason."""
    session, wave, form = current_session(), wave_or_404(wave_code), ReasonForm()
    if not form.validate_on_submit():
        return board(wave, reason=form)
    how: dict[str, Any] = {"account_id": account().id, "at": datetime.now(UTC)}
    today, reason = province_today(), form.reason.data or ""
    approve_each(
        reading.late_filings(session, wave, today),
        lambda one: filings.approve_ex_officio(session, one, reason, today=today, **how),
    )
    return back(wave_code)


def approve_each(chosen: Iterable[Filing], step: Callable[[Filing], None]) -> None:
    """Take the step for each filing and commit; say how many were approved and, once for each reason, which not."""
    session, done = current_session(), 0
    refused: dict[str, list[str]] = {}
    for filing in chosen:
        name = own_name(filing.unit)
        try:
            with session.begin_nested():
                step(filing)
        except FilingError as error:
            refused.setdefault(say(error), []).append(name)
        else:
            done += 1
    commit()
    if done:
        flash(ngettext("%(num)d report was approved.", "%(num)d reports were approved.", done), "success")
    said = [f"{reason} ({unit_list(names, language(), {}, MOST_NAMED)})" for reason, names in refused.items()]
    if said:
        number = sum(len(names) for names in refused.values())
        words = ngettext("%(num)d report was not approved.", "%(num)d reports were not approved.", number)
        flash(" ".join([words, *said]), "warning")


def chosen_filings(wave: Wave) -> list[Filing]:
    """The filings of the wave whose boxes were ticked."""
    ids = [int(value) for value in request.form.getlist("filing") if value.isdecimal() and len(value) < 10]
    query = select(Filing).where(Filing.wave_id == wave.id, Filing.id.in_(ids)).options(joinedload(Filing.unit))
    return list(current_session().scalars(query.order_by(Filing.id)))


@blueprint.post("/<wave_code>/han")
@may("filings.decide", wave_path)
def deadline(wave_code: str) -> ResponseReturnValue:
    wave, form = wave_or_404(wave_code), DeadlineForm()
    if form.validate_on_submit():
        try:
            moved = filings.set_deadline(current_session(), wave, form.deadline_on.data, today=province_today())
        except FilingError as error:
            form.deadline_on.errors = [*form.deadline_on.errors, say(error)]
        else:
            commit()
            flash(
                ngettext("%(num)d report has the new deadline.", "%(num)d reports have the new deadline.", moved),
                "success",
            )
            return back(wave_code)
    return board(wave, deadline=form)


@blueprint.post("/<wave_code>/nhac")
@may("filings.decide", wave_path)
def remind(wave_code: str) -> ResponseReturnValue:
    """Remind the chosen units, or with `all` every unit that has not handed in."""
    session, wave = current_session(), wave_or_404(wave_code)
    query = select(Filing).where(Filing.wave_id == wave.id, Filing.state.in_(EDITABLE_STATES))
    everybody = query.options(joinedload(Filing.unit)).order_by(Filing.id)
    chosen = session.scalars(everybody).all() if request.form.get("all") else chosen_filings(wave)
    if not chosen:
        flash(gettext("Nobody was reminded: tick the units first."), "warning")
        return back(wave_code)
    queued = filing_reminders.remind(session, chosen, datetime.now(UTC))
    commit()
    flash(
        ngettext("%(num)d message waits in the outbox.", "%(num)d messages wait in the outbox.", queued)
        if queued
        else gettext("Nobody is left to remind today."),
        "success" if queued else "info",
    )
    return back(wave_code)


@blueprint.post("/<wave_code>/doi-chieu")
@may("filings.board", wave_path, writes=False)
def verify(wave_code: str) -> ResponseReturnValue:
    """Compute every filing of the wave anew and name those that do not agree; a big wave's by the command."""
    session, wave = current_session(), wave_or_404(wave_code)
    counted = reading.counts(session, wave, province_today())
    if sum(counted[state] for state in filing_wording.STATES) > MOST_VERIFIED:
        flash(gettext("This wave has too many units for a page: sipas filings verify %(wave)s", wave=wave_code), "info")
        return back(wave_code)
    found = list(filing_figures.verify(session, wave))
    by_kind: dict[str, list[str]] = {}
    for each in found:
        by_kind.setdefault(filing_wording.DISAGREEMENTS[each.kind], []).append(own_name(each.unit))
    for kind, names in by_kind.items():
        flash(f"{'; '.join(names)}: {kind}", "danger")
    if not found:
        flash(gettext("Computed anew, the figures of all units are exactly those that were frozen."), "success")
    return back(wave_code)

"""Fixing a period's counter scores: what is frozen, what records say since, and the decision of a second person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.counter_score import CorrectionForm, RefusalForm
from reports import counter_score_wording as told
from reports.counter_score_figures import CounterPeriod
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import root_paths
from survey.analysis.counter_fixings import (
    Difference,
    Reading,
    count_recorded,
    differences,
    frozen_board,
    history,
    live_board,
    read_scores_now,
    undecided,
)
from survey.analysis.counter_freezing import frozen_ids, latest_fixing
from survey.analysis.counter_opinions import last_deadline
from survey.analysis.counter_readings import PAGE
from survey.blueprints.counter_scores import chosen, periods
from survey.database import current_session
from survey.operations import counter_fixings
from survey.operations.counter_fixings import CounterFixingError
from survey.operations.periods import province_today
from survey.staff_pages import say

blueprint = staff_blueprint("counter_fixings", __name__, url_prefix="/staff/diem-mot-cua/chot")


def page(
    period: CounterPeriod, correction: CorrectionForm | None = None, refusal: RefusalForm | None = None
) -> ResponseReturnValue:
    session, today = current_session(), province_today()
    waiting, fixed, past = undecided(session, period), latest_fixing(session, period), history(session, period)
    shown, after = waiting or fixed, request.args.get("sau", "")[:40]
    moved = differences(session, shown, read_scores_now(session, period, today).scores) if shown else []
    known = (*past, waiting) if waiting else past
    people = [each for fixing in known for each in (fixing.asked_by_id, fixing.decided_by_id)]
    return render_template(
        "counter_fixings/index.html",
        period=period, periods=periods(), today=today, told=told, waiting=waiting, fixed=fixed, past=past,
        board=frozen_board(session, shown, after) if shown else live_board(session, period, today, after),
        number=len(frozen_ids(shown)) if shown else count_recorded(session, period, today),
        moved=moved_page(moved), moved_number=len(moved), opinions_until=last_deadline(session, period, today),
        day=timedelta(days=1), names=directory.names(session, people),
        correction=correction or CorrectionForm(formdata=None), refusal=refusal or RefusalForm(formdata=None),
    )  # fmt: skip


def moved_page(moved: list[Difference]) -> tuple[list[Difference], str | None]:
    """The page of them that the address asks for, and the code behind which the next one begins."""
    rest = [each for each in moved if each.place.code > request.args.get("khac", "")]
    return rest[:PAGE], rest[PAGE - 1].place.code if len(rest) > PAGE else None


def scores_now(period: CounterPeriod) -> Reading:
    """The scores of all agencies, read before the transaction that writes begins: the session is left without one."""
    session = current_session()
    found = read_scores_now(session, period, province_today())
    session.rollback()
    return found


def doing() -> dict[str, Any]:
    """Who does it and when: asked before the scores are read, as this reads the account."""
    return {"account_id": account().id, "now": datetime.now(UTC)}


@blueprint.get("/")
@may("counter_scores.fix", root_paths)
def index() -> ResponseReturnValue:
    """The scores of a period that are to be fixed, wait, or were fixed, and what is otherwise now."""
    return page(chosen())


@blueprint.post("/dong-bang")
@may("counter_scores.fix", root_paths, writes=False)
def ask() -> ResponseReturnValue:
    """Freeze the scores for a second person; what was fixed before is corrected, with the reason."""
    period, form = chosen(), CorrectionForm()
    who, reading = doing(), scores_now(period)
    try:
        counter_fixings.ask(current_session(), reading, form.reason.data or "", **who)
    except CounterFixingError as error:
        current_session().rollback()
        return refused(period, error, correction=form if error.code in ("reason", "text_long") else None)
    commit()
    flash(gettext("The scores are frozen; another person must confirm them."), "success")
    return redirect(url_for(".index", ky=period.code))


@blueprint.post("/xac-nhan")
@may("counter_scores.fix", root_paths, writes=False)
def confirm() -> ResponseReturnValue:
    """Fix the scores that the page showed: by another person than the one who froze them."""
    period = chosen()
    who, reading = doing(), scores_now(period)
    try:
        counter_fixings.confirm(current_session(), reading, seen=request.form.get("digest", ""), **who)
    except CounterFixingError as error:
        current_session().rollback()
        return refused(period, error)
    commit()
    flash(gettext("The scores of the period are fixed."), "success")
    return redirect(url_for(".index", ky=period.code))


@blueprint.post("/khong-chot")
@may("counter_scores.fix", root_paths)
def refuse() -> ResponseReturnValue:
    """Leave the scores as records give them, with the reason."""
    period, form, seen = chosen(), RefusalForm(), request.form.get("digest", "")
    try:
        counter_fixings.refuse(current_session(), period, form.refusal.data or "", seen=seen, **doing())
    except CounterFixingError as error:
        current_session().rollback()
        return refused(period, error, refusal=form if error.code in ("refusal", "text_long") else None)
    commit()
    flash(gettext("The scores were not fixed."), "success")
    return redirect(url_for(".index", ky=period.code))


def refused(period: CounterPeriod, error: CounterFixingError, **forms: Any) -> ResponseReturnValue:
    """The page again with what stands in the way, at its field where there is one."""
    form = next((each for each in forms.values() if each is not None), None)
    if form is None:
        flash(say(error), "danger")
        return redirect(url_for(".index", ky=period.code))
    typed = form.reason if isinstance(form, CorrectionForm) else form.refusal
    typed.errors = [*typed.errors, say(error)]
    return page(period, **forms)

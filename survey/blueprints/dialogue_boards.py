"""The Interior Department's board: which units held their dialogue of a half-year, which must, which are late."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select

from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope
from survey.analysis import commitments as promises
from survey.analysis.dialogue_board import (
    STATUSES,
    board,
    counted,
    days_of,
    page_of,
    period_of,
    warned_from,
)
from survey.analysis.dialogues import Numbers, half_years, numbers_of
from survey.blueprints.dialogues import period_or_404
from survey.database import current_session
from survey.dialogue_pages import now, refused, words
from survey.models import Unit
from survey.operations import dialogue_reminders
from survey.operations.errors import OperationError
from survey.operations.periods import province_today

blueprint = staff_blueprint("dialogue_boards", __name__, url_prefix="/staff/doi-thoai/theo-doi")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words)


@blueprint.get("/")
@may("dialogues.board")
def index() -> ResponseReturnValue:
    """Units × where they stand, of one half-year; narrowed by status."""
    session, within, today = current_session(), scope("dialogues.board").covers(Unit.path), province_today()
    this = period_of(today)
    period = period_or_404(request.args.get("period", "")) or this
    status = request.args.get("status", "")
    if status and status not in STATUSES:
        abort(404)
    lines = board(session, within, period, today)
    shown, more = page_of(
        [line for line in lines if not status or line.status == status], request.args.get("after", "")
    )
    held = [line.dialogue.key for line in shown if line.dialogue is not None]
    return render_template(
        "dialogue_boards/index.html",
        lines=shown,
        more=more,
        counts=counted(lines),
        units=len(lines),
        numbers=numbers_of(session, held, today),
        nothing=Numbers(),
        periods=sorted({this, *half_years(session, within)}, key=lambda each: (each.year, each.half), reverse=True),
        period=period,
        due=days_of(period)[1],
        warned=warned_from(period),
        status=status,
        promised=promises.numbers(session, within, today),
        reminds=can("dialogues.remind") and period == this,
    )


@blueprint.post("/nhac")
@may("dialogues.remind")
def remind() -> ResponseReturnValue:
    """Remind the units in reach that have not held this half-year's dialogue: one of them, or all."""
    session, within, today = current_session(), scope("dialogues.remind").covers(Unit.path), province_today()
    lines = board(session, within, period_of(today), today)
    code = request.form.get("unit", "")
    ids = [line.unit_id for line in lines if line.status in dialogue_reminders.TOLD and (not code or line.code == code)]
    units = session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id)).all()
    queued = dialogue_reminders.remind(session, units, period_of(today), now())
    commit()
    if queued:
        said = ngettext("%(num)s message is on its way.", "%(num)s messages are on their way.", queued)
        flash(said, "success")
    else:
        flash(gettext("Nothing was sent: everybody was reminded this month, or nobody has an address."), "info")
    return redirect(url_for(".index"), 303)

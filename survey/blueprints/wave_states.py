"""What changes a wave's state: opening and closing, each after a page that says what follows from it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import wave_path
from survey.analysis import unit_choice
from survey.analysis.wave_warnings import closing_warnings, opening_warnings
from survey.blueprints.waves import words_of_waves
from survey.database import current_session, engine
from survey.models import Wave, WaveClosing
from survey.operations import closing, waves
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.waves import WaveError
from survey.operations.writing import begin_write
from survey.staff_waves import explain, now, refused, wave_or_404

blueprint = staff_blueprint("wave_states", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)


@blueprint.route("/<wave_code>/mo", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def open_(wave_code: str) -> ResponseReturnValue:
    wave = wave_or_404(wave_code)
    if request.method == "POST":
        waves.open_wave(current_session(), wave, now())
        commit()
        flash(gettext("The wave %(wave)s is open.", wave=wave_code), "success")
        return redirect(url_for("waves.wave", wave_code=wave_code), 303)
    waves.require_draft(wave)
    obstacles = [explain(error) for error in waves.obstacles(wave, now())]
    units, _, _ = unit_choice.quota_sum(current_session(), wave)
    warnings = opening_warnings(current_session(), wave)
    return render_template("waves/open.html", wave=wave, obstacles=obstacles, warnings=warnings, units=units)


@blueprint.route("/<wave_code>/dong", methods=["GET", "POST"])
@may("waves.edit", wave_path, writes=False)
def close(wave_code: str) -> ResponseReturnValue:
    """Close at once, or leave a big wave to the background process and show how far it is.

    Closing is for good: where something speaks against it, the wave's code must be typed.
    """
    wave, session = wave_or_404(wave_code), current_session()
    if wave.state != "open":
        raise WaveError("not_open", wave=wave.code, state=wave.state)
    responses = closing.tallied_responses(session, wave)
    warnings = closing_warnings(session, wave, responses, province_today())
    wrong = bool(warnings) and not code_typed(wave)
    if request.method == "GET" or wrong:
        return asked("waves/close.html", wave, wrong=wrong, responses=responses, warnings=warnings)
    wave_id, actor, at_once = wave.id, session.info["actor"], closing.may_seal(session)
    session.rollback()  # this request reads nothing while it writes by other sessions
    if responses > closing.RESPONSES_AT_ONCE or not at_once:
        begin_write(session)
        closing.request_closing(session, wave_or_404(wave_code), now())
        commit()
        return redirect(url_for(".closing_progress", wave_code=wave_code), 303)
    closing.finish_wave(engine(), wave_id, now(), actor)
    flash(gettext("The wave %(wave)s is closed; its figures are final.", wave=wave_code), "success")
    return redirect(url_for("waves.wave", wave_code=wave_code), 303)


@blueprint.get("/<wave_code>/dang-dong")
@may("waves.edit", wave_path)
def closing_progress(wave_code: str) -> ResponseReturnValue:
    """How far the closing is; the page looks again by itself."""
    wave = wave_or_404(wave_code)
    run = current_session().get(WaveClosing, wave.id)
    if run is None or run.finished_at is not None:
        return redirect(url_for("waves.wave", wave_code=wave_code), 303)
    return render_template("waves/closing.html", wave=wave, run=run)


def code_typed(wave: Wave) -> bool:
    """Whether the wave's code was typed, as a sign that the warnings were read."""
    return request.form.get("code", "").strip().casefold() == wave.code.casefold()


def asked(template: str, wave: Wave, *, wrong: bool, **context: Any) -> ResponseReturnValue:
    """The page that asks before a step; once more, with what was typed, where the code is wrong."""
    wrong = wrong and request.method == "POST"
    page = render_template(template, wave=wave, wrong=wrong, typed=request.form.get("code", ""), **context)
    return page, 422 if wrong else 200

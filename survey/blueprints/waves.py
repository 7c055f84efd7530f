"""Waves: the list, a wave's page, and drafts begun, copied and deleted."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_, select
from wtforms.fields.choices import SelectChoice

from forms import library
from forms import wave as wave_form
from forms.definition import Questionnaire as Definition
from forms.wave import NewWaveForm
from survey import staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope, wave_path
from survey.analysis import progress, wave_list
from survey.analysis.unit_choice import in_tree_order
from survey.database import current_session
from survey.models import Questionnaire, QuestionnaireOrigin, Unit, Wave, WaveClosing
from survey.operations import schedule, wave_drafts, waves
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.questionnaires import definition_of, publish_questionnaire
from survey.staff_pages import here
from survey.staff_waves import day, explain, language, now, refused, source_for_all, unit_name, wave_name, wave_or_404

blueprint = staff_blueprint("waves", __name__, url_prefix="/staff/dot")

LIBRARY = "library:"  # before the code of a standard questionnaire that was never used

blueprint.register_error_handler(OperationError, refused)


@blueprint.context_processor
def words_of_waves() -> dict[str, Any]:
    return {"unit_name": unit_name, "wave_name": wave_name, "day": day, "forms": wave_form}


@blueprint.get("/")
@may("waves.read")
def index() -> ResponseReturnValue:
    """The waves within reach; `?state=` and `?q=` filter."""
    state, words = request.args.get("state", ""), request.args.get("q", "").strip()
    session = current_session()
    found, following = wave_list.waves_page(
        session,
        scope("waves.read").covers(Unit.path),
        state=state if state in staff_wording.WAVE_STATES else "",
        words=words,
        after=request.args.get("sau", ""),
    )
    return render_template(
        "waves/index.html",
        lines=wave_list.with_parts(session, found, parts_within()),
        state=state,
        query=words,
        next_url=here(sau=following) if following else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )


def parts_within() -> wave_list.Parts:
    """What of a wave this person's pages count: a superior's wave has units that are none of a commune's business."""
    return wave_list.Parts(
        units=scope("places.read").covers(Unit.path), collectors=scope("collectors.read").covers(Unit.path)
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@may("waves.edit")
def new() -> ResponseReturnValue:
    """Begin a draft with a questionnaire; everything else is proposed, and changed step by step."""
    form = NewWaveForm()
    form.questionnaire.choices = questionnaire_choices()
    owners = own_units()
    form.owner.choices = [SelectChoice(unit.code, unit_name(unit)) for unit in owners]
    if form.validate_on_submit():
        owner = next(unit for unit in owners if unit.code == form.owner.data)
        asked = questionnaire_of(form.questionnaire.data)
        draft = wave_drafts.begin_draft(current_session(), asked, owner, province_today())
        commit()
        return redirect(url_for("wave_periods.period", wave_code=draft.code), 303)
    if not form.is_submitted():
        form.questionnaire.data = next((str(choice.value) for choice in form.questionnaire.choices), None)
    earlier, _ = wave_list.waves_page(current_session(), scope("waves.edit").covers(Unit.path))
    # What was asked last is copied most; a draft is the last to be copied.
    earlier = sorted(earlier, key=lambda wave: (wave.state != "draft", wave.period_end, wave.id), reverse=True)
    return render_template("waves/new.html", form=form, earlier=earlier[:5])


@blueprint.get("/<wave_code>")
@may("waves.read", wave_path)
def wave(wave_code: str) -> ResponseReturnValue:
    """What a wave is, where it stands, and what can be done next."""
    found = wave_or_404(wave_code)
    session, path = current_session(), wave_path(wave_code)
    reached = scope("progress.read")
    (line,) = wave_list.with_parts(session, [found], parts_within())
    board = None
    if found.state != "draft" and can("progress.read", path):
        board = progress.read_board(
            session, found, reached.paths, province_today(), source=source_for_all(reached.paths)
        )
    return render_template(
        "waves/wave.html",
        wave=found,
        asked=questionnaire_title(definition_of(found.questionnaire)),
        may_edit=can("waves.edit", path),
        board=board,
        units=line.units,
        obstacles=[explain(error) for error in waves.obstacles(found, now())] if found.state == "draft" else [],
        failure=failure_of(found),
        closing=session.get(WaveClosing, found.id),
        collectors=line.collectors,
        by=doers(found),
    )


def doers(found: Wave) -> dict[str, str]:
    """Who opened, closed and published the wave, by the column that says when."""
    deeds = wave_list.deeds(current_session(), "wave", [found.code])
    columns = ("opened_at", "closed_at", "published_at")
    return {column: deed.actor for deed in deeds for column in columns if f'"{column}"' in (deed.after or "")}


def failure_of(found: Wave) -> str | None:
    """Why the step that was due by date failed the last time."""
    if found.schedule_failure is None:
        return None
    error = schedule.failure_of(found, now())
    if error is not None:
        return explain(error)
    if found.schedule_failure == schedule.DATABASE:
        return gettext("The database could not be reached. It is tried again by itself.")
    return gettext("The reason is gone; it is tried again by itself.")


@blueprint.post("/<wave_code>/sao-chep")
@may("waves.edit", wave_path)
def copy(wave_code: str) -> ResponseReturnValue:
    """A draft for the next period like this wave."""
    draft = wave_drafts.copy_wave(current_session(), wave_or_404(wave_code), province_today())
    commit()
    said = gettext("The draft %(wave)s has the settings, units and quotas of %(earlier)s.")
    flash(said % {"wave": draft.code, "earlier": wave_code}, "success")
    return redirect(url_for("wave_periods.period", wave_code=draft.code), 303)


@blueprint.route("/<wave_code>/xoa", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def delete(wave_code: str) -> ResponseReturnValue:
    found = wave_or_404(wave_code)
    if request.method == "POST":
        wave_drafts.delete_draft(current_session(), found)
        commit()
        flash(gettext("The draft %(wave)s is deleted.", wave=wave_code), "success")
        return redirect(url_for(".index"), 303)
    waves.require_draft(found)
    return render_template("waves/delete.html", wave=found)


def own_units() -> list[Unit]:
    """The units at which the signed-in person may run waves: where the role was given."""
    paths = scope("waves.edit").paths
    return in_tree_order(current_session().scalars(select(Unit).where(Unit.path.in_(paths))))


def questionnaire_choices() -> list[SelectChoice]:
    """Published questionnaires within reach, the newest version of each first, then standard ones nobody has used."""
    within = scope("questionnaires.read").covers(Unit.path)
    published = (
        current_session()
        .scalars(
            select(Questionnaire)
            .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Questionnaire.id)
            .outerjoin(Unit, Unit.id == QuestionnaireOrigin.owner_id)
            .where(Questionnaire.published_at.is_not(None), or_(QuestionnaireOrigin.owner_id.is_(None), within))
            .order_by(Questionnaire.code, Questionnaire.valid_from.desc(), Questionnaire.id.desc())
        )
        .all()
    )
    known = {row.code for row in published}
    choices = [SelectChoice(str(row.id), questionnaire_title(definition_of(row))) for row in published]
    unused = [library.standard(code) for code in library.codes() if code not in known]
    return choices + [SelectChoice(f"{LIBRARY}{asked.code}", questionnaire_title(asked)) for asked in unused]


def questionnaire_title(asked: Definition) -> str:
    return f"{asked.title[language()]} ({asked.code} {asked.version})"


def questionnaire_of(chosen: str) -> Questionnaire:
    """The questionnaire of a choice; a standard one that nobody has used is published now."""
    session = current_session()
    if chosen.startswith(LIBRARY):
        return publish_questionnaire(session, library.standard(chosen.removeprefix(LIBRARY)), now())
    return session.get_one(Questionnaire, int(chosen))

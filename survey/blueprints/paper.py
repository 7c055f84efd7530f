"""Batches of paper forms: the list, the header, and where a batch stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.fields import SelectChoice

from forms.definition import Language, Questionnaire
from forms.paper_batch import BatchFilter, BatchForm, BatchPlaceForm, FinishForm
from survey import staff_wording
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import can, scope, unit_path
from survey.analysis.paper_progress import batches_page, clerks, typed_forms, waves_progress
from survey.analysis.readable import running_waves
from survey.analysis.unit_choice import in_tree_order
from survey.database import current_session
from survey.language import chosen_language
from survey.models import BATCH_STATES, Counter, PaperBatch, Question, Unit, Wave, WaveUnit
from survey.numbers import a_key
from survey.operations import double_entry, paper_acceptance, paper_batches, paper_entry
from survey.operations.paper_batches import ADDABLE_KINDS, BatchError, BatchHeader
from survey.operations.poll_waves import IS_SURVEY
from survey.staff_pages import here, say
from survey.staff_units import typed_unit

blueprint = staff_blueprint("paper", __name__, url_prefix="/staff/nhap-phieu")

STATES = {
    "open": _l("Being typed"),
    "entered": _l("Typed, being checked"),
    "checked": _l("Checked, waiting for acceptance"),
    "accepted": _l("Accepted"),
    "rejected": _l("Rejected"),
}
# The colours of staff.css that each step borrows.
STATE_CLASSES = {"open": "open", "entered": "closed", "checked": "closed", "accepted": "published", "rejected": "draft"}
OFFERED_UNITS = 300
MOST_PRINTED = 500  # forms in one document


def batch_path(batch_id: int, **_others: object) -> str:
    """The path of the unit whose batch a request names; 404 where there is none."""
    query = select(Unit.path).join(PaperBatch, PaperBatch.unit_id == Unit.id).where(PaperBatch.id == batch_id)
    path = current_session().scalar(query)
    return path if path is not None else abort(404)


def load(batch_id: int) -> PaperBatch:
    return current_session().get_one(PaperBatch, batch_id)


@blueprint.context_processor
def wording_of_batches() -> dict[str, Any]:
    return {"STATES": STATES, "STATE_CLASSES": STATE_CLASSES}


@blueprint.get("/")
@may("paper.read")
def index() -> ResponseReturnValue:
    session, within = current_session(), scope("paper.read").covers(Unit.path)
    form = BatchFilter(request.args)
    waves = session.scalars(
        select(Wave)
        .where(Wave.id.in_(select(PaperBatch.wave_id).join(PaperBatch.unit).where(within)))
        .order_by(Wave.period_start.desc())
        .limit(100)
    )
    form.wave.choices = [
        SelectChoice("", gettext("All waves")),
        *(SelectChoice(wave.code, wave.name_vi) for wave in waves),
    ]
    form.state.choices = [
        SelectChoice("", gettext("All steps")),
        *(SelectChoice(code, STATES[code]) for code in BATCH_STATES),
    ]
    lines, following = batches_page(
        session,
        within,
        wave=form.wave.data or "",
        state=form.state.data or "",
        code=(form.code.data or "")[:20],
        before=request.args.get("before", type=a_key),
    )
    return render_template(
        "paper/index.html",
        form=form,
        lines=lines,
        progress_lines=waves_progress(session, within),
        next_url=here(before=following) if following else None,
        first_url=here(before=None) if request.args.get("before") else None,
        is_filtered=any(request.args.get(name) for name in ("wave", "state", "code")),
    )


@blueprint.get("/moi")
@may("paper.enter")
def place() -> ResponseReturnValue:
    """Which wave and unit the forms are of; then the header."""
    session = current_session()
    within = scope("paper.enter").covers(Unit.path)
    waves = running_waves(session, within)
    units = in_tree_order(
        session.scalars(
            select(Unit).where(within, Unit.id.in_(taking_part(waves))).order_by(Unit.path).limit(OFFERED_UNITS)
        )
    )
    form = BatchPlaceForm(request.args if "wave" in request.args else None)
    form.wave.choices = [SelectChoice(wave.code, f"{wave.code} – {wave.name_vi}") for wave in waves]
    if "wave" in request.args and form.validate():
        if (unit := chosen_unit(form)) is not None:
            return redirect(url_for(".new", wave_code=form.wave.data, unit_code=unit.code))
    elif len(units) == 1:
        form.unit.data = label(units[0])
    return render_template("paper/place.html", form=form, units=[label(unit) for unit in units], waves=waves)


def chosen_unit(form: BatchPlaceForm) -> Unit | None:
    """The unit that was typed; None, with an error at the field, for one out of reach or that the wave does not ask."""
    unit = typed_unit(form.unit, scope("paper.enter"))
    if unit is not None and wave_asking(unit, form.wave.data) is None:
        form.unit.errors = [say(BatchError("unit_not_in_wave", unit=unit.code, wave=form.wave.data))]
        return None
    return unit


def wave_asking(unit: Unit, wave_code: str) -> Wave | None:
    """The wave of that code, where the unit takes part; any other is none of its business."""
    asking = select(Wave).join(Wave.units).where(Wave.code == wave_code, WaveUnit.unit_id == unit.id, IS_SURVEY)
    return current_session().scalar(asking)


def taking_part(waves: Any) -> Any:
    return select(WaveUnit.unit_id).where(WaveUnit.wave_id.in_([wave.id for wave in waves]))


def label(unit: Unit) -> str:
    return f"{unit.code} – {unit.name_vi}"


@blueprint.route("/moi/<wave_code>/<unit_code>", methods=["GET", "POST"])
@may("paper.enter", unit_path)
def new(wave_code: str, unit_code: str) -> ResponseReturnValue:
    session = current_session()
    unit = unit_of(unit_code)
    wave = wave_asking(unit, wave_code) or abort(404)
    form = header_form(wave, unit)
    if not form.is_submitted():
        form.double_share.data = 0
    if form.validate_on_submit():
        try:
            batch = paper_batches.create_batch(
                session, wave, unit, header_of(form, wave), account_id=account().id, at=now()
            )
            commit()
            flash(gettext("The batch %(code)s is open. Write its code on the bundle.", code=batch.code), "success")
            return redirect(url_for(".show", batch_id=batch.id))
        except BatchError as error:
            session.rollback()
            form.form_errors = [say(error)]
    return render_template("paper/header.html", form=form, wave=wave, unit=unit, batch=None)


def unit_of(unit_code: str) -> Unit:
    return current_session().scalar(select(Unit).where(Unit.code == unit_code)) or abort(404)


@blueprint.route("/<int:batch_id>/sua", methods=["GET", "POST"])
@may("paper.enter", batch_path)
def edit(batch_id: int) -> ResponseReturnValue:
    """Correct the header, until the batch waits for acceptance; once typing has begun, only who may accept it."""
    session, batch = current_session(), load(batch_id)
    form = header_form(batch.wave, batch.unit, None if request.method == "POST" else batch)
    if form.validate_on_submit():
        try:
            paper_batches.change_header(
                session,
                batch,
                header_of(form, batch.wave),
                at=now(),
                may_correct=can("paper.accept", batch.unit.path),
                reason=form.reason.data or "",
            )
            commit()
            return redirect(url_for(".show", batch_id=batch.id))
        except BatchError as error:
            session.rollback()
            form.form_errors = [say(error)]
    return render_template(
        "paper/header.html", form=form, wave=batch.wave, unit=batch.unit, batch=batch, **correcting(batch)
    )


def correcting(batch: PaperBatch) -> dict[str, bool]:
    """Whether the header is fixed by now, and whether this person may correct it all the same."""
    is_begun = paper_batches.is_begun(current_session(), batch)
    return {"is_begun": is_begun, "may_correct": can("paper.accept", batch.unit.path)}


def header_form(wave: Wave, unit: Unit, batch: PaperBatch | None = None) -> BatchForm:
    """The form with the unit's counters and the items whose values can be added up, filled from the batch."""
    form = BatchForm(obj=batch)
    counters = current_session().scalars(select(Counter).where(Counter.unit_id == unit.id).order_by(Counter.code))
    form.counter.choices = [
        SelectChoice("", gettext("The unit as a whole")),
        *(SelectChoice(str(counter.id), counter.name_vi) for counter in counters),
    ]
    form.respondent_group.choices = [SelectChoice(code, name) for code, name in staff_wording.RESPONDENT_GROUPS.items()]
    items = current_session().scalars(
        select(Question)
        .where(Question.questionnaire_id == wave.questionnaire_id, Question.kind.in_(ADDABLE_KINDS))
        .order_by(Question.position)
    )
    asked = Questionnaire.from_yaml(wave.questionnaire.definition)
    language: Language = "en" if chosen_language() == "en" else "vi"
    form.control_question.choices = [
        SelectChoice("", gettext("No control total")),
        *(
            SelectChoice(str(item.id), f"{item.position}. {asked.question(item.code).label[language]}")
            for item in items
        ),
    ]
    if batch is not None:
        form.counter.data = str(batch.counter_id or "")
        form.control_question.data = str(batch.control_question_id or "")
    return form


def header_of(form: BatchForm, wave: Wave) -> BatchHeader:
    """The header as typed; the two selects offered only what belongs to the unit and to the wave's questionnaire."""
    session = current_session()
    assert form.forms_expected.data is not None
    assert form.double_share.data is not None
    start: date = form.collected_from.data or wave.period_start
    counter, item = form.counter.data, form.control_question.data
    return BatchHeader(
        forms_expected=form.forms_expected.data,
        collected_from=start,
        collected_until=form.collected_until.data or start,
        counter=session.get(Counter, int(counter)) if counter else None,
        respondent_group=form.respondent_group.data,
        control_question=session.get(Question, int(item)) if item else None,
        control_sum=form.control_sum.data,
        double_share=form.double_share.data,
        note=form.note.data or "",
    )


@blueprint.get("/<int:batch_id>")
@may("paper.read", batch_path)
def show(batch_id: int) -> ResponseReturnValue:
    """Where the batch stands: its steps, totals, forms and who typed them."""
    return render_template("paper/show.html", form=FinishForm(), **standing(load(batch_id)))


def standing(batch: PaperBatch) -> dict[str, Any]:
    """What the batch's page says."""
    session = current_session()
    typed = paper_entry.typed_serials(session, batch, 1)
    people = clerks(session, batch)
    names = session.execute(select(Account.id, Account.name).where(Account.id.in_({line[1] for line in people})))
    return {
        "batch": batch,
        "typed": typed,
        "again": paper_entry.second_pass(batch, typed),
        "counts": typed_forms(session, [batch.id]),
        "blank": [serial for serial, form in double_entry.typed_forms(session, batch, 1).items() if form.is_blank],
        "totals": paper_acceptance.totals(session, batch),
        "comparison": double_entry.compare(session, batch),
        "clerks": people,
        "account_names": {row.id: row.name for row in names},
        "most_printed": MOST_PRINTED,
        "may_enter": can("paper.enter", batch.unit.path),
        "may_accept": can("paper.accept", batch.unit.path),
    }


def now() -> datetime:
    return datetime.now(UTC)

"""Imports: their history, a new file, and one that is withdrawn as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.fields import SelectChoice

from forms.import_file import ImportFileForm, WithdrawForm
from survey import staff_wording
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import can, scope
from survey.analysis.import_runs import run_path, runs_page, waiting_files
from survey.analysis.readable import running_waves
from survey.analysis.unit_choice import in_tree_order
from survey.database import current_session
from survey.models import ImportRun, Unit, Wave
from survey.numbers import a_key
from survey.operations import import_drafts
from survey.operations.bounded import DEFAULT, ReadersBusy
from survey.operations.errors import OperationError
from survey.operations.import_runs import withdraw_import
from survey.operations.writing import begin_write
from survey.staff_pages import here, say
from survey.staff_units import typed_unit

blueprint = staff_blueprint("imports", __name__, url_prefix="/staff/nhap-tep")

FORM_BYTES = 64 * 1024  # beside the file
OFFERED_UNITS = 300
TRUST_QUESTIONS = {
    "open": _l("anybody who had the link or the form"),
    "paper": _l("people who filled in a form on paper"),
    "assisted": _l("people whom an official or interviewer asked"),
}


def import_path(import_id: int, **_others: object) -> str:
    """The path of the unit an import was made for; 404 where there is no such import."""
    return run_path(current_session(), import_id) or abort(404)


@blueprint.get("/")
@may("imports.run")
def index() -> ResponseReturnValue:
    """What was imported, by whom and how many rows; files that still wait for their owner."""
    session = current_session()
    runs, following = runs_page(session, scope("imports.run").covers, before=request.args.get("before", type=a_key))
    return render_template(
        "imports/index.html",
        runs=runs,
        people=names_of(runs),
        waiting=waiting_files(session, account().id),
        next_url=here(before=following) if following else None,
        first_url=here(before=None) if request.args.get("before") else None,
    )


def names_of(runs: list[ImportRun]) -> dict[int, str]:
    ids = {run.account_id for run in runs} | {run.withdrawn_by_id for run in runs}
    rows = current_session().execute(select(Account.id, Account.name).where(Account.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


@blueprint.route("/moi", methods=["GET", "POST"])
@may("imports.run", writes=False, body_limit=DEFAULT.size + FORM_BYTES)
def new() -> ResponseReturnValue:
    """The file, its wave and unit; opened once in the child process before anything is kept."""
    form, status = file_form(), 200
    if form.validate_on_submit() and (unit := unit_in_reach(form)) is not None:
        content = form.file.data.read()
        session = current_session()
        try:
            import_drafts.describe(content)
            session.rollback()  # what was read began a reading transaction
            begin_write(session)
            draft = import_drafts.start_import(
                session,
                session.scalars(select(Wave).where(Wave.code == form.wave.data)).one(),
                unit,
                file_name=form.file.data.filename or "",
                content=content,
                channel=form.channel.data,
                trust=form.trust.data,
                account_id=account().id,
                at=now(),
            )
            commit()
            return redirect(url_for("import_steps.columns", file_id=draft.id))
        except OperationError as error:
            session.rollback()
            form.file.errors = [say(error)]
            status = 503 if isinstance(error, ReadersBusy) else 200
    offered = select(Unit).where(reach()).order_by(Unit.path).limit(OFFERED_UNITS)
    units = in_tree_order(current_session().scalars(offered))
    if not form.is_submitted() and units:
        form.unit.data = label(units[0])
    return render_template("imports/new.html", form=form, units=[label(unit) for unit in units]), status


def file_form() -> ImportFileForm:
    form = ImportFileForm()
    waves = running_waves(current_session(), reach())
    form.wave.choices = [SelectChoice(wave.code, f"{wave.code} – {wave.name_vi}") for wave in waves]
    form.channel.choices = [SelectChoice(code, staff_wording.CHANNELS[code]) for code in import_drafts.CHANNELS]
    form.trust.choices = [
        SelectChoice(code, f"{staff_wording.TRUST_LEVELS[code]}: {TRUST_QUESTIONS[code]}")
        for code in import_drafts.TRUST_LEVELS
    ]
    if not form.is_submitted():
        form.trust.data = "open"
    return form


def reach() -> Any:
    """The units one may import for, as a condition."""
    return scope("imports.run").covers(Unit.path)


def unit_in_reach(form: ImportFileForm) -> Unit | None:
    return typed_unit(form.unit, scope("imports.run"))


def label(unit: Unit) -> str:
    return f"{unit.code} – {unit.name_vi}"


@blueprint.get("/lan/<int:import_id>")
@may("imports.run", import_path)
def show(import_id: int) -> ResponseReturnValue:
    """One import; the compiler may withdraw it."""
    return page_of(current_session().get_one(ImportRun, import_id), WithdrawForm())


def page_of(run: ImportRun, form: WithdrawForm) -> str:
    may_withdraw = (
        can("responses.flag", import_path(run.id))
        and run.withdrawn_at is None
        and run.rows_added > 0
        and run.wave.state == "open"
    )
    return render_template("imports/show.html", run=run, people=names_of([run]), form=form, may_withdraw=may_withdraw)


@blueprint.post("/lan/<int:import_id>/rut")
@may("responses.flag", import_path)
def withdraw(import_id: int) -> ResponseReturnValue:
    """Flag everything an import brought; what it brought stays to be seen, and is counted apart."""
    session, form = current_session(), WithdrawForm()
    run = session.get_one(ImportRun, import_id)
    if form.validate():
        try:
            reason = " ".join((form.reason.data or "").split())
            flagged = withdraw_import(session, run, reason, account_id=account().id, at=now())
            commit()
            flash(gettext("%(number)s answers are flagged and counted apart.", number=flagged), "success")
            return redirect(url_for(".show", import_id=import_id))
        except OperationError as error:
            session.rollback()
            form.reason.errors = [say(error)]
    return page_of(session.get_one(ImportRun, import_id), form)


def now() -> datetime:
    return datetime.now(UTC)

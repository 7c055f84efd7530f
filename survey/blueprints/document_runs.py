"""Sets of documents: asked for, watched while they are made, stopped, resumed, queued for signing, published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from wtforms.fields import SelectChoice

from forms.document import DocumentRunForm
from survey import document_wording
from survey.accounts.guard import account, begin_writing, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import can, scope
from survey.analysis import document_tasks
from survey.analysis import documents as reading
from survey.blueprints.result_filters import own_name
from survey.database import current_session
from survey.models import DocumentRun
from survey.numbers import a_key
from survey.operations import document_runs as operations
from survey.operations import documents
from survey.operations.codes import spaced
from survey.operations.document_kinds import KINDS
from survey.operations.errors import OperationError
from survey.staff_pages import here, say

TASKS = {"sign": document_tasks.to_sign, "publish": document_tasks.to_publish}

blueprint = staff_blueprint("document_runs", __name__, url_prefix="/staff/van-ban/bo")


def run_path(run_id: int, **_others: object) -> str:
    """The path of the unit that runs the wave of a set; 404 where there is no such set."""
    return reading.run_path(current_session(), run_id) or abort(404)


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"wording": document_wording, "own_name": own_name, "spaced": spaced}


@blueprint.get("/")
@may("documents.read")
def index() -> ResponseReturnValue:
    """The sets, the newest first; `?task=` those that wait to be signed or published."""
    task = request.args.get("task", "")
    if task not in ("", *TASKS):
        abort(404)
    only = TASKS[task]() if task else None
    covers, before = scope("documents.read").covers, request.args.get("before", type=a_key)
    runs, following = reading.runs_page(current_session(), covers, before, only=only)
    return render_template(
        "document_runs/index.html",
        runs=runs,
        task=task,
        next_url=here(before=following) if following else None,
        first_url=here(before=None) if request.args.get("before") else None,
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@may("documents.make")
def new() -> ResponseReturnValue:
    """Ask for a set; the process beside the server makes it."""
    session, form = current_session(), DocumentRunForm()
    waves = {wave.code: wave for wave in reading.finished_waves(session, scope("documents.make").covers)}
    form.wave.choices = [SelectChoice(wave.code, f"{wave.code} – {own_name(wave)}") for wave in waves.values()]
    form.kinds.choices = [SelectChoice(kind, document_wording.KINDS[kind]) for kind in KINDS]
    form.language.choices = [SelectChoice(code, name) for code, name in document_wording.LANGUAGES.items()]
    if not form.is_submitted():
        asked = [kind for kind in request.args.getlist("kinds") if kind in KINDS]
        form.kinds.data = asked or list(document_wording.USUAL_KINDS)
        form.wave.data = request.args.get("wave", form.wave.data)
        form.language.data = request.args.get("language", form.language.default)
    elif form.validate():
        try:
            run = operations.request_run(
                session,
                waves[form.wave.data],
                form.kinds.data,
                form.language.data,
                account_id=account().id,
                at=datetime.now(UTC),
            )
        except OperationError as error:
            form.wave.errors = [say(error)]
        else:
            commit()
            return redirect(url_for(".show", run_id=run.id))
    return render_template("document_runs/new.html", form=form), 422 if form.errors else 200


@blueprint.get("/<int:run_id>")
@may("documents.read", run_path)
def show(run_id: int) -> ResponseReturnValue:
    """How far a set is, what can be done with it next, and its documents; `?kind=` those of one kind."""
    session, run = current_session(), current_session().get_one(DocumentRun, run_id)
    path, held, kind = run_path(run_id), reading.kinds_of(session, run), request.args.get("kind", "")
    if kind not in ("", *held):
        abort(404)
    within = reading.readable(scope("documents.read").covers)
    listed, following = reading.set_page(session, within, run, kind, request.args.get("after", type=a_key))
    ids = {run.requested_by_id, run.published_by_id} - {None}
    return render_template(
        "document_runs/show.html",
        run=run,
        states=reading.states_of(session, run),
        failures=reading.failures_of(session, run),
        documents=listed,
        kinds=[each for each in KINDS if each in held],
        none_of=[each for each in run.kinds.split() if each not in held],
        copies=reading.copies_of(session, run),
        people={
            row.id: row.name for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
        },
        moving=run.state in operations.UNDER_WAY,
        outdated=documents.outdated(session, run) if run.state == "made" and run.published_at is None else 0,
        may_make=can("documents.make", path),
        may_sign=can("documents.sign", path),
        next_url=here(after=following) if following else None,
        first_url=here(after=None) if request.args.get("after") else None,
    )


@blueprint.post("/<int:run_id>/dung")
@may("documents.make", run_path)
def cancel(run_id: int) -> ResponseReturnValue:
    """Stop making it; what is made stays."""
    run = current_session().get_one(DocumentRun, run_id)
    return stepped(run_id, lambda: operations.cancel_run(current_session(), run, datetime.now(UTC)))


@blueprint.post("/<int:run_id>/tiep")
@may("documents.make", run_path)
def resume(run_id: int) -> ResponseReturnValue:
    """Make what is missing."""
    run = current_session().get_one(DocumentRun, run_id)
    return stepped(run_id, lambda: operations.resume_run(current_session(), run))


@blueprint.post("/<int:run_id>/ky")
@may("documents.sign", run_path, writes=False)
def sign(run_id: int) -> ResponseReturnValue:
    """Queue it for the process that holds the key."""
    return stepped(
        run_id,
        checked(run_id, documents.request_signing),
        gettext("The set waits to be signed by whoever holds the key."),
    )


@blueprint.post("/<int:run_id>/cong-bo")
@may("documents.sign", run_path, writes=False)
def publish(run_id: int) -> ResponseReturnValue:
    """Publish all of it."""
    return stepped(
        run_id,
        checked(run_id, documents.publish_run),
        gettext("The whole set is published: everybody can verify its documents."),
    )


def checked(run_id: int, step: Callable[..., object]) -> Callable[[], object]:
    """The step on the set, of which every document is looked at before anything is locked."""

    def look_and_take() -> object:
        session = current_session()
        found = documents.check(session, session.get_one(DocumentRun, run_id))
        run = begin_writing().get_one(DocumentRun, run_id)
        return step(session, run, found, account_id=account().id, at=datetime.now(UTC))

    return look_and_take


def stepped(run_id: int, step: Callable[[], object], done: str = "") -> ResponseReturnValue:
    """Take the step, or say why it cannot be taken."""
    try:
        step()
    except OperationError as error:
        current_session().rollback()
        flash(say(error), "warning")
    else:
        commit()
        if done:
            flash(done, "success")
    return redirect(url_for(".show", run_id=run_id))

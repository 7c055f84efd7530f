"""The wizard behind an uploaded file: what its columns and words mean, a trial without writing, the import itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forms.answer_columns import COUNTER, DATE, DURATION, SUBMITTED, UNIT, scale_of
from forms.answer_files import Plan
from forms.answer_words import plain
from forms.definition import Language, Question, Questionnaire
from forms.tables import ENCODINGS, cell_name
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.blueprints.imports import now
from survey.database import current_session
from survey.language import chosen_language
from survey.models import ImportDraft, Unit
from survey.operations import import_drafts, import_plans, import_trials
from survey.operations.bounded import BoundedError, ReadersBusy
from survey.operations.errors import OperationError
from survey.operations.import_drafts import Description
from survey.operations.import_plans import UnknownWord
from survey.operations.writing import begin_write
from survey.staff_pages import say
from survey.staff_sealing import seal_at_once

blueprint = staff_blueprint("import_steps", __name__, url_prefix="/staff/nhap-tep")

SPECIAL = {
    UNIT: _l("Unit"),
    COUNTER: _l("Counter"),
    DATE: _l("Day of the answer"),
    SUBMITTED: _l("Day of sending off (rows without it are left out)"),
    DURATION: _l("Seconds taken"),
}
BLANK = "-"  # in a select: the word counts as blank


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file that somebody assigns; `key` names it in the page's form, `chosen` is "" while nobody has."""

    key: str
    word: str
    times: int | None
    question: Question | None
    chosen: str


def file_path(file_id: int, **_others: object) -> str:
    """The path of the unit a waiting file is for; 404 where there is no such file."""
    query = select(Unit.path).join(ImportDraft, ImportDraft.unit_id == Unit.id).where(ImportDraft.id == file_id)
    path = current_session().scalar(query)
    return path if path is not None else abort(404)


def own_file(file_id: int) -> ImportDraft:
    """The waiting file, which is its owner's alone."""
    draft = current_session().get_one(ImportDraft, file_id)
    return draft if draft.account_id == account().id else abort(404)


@blueprint.route("/tep/<int:file_id>/cot", methods=["GET", "POST"])
@may("imports.run", file_path, writes=False)
def columns(file_id: int) -> ResponseReturnValue:
    """What each column and each unknown word means: guessed, then corrected, then agreed on."""
    session, draft = current_session(), own_file(file_id)
    kept = import_plans.kept_plan(draft)
    before = kept[0] if kept else None
    encoding = request.form.get("encoding", before.encoding if before else "")
    sheet = request.form.get("sheet", before.sheet if before else "")
    try:
        found = import_drafts.describe(draft.content, encoding, sheet)
    except BoundedError as error:
        flash(say(error), "danger")
        return redirect(url_for(".columns" if request.form else "imports.index", file_id=file_id))
    plan = before or import_plans.guess_plan(session, draft, found)
    day = kept[1] if kept else import_drafts.default_day(draft.wave, now())
    if request.method == "POST":
        reread = request.form.get("step") == "reread"
        plan = import_plans.guess_plan(session, draft, found) if reread else plan_of(found)
        day = day_of(request.form.get("day", ""), day)
        if request.form.get("step") == "try":
            trouble = agree(draft, found, plan, day)
            if trouble is None:
                return redirect(url_for(".trial", file_id=file_id))
            flash(trouble, "danger")
            draft = own_file(file_id)
    return render_template("import_steps/columns.html", day=day, **reading_of(draft, found, plan))


def agree(draft: ImportDraft, found: Description, plan: Plan, day: date) -> str | None:
    """Keep the plan; a sentence where it cannot be tried yet."""
    session = current_session()
    unknown = import_plans.unknown_words(session, draft, found, plan)
    if unknown:
        return gettext("Say what the words marked below mean, or that they count as blank.")
    session.rollback()  # what was read began a reading transaction
    begin_write(session)
    try:
        import_plans.keep_plan(session, draft, plan, day, now())
        commit()
    except OperationError as error:
        session.rollback()
        return say(error)
    return None


def reading_of(draft: ImportDraft, found: Description, plan: Plan) -> dict[str, Any]:
    """What the page of columns and words shows."""
    asked = import_drafts.asked_in(draft)
    unknown = import_plans.unknown_words(current_session(), draft, found, plan)
    return {
        "draft": draft,
        "found": found,
        "plan": plan,
        "asked": asked,
        "words_found": [*assigned_words(asked, plan), *new_words(unknown)],
        "units": import_drafts.places_of(current_session(), draft),
        "encodings": ENCODINGS,
        "special": SPECIAL,
        "blank": BLANK,
        "reader": reader(),
        "cell_name": cell_name,
    }


def assigned_words(asked: Questionnaire, plan: Plan) -> Iterator[Word]:
    scales = {scale_of(question): question for question in reversed(asked.questions)}
    for word, code in plan.places.items():
        yield Word(f"\t{word}", word, None, None, code)
    for scale, words in plan.words.items():
        for word, value in words.items():
            yield Word(f"{scale}\t{word}", word, None, scales.get(scale), value or BLANK)


def new_words(unknown: list[UnknownWord]) -> Iterator[Word]:
    for each in unknown:
        yield Word(f"{each.scale}\t{plain(each.word)}", each.word, each.times, each.question, "")


def plan_of(found: Description) -> Plan:
    """The plan as the page's form says it."""
    chosen = request.form.getlist("column")
    targets = tuple(chosen[at] if at < len(chosen) else "" for at in range(len(found.columns)))
    words: dict[str, dict[str, str]] = {}
    places: dict[str, str] = {}
    for key, meaning in zip(request.form.getlist("word"), request.form.getlist("meaning"), strict=False):
        scale, _, word = key.partition("\t")
        if not meaning:
            continue
        if scale:
            words.setdefault(scale, {})[word] = "" if meaning == BLANK else meaning
        else:
            places[word] = meaning.partition(" – ")[0].strip()
    return Plan(
        columns=targets,
        encoding=found.encoding,
        sheet=found.sheet,
        date_order="mdy" if request.form.get("date_order") == "mdy" else "dmy",
        words=words,
        places=places,
    )


def day_of(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def reader() -> Language:
    return "en" if chosen_language() == "en" else "vi"


@blueprint.get("/tep/<int:file_id>/thu")
@may("imports.run", file_path)
def trial(file_id: int) -> ResponseReturnValue:
    """What importing would do; nothing is written."""
    session, draft = current_session(), own_file(file_id)
    kept = import_plans.kept_plan(draft)
    if kept is None:
        return redirect(url_for(".columns", file_id=file_id))
    plan, _day = kept
    try:
        header = [column.name for column in import_drafts.describe(draft.content, plan.encoding, plan.sheet).columns]
        reading = import_trials.read_draft(session, draft, plan, header)
    except BoundedError as error:
        flash(say(error), "danger")
        return redirect(url_for("imports.index"))
    tried = import_trials.try_import(session, draft, reading, plan, header)
    names: Mapping[str, Unit] = {unit.code: unit for unit in import_drafts.places_of(session, draft)}
    elsewhere = import_drafts.imported_elsewhere(session, draft)
    return render_template(
        "import_steps/trial.html", draft=draft, tried=tried, units=names, elsewhere=elsewhere, said=say
    )


@blueprint.post("/tep/<int:file_id>/nhap")
@may("imports.run", file_path, writes=False)
def confirm(file_id: int) -> ResponseReturnValue:
    """Import the file: all of it or nothing."""
    session, draft = current_session(), own_file(file_id)
    kept = import_plans.kept_plan(draft)
    if kept is None:
        return redirect(url_for(".columns", file_id=file_id))
    plan, day = kept
    try:
        reading = import_trials.read_draft(session, draft, plan)
        session.rollback()  # what was read began a reading transaction; the child has worked long before this one
        begin_write(session)
        result = import_trials.finish_import(session, own_file(file_id), reading, day, now())
        commit()
    except ReadersBusy:
        raise
    except OperationError as error:
        session.rollback()
        flash(say(error), "danger")
        return redirect(url_for(".trial", file_id=file_id))
    seal_at_once()
    known = result.rows_read - result.rows_added
    flash(
        gettext("Imported: %(added)s new answers; %(known)s were there already.", added=result.rows_added, known=known),
        "success",
    )
    return redirect(url_for("imports.index"))


@blueprint.post("/tep/<int:file_id>/bo")
@may("imports.run", file_path)
def discard(file_id: int) -> ResponseReturnValue:
    """Give the file up: it is removed, nothing was imported."""
    current_session().delete(own_file(file_id))
    commit()
    flash(gettext("The file was removed. Nothing was imported."), "success")
    return redirect(url_for("imports.index"))

"""Published figures of others that stand beside one's own: the list, and loading them from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select

from forms.fault import Fault
from forms.reference_series import ReferenceForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import root_paths
from survey.blueprints.compilation import room_tools
from survey.compilation_wording import content_word, scope_word
from survey.database import current_session
from survey.models import ReferenceFigure
from survey.operations.bounded import BoundedError
from survey.operations.place_tables import Outcome, TableError
from survey.operations.reference_series import COLUMNS, REQUIRED, import_reference, standard_file
from survey.staff_pages import say

blueprint = staff_blueprint("reference_series", __name__, url_prefix="/staff/tong-hop/so-lieu-cong-bo")

FILE_LIMIT = 6 * 1024 * 1024
FAULTS_SHOWN = 30


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "scope_word": scope_word, "content_word": content_word, "sentence": say}


@blueprint.get("/")
@may("compilation.read")
def index() -> ResponseReturnValue:
    return reference_page(ReferenceForm(formdata=None))


def reference_page(form: ReferenceForm, faults: Sequence[Fault] = ()) -> ResponseReturnValue:
    """All figures by series and year, with the form to load more and what was wrong with the last file."""
    order = (ReferenceFigure.index_code, ReferenceFigure.scope, ReferenceFigure.content, ReferenceFigure.year)
    figures = current_session().scalars(select(ReferenceFigure).order_by(*order)).all()
    return render_template(
        "reference_series/index.html",
        figures=figures,
        form=form,
        faults=faults[:FAULTS_SHOWN],
        fault_count=len(faults),
        columns=COLUMNS,
        required=REQUIRED,
    ), 422 if faults or form.errors else 200


@blueprint.post("/nhap")
@may("compilation.edit", root_paths, writes=False, body_limit=FILE_LIMIT)
def load() -> ResponseReturnValue:
    """A file, whole or not at all; with `standard` the national figures that come with the platform."""
    form = ReferenceForm()
    if request.form.get("standard"):
        return loaded(form, standard_file())
    if form.validate_on_submit():
        return loaded(form, form.file.data.read())
    return reference_page(form)


def loaded(form: ReferenceForm, content: bytes) -> ResponseReturnValue:
    session = current_session()
    try:
        outcome = import_reference(session, content)
    except TableError as error:
        session.rollback()
        form.form_errors.append(say(error))
        return reference_page(form, error.faults)
    except BoundedError as error:
        session.rollback()
        form.form_errors.append(say(error))
        return reference_page(form)
    commit()
    flash(said(outcome), "success")
    return redirect(url_for(".index"))


def said(outcome: Outcome) -> str:
    added, corrected = outcome.count("add"), outcome.count("change")
    if not added and not corrected:
        return gettext("Every figure of the file was known already.")
    new = ngettext("%(num)s figure added", "%(num)s figures added", added)
    other = ngettext("%(num)s corrected", "%(num)s corrected", corrected)
    return f"{new}, {other}."

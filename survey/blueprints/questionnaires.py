"""The library of questionnaires: browsed, read, previewed on a phone, downloaded, and locked as a core."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms import library
from forms.definition import Questionnaire as Definition
from forms.questionnaire_question import KINDS
from survey import citizen_preview, models
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths, scope
from survey.blueprints.questionnaire_files import file_response
from survey.database import current_session
from survey.draft_pages import change_words, heaviest, kilobytes, language
from survey.models import QuestionContinuity, Unit
from survey.operations import questionnaire_library
from survey.operations.questionnaire_drafts import lock_core, locked_sections
from survey.operations.questionnaires import definition_of, origin_of
from survey.security_headers import POLICY

blueprint = staff_blueprint("questionnaires", __name__, url_prefix="/staff/phieu")


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    citizen_preview.init_app(state.app)


class Found(NamedTuple):
    """A questionnaire that a request names; `row` is None for a standard one nobody has used."""

    asked: Definition
    row: models.Questionnaire | None


def questionnaire_path(questionnaire_code: str, version: str, **_others: object) -> str:
    """The path of the unit whose local supplement a request names, the top for one that is for everybody; 404 where
    there is none."""
    found = find(questionnaire_code, version)
    origin = origin_of(current_session(), found.row) if found.row else None
    return origin.owner.path if origin and origin.owner else "/"


def find(code: str, version: str) -> Found:
    """The published version, else the standard one."""
    row = current_session().scalar(
        select(models.Questionnaire).where(
            models.Questionnaire.code == code,
            models.Questionnaire.version == version,
            models.Questionnaire.published_at.is_not(None),
        )
    )
    if row is not None:
        return Found(definition_of(row), row)
    if code in library.codes() and library.standard(code).version == version:
        return Found(library.standard(code), None)
    return abort(404)


@blueprint.get("/")
@may("questionnaires.read")
def index() -> ResponseReturnValue:
    session, search = current_session(), request.args.get("tim", "").strip()[:100]
    after = request.args.get("sau", "")[:40]
    within = scope("questionnaires.read").covers(Unit.path)
    published, following = questionnaire_library.published_entries(session, within, search, after)
    own = scope("questionnaires.edit")
    return render_template(
        "questionnaires/index.html",
        search=search,
        after=after,
        published=published,
        following=following,
        standard=[] if after else questionnaire_library.standard_entries(session, search),
        drafts=[] if after else questionnaire_library.drafts_within(session, own.covers(Unit.path), search),
        minutes=questionnaire_library.estimated_minutes,
    )


@blueprint.get("/<questionnaire_code>/<version>")
@may("questionnaires.read", questionnaire_path)
def show(questionnaire_code: str, version: str) -> ResponseReturnValue:
    session, found = current_session(), find(questionnaire_code, version)
    row = found.row
    origin = origin_of(session, row) if row else None
    rows = session.scalars(
        select(QuestionContinuity).where(QuestionContinuity.questionnaire_id == (row.id if row else 0))
    )
    return render_template(
        "questionnaires/show.html",
        asked=found.asked,
        row=row,
        origin=origin,
        changes={kept.code: kept.change for kept in rows},
        versions=questionnaire_library.versions_of(session, questionnaire_code),
        waves=questionnaire_library.waves_asking(session, row) if row else [],
        locked=locked_sections(session, row) if row else frozenset(),
        kinds=KINDS,
        changed=change_words(),
        minutes=found.asked.minutes or questionnaire_library.estimated_minutes(found.asked),
        weight=kilobytes(heaviest(found.asked) or 0),
        crumbs=[(gettext("Questionnaires"), url_for(".index")), (questionnaire_code, None)],
        may_publish=can("questionnaires.publish", root_paths()),
        may_edit=can("questionnaires.edit"),
    )


@blueprint.get("/<questionnaire_code>/<version>/xem-truoc")
@may("questionnaires.read", questionnaire_path)
def preview(questionnaire_code: str, version: str) -> ResponseReturnValue:
    """The form in the frame of a phone, in either language."""
    found = find(questionnaire_code, version)
    shown = citizen_preview.form_language(language())
    return phone_page(
        title=found.asked.title[language()],
        frame=url_for(".frame", questionnaire_code=questionnaire_code, version=version, phieu=shown),
        back=url_for(".show", questionnaire_code=questionnaire_code, version=version),
        left_out=0,
        weight=heaviest(found.asked),
    )


@blueprint.get("/<questionnaire_code>/<version>/xem-truoc/khung")
@may("questionnaires.read", questionnaire_path)
def frame(questionnaire_code: str, version: str) -> ResponseReturnValue:
    """What stands in the phone's frame."""
    return citizen_preview.preview(find(questionnaire_code, version).asked, citizen_preview.form_language(language()))


def phone_page(*, title: str, frame: str | None, back: str, left_out: int, weight: int | None) -> Response:
    """A page with a phone in it; its policy allows a frame of our own."""
    crumbs = [(gettext("Questionnaires"), url_for("questionnaires.index")), (title, back), (gettext("Preview"), None)]
    body = render_template(
        "questionnaires/preview.html",
        crumbs=crumbs,
        frame=frame,
        back=back,
        left_out=left_out,
        weight=kilobytes(weight) if weight is not None else None,
        too_heavy=weight is not None and weight > citizen_preview.LIMIT,
        limit=citizen_preview.LIMIT // 1000,
        shown=citizen_preview.form_language(language()),
    )
    response = Response(body)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@blueprint.get("/<questionnaire_code>/<version>/tai/<any(yaml, xlsx, pdf):kind>")
@may("questionnaires.read", questionnaire_path)
def download(questionnaire_code: str, version: str, kind: str) -> ResponseReturnValue:
    """The questionnaire as a file: our YAML, an XLSForm, or the form on paper."""
    asked = find(questionnaire_code, version).asked
    return file_response(asked, kind)


@blueprint.post("/<questionnaire_code>/<version>/loi")
@may("questionnaires.publish", root_paths)
def lock(questionnaire_code: str, version: str) -> ResponseReturnValue:
    """Say which sections are the core that units may add to; those in the index always belong to it."""
    row = find(questionnaire_code, version).row
    if row is None or origin_of_local(row):
        abort(404)
    lock_core(current_session(), row, frozenset(request.form.getlist("section")))
    commit()
    locked = locked_sections(current_session(), row)
    flash(
        gettext("The core is locked: units may add questions of their own after it.")
        if locked
        else gettext("The core is no longer locked. Supplements that are published stay as they are."),
        "success",
    )
    return redirect(url_for(".show", questionnaire_code=questionnaire_code, version=version, _anchor="core"), 303)


def origin_of_local(row: models.Questionnaire) -> bool:
    origin = origin_of(current_session(), row)
    return origin is not None and origin.owner_id is not None

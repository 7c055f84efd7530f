"""Who issues documents and in what words: settled by the unit that runs the waves, looked at before it is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.document_setting import PARTS, PREFIX, IssuerForm, TextForm, text_form
from reports.figures import Language
from reports.issuer import unit_as_issuer
from reports.official_texts import PLACEHOLDERS, OfficialText, Part, standard_text
from reports.page import Issuer
from reports.specimens import part_without_room, specimen_pdf
from survey import document_wording
from survey.accounts.guard import account, begin_writing, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import scope, unit_path
from survey.analysis import document_settings as reading
from survey.analysis.labels import place
from survey.blueprints.result_filters import own_name
from survey.database import current_session
from survey.models import Unit, Wave
from survey.operations import document_settings as operations
from survey.operations.document_settings import DocumentSettingError, IssuerTerms
from survey.operations.poll_waves import IS_SURVEY
from survey.staff_pages import here, say

blueprint = staff_blueprint("document_settings", __name__, url_prefix="/staff/van-ban/the-thuc")


PAGE = 50


class Worded(NamedTuple):
    """A wording: of which document, in which language."""

    document: str
    language: Language


TEXTS = {
    "cong-van-vi": Worded("letter", "vi"),
    "quyet-dinh-vi": Worded("decision", "vi"),
    "cong-van-en": Worded("letter", "en"),
    "quyet-dinh-en": Worded("decision", "en"),
}


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"wording": document_wording, "own_name": own_name, "texts": TEXTS}


@blueprint.get("/")
@may("documents.make")
def index() -> ResponseReturnValue:
    """The reader's own units and those within reach that run waves, each with who issues its documents; `after` is the
    code of the last unit of the page before."""
    session, reach, after = current_session(), scope("documents.make"), request.args.get("after", "")
    runs_waves = Unit.id.in_(select(Wave.owner_id).where(IS_SURVEY)) | Unit.path.in_(reach.paths)
    query = select(Unit).where(reach.covers(Unit.path), runs_waves).order_by(Unit.path).limit(PAGE + 1)
    if after:
        query = query.where(Unit.path > select(Unit.path).where(Unit.code == after).scalar_subquery())
    found = session.scalars(query).all()
    units = found[:PAGE]
    own = reading.own_texts(session, units)
    return render_template(
        "document_settings/index.html",
        units=units,
        issuers=reading.newest_issuers(session, units),
        own={unit_id: {code for code, worded in TEXTS.items() if worded in texts} for unit_id, texts in own.items()},
        next_url=here(after=units[-1].code) if len(found) > PAGE else None,
        first_url=here(after=None) if after else None,
    )


@blueprint.route("/<unit_code>/co-quan", methods=["GET", "POST"])
@may("documents.make", unit_path)
def issuer(unit_code: str) -> ResponseReturnValue:
    """Who issues the documents of the unit's waves from now on."""
    session, unit = current_session(), unit_of(unit_code)
    current = reading.newest_issuer(session, unit)
    form = IssuerForm(obj=current)
    if form.validate_on_submit():
        terms = IssuerTerms(
            **{name: form[name].data or "" for name in IssuerTerms.__slots__ if name != "decides"},
            decides=form.decides.data,
        )
        try:
            operations.set_issuer(session, unit, terms, account_id=account().id, at=datetime.now(UTC))
        except DocumentSettingError as error:
            (form[error.part].errors if error.part else form.form_errors).append(say(error))
        else:
            commit()
            flash(gettext("Saved. Documents asked for from now on are issued so."), "success")
            return redirect(url_for(".issuer", unit_code=unit_code))
    page = render_template(
        "document_settings/issuer.html", unit=unit, form=form, current=current, printed=printed(unit, "vi")
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<unit_code>/co-quan/mac-dinh")
@may("documents.make", unit_path)
def reset_issuer(unit_code: str) -> ResponseReturnValue:
    """The unit at the top of a wave issues its documents again."""
    session, unit, now = current_session(), unit_of(unit_code), datetime.now(UTC)
    stepped(lambda: operations.reset_issuer(session, unit, account_id=account().id, at=now))
    return redirect(url_for(".issuer", unit_code=unit_code))


@blueprint.route("/<unit_code>/loi-van/<text_code>", methods=["GET", "POST"])
@may("documents.make", unit_path, writes=False)
def text(unit_code: str, text_code: str) -> ResponseReturnValue:
    """The wording of a kind of document from now on, part by part."""
    unit, worded = unit_of(unit_code), worded_or_404(text_code)
    form = form_of(unit, worded)
    if form.validate_on_submit():
        try:
            parts = checked(form, unit, worded)
            session, now = begin_writing(), datetime.now(UTC)
            operations.set_text(session, unit, *worded, parts, account_id=account().id, at=now)
        except DocumentSettingError as error:
            at_fault(form, error)
        else:
            commit()
            flash(
                gettext("Saved. Documents asked for from now on are worded so; those before keep their words."),
                "success",
            )
            return redirect(url_for(".text", unit_code=unit_code, text_code=text_code))
    return text_page(unit, text_code, form)


@blueprint.post("/<unit_code>/loi-van/<text_code>/xem-thu")
@may("documents.make", unit_path, writes=False)
def try_text(unit_code: str, text_code: str) -> ResponseReturnValue:
    """What was written, as PDF with an example's figures; nothing is stored."""
    unit, worded = unit_of(unit_code), worded_or_404(text_code)
    form = form_of(unit, worded)
    if not form.validate_on_submit():
        return text_page(unit, text_code, form)
    try:
        parts = checked(form, unit, worded)
    except DocumentSettingError as error:
        at_fault(form, error)
        return text_page(unit, text_code, form)
    document, language = worded
    content = specimen_pdf(document, issuer_of(unit, worded), OfficialText(parts), language, moment=datetime.now(UTC))
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"xem-thu-{text_code}.pdf")
    return response


@blueprint.post("/<unit_code>/loi-van/<text_code>/mac-dinh")
@may("documents.make", unit_path)
def reset_text(unit_code: str, text_code: str) -> ResponseReturnValue:
    """Back to the standard text."""
    session, unit, worded = current_session(), unit_of(unit_code), worded_or_404(text_code)
    now = datetime.now(UTC)
    stepped(lambda: operations.reset_text(session, unit, *worded, account_id=account().id, at=now))
    return redirect(url_for(".text", unit_code=unit_code, text_code=text_code))


def unit_of(code: str) -> Unit:
    return current_session().scalars(select(Unit).where(Unit.code == code)).one()


def worded_or_404(text_code: str) -> Worded:
    return TEXTS.get(text_code) or abort(404)


def several_of(worded: Worded) -> dict[str, bool]:
    """Which parts of a wording have several paragraphs."""
    return {name: not isinstance(part, str) for name, part in standard_text(*worded).parts.items()}


def form_of(unit: Unit, worded: Worded) -> TextForm:
    parts = reading.current_text(current_session(), unit, *worded).parts
    shown = {PREFIX + name: part if isinstance(part, str) else "\n".join(part) for name, part in parts.items()}
    return text_form(worded.document, several_of(worded))(data=shown)


def checked(form: TextForm, unit: Unit, worded: Worded) -> dict[str, Part]:
    """What was written, by part. Raises :class:`DocumentSettingError` where no document can be made of it."""
    parts = form.parts(several_of(worded))
    operations.check_text(*worded, parts)
    part = part_without_room(worded.document, issuer_of(unit, worded), parts, worded.language)
    if part is not None:
        raise DocumentSettingError("no_room", part)
    return parts


def issuer_of(unit: Unit, worded: Worded) -> Issuer:
    return printed(unit, worded.language, decides=worded.document == "decision")


def at_fault(form: TextForm, error: DocumentSettingError) -> None:
    """Say at the field of the part what is wrong with it."""
    (form[PREFIX + error.part].errors if error.part else form.form_errors).append(say(error))


def text_page(unit: Unit, text_code: str, form: TextForm) -> ResponseReturnValue:
    session, worded = current_session(), TEXTS[text_code]
    changes = reading.text_changes(session, unit, *worded)
    ids = {change.changed_by_id for change in changes} - {None}
    people = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return render_template(
        "document_settings/text.html",
        unit=unit,
        text_code=text_code,
        worded=worded,
        form=form,
        changes=[(change, reading.read_text(change.parts).parts if change.parts else {}) for change in changes],
        labels=PARTS[worded.document],
        people={row.id: row.name for row in people},
        placeholders=PLACEHOLDERS[worded.document],
        is_standard=reading.current_text(session, unit, *worded) == standard_text(*worded),
    ), 422 if form.errors else 200


def printed(unit: Unit, language: Language, *, decides: bool = False) -> Issuer:
    """Who issues the unit's reports and letters, or decides, as the documents print it."""
    setting = reading.newest_issuer(current_session(), unit)
    if setting is None or (decides and not setting.decides):
        return unit_as_issuer(place(unit), language)
    return reading.printed_issuer(setting, language)


def stepped(step: Callable[[], object]) -> None:
    """Take the step and store it, or say why it cannot be taken."""
    try:
        step()
    except DocumentSettingError as error:
        current_session().rollback()
        flash(say(error), "warning")
    else:
        commit()
        flash(gettext("Saved. Documents asked for from now on are made so."), "success")

"""Documents to issue: found, looked at, downloaded, withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.document import WithdrawDocumentForm
from survey import document_wording
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import can, scope
from survey.analysis import documents as reading
from survey.blueprints.result_filters import own_name
from survey.database import current_session
from survey.models import DOCUMENT_STATES, Document, DocumentContent, DocumentCopy, Unit, Wave
from survey.numbers import a_key
from survey.operations.codes import normalise, spaced
from survey.operations.document_runs import ADDRESS
from survey.operations.documents import holds
from survey.operations.documents import withdraw as withdraw_document
from survey.operations.errors import OperationError
from survey.operations.evidence import MEDIA_TYPES
from survey.staff_files import handed_out
from survey.staff_pages import here, say
from survey.staff_units import asked_unit, unclear

# What a downloaded file is called by, as files travel: without diacritics.
FILE_NAMES = {
    "province_report": "bao-cao-chung",
    "unit_report": "bao-cao",
    "unit_profile": "ho-so",
    "publication_decision": "quyet-dinh",
    "unit_letter": "cong-van",
    "emulation_communes": "to-trinh-thi-dua-xa-phuong",
    "emulation_departments": "to-trinh-thi-dua-so-nganh",
}

blueprint = staff_blueprint("documents", __name__, url_prefix="/staff/van-ban")


def document_path(document_code: str, **_others: object) -> str:
    """The path of the unit a document is about, until it is issued of the unit that runs the wave; 404 where there is
    none."""
    document = document_of(document_code)
    return document.unit.path if document.state in reading.ISSUED else issuing_path(document_code)


def issuing_path(document_code: str, **_others: object) -> str:
    """The path of the unit that runs the wave of a document's set: what it published no rated unit takes back; 404
    where there is no such document."""
    return reading.run_path(current_session(), document_of(document_code).run_id) or abort(404)


def document_of(code: str) -> Document:
    return current_session().scalar(select(Document).where(Document.code == normalise(code))) or abort(404)


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"wording": document_wording, "own_name": own_name, "spaced": spaced}


@blueprint.get("/")
@may("documents.read")
def index() -> ResponseReturnValue:
    """The newest first; by wave, unit and state."""
    session, within = current_session(), reading.readable(scope("documents.read").covers)
    asked = asked_unit("documents.read")
    filters = filters_or_404(asked.unit)
    none: tuple[list[Document], None] = ([], None)
    found = reading.documents_page(session, within, filters, request.args.get("before", type=a_key))
    documents, following = none if asked.unclear else found
    return render_template(
        "documents/index.html",
        documents=documents,
        filters=filters,
        asked=asked,
        unclear=unclear,
        waves=reading.waves_with_documents(session, within),
        next_url=here(before=following) if following else None,
        first_url=here(before=None) if request.args.get("before") else None,
    )


def filters_or_404(unit: Unit | None) -> reading.Filters:
    wave, state = None, request.args.get("state") or None
    if code := request.args.get("wave"):
        wave = current_session().scalar(select(Wave).where(Wave.code == code)) or abort(404)
    if state is not None and state not in DOCUMENT_STATES:
        abort(404)
    return reading.Filters(wave, unit, state)


@blueprint.get("/<document_code>")
@may("documents.read", document_path)
def show(document_code: str) -> ResponseReturnValue:
    return document_page(document_of(document_code), WithdrawDocumentForm(formdata=None))


def document_page(document: Document, form: WithdrawDocumentForm) -> ResponseReturnValue:
    ids = {document.made_by_id, document.signing_requested_by_id, document.withdrawn_by_id}
    people = current_session().execute(select(Account.id, Account.name).where(Account.id.in_(ids - {None})))
    return render_template(
        "documents/show.html",
        document=document,
        people={row.id: row.name for row in people},
        copies=reading.copies_of_document(current_session(), document),
        form=form,
        outdated=document.state == "published" and not holds(current_session(), document),
        may_withdraw=document.state == "published" and can("documents.sign", issuing_path(document.code)),
        address=f"{current_app.config['BASE_URL']}{ADDRESS}{document.code}",
    ), 422 if form.errors else 200


@blueprint.get("/<document_code>/van-ban.pdf")
@may("documents.read", document_path)
def download(document_code: str) -> ResponseReturnValue:
    """The bytes as they stand: signed where the document is."""
    document = document_of(document_code)
    kept = current_session().get(DocumentContent, document.id) or abort(404)
    name = f"{FILE_NAMES[document.kind]}-{document.unit.code}-{document.code}.pdf"
    return exported(document, kept.content, "application/pdf", name, {"state": document.state})


@blueprint.get("/<document_code>/ban-de-sua.<copy_form>")
@may("documents.read", document_path)
def download_copy(document_code: str, copy_form: str) -> ResponseReturnValue:
    """A file to work with, of the same figures: neither signed nor the record."""
    document = document_of(document_code)
    kept = current_session().get(DocumentCopy, (document.id, copy_form)) or abort(404)
    name = f"ban-de-sua-{FILE_NAMES[document.kind]}-{document.unit.code}-{document.code}.{copy_form}"
    return exported(document, kept.content, MEDIA_TYPES[copy_form], name, {"format": copy_form})


def exported(document: Document, content: bytes, media_type: str, name: str, terms: dict[str, str]) -> Response:
    code, path = document.code, document.unit.path
    return handed_out(content, media_type, name, action="document.export", subject=code, unit_path=path, terms=terms)


@blueprint.post("/<document_code>/thu-hoi")
@may("documents.sign", issuing_path)
def withdraw(document_code: str) -> ResponseReturnValue:
    """Take a published document back, with the reason."""
    document, form = document_of(document_code), WithdrawDocumentForm()
    if not form.validate_on_submit():
        return document_page(document, form)
    try:
        withdraw_document(
            current_session(), document, form.reason.data or "", account_id=account().id, at=datetime.now(UTC)
        )
    except OperationError as error:
        form.reason.errors = [say(error)]
        return document_page(document, form)
    commit()
    flash(gettext("The document is withdrawn. Whoever verifies it reads so, with the reason."), "success")
    return redirect(url_for(".show", document_code=document.code))

"""Whether a document is the one that was published: by its code, its digest, or the PDF itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import RequestEntityTooLarge

from forms.ballot import clean_text
from reports.wording import short_date
from survey import document_wording
from survey.analysis import published_documents, verification
from survey.analysis.petition_tracking import is_tracking_code
from survey.analysis.verification import Finding
from survey.blueprints.citizen import BUSY_SECONDS
from survey.citizen_pages import answer, content_policy, render, style_sheet
from survey.config import trust_folder
from survey.database import current_session
from survey.language import written_language
from survey.models import Document, PublishedDocument, Unit, Wave
from survey.operations import documents
from survey.operations.bounded import MEGABYTE, ReadersBusy
from survey.operations.codes import normalise, spaced

BODY_LIMIT = verification.LIMITS.size + 64 * 1024  # the form around the file
MOST_FIELDS = 10
STYLE = style_sheet("citizen.css", "verification.css")
POLICY = content_policy(STYLE)

blueprint = Blueprint("verification", __name__, url_prefix="/xac-thuc")


@blueprint.get("/")
def find() -> ResponseReturnValue:
    """Where a document's code is typed by hand."""
    code = normalise(request.args.get("ma", ""))[:40]
    if code:
        return redirect(url_for(".show", document_code=code, lang=request.args.get("lang")), 303)
    return page("verification/find.html")


@blueprint.get("/<document_code>")
def show(document_code: str) -> ResponseReturnValue:
    """What was published under the code; `?sha256=` compares a digest that somebody computed himself."""
    canonical = normalise(document_code)
    if canonical != document_code and is_tracking_code(canonical):
        return redirect(url_for(".show", document_code=canonical, lang=request.args.get("lang")), 308)
    published = published_documents.find(current_session(), document_code)
    if published is None:
        return unknown(document_code)
    typed = request.args.get("sha256", "")[:200]
    finding = verification.check_digest(current_session(), published, typed) if typed else None
    return document_page(published, finding, typed=typed)


@blueprint.post("/<document_code>")
def check(document_code: str) -> ResponseReturnValue:
    """Check a PDF. It is read in a process of its own, kept nowhere, and changes nothing: no token is asked for."""
    published = published_documents.find(current_session(), document_code)
    if published is None:
        return unknown(document_code)
    request.max_content_length = request.max_form_memory_size = BODY_LIMIT
    request.max_form_parts = MOST_FIELDS
    try:
        file = request.files.get("file")
        content = file.stream.read() if file else b""
        if not content:
            return document_page(published, Finding("no_file"), 422)
        finding = verification.check_file(current_session(), published, content, trust_folder(current_app.config))
    except RequestEntityTooLarge:
        return document_page(published, Finding("too_large"), 413)
    except ReadersBusy:
        return document_page(published, Finding("busy"), 503, {"Retry-After": str(BUSY_SECONDS)})
    return document_page(published, finding)


@blueprint.get("/<document_code>/van-ban.pdf")
def download(document_code: str) -> ResponseReturnValue:
    """The published file itself; a withdrawn one is kept for verification alone."""
    published = published_documents.find(current_session(), document_code)
    if published is None or published.document.state != "published":
        return unknown(document_code)
    return published_pdf(published)


def published_pdf(published: PublishedDocument) -> Response:
    response = Response(published.content, mimetype="application/pdf")
    name = f"van-ban-{published.document.code}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    response.headers["Cache-Control"] = "no-cache"  # it may be withdrawn
    return response


def document_page(
    published: PublishedDocument,
    finding: Finding | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    typed: str = "",
) -> Response:
    """The document as it was published, and what was found out about the reader's own copy."""
    document, language = published.document, written_language()
    session = current_session()
    unit, wave = session.get_one(Unit, document.unit_id), session.get_one(Wave, document.wave_id)
    outdated = document.state == "published" and not documents.holds(session, document)
    replaced_by = published_documents.code_of(session, document.replaced_by_id) if document.replaced_by_id else None
    return page(
        "verification/show.html",
        status,
        headers,
        published=published,
        document=document,
        unit=unit,
        wave=wave,
        named=lambda thing: (thing.name_en or thing.name_vi) if language == "en" else thing.name_vi,
        kind=document_wording.KINDS[document.kind],
        document_language=document_wording.LANGUAGES[document.language],
        replaced_by=replaced_by,
        finding=finding,
        outdated=outdated,
        verdict=verdict_of(document, finding, outdated=outdated) if finding else None,
        typed=typed,
        short_date=short_date,
        megabytes=verification.LIMITS.size // MEGABYTE,
    )


def verdict_of(document: Document, finding: Finding, *, outdated: bool) -> tuple[str, LazyString, LazyString]:
    """What is answered; a withdrawn document, and one with figures that were corrected since, is no good one, however
    genuine."""
    passed = finding.code == "identical" and (outdated or document.state == "withdrawn")
    return document_wording.VERDICTS["outdated" if passed else finding.code]


def unknown(code: str) -> Response:
    return page("verification/unknown.html", 404, code=clean_text(code, lines=False)[:40])


def page(template: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: object) -> Response:
    """A page of the room; its style stands inside it, as on the other citizens' pages."""
    text = render(template, style=STYLE, spaced=spaced, **context)
    return answer(text, status, headers, policy=POLICY)

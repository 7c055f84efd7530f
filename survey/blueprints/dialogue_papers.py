"""The documents of a dialogue and of a unit's half-year of them, as PDF for printing and signing."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.dialogue_conclusions import dialogue_conclusions_pdf
from reports.dialogue_minutes import dialogue_minutes_pdf
from reports.dialogue_notice import dialogue_notice_pdf
from reports.dialogue_record import DialogueRecord
from reports.dialogue_review import dialogue_review_pdf
from reports.figures import Language
from survey.accounts.guard import may, staff_blueprint
from survey.accounts.scope import dialogue_path, source_for, unit_path
from survey.analysis.dialogue_polls import review_figure
from survey.analysis.dialogue_record import record, review
from survey.blueprints.dialogues import period_or_404
from survey.database import current_session
from survey.dialogue_pages import dialogue_or_404, public_url
from survey.dialogue_wording import language
from survey.models import Unit
from survey.operations.periods import province_today

blueprint = staff_blueprint("dialogue_papers", __name__, url_prefix="/staff/doi-thoai")

# What each document is called in addresses, the states in which there is something to print, and who draws it.
DOCUMENTS: dict[str, tuple[tuple[str, ...], Callable[[DialogueRecord, Language], bytes]]] = {
    "thong-bao": (("planned", "announced", "running", "held", "concluded"), dialogue_notice_pdf),
    "bien-ban": (("running", "held", "concluded"), dialogue_minutes_pdf),
    "ket-luan": (("held", "concluded"), dialogue_conclusions_pdf),
}


@blueprint.get("/<dialogue_code>/<any('thong-bao', 'bien-ban', 'ket-luan'):document>.pdf")
@may("dialogues.read", dialogue_path)
def document(dialogue_code: str, document: str) -> ResponseReturnValue:
    """Notice, minutes or notice of conclusions."""
    dialogue = dialogue_or_404(dialogue_code)
    states, draw = DOCUMENTS[document]
    if dialogue.state not in states:
        abort(404)
    gathered = record(current_session(), dialogue, public_url(dialogue), province_today())
    return pdf(draw(gathered, language()), f"{document}-{dialogue_code}.pdf")


@blueprint.get("/tong-ket/<unit_code>/<dialogue_period>.pdf")
@may("dialogues.read", unit_path)
def review_of(unit_code: str, dialogue_period: str) -> ResponseReturnValue:
    """The semiannual review of a unit and those below it."""
    session = current_session()
    unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()  # the guard has found it
    asked, source = period_or_404(dialogue_period) or abort(404), source_for(unit.path)
    poll, before = (review_figure(session, unit, each, source=source) for each in (asked, asked.before))
    gathered = review(session, unit, asked, province_today(), poll=poll, poll_before=before)
    return pdf(dialogue_review_pdf(gathered, language()), f"doi-thoai-{unit_code}-{dialogue_period}.pdf")


def pdf(document: bytes, name: str) -> Response:
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response

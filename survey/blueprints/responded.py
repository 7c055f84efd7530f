"""The public page "You said, we did" of a unit: its last published result and what it did about what people said."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.shift_wording import judged_word, shift_sentence
from survey.analysis.published import ancestors
from survey.analysis.responded import responded_page
from survey.blueprints import results
from survey.database import current_session
from survey.models import Unit

blueprint = Blueprint("responded", __name__, url_prefix="/ket-qua/don-vi")
blueprint.context_processor(results.renderers)
blueprint.after_request(results.say_language)
blueprint.after_request(results.compress.after_request)
blueprint.register_error_handler(404, results.missing)


@blueprint.context_processor
def words() -> dict[str, Any]:
    return {"judged_word": judged_word, "shift_sentence": shift_sentence}


@blueprint.get("/<unit_code>/da-lam")
def unit(unit_code: str) -> ResponseReturnValue:
    """404 for a unit that has neither a published result nor shows any remedy."""
    session = current_session()
    found = session.scalar(select(Unit).where(Unit.code == unit_code)) or abort(404)
    page = responded_page(session, found)
    if page.report is None and not page.answered and not page.below:
        abort(404)
    return render_template("responded/unit.html", page=page, unit=found, above=ancestors(session, found))

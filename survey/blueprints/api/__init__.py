"""The REST API at /api/v1: keys instead of sessions, JSON instead of pages, the same policy and operations."""

from __future__ import annotations

from flask import Flask, Response, current_app
from sqlalchemy.exc import IntegrityError

from survey import error_pages
from survey.accounts.guard import compress
from survey.blueprints.api import (
    dossiers,
    page,
    questionnaires,
    responses,
    results,
    transactions,
    units,
    wave_parts,
    waves,
)
from survey.blueprints.api.door import Throttle
from survey.blueprints.api.route import PREFIX, blueprint
from survey.blueprints.api.wire import ApiError, Fault, error_answer
from survey.operations.errors import OperationError

# To be imported is to be served.
RESOURCES = (units, transactions, dossiers, waves, wave_parts, questionnaires, responses, results, page)

# An operation's refusals that lie in what was sent, not in what stands; the rest are conflicts.
MISTAKES = frozenset({"code_form", "negative", "none_in_force", "period", "schedule", "schedule_past", "trust_unknown"})


@blueprint.errorhandler(ApiError)
def refused(error: ApiError) -> Response:
    return error_answer(error)


@blueprint.errorhandler(OperationError)
def cannot_be_done(error: OperationError) -> Response:
    if error.code in MISTAKES:
        fault = Fault(("body",), error.code, error.sentence, error.parameters)
        return error_answer(ApiError(422, faults=[fault]))
    return error_answer(ApiError(409, error.code, error.sentence, error.parameters))


@blueprint.errorhandler(IntegrityError)
def overtaken(error: IntegrityError) -> Response:
    """Another request wrote the same at the same moment, after this one had looked."""
    current_app.logger.warning("a request to the API was overtaken: %s", error)
    return error_answer(ApiError(409))


def init_app(app: Flask) -> None:
    """Serve the API, and errors below its address as JSON."""
    app.extensions["api_throttle"] = Throttle(app.config["API_REQUESTS_PER_MINUTE"])
    app.register_blueprint(blueprint)
    error_pages.register(app, PREFIX, error_answer)


blueprint.after_request(compress.after_request)

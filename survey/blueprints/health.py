"""Health endpoints: alive (the process answers) and ready (the database answers and its schema is current)."""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from survey.database import alembic_config, current_session

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """503 while the database does not answer or waits for a migration: a balancer then sends nobody here."""
    head = ScriptDirectory.from_config(alembic_config(current_app.config["DATABASE_URL"])).get_current_head()
    try:
        revision = MigrationContext.configure(current_session().connection()).get_current_revision()
    except SQLAlchemyError:
        return jsonify(status="database unreachable"), 503
    if revision != head:
        return jsonify(status="migration pending", revision=revision, head=head), 503
    return jsonify(status="ok", revision=revision)

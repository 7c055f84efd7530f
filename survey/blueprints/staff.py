"""The first page of the back office: who one is here, and where the work is."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from survey.accounts.guard import account, signed_in, staff_blueprint
from survey.database import current_session
from survey.models import Unit

blueprint = staff_blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    grants = account().grants
    units = current_session().scalars(select(Unit).where(Unit.path.in_({grant.path for grant in grants}))).all()
    by_path = {unit.path: unit for unit in units}
    held = sorted(((by_path[grant.path], grant.role) for grant in grants), key=lambda pair: (pair[0].path, pair[1]))
    return render_template("staff/home.html", held=held)

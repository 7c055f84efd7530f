"""The first page of the back office: the work that waits, who one is here, and the way to everything."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from survey import staff_waiting
from survey.accounts.guard import account, signed_in, staff_blueprint
from survey.accounts.scope import can, scope
from survey.analysis.progress import OpenWave, open_waves
from survey.database import current_session
from survey.models import Unit
from survey.operations.periods import province_today

blueprint = staff_blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("/")
@signed_in()
def home() -> ResponseReturnValue:
    grants = account().grants
    units = current_session().scalars(select(Unit).where(Unit.path.in_({grant.path for grant in grants}))).all()
    by_path = {unit.path: unit for unit in units}
    held = sorted(((by_path[grant.path], grant.role) for grant in grants), key=lambda pair: (pair[0].path, pair[1]))
    waves = waves_in_reach()
    return render_template(
        "staff/home.html",
        held=held,
        open_waves=waves,
        works=staff_waiting.works(),
        waiting=staff_waiting.rows(province_today(), waves),
    )


def waves_in_reach() -> list[OpenWave]:
    """The open waves of one's units with their progress, exact only for whoever may see exact figures everywhere."""
    paths = scope("progress.read").paths
    exact = bool(paths) and all(can("results.exact", path) for path in paths)
    return open_waves(current_session(), paths, source="exact" if exact else "released")

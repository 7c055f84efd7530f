"""What goes with overall satisfaction: importance of the factors against how they score."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from reports.driver_chart import driver_svg
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, wave_path
from survey.analysis.drivers import MINIMUM_PEOPLE, are_asked, read_drivers
from survey.analysis.instrument import read_instrument
from survey.blueprints.compilation import chosen_or_404, room_tools
from survey.database import current_session
from survey.models import CrossRun
from survey.operations.cross_tables import request_cross_tables

blueprint = staff_blueprint("drivers", __name__, url_prefix="/staff/tong-hop")


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {**room_tools(), "driver_svg": driver_svg, "minimum": MINIMUM_PEOPLE}


@blueprint.get("/<wave_code>/di-cung")
@may("compilation.read")
def index(wave_code: str) -> ResponseReturnValue:
    """As the rows were read last: when the wave closed, or on demand."""
    session, chosen = current_session(), chosen_or_404(wave_code)
    run = session.get(CrossRun, chosen.wave.id)
    figures = [weighed.headline for weighed in chosen.compilation.whole.factors]
    return render_template(
        "compilation/drivers.html",
        chosen=chosen,
        compilation=chosen.compilation,
        drivers=read_drivers(session, chosen.wave, chosen.root, figures),
        asked=are_asked(read_instrument(session, chosen.wave.questionnaire)),
        run=run,
        reading=run is not None and run.finished_at is None,
        may_read=can("compilation.edit", wave_path(wave_code)),
    )


@blueprint.post("/<wave_code>/di-cung/doc-lai")
@may("compilation.edit", wave_path)
def scan(wave_code: str) -> ResponseReturnValue:
    """Ask for the rows of the wave to be read; the cross-tables are counted by the same pass."""
    chosen = chosen_or_404(wave_code)
    if request_cross_tables(current_session(), chosen.wave, datetime.now(UTC)):
        flash(gettext("Reading the responses has been asked for. This page shows how far it is."), "success")
    else:
        flash(gettext("The responses are being read already."), "info")
    commit()
    return redirect(url_for(".index", wave_code=wave_code))

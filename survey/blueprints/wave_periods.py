"""The wizard's period: its days, typed or taken from a half-year or quarter, and the code and names that go with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.wave import PeriodForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import wave_path
from survey.blueprints.wave_steps import attempt, editable, onward, show, status_of
from survey.blueprints.waves import words_of_waves
from survey.database import current_session
from survey.models import Wave
from survey.operations import wave_drafts
from survey.operations.errors import OperationError
from survey.operations.periods import half_year, province_today, quarter
from survey.staff_waves import refused

blueprint = staff_blueprint("wave_periods", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)


@blueprint.route("/<wave_code>/ky", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def period(wave_code: str) -> ResponseReturnValue:
    """Period, code and names. The button of a half-year or quarter fills them in; code and names that were proposed for
    the old period are proposed anew for the other."""
    wave, session = editable(wave_code, "period"), current_session()
    form = PeriodForm(obj=wave)
    chosen = period_of(request.form.get("half", ""))
    if chosen is not None:
        wave_drafts.edit_draft(session, wave, **proposal(wave, form, chosen))
        commit()
        return redirect(url_for(".period", wave_code=wave.code), 303)
    if form.validate_on_submit():
        values = {name: form[name].data for name in ("code", "name_vi", "name_en", "period_start", "period_end")}
        fields = {"code_taken": form.code, "code_form": form.code, "period": form.period_end}
        stale = stale_english(wave, form)
        if attempt(lambda: wave_drafts.edit_draft(session, wave, **values), form, fields):
            if stale:
                flash(gettext("The Vietnamese name was changed, the English one was not: “%(name)s”. Check it under "
                              "Period and name.", name=wave.name_en), "warning")  # fmt: skip
            return onward("period", wave)
    return show(
        "period", wave, "waves/step_period.html", status_of(form), form=form,
        halves=around(half_year, province_today()), quarters=around(quarter, province_today()),
    )  # fmt: skip


class Offer(NamedTuple):
    """A period behind a button: the `number`-th half or quarter of its year."""

    code: str
    start: date
    number: int


def around(period_of_day: Callable[[date], tuple[date, date]], today: date) -> list[Offer]:
    """The half-year or quarter before today's, today's own, and the one after."""
    own = period_of_day(today)
    starts = (period_of_day(own[0] - timedelta(days=1))[0], own[0], own[1] + timedelta(days=1))
    letter, months = ("H", 6) if period_of_day is half_year else ("Q", 3)
    numbers = ((start, (start.month - 1) // months + 1) for start in starts)
    return [Offer(f"{start.year}-{letter}{number}", start, number) for start, number in numbers]


def period_of(code: str) -> tuple[date, date] | None:
    """ "2026-H2" or "2026-Q3" as its first and last day."""
    found = re.fullmatch(r"(19|[2-8][0-9])([0-9]{2})-(?:H([12])|Q([1-4]))", code)
    if found is None:
        return None
    year = int(found[1] + found[2])
    if found[3]:
        return half_year(date(year, 6 * int(found[3]), 1))
    return quarter(date(year, 3 * int(found[4]), 1))


def stale_english(wave: Wave, form: PeriodForm) -> bool:
    """Whether the Vietnamese name was changed beside an English one that stays."""
    return bool(wave.name_en) and form.name_en.data == wave.name_en and form.name_vi.data != wave.name_vi


def proposal(wave: Wave, form: PeriodForm, chosen: tuple[date, date]) -> dict[str, Any]:
    """The period with a code and names that fit it, unless others than the proposed ones were typed."""
    session, old = current_session(), wave_drafts.proposed_names(wave.period_start, wave.period_end)
    new = wave_drafts.proposed_names(*chosen)
    changes: dict[str, Any] = {"period_start": chosen[0], "period_end": chosen[1]}
    for name, before, after in zip(("name_vi", "name_en"), old, new, strict=True):
        typed = (form[name].data or "").strip()
        changes[name] = after if typed in ("", before) else typed
    stem = wave.code.partition("-")[0]
    if stem.isdigit() and form.code.data == wave.code and chosen != (wave.period_start, wave.period_end):
        changes["code"] = wave_drafts.proposed_code(session, *chosen)
    return changes

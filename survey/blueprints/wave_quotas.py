"""The wizard's quotas: from numbers of transactions, one for each kind of unit, or typed unit by unit."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select, true
from wtforms.fields.choices import SelectChoice

from forms.wave import KindQuotaForm, TransactionsQuotaForm, read_numbers
from survey import staff_wording
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import wave_path
from survey.analysis import unit_choice
from survey.blueprints.wave_steps import editable, onward, show
from survey.blueprints.waves import words_of_waves
from survey.database import current_session
from survey.models import Unit, Wave, WaveUnit
from survey.operations import field
from survey.operations.errors import OperationError
from survey.operations.quotas import sample_size
from survey.staff_pages import here
from survey.staff_waves import day, refused

blueprint = staff_blueprint("wave_quotas", __name__, url_prefix="/staff/dot")
blueprint.register_error_handler(OperationError, refused)
blueprint.context_processor(words_of_waves)


@blueprint.route("/<wave_code>/so-phieu", methods=["GET", "POST"])
@may("waves.edit", wave_path)
def quotas(wave_code: str) -> ResponseReturnValue:
    """The grid of quotas, a page at a time, and two ways to fill all of it at once."""
    wave, session = editable(wave_code, "quotas"), current_session()
    by_transactions, by_kind = offered_forms(wave)
    wrong: dict[int, str] = {}
    if request.method == "POST":
        numbers, wrong = read_numbers(request.form.items(), "q-")
        if not wrong:
            field.set_quotas(session, wave, numbers)
            answer = filled(wave, by_transactions, by_kind)
            if answer is not None:
                return answer
    period = chosen_period(wave, by_transactions.period.data)
    lines, following = unit_choice.field_numbers(
        session, wave, true(), period, after=request.args.get("sau", ""), words=request.args.get("q", "").strip()
    )
    refused_forms = wrong or by_transactions.errors or by_kind.errors
    return show(
        "quotas", wave, "waves/step_quotas.html", 422 if refused_forms else 200,
        lines=lines, wrong=wrong, by_transactions=by_transactions, by_kind=by_kind,
        sums=unit_choice.quota_sum(session, wave), query=request.args.get("q", "").strip(), typed=request.form,
        next_url=here(sau=following) if following else None,
        first_url=here(sau=None) if "sau" in request.args else None,
    )  # fmt: skip


def filled(wave: Wave, by_transactions: TransactionsQuotaForm, by_kind: KindQuotaForm) -> ResponseReturnValue | None:
    """What the pressed button does beside storing the page; None where its own fields need another look."""
    session, pressed = current_session(), request.form.get("fill", "")
    if not pressed and "stay" not in request.form:
        return onward("quotas", wave)
    changed = 0
    if pressed == "transactions":
        if not by_transactions.validate() or by_transactions.fraction is None:
            return None
        known = unit_choice.populations(session, wave, chosen_period(wave, by_transactions.period.data))
        sizes = {unit_id: sample_size(number, by_transactions.fraction) for unit_id, number in known.items()}
        changed = field.set_quotas(session, wave, sizes)
        if not known:
            flash(
                gettext("No unit has a number of transactions for that period: record them under Transactions."),
                "warning",
            )
    elif pressed == "kind":
        if not by_kind.validate():
            return None
        of_kind = select(WaveUnit.unit_id).join(Unit, Unit.id == WaveUnit.unit_id)
        units = session.scalars(of_kind.where(WaveUnit.wave_id == wave.id, Unit.kind == by_kind.kind.data)).all()
        changed = field.set_quotas(session, wave, dict.fromkeys(units, by_kind.quota.data))
    elif pressed == "none":
        units = session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)).all()
        changed = field.set_quotas(session, wave, dict.fromkeys(units))
    commit()
    flash(ngettext("%(num)d quota was set.", "%(num)d quotas were set.", changed), "success" if changed else "info")
    return redirect(here(), 303)


def offered_forms(wave: Wave) -> tuple[TransactionsQuotaForm, KindQuotaForm]:
    by_transactions, by_kind = TransactionsQuotaForm(prefix="n"), KindQuotaForm(prefix="k")
    by_transactions.period.choices = [
        SelectChoice(code, f"{day(start)} – {day(end)}") for code, (start, end) in periods(wave).items()
    ]
    by_kind.kind.choices = [SelectChoice(code, label) for code, label in staff_wording.UNIT_KINDS.items()]
    if not by_kind.is_submitted():
        by_kind.kind.data = "commune"
    return by_transactions, by_kind


def periods(wave: Wave) -> dict[str, tuple[date, date]]:
    """The wave's own period, the one as long as it just before, and the same a year ago: where N may be taken from."""
    start, end = wave.period_start, wave.period_end
    before = months_before(start, months(start, end)), months_before(date(end.year, end.month, 1), months(start, end))
    return {
        "own": (start, end),
        "before": (before[0], last_of_month(before[1])),
        "year": (months_before(start, 12), last_of_month(months_before(date(end.year, end.month, 1), 12))),
    }


def months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def months_before(day_: date, number: int) -> date:
    """The first of the month so many months before."""
    at = day_.year * 12 + day_.month - 1 - number
    return date(at // 12, at % 12 + 1, 1)


def last_of_month(first: date) -> date:
    following = months_before(first, -1)
    return date.fromordinal(following.toordinal() - 1)


def chosen_period(wave: Wave, code: str | None) -> tuple[date, date]:
    return periods(wave).get(code or "own", (wave.period_start, wave.period_end))

"""Quarters of a one-stop counter for tests: what was recorded, what was fixed, what waits for a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from survey.analysis.counter_fixings import read_scores_now
from survey.models import CounterFixing, Unit
from survey.operations import counter_fixings
from survey.operations.counter_records import DossierRow, record_dossiers
from survey.operations.periods import province_today, quarter
from tests.staff import make_account


def last_quarter(today: date) -> date:
    """The first day of the quarter that ended last."""
    return quarter(quarter(today)[0] - timedelta(days=1))[0]


def periods_to_fix(today: date) -> tuple[CounterPeriod, CounterPeriod]:
    """The quarter that ended last, and the one two before it, of which fewer tests record anything."""
    start = last_quarter(today)
    last = CounterPeriod(start.year, (start.month + 2) // 3)
    return last, last.before.before


def fixed_quarter(session: Session, unit: Unit) -> CounterFixing:
    """The quarter that ended last, fixed before another dossier was recorded."""
    period, today = periods_to_fix(province_today())[0], province_today()
    asked = _asked(session, unit, period)
    who, read = make_account(session, "compiler", unit).id, read_scores_now(session, period, today)
    counter_fixings.confirm(session, read, seen=asked.digest, account_id=who, now=datetime.now(UTC))
    record_dossiers(session, [(unit, replace(_row(period), code="HS-2"))])
    return asked


def waiting_quarter(session: Session, unit: Unit) -> CounterFixing:
    """An earlier quarter, frozen and undecided."""
    return _asked(session, unit, periods_to_fix(province_today())[1])


def _asked(session: Session, unit: Unit, period: CounterPeriod) -> CounterFixing:
    record_dossiers(session, [(unit, _row(period))])
    who, read = make_account(session, "compiler", unit).id, read_scores_now(session, period, province_today())
    return counter_fixings.ask(session, read, account_id=who, now=datetime.now(UTC))


def _row(period: CounterPeriod) -> DossierRow:
    return DossierRow(f"HS-{period.code}", period.start, period.start, period.start)

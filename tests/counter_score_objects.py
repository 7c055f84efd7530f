"""A quarter of a one-stop counter for tests."""

from __future__ import annotations

from datetime import date, timedelta

from survey.operations.periods import quarter


def last_quarter(today: date) -> date:
    """The first day of the quarter that ended last."""
    return quarter(quarter(today)[0] - timedelta(days=1))[0]

"""Freezing at closing: every unit's figures of a wave from one reading of the tallies, as the versions hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy.orm import Session

from bench.figures import build
from bench.harness import DATABASES, Result
from survey import database
from survey.operations import filing_figures, waves
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_all

UNITS = 1_000
GOAL_S = 10  # so that 4,000 units take well under a minute, with nothing locked


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url:
            engine = database.make_engine(url)
            with Session(engine, expire_on_commit=False) as session:
                wave = build(session, 100 * UNITS, UNITS)
                session.commit()
                seal_all(engine)
                waves.close_wave(session, wave, datetime.now(UTC))
                keep_disclosure(session, wave)
                filing_figures.freeze_transactions(session, wave)
                session.commit()
                start = perf_counter()
                figures = filing_figures.compute(session, wave)
                taken = perf_counter() - start
                yield Result(f"figures of {len(figures)} filings, {kind}", taken, "s", GOAL_S, at_most=True)
                start = perf_counter()
                filing_figures.add_filings(session, wave, figures, at=datetime.now(UTC))
                session.commit()
                yield Result(f"  stored in one transaction, {kind}", perf_counter() - start, "s", 1, at_most=True)
            engine.dispose()

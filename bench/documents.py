"""A unit's report as PDF and XLSX: figures already read, in a process that has drawn one before."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.harness import Result, sqlite_url
from reports.unit_report import unit_report_pdf
from reports.workbook import unit_report_xlsx
from survey.analysis.summary import unit_report
from survey.database import make_engine
from survey.models import Unit, Wave
from survey.operations.demo.loading import load_demo
from survey.operations.ledger import seal_all
from survey.operations.writing import begin_write

RESPONSES, ROUNDS = 6000, 15
TODAY = date(2026, 11, 2)
UNITS = {"a commune": "BENTRA", "the province": "ST"}
GOAL = 300


def run() -> Iterator[Result]:
    with sqlite_url() as url:
        engine = make_engine(url)
        with Session(engine) as session:
            begin_write(session)
            load_demo(session, TODAY, responses=RESPONSES)
            session.commit()
        seal_all(engine)
        with Session(engine) as session:
            wave = session.scalars(select(Wave).where(Wave.code == "2026-Q2")).one()
            for name, code in UNITS.items():
                report = unit_report(session, wave, session.scalars(select(Unit).where(Unit.code == code)).one())
                pdf = milliseconds(lambda report=report: unit_report_pdf(report))
                yield Result(f"PDF of {name}", pdf, "ms", GOAL, at_most=True)
                yield Result(f"XLSX of {name}", milliseconds(lambda report=report: unit_report_xlsx(report)), "ms")
        engine.dispose()


def milliseconds(draw: Callable[[], bytes]) -> float:
    """The median of some rounds after a first one, which loads fonts."""
    draw()
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        draw()
        rounds.append(time.perf_counter() - start)
    return 1000 * statistics.median(rounds)

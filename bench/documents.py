"""200 units' reports made as one set by two processes, beside the floor: as many bare pages drawn by ReportLab."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from time import perf_counter

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import harness
from bench.harness import Result
from forms.library import standard
from survey import database
from survey.cli.document_workers import PROCESSES, makers
from survey.models import DocumentRun, Unit, Wave
from survey.operations import document_runs
from survey.operations.writing import begin_write
from tests.factories import NOW, make_collector, make_questionnaire, make_unit, make_wave
from tests.published_waves import finish
from tests.sample_waves import store

UNITS, PEOPLE, GOAL_SECONDS = 200, 60, 60
PAGES_A_REPORT = 6


def run() -> Iterator[Result]:
    """Seconds for the whole set on each database, processes started and documents stored; with the floor."""
    floor = bare_pages()
    yield Result(f"{UNITS} × {PAGES_A_REPORT} bare pages in {PROCESSES} processes", floor, "s")
    for kind, opened in harness.DATABASES.items():
        with opened() as url:
            engine = database.make_engine(url)
            build(engine)
            start = perf_counter()
            assert document_runs.run_next(engine, "https://sipas.example.vn", makers(url))
            seconds = perf_counter() - start
            with Session(engine) as session:
                made = session.get_one(DocumentRun, 1)
                assert (made.state, made.done) == ("made", UNITS + 1)
            yield Result(f"{UNITS + 1} reports, {kind}", seconds, "s", GOAL_SECONDS, at_most=True)
            yield Result(f"{UNITS + 1} reports, {kind}, to bare pages", seconds / floor, "×")
            engine.dispose()


def bare_pages() -> float:
    """Seconds for drawing as many pages with three lines each in as many processes, started too."""
    start = perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        assert sum(pool.map(bare_document, range(UNITS))) > 0
    return perf_counter() - start


def bare_document(number: int) -> int:
    target = BytesIO()
    canvas = Canvas(target)
    for page in range(PAGES_A_REPORT):
        for line in range(3):
            canvas.drawString(72, 700 - 20 * line, f"Report {number}, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return len(target.getvalue())


def build(engine: Engine) -> None:
    """A published wave of 200 communes with 60 people each, the standard counter questionnaire, and a set to make."""
    chance = random.Random(1)
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        top = make_unit(session, code="T", kind="province")
        units: list[Unit] = [make_unit(session, code=f"X{k:03}", parent=top) for k in range(UNITS)]
        questionnaire = make_questionnaire(session, standard("counter"))
        wave: Wave = make_wave(session, code="W", units=units, questionnaire=questionnaire, state="open")
        items = [question.code for question in questionnaire.questions if question.in_index]
        for unit in units:
            collector = make_collector(session, wave, unit)
            rows = [{item: min(5, max(1, round(chance.gauss(4.2, 0.8)))) for item in items} for _ in range(PEOPLE)]
            store(session, collector, rows)
        session.commit()
        finish(session, engine, wave)
        begin_write(session)
        document_runs.request_run(session, wave, ["unit_report"], "vi", account_id=None, at=NOW)
        session.commit()

"""Exports of single responses with twenty answers each: rows a second beside a bare SELECT of them, and peak memory.

Each is read and written in a process of its own, the file counted and thrown away. Memory must not grow with the rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from forms.library import standard
from reports.row_files import ROW_FORMATS, RowFormat, Style, row_chunks
from survey.analysis.row_layout import Extract
from survey.analysis.rows import read_rows
from survey.database import make_engine, snapshot
from survey.models import Collector, Wave
from survey.operations.collectors import make_collector
from survey.operations.questionnaires import publish_questionnaire
from survey.operations.targets import target_or_default
from survey.operations.units import create_unit
from survey.operations.waves import add_units, create_wave, open_wave
from survey.operations.writing import begin_write

AMOUNTS = (100_000, 1_000_000)
GOAL = 0.15  # of the rows a bare SELECT of the same answers gives
GROWTH_MB = 16
UNITS = 20
NOW = datetime(2026, 3, 16, 2, tzinfo=UTC)
BARE = (
    "SELECT response.id, collector_id, received_at, question_id, choice"
    " FROM response JOIN answer ON answer.response_id = response.id ORDER BY response.id"
)


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        peaks: dict[str, float] = {}
        for amount in AMOUNTS:
            with make_url() as url:
                build(url, amount)
                where = f"{kind}, {amount // 1000} thousand"
                seconds, _ = alone(iterate, url)
                yield Result(f"bare SELECT of all answers, {where}", amount / seconds, "rows/s")
                for form in ROW_FORMATS:
                    took, peak = alone(export, url, form)
                    yield Result(f"export as {form}, {where}", amount / took, "rows/s", GOAL, seconds / took)
                    if form in peaks:
                        growth = peak - peaks[form]
                        yield Result(
                            f"  more memory for ten times the rows, {form}", growth, "MB", GROWTH_MB, at_most=True
                        )
                    peaks[form] = peak


def alone(work: object, *arguments: object) -> tuple[float, float]:
    """Seconds and peak memory (MB) of `work` in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(timed, work, *arguments).result()


def timed(work: object, *arguments: object) -> tuple[float, float]:
    begin = time.perf_counter()
    assert callable(work)
    work(*arguments)
    took = time.perf_counter() - begin
    (peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return took, int(peak.split()[1]) / 1024


def iterate(url: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor("bare") as cursor:
                cursor.itersize = 20_000
                for _ in cursor.execute(BARE):
                    pass
        else:
            for _ in connection.exec_driver_sql(BARE).cursor:
                pass
    engine.dispose()


def export(url: str, form: RowFormat) -> None:
    engine = make_engine(url)
    with snapshot(engine) as session:
        wave = session.scalars(select(Wave)).one()
        dataset = read_rows(session, Extract(wave=wave), NOW, with_widths=form == "sav")
        for _ in row_chunks(dataset, form, Style()):
            pass
    engine.dispose()


def build(url: str, amount: int) -> None:
    """An open wave of twenty units whose `amount` responses the database itself makes up."""
    engine = make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        asked = replace(standard("counter"), valid_until=None)
        wave = create_wave(
            session,
            code="B",
            name_vi="Đo",
            questionnaire=publish_questionnaire(session, asked, NOW),
            target=target_or_default(session, date(2026, 3, 16)),
            period_start=date(2026, 1, 1),
            period_end=date(2026, 6, 30),
            design="self_selected",
            headline_weighting="unweighted",
            trust_levels=("open",),
        )
        units = [
            create_unit(session, code=f"U{number:02}", kind="commune", name_vi=f"Xã {number}", valid_from=NOW.date())
            for number in range(UNITS)
        ]
        add_units(session, wave, units)
        open_wave(session, wave, NOW)
        for unit in units:
            make_collector(session, wave, unit, counter=None, channel="qr", trust="open", at=NOW)
        session.commit()
        first = session.scalars(select(Collector.id).order_by(Collector.id)).first()
        assert first is not None
    fill(engine, amount, first)
    engine.dispose()


# Made up by the database; {…} is what the two kinds say differently.
_RESPONSES = """
WITH {numbers}
INSERT INTO response
    (id, submission_id, collector_id, received_at, half_month, seconds, language, digest, salt, is_test)
SELECT i, {salt}, :first + i % :units, 1767600000 + 86400 * (i * 7 % 150), 48624 + i % 12, 60 + i % 90, 'vi', {digest},
       {salt}, {no}
FROM n
"""
_ANSWERS = """
INSERT INTO answer (response_id, question_id, choice)
SELECT response.id, question.id, 1 + (response.id * 31 + question.id * 17) % (CASE kind WHEN 'rating' THEN 5 ELSE 2 END)
FROM response CROSS JOIN question WHERE kind IN ('rating', 'single') ORDER BY 1, 2
"""
_TEXTS = """
INSERT INTO text_answer (response_id, question_id, text)
SELECT response.id, question.id, 'Cán bộ hướng dẫn tận tình, xin cảm ơn.'
FROM response CROSS JOIN question WHERE kind = 'long_text' AND response.id % 10 = 0
"""
_KINDS = {
    "sqlite": {
        "numbers": "RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :amount)",
        "salt": "randomblob(16)",
        "digest": "randomblob(32)",
        "no": "0",
    },
    "postgresql": {
        "numbers": "n AS (SELECT generate_series(1, :amount) AS i)",
        "salt": "uuid_send(gen_random_uuid())",
        "digest": "sha256(uuid_send(gen_random_uuid()))",
        "no": "false",
    },
}
# A foreign key checked for each of twenty million rows takes minutes.
_WITHOUT_KEYS = {"sqlite": "PRAGMA foreign_keys=OFF", "postgresql": "SET session_replication_role = replica"}


def fill(engine: Engine, amount: int, first: int) -> None:
    kind = engine.dialect.name
    with engine.connect() as connection:
        connection.exec_driver_sql(_WITHOUT_KEYS[kind])
        connection.commit()
        responses = text(_RESPONSES.format(**_KINDS[kind]))
        connection.execution_options(write=True)
        connection.execute(responses, {"amount": amount, "first": first, "units": UNITS})
        connection.execute(text(_ANSWERS))
        connection.execute(text(_TEXTS))
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()

"""Import of a CSV of 16-item responses, read, checked and committed; the sealing that follows; the wizard's reading."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from forms.answer_columns import Column, guess_columns
from forms.answer_files import Plan
from forms.library import standard
from survey.database import make_engine
from survey.operations import imports, ledger
from survey.operations.bounded import run_bounded
from survey.operations.questionnaires import publish_questionnaire
from survey.operations.response_files import Layout, read_responses
from survey.operations.targets import target_or_default
from survey.operations.waves import create_wave
from survey.operations.writing import begin_write

RESPONSES = 40_000
UNITS = 40
GOALS = {"sqlite": 8_000, "postgresql": 5_000}
DAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 2, tzinfo=UTC)


def sample() -> bytes:
    """The file: every unit with its transactions, answers spread over the scale, some skipped or "no opinion"."""
    rng = Random(16)
    cells, weights = ("1", "2", "3", "4", "5", "x", ""), (2, 4, 12, 40, 34, 5, 3)
    lines = ["unit,transactions," + ",".join(f"q{number:02}" for number in range(1, 17))]
    for number in range(RESPONSES):
        answers = rng.choices(cells, weights, k=16)
        lines.append(f"U{number % UNITS:03},9000," + ",".join(answers))
    return "\n".join(lines).encode()


def run() -> Iterator[Result]:
    content = sample()
    yield from read_by_the_wizard(content)
    for name, database in DATABASES.items():
        with database() as url:
            engine = make_engine(url)
            with Session(engine, expire_on_commit=False) as session:
                begin_write(session)
                asked = standard("counter")
                wave = create_wave(
                    session,
                    code="B",
                    name_vi="Đo",
                    questionnaire=publish_questionnaire(session, asked, NOW),
                    target=target_or_default(session, DAY),
                    period_start=date(2026, 1, 1),
                    period_end=date(2026, 6, 30),
                    design="probability",
                    headline_weighting="weighted",
                    trust_levels=("paper",),
                )
                ids = imports.question_ids(session, wave)
                session.commit()
                for label, goal in (("import", GOALS[name]), ("import of the same file again", None)):
                    begin = time.perf_counter()
                    rows = read_responses(content, asked, ids, Layout())
                    imports.import_responses(
                        session,
                        wave,
                        rows,
                        at=NOW,
                        received_at=NOW,
                        file_name=Path(__file__).name,
                        file_digest="0" * 64,
                        create=True,
                    )
                    session.commit()
                    rate = len(rows) / (time.perf_counter() - begin)
                    yield Result(f"{label}, {name}", rate, "responses/s", goal)
            begin = time.perf_counter()
            sealed = ledger.seal_all(engine)
            yield Result(f"sealing after the import, {name}", sealed / (time.perf_counter() - begin), "responses/s")
            engine.dispose()


def read_by_the_wizard(content: bytes) -> Iterator[Result]:
    """Columns and words looked at, then every row typed, each in a bounded child process of its own."""
    asked = standard("counter")
    begin = time.perf_counter()
    found = run_bounded("forms.answer_files:describe", content)
    columns = [
        Column(each["name"], tuple(word for word, _ in each["words"]), each["filled"]) for each in found["columns"]
    ]
    plan = Plan(columns=tuple(guess_columns(columns, asked, {"u000"}, ())))
    yield Result("wizard: columns guessed", 1000 * (time.perf_counter() - begin), "ms")
    begin = time.perf_counter()
    read = run_bounded(
        "forms.answer_files:read_answers", content, {"definition": asked.to_yaml(), "plan": plan.to_json()}
    )
    yield Result("wizard: rows read", len(read["rows"]) / (time.perf_counter() - begin), "rows/s")

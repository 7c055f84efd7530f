"""Rows read on both databases: whole, once, in an order that tells nothing, from one moment, in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from reports.dataset import Dataset, Row
from reports.row_files import ROW_FORMATS, Style, row_chunks
from survey.analysis.codebook import read_codebook
from survey.analysis.row_layout import Extract
from survey.analysis.rows import count_rows, read_rows, tally_rows
from survey.database import make_engine, snapshot
from survey.models import Collector, Wave
from tests.ballots import CHANNELS, make_collectors, some_ballots, store
from tests.factories import make_collector, make_definition, make_questionnaire, make_unit, make_wave

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def rows_of(dataset: Dataset) -> list[dict[str, object]]:
    names = [variable.name for variable in dataset.variables]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows]


def spelled(row: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(row.items()))


@pytest.fixture
def collectors(session: Session) -> list[Collector]:
    return make_collectors(session)


def test_every_response_is_a_row_and_every_answer_a_cell(session: Session, collectors: list[Collector]) -> None:
    wave, ballots = collectors[0].wave, some_ballots(collectors, 300)
    store(session, ballots)
    codes = {question.id: question.code for question in wave.questionnaire.questions}
    expected = []
    for ballot in ballots:
        if not ballot.is_test:
            answers: dict[str, object] = {codes[key]: value for key, value in ballot.choices.items()}
            ticked = next(iter(ballot.several.values()), ())
            if ticked:
                answers |= {f"channels_{value}": int(value in ticked) for value in (1, 2, 3)}
            answers["flags"] = " ".join(ballot.flags) or None
            expected.append(answers)
    dataset = read_rows(session, Extract(wave=wave, flagged=True), NOW)
    found = rows_of(dataset)
    asked = {"flags", *(f"channels_{value}" for value in (1, 2, 3)), *codes.values()} - {"channels"}
    answered = [{name: row[name] for name in asked if row[name] is not None} for row in found]

    def spelled(rows: Sequence[dict[str, object]]) -> list[str]:
        return sorted(
            str(sorted((name, str(value)) for name, value in row.items() if value is not None)) for row in rows
        )

    assert spelled(answered) == spelled(expected)
    assert dataset.count == len(expected)
    assert [row["row"] for row in found] == list(range(1, len(expected) + 1))
    for flagged in (True, False):
        extract = Extract(wave=wave, flagged=flagged, trust=("open",), half_months=(48624, 48625))
        assert tally_rows(session, extract) == count_rows(session, extract) > 20


def test_days_ascend_and_within_a_day_chance_orders(session: Session, collectors: list[Collector]) -> None:
    store(session, some_ballots(collectors, 200))
    wave = collectors[0].wave
    found = rows_of(read_rows(session, Extract(wave=wave, flagged=True), NOW))
    days = [row["day"] for row in found]
    assert days == sorted(cast("list[date]", days))
    in_order = session.execute(
        text(
            "SELECT received_at FROM response WHERE NOT is_test"
            " ORDER BY (received_at + 25200) / 86400, salt"
        )
    ).scalars()  # fmt: skip
    expected = [datetime.fromtimestamp(at + 25200, UTC).date() for at in in_order]
    assert days == expected
    first = rows_of(read_rows(session, Extract(wave=wave, identifying=False), NOW))
    again = rows_of(read_rows(session, Extract(wave=wave, identifying=False), NOW))
    assert first == again


def test_a_snapshot_does_not_see_what_comes_later_and_cannot_write(
    engine: Engine, session: Session, collectors: list[Collector]
) -> None:
    store(session, some_ballots(collectors, 50))
    with snapshot(engine) as reading:
        wave = reading.scalars(select(Wave)).one()
        dataset = read_rows(reading, Extract(wave=wave, flagged=True), NOW)
        store(session, some_ballots(collectors, 50, first=1000))
        assert len(list(dataset.rows)) == dataset.count
        if engine.dialect.name == "postgresql":
            with pytest.raises(DBAPIError, match="read-only"):
                reading.execute(text("UPDATE unit SET name_en = 'x'"))
    with snapshot(engine) as reading:
        assert count_rows(reading, Extract(wave=wave, flagged=True)) > dataset.count


def test_a_question_named_like_a_column_or_a_word_of_spss_gives_way(session: Session) -> None:
    words = Wording("Câu", "Question")
    choices = (Choice(1, Wording("Một", "One")), Choice(2, Wording("Hai", "Two")))
    asked = [
        Question(code=code, kind="single", label=words, wording=words, choices=choices)
        for code in ("day", "by", "q_day", "channels_1")
    ]
    unit = make_unit(session, code="x1")
    questionnaire = make_questionnaire(session, make_definition(questions=[*asked, CHANNELS]))
    wave = make_wave(session, code="w", units=[unit], questionnaire=questionnaire, state="open")
    make_collector(session, wave, unit)
    session.commit()
    names = [variable.name for variable in read_rows(session, Extract(wave=wave), NOW).variables]
    assert len(names) == len(set(names))
    assert {"day", "q_day", "q_q_day", "q_by", "channels_1", "q_channels_1", "channels_2"} <= set(names)
    book = read_codebook(session, Extract(wave=wave), with_counts=True)
    assert {entry.variable.name: entry.question for entry in book.entries if entry.question}["q_day"] == "day"


def peak_memory() -> int:
    """Of this process in kB (Linux); what getrusage says includes the process it was forked from."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


def export_and_measure(url: str, trusts: Sequence[str]) -> list[int]:
    """In a process of its own: its peak memory (kB) after the rows of each trust level."""
    engine, peaks = make_engine(url), []
    for trust in trusts:
        with snapshot(engine) as reading:
            extract = Extract(wave=reading.scalars(select(Wave)).one(), trust=(trust,))
            dataset = read_rows(reading, extract, NOW, with_widths=True)
            assert sum(len(chunk) for chunk in row_chunks(dataset, "sav", Style())) > 10 * dataset.count
        peaks.append(peak_memory())
    engine.dispose()
    return peaks


def test_memory_does_not_grow_with_the_rows(
    engine: Engine, database_url: str, session: Session, collectors: list[Collector]
) -> None:
    """Forty thousand rows take no more than two thousand."""
    some, most = (collector.id for collector in collectors)
    fill(session, some, 1, 2_000)
    fill(session, most, 2_001, 42_000)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        few, many = pool.submit(export_and_measure, database_url, ("open", "present")).result()
    assert many - few < 5_000  # SQLite's own cache of pages fills with 2 MB; as a list the rows take 9 MB


def fill(session: Session, collector: int, first: int, last: int) -> None:
    """Responses made up by the database, with an answer to every rating."""
    session.rollback()
    connection = session.connection(execution_options={"write": True})
    numbers = f"WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    chance = (
        "randomblob({0})"
        if connection.dialect.name == "sqlite"
        else "decode(repeat(md5(random()::text), {0} / 16), 'hex')"
    )
    connection.exec_driver_sql(
        f"{numbers} INSERT INTO response (id, submission_id, collector_id, received_at, half_month, seconds, language,"
        f" digest, salt, is_test) SELECT i, {chance.format(16)}, {collector}, 1767600000 + i * 100, 48624, 60, 'vi',"
        f" {chance.format(32)}, {chance.format(16)}, i < 0 FROM n"
    )
    connection.exec_driver_sql(
        "INSERT INTO answer (response_id, question_id, choice) SELECT response.id, question.id, 4"
        f" FROM response CROSS JOIN question WHERE kind = 'rating' AND response.id BETWEEN {first} AND {last}"
    )
    session.commit()


def test_nothing_is_held_back_until_the_end(session: Session, collectors: list[Collector]) -> None:
    """The first chunk is there when the first rows are: a browser sees that something comes."""
    fill(session, collectors[0].id, 1, 5_000)
    for form in ROW_FORMATS:
        dataset = read_rows(session, Extract(wave=collectors[0].wave), NOW, with_widths=form == "sav")
        read: list[Row] = []
        counting = Dataset(
            dataset.title, NOW, dataset.variables, dataset.count, (read.append(row) or row for row in dataset.rows)
        )
        chunks = row_chunks(counting, form, Style())
        next(chunks)
        assert len(read) <= 2_000, form
        assert len(b"".join(chunks)) > 1000

"""`sipas responses import`: two commands from a file to figures, and errors a clerk can act upon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Collector, ImportRun, Response, Seal, TransactionCount, Unit, Wave
from survey.operations.waves import find_wave
from tests.factories import make_collector, make_counter

SAMPLE = Path(__file__).parent.parent / "data" / "stratified_wave.csv"
CREATE = ["--wave", "W", "--create", "--questionnaire", "counter"]


@pytest.fixture
def load(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Import a text or a file; the exit code must be as said."""

    def run(content: str | Path, *options: str, exit_code: int = 0) -> Result:
        path = content
        if isinstance(content, str):
            path = tmp_path / "responses.csv"
            path.write_text(content, encoding="utf-8")
        result = app.test_cli_runner().invoke(args=["responses", "import", str(path), *options])
        assert result.exit_code == exit_code, result.output
        return result

    return run


def test_the_sample_is_imported_by_one_command_and_again_adds_nothing(
    load: Callable[..., Result], session: Session
) -> None:
    output = load(SAMPLE, *CREATE, "--design", "probability").output
    assert "2003 rows read, added 2003 responses (0 were there already)" in output
    assert "made 12 units" in output
    wave = find_wave(session, "W")
    assert (wave.state, wave.design, wave.headline_weighting) == ("open", "probability", "weighted")
    assert [level.trust for level in wave.trust_levels] == ["paper"]
    assert session.scalar(select(func.count()).select_from(TransactionCount)) == 12
    assert session.scalar(select(func.sum(Seal.leaves))) == 2003
    session.rollback()
    assert "added 0 responses (2003 were there already)" in load(SAMPLE, "--wave", "W").output
    assert session.scalar(select(func.count()).select_from(Response)) == 2003
    assert session.scalars(select(ImportRun.rows_added).order_by(ImportRun.id)).all() == [2003, 0]


def test_a_dry_run_says_what_would_happen_and_stores_nothing(load: Callable[..., Result], session: Session) -> None:
    output = load("unit,q01\nU1,5\nU1,4\n", *CREATE, "--dry-run").output
    assert "would add 2 responses" in output
    assert "would make 1 units" in output
    for table in (Response, Unit, Wave, ImportRun):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_options_of_a_new_wave_are_taken(load: Callable[..., Result], session: Session) -> None:
    period = ["--from", "2026-01-01", "--until", "2026-03-31"]
    load("unit,q01\nU1,5\n", *CREATE, *period, "--design", "census", "--trust", "assisted", "--close")
    wave = find_wave(session, "W")
    assert (wave.period_start, wave.period_end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (wave.design, wave.headline_weighting, wave.state) == ("census", "unweighted", "closed")
    response = session.scalars(select(Response)).one()
    assert response.half_month == 2026 * 24 + 2 * 2 + 1  # the period is over: its last day


def test_a_file_of_unknown_origin_is_no_probability_sample(load: Callable[..., Result], session: Session) -> None:
    load("unit,q01\nU1,5\n", *CREATE)
    assert find_wave(session, "W").design == "self_selected"


def test_paper_forms_come_in_as_paper_and_at_no_counter(load: Callable[..., Result], session: Session) -> None:
    load("unit,q01\nU1,5\n", *CREATE)
    wave = find_wave(session, "W")
    unit = session.scalars(select(Unit)).one()
    desk = make_counter(session, unit, code="Q1")
    make_collector(session, wave, unit, counter=desk, channel="paper", trust="paper")
    session.commit()
    for _ in range(2):
        load("unit,q01\nU1,4\nU1,5\n", "--wave", "W", "--channel", "paper")
    query = (
        select(Collector.channel, Collector.counter_id, func.count())
        .join(Response, Response.collector_id == Collector.id)
        .group_by(Collector.channel, Collector.counter_id)
        .order_by(Collector.channel)
    )
    assert [tuple(row) for row in session.execute(query)] == [("import", None, 1), ("paper", None, 2)]
    session.rollback()
    assert (
        "Invalid value for '--channel'"
        in load("unit,q01\nU1,5\n", "--wave", "W", "--channel", "qr", exit_code=2).output
    )


def test_the_day_of_the_responses_may_be_given(load: Callable[..., Result], session: Session) -> None:
    load("unit,q01\nU1,5\n", *CREATE, "--from", "2026-01-01", "--received", "2026-02-14")
    assert session.scalars(select(Response)).one().half_month == 2026 * 24 + 1 * 2


def test_errors_are_said_in_vietnamese_or_english(load: Callable[..., Result], session: Session) -> None:
    text = "unit,q01,q02\nU1,5,5\nU1,7,5\n"
    output = load(text, *CREATE, exit_code=1).output
    assert "dòng 3, cột q01: giá trị “7” không hợp lệ; chấp nhận: 1, 2, 3, 4, 5, x" in output
    assert "Tệp có 1 lỗi; chưa nhập phiếu nào." in output
    assert "line 3, column q01: “7” is not among the answers" in load(text, *CREATE, "--lang", "en", exit_code=1).output
    assert session.scalar(select(func.count()).select_from(Wave)) == 0


def test_columns_are_mapped_on_the_command_line(load: Callable[..., Result], session: Session) -> None:
    text = "Đơn vị;Câu 1;Ghi chú\nU1;5;bỏ qua\n"
    load(text, *CREATE, "--unit-column", "Đơn vị", "--map", "Câu 1=access_signs", "--map", "Ghi chú=")
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    session.rollback()
    assert "COLUMN=QUESTION" in load(text, *CREATE, "--map", "Câu 1", exit_code=2).output


def test_unknown_names_are_refused_in_a_sentence(load: Callable[..., Result]) -> None:
    assert "There is no wave with the code W." in load("unit,q01\nU1,5\n", "--wave", "W", exit_code=1).output
    refused = load("unit,q01\nU1,5\n", "--wave", "W", "--create", "--questionnaire", "nothing", exit_code=1)
    assert "no published questionnaire with the code nothing" in refused.output


def test_a_file_for_an_existing_wave_needs_its_units(load: Callable[..., Result]) -> None:
    load("unit,q01\nU1,5\n", *CREATE)
    output = load("unit,q01\nU1,5\nU2,5\n", "--wave", "W", exit_code=1).output
    assert "dòng 3: không có đơn vị mã U2; thêm --create để tạo mới" in output

"""Importing files: every fault is named by line and column, nothing is half imported, nothing is imported twice."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from forms.definition import Choice, Condition, Question, Wording
from survey.cli.import_errors import describe, describe_all
from survey.models import (
    Answer,
    Collector,
    ImportRun,
    Response,
    SeveralAnswer,
    TextAnswer,
    TransactionCount,
    Unit,
    Wave,
)
from survey.operations import imports, waves
from survey.operations.imports import ImportResult
from survey.operations.response_files import ERRORS_KEPT, Layout, ResponseFileError, read_responses
from survey.operations.submission import digest
from survey.operations.waves import WaveError
from survey.operations.writing import begin_write
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_rating, make_unit, make_wave

SAMPLE = Path(__file__).parent.parent / "data" / "stratified_wave.csv"
WORDS = Wording("Lời", "Words")
ASKED = make_definition(
    factors={"access": 2, "results": 1},
    questions=[
        make_rating("overall", in_index=False),
        Question(
            code="reasons",
            kind="several",
            label=WORDS,
            wording=WORDS,
            choices=tuple(Choice(value, Wording(f"Lý do {value}", f"Reason {value}")) for value in (1, 2, 3)),
            condition=Condition("overall", (1, 2, 3)),
        ),
        Question(
            code="who",
            kind="single",
            label=WORDS,
            wording=WORDS,
            choices=(Choice(1, Wording("Người dân", "Citizen")), Choice(2, Wording("Tổ chức", "Organisation"))),
        ),
        Question(code="comment", kind="long_text", label=WORDS, wording=WORDS, max_length=20),
    ],
)
HEADER = "unit,transactions,q01,q02,q03,overall,reasons,who,comment"


@pytest.fixture
def wave(session: Session) -> Wave:
    """An open wave of two units, U1 and U2."""
    units = [make_unit(session, code=code) for code in ("U1", "U2")]
    wave = make_wave(session, code="W", units=units, questionnaire=make_questionnaire(session, ASKED), state="open")
    session.commit()
    return wave


@pytest.fixture
def load(session: Session, wave: Wave) -> Callable[..., ImportResult]:
    """Import a text into the wave and commit."""

    def load(text: str | bytes, *, create: bool = False, layout: Layout | None = None, unit: str = "") -> ImportResult:
        content = text if isinstance(text, bytes) else text.encode()
        rows = read_responses(content, ASKED, imports.question_ids(session, wave), layout or Layout(), unit=unit)
        session.commit()  # what was read began a reading transaction
        result = imports.import_responses(
            session, wave, rows, at=NOW, received_at=NOW, file_name="f.csv", file_digest="0" * 64, create=create
        )
        session.commit()
        return result

    return load


def stored(session: Session) -> list[tuple[dict[str, int], str]]:
    """Answers by question code, and the text, of every response in order."""
    codes = {question.id: question.code for question in make_questionnaire(session, ASKED).questions}
    found = []
    for response in session.scalars(select(Response).order_by(Response.id)):
        answers = session.scalars(select(Answer).where(Answer.response_id == response.id))
        text = session.scalar(select(TextAnswer.text).where(TextAnswer.response_id == response.id))
        found.append(({codes[answer.question_id]: answer.choice for answer in answers}, text or ""))
    return found


def faults(refused: pytest.ExceptionInfo[ResponseFileError]) -> list[tuple[int, str, str]]:
    return [(error.line, error.column, error.code) for error in refused.value.errors]


def test_a_file_becomes_responses(session: Session, load: Callable[..., ImportResult]) -> None:
    result = load(f"{HEADER}\nU1,40,5,x,,2,1 3,1,Tốt\nU2,,4,4,4,5,2,,\n")
    assert result == ImportResult(rows_read=2, rows_added=2, units_created=0)
    assert stored(session) == [
        ({"access_1": 5, "access_2": 0, "overall": 2, "who": 1}, "Tốt"),
        ({"access_1": 4, "access_2": 4, "results_1": 4, "overall": 5}, ""),
    ]
    assert session.scalars(select(SeveralAnswer.choice).order_by(SeveralAnswer.choice)).all() == [1, 3]
    assert [(row.unit.code, row.transactions) for row in session.scalars(select(TransactionCount))] == [("U1", 40)]
    assert [(row.channel, row.trust) for row in session.scalars(select(Collector))] == [("import", "paper")] * 2
    run = session.scalars(select(ImportRun)).one()
    assert (run.rows_read, run.rows_added, run.file_name) == (2, 2, "f.csv")


def test_a_stored_row_is_that_of_a_single_ballot(
    session: Session, wave: Wave, load: Callable[..., ImportResult]
) -> None:
    load(f"{HEADER}\nU1,,5,,,,,,\n")
    response = session.scalars(select(Response)).one()
    question = imports.question_ids(session, wave)["access_1"]
    assert response.digest == digest(b"[1,[[%d,5]],[],[]]" % question)
    assert UUID(bytes=response.submission_id).version == 8
    assert response.received_at == int(NOW.timestamp())
    assert response.half_month == 2026 * 24 + 2 * 2 + 1
    assert (response.seconds, response.language, response.is_test) == (None, "vi", False)


def test_the_same_file_twice_adds_nothing(session: Session, load: Callable[..., ImportResult]) -> None:
    text = f"{HEADER}\nU1,,5,5,5,,,,\nU1,,5,5,5,,,,\nU2,,5,5,5,,,,\n"
    assert load(text).rows_added == 3
    assert load(text).rows_added == 0
    assert session.scalar(select(func.count()).select_from(Response)) == 3
    assert [run.rows_added for run in session.scalars(select(ImportRun).order_by(ImportRun.id))] == [3, 0]


def test_honest_duplicates_count_and_a_longer_file_adds_the_rest(load: Callable[..., ImportResult]) -> None:
    row = "U1,,5,5,5,,,,\n"
    assert load(f"{HEADER}\n{row * 2}").rows_added == 2
    assert load(f"{HEADER}\n{row * 3}").rows_added == 1


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_spelling_of_a_table_is_the_same_file(
    load: Callable[..., ImportResult], separator: str, mark: str, line_end: str
) -> None:
    plain = f"{HEADER}\nU1,,5,5,5,,,2,Được\n"
    assert load(plain).rows_added == 1
    assert load(mark + plain.replace(",", separator).replace("\n", line_end)).rows_added == 0


def test_composed_and_decomposed_vietnamese_are_one_text(load: Callable[..., ImportResult]) -> None:
    text = f"{HEADER}\nU1,,5,,,,,,Được lắm\n"
    assert load(unicodedata.normalize("NFD", text)).rows_added == 1
    assert load(unicodedata.normalize("NFC", text)).rows_added == 0


def test_answers_under_a_condition_that_was_not_met_are_discarded(
    session: Session, load: Callable[..., ImportResult]
) -> None:
    load(f"{HEADER}\nU1,,,,,5,1 2,,\nU1,,,,,,1,1,\n")
    assert session.scalar(select(func.count()).select_from(SeveralAnswer)) == 0


def test_every_fault_is_named_and_nothing_is_imported(session: Session, load: Callable[..., ImportResult]) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(
            f"{HEADER}\n"
            "U1,,5,5,5,,,,\n"
            "U1,,6,5,tốt,,,,\n"
            ",,5,,,,,,\n"
            "U1,,,,,,,,\n"
            "U1,nhiều,5,,,,,x,\n"
            "U1,,5\n"
            f'U1,,,,,1,1 4,,"{"a" * 21}"\n'
        )
    assert faults(refused) == [
        (3, "q01", "value"),
        (3, "q03", "value"),
        (4, "unit", "unit_missing"),
        (5, "", "empty_ballot"),
        (6, "who", "no_opinion_not_offered"),
        (6, "transactions", "transactions_number"),
        (7, "", "cells"),
        (8, "reasons", "value"),
        (8, "comment", "text_length"),
    ]
    lines = describe_all(refused.value, "vi").splitlines()
    assert lines[0] == "dòng 3, cột q01: giá trị “6” không hợp lệ; chấp nhận: 1, 2, 3, 4, 5, x"
    assert lines[3] == "dòng 5: phiếu trống"
    assert lines[-1] == "Tệp có 9 lỗi; chưa nhập phiếu nào."
    assert describe(refused.value.errors[0], "en").startswith("line 3, column q01: “6” is not among")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_line_numbers_follow_quoted_line_breaks(load: Callable[..., ImportResult]) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(f'{HEADER}\nU1,,5,,,,,,"a\nb"\n\nU1,,9,,,,,,\n')
    assert faults(refused) == [(5, "q01", "value")]


def test_the_errors_kept_are_bounded_and_the_rest_counted(load: Callable[..., ImportResult]) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(HEADER + "\n" + "U1,,9,,,,,,\n" * (ERRORS_KEPT + 7))
    assert (len(refused.value.errors), refused.value.count) == (ERRORS_KEPT, ERRORS_KEPT + 7)
    assert "… và 7 lỗi khác" in describe_all(refused.value, "vi")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit,q01,q04\nU1,5,5\n", [(1, "q04", "column_unknown")]),
        ("unit,q01,q01\nU1,5,5\n", [(1, "q01", "column_twice"), (1, "q01", "question_twice")]),
        ("unit,q01,access_1\nU1,5,5\n", [(1, "access_1", "question_twice")]),
        ("q01\n5\n", [(1, "unit", "unit_column")]),
        ("unit\nU1\n", [(1, "", "no_question")]),
        (f"{HEADER}\n", [(1, "", "no_rows")]),
        ("", [(1, "unit", "unit_column"), (1, "", "no_question")]),
        (b"unit,comment\nU1,ok\nU1,\xe9\n", [(3, "", "encoding")]),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(
    load: Callable[..., ImportResult], text: str | bytes, expected: list[tuple[int, str, str]]
) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(text)
    assert faults(refused) == expected


def test_columns_are_mapped_and_one_unit_may_stand_for_all(session: Session, load: Callable[..., ImportResult]) -> None:
    layout = Layout(questions={"Câu 1": "results_1", "Ghi chú": ""})
    load("Câu 1,Ghi chú\n4,bỏ\n", layout=layout, unit="U2")
    assert stored(session) == [({"results_1": 4}, "")]
    assert session.scalars(select(Collector)).one().unit.code == "U2"


def test_units_outside_the_wave_are_refused_by_line(session: Session, load: Callable[..., ImportResult]) -> None:
    make_unit(session, code="U9")
    session.commit()
    with pytest.raises(ResponseFileError) as refused:
        load(f"{HEADER}\nU1,,5,,,,,,\nU8,,5,,,,,,\nU9,,5,,,,,,\nU8,,5,,,,,,\n")
    assert faults(refused) == [(3, "", "unit_unknown"), (4, "", "unit_not_in_wave")]


def test_create_makes_units_and_opens_the_draft(session: Session, wave: Wave) -> None:
    draft = make_wave(session, code="V", questionnaire=wave.questionnaire)
    session.commit()
    rows = read_responses(
        b"unit,transactions,q01\nN1,9,5\nU1,7,4\n", ASKED, imports.question_ids(session, draft), Layout()
    )
    session.commit()
    result = imports.import_responses(
        session, draft, rows, at=NOW, received_at=NOW, file_name="f", file_digest="0" * 64, create=True
    )
    assert result == ImportResult(2, 2, 1)
    assert draft.state == "open"
    assert sorted(row.unit.code for row in draft.units) == ["N1", "U1"]
    made = session.scalars(select(Unit).where(Unit.code == "N1")).one()
    assert made.path == f"/{made.id}/"


def test_create_refuses_codes_that_cannot_stand_in_an_address(
    session: Session, load: Callable[..., ImportResult]
) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(f"{HEADER}\nĐV.1-a,,5,,,,,,\nU/3,,5,,,,,,\n{'U' * 41},,5,,,,,,\n", create=True)
    assert faults(refused) == [(3, "", "unit_code"), (4, "", "unit_code")]


def test_numbers_of_transactions_may_not_contradict(session: Session, load: Callable[..., ImportResult]) -> None:
    with pytest.raises(ResponseFileError) as refused:
        load(f"{HEADER}\nU1,40,5,,,,,,\nU1,41,5,,,,,,\n")
    assert faults(refused) == [(3, "", "transactions_contradict")]
    session.rollback()
    load(f"{HEADER}\nU1,40,5,,,,,,\n")
    with pytest.raises(ResponseFileError) as refused:
        load(f"{HEADER}\nU2,,5,,,,,,\nU1,41,4,,,,,,\n")
    assert faults(refused) == [(3, "", "transactions_contradict")]


def test_a_wave_that_is_not_open_takes_nothing_new(
    session: Session, wave: Wave, load: Callable[..., ImportResult]
) -> None:
    text = f"{HEADER}\nU1,,5,,,,,,\n"
    load(text)
    waves.close_wave(session, wave, NOW)
    session.commit()
    assert load(text).rows_added == 0
    with pytest.raises(WaveError) as refused:
        load(f"{text}U1,,4,,,,,,\n")
    assert refused.value.code == "accepts_nothing"


def test_a_ballot_at_the_same_place_from_a_citizen_is_another(
    session: Session, wave: Wave, load: Callable[..., ImportResult]
) -> None:
    """Identity names the collector: what came in elsewhere is no duplicate."""
    load(f"{HEADER}\nU1,,5,,,,,,\n")
    session.scalars(select(Collector)).one()
    make_collector(session, wave, session.scalars(select(Unit).where(Unit.code == "U2")).one(), channel="import")
    session.commit()
    assert load(f"{HEADER}\nU2,,5,,,,,,\n").rows_added == 1


def test_two_imports_of_one_file_at_once_add_it_once(session: Session, engine: Engine, wave: Wave) -> None:
    content = (HEADER + "\n" + "U1,,5,5,5,,,,\nU2,,4,4,4,,,,\n" * 400).encode()
    rows = read_responses(content, ASKED, imports.question_ids(session, wave), Layout())
    session.commit()
    start = Barrier(2)

    def run(_number: int) -> int:
        with Session(engine) as own:
            start.wait()
            begin_write(own)
            result = imports.import_responses(
                own,
                waves.find_wave(own, "W"),
                rows,
                at=NOW,
                received_at=NOW,
                file_name="f",
                file_digest="0" * 64,
            )
            own.commit()
            return result.rows_added

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == [0, 800]
    assert session.scalar(select(func.count()).select_from(Response)) == 800
    assert session.scalar(select(func.count()).select_from(Collector)) == 2


def test_the_stratified_sample_comes_in_whole(session: Session) -> None:
    factors = {"access": 3, "procedures": 4, "officials": 3, "results": 3, "feedback": 3}
    asked = make_definition(code="sixteen", factors=factors)
    wave = make_wave(session, code="S", questionnaire=make_questionnaire(session, asked))
    rows = read_responses(SAMPLE.read_bytes(), asked, imports.question_ids(session, wave), Layout())
    session.commit()
    result = imports.import_responses(
        session, wave, rows, at=NOW, received_at=NOW, file_name=SAMPLE.name, file_digest="0" * 64, create=True
    )
    assert result == ImportResult(2003, 2003, 12)
    valid = session.scalar(select(func.count()).select_from(Answer).where(Answer.choice > 0))
    cells = [cell for line in SAMPLE.read_text().splitlines()[1:] for cell in line.split(",")[2:]]
    assert valid == sum(cell in string.digits and cell != "" for cell in cells)
    assert session.scalar(select(func.sum(TransactionCount.transactions))) == sum(
        {line.split(",")[0]: int(line.split(",")[1]) for line in SAMPLE.read_text().splitlines()[1:]}.values()
    )

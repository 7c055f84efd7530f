"""Rows written in every format come back as they were, whatever is in them, and a file that is not whole is known."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, cast

import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports import sav, streamed_workbook
from reports.dataset import Cell, Dataset, Incomplete, Row, Variable
from reports.figures import Text
from reports.row_files import ROW_FORMATS, RowFormat, Style, estimated_size, row_chunks

MADE = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SCALE = (
    (1, Text("Rất không hài lòng", "Very dissatisfied")),
    (5, Text("Rất hài lòng", "Very satisfied")),
    (0, Text("Không có ý kiến", "No opinion")),
)
VARIABLES = (
    Variable("row", Text("Số thứ tự", "Row"), measure="scale"),
    Variable("unit_code", Text("Mã đơn vị", "Unit"), "text", width=12),
    Variable("day", Text("Ngày", "Day"), "date", measure="scale"),
    Variable("access", Text("Biển hiệu dễ thấy", "Signs"), values=SCALE, missing=(0,), measure="ordinal"),
    Variable("comment", Text("Ý kiến", "Comment"), "text", width=4000),
)
ROWS: list[Row] = [
    (1, "X01", date(2026, 3, 1), 5, "Cảm ơn cán bộ"),
    (2, "X01", date(2026, 3, 2), 0, None),
    (3, "X02", date(2026, 3, 3), None, "=1+1"),
]
# What free text may hold: anything but control characters, which no answer keeps (forms.ballot.clean_text).
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
cells = st.tuples(
    st.text("abcXYZ019-.", min_size=1, max_size=12),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.sampled_from([None, 0, 1, 5]),
    st.none() | texts,
)


def dataset(rows: Sequence[Row], variables: Sequence[Variable] = VARIABLES, count: int | None = None) -> Dataset:
    return Dataset("Đợt 1", MADE, tuple(variables), len(rows) if count is None else count, iter(rows))


def written(rows: Sequence[Row], form: RowFormat, style: Style | None = None, **more: Any) -> bytes:
    return b"".join(row_chunks(dataset(rows, **more), form, style or Style()))


def read_sav(data: bytes, folder: Path) -> tuple[dict[str, list[Any]], Any]:
    path = folder / "rows.sav"
    path.write_bytes(data)
    return cast("tuple[dict[str, list[Any]], Any]", pyreadstat.read_sav(path, output_format="dict", user_missing=True))


def numbered(rows: Iterable[Sequence[Cell]]) -> list[Row]:
    return [(number, *row) for number, row in enumerate(rows, 1)]


def test_an_spss_file_carries_labels_missing_values_and_measures(tmp_path: Path) -> None:
    columns, about = read_sav(written(ROWS, "sav"), tmp_path)
    assert columns["row"] == [1, 2, 3]
    assert columns["unit_code"] == ["X01", "X01", "X02"]
    assert columns["day"] == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert columns["access"] == [5, 0, None]  # skipped is system-missing
    assert columns["comment"] == ["Cảm ơn cán bộ", "", "=1+1"]
    assert about.column_labels == ["Số thứ tự", "Mã đơn vị", "Ngày", "Biển hiệu dễ thấy", "Ý kiến"]
    assert about.variable_value_labels["access"] == {1: "Rất không hài lòng", 5: "Rất hài lòng", 0: "Không có ý kiến"}
    assert about.missing_ranges["access"] == [{"lo": 0, "hi": 0}]
    assert [about.variable_measure[name] for name in ("row", "unit_code", "access")] == ["scale", "nominal", "ordinal"]
    assert (about.file_encoding, about.file_label, about.number_rows) == ("UTF-8", "Đợt 1", 3)


def test_spss_labels_may_be_english(tmp_path: Path) -> None:
    _, about = read_sav(written(ROWS, "sav", Style(language="en")), tmp_path)
    assert about.column_labels[3] == "Signs"
    assert about.variable_value_labels["access"][5] == "Very satisfied"


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(cells, max_size=30))
def test_spss_files_give_every_row_back(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> None:
    given_rows = numbered(rows)
    columns, about = read_sav(written(given_rows, "sav"), tmp_path_factory.mktemp("sav"))
    assert about.number_rows == len(rows)
    for at, name in enumerate(("row", "unit_code", "day", "access", "comment")):
        # The format pads texts with blanks: those at the end, and no text at all, are the same to it.
        expected = [row[at] if name != "comment" else cast("str", row[at] or "").rstrip(" ") for row in given_rows]
        assert columns[name] == expected


@pytest.mark.parametrize("width", [1, 7, 8, 9, 251, 252, 253, 254, 255, 256, 504, 505, 2520, 5003, 32767])
def test_spss_texts_of_every_length(width: int, tmp_path: Path) -> None:
    variables = (Variable("a", Text("A"), "text", width=width), Variable("b", Text("B")))
    long = "".join(chr(ord("a") + at % 26) for at in range(width))
    columns, about = read_sav(
        written([(long, 4), ("", 5), (long[: width // 2], 300)], "sav", variables=variables), tmp_path
    )
    assert columns["a"] == [long, "", long[: width // 2]]
    assert columns["b"] == [4, 5, 300]  # what follows stands where it should
    assert about.column_names == ["a", "b"]


def test_a_text_too_long_is_cut_between_letters(tmp_path: Path) -> None:
    variables = (Variable("a", Text("A" * 300), "text", width=4),)
    columns, about = read_sav(written([("ệệ",)], "sav", variables=variables), tmp_path)
    assert columns["a"] == ["ệ"]  # three bytes a letter
    assert about.column_labels == ["A" * 255]


def test_numbers_beyond_the_bytecode(tmp_path: Path) -> None:
    numbers = [-100, -99, 0, 151, 152, 1_000_000, None]
    columns, _ = read_sav(written([(n,) for n in numbers], "sav", variables=(Variable("n", Text("N")),)), tmp_path)
    assert columns["n"] == numbers


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(cells, max_size=20), separator=st.sampled_from([";", ","]))
def test_csv_gives_every_row_back_and_holds_no_formula(rows: list[Row], separator: Any) -> None:
    given_rows = numbered(rows)
    data = written(given_rows, "csv", Style(separator=separator))
    assert data.startswith(b"\xef\xbb\xbf")
    head, *found = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator)
    assert head == [variable.name for variable in VARIABLES]
    assert len(found) == len(rows)
    for row, got in zip(given_rows, found, strict=True):
        assert not any(cell[:1] in set("=+-@\t\r") for cell in got if not cell.lstrip("-").isdigit())
        assert [cell.removeprefix("'") for cell in got] == [
            "" if cell is None else cell.removeprefix("'") if isinstance(cell, str) else str(cell) for cell in row
        ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(start: str) -> None:
    data = written([(1, "X", None, 5, f"{start}cmd|' /C calc'!A0")], "csv").decode("utf-8-sig")
    assert f"'{start}cmd|" in data


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(cells, max_size=20))
def test_workbooks_give_every_row_back(rows: list[Row]) -> None:
    given_rows = numbered(rows)
    book = CalamineWorkbook.from_filelike(BytesIO(written(given_rows, "xlsx")))
    assert book.sheet_names == ["Phiếu trả lời", "Biến"]
    head, *found = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert head == [variable.name for variable in VARIABLES]
    assert [[cell or None for cell in row] for row in found] == [[cell or None for cell in row] for row in given_rows]
    described = book.get_sheet_by_index(1).to_python()
    assert described[4][:2] == ["access", "Biển hiệu dễ thấy"]
    assert described[4][2] == "1 = Rất không hài lòng; 5 = Rất hài lòng; 0 = Không có ý kiến"


def test_a_workbook_goes_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed_workbook, "MOST_ROWS", 2500)
    rows = [(number, "X", None, 5, None) for number in range(1, 5001)]
    book = CalamineWorkbook.from_filelike(BytesIO(written(rows, "xlsx")))
    assert book.sheet_names == ["Phiếu trả lời", "Phiếu trả lời 2", "Phiếu trả lời 3", "Biến"]
    sheets = [book.get_sheet_by_index(at).to_python() for at in range(3)]
    assert [len(sheet) for sheet in sheets] == [2001, 2001, 1001]
    assert [row[0] for sheet in sheets for row in sheet[1:]] == list(range(1, 5001))


def test_codes_of_characters_in_a_workbook_stay_text() -> None:
    found = CalamineWorkbook.from_filelike(BytesIO(written([(1, "X", None, 5, "_x0041_ & <b>")], "xlsx")))
    assert found.get_sheet_by_index(0).to_python()[1][4] == "_x0041_ & <b>"


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(cells, max_size=20))
def test_json_lines_give_every_row_back_and_say_how_many(rows: list[Row]) -> None:
    given_rows = numbered(rows)
    *lines, end = written(given_rows, "jsonl").decode().removesuffix("\n").split("\n")
    names = [variable.name for variable in VARIABLES]
    assert [list(json.loads(line)) for line in lines] == [names] * len(rows)
    expected = [[cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in given_rows]
    assert [list(json.loads(line).values()) for line in lines] == expected
    assert json.loads(end) == {"rows": len(rows)}


def test_words_stand_for_codes_where_they_are_asked_for() -> None:
    data = written(ROWS, "csv", Style(words=True)).decode("utf-8-sig")
    assert data.splitlines()[0] == "Số thứ tự;Mã đơn vị;Ngày;Biển hiệu dễ thấy;Ý kiến"
    assert data.splitlines()[1] == "1;X01;2026-03-01;Rất hài lòng;Cảm ơn cán bộ"
    line = json.loads(written(ROWS, "jsonl", Style(words=True, language="en")).splitlines()[1])
    assert line["access"] == "No opinion"


@pytest.mark.parametrize("form", ROW_FORMATS)
@pytest.mark.parametrize("count", [2, 4])
def test_other_rows_than_announced_are_an_error_at_the_end(form: RowFormat, count: int) -> None:
    with pytest.raises(Incomplete):
        written(ROWS, form, count=count)


def received(chunks: Iterator[bytes]) -> bytes:
    """What arrives of a file until it fails, as it must."""
    sent = bytearray()

    def receive() -> None:
        for chunk in chunks:
            sent.extend(chunk)

    with pytest.raises(ConnectionError):
        receive()
    return bytes(sent)


@pytest.mark.parametrize("form", ROW_FORMATS)
def test_a_file_that_broke_off_does_not_pass_for_whole(form: RowFormat, tmp_path: Path) -> None:
    def failing() -> Iterator[Row]:
        for number in range(1, 3001):
            yield (number, "X", None, 5, None)
        raise ConnectionError("the database went away")

    sent = received(row_chunks(Dataset("", MADE, VARIABLES, 5000, failing()), form, Style()))
    assert sent
    match form:
        case "xlsx":
            with pytest.raises(zipfile.BadZipFile):
                zipfile.ZipFile(BytesIO(sent))
        case "sav":
            with pytest.raises(pyreadstat.ReadstatError):
                read_sav(sent, tmp_path)
        case "jsonl":
            assert "rows" not in json.loads(sent.splitlines()[-1])
        case "csv":  # the format has no end of its own: the connection breaks off, and the name holds the number
            assert len(sent.splitlines()) - 1 < 5000


@pytest.mark.parametrize("form", ROW_FORMATS)
@pytest.mark.parametrize("words", [False, True])
def test_the_estimated_size_is_of_the_right_order(form: RowFormat, words: bool) -> None:
    variables = (*VARIABLES[:4], *(Variable(f"q{at}", Text("Câu"), values=SCALE) for at in range(20)))
    rows = [(number, "X01", date(2026, 3, 1), 5, *([1, 5] * 10)) for number in range(1, 2001)]
    size = len(written(rows, form, Style(words=words), variables=variables))
    assert 0.3 < size / estimated_size(form, len(rows), len(variables), words) < 3


def test_cases_are_as_small_as_the_format_allows() -> None:
    """A number from −99 to 151 is one byte: a case of twenty answers is not 160."""
    variables = [Variable(f"q{at}", Text("Câu")) for at in range(24)]
    rows = [tuple([4] * 24)] * 1000
    assert len(written(rows, "sav", variables=variables)) - len(written([], "sav", variables=variables)) == 24_000
    assert sav.LONGEST_STRING == 255

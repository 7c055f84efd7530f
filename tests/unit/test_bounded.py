"""Files of strangers: what a table is, and how every bomb becomes a sentence within seconds."""

from __future__ import annotations

import io
import os
import struct
import time
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from forms import tables
from forms.tables import cell_name
from survey.operations.bounded import MEGABYTE, BoundedError, Limits, run_bounded

TONES = "\u0300\u0301\u0303\u0309\u0323"


def read(content: bytes, **arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = run_bounded("forms.tables:read_table", content, arguments)
    return found


def refusal(content: bytes, **arguments: str) -> str:
    with pytest.raises(BoundedError) as refused:
        read(content, **arguments)
    return refused.value.code


def workbook(rows: dict[int, dict[int, Any]], *, sheets: tuple[str, ...] = ("Phiếu",)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in rows.items():
                for column, cell in cells.items():
                    if hasattr(cell, "year"):
                        sheet.write_datetime(row, column, cell, day)
                    else:
                        sheet.write(row, column, cell)
    return file.getvalue()


def package(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def windows_1258(text: str) -> bytes:
    """As old Vietnamese Windows wrote: base letters composed, tones as characters of their own."""
    content = b""
    for character in text:
        try:
            content += character.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", character)
            tone = next(part for part in parts if part in TONES)
            content += (unicodedata.normalize("NFC", parts.replace(tone, "")) + tone).encode("cp1258")
    return content


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    found = read('mã;ý kiến\n1;"hai\ndòng"\n\n2;  Được  \n'.encode())
    assert found["header"] == ["mã", "ý kiến"]
    assert found["rows"] == [[2, ["1", "hai\ndòng"]], [4, ["2", "Được"]]]


def test_rows_are_as_wide_as_the_widest() -> None:
    found = read(b"a,b\n1\n1,2,3,,\n")
    assert found["header"] == ["a", "b", ""]
    assert found["rows"] == [[2, ["1", "", ""]], [3, ["1", "2", "3"]]]


def test_the_separator_is_not_taken_from_within_quotes() -> None:
    found = read('"Ông, bà, cô, chú";"Có, không"\n5;1\n'.encode())
    assert found["header"] == ["Ông, bà, cô, chú", "Có, không"]


@pytest.mark.parametrize(
    ("encode", "expected"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: unicodedata.normalize("NFD", text).encode(), "utf-8"),
        (lambda text: text.encode("utf-16"), "utf-16"),
        (lambda text: ("plain,header," * 20 + text).encode("utf-16-le"), "utf-16"),
        (windows_1258, "cp1258"),
    ],
)
def test_the_encodings_of_vietnamese_offices_are_recognised(encode: Any, expected: str) -> None:
    found = read(encode("đơn vị,nhận xét\nThường Tín,Được lắm ạ\n"))
    assert found["encoding"] == expected
    assert found["header"][-1] == "nhận xét"
    assert found["rows"] == [[2, [*found["rows"][0][1][:-2], *found["rows"][0][1][-2:]]]]
    assert "Thường Tín" in found["rows"][0][1]
    assert "Được lắm ạ" in found["rows"][0][1]


def test_an_encoding_may_be_chosen_and_a_wrong_one_is_refused() -> None:
    assert read("é,b\n1,2\n".encode("cp1252"), encoding="cp1252")["header"] == ["é", "b"]
    assert refusal(b"\xe9,b\n", encoding="utf-8") == "encoding"
    assert refusal(b"a,b\n", encoding="punycode") == "encoding"


def test_a_workbook_gives_texts() -> None:
    import datetime as moments

    at = moments.datetime(2026, 3, 2, 10, 20, 30)  # noqa: DTZ001 a spreadsheet knows no zone
    content = workbook({0: {0: "a", 1: "b", 2: "c", 3: "d"}, 2: {0: 5, 1: 2.5, 2: at, 3: True}})
    found = read(content)
    assert found["rows"] == [[3, ["5", "2.5", "2026-03-02 10:20:30", "TRUE"]]]
    assert (found["sheet"], found["sheets"], found["encoding"]) == ("Phiếu", ["Phiếu"], "")


def test_a_sheet_may_be_chosen() -> None:
    content = workbook({0: {0: "a"}}, sheets=("Một", "Hai"))
    assert read(content)["sheet"] == "Một"
    assert read(content, sheet="Hai")["sheet"] == "Hai"
    assert refusal(content, sheet="Ba") == "no_sheet"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "no_header"),
        (b"\n\n,,\n", "no_header"),
        (b"%PDF-1.7 \x00", "not_a_table"),
        (b"a,b\n1,\x002\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (package({"word/document.xml": b"<w/>"})[:-30], "crashed"),
        (package({}), "crashed"),
        (b"a,b\n" + b"x" * 2_000_000, "csv"),
        (b'a,b\n"' + b"x,\n" * 9000, "csv"),
        (b",".join([b"a"] * 1_000_000), "too_many_columns"),
        (b"a\n" + b",".join([b"1"] * 401), "too_many_columns"),
        (b"a\n" + b"1\n" * (tables.ROWS + 1), "too_many_rows"),
        (b",".join([b"a"] * 400) + b"\n" + (b",".join([b"1"] * 400) + b"\n") * 5001, "too_many_cells"),
        (package({"xl/worksheets/sheet1.xml": bytes(100 * MEGABYTE)}), "packed_too_tightly"),
        (package({f"xl/{number}.xml": b"" for number in range(2001)}), "not_a_table"),
        (
            package(
                {
                    "xl/workbook.xml": b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
                    b"<workbook>&b;</workbook>"
                }
            ),
            "forbidden_xml",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_is_no_honest_table_is_refused(content: bytes, expected: str) -> None:
    started = time.monotonic()
    assert refusal(content) == expected
    assert time.monotonic() - started < 10


def test_a_package_that_lies_about_its_sizes_is_refused() -> None:
    honest = workbook({0: {0: "a" * 3000}, 1: {0: "b"}})
    part = zipfile.ZipFile(io.BytesIO(honest)).getinfo("xl/sharedStrings.xml")
    lying = honest.replace(struct.pack("<L", part.file_size), struct.pack("<L", 100))
    assert lying != honest
    assert refusal(lying) == "crashed"


def test_two_cells_at_the_far_corners_do_not_take_the_memory() -> None:
    assert refusal(workbook({0: {0: "a"}, 1_048_575: {16_383: 1}})) == "memory"


def test_a_file_beyond_the_size_is_not_even_looked_at() -> None:
    with pytest.raises(BoundedError) as refused:
        run_bounded("forms.nowhere:never", bytes(2 * MEGABYTE + 1), limits=Limits(size=2 * MEGABYTE))
    assert refused.value.parameters == {"size": 3, "limit": 2}


def test_time_memory_and_output_are_bounded() -> None:
    for function, argument, expected in (
        ("time:sleep", 60, "time"),
        ("builtins:bytearray", 900 * MEGABYTE, "memory"),
        ("builtins:range", 0, "crashed"),
    ):
        with pytest.raises(BoundedError) as refused:
            run_bounded(
                "tests.misbehaving_readers:call", b"", {"function": function, "argument": argument}, Limits(seconds=1)
            )
        assert refused.value.code == expected
    with pytest.raises(BoundedError) as refused:
        run_bounded("forms.tables:read_table", b"a\n" + b"word\n" * 1000, limits=Limits(output=1000))
    assert refused.value.code == "memory"


def test_the_child_knows_no_secrets_and_can_write_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    found = run_bounded("tests.misbehaving_readers:surroundings", b"", {"path": str(tmp_path / "file")})
    assert found == {"environment": ["PATH", "RUST_BACKTRACE"], "database": False, "written": 0}
    assert "DATABASE_URL" in os.environ


def test_cells_have_the_names_spreadsheets_give_them() -> None:
    assert [cell_name(12, column) for column in (0, 1, 25, 26, 701, 702)] == [
        "A12",
        "B12",
        "Z12",
        "AA12",
        "ZZ12",
        "AAA12",
    ]

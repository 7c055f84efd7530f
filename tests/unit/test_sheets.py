"""Plain tables: no text becomes a formula, and every text comes back as it was."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports.sheets import plain_cell, sheets_xlsx, table_csv

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)


@given(st.lists(st.text("='+-@\tab", max_size=8) | TEXTS, min_size=1, max_size=6))
def test_text_of_a_csv_is_never_a_formula_and_comes_back(texts: list[str]) -> None:
    content = table_csv([texts])
    assert content.startswith(b"\xef\xbb\xbf")
    (cells,) = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert [plain_cell(cell) for cell in cells] == texts


def test_a_workbook_keeps_texts_numbers_and_days_apart() -> None:
    rows = [
        ["Mã", "N", "Ngày"],
        ["=1+1", 12, date(2026, 1, 31)],
        ["http://x.vn", None, None],
        ["007", Decimal("1.5"), None],
    ]
    content = sheets_xlsx({"a": rows, "b": [["x"]]})
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == ["a", "b"]
    assert book.get_sheet_by_name("a").to_python() == [
        ["Mã", "N", "Ngày"],
        ["=1+1", 12.0, date(2026, 1, 31)],
        ["http://x.vn", "", ""],
        ["007", 1.5, ""],
    ]
    assert sheets_xlsx({"a": rows, "b": [["x"]]}) == content

"""Reading files of responses without a database: what was written is read, and every fault has its sentence."""

from __future__ import annotations

import ast
import csv
import io
import string
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from survey.cli.import_errors import _SENTENCES
from survey.operations import imports, response_files
from survey.operations.response_files import Layout, read_responses
from tests.factories import make_definition

ASKED = make_definition(factors={"access": 3, "results": 2})
IDS = {question.code: number for number, question in enumerate(ASKED.questions, 101)}

answers = st.lists(
    st.lists(st.sampled_from([None, 0, 1, 2, 3, 4, 5]), min_size=5, max_size=5).filter(lambda row: set(row) != {None}),
    min_size=1,
    max_size=30,
)
codes = st.text(string.ascii_letters + "ĐắQuậ;,\t\" '", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(answers, codes, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[list[int | None]], unit: str, separator: str, line_end: str, mark: bool
) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=separator, lineterminator=line_end)
    writer.writerow(["unit", "q01", "q02", "q03", "q04", "q05"])
    writer.writerows([unit, *("" if value is None else "x" if value == 0 else value for value in row)] for row in rows)
    content = sheet.getvalue().encode("utf-8-sig" if mark else "utf-8")
    read = read_responses(content, ASKED, IDS, Layout())
    ids = list(IDS.values())
    assert [row.unit for row in read] == [unit] * len(rows)
    assert [row.choices for row in read] == [
        {ids[at]: value for at, value in enumerate(row) if value is not None} for row in rows
    ]
    assert [row.line for row in read] == list(range(2, len(rows) + 2))


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    noted = {
        call.args[2].value
        for module in (response_files, imports)
        for call in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "add"
        and len(call.args) == 3
        and isinstance(call.args[2], ast.Constant)
    }
    assert noted == _SENTENCES.keys()
    for vietnamese, english in _SENTENCES.values():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (vietnamese, english)]
        assert fields[0] == fields[1]

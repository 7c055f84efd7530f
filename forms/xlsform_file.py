"""The sheets of an XLSForm workbook as rows of text; meant for the bounded child process."""

from __future__ import annotations

from forms.bounded import Refused
from forms.tables import table
from forms.xlsform import Sheets

NAMES = ("survey", "choices", "settings", "sipas_contents")
ROWS = 2_000


def read_sheets(content: bytes) -> Sheets:
    """Every sheet an XLSForm has, head first, blank rows kept; raises :class:`~forms.bounded.Refused`."""
    first = table(content)
    if "survey" not in {name.strip().lower() for name in first.sheets}:  # a CSV has no sheets at all
        raise Refused("no_sheet", sheet="survey")
    found: Sheets = {}
    for name in first.sheets:
        if name.strip().lower() not in NAMES:
            continue
        try:
            read = first if name == first.sheet else table(content, sheet=name)
        except Refused as refused:
            if refused.code != "no_header":  # an empty sheet is as good as none
                raise
            continue
        last = read.rows[-1][0] if read.rows else 1
        if last > ROWS:
            raise Refused("too_many_rows", limit=ROWS)
        rows: Sheets = {name: [list(read.header), *([] for _ in range(1, last))]}
        for number, cells in read.rows:
            rows[name][number - 1] = cells
        found |= rows
    return found

"""Lists of choices of an XLSForm: each name becomes a value from 1 to 9, or 0 for "no opinion"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from forms.fault import noop as _n
from forms.question import Choice, Face, Kind
from forms.xlsform_table import Row, Table

_NO_OPINION = frozenset({"0", "no_opinion", "khong_y_kien", "na", "n_a", "n/a", "dont_know", "dk"})
_YES_NO = (frozenset({"yes", "no"}), frozenset({"co", "khong"}), frozenset({"true", "false"}))
MOST = 9


@dataclass(slots=True)
class ChoiceList:
    """One list: `values` by the name that conditions and answers use."""

    choices: tuple[Choice, ...]
    values: dict[str, int] = field(default_factory=dict)

    def kind(self, appearance: str) -> Kind:
        """What is asked with it, where the form does not say: one of five is a rating, two named yes and no are."""
        offered = [value for value in self.values.values() if value]
        names = {name for name, value in self.values.items() if value}
        if offered == [1, 2, 3, 4, 5] and (names == set("12345") or "likert" in appearance):
            return "rating"
        return "yes_no" if names in _YES_NO else "single"


def read_choices(table: Table) -> dict[str, ChoiceList]:
    """The lists by name. One whose names are single digits keeps them as values; any other is counted from 1 on."""
    rows: dict[str, list[Row]] = {}
    for row in table.rows():
        if row["list_name"] and row["name"]:
            rows.setdefault(row["list_name"], []).append(row)
        else:
            row.flag("list_name" if row["name"] else "name", _n("This cell may not be empty."))
    return {name: _list(found) for name, found in rows.items()}


def _list(rows: list[Row]) -> ChoiceList:
    digits = all(len(row["name"]) == 1 and row["name"] in "0123456789" for row in rows)
    made: list[Choice] = []
    values: dict[str, int] = {}
    position = 0
    for row in rows:
        name = row["name"]
        if name in values:
            row.flag("name", _n("%(name)s stands twice in the list %(list)s."), name=name, list=row["list_name"])
            continue
        if digits:
            value = int(name)
        elif name.lower() in _NO_OPINION:
            value = 0
        else:
            value = position = position + 1
        if value > MOST:
            row.flag("", _n("A list may hold at most %(most)s choices."), most=MOST)
            break
        values[name] = value
        wording = row.wording("label")
        face = row["sipas_face"] or None
        if face is not None and face not in get_args(Face):
            row.flag("sipas_face", _n("There is no face called %(face)s."), face=face)
        elif wording and (choice := row.made(Choice, value, wording, face)):
            made.append(choice)
    return ChoiceList(tuple(sorted(made, key=lambda choice: choice.value or MOST + 1)), values)

"""A number of thousands of digits is none, wherever people type numbers: Python makes none of it and complains."""

from __future__ import annotations

from forms import draft_notation
from forms.dialogue_plan import read_people
from forms.draft import is_key
from forms.wave import read_numbers

LONG = "9" * 5000


def test_in_grids_of_numbers() -> None:
    assert read_numbers([("q-1", LONG), ("q-2", "1.200"), (f"q-{LONG}", "1")], "q-") == ({2: 1200}, {1: LONG})
    assert read_people({"g-a": LONG, "g-b": "12"}, "g-", ("a", "b")) == ({"b": 12}, {"a": LONG})


def test_in_the_parts_of_a_draft() -> None:
    written = f"sections:\n- key: '{LONG}'\n  code: a\n- key: '{'9' * 18}'\n  code: b\n- code: c\n"
    keys = [section.key for section in draft_notation.read(written).sections]
    assert len(set(keys)) == 3
    assert is_key(keys[1])
    assert max(map(len, keys)) <= 19

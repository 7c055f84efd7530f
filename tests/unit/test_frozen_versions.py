"""Two versions of a unit's figures may not tell together what one of them hides."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from survey.analysis.frozen_versions import may_follow


def figure(code: str, people: int | None) -> dict[str, Any]:
    return {"code": code, "suppressed": people is None, "people": people}


MIX = {"suppressed": True, "responses": None}
KEPT: dict[str, Any] = {
    "index": figure("index", 40),
    "beside": None,
    "items": [figure("a", None), figure("b", None), figure("c", 12)],
    "children": [{"place": {"code": "X1"}, "transactions": 10, "index": figure("index", None)}],
    "quality": {"groups": [MIX | {"code": "1"}, MIX | {"code": "2", "suppressed": False, "responses": 9}]},
}


def test_the_same_counts_with_as_much_hidden_may_follow() -> None:
    after = deepcopy(KEPT)
    after["items"][2] = figure("c", None)  # as well hidden: what was read stays the whole of what is known
    after["index"]["people"] = 45
    after["beside"] = figure("index", 45)
    assert may_follow(KEPT, after)


@pytest.mark.parametrize("part", ["item", "child", "group", "two people more", "one response less"])
def test_what_was_hidden_stays_so_and_nothing_moves_by_few(part: str) -> None:
    after = deepcopy(KEPT)
    if part == "item":
        # then a company of c, which was shown: total less the two shown ones gives a
        after["items"][1:] = [figure("b", 8), figure("c", None)]
    elif part == "child":
        after["children"][0]["index"] = figure("index", 7)
    elif part == "group":
        after["quality"]["groups"][0] |= {"suppressed": False, "responses": 4}
    elif part == "two people more":
        after["items"][2]["people"] = 14
    else:
        after["quality"]["groups"][1]["responses"] = 8
    assert not may_follow(KEPT, after)

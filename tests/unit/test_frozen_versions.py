"""The versions of a unit's figures may not tell together what one of them hides."""

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
    assert may_follow([KEPT], after)


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
    assert not may_follow([KEPT], after)


def test_a_version_is_held_against_all_before_it_and_not_against_the_last_alone() -> None:
    first, second, third = (KEPT | {"index": figure("index", people)} for people in (100, 106, 101))
    assert may_follow([first], second)
    assert may_follow([second], third)
    assert not may_follow([first, second], third), "one person, by the first and the third"


def test_a_place_of_the_newer_version_alone_shows_the_counts_of_a_figure_shown_before_or_nothing() -> None:
    assert may_follow([KEPT], KEPT | {"beside": figure("index", 40)})
    assert may_follow([KEPT], KEPT | {"overall": figure("overall", None)})
    assert not may_follow([KEPT], KEPT | {"beside": figure("index", 45)})
    asked = {"code": "a", "suppressed": False, "asked": 40}
    assert not may_follow([KEPT], KEPT | {"returns": [asked]}), "other people than those who answered"

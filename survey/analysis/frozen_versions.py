"""What two versions of one unit's frozen figures say together: whoever kept the old one reads both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from survey.analysis.disclosure import may_replace

Place = tuple[str, ...]
COUNTS = ("people", "responses", "asked")  # of a figure or question, of a mix of responses, of an item's returns


def may_follow(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the `after` document (`sipas-analysis/1`) may be published where `before` was.

    What both show may differ by nobody or by at least five people. What `before` hid stays hidden: its company would be
    known by what was shown then, and it from the company hidden now. The other way round nothing is told: what both say
    together is what `before` said, whose figures were judged as a whole. A correction takes over numbers of
    transactions, of which neither answers nor hidden figures (kept at the closing) know anything, so that nothing is
    refused here unless another release of the platform counts or hides otherwise than the one that froze.
    """
    older, newer = dict(_figures(before, ())), dict(_figures(after, ()))
    return all(_may_replace(older[place], newer[place]) for place in older.keys() & newer.keys())


def _may_replace(older: dict[str, Any], newer: dict[str, Any]) -> bool:
    if newer["suppressed"]:
        return True
    if older["suppressed"]:
        return False
    more = [(newer.get(count) or 0) - (older.get(count) or 0) for count in COUNTS]
    return all(may_replace(max(number, 0), max(-number, 0)) for number in more)


def _figures(part: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Whatever can be hidden, by its place in the document; the parts of a list by their code, or their place's."""
    if isinstance(part, list):
        for number, each in enumerate(part):
            yield from _figures(each, (*place, _code(each) or str(number)))
    elif isinstance(part, dict):
        if "suppressed" in part:
            yield place, part
        for name, each in part.items():
            yield from _figures(each, (*place, name))


def _code(part: Any) -> str | None:
    if not isinstance(part, dict):
        return None
    code = part.get("code") or part.get("place", {}).get("code")
    return str(code) if code is not None else None

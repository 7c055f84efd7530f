"""What the versions of one unit's frozen figures say together: whoever kept the earlier ones reads all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from survey.analysis.disclosure import may_replace

Document = dict[str, Any]  # `sipas-analysis/1`
Place = tuple[str, ...]
COUNTS = ("people", "responses", "asked")  # of a figure or question, of a mix of responses, of an item's returns


def may_follow(earlier: Iterable[Document], after: Document) -> bool:
    """Whether the `after` document may be published after all the `earlier` ones, not only after the last of them:
    steps of five people each may lead back to within one of where they began.

    What both show may differ by nobody or by at least five people. What an earlier one hid stays hidden: its company
    would be known by what was shown then, and it from the company hidden now. What an earlier one did not hold at all
    was judged beside nothing of it, and is shown only with the counts of a figure that was shown then. The other way
    round nothing is told: what both say together is what the earlier one said, whose figures were judged as a whole.
    A correction takes over numbers of transactions, of which neither answers nor hidden figures (kept at the closing)
    know anything, so that nothing is refused here unless another release of the platform counts or hides otherwise
    than the one that froze.
    """
    newer = dict(_figures(after, ()))
    return all(_may_follow_one(dict(_figures(before, ())), newer) for before in earlier)


def _may_follow_one(older: dict[Place, Document], newer: dict[Place, Document]) -> bool:
    shown = {_counts(figure) for figure in older.values() if not figure["suppressed"]}
    return all(
        _may_replace(older[place], figure) if place in older else _counts(figure) in shown
        for place, figure in newer.items()
        if not figure["suppressed"]
    )


def _may_replace(older: Document, newer: Document) -> bool:
    if older["suppressed"]:
        return False
    more = [now - then for now, then in zip(_counts(newer), _counts(older), strict=True)]
    return all(may_replace(max(number, 0), max(-number, 0)) for number in more)


def _counts(figure: Document) -> tuple[int, ...]:
    return tuple(figure.get(count) or 0 for count in COUNTS)


def _figures(part: Any, place: Place) -> Iterator[tuple[Place, Document]]:
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

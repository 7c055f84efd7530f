"""Cronbach's alpha: how consistently the items of a form measure one thing, always with its base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha with its base: `value` is None under two items, two people, or without any variance."""

    value: float | None
    people: int
    items: int


def cronbach_alpha(rows: Iterable[Sequence[int | None]]) -> Alpha:
    """Cronbach's alpha over the people who gave a 1–5 answer to every item, in one pass over `rows` of scores.

    A row holds one person's scores in a fixed order of items; None (skipped) and 0 (no opinion) make it incomplete.
    The sums are whole numbers, so that no precision is lost: α = K/(K − 1)·(1 − Σ var(item) / var(total)).
    """
    people = total_sum = total_squares = 0
    item_sums: list[int] = []
    item_squares = 0
    for row in rows:
        scores = [score for score in row if score]
        if not item_sums:
            item_sums = [0] * len(row)
        if len(scores) < len(row):
            continue
        people += 1
        total = sum(scores)
        total_sum += total
        total_squares += total * total
        for position, score in enumerate(scores):
            item_sums[position] += score
            item_squares += score * score
    k = len(item_sums)
    spread = people * total_squares - total_sum * total_sum
    if k < 2 or people < 2 or not spread:
        return Alpha(None, people, k)
    spread_of_items = people * item_squares - sum(item_sum * item_sum for item_sum in item_sums)
    return Alpha(k / (k - 1) * (1 - spread_of_items / spread), people, k)

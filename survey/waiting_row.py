"""A row of what waits for somebody, as the first page of the back office shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A number of things, in words that go on from it, and the address of the list of them; `urgent` where a limit was
    passed or something failed."""

    number: int
    words: str
    url: str
    urgent: bool = False

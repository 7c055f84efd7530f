"""What is told of opinions by unit: nobody who subtracts learns of fewer than five people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random

from reports.petition_figures import Handling
from survey.analysis import disclosure
from survey.analysis.open_statistics import Told, disclosed, few_questions

Units = Mapping[str, Handling]
Disclosure = Callable[[Units, Handling], tuple[dict[str, Told], Told]]
# What a reader is told a base of, and where it says that it is hidden.
BASES: tuple[tuple[str, str], ...] = (
    ("received", "hidden"),
    ("due", "time_hidden"),
    ("accepted", "content_hidden"),
    ("rated", "content_hidden"),
)


def handled(received: int, *, rejected: int = 0, waiting: int = 0, rated: int = 0, displeased: int = 0) -> Handling:
    """All that were accepted and do not wait were answered on time."""
    answered = received - rejected - waiting
    return Handling(received, rejected, answered, waiting=waiting, rated=rated, displeased=displeased)


def together(units: Units) -> Handling:
    parts = units.values()
    names = ("received", "rejected", "on_time", "waiting", "rated", "displeased")
    return Handling(**{name: sum(getattr(part, name) for part in parts) for name in names})


def as_the_boards_tell(units: Units) -> tuple[dict[str, Handling], Handling]:
    """The ratings hidden as `read_handling` hides them, before anything is told in public."""
    total = together(units)
    rated = {code: each.rated or 0 for code, each in units.items()}
    hidden = disclosure.hidden_siblings(rated, sum(rated.values()))
    gone = {"rated": None, "displeased": None}
    told = {code: replace(each, **gone) if code in hidden else each for code, each in units.items()}
    return told, replace(total, **gone) if disclosure.is_small(total.rated or 0) else total


def small_ones_alone(units: Units, total: Handling) -> tuple[dict[str, Told], Told]:
    """The negative control: what is small is hidden, and nobody thinks of the rest."""

    def told(each: Handling) -> Told:
        small = disclosure.is_small
        few = small(each.received)
        return Told(each, few, few or small(each.due), few or small(each.accepted) or each.displeased is None)

    return {code: told(each) for code, each in units.items()}, told(total)


def learned(units: Units, disclose: Disclosure) -> Iterator[str]:
    """What an attacker finds out: a base below five that is shown, or the rest that a total leaves."""
    truth = together(units)
    shown, total = disclose(*as_the_boards_tell(units))
    for base, flag in BASES:
        for code, told in shown.items():
            if not getattr(told, flag) and disclosure.is_small(getattr(units[code], base)):
                yield f"{base} of {code}"
        if not getattr(total, flag):
            printed = sum(getattr(units[code], base) for code, told in shown.items() if not getattr(told, flag))
            if disclosure.is_small(getattr(truth, base) - printed):
                yield f"{base} of the rest"


def provinces(number: int) -> Iterator[dict[str, Handling]]:
    rng = Random(37)
    for _ in range(number):
        units = {}
        for place in range(rng.randint(1, 9)):
            received = rng.choice((0, 1, 2, 3, 5, 7, 12, 40))
            rejected = rng.randint(0, received // 2)
            waiting = rng.randint(0, received - rejected)
            rated = rng.randint(0, received - rejected - waiting)
            displeased = rng.randint(0, rated)
            units[f"U{place}"] = handled(
                received, rejected=rejected, waiting=waiting, rated=rated, displeased=displeased
            )
        yield {code: each for code, each in units.items() if each.received}


def test_who_subtracts_learns_of_nobody() -> None:
    found = [told for units in provinces(2000) for told in learned(units, disclosed)]
    assert found == []


def test_the_attack_finds_what_hiding_small_ones_alone_gives_away() -> None:
    found = [told for units in provinces(2000) for told in learned(units, small_ones_alone)]
    assert len(found) > 500
    assert {text.split()[0] for text in found} == {"received", "due", "accepted"}  # ratings come in hidden already


def test_large_units_lose_nothing() -> None:
    units = {code: handled(20, rated=6, displeased=1) for code in "ABC"}
    shown, total = disclosed(*as_the_boards_tell(units))
    assert not any(told.hidden or told.time_hidden or told.content_hidden for told in (*shown.values(), total))


def test_questions_of_few_are_not_told_either() -> None:
    assert few_questions({"A": 12, "B": 3, "C": 7}) == {"B", "C"}  # with C shown, the total would tell the three of B
    assert few_questions({"A": 12, "B": 0}) == frozenset()
    assert few_questions({"A": 4, "B": 0}) == {"A"}, "the total, four, is hidden with it"

"""Counts the unsealed tail: responses read one by one, each with its choices spelled out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey.analysis.statistics import PersonSums

Membership = Mapping[int, Sequence[int]]  # of a question: the scopes it is part of

CHOICES = 10  # n0…n9


class Choices(dict[str, tuple[int, int, Sequence[int]]]):
    """Question, choice and, of a valid score, its scopes, by the number that spells them; each is worked out once."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def __missing__(self, number: str) -> tuple[int, int, Sequence[int]]:
        question, choice = divmod(int(number), CHOICES)
        scopes = self._membership.get(question, ()) if 1 <= choice <= 5 else ()
        self[number] = question, choice, scopes
        return self[number]


@dataclass(frozen=True, slots=True)
class Ballots:
    """What some responses chose: per question id its counts (n0…n9 and people, or n0…n5), per scope id the sums."""

    items: dict[int, tuple[int, ...]]
    scopes: dict[int, PersonSums]

    @classmethod
    def of(cls, spelled: Iterable[str], read: Choices, width: int) -> Ballots:
        """Count responses given as texts of numbers `question · 10 + choice`; a question may come several times.

        `width` is the number of counts per question: 11 with people, 6 for n0…n5, 0 for no counts at all.
        """
        counts: dict[int, list[int]] = defaultdict(lambda: [0] * width)
        sums: dict[int, PersonSums] = {}
        for response in spelled:
            choices = [read[number] for number in response.split()]
            scores: dict[int, list[int]] = defaultdict(list)
            for question, choice, scopes in choices:
                if choice < width:
                    counts[question][choice] += 1
                for scope in scopes:
                    scores[scope].append(choice)
            if width > CHOICES:
                for question in {question for question, _, _ in choices}:
                    counts[question][CHOICES] += 1
            for scope, given in scores.items():
                person = PersonSums.of_person(given)
                sums[scope] = sums[scope] + person if scope in sums else person
        return cls({question: tuple(counted) for question, counted in counts.items()}, sums)

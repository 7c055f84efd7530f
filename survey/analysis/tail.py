"""Counts the unsealed tail: responses read one by one, each with its choices spelled out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey.analysis.statistics import PersonSums

Membership = Mapping[int, Sequence[int]]  # of a question: the scopes it is part of

CHOICES = 10  # n0…n9


@dataclass(frozen=True, slots=True)
class Ballots:
    """What some responses chose: per question id its counts (n0…n9 and people, or n0…n5), per scope id the sums."""

    items: dict[int, tuple[int, ...]]
    scopes: dict[int, PersonSums]

    @classmethod
    def of(cls, spelled: Iterable[str], membership: Membership, width: int) -> Ballots:
        """Count responses given as texts of numbers `question · 10 + choice`; a question may come several times.

        `width` is the number of counts per question: 11 with people, 6 for n0…n5, 0 for no counts at all.
        """
        counts: dict[int, list[int]] = defaultdict(lambda: [0] * width)
        scopes: dict[int, PersonSums] = {}
        for response in spelled:
            choices = [divmod(int(number), CHOICES) for number in response.split()]
            for question, choice in choices if width else ():
                counted = counts[question]
                if choice < width:
                    counted[choice] += 1
            if width > CHOICES:
                for question in {question for question, _ in choices}:
                    counts[question][CHOICES] += 1
            scores: dict[int, list[int]] = defaultdict(list)
            for question, choice in choices:
                if 1 <= choice <= 5:
                    for scope in membership.get(question, ()):
                        scores[scope].append(choice)
            for scope, given in scores.items():
                sums = PersonSums.of_person(given)
                scopes[scope] = scopes[scope] + sums if scope in scopes else sums
        return cls({question: tuple(counted) for question, counted in counts.items()}, scopes)

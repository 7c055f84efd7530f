"""How the people of the sample province answer: a latent satisfaction per person, cut into the five answers.

Units, factors, channels and months differ; a person's answers hang together; items on opinions and recommendations
are often "no opinion"; later items are skipped more; one in ten gives one answer to everything.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from survey.operations.demo.comments import write_comment

_CUTS = (-2.6, -1.75, -0.9, 0.55)  # of the latent scale: five answers, about 78 % satisfied at level 0
_FACTOR_LEVELS = {"access": 0.15, "procedures": 0.0, "officials": 0.2, "results": 0.1, "feedback": -0.3}
_ITEM_LEVELS = {"access_seats": -0.2, "procedures_time": -0.3, "officials_polite": 0.15, "results_on_time": -0.25}
_CHANNEL_LEVELS = {"qr": -0.05, "kiosk": 0.15, "paper": 0.25}
_NO_OPINION = {"feedback": 0.24, "procedures_fee": 0.12}
_FIELD_WEIGHTS = (30, 18, 8, 9, 12, 6, 4, 8, 5)


@dataclass(frozen=True, slots=True)
class Ballot:
    """The answers of one person by question code; `seconds` and `flags` as the form would have stored them."""

    choices: dict[str, int]
    texts: dict[str, str]
    seconds: int | None
    language: str
    flags: tuple[str, ...]


def answer(
    rng: Random, items: tuple[str, ...], level: float, channel: str, lifts: Mapping[str, float] = MappingProxyType({})
) -> Ballot:
    """One person's ballot of the questionnaire `counter`, whose index items are `items`; `lifts` moves some of them."""
    person = level + _CHANNEL_LEVELS[channel] + rng.gauss(0, 0.8)
    straight = rng.random() < 0.1
    language = "en" if channel != "paper" and rng.random() < 0.012 else "vi"
    choices: dict[str, int] = {}
    for position, code in enumerate(items):
        chance = rng.random()
        factor = code.partition("_")[0]
        no_opinion = _NO_OPINION.get(code, _NO_OPINION.get(factor, 0.015))
        if chance < 0.01 + 0.0025 * position:
            continue
        if not straight and chance > 1 - no_opinion:
            choices[code] = 0
        else:
            shift = _FACTOR_LEVELS.get(factor, 0.0) + _ITEM_LEVELS.get(code, 0.0) + lifts.get(code, 0.0)
            choices[code] = _rate(person if straight else person + shift + rng.gauss(0, 0.9))
    rated = [value for value in choices.values() if value] or [_rate(person)]
    mean = sum(rated) / len(rated)
    if rng.random() < 0.95:
        choices["overall_satisfaction"] = _rate(person + 0.1 + rng.gauss(0, 0.4))
    if rng.random() < 0.8:
        choices["respondent_kind"] = 1 if rng.random() < 0.86 else 2
    if rng.random() < 0.75:
        choices["procedure_field"] = rng.choices(range(1, 10), _FIELD_WEIGHTS)[0]
    texts = {}
    if rng.random() < (0.22 if mean < 3.3 else 0.09):
        texts["comment"] = write_comment(rng, mean, language)
    seconds = None if channel == "paper" else int(rng.lognormvariate(4.55, 0.45))
    flags: tuple[str, ...] = ()
    if seconds is not None and rng.random() < 0.012:
        seconds, flags = rng.randint(3, 9), ("too_fast",)
    elif channel == "qr" and rng.random() < 0.003:
        flags = ("honeypot",)
    return Ballot(choices, texts, seconds, language, flags)


def _rate(latent: float) -> int:
    return 1 + bisect_right(_CUTS, latent)

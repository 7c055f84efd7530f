"""Short codes of collectors: six random characters and a check character, easy to read out and hard to mistype."""

from __future__ import annotations

import unicodedata
from typing import Protocol

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 characters, a prime; no 0 O 1 I L
LENGTH = 7

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PRIME = len(ALPHABET)
_IGNORED = frozenset(" -‐‑‒–—_.")


class Chooser(Protocol):
    """What :mod:`secrets` and :class:`random.Random` both offer."""

    def choice(self, seq: str, /) -> str: ...


def check_character(text: str) -> str:
    """The character that makes `text` plus itself valid.

    The sum of value × distance from the end (the check character at distance 1) is 0 modulo 31. Because 31 is prime,
    every single substitution and every transposition of two characters changes that sum, for codes under 31 characters.
    Raises KeyError for a character outside the alphabet.
    """
    total = sum(_VALUES[character] * weight for weight, character in enumerate(reversed(text), start=2))
    return ALPHABET[-total % _PRIME]


def new_code(rng: Chooser) -> str:
    """A new code from `rng`: the module :mod:`secrets`, or a seeded :class:`random.Random` for sample data."""
    body = "".join(rng.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def normalise(text: str) -> str:
    """What a person typed, as codes are stored: upper case, full-width letters folded, spaces and hyphens dropped."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character not in _IGNORED and not character.isspace())


def spaced(code: str) -> str:
    """A long code as it is read out and typed: "7KQ2-M9FD-XB4T"."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def is_valid(code: str) -> bool:
    """Whether a normalised code has the right length, characters and check character."""
    if len(code) != LENGTH or not _VALUES.keys() >= set(code):
        return False
    return check_character(code[:-1]) == code[-1]


def neighbours(code: str) -> list[str]:
    """The valid codes one slip away from a normalised text that is none itself, in alphabetical order.

    A slip is one wrong character, two neighbouring characters exchanged, one character too few or one too many.
    At most 15 codes: one query asks which of them exist.
    """
    if len(code) == LENGTH:
        candidates = {code[:at] + character + code[at + 1 :] for at in range(LENGTH) for character in ALPHABET}
        candidates |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(LENGTH - 1)}
    elif len(code) == LENGTH - 1:
        candidates = {code[:at] + character + code[at:] for at in range(LENGTH) for character in ALPHABET}
    elif len(code) == LENGTH + 1:
        candidates = {code[:at] + code[at + 1 :] for at in range(LENGTH + 1)}
    else:
        return []
    return sorted(candidate for candidate in candidates - {code} if is_valid(candidate))

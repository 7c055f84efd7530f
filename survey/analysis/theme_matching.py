"""Finding themes in Vietnamese comments by phrases: by whole syllables, the longest first, with diacritics or without.

Works offline and without a model. A phrase of the dictionary is written with its diacritics. Where a comment is typed
without any ("cho lau qua"), phrases of two syllables and more are compared without them, too; a single syllable is not,
since "cho" can be "chờ", "chợ" or "chó". All phrases are looked for at once (Aho–Corasick, leftmost and longest).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick import Automaton

from survey.models import Theme
from survey.operations.folding import folded

# A syllable that follows within two of these, in the same part of a sentence, is denied.
NEGATIONS = frozenset(
    ("không", "chưa", "chẳng", "chả", "đừng", "ko", "k", "kg", "hok", "hông", "khong", "chua", "chang")
)
BARE_SHARE = 0.15  # a comment with fewer syllables with diacritics is typed without; ordinary text has some 70 %
BARE_SYLLABLES = 4  # so many without any in a row are typed without, too, within a comment that has some

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|[\n\r]")
# "hoà" and "hòa", "thuỷ" and "thủy" are one word: the mark stands where schools put it, on the first vowel.
_MARKS = {
    new: old
    for vowels, first, second in (("oa", "òóỏõọ", "àáảãạ"), ("oe", "òóỏõọ", "èéẻẽẹ"), ("uy", "ùúủũụ", "ỳýỷỹỵ"))
    for new, old in zip((vowels[0] + mark for mark in second), (mark + vowels[1] for mark in first), strict=True)
}


@dataclass(frozen=True, slots=True)
class Part:
    """Syllables between two punctuation marks; `bare` where they are typed without diacritics."""

    syllables: tuple[str, ...]
    bare: bool


def syllables_of(text: str) -> tuple[str, ...]:
    """The syllables of a phrase, lower case, their tone marks on the usual vowel; punctuation is left out."""
    return tuple(syllable for run in _runs(text) for syllable in run)


def parts_of(text: str) -> list[Part]:
    """A comment in parts, as phrases are looked for: none reaches over a comma, a full stop or the end of a line."""
    runs = list(_runs(text))
    every = [folded(syllable) != syllable for run in runs for syllable in run]
    bare = sum(every) < BARE_SHARE * len(every)
    return [
        Part(tuple(run), (bare or len(run) >= BARE_SYLLABLES) and all(folded(syllable) == syllable for syllable in run))
        for run in runs
    ]


def _runs(text: str) -> Iterator[list[str]]:
    run: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text).lower()):
        if token[0].isalnum():
            run.append(_usual(token))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _usual(syllable: str) -> str:
    ending = _MARKS.get(syllable[-2:])
    return syllable[:-2] + ending if ending and not syllable.startswith("q") else syllable


class Dictionary:
    """The phrases of some themes, ready to be looked for."""

    def __init__(self, words: Mapping[int, Iterable[str]], unless_negated: Iterable[int] = ()) -> None:
        self._unless_negated = frozenset(unless_negated)
        themes: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for theme, phrases in words.items():
            for phrase in phrases:
                if syllables := syllables_of(phrase):
                    themes[syllables].add(theme)
        without: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for syllables, found in themes.items():
            plain = tuple(map(folded, syllables))
            if len(plain) > 1 or plain == syllables:
                without[plain] |= found
        self._written, self._bare = _automaton(themes), _automaton(without)
        listed = sorted((theme, syllables) for syllables, found in themes.items() for theme in found)
        self.digest = hashlib.sha256(repr((listed, sorted(self._unless_negated))).encode()).hexdigest()

    @classmethod
    def of(cls, themes: Sequence[Theme]) -> Dictionary:
        """That of the themes that have not ended."""
        living = [theme for theme in themes if theme.ended_on is None]
        words = {theme.id: [word.word for word in theme.words] for theme in living}
        return cls(words, [theme.id for theme in living if theme.unless_negated])

    def themes_of(self, text: str) -> set[int]:
        """The themes of a comment: several, one or none."""
        found: set[int] = set()
        for part in parts_of(text):
            automaton = self._bare if part.bare else self._written
            if not len(automaton):
                continue
            starts, at = {}, 0
            for number, syllable in enumerate(part.syllables):
                starts[at] = number
                at += len(syllable) + 2
            for end, (length, themes) in automaton.iter_long(_joined(part.syllables)):
                first = starts[end + 1 - length]
                denied = not NEGATIONS.isdisjoint(part.syllables[max(0, first - 2) : first])
                found |= themes - self._unless_negated if denied else themes
        return found


def _automaton(themes: Mapping[tuple[str, ...], set[int]]) -> Automaton:
    automaton = Automaton()
    for syllables, found in themes.items():
        joined = _joined(syllables)
        automaton.add_word(joined, (len(joined), frozenset(found)))
    if themes:
        automaton.make_automaton()
    return automaton


def _joined(syllables: Sequence[str]) -> str:
    """Each syllable with its ends marked, so that a phrase begins and ends with whole ones."""
    return "".join(f"<{syllable}>" for syllable in syllables)

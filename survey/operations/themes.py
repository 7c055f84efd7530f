"""The dictionary of themes, as the Interior Department keeps it: themes, their names and their words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.analysis.theme_matching import syllables_of
from survey.models import Theme, ThemeWord
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.folding import folded

LONGEST_WORD, SHORTEST_WORD = 60, 2
MOST_WORDS, MOST_THEMES = 300, 40
LONGEST_NAME = 200


class ThemeError(OperationError):
    """What cannot be done with a theme, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "name_missing": _n("Give the theme a name in Vietnamese."),
        "name_taken": _n("There is a theme called “%(name)s” already."),
        "words_missing": _n("A theme is known by its words: write one at least."),
        "word_short": _n("“%(word)s” is too short: a word has %(fewest)s letters or more."),
        "word_long": _n("“%(word)s” is longer than %(most)s characters. Please shorten it."),
        "word_empty": _n("“%(word)s” holds no letter."),
        "words_many": _n("A theme takes at most %(most)s words."),
        "themes_many": _n("There are %(most)s themes already. End one that is not needed first."),
        "theme_ended": _n("This theme has ended. Take it up again first."),
        "word_known": _n("“%(word)s” belongs to the theme “%(theme)s” already."),
    }


def create_theme(session: Session, *, name_vi: str, name_en: str, words: Iterable[str], unless_negated: bool) -> Theme:
    """A new theme, listed last. Raises :class:`ThemeError`."""
    living = select(func.count()).select_from(Theme).where(Theme.ended_on.is_(None))
    if (session.scalar(living) or 0) >= MOST_THEMES:
        raise ThemeError("themes_many", most=MOST_THEMES)
    name_vi = _free_name(session, name_vi, None)
    last = session.scalar(select(func.max(Theme.position))) or 0
    theme = Theme(code=_free_code(session, name_vi), name_vi=name_vi, name_en=name_en, position=last + 1)
    theme.unless_negated = unless_negated
    theme.words = [ThemeWord(word=word) for word in cleaned_words(words)]
    session.add(theme)
    session.flush()
    return theme


def rename_theme(session: Session, theme: Theme, *, name_vi: str, name_en: str) -> None:
    theme.name_vi, theme.name_en = _free_name(session, name_vi, theme), name_en
    session.flush()


def save_words(
    session: Session, theme: Theme, words: Iterable[str], *, unless_negated: bool | None = None
) -> tuple[int, int]:
    """Let the theme have exactly these words; returns how many are new and how many are gone.

    Comments are read anew beside the server. Raises :class:`ThemeError`.
    """
    if theme.ended_on is not None:
        raise ThemeError("theme_ended")
    wanted = cleaned_words(words)
    present = {word.word: word for word in theme.words}
    gone = [word for text, word in present.items() if text not in wanted]
    new = [text for text in wanted if text not in present]
    for word in gone:
        theme.words.remove(word)
        session.delete(word)  # said so that the audit log notes it
    theme.words.extend(ThemeWord(word=text) for text in new)
    if unless_negated is not None:
        theme.unless_negated = unless_negated
    session.flush()
    return len(new), len(gone)


def add_word(session: Session, theme: Theme, word: str) -> None:
    """Raises :class:`ThemeError`, also where the theme has the word."""
    if cleaned_word(word) in {known.word for known in theme.words}:
        raise ThemeError("word_known", word=word, theme=theme.name_vi)
    save_words(session, theme, [*(known.word for known in theme.words), word])


def end_theme(session: Session, theme: Theme, today: date) -> None:
    """From now on no comment is put under the theme, those it had neither."""
    theme.ended_on = theme.ended_on or today
    session.flush()


def resume_theme(session: Session, theme: Theme) -> None:
    theme.ended_on = None
    session.flush()


def cleaned_words(words: Iterable[str]) -> list[str]:
    """Lower case, composed, each once, in the order given; empty ones left out. Raises :class:`ThemeError`."""
    found = list(dict.fromkeys(cleaned_word(word) for word in words if word.strip()))
    if not found:
        raise ThemeError("words_missing")
    if len(found) > MOST_WORDS:
        raise ThemeError("words_many", most=MOST_WORDS)
    return found


def cleaned_word(word: str) -> str:
    """As it is kept. Raises :class:`ThemeError` for one that is too short or too long."""
    clean = " ".join(clean_text(unicodedata.normalize("NFC", word), lines=False).lower().split())
    if not syllables_of(clean):
        raise ThemeError("word_empty", word=word.strip())
    if len(clean) < SHORTEST_WORD:
        raise ThemeError("word_short", word=clean, fewest=SHORTEST_WORD)
    if len(clean) > LONGEST_WORD:
        raise ThemeError("word_long", word=clean, most=LONGEST_WORD)
    return clean


def _free_name(session: Session, name: str, own: Theme | None) -> str:
    name = " ".join(clean_text(name, lines=False).split())[:LONGEST_NAME]
    if not name:
        raise ThemeError("name_missing")
    for other in session.scalars(select(Theme)):
        if other is not own and folded(other.name_vi) == folded(name):
            raise ThemeError("name_taken", name=name)
    return name


def _free_code(session: Session, name: str) -> str:
    base = "-".join(folded(part) for part in syllables_of(name))[:34].strip("-") or "chu-de"
    taken = set(session.scalars(select(Theme.code)))
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbered if code not in taken)

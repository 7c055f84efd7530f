"""The themes a dialogue's questions are put under, in the chair's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Dialogue, DialogueQuestion, DialogueTheme
from survey.operations.dialogue_questions import require_arranged
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST_THEME, MOST_THEMES = 200, 30


class ThemeError(OperationError):
    """What cannot be done with a theme of a dialogue, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "missing": _n("Write the name of the theme."),
        "long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "elsewhere": _n("This theme belongs to another dialogue."),
        "taken": _n("There is a theme of that name already."),
        "many": _n("A dialogue takes at most %(most)s themes."),
    }


def add_theme(session: Session, dialogue: Dialogue, name: str) -> DialogueTheme:
    """A theme after the others. Raises :class:`ThemeError`, :class:`QuestionError`."""
    require_arranged(dialogue)
    themes = themes_of(session, dialogue)
    if len(themes) >= MOST_THEMES:
        raise ThemeError("many", most=MOST_THEMES)
    last = themes[-1].position if themes else 0
    theme = DialogueTheme(dialogue_id=dialogue.id, position=last + 1, name_vi=_theme_name(name, themes))
    session.add(theme)
    session.flush()
    return theme


def rename_theme(session: Session, dialogue: Dialogue, theme: DialogueTheme, name: str) -> None:
    """Raises :class:`ThemeError`, :class:`QuestionError`."""
    _require_own(dialogue, theme)
    theme.name_vi = _theme_name(name, [other for other in themes_of(session, dialogue) if other is not theme])
    session.flush()


def move_theme(session: Session, dialogue: Dialogue, theme: DialogueTheme, by: int) -> None:
    """Move a theme up (−1) or down (1) among the others. Raises :class:`ThemeError`, :class:`QuestionError`."""
    _require_own(dialogue, theme)
    themes = themes_of(session, dialogue)
    at = themes.index(theme)
    themes.insert(min(max(at + by, 0), len(themes) - 1), themes.pop(at))
    for position, each in enumerate(themes, 1):
        each.position = position
    session.flush()


def remove_theme(session: Session, dialogue: Dialogue, theme: DialogueTheme) -> None:
    """Take a theme away; its questions stand under none. Raises :class:`ThemeError`, :class:`QuestionError`."""
    _require_own(dialogue, theme)
    for question in session.scalars(select(DialogueQuestion).where(DialogueQuestion.theme_id == theme.id)):
        question.theme = None
    session.flush()
    session.delete(theme)
    session.flush()


def themes_of(session: Session, dialogue: Dialogue) -> list[DialogueTheme]:
    """The themes in the chair's order."""
    query = select(DialogueTheme).where(DialogueTheme.dialogue_id == dialogue.id)
    return list(session.scalars(query.order_by(DialogueTheme.position, DialogueTheme.id)))


def _theme_name(name: str, others: Iterable[DialogueTheme]) -> str:
    cleaned = clean_text(name, lines=False)
    if not cleaned:
        raise ThemeError("missing")
    if len(cleaned) > LONGEST_THEME:
        raise ThemeError("long", most=LONGEST_THEME)
    if cleaned.casefold() in {other.name_vi.casefold() for other in others}:
        raise ThemeError("taken")
    return cleaned


def _require_own(dialogue: Dialogue, theme: DialogueTheme) -> None:
    require_arranged(dialogue)
    if theme.dialogue_id != dialogue.id:
        raise ThemeError("elsewhere")

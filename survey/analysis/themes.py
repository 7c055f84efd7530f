"""Themes of comments as their readers may see them: how many people wrote of what, by wave, unit and period.

Who reads single responses sees every count, by month or half-month. Everybody else sees those of released comments, by
month, none of fewer than five people. All are read as they were counted last; nothing is counted on reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from reports.figures import Text
from survey.analysis import half_month
from survey.analysis.theme_disclosure import Counted
from survey.analysis.theme_matching import Dictionary
from survey.models import Theme, ThemeCount, ThemePhrase, ThemeReading, ThemeTally, Unit, Wave
from survey.models.theme import EVERY, NONE, WHOLE_WAVE

NOBODY = Counted(0, 0)


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme, or without one the comments of none; `by_period` holds what may be shown."""

    theme: Theme | None
    counted: Counted
    by_period: dict[int, Counted]


@dataclass(frozen=True, slots=True)
class ThemeBoard:
    """What people of a unit wrote of in a wave. `every` is the base, `untold` how many themes may not be shown."""

    every: Counted
    lines: tuple[ThemeLine, ...]  # the most people first
    none: ThemeLine | None
    periods: tuple[tuple[int, Text], ...]
    untold: int
    counted_at: datetime | None

    def share(self, counted: Counted) -> float:
        return counted.people / self.every.people if self.every.people else 0.0

    def line_of(self, theme: Theme | None) -> ThemeLine | None:
        if theme is None:
            return self.none
        return next((line for line in self.lines if line.theme is theme), None)


def living_themes(session: Session) -> Sequence[Theme]:
    query = select(Theme).where(Theme.ended_on.is_(None)).order_by(Theme.position, Theme.id)
    return session.scalars(query).all()


def every_theme(session: Session) -> Sequence[Theme]:
    """Ended ones too, with their words."""
    return session.scalars(select(Theme).options(selectinload(Theme.words)).order_by(Theme.position, Theme.id)).all()


def find_theme(session: Session, code: str) -> Theme | None:
    return session.scalar(select(Theme).where(Theme.code == code))


def board(session: Session, wave: Wave, unit: Unit, *, exact: bool, by_half_month: bool = False) -> ThemeBoard:
    """Of the unit with everything below it; `by_half_month` for exact readers alone."""
    rows = session.execute(
        select(ThemeTally.theme, ThemeTally.period, ThemeTally.comments, ThemeTally.people).where(
            ThemeTally.wave_id == wave.id, ThemeTally.unit_id == unit.id, ThemeTally.released == (not exact)
        )
    ).all()
    counts: dict[int, dict[int, Counted]] = defaultdict(dict)
    whole: dict[int, Counted] = {}
    for theme, number, comments, people in rows:
        counted = Counted(comments, people)
        if exact:
            period = number if by_half_month else number // 2
            counts[theme][period] = _added(counts[theme].get(period, NOBODY), counted)
            whole[theme] = _added(whole.get(theme, NOBODY), counted)
        elif number == WHOLE_WAVE:
            whole[theme] = counted
        else:
            counts[theme][number] = counted
    themes = living_themes(session)
    lines = [ThemeLine(theme, whole[theme.id], counts[theme.id]) for theme in themes if theme.id in whole]
    lines.sort(key=lambda line: (-line.counted.people, -line.counted.comments))
    label = half_month.label if exact and by_half_month else half_month.month_label
    periods = sorted({period for of_theme in counts.values() for period in of_theme})
    none = ThemeLine(None, whole[NONE], counts[NONE]) if NONE in whole else None
    counted_at = session.scalar(select(ThemeCount.counted_at).where(ThemeCount.wave_id == wave.id))
    untold = 0 if exact else len(themes) - len(lines)
    every = whole.get(EVERY, NOBODY)
    return ThemeBoard(every, tuple(lines), none, tuple((p, label(p)) for p in periods), untold, counted_at)


def public_themes(session: Session, wave: Wave, unit: Unit) -> tuple[Counted | None, list[tuple[Text, Counted]]]:
    """What the public may read of a published wave: the base, as far as it may be shown, and the themes of at least
    five people, the most people first."""
    tally = (ThemeTally.wave_id == wave.id) & (ThemeTally.unit_id == unit.id)
    tally &= ThemeTally.released & (ThemeTally.period == WHOLE_WAVE)
    rows = session.execute(
        select(Theme.name_vi, Theme.name_en, ThemeTally.comments, ThemeTally.people)
        .join(Theme, Theme.id == ThemeTally.theme)
        .where(tally, Theme.ended_on.is_(None))
        .order_by(ThemeTally.people.desc(), Theme.position)
    ).all()
    every = session.execute(
        select(ThemeTally.comments, ThemeTally.people).where(tally, ThemeTally.theme == EVERY)
    ).first()
    found = [(Text(vi, en), Counted(comments, people)) for vi, en, comments, people in rows]
    return (Counted(*every) if every else None), found


def phrases(session: Session, wave: Wave) -> list[tuple[str, int]]:
    """Frequent phrases of the wave's comments of no theme, with the comments that hold them."""
    query = select(ThemePhrase.phrase, ThemePhrase.comments).where(ThemePhrase.wave_id == wave.id)
    return [
        (row.phrase, row.comments)
        for row in session.execute(query.order_by(ThemePhrase.comments.desc(), ThemePhrase.phrase))
    ]


def is_being_read(session: Session) -> bool:
    """Whether comments are still being read by a dictionary that was changed, so that counts are those before."""
    digest = Dictionary.of(every_theme(session)).digest
    reading = session.get(ThemeReading, 1)
    if reading is None or reading.dictionary != digest:
        return True
    stale = select(func.count()).where(~ThemeCount.stood.startswith(digest))
    return bool(session.scalar(stale))


def _added(before: Counted, more: Counted) -> Counted:
    return Counted(before.comments + more.comments, before.people + more.people)

"""Counting themes beside the server: a wave is counted again when comments came to it, were released, hidden or
doubted, or when the dictionary changed. Counting reads without a lock and writes only the rows that differ."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, exists, func, insert, select, tuple_
from sqlalchemy.orm import Session

from survey.analysis import tree
from survey.analysis.phrases import frequent_phrases
from survey.analysis.theme_disclosure import Counted, shown
from survey.models import (
    Comment,
    CommentTheme,
    ResponseFlag,
    TextAnswer,
    ThemeCount,
    ThemePhrase,
    ThemeReading,
    ThemeTally,
    Wave,
)
from survey.models.comment import NEVER
from survey.models.theme import NONE, WHOLE_WAVE
from survey.operations.poll_waves import of_a_survey
from survey.operations.theme_reading import read_comments
from survey.operations.writing import begin_write

PHRASES = 30  # kept of a wave
PHRASED_COMMENTS = 20_000  # without a theme, among which phrases are looked for
PAUSE = timedelta(minutes=10)  # between two counts of a wave that is open
WRITTEN_AT_ONCE = 1000  # rows, in one transaction

Row = tuple[int, bool, int, int]  # unit, released, period, theme: the key of a tally within its wave


def run_due(engine: Engine, now: datetime) -> int:
    """Find the themes of new comments and count the waves that moved; returns how many comments were read."""
    read = read_comments(engine)
    for wave_id, stands in _moved(engine, now):
        _count(engine, wave_id, stands, now)
    return read


def _moved(engine: Engine, now: datetime) -> list[tuple[int, str]]:
    """The waves in which something else stands than when they were counted last, and what stands now."""
    with Session(engine) as session:
        reading = session.get(ThemeReading, 1)
        if reading is None:
            return []
        counted = {row.wave_id: row for row in session.scalars(select(ThemeCount))}
        being_answered = set(session.scalars(select(Wave.id).where(Wave.state == "open")))
        flags = session.scalar(select(func.count()).select_from(ResponseFlag))  # none is ever taken back
        stand: dict[int, list[str]] = defaultdict(list)
        by_day = select(Comment.wave_id, Comment.released_on, func.count())
        by_day = by_day.where(of_a_survey(Comment.wave_id)).group_by(Comment.wave_id, Comment.released_on)
        hidden = select(Comment.wave_id, func.max(Comment.hidden_at), func.count())
        hidden = hidden.where(Comment.hidden_at.is_not(None), of_a_survey(Comment.wave_id)).group_by(Comment.wave_id)
        for query in (by_day, hidden):
            for row in session.execute(query):
                stand[row[0]].append(f"{row[1]} {row[2]}")
    moved = []
    for wave_id, rows in stand.items():
        digest = hashlib.sha256(f"{flags} {sorted(rows)}".encode()).hexdigest()
        stands, last = f"{reading.dictionary} {digest}", counted.get(wave_id)
        rests = (
            last is not None
            and wave_id in being_answered
            and last.stood.startswith(reading.dictionary)
            and now - last.counted_at < PAUSE
        )
        if not rests and (last is None or last.stood != stands):
            moved.append((wave_id, stands))
    return moved


def _count(engine: Engine, wave_id: int, stands: str, now: datetime) -> None:
    """Rows that change are first taken away and then written anew, in short transactions: what a reader sees in between
    are rows that stand before and after, so that no difference of two counts tells of few people."""
    with Session(engine) as session:
        wanted = _tallies(session, wave_id)
        phrases = _phrases(session, wave_id)
        rows = session.scalars(select(ThemeTally).where(ThemeTally.wave_id == wave_id))
        kept = {(row.unit_id, row.released, row.period, row.theme): Counted(row.comments, row.people) for row in rows}
    gone = [key for key, counted in kept.items() if wanted.get(key) != counted]
    new = [key for key, counted in wanted.items() if kept.get(key) != counted]
    _in_parts(engine, gone, lambda session, keys: _remove(session, wave_id, keys))
    _in_parts(engine, new, lambda session, keys: _write(session, wave_id, {key: wanted[key] for key in keys}))
    with Session(engine) as session:
        begin_write(session)
        session.execute(delete(ThemePhrase).where(ThemePhrase.wave_id == wave_id))
        session.add_all(ThemePhrase(wave_id=wave_id, phrase=phrase, comments=number) for phrase, number in phrases)
        session.merge(ThemeCount(wave_id=wave_id, stood=stands, counted_at=now))
        session.commit()


def _in_parts(engine: Engine, keys: Sequence[Row], work: Callable[[Session, Sequence[Row]], None]) -> None:
    for at in range(0, len(keys), WRITTEN_AT_ONCE):
        with Session(engine) as session:
            begin_write(session)
            work(session, keys[at : at + WRITTEN_AT_ONCE])
            session.commit()


def _remove(session: Session, wave_id: int, keys: Sequence[Row]) -> None:
    key = tuple_(ThemeTally.unit_id, ThemeTally.released, ThemeTally.period, ThemeTally.theme)
    gone = delete(ThemeTally).where(ThemeTally.wave_id == wave_id, key.in_(keys))
    session.execute(gone.execution_options(synchronize_session=False))


def _write(session: Session, wave_id: int, counts: Mapping[Row, Counted]) -> None:
    rows = [
        {
            "wave_id": wave_id,
            "unit_id": unit_id,
            "released": released,
            "period": period,
            "theme": theme,
            "comments": counted.comments,
            "people": counted.people,
        }
        for (unit_id, released, period, theme), counted in counts.items()
    ]
    session.execute(insert(ThemeTally), rows)


def _tallies(session: Session, wave_id: int) -> dict[Row, Counted]:
    """Every row of the wave as it should stand. A person wrote at one unit on one day, so that people add up over units
    and periods, as comments do; over themes neither does. Flagged responses count nowhere."""
    flagged = exists().where(ResponseFlag.response_id == Comment.response_id)
    numbers = (func.count(), func.count(Comment.response_id.distinct()))
    found = select(Comment.unit_id, CommentTheme.half_month, CommentTheme.theme, *numbers)
    found = found.join(CommentTheme, CommentTheme.comment_id == Comment.id).where(Comment.wave_id == wave_id, ~flagged)
    every = session.execute(found.group_by(Comment.unit_id, CommentTheme.half_month, CommentTheme.theme)).all()
    readable = found.where(Comment.released_on < NEVER, Comment.hidden_at.is_(None))
    released = session.execute(readable.group_by(Comment.unit_id, CommentTheme.half_month, CommentTheme.theme)).all()
    ways, parents = tree.lineage(session, {row[0] for row in every})
    tallies: dict[Row, Counted] = {}
    for unit_id, period, theme, comments, people in every:
        for above in ways[unit_id][1:]:
            key = (int(above), False, period, theme)
            tallies[key] = _added(tallies.get(key), comments, people)
    by_theme: dict[int, dict[tuple[str, int], Counted]] = defaultdict(dict)
    for unit_id, period, theme, comments, people in released:
        for above in ways[unit_id]:
            for cell in ((above, period // 2), (above, WHOLE_WAVE)):
                by_theme[theme][cell] = _added(by_theme[theme].get(cell), comments, people)
    for theme, counts in by_theme.items():
        tallies |= _of_theme(theme, shown(counts, parents))
    return tallies


def _of_theme(theme: int, counts: Mapping[tuple[str, int], Counted]) -> dict[Row, Counted]:
    return {
        (int(unit), True, period, theme): counted
        for (unit, period), counted in counts.items()
        if int(unit) != tree.ROOT
    }


def _added(before: Counted | None, comments: int, people: int) -> Counted:
    return Counted(comments, people) if before is None else Counted(before.comments + comments, before.people + people)


def _phrases(session: Session, wave_id: int) -> list[tuple[str, int]]:
    """Of the comments without a theme: of very many a part, drawn by the chance that numbered them."""
    texts = session.scalars(
        select(TextAnswer.text)
        .join(
            Comment, (TextAnswer.response_id == Comment.response_id) & (TextAnswer.question_id == Comment.question_id)
        )
        .join(CommentTheme, (CommentTheme.comment_id == Comment.id) & (CommentTheme.theme == NONE))
        .where(Comment.wave_id == wave_id)
        .order_by(Comment.id)
        .limit(PHRASED_COMMENTS)
    )
    return frequent_phrases(texts, PHRASES)

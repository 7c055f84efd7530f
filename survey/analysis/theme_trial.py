"""What a change of the dictionary would change, before it is saved: which comments would come to a theme or leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from survey.analysis.theme_matching import Dictionary, syllables_of
from survey.models import Comment, TextAnswer, Theme
from survey.operations.folding import folded

LOOKED_AT = 5000  # comments; of more a part, drawn by the chance that numbered them
CHANGED_WORDS = 40  # by which comments are looked up; for more of them every comment may change
EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Trial:
    """Comments that would come to the theme and leave it, with examples; `found` and `left_alone` of them had no theme
    before, or would have none. `others` are the comments by which other themes would grow or shrink."""

    gained: int
    lost: int
    found: int
    left_alone: int
    others: Mapping[int, int]
    gained_examples: tuple[str, ...]
    lost_examples: tuple[str, ...]
    complete: bool  # every comment that may change was looked at


def try_words(
    session: Session, themes: Sequence[Theme], own: int, words: Collection[str], *, unless_negated: bool
) -> Trial:
    """What would change if the theme numbered `own` (0: a new one) had these words. `themes` are all, with words."""
    living = [theme for theme in themes if theme.ended_on is None]
    before = {theme.id: [word.word for word in theme.words] for theme in living}
    denied = {theme.id for theme in living if theme.unless_negated}
    old, new = set(before.get(own, ())), set(words)
    changed = old ^ new if (own in denied) == unless_negated else old | new
    mine = {own} if unless_negated else set()
    dictionaries = (Dictionary(before, denied), Dictionary({**before, own: list(words)}, (denied - {own}) | mine))
    texts = _texts_with(session, changed)
    complete = len(texts) <= LOOKED_AT and len(changed) <= CHANGED_WORDS
    trial = Trial(0, 0, 0, 0, {}, (), (), complete)
    others: Counter[int] = Counter()
    for text in texts[:LOOKED_AT]:
        then, now = (dictionary.themes_of(text) for dictionary in dictionaries)
        others.update({theme: (theme in now) - (theme in then) for theme in (then ^ now) - {own}})
        if own in now - then:
            trial = replace(trial, gained=trial.gained + 1, found=trial.found + (not then))
            trial = replace(trial, gained_examples=(*trial.gained_examples, text)[:EXAMPLES])
        elif own in then - now:
            trial = replace(trial, lost=trial.lost + 1, left_alone=trial.left_alone + (not now))
            trial = replace(trial, lost_examples=(*trial.lost_examples, text)[:EXAMPLES])
    return replace(trial, others={theme: number for theme, number in others.items() if number})


def _texts_with(session: Session, words: Collection[str]) -> Sequence[str]:
    """Comments that may hold one of the words: those with its syllables in this order, diacritics or not."""
    if not words:
        return ()
    query = select(TextAnswer.text).join(
        Comment, (TextAnswer.response_id == Comment.response_id) & (TextAnswer.question_id == Comment.question_id)
    )
    if len(words) <= CHANGED_WORDS:
        patterns = ("%".join(["", *map(folded, syllables_of(word)), ""]) for word in sorted(words))
        query = query.where(or_(*(Comment.folded.like(pattern) for pattern in patterns)))
    return session.scalars(query.order_by(Comment.id).limit(LOOKED_AT + 1)).all()

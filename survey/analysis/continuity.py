"""Since which version a question means and reads what it does: what may be compared with what, over any number of
versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import QuestionContinuity


class Meaning(NamedTuple):
    """The ids of the versions since which a question means, and reads, what it does; None for "as ever"."""

    means_since: int | None = None
    reads_since: int | None = None

    def compares_with(self, other: Meaning) -> bool:
        """Whether answers to the question of the same code, there and here, are answers to the same thing."""
        return self.means_since == other.means_since


class Continuity:
    """The meanings of the questions of some versions. A version that says nothing of its origin is compared by codes
    alone, and so is one that never changed since."""

    def __init__(self, meanings: Mapping[tuple[int, str], Meaning]) -> None:
        self._meanings = meanings

    def meaning(self, questionnaire_id: int, code: str) -> Meaning:
        return self._meanings.get((questionnaire_id, code), Meaning())


def read_continuity(session: Session, questionnaire_ids: Iterable[int]) -> Continuity:
    """What is kept of these versions; asks nothing where there is but one, which is always comparable with itself."""
    ids = sorted(set(questionnaire_ids))
    if len(ids) < 2:
        return Continuity({})
    row = QuestionContinuity
    kept = session.execute(
        select(row.questionnaire_id, row.code, row.means_since, row.reads_since).where(
            row.questionnaire_id.in_(ids), row.means_since.is_not(None) | row.reads_since.is_not(None)
        )
    )
    return Continuity({(of, code): Meaning(means, reads) for of, code, means, reads in kept})

"""What tallies cannot tell: one pass over the rows of a wave, a line per response, for alpha, median time, validity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from survey.models import Answer, Collector, Response, ResponseFlag, Unit, Wave

ROWS_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """One counted response: how long it took, and its choices in the order of the questions asked for (None: none)."""

    unit_id: int
    seconds: int | None
    choices: tuple[int | None, ...]


def scan(session: Session, wave: Wave, path: str, questions: Sequence[int], trust: Sequence[str]) -> Iterator[Line]:
    """Every response of the subtree in the wave that is neither flagged nor a test, of the trust levels given.

    Takes time in proportion to the responses. The answers are turned into columns by the database.
    """
    flagged = exists().where(ResponseFlag.response_id == Response.id)
    columns = [func.max(case((Answer.question_id == question, Answer.choice))) for question in questions]
    statement = (
        select(Collector.unit_id, Response.seconds, *columns)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .outerjoin(Answer, and_(Answer.response_id == Response.id, Answer.question_id.in_(questions)))
        .where(
            Collector.wave_id == wave.id,
            Collector.trust.in_(trust),
            Unit.path.like(f"{path}%"),
            ~Response.is_test,
            ~flagged,
        )
        .group_by(Response.id, Collector.unit_id, Response.seconds)
        .execution_options(yield_per=ROWS_AT_A_TIME)
    )
    for unit_id, seconds, *choices in session.execute(statement):
        yield Line(unit_id, seconds, tuple(choices))

"""Doubts about single responses: flagged by hand with a reason, counted apart from then on, never removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.models import Collector, FlagNote, Response, Unit, Wave
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.ledger import flag_response
from survey.operations.submission import receipt_number

BY_HAND = "manual"
LONGEST_REASON = 500


class DoubtError(OperationError):
    """Why responses cannot be flagged."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "none_chosen": _n("Choose at least one response first."),
        "reason_missing": _n("Say why you doubt the response: others must be able to check it."),
        "reason_long": _n("The reason is longer than %(most)s characters. Please shorten it."),
        "finished": _n(
            "The wave %(wave)s has closed: from the difference of its figures before and after, the unit could tell "
            "what this one person answered. Flag doubtful responses while the wave is open."
        ),
    }


def flag_by_hand(session: Session, response_ids: Sequence[int], reason: str, at: datetime) -> int:
    """Flag responses of open waves; returns how many were not flagged by hand before. Raises :class:`DoubtError`.

    Released figures take it in with their next step of at least five people. Each is noted in the audit log.
    """
    reason = " ".join(clean_text(reason, lines=False).split())
    if not response_ids:
        raise DoubtError("none_chosen")
    if not reason:
        raise DoubtError("reason_missing")
    if len(reason) > LONGEST_REASON:
        raise DoubtError("reason_long", most=LONGEST_REASON)
    rows = session.execute(
        select(Response.id, Response.submission_id, Unit.path, Wave.code, Wave.state)
        .join(Collector, Collector.id == Response.collector_id)
        .join(Unit, Unit.id == Collector.unit_id)
        .join(Wave, Wave.id == Collector.wave_id)
        .where(Response.id.in_(response_ids))
        .order_by(Response.id)
    ).all()
    for row in rows:
        if row.state != "open":
            raise DoubtError("finished", wave=row.code)
    new = 0
    for row in rows:
        if flag_response(session, row.id, BY_HAND):
            note = {"response_id": row.id, "kind": BY_HAND, "reason": reason, "noted_at": at}
            session.execute(insert(FlagNote).values(note))
            subject = receipt_number(row.submission_id)
            after = {"kind": BY_HAND, "reason": reason, "wave": row.code}
            audit.record(session, "response.flag", subject=subject, unit_path=row.path, after=after)
            new += 1
    return new

"""Trying a collector's form: a ballot as any other, marked as a test, stored and never counted."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sqlalchemy.orm import Session

from survey.models import Collector
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.responses import Receipt, Submission, record_response


class TrialError(OperationError):
    """A collector whose form cannot be tried, by what it is; see :data:`survey.citizen_places.State`."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "revoked": _n("The collector %(collector)s is revoked: its form can no longer be tried."),
        "closed": _n("The wave is over: the form of the collector %(collector)s can no longer be tried."),
        "elsewhere": _n("The web form does not serve the collector %(collector)s: there is nothing to try."),
    }


def record_trial(session: Session, collector: Collector, submission: Submission) -> Receipt:
    """Store the ballot as a test, also while the collector's wave is a draft; the audit log says who made it.

    Raises :class:`~survey.operations.responses.CollectorClosed` and ImpossibleAnswer, as for any ballot.
    """
    receipt = record_response(session, replace(submission, is_test=True))
    if receipt.outcome == "recorded":
        audit.record(
            session,
            "response.test",
            subject=collector.code,
            subject_kind="collector",
            unit_path=collector.unit.path,
            after={"wave": collector.wave.code},
        )
    return receipt

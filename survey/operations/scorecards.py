"""A card on its way from the unit to the council and back: one table of steps, and the history each step writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from survey.analysis import scorecard_basis
from survey.analysis.scorecard_cards import Scores, computed, last_scores
from survey.models import Criterion, Scorecard, ScorecardScore, ScorecardStep
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day

LONGEST_REASON = 1000
MOST_NAMED = 8  # lines of a card named in an error

# Where each step is possible, and what it makes of the card; what does not stand here is impossible.
STEPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "submit": {"scoring": "submitted"},
        "return": {"submitted": "scoring"},
        "appraise": {"submitted": "appraised"},
        "explain": {"appraised": "explained"},
        "finish": {"appraised": "final", "explained": "final"},
        "reopen": {"final": "explained"},
    }
)
# What may be written in each state, and at which stage.
SCORING = "scoring"
EXPLAINING = "appraised"
COUNCIL_STAGES: Mapping[str, str] = MappingProxyType(
    {"submitted": "appraisal", "appraised": "final", "explained": "final"}
)


class ScorecardError(OperationError):
    """What cannot be done with a card, and why; rows are named by their printed numbers."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "step_impossible": _n("This is not possible with the scorecard as it stands now. Read it again below."),
        "rows_missing": _n("These criteria have no points yet: %(rows)s."),
        "rows_open": _n("These criteria have no points: %(rows)s. Enter the points yourselves, with the reason."),
        "same_person": _n(
            "Whoever scored, explained or submitted a scorecard does not appraise it: another person must do that."
        ),
        "explanation_open": _n(
            "The unit may explain until %(day)s. Final points can be set once it has, or after that day."
        ),
        "reason_missing": _n("Give the reason: others must be able to follow it."),
        "text_long": _n("This text is longer than %(most)s characters. Please shorten it."),
        "not_of_card": _n("This criterion is not one of the scorecard."),
        "computed": _n("The points of criterion %(row)s are computed; a reason and a remedy can be written."),
        "points_missing": _n("Criterion %(row)s: enter the points."),
        "points_form": _n("Criterion %(row)s: points are a number with at most two decimals, such as 0.83."),
        "points_above": _n("Criterion %(row)s: %(points)s points are more than the maximum of %(maximum)s."),
        "ratio_missing": _n("Criterion %(row)s: enter both numbers, how many were counted and of how many."),
        "ratio_form": _n(
            "Criterion %(row)s: both numbers are 0 or more with at most two decimals, the second one above 0."
        ),
        "loss_unexplained": _n("Criterion %(row)s: say why points are missing to the maximum."),
        "change_unexplained": _n("Criterion %(row)s: say why the points differ from the unit's."),
        "written_since": _n(
            "Criterion %(row)s: somebody saved it while you wrote. What stands there now is shown beside your words; "
            "save again to put yours in its place."
        ),
        "nothing_lost": _n("Criterion %(row)s has all points: there is nothing to explain."),
        "file_empty": _n("The file is empty."),
        "file_large": _n("The file is larger than %(most)s MB."),
        "file_kind": _n("Evidence is a PDF, JPEG or PNG file."),
        "file_twice": _n("This file stands with the criterion already."),
        "files_many": _n("A criterion takes %(most)s files. Take one away first."),
    }


def possible(card: Scorecard) -> frozenset[str]:
    """The steps that the table allows in the card's state."""
    return frozenset(step for step, moves in STEPS.items() if card.state in moves)


def submit(session: Session, card: Scorecard, *, account_id: int | None, now: datetime) -> None:
    """Hand the self-scored card to the council; computed points are fixed as of now. Raises
    :class:`ScorecardError` naming the criteria without points."""
    _begin(session, card, "submit")
    scores = last_scores(session, card)
    typed = [line for line in criteria_of(card) if line.rule in ("manual", "ratio")]
    missing = [line for line in typed if _points(scores, line, "self") is None]
    if missing:
        raise ScorecardError("rows_missing", rows=numbers(missing))
    for line in criteria_of(card):
        if line.rule not in ("manual", "ratio"):
            points, basis = computed(session, card, line, province_day(now))
            own = scores.get((line.id, "self"))
            write(
                session,
                card,
                ScorecardScore(
                    criterion_id=line.id,
                    stage="self",
                    points=points,
                    reason=own.reason if own else "",
                    remedy=own.remedy if own else "",
                    basis=scorecard_basis.written(basis),
                ),
                account_id=account_id,
                now=now,
            )
    card.submitted_by_id = account_id
    _take(session, card, "submit", account_id=account_id, now=now)


def send_back(session: Session, card: Scorecard, reason: str, *, account_id: int | None, now: datetime) -> None:
    """Return a submitted card to the unit, with the reason. Raises :class:`ScorecardError`."""
    _begin(session, card, "return")
    _take(session, card, "return", account_id=account_id, now=now, text=cleaned(reason))


def appraise(session: Session, card: Scorecard, *, account_id: int | None, now: datetime) -> None:
    """Tell the unit the council's points; a criterion that the council left alone keeps the unit's. Raises
    :class:`ScorecardError`."""
    _begin(session, card, "appraise")
    require_another(session, card, account_id)
    scores = last_scores(session, card)
    _carry(session, card, scores, "self", "appraisal", account_id=account_id, now=now)
    _take(session, card, "appraise", account_id=account_id, now=now)


def explain(session: Session, card: Scorecard, *, account_id: int | None, now: datetime) -> None:
    """The unit hands over its explanations, or accepts the appraisal without any. Raises :class:`ScorecardError`."""
    _begin(session, card, "explain")
    _take(session, card, "explain", account_id=account_id, now=now)


def finish(session: Session, card: Scorecard, *, account_id: int | None, now: datetime) -> None:
    """Set the final points, once the unit has explained or its time to do so is over. Raises
    :class:`ScorecardError`."""
    _begin(session, card, "finish")
    require_another(session, card, account_id)
    scores = last_scores(session, card)
    due = card.template.explanation_due_on
    lost = any((_points(scores, line, "appraisal") or 0) < (line.maximum or 0) for line in criteria_of(card))
    if card.state == "appraised" and lost and province_day(now) <= due:
        raise ScorecardError("explanation_open", day=f"{due:%d/%m/%Y}")
    still_open = [
        line
        for line in criteria_of(card)
        if _points(scores, line, "final" if (line.id, "final") in scores else "appraisal") is None
    ]
    if still_open:
        raise ScorecardError("rows_open", rows=numbers(still_open))
    _carry(session, card, scores, "appraisal", "final", account_id=account_id, now=now)
    _take(session, card, "finish", account_id=account_id, now=now)


def reopen(session: Session, card: Scorecard, reason: str, *, account_id: int | None, now: datetime) -> None:
    """Take final points up again, with the reason; they stay in the log. Raises :class:`ScorecardError`."""
    _begin(session, card, "reopen")
    require_another(session, card, account_id)
    _take(session, card, "reopen", account_id=account_id, now=now, text=cleaned(reason))


def criteria_of(card: Scorecard) -> list[Criterion]:
    """The criteria that are scored, without headings, in printed order."""
    return [line for line in card.template.criteria if line.rule != "group"]


def write(
    session: Session, card: Scorecard, score: ScorecardScore, *, account_id: int | None, now: datetime
) -> ScorecardScore:
    """Add a line to the log of points."""
    score.scorecard_id, score.account_id, score.at = card.id, account_id, now
    session.add(score)
    session.flush()
    return score


def lock(session: Session, card: Scorecard) -> None:
    """Lock the card and see it as it is now."""
    session.flush()
    session.refresh(card, with_for_update=True)


def require_another(session: Session, card: Scorecard, account_id: int | None) -> None:
    """Let nobody appraise what he scored, explained or submitted for the unit. Raises :class:`ScorecardError`."""
    written = select(ScorecardScore.id).where(
        ScorecardScore.scorecard_id == card.id,
        ScorecardScore.stage.in_(("self", "explanation")),
        ScorecardScore.account_id == account_id,
    )
    if account_id is not None and (account_id == card.submitted_by_id or session.scalar(written.limit(1)) is not None):
        raise ScorecardError("same_person")


def cleaned(text: str, *, most: int = LONGEST_REASON, missing: str = "reason_missing") -> str:
    """The text without what is invisible. Raises :class:`ScorecardError` where nothing is left, or too much."""
    clean = clean_text(text, lines=True).strip()
    if not clean:
        raise ScorecardError(missing)
    if len(clean) > most:
        raise ScorecardError("text_long", most=most)
    return clean


def numbers(lines: list[Criterion]) -> str:
    """The printed numbers of the first few lines."""
    named = ", ".join(line.number for line in lines[:MOST_NAMED])
    return f"{named}, …" if len(lines) > MOST_NAMED else named


def is_overdue(card: Scorecard, today: date) -> bool:
    """Whether the next step of the card should have been taken by now."""
    template = card.template
    due = {
        "scoring": template.self_due_on,
        "submitted": template.explanation_due_on,
        "appraised": template.explanation_due_on,
        "explained": template.final_due_on,
    }.get(card.state)
    return due is not None and today > due


def _begin(session: Session, card: Scorecard, step: str) -> None:
    lock(session, card)
    if card.state not in STEPS[step]:
        raise ScorecardError("step_impossible")


def _take(
    session: Session, card: Scorecard, step: str, *, account_id: int | None, now: datetime, text: str = ""
) -> None:
    card.state = STEPS[step][card.state]
    session.add(
        ScorecardStep(scorecard_id=card.id, at=now, account_id=account_id, step=step, state=card.state, text=text)
    )
    session.flush()


def _points(scores: Scores, line: Criterion, stage: str) -> Decimal | None:
    score = scores.get((line.id, stage))
    return None if score is None else score.points


def _carry(
    session: Session,
    card: Scorecard,
    scores: Scores,
    source: str,
    target: str,
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """Write the points of one stage to the next for the criteria that have none there."""
    for line in criteria_of(card):
        before = scores.get((line.id, source))
        if (line.id, target) not in scores and before is not None:
            carried = ScorecardScore(criterion_id=line.id, stage=target, points=before.points)
            write(session, card, carried, account_id=account_id, now=now)

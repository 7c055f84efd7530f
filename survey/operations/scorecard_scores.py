"""What is written into a card row by row: the unit's points, its explanations and evidence, the council's points."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.scorecard_definition import Ratio
from forms.scorecard_notation import rule_of
from survey.analysis.scorecard_cards import last_scores
from survey.analysis.scorecards import scale_points
from survey.models import Criterion, Scorecard, ScorecardEvidence, ScorecardScore
from survey.operations import audit
from survey.operations.evidence import MEDIA_TYPES, kind_by_signature, named
from survey.operations.scorecards import (
    COUNCIL_STAGES,
    EXPLAINING,
    LONGEST_REASON,
    SCORING,
    ScorecardError,
    cleaned,
    lock,
    require_another,
    write,
)

LARGEST_MB = 5
MOST_FILES = 5  # of a criterion
LARGEST_NUMBER = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Row:
    """What the unit typed for a criterion; `seen` is the last line of its log when it began to write."""

    points: Decimal | None = None
    counted: Decimal | None = None
    base: Decimal | None = None
    reason: str = ""
    remedy: str = ""
    seen: int | None = None


def score_row(
    session: Session, card: Scorecard, line: Criterion, row: Row, *, account_id: int | None, now: datetime
) -> ScorecardScore:
    """The unit's own points for a criterion, from two numbers where the rule is a ratio; of a computed one only the
    reason and the remedy. Raises :class:`ScorecardError` naming the row."""
    _begin(session, card, line, SCORING, row.seen)
    points = _own_points(card, line, row)
    reason = _optional(row.reason)
    if points is not None and points < _maximum(line) and not reason:
        raise ScorecardError("loss_unexplained", row=line.number)
    score = ScorecardScore(
        criterion_id=line.id,
        stage="self",
        points=points,
        counted=row.counted if line.rule == "ratio" else None,
        base=row.base if line.rule == "ratio" else None,
        reason=reason,
        remedy=_optional(row.remedy),
    )
    return write(session, card, score, account_id=account_id, now=now)


def explain_row(
    session: Session,
    card: Scorecard,
    line: Criterion,
    text: str,
    *,
    seen: int | None = None,
    account_id: int | None,
    now: datetime,
) -> ScorecardScore:
    """The unit's explanation of a criterion that did not get all points. Raises :class:`ScorecardError`."""
    _begin(session, card, line, EXPLAINING, seen)
    appraised = last_scores(session, card).get((line.id, "appraisal"))
    if appraised is not None and appraised.points == line.maximum:
        raise ScorecardError("nothing_lost", row=line.number)
    score = ScorecardScore(criterion_id=line.id, stage="explanation", points=None, reason=cleaned(text))
    return write(session, card, score, account_id=account_id, now=now)


def appraise_row(
    session: Session,
    card: Scorecard,
    line: Criterion,
    points: Decimal | None,
    reason: str,
    *,
    seen: int | None = None,
    account_id: int | None,
    now: datetime,
) -> ScorecardScore:
    """The council's points: at the appraisal, or after it the final ones; other points than stood there need a reason.

    Raises :class:`ScorecardError` naming the row.
    """
    lock(session, card)
    stage = COUNCIL_STAGES.get(card.state)
    if stage is None:
        raise ScorecardError("step_impossible")
    require_another(session, card, account_id)
    _check_row(session, card, line, seen)
    if points is None:
        raise ScorecardError("points_missing", row=line.number)
    _check_points(line, points)
    before = last_scores(session, card).get((line.id, "self" if stage == "appraisal" else "appraisal"))
    written = _optional(reason)
    if (before is None or before.points != points) and not written:
        raise ScorecardError("change_unexplained", row=line.number)
    score = ScorecardScore(criterion_id=line.id, stage=stage, points=points, reason=written)
    return write(session, card, score, account_id=account_id, now=now)


def add_evidence(
    session: Session,
    card: Scorecard,
    line: Criterion,
    *,
    file_name: str,
    content: bytes,
    account_id: int | None,
    now: datetime,
) -> ScorecardEvidence:
    """A file for a criterion, while the unit scores or explains. It is kept as it is and only ever handed out as a
    download. Raises :class:`ScorecardError`."""
    _begin_evidence(session, card, line)
    if not content:
        raise ScorecardError("file_empty")
    if len(content) > LARGEST_MB * 2**20:
        raise ScorecardError("file_large", most=LARGEST_MB)
    kind = kind_by_signature(content)
    if kind is None:
        raise ScorecardError("file_kind")
    digest = hashlib.sha256(content).hexdigest()
    own = select(func.count()).where(
        ScorecardEvidence.scorecard_id == card.id, ScorecardEvidence.criterion_id == line.id
    )
    if session.scalar(own.where(ScorecardEvidence.digest == digest)):
        raise ScorecardError("file_twice")
    if (session.scalar(own) or 0) >= MOST_FILES:
        raise ScorecardError("files_many", most=MOST_FILES)
    evidence = ScorecardEvidence(
        scorecard_id=card.id,
        criterion_id=line.id,
        file_name=named(file_name, kind),
        media_type=MEDIA_TYPES[kind],
        size=len(content),
        digest=digest,
        content=content,
        at=now,
        account_id=account_id,
    )
    session.add(evidence)
    session.flush()
    return evidence


def remove_evidence(session: Session, card: Scorecard, evidence: ScorecardEvidence) -> None:
    """Take a file away, which the audit log notes with its digest. Raises :class:`ScorecardError`."""
    line = session.get_one(Criterion, evidence.criterion_id)
    _begin_evidence(session, card, line)
    audit.record(
        session,
        "scorecard_evidence.delete",
        subject=evidence.file_name,
        unit_path=card.unit.path,
        before={"number": line.number, "digest": evidence.digest},
    )
    session.delete(evidence)
    session.flush()


def _begin(session: Session, card: Scorecard, line: Criterion, state: str, seen: int | None) -> None:
    lock(session, card)
    if card.state != state:
        raise ScorecardError("step_impossible")
    _check_row(session, card, line, seen)


def _begin_evidence(session: Session, card: Scorecard, line: Criterion) -> None:
    lock(session, card)
    if card.state not in (SCORING, EXPLAINING):
        raise ScorecardError("step_impossible")
    _check_row(session, card, line, None)


def _check_row(session: Session, card: Scorecard, line: Criterion, seen: int | None) -> None:
    if line.template_id != card.template_id or line.rule == "group":
        raise ScorecardError("not_of_card")
    if seen is None:
        return
    last = select(func.max(ScorecardScore.id)).where(
        ScorecardScore.scorecard_id == card.id, ScorecardScore.criterion_id == line.id
    )
    if (session.scalar(last) or 0) != seen:
        raise ScorecardError("written_since", row=line.number)


def _own_points(card: Scorecard, line: Criterion, row: Row) -> Decimal | None:
    rule = rule_of(line.rule, line.terms, line.number)
    if isinstance(rule, Ratio):
        if row.counted is None or row.base is None:
            raise ScorecardError("ratio_missing", row=line.number)
        if not all(number.is_finite() and 0 <= number <= LARGEST_NUMBER for number in (row.counted, row.base)):
            raise ScorecardError("ratio_form", row=line.number)
        if row.base == 0 or any(number != round(number, 2) for number in (row.counted, row.base)):
            raise ScorecardError("ratio_form", row=line.number)
        share = Fraction(row.counted) / Fraction(row.base)
        return scale_points(rule.scale, share, _maximum(line), card.template.rounding)
    if line.rule != "manual":
        if row.points is not None:
            raise ScorecardError("computed", row=line.number)
        return None
    if row.points is None:
        raise ScorecardError("points_missing", row=line.number)
    _check_points(line, row.points)
    return row.points


def _check_points(line: Criterion, points: Decimal) -> None:
    if not points.is_finite() or points < 0 or (points <= _maximum(line) and points != round(points, 2)):
        raise ScorecardError("points_form", row=line.number)
    if points > _maximum(line):
        raise ScorecardError("points_above", row=line.number, points=points, maximum=_maximum(line))


def _maximum(line: Criterion) -> Decimal:
    assert line.maximum is not None
    return line.maximum


def _optional(text: str) -> str:
    clean = clean_text(text, lines=True).strip()
    if len(clean) > LONGEST_REASON:
        raise ScorecardError("text_long", most=LONGEST_REASON)
    return clean

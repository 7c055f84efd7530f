"""A dialogue, and a unit's half-year of them, gathered for documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reports.dialogue_record import (
    CommitmentLine,
    DialogueRecord,
    DialogueReview,
    GroupLine,
    HalfYear,
    HalfYearFigures,
    QuestionLine,
)
from reports.figures import Figure, Text
from survey.analysis.dialogues import grouped_with, questions_of
from survey.analysis.labels import place
from survey.models import Commitment, Dialogue, DialogueGroup, DialogueQuestion, DialogueTheme, Unit
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations.commitments import carried_over, is_late, promised_in, with_merged
from survey.operations.periods import PROVINCE_TIME, half_year, province_day

MOST_LISTED = 100  # promises in a review: a province has thousands
_HELD = ("held", "concluded")


def record(session: Session, dialogue: Dialogue, url: str, today: date) -> DialogueRecord:
    """Everything documents say of a dialogue; `url` is where its question box is, `today` decides what is late."""
    questions = questions_of(session, dialogue)
    return DialogueRecord(
        place=place(dialogue.unit),
        name=Text(dialogue.name_vi, dialogue.name_en),
        period=HalfYear(dialogue.year, dialogue.half),
        code=dialogue.code,
        url=url,
        chair=dialogue.chair,
        chair_office=dialogue.chair_office,
        secretary=dialogue.secretary,
        venue=dialogue.venue,
        starts_at=_there(dialogue.starts_at),
        box_opens_on=dialogue.box_opens_on,
        invited=dialogue.invited,
        agenda=tuple(line for line in dialogue.agenda.splitlines() if line.strip()),
        groups=group_lines(dialogue.groups),
        questions=question_lines(questions),
        carried_over=tuple(commitment_line(line, today) for line in carried_over(session, dialogue)),
        promises=tuple(commitment_line(line, today) for line in promised_in(session, dialogue)),
        notes=dialogue.notes,
        conclusion=dialogue.conclusion,
        started_at=_there(dialogue.started_at) if dialogue.started_at else None,
        ended_at=_there(dialogue.ended_at) if dialogue.ended_at else None,
    )


def _there(moment: datetime) -> datetime:
    return moment.astimezone(PROVINCE_TIME)


def group_lines(groups: Iterable[DialogueGroup]) -> tuple[GroupLine, ...]:
    """The groups of one dialogue, or of several added up, in their fixed order; without those nobody is of."""
    invited, present = Counter[str](), Counter[str]()
    for row in groups:
        invited[row.group] += row.invited
        present[row.group] += row.present
    return tuple(
        GroupLine(group, invited[group], present[group])
        for group in ATTENDEE_GROUPS
        if invited[group] or present[group]
    )


def question_lines(questions: Sequence[DialogueQuestion]) -> tuple[QuestionLine, ...]:
    """Each question that stands for itself, with the number of those grouped with it."""
    same = grouped_with(questions)
    return tuple(
        QuestionLine(
            text=question.text,
            asker_group=question.asker_group,
            theme=question.theme.name_vi if question.theme else "",
            state=question.state,  # type: ignore[arg-type]  # a CHECK keeps it among these
            same=len(same.get(question.id, ())),
            unit=_name(question.answering_unit),
            answer=question.answer,
            due_on=question.answer_due_on,
            declined_reason=question.declined_reason,
        )
        for question in questions
        if question.same_as_id is None
    )


def _name(unit: Unit | None) -> Text:
    return Text(unit.name_vi, unit.name_en) if unit is not None else Text("")


def commitment_line(commitment: Commitment, today: date) -> CommitmentLine:
    """A promise as it stands, late by `today`."""
    last = commitment.progress[-1] if commitment.progress else None
    return CommitmentLine(
        text=commitment.text,
        owner=_name(commitment.owner_unit),
        owner_name=commitment.owner_name,
        promised_on=province_day(commitment.dialogue.starts_at),
        deadline_on=commitment.deadline_on,
        state=commitment.state,  # type: ignore[arg-type]  # a CHECK keeps it among these
        late=is_late(commitment, today),
        percent=last.percent if last else None,
        progress=last.text if last else "",
        ended=commitment.evidence or commitment.dropped_reason,
        ended_on=commitment.ended_on,
    )


def review(
    session: Session,
    unit: Unit,
    period: HalfYear,
    today: date,
    *,
    poll: Figure | None = None,
    poll_before: Figure | None = None,
) -> DialogueReview:
    """The half-year of the unit and of those below it; the polls' figures, where there are any, come from the caller.

    Without a dialogue in the half-year before, there is nothing to compare with.
    """
    before = figures(session, unit, period.before, today, poll_before)
    first, last = half_year(date(period.year, 6 * period.half - 5, 1))
    within = (
        or_(Unit.path.startswith(unit.path, autoescape=True), Commitment.unit_id.in_(with_merged(session, unit.id))),
        or_(Commitment.ended_on.is_(None), Commitment.ended_on >= first),
        or_(Dialogue.year < period.year, (Dialogue.year == period.year) & (Dialogue.half <= period.half)),
    )
    query = (
        select(Commitment)
        .join(Unit, Unit.id == Commitment.unit_id)
        .join(Dialogue, Dialogue.id == Commitment.dialogue_id)
        .where(*within)
    )
    loaded = (joinedload(Commitment.owner_unit), joinedload(Commitment.dialogue), selectinload(Commitment.progress))
    open_first = (case((Commitment.state == "open", 0), else_=1), Commitment.deadline_on, Commitment.id)
    shown = session.scalars(query.order_by(*open_first).limit(MOST_LISTED).options(*loaded)).all()
    whole = session.scalar(query.with_only_columns(func.count())) or 0
    return DialogueReview(
        place=place(unit),
        now=figures(session, unit, period, today, poll),
        before=before if before.dialogues else None,
        commitments=tuple(commitment_line(line, min(today, last)) for line in shown),
        as_of=today,
        not_listed=whole - len(shown),
    )


def figures(session: Session, unit: Unit, period: HalfYear, today: date, poll: Figure | None = None) -> HalfYearFigures:
    """The numbers of the dialogues that the unit and those below it held in a half-year, as they stand today."""
    held = (
        select(Dialogue.id)
        .join(Unit, Unit.id == Dialogue.unit_id)
        .where(
            Unit.path.startswith(unit.path, autoescape=True),
            Dialogue.year == period.year,
            Dialogue.half == period.half,
            Dialogue.state.in_(_HELD),
        )
    )
    asked, promised = _asked(session, held), _promised(session, held)
    heads = {question.id: question for question in asked}
    told = [heads[question.same_as_id] if question.same_as_id else question for question in asked]
    states = Counter(question.state for question in told)
    themes = Counter(head.name_vi or "" for head in told if head.state != "declined")
    late_by = [(line.ended_on - line.deadline_on).days for line in promised if line.state == "done" and line.ended_on]
    return HalfYearFigures(
        period=period,
        dialogues=session.scalar(select(func.count()).select_from(held.subquery())) or 0,
        groups=group_lines(session.scalars(select(DialogueGroup).where(DialogueGroup.dialogue_id.in_(held)))),
        themes=tuple(sorted(themes.items(), key=lambda pair: (not pair[0], -pair[1], pair[0]))),
        questions=len(asked),
        answered=states["answered"],
        later=states["later"],
        overdue=sum(
            head.state == "later" and head.answer_due_on is not None and head.answer_due_on < today for head in told
        ),
        declined=states["declined"],
        promises=len(promised),
        kept=sum(days <= 0 for days in late_by),
        kept_late=sum(days > 0 for days in late_by),
        open=sum(line.state == "open" for line in promised),
        late=sum(line.state == "open" and line.deadline_on < today for line in promised),
        dropped=sum(line.state == "dropped" for line in promised),
        poll=poll,
    )


def _asked(session: Session, held: Select[int]) -> Sequence[Row[int, int | None, str, date | None, str]]:
    """Every question of those dialogues with its theme, as plain rows: a province asks thousands."""
    asked = DialogueQuestion
    columns = (asked.id, asked.same_as_id, asked.state, asked.answer_due_on, DialogueTheme.name_vi)
    query = select(*columns).outerjoin(DialogueTheme, DialogueTheme.id == asked.theme_id)
    return session.execute(query.where(asked.dialogue_id.in_(held))).all()


def _promised(session: Session, held: Select[int]) -> Sequence[Row[str, date | None, date]]:
    """Every promise of those dialogues, as plain rows."""
    columns = (Commitment.state, Commitment.ended_on, Commitment.deadline_on)
    return session.execute(select(*columns).where(Commitment.dialogue_id.in_(held))).all()

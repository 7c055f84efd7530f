"""Templates of scorecards as they are stored: read back into a definition, listed, and the units they are for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from forms.scorecard_definition import CriterionDefinition, Name, TemplateDefinition
from forms.scorecard_notation import rule_of
from survey.models import Criterion, Scorecard, ScorecardTemplate, Unit

PAGE = 30


def definition_of(template: ScorecardTemplate) -> TemplateDefinition:
    """The template with its tree of criteria. Raises ScorecardFault where a draft's terms make no rule."""
    below: dict[int | None, list[Criterion]] = {}
    for line in sorted(template.criteria, key=lambda line: line.position):
        below.setdefault(line.parent_id, []).append(line)

    def tree(parent: int | None) -> tuple[CriterionDefinition, ...]:
        return tuple(
            CriterionDefinition(
                number=line.number,
                name=Name(line.name_vi, line.name_en),
                maximum=line.maximum,
                rule=rule_of(line.rule, line.terms, line.number),
                criteria=tree(line.id),
            )
            for line in below.get(parent, [])
        )

    return TemplateDefinition(
        code=template.code,
        version=template.version,
        year=template.year,
        unit_kind=template.unit_kind,
        name=Name(template.name_vi, template.name_en),
        reference=Name(template.reference_vi, template.reference_en),
        council=template.council,
        self_due_on=template.self_due_on,
        explanation_due_on=template.explanation_due_on,
        final_due_on=template.final_due_on,
        criteria=tree(None),
        rounding=template.rounding,
    )


def levels(template: ScorecardTemplate) -> dict[int, int]:
    """How deep each criterion stands, 1 for the uppermost, by id."""
    above = {line.id: line.parent_id for line in template.criteria}

    def depth(key: int) -> int:
        parent = above[key]
        return 1 if parent is None else 1 + depth(parent)

    return {key: depth(key) for key in above}


def page(
    session: Session, within: ColumnElement[bool], after: int | None = None, size: int = PAGE
) -> tuple[Sequence[ScorecardTemplate], int | None]:
    """Templates of owners in reach, the newest year first, and the key after which the next page begins.

    Raises ValueError for a key that is none.
    """
    query = select(ScorecardTemplate).join(Unit, Unit.id == ScorecardTemplate.owner_id).where(within)
    if after is not None:
        last = session.get(ScorecardTemplate, after)
        if last is None:
            raise ValueError(after)
        order = tuple_(ScorecardTemplate.year, ScorecardTemplate.id)
        query = query.where(order < (last.year, last.id))
    query = query.order_by(ScorecardTemplate.year.desc(), ScorecardTemplate.id.desc()).limit(size + 1)
    found = session.scalars(query.options(joinedload(ScorecardTemplate.owner))).all()
    return found[:size], found[size - 1].id if len(found) > size else None


def cards_by_state(session: Session, template: ScorecardTemplate) -> dict[str, int]:
    """How many cards of the template stand where."""
    query = select(Scorecard.state, func.count()).where(Scorecard.template_id == template.id)
    return {row[0]: row[1] for row in session.execute(query.group_by(Scorecard.state))}


def units_for(session: Session, template: ScorecardTemplate) -> Sequence[Unit]:
    """The units of the kind under the owner that exist when they are to have scored themselves, in order of codes."""
    owner, on = template.owner, template.self_due_on
    query = select(Unit).where(
        Unit.kind == template.unit_kind,
        Unit.path.startswith(owner.path, autoescape=True),
        Unit.valid_from <= on,
        or_(Unit.valid_until.is_(None), Unit.valid_until >= on),
    )
    return session.scalars(query.order_by(Unit.code)).all()

"""Templates of scorecards: drafts written or read from a file, put into use for units, corrected as a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.scorecard_definition import CriterionDefinition, ScorecardFault, TemplateDefinition
from forms.scorecard_notation import LONGEST, template_of, terms_of
from survey.analysis.scorecard_templates import definition_of, units_for
from survey.models import Criterion, Scorecard, ScorecardTemplate, Unit
from survey.operations import audit
from survey.operations.bounded import MEGABYTE, Limits, run_bounded
from survey.operations.scorecard_checks import (
    TemplateError,
    check_head,
    check_line,
    check_names,
    check_sources,
    worded,
)

_LIMITS = Limits(size=MEGABYTE, seconds=10, memory=256 * MEGABYTE, output=4 * MEGABYTE)


def read_template(content: bytes) -> TemplateDefinition:
    """The template of a YAML document that somebody sent. A child process reads it: this goes before the transaction
    that writes.

    Raises :class:`TemplateError`, :class:`~survey.operations.bounded.BoundedError` and
    :class:`~survey.operations.bounded.ReadersBusy`.
    """
    with worded():
        if len(content.decode("utf-8-sig", errors="replace")) > LONGEST:
            raise ScorecardFault("long", most=LONGEST)
        return template_of(run_bounded("forms.scorecard_notation:plain_of", content, limits=_LIMITS))


def create_template(session: Session, definition: TemplateDefinition, owner: Unit) -> ScorecardTemplate:
    """A draft. Raises :class:`TemplateError`."""
    check_head(definition)
    for line in definition.leaves():
        check_names(line)
    taken = select(ScorecardTemplate.id).where(
        ScorecardTemplate.code == definition.code, ScorecardTemplate.version == definition.version
    )
    if session.scalar(taken) is not None:
        raise TemplateError("taken")
    template = ScorecardTemplate(owner=owner, code=definition.code, version=definition.version)
    _write_head(template, definition)
    session.add(template)
    session.flush()
    _add_lines(session, template, definition.criteria, None)
    _renumber(session, template)
    return template


def edit_template(session: Session, template: ScorecardTemplate, definition: TemplateDefinition) -> None:
    """Change what stands above the criteria: name, year, council, deadlines. Raises :class:`TemplateError`."""
    _require_draft(session, template)
    check_head(definition)
    _write_head(template, definition)
    session.flush()


def add_criterion(
    session: Session, template: ScorecardTemplate, parent: Criterion | None, line: CriterionDefinition
) -> Criterion:
    """A new last line under a heading, or at the end. Raises :class:`TemplateError`."""
    _require_draft(session, template)
    check_line(template, line, None)
    if parent is not None and parent.rule != "group":
        raise TemplateError("rule_of_heading", number=parent.number)
    _add_lines(session, template, [line], parent)
    _renumber(session, template)
    _record(session, template, after=line)
    return next(each for each in template.criteria if each.number == line.number)


def edit_criterion(session: Session, criterion: Criterion, line: CriterionDefinition) -> None:
    """Another number, wording, maximum or rule; a heading stays one while it has criteria. Raises
    :class:`TemplateError`."""
    template = criterion.template
    _require_draft(session, template)
    check_line(template, line, criterion)
    if line.rule is not None and any(each.parent_id == criterion.id for each in template.criteria):
        raise TemplateError("rule_of_heading", number=line.number)
    before = next(each for each in definition_of(template).lines() if each.number == criterion.number)
    _write_line(criterion, line)
    session.flush()
    _record(session, template, before, line)


def remove_criterion(session: Session, criterion: Criterion) -> None:
    """Take a line out, with everything below it. Raises :class:`TemplateError`."""
    template = criterion.template
    _require_draft(session, template)
    before = next(each for each in definition_of(template).lines() if each.number == criterion.number)
    _remove(session, template, criterion)
    session.refresh(template, ["criteria"])
    _renumber(session, template)
    _record(session, template, before)


def discard_template(session: Session, template: ScorecardTemplate) -> None:
    """Delete a draft. Raises :class:`TemplateError`."""
    _require_draft(session, template)
    for criterion in [each for each in template.criteria if each.parent_id is None]:
        _remove(session, template, criterion)
    session.refresh(template, ["criteria"])
    session.delete(template)
    session.flush()


def new_version(session: Session, template: ScorecardTemplate) -> ScorecardTemplate:
    """A draft that begins as the template is, under the next version."""
    definition = definition_of(template)
    last = session.scalar(select(func.max(ScorecardTemplate.version)).where(ScorecardTemplate.code == template.code))
    head = {name: getattr(definition, name) for name in definition.__dataclass_fields__}
    return create_template(session, TemplateDefinition(**{**head, "version": (last or 0) + 1}), template.owner)


def put_in_use(session: Session, template: ScorecardTemplate, *, now: datetime) -> list[Scorecard]:
    """Fix the template and give every unit of its kind a card. Raises :class:`TemplateError`."""
    _require_draft(session, template)
    with worded():
        definition = definition_of(template)
        definition.check()
    for line in definition.leaves():
        check_names(line)
        check_sources(session, line)
    units = units_for(session, template)
    if not units:
        raise TemplateError("no_units")
    template.used_at = now
    session.flush()
    return [_give(session, template, unit) for unit in units]


def add_unit(session: Session, template: ScorecardTemplate, unit: Unit) -> Scorecard:
    """A card for a unit that came later. Raises :class:`TemplateError`."""
    if template.used_at is None:
        raise TemplateError("not_in_use")
    if unit.kind != template.unit_kind or not unit.path.startswith(template.owner.path):
        raise TemplateError("unit_kind", unit=unit.name_vi)
    has = select(Scorecard.id).where(Scorecard.template_id == template.id, Scorecard.unit_id == unit.id)
    if session.scalar(has) is not None:
        raise TemplateError("unit_has_card", unit=unit.name_vi)
    return _give(session, template, unit)


def _require_draft(session: Session, template: ScorecardTemplate) -> None:
    """Lock it and see it as it is now."""
    session.flush()
    session.refresh(template, ["used_at"], with_for_update=True)
    if template.used_at is not None:
        raise TemplateError("in_use")


def _write_head(template: ScorecardTemplate, definition: TemplateDefinition) -> None:
    template.year, template.unit_kind = definition.year, definition.unit_kind
    template.name_vi, template.name_en = definition.name.vi, definition.name.en
    template.reference_vi, template.reference_en = definition.reference.vi, definition.reference.en
    template.council, template.rounding = definition.council, definition.rounding
    template.self_due_on = definition.self_due_on
    template.explanation_due_on, template.final_due_on = definition.explanation_due_on, definition.final_due_on


def _add_lines(
    session: Session, template: ScorecardTemplate, lines: Iterable[CriterionDefinition], parent: Criterion | None
) -> None:
    for line in lines:
        criterion = Criterion(template_id=template.id, parent_id=parent.id if parent else None, position=10**6)
        _write_line(criterion, line)
        session.add(criterion)
        session.flush()
        _add_lines(session, template, line.criteria, criterion)


def _write_line(criterion: Criterion, line: CriterionDefinition) -> None:
    criterion.number = line.number
    criterion.name_vi, criterion.name_en = line.name.vi, line.name.en
    criterion.rule = "group" if line.rule is None else type(line.rule).__name__.lower()
    criterion.maximum = line.maximum if line.rule is not None else None
    criterion.terms = terms_of(line.rule)


def _renumber(session: Session, template: ScorecardTemplate) -> None:
    """Positions in the order of the tree, what was added last at the end of its heading."""
    session.expire(template, ["criteria"])
    lines = sorted(template.criteria, key=lambda line: (line.position, line.id))
    below: dict[int | None, list[Criterion]] = {}
    for line in lines:
        below.setdefault(line.parent_id, []).append(line)

    def walk(parent: int | None) -> Iterator[Criterion]:
        for line in below.get(parent, []):
            yield line
            yield from walk(line.id)

    for position, line in enumerate(walk(None), 1):
        line.position = position
    session.flush()
    session.expire(template, ["criteria"])


def _remove(session: Session, template: ScorecardTemplate, criterion: Criterion) -> None:
    for below in [each for each in template.criteria if each.parent_id == criterion.id]:
        _remove(session, template, below)
    session.delete(criterion)
    session.flush()


def _record(
    session: Session,
    template: ScorecardTemplate,
    before: CriterionDefinition | None = None,
    after: CriterionDefinition | None = None,
) -> None:
    """Note in the audit log what became of a line of the draft."""

    def said(line: CriterionDefinition | None) -> dict[str, object]:
        if line is None:
            return {}
        worth = "" if line.maximum is None else f" [{line.maximum:f}]"
        return {"name_vi": f"{line.number}. {line.name.vi}{worth}"}

    audit.record(
        session,
        "scorecard_template.change",
        subject=template.code,
        unit_path=template.owner.path,
        before=said(before),
        after=said(after),
    )


def _give(session: Session, template: ScorecardTemplate, unit: Unit) -> Scorecard:
    card = Scorecard(template=template, unit=unit, state="scoring")
    session.add(card)
    session.flush()
    return card

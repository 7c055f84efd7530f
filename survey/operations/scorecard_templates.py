"""Templates of scorecards: drafts written or read from a file, put into use for units, corrected as a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.scorecard_definition import (
    CriterionDefinition,
    Measure,
    ScorecardFault,
    Survey,
    TemplateDefinition,
)
from forms.scorecard_notation import terms_of
from survey.analysis.instrument import read_instrument
from survey.analysis.remedy_judgement import label_of
from survey.analysis.scorecard_measures import MEASURES
from survey.analysis.scorecard_templates import definition_of, units_for
from survey.models import RESPONDENT_GROUPS, Criterion, Scorecard, ScorecardTemplate, Unit, Wave
from survey.models.scorecard import CARD_KINDS, ROUNDINGS
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.poll_waves import IS_SURVEY


class TemplateError(OperationError):
    """What is wrong with a template, by the printed number of the criterion, or cannot be done with it."""

    SENTENCES: ClassVar[dict[str, str]] = {
        # of the definition
        "number": _n("Each line needs a number of up to %(most)s characters, as it is printed."),
        "number_twice": _n("The number %(number)s stands twice. Give each line a number of its own."),
        "name": _n("Line %(number)s has no wording."),
        "name_long": _n("The wording of line %(number)s is longer than %(most)s characters."),
        "rule_of_heading": _n("Line %(number)s has criteria below it: it is a heading and has no rule of its own."),
        "heading_empty": _n("Heading %(number)s has no criteria. Add one, or take the heading out."),
        "maximum": _n("Criterion %(number)s needs a maximum above 0."),
        "points": _n("The points of line %(number)s (%(points)s) are no number with at most two decimals."),
        "sum": _n("Heading %(number)s states %(stated)s points, but its criteria add up to %(total)s."),
        "scale": _n("Criterion %(number)s needs either steps or the share that gives all points."),
        "scale_share": _n("A share of criterion %(number)s is impossible: shares begin at 0%% and all points above it."),
        "step_above": _n("A step of criterion %(number)s gives %(points)s points, more than its maximum %(maximum)s."),
        "steps_order": _n("The steps of criterion %(number)s must rise: a higher share gives more points."),
        "group_twice": _n("A respondent group stands twice in criterion %(number)s."),
        "waves": _n("Name at least one wave for each group of criterion %(number)s, and each wave once."),
        "figure": _n(
            "In criterion %(number)s a group uses the index, the overall question, or a factor or an item by its code."
        ),
        "weights": _n("The weights of criterion %(number)s must add up to 100%%."),
        "share": _n("“%(text)s” in criterion %(number)s is no share. Write it like 80%%, 0.8 or 4/5."),
        "deadlines": _n("The deadlines must follow each other: self-scoring, explanation, final points."),
        "criteria": _n("A template has 1 to %(most)s lines."),
        # of the file
        "long": _n("The file is longer than %(most)s characters."),
        "yaml": _n("The file is no YAML: %(problem)s"),
        "mapping": _n("The file is not laid out as a template (line %(number)s). Export one to see the form."),
        "key": _n("“%(key)s” is missing or of the wrong kind (line %(number)s)."),
        "key_unknown": _n("“%(key)s” means nothing here (line %(number)s)."),
        "rules": _n("Criterion %(number)s has more than one rule."),
        "deep": _n("Headings may stand %(most)s levels deep."),
        # of the names it uses
        "code_form": _n("The code has letters, digits, hyphens and full stops only."),
        "year": _n("The year lies between 2000 and 2200."),
        "kind": _n("Scorecards are for departments or communes."),
        "rounding": _n("There is no rounding rule called “%(rounding)s”."),
        "group_unknown": _n("Criterion %(number)s names a respondent group that does not exist: %(group)s."),
        "measure_unknown": _n("Criterion %(number)s names a measure that does not exist: %(measure)s."),
        "wave_unknown": _n("Criterion %(number)s names a wave that does not exist: %(wave)s."),
        "not_asked": _n("The wave %(wave)s asks no factor or item with the code %(item)s (criterion %(number)s)."),
        # of what is done with it
        "taken": _n("There is a template with this code and version already. Begin a new version from it instead."),
        "in_use": _n("This template is in use and stays as it is. Begin a new version to change it."),
        "not_in_use": _n("This template is a draft: put it into use first."),
        "no_units": _n("No unit of this kind exists under the owner."),
        "unit_has_card": _n("%(unit)s has a scorecard by this template already."),
        "unit_kind": _n("%(unit)s is not of the kind this template is for."),
    }


@contextmanager
def worded() -> Iterator[None]:
    """Raise what is wrong with a definition as :class:`TemplateError`."""
    try:
        yield
    except ScorecardFault as fault:
        raise TemplateError(fault.code, **{"number": "–", **fault.parameters}) from fault


def create_template(session: Session, definition: TemplateDefinition, owner: Unit) -> ScorecardTemplate:
    """A draft. Raises :class:`TemplateError`."""
    _check_head(definition)
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
    _check_head(definition)
    _write_head(template, definition)
    session.flush()


def add_criterion(
    session: Session, template: ScorecardTemplate, parent: Criterion | None, line: CriterionDefinition
) -> Criterion:
    """A new last line under a heading, or at the end. Raises :class:`TemplateError`."""
    _require_draft(session, template)
    _check_line(template, line, None)
    if parent is not None and parent.rule != "group":
        raise TemplateError("rule_of_heading", number=parent.number)
    _add_lines(session, template, [line], parent)
    _renumber(session, template)
    return next(each for each in template.criteria if each.number == line.number)


def edit_criterion(session: Session, criterion: Criterion, line: CriterionDefinition) -> None:
    """Another number, wording, maximum or rule; a heading stays one while it has criteria. Raises
    :class:`TemplateError`."""
    template = criterion.template
    _require_draft(session, template)
    _check_line(template, line, criterion)
    if line.rule is not None and any(each.parent_id == criterion.id for each in template.criteria):
        raise TemplateError("rule_of_heading", number=line.number)
    _write_line(criterion, line)
    session.flush()


def remove_criterion(session: Session, criterion: Criterion) -> None:
    """Take a line out, with everything below it. Raises :class:`TemplateError`."""
    template = criterion.template
    _require_draft(session, template)
    _remove(session, template, criterion)
    session.refresh(template, ["criteria"])
    _renumber(session, template)


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
        _check_sources(session, line)
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


def check_names(line: CriterionDefinition) -> None:
    """Refuse groups and measures that do not exist; raises :class:`TemplateError`."""
    rule = line.rule
    if isinstance(rule, Measure) and rule.measure not in MEASURES:
        raise TemplateError("measure_unknown", number=line.number, measure=rule.measure)
    if isinstance(rule, Survey):
        for source in rule.groups:
            if source.group not in RESPONDENT_GROUPS:
                raise TemplateError("group_unknown", number=line.number, group=source.group)


def _check_sources(session: Session, line: CriterionDefinition) -> None:
    if not isinstance(line.rule, Survey):
        return
    for source in line.rule.groups:
        for code in source.waves:
            wave = session.scalar(select(Wave).where(Wave.code == code, IS_SURVEY))
            if wave is None:
                raise TemplateError("wave_unknown", number=line.number, wave=code)
            instrument = read_instrument(session, wave.questionnaire)
            if source.code and label_of(instrument, source.figure, source.code) is None:
                raise TemplateError("not_asked", number=line.number, wave=code, item=source.code)


def _check_head(definition: TemplateDefinition) -> None:
    if not is_code(definition.code):
        raise TemplateError("code_form")
    if not 2000 <= definition.year <= 2200 or definition.version < 1:
        raise TemplateError("year")
    if definition.unit_kind not in CARD_KINDS:
        raise TemplateError("kind")
    if definition.rounding not in ROUNDINGS:
        raise TemplateError("rounding", rounding=definition.rounding)
    if not definition.self_due_on <= definition.explanation_due_on <= definition.final_due_on:
        raise TemplateError("deadlines")
    if not definition.name.vi.strip():
        raise TemplateError("name", number="–")


def _check_line(template: ScorecardTemplate, line: CriterionDefinition, own: Criterion | None) -> None:
    with worded():
        line.check()
    check_names(line)
    if any(each.number == line.number and each is not own for each in template.criteria):
        raise TemplateError("number_twice", number=line.number)


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


def _give(session: Session, template: ScorecardTemplate, unit: Unit) -> Scorecard:
    card = Scorecard(template=template, unit=unit, state="scoring")
    session.add(card)
    session.flush()
    return card

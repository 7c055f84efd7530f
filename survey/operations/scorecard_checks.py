"""What makes a template of scorecards unusable: its definition, the names it uses, the waves that feed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.scorecard_definition import CriterionDefinition, Measure, ScorecardFault, Survey, TemplateDefinition
from survey.analysis.instrument import read_instrument
from survey.analysis.remedy_judgement import label_of
from survey.analysis.scorecard_measures import MEASURES
from survey.models import RESPONDENT_GROUPS, Criterion, ScorecardTemplate, Wave
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
        "scale_share": _n(
            "Criterion %(number)s has an impossible share: shares begin at 0%%, all points come above it."
        ),
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


def check_names(line: CriterionDefinition) -> None:
    """Refuse groups and measures that do not exist; raises :class:`TemplateError`."""
    rule = line.rule
    if isinstance(rule, Measure) and rule.measure not in MEASURES:
        raise TemplateError("measure_unknown", number=line.number, measure=rule.measure)
    if isinstance(rule, Survey):
        for source in rule.groups:
            if source.group not in RESPONDENT_GROUPS:
                raise TemplateError("group_unknown", number=line.number, group=source.group)


def check_sources(session: Session, line: CriterionDefinition) -> None:
    """Refuse waves, factors and items that do not exist; raises :class:`TemplateError`."""
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


def check_head(definition: TemplateDefinition) -> None:
    """Refuse an impossible code, year, kind, rounding or name, and deadlines out of order."""
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


def check_line(template: ScorecardTemplate, line: CriterionDefinition, own: Criterion | None) -> None:
    """Refuse a line that contradicts itself or takes another one's number; `own` is the line it stands for."""
    with worded():
        line.check()
    check_names(line)
    if any(each.number == line.number and each is not own for each in template.criteria):
        raise TemplateError("number_twice", number=line.number)

"""Between the form of a criterion and its definition: what was typed read as a rule, and a rule written into fields."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from forms.decimal_notation import parsed
from forms.scorecard import LineForm
from forms.scorecard_definition import (
    CriterionDefinition,
    GroupSource,
    Manual,
    Measure,
    Name,
    Ratio,
    Rule,
    Scale,
    ScorecardFault,
    Step,
    Survey,
)
from forms.scorecard_notation import share, written_share

GROUPS = ("delegate", "official", "citizen")


def definition_from(form: LineForm) -> CriterionDefinition:
    """The criterion as typed, its numbers read. Raises ScorecardFault for a share or points that are none."""
    number = (form.number.data or "").strip()
    rule = _rule(form, number)
    return CriterionDefinition(
        number=number,
        name=Name((form.name_vi.data or "").strip(), (form.name_en.data or "").strip()),
        maximum=None if rule is None else form.maximum.data,
        rule=rule,
    )


def fill(form: LineForm, line: CriterionDefinition) -> None:
    """Show a criterion in the form."""
    form.number.data, form.name_vi.data, form.name_en.data = line.number, line.name.vi, line.name.en
    form.rule.data = "group" if line.rule is None else type(line.rule).__name__.lower()
    form.maximum.data = line.maximum
    if isinstance(line.rule, Ratio):
        form.counted_vi.data, form.base_vi.data = line.rule.counted.vi, line.rule.base.vi
    if isinstance(line.rule, Measure):
        form.measure.data = line.rule.measure
    if isinstance(line.rule, Ratio | Measure):
        scale = line.rule.scale
        form.steps.data = "\n".join(f"{written_share(step.at_least)} = {step.points:f}" for step in scale.steps)
        form.full_at.data = "" if scale.full_at is None else written_share(scale.full_at)
        form.none_below.data = written_share(scale.none_below) if scale.none_below else ""
    if isinstance(line.rule, Survey):
        for source in line.rule.groups:
            form[f"{source.group}_weight"].data = written_share(source.weight)
            form[f"{source.group}_waves"].data = ", ".join(source.waves)
            form[f"{source.group}_figure"].data = source.figure
            form[f"{source.group}_code"].data = source.code


def _rule(form: LineForm, number: str) -> Rule | None:
    match form.rule.data:
        case "group":
            return None
        case "ratio":
            counted, base = Name((form.counted_vi.data or "").strip()), Name((form.base_vi.data or "").strip())
            return Ratio(_scale(form, number), counted, base)
        case "measure":
            return Measure(form.measure.data or "", _scale(form, number))
        case "survey":
            return Survey(tuple(source for group in GROUPS if (source := _source(form, group, number))))
    return Manual()


def _scale(form: LineForm, number: str) -> Scale:
    steps = []
    for written in (form.steps.data or "").splitlines():
        if not written.strip():
            continue
        at_least, _equals, points = written.partition("=")
        steps.append(Step(share(at_least, number), _points(points, number)))
    full_at, none_below = (form.full_at.data or "").strip(), (form.none_below.data or "").strip()
    return Scale(
        steps=tuple(steps),
        full_at=share(full_at, number) if full_at else None,
        none_below=share(none_below, number) if none_below else Fraction(0),
    )


def _points(written: str, number: str) -> Decimal:
    try:
        points = parsed(written)
    except ValueError:
        points = None
    if points is None:
        raise ScorecardFault("points", number=number, points=written.strip()[:20])
    return points


def _source(form: LineForm, group: str, number: str) -> GroupSource | None:
    """The group's source; None where its weight and waves were left empty."""
    weight, waves = (form[f"{group}_weight"].data or "").strip(), (form[f"{group}_waves"].data or "").strip()
    if not weight and not waves:
        return None
    return GroupSource(
        group=group,
        weight=share(weight, number),
        waves=tuple(code.strip() for code in waves.split(",") if code.strip()),
        figure=form[f"{group}_figure"].data or "index",
        code=(form[f"{group}_code"].data or "").strip(),
    )

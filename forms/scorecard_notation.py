"""How a scorecard template is written: YAML for people, JSON for one rule's terms; read strictly, nothing guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import yaml

from forms.ballot import clean_text
from forms.decimal_notation import parsed
from forms.notation import Loader, dump, without_defaults
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
    TemplateDefinition,
)

LONGEST = 200_000  # characters of a file
DEEPEST = 6  # levels of headings
SOURCES = ("ratio", "measure", "survey")

_SHARE = re.compile(r"\d{1,9}(\.\d{1,6}|/[1-9]\d{0,5})?")

T = TypeVar("T")


def write(template: TemplateDefinition) -> str:
    """The template as a YAML document."""
    plain = {
        "code": template.code,
        "version": template.version,
        "year": template.year,
        "unit_kind": template.unit_kind,
        "name": _named(template.name),
        "reference": _named(template.reference),
        "council": template.council,
        "rounding": template.rounding,
        "deadlines": {
            "self": template.self_due_on,
            "explanation": template.explanation_due_on,
            "final": template.final_due_on,
        },
        "criteria": [_criterion(each) for each in template.criteria],
    }
    return dump(without_defaults(plain))


def read(text: str) -> TemplateDefinition:
    """The template of a YAML document of our own, checked. Raises :class:`ScorecardFault`."""
    return template_of(plain_of(text.encode()))


def plain_of(content: bytes) -> dict[str, Any]:
    """The YAML document's mappings and lists under "plain", its days as ISO 8601; or under "problem" why it is none.

    Up to seconds for a document made to be slow: a stranger's is read in the bounded child process.
    """
    try:
        plain = yaml.load(content.decode("utf-8-sig", errors="replace"), Loader)  # noqa: S506 a stricter SafeLoader
        return {"plain": _portable(plain)}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return {"problem": " ".join(str(error).split())[:300]}


def template_of(found: Mapping[str, Any]) -> TemplateDefinition:
    """The template of what :func:`plain_of` found, checked. Raises :class:`ScorecardFault`."""
    if "problem" in found:
        raise ScorecardFault("yaml", problem=found["problem"])
    template = _template(_Taken(found["plain"], ""))
    template.check()
    return template


def _portable(plain: Any) -> Any:
    """The same with what JSON can say alone."""
    if isinstance(plain, Mapping):
        return {str(key): _portable(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_portable(value) for value in plain]
    return plain if isinstance(plain, str | bool | int | float | None) else str(plain)


def terms_of(rule: Rule | None) -> str:
    """What a rule needs to know, as JSON; empty for a heading and for points set by hand."""
    plain = _rule(rule)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if plain else ""


def rule_of(kind: str, terms: str, number: str) -> Rule | None:
    """The rule from its kind and what :func:`terms_of` wrote. Raises :class:`ScorecardFault`."""
    if kind == "group":
        return None
    if kind == "manual":
        return Manual()
    return _RULES[kind](_Taken(json.loads(terms), number))


def share(text: str, number: str = "") -> Fraction:
    """A share or weight as people write it: 80%, 0.8, 0,8 or 4/5. Raises :class:`ScorecardFault`."""
    written = text.strip().replace(",", ".")
    percent = written.endswith("%")
    plain = written.removesuffix("%").strip()
    if not _SHARE.fullmatch(plain):
        raise ScorecardFault("share", number=number, text=text[:40])
    return Fraction(plain) / 100 if percent else Fraction(plain)


def written_share(value: Fraction) -> str:
    """A share as :func:`share` reads it: in per cent where that is a short decimal, else as a fraction."""
    hundredfold = value * 100
    decimal = Decimal(hundredfold.numerator) / Decimal(hundredfold.denominator)
    return f"{decimal.normalize():f}%" if Fraction(decimal) == hundredfold else str(value)


def _named(name: Name) -> dict[str, str]:
    return without_defaults({"vi": name.vi, "en": name.en})


def _criterion(line: CriterionDefinition) -> dict[str, Any]:
    plain: dict[str, Any] = {"number": line.number, "name": _named(line.name)}
    if line.maximum is not None:
        plain["maximum"] = _plain_number(line.maximum)
    if line.rule is not None:
        plain[_kind(line.rule)] = _rule(line.rule) or True
    else:
        plain["criteria"] = [_criterion(each) for each in line.criteria]
    return plain


def _kind(rule: Rule) -> str:
    return type(rule).__name__.lower()


def _rule(rule: Rule | None) -> dict[str, Any]:
    match rule:
        case Ratio():
            return without_defaults(
                {"counted": _named(rule.counted), "base": _named(rule.base), **_scale(rule.scale)},
            )
        case Measure():
            return {"name": rule.measure, **_scale(rule.scale)}
        case Survey():
            return {"groups": [_source(source) for source in rule.groups]}
    return {}


def _scale(scale: Scale) -> dict[str, Any]:
    if scale.full_at is None:
        return {"steps": [{"at_least": written_share(s.at_least), "points": str(s.points)} for s in scale.steps]}
    linear = {"full_at": written_share(scale.full_at)}
    return linear | ({"none_below": written_share(scale.none_below)} if scale.none_below else {})


def _source(source: GroupSource) -> dict[str, Any]:
    plain = {"group": source.group, "weight": written_share(source.weight), "waves": list(source.waves)}
    return plain | without_defaults({"figure": source.figure, "code": source.code})


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)  # two decimals: a float's shortest form is exact


class _Taken:
    """A mapping of the document, taken apart key by key; what is left over is refused."""

    def __init__(self, plain: object, number: str) -> None:
        self.number = number
        if not isinstance(plain, Mapping):
            raise ScorecardFault("mapping", number=number)
        self.rest: dict[Any, Any] = dict(plain)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.rest.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise self.missing(key)
        return clean_text(str(value), lines=False)

    def number_of(self, key: str) -> int:
        value = self.rest.pop(key, None)
        if type(value) is not int:
            raise self.missing(key)
        return value

    def day(self, key: str) -> date:
        try:
            return date.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.missing(key) from error

    def points(self, key: str) -> Decimal:
        text = self.text(key)
        try:
            points = parsed(text)
        except ValueError:
            points = None
        if points is None:
            raise ScorecardFault("points", number=self.number, points=text[:40])
        return points

    def name(self, key: str, *, required: bool = True) -> Name:
        if key not in self.rest and not required:
            return Name("")
        inside = _Taken(self.rest.pop(key, None), self.number)
        return inside.done(Name(inside.text("vi"), inside.text("en", "")))

    def list_of(self, key: str) -> list[Any]:
        value = self.rest.pop(key, [])
        if not isinstance(value, list):
            raise self.missing(key)
        return value

    def share(self, key: str) -> Fraction:
        return share(self.text(key), self.number)

    def missing(self, key: str) -> ScorecardFault:
        return ScorecardFault("key", number=self.number, key=key)

    def done(self, made: T) -> T:
        if self.rest:
            raise ScorecardFault("key_unknown", number=self.number, key=str(next(iter(self.rest)))[:40])
        return made


def _template(taken: _Taken) -> TemplateDefinition:
    days = _Taken(taken.rest.pop("deadlines", None), "")
    template = TemplateDefinition(
        code=taken.text("code"),
        version=taken.number_of("version"),
        year=taken.number_of("year"),
        unit_kind=taken.text("unit_kind"),
        name=taken.name("name"),
        reference=taken.name("reference", required=False),
        council=taken.text("council", ""),
        rounding=taken.text("rounding", "half_up_2"),
        self_due_on=days.day("self"),
        explanation_due_on=days.day("explanation"),
        final_due_on=days.day("final"),
        criteria=tuple(_read_criterion(each) for each in taken.list_of("criteria")),
    )
    return taken.done(days.done(template))


def _read_criterion(plain: object, depth: int = 1) -> CriterionDefinition:
    if depth > DEEPEST:
        raise ScorecardFault("deep", most=DEEPEST)
    taken = _Taken(plain, "")
    taken.number = taken.text("number")
    rules = [key for key in ("manual", *SOURCES) if key in taken.rest]
    if len(rules) > 1:
        raise ScorecardFault("rules", number=taken.number)
    rule: Rule | None = None
    if rules:
        terms = taken.rest.pop(rules[0])
        rule = Manual() if rules[0] == "manual" else _RULES[rules[0]](_Taken(terms, taken.number))
    return taken.done(
        CriterionDefinition(
            number=taken.number,
            name=taken.name("name"),
            maximum=taken.points("maximum") if "maximum" in taken.rest else None,
            rule=rule,
            criteria=tuple(_read_criterion(each, depth + 1) for each in taken.list_of("criteria")),
        )
    )


def _read_scale(taken: _Taken) -> Scale:
    steps = []
    for plain in taken.list_of("steps"):
        inside = _Taken(plain, taken.number)
        steps.append(inside.done(Step(inside.share("at_least"), inside.points("points"))))
    full_at = taken.share("full_at") if "full_at" in taken.rest else None
    return Scale(tuple(steps), full_at, share(taken.text("none_below", "0"), taken.number))


def _read_ratio(taken: _Taken) -> Rule:
    counted, base = taken.name("counted", required=False), taken.name("base", required=False)
    return taken.done(Ratio(_read_scale(taken), counted, base))


def _read_measure(taken: _Taken) -> Rule:
    return taken.done(Measure(taken.text("name"), _read_scale(taken)))


def _read_survey(taken: _Taken) -> Rule:
    groups = []
    for plain in taken.list_of("groups"):
        inside = _Taken(plain, taken.number)
        source = GroupSource(
            group=inside.text("group"),
            weight=inside.share("weight"),
            waves=tuple(str(code) for code in inside.list_of("waves")),
            figure=inside.text("figure", "index"),
            code=inside.text("code", ""),
        )
        groups.append(inside.done(source))
    return taken.done(Survey(tuple(groups)))


_RULES: dict[str, Callable[[_Taken], Rule]] = {
    "ratio": _read_ratio,
    "measure": _read_measure,
    "survey": _read_survey,
}

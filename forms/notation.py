"""How a questionnaire is written as YAML and read back: strict, so that a slip is named and never guessed at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from forms.question import NO_OPINION, Choice, Condition, Content, DefinitionError, Question, Section, Wording, repeated

if TYPE_CHECKING:
    from forms.definition import Questionnaire

LENGTH = 500_000  # characters; the longest questionnaire of the library has 40,000

T = TypeVar("T")


def canonical(questionnaire: Questionnaire) -> bytes:
    """The bytes a digest is taken of: JSON of the written form, keys sorted, no blanks, UTF-8."""
    plain = plain_form(questionnaire)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def write(questionnaire: Questionnaire) -> str:
    """The questionnaire as a YAML document."""
    return dump(plain_form(questionnaire))


def dump(plain: Mapping[str, Any]) -> str:
    """A plain form as a YAML document, laid out as a person would write it."""
    return yaml.dump(dict(plain), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118)


def plain_form(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as mappings, lists and scalars, under the keys of the notation."""
    no_opinion = questionnaire.no_opinion
    plain: dict[str, Any] = {
        "code": questionnaire.code,
        "version": questionnaire.version,
        "title": _wording(questionnaire.title),
        "introduction": _wording(questionnaire.introduction),
        "legal_reference": _wording(questionnaire.legal_reference),
        "valid_from": questionnaire.valid_from,
        "valid_until": questionnaire.valid_until,
        "minutes": questionnaire.minutes,
        "thanks": questionnaire.thanks and _wording(questionnaire.thanks),
        "no_opinion": no_opinion and _wording(no_opinion),
        "scales": {scale.code: [_choice(choice) for choice in scale.choices] for scale in questionnaire.scales},
        "contents": {content.code: _wording(content.title) for content in questionnaire.contents},
        "sections": [_section(section) for section in questionnaire.sections],
    }
    return without_defaults(plain)


def _section(section: Section) -> dict[str, Any]:
    return without_defaults(
        {
            "code": section.code,
            "title": _wording(section.title),
            "factor": section.factor,
            "content": section.content,
            "questions": [_question(question) for question in section.questions],
        }
    )


def _question(question: Question) -> dict[str, Any]:
    condition = question.condition
    return without_defaults(
        {
            "code": question.code,
            "kind": question.kind,
            "criterion": question.criterion,
            "label": _wording(question.label),
            "wording": _wording(question.wording),
            "help": question.help and _wording(question.help),
            "scale": question.scale,
            "choices": [] if question.scale else [_choice(choice) for choice in question.scale_choices],
            "no_opinion": question.no_opinion,
            "in_index": question.in_index,
            "max_length": question.max_length,
            "asked_when": condition and {"question": condition.question, "is": list(condition.values)},
        }
    )


def _choice(choice: Choice) -> dict[str, Any]:
    return without_defaults({"value": choice.value, **_wording(choice.wording), "face": choice.face})


def _wording(wording: Wording) -> dict[str, str]:
    return {"vi": wording.vi, "en": wording.en}


def without_defaults(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Left out when empty, so that a key added to the notation later changes no digest of today."""
    return {key: value for key, value in plain.items() if value not in (None, "", [], {}) and value is not False}


class _Dumper(yaml.SafeDumper):
    """Short mappings and lists of numbers on one line, paragraphs as a block, like a person writes them."""

    def represent_scalar(self, tag: str, value: Any, style: str | None = None) -> yaml.ScalarNode:
        return super().represent_scalar(tag, value, "|" if "\n" in str(value) else style)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        short = mapping.keys() <= {"value", "vi", "en", "face"} and sum(map(len, map(str, mapping.values()))) < 80
        return super().represent_mapping(tag, mapping, short if flow_style is None else flow_style)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        short = all(isinstance(value, int) for value in sequence)
        return super().represent_sequence(tag, sequence, short if flow_style is None else flow_style)


class Loader(yaml.SafeLoader):
    """Refuses what hides meaning: keys written twice, and aliases, with which a few lines expand to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "an alias (*) is not accepted")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        for key in repeated(keys):
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is written twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read(text: str) -> dict[str, Any]:
    """The arguments of a Questionnaire; raises :class:`DefinitionError` naming every problem of the document."""
    subject = "The questionnaire's text"
    if len(text) > LENGTH:
        raise DefinitionError(subject, [f"it is longer than {LENGTH} characters"])
    try:
        plain = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader that refuses more
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DefinitionError(subject, [f"it is not YAML: {' '.join(str(error).split())}"]) from error
    return arguments_of(plain)


def arguments_of(plain: object) -> dict[str, Any]:
    """The arguments of a Questionnaire in its plain form; raises :class:`DefinitionError` naming every problem."""
    subject = "The questionnaire's text"
    problems: list[str] = []
    arguments = _Reader(plain, "the questionnaire", problems).questionnaire()
    if problems:
        raise DefinitionError(subject, problems)
    return arguments


class _Reader:
    """Takes one mapping of the document apart, key by key, and notes what is missing, unknown or of another type."""

    def __init__(self, plain: object, place: str, problems: list[str]) -> None:
        self.place = place
        self.problems = problems
        if not isinstance(plain, Mapping):
            self.problems.append(f"{place} is not a mapping")
        self.rest: dict[Any, Any] = dict(plain) if isinstance(plain, Mapping) else {}

    def take(self, key: str, kind: type[T], default: T | None = None, *, required: bool = False) -> T | None:
        value = self.rest.pop(key, None)
        if value in (None, ""):
            if required:
                self.problems.append(f"{self.place} has no {key}")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool | datetime) and kind in (int, date)):
            self.problems.append(f"the {key} of {self.place} is not a {kind.__name__}: {value!r}")
            return default
        return value

    def text(self, key: str) -> str:
        """A required text, empty when it is missing."""
        return self.take(key, str, required=True) or ""

    def optional_wording(self, key: str) -> Wording | None:
        return self.inside(key, _Reader.wording) if key in self.rest else None

    def required_wording(self, key: str) -> Wording | None:
        return self.inside(key, _Reader.wording)

    def inside(self, key: str, read: Callable[[_Reader], T]) -> T | None:
        value = self.take(key, dict, required=True)
        return None if value is None else read(_Reader(value, f"the {key} of {self.place}", self.problems))

    def each(self, key: str, read: Callable[[_Reader], T | None], *, required: bool = False) -> tuple[T, ...]:
        values: Iterable[Any] = self.take(key, list, [], required=required) or []
        name = key.removesuffix("s")
        found = (
            read(_Reader(value, f"{name} {_name(value, place)} of {self.place}", self.problems))
            for place, value in enumerate(values, 1)
        )
        return tuple(part for part in found if part is not None)

    def build(self, make: Callable[..., T], **arguments: Any) -> T | None:
        """The part, unless something it needs was missing or it refuses itself."""
        self.problems.extend(f"{self.place} has an unknown key {key!r}" for key in self.rest)
        if any(arguments[key] is None for key in ("title", "label", "wording") if key in arguments):
            return None
        try:
            return make(**arguments)
        except DefinitionError as error:
            self.problems.extend(f"{self.place}: {problem}" for problem in error.problems)
            return None

    def wording(self) -> Wording | None:
        vi, en = self.text("vi"), self.text("en")
        return self.build(Wording, vi=vi, en=en) if vi and en else None

    def choice(self) -> Choice | None:
        value = self.take("value", int, -1, required=True)
        face = self.take("face", str)
        wording = _Reader({"vi": self.rest.pop("vi", None), "en": self.rest.pop("en", None)}, self.place, self.problems)
        return self.build(Choice, value=value, wording=wording.wording(), face=face)

    def condition(self) -> Condition | None:
        values = self.take("is", list, [], required=True) or []
        if not all(type(value) is int for value in values):
            self.problems.append(f"the values of {self.place} are not numbers: {values!r}")
            values = []
        return self.build(Condition, question=self.text("question"), values=tuple(values))

    def question(self, scales: Mapping[str, tuple[Choice, ...]], no_opinion: Choice | None) -> Question | None:
        scale = self.take("scale", str, "") or ""
        choices = self.each("choices", _Reader.choice)
        if scale and scale not in scales:
            self.problems.append(f"{self.place} names the unknown scale {scale!r}")
        elif scale and choices:
            self.problems.append(f"{self.place} has both a scale and choices of its own")
        elif scale:
            choices = scales[scale]
        if self.take("no_opinion", bool, False):
            if no_opinion is None:
                self.problems.append(f'{self.place} offers "no opinion", which the questionnaire does not word')
            else:
                choices = (*choices, no_opinion)
        return self.build(
            Question,
            code=self.text("code"),
            kind=self.text("kind"),
            label=self.required_wording("label"),
            wording=self.required_wording("wording"),
            choices=choices,
            scale=scale,
            condition=self.inside("asked_when", _Reader.condition) if "asked_when" in self.rest else None,
            in_index=self.take("in_index", bool, False),
            criterion=self.take("criterion", str, ""),
            help=self.optional_wording("help"),
            max_length=self.take("max_length", int),
        )

    def section(self, scales: Mapping[str, tuple[Choice, ...]], no_opinion: Choice | None) -> Section | None:
        return self.build(
            Section,
            code=self.text("code"),
            title=self.required_wording("title"),
            factor=self.take("factor", str),
            content=self.take("content", str),
            questions=self.each("questions", lambda reader: reader.question(scales, no_opinion), required=True),
        )

    def scales(self) -> dict[str, tuple[Choice, ...]]:
        plain = self.take("scales", dict, {}) or {}
        reader = _Reader(plain, "the scales", self.problems)
        return {str(code): reader.each(code, _Reader.choice) for code in plain}

    def content_titles(self) -> tuple[Content, ...]:
        plain = self.take("contents", dict, {}) or {}
        reader = _Reader(plain, "the contents", self.problems)
        titles = {str(code): reader.required_wording(code) for code in plain}
        found = (reader.build(Content, code=code, title=title) for code, title in titles.items())
        return tuple(content for content in found if content is not None)

    def questionnaire(self) -> dict[str, Any]:
        scales = self.scales()
        wording = self.optional_wording("no_opinion")
        no_opinion = None if wording is None else Choice(NO_OPINION, wording)
        sections = self.each("sections", lambda reader: reader.section(scales, no_opinion), required=True)
        used = {question.scale for section in sections for question in section.questions}
        self.problems.extend(f"no question uses the scale {code!r}" for code in scales.keys() - used)
        arguments = {
            "code": self.text("code"),
            "version": self.text("version"),
            "title": self.required_wording("title"),
            "introduction": self.required_wording("introduction"),
            "legal_reference": self.required_wording("legal_reference"),
            "valid_from": self.take("valid_from", date, required=True),
            "valid_until": self.take("valid_until", date),
            "minutes": self.take("minutes", int),
            "thanks": self.optional_wording("thanks"),
            "contents": self.content_titles(),
            "sections": sections,
        }
        self.problems.extend(f"{self.place} has an unknown key {key!r}" for key in self.rest)
        return arguments


def _name(value: object, place: int) -> str:
    code = value.get("code", place) if isinstance(value, Mapping) else place
    return repr(code) if isinstance(code, str) else str(code)

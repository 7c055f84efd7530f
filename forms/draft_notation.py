"""A draft as YAML and back: the notation of published questionnaires, in which everything may be missing.

What has no place in the notation (an unknown key, a text where a number belongs) is a fault with its line; what is
merely unfinished is none, see :mod:`forms.draft_findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

import yaml

from forms import notation
from forms.definition import Questionnaire
from forms.draft import MOST_QUESTIONS, MOST_SECTIONS, Draft, DraftChoice, DraftQuestion, DraftSection, Words, is_key
from forms.fault import Fault
from forms.fault import noop as _n

T = TypeVar("T")

LONGEST_NAME = 40  # of a scale or a content

NOT_YAML: Final = _n("This line is not YAML: %(problem)s")
TOO_LONG: Final = _n("The file is longer than %(limit)s characters.")
NOT_A_QUESTIONNAIRE: Final = _n("The file holds no questionnaire: it should begin with code, version and title.")
UNKNOWN_KEY: Final = _n("The word %(key)s is not known here.")
WRONG_KIND: Final = _n("%(key)s is not of the right kind: %(value)s.")
UNKNOWN_SCALE: Final = _n("The scale %(scale)s is not among the scales.")
TOO_MANY_QUESTIONS: Final = _n("There are more than %(limit)s questions.")
TOO_MANY_SECTIONS: Final = _n("There are more than %(limit)s sections.")

_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # where libyaml is there, ten times as quick
_LINE = object()  # the key under which a mapping keeps its own line


class DraftFaults(ValueError):
    """A file that is no draft; `faults` are all that were found, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.row}: {fault}" for fault in self.faults))


class _LineLoader(notation.Loader):
    """Mappings that know on which line they begin."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {**super().construct_mapping(node, deep), _LINE: node.start_mark.line + 1}


def read(text: str) -> Draft:
    """The draft in a YAML document. Raises :class:`DraftFaults`."""
    if len(text) > notation.LENGTH:
        raise DraftFaults([Fault(0, "", TOO_LONG, {"limit": notation.LENGTH})])
    try:
        plain = yaml.load(text, _LineLoader)  # noqa: S506 - a SafeLoader that refuses more
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 0
        raise DraftFaults([Fault(line, "", NOT_YAML, {"problem": " ".join(str(problem).split())})]) from error
    if not isinstance(plain, Mapping):
        raise DraftFaults([Fault(1, "", NOT_A_QUESTIONNAIRE)])
    return of_plain(plain)


def read_kept(text: str) -> Draft:
    """The draft in a document that :func:`write` made: quicker, as nobody asks for lines. Raises DraftFaults."""
    return of_plain(yaml.load(text, _QUICK))  # noqa: S506 - a SafeLoader, over a text of our own


def of_plain(plain: Mapping[Any, Any]) -> Draft:
    """The draft in a plain form. Raises :class:`DraftFaults`."""
    faults: list[Fault] = []
    draft = _Part(plain, faults).draft()
    if faults:
        raise DraftFaults(faults)
    _give_keys(draft)
    return draft


def of(questionnaire: Questionnaire) -> Draft:
    """A draft that says what a questionnaire says."""
    return of_plain(notation.plain_form(questionnaire))


def write(draft: Draft) -> str:
    """The draft as it is kept, with the keys of its parts; :func:`read` brings an equal one."""
    return notation.dump(plain_form(draft, kept=True))


def plain_form(draft: Draft, *, kept: bool = False) -> dict[str, Any]:
    """As the notation has it; what no question or section uses stands there only in one that is `kept`."""
    used = {question.scale for question in draft.questions}
    parts = {section.content for section in draft.sections}
    return notation.without_defaults(
        {
            "code": draft.code,
            "version": draft.version,
            "title": _words(draft.title),
            "introduction": _words(draft.introduction),
            "legal_reference": _words(draft.legal_reference),
            "valid_from": draft.valid_from,
            "valid_until": draft.valid_until,
            "minutes": draft.minutes,
            "thanks": _words(draft.thanks),
            "no_opinion": _words(draft.no_opinion),
            "scales": {
                code: [_choice(choice) for choice in choices]
                for code, choices in draft.scales.items()
                if kept or code in used
            },
            "contents": {code: _words(title) for code, title in draft.contents.items() if kept or code in parts},
            "declared": draft.declared if kept else {},
            "sections": [_section(section, kept) for section in draft.sections],
        }
    )


def _section(section: DraftSection, kept: bool) -> dict[str, Any]:
    return notation.without_defaults(
        {
            "key": section.key if kept else "",
            "code": section.code,
            "title": _words(section.title),
            "factor": section.factor,
            "content": section.content,
            "questions": [_question(question, kept) for question in section.questions],
        }
    )


def _question(question: DraftQuestion, kept: bool) -> dict[str, Any]:
    condition = {"question": question.asked_when, "is": sorted(question.asked_values)} if question.asked_when else {}
    return notation.without_defaults(
        {
            "key": question.key if kept else "",
            "code": question.code,
            "kind": question.kind,
            "criterion": question.criterion,
            "label": _words(question.label),
            "wording": _words(question.wording),
            "help": _words(question.help),
            "scale": question.scale,
            "choices": [] if question.scale else [_choice(choice) for choice in question.choices],
            "no_opinion": question.no_opinion,
            "in_index": question.in_index,
            "max_length": question.max_length if question.is_text or kept else None,
            "asked_when": condition,
        }
    )


def _choice(choice: DraftChoice) -> dict[str, Any]:
    return notation.without_defaults({"value": choice.value, **_words(choice.words), "face": choice.face})


def _words(words: Words) -> dict[str, str]:
    return {language: text for language, text in (("vi", words.vi), ("en", words.en)) if text}


def _give_keys(draft: Draft) -> None:
    """A key of its own for each part that has none, or another's."""
    taken: set[str] = set()
    for element in draft.elements:
        if not is_key(element.key) or element.key in taken:
            element.key = draft.new_key()
        taken.add(element.key)


class _Part:
    """One mapping taken apart, key by key; what does not fit is noted with the mapping's line."""

    def __init__(self, plain: Mapping[Any, Any], faults: list[Fault], place: str = "") -> None:
        self.rest = dict(plain)
        self.line: int = self.rest.pop(_LINE, 0)
        self.faults = faults
        self.place = place

    def fault(self, sentence: str, **parameters: Any) -> None:
        self.faults.append(Fault(self.line, self.place, sentence, parameters))

    def take(self, key: str, kind: type[T], default: T) -> T:
        value = self.rest.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool | datetime) and kind in (int, date)):
            self.fault(WRONG_KIND, key=key, value=repr(value)[:60])
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        return Words.typed(self.take(key, str, default), "").vi

    def words(self, key: str, *, lines: bool = False) -> Words:
        part = _Part(self.take(key, dict, {}), self.faults, key)
        return part.finished(Words.typed(part.take("vi", str, ""), part.take("en", str, ""), lines=lines))

    def number(self, key: str) -> int | None:
        return self.take(key, int, 0) if self.rest.get(key) is not None else self.rest.pop(key, None)

    def day(self, key: str) -> date | None:
        return self.take(key, date, date.min) if self.rest.get(key) is not None else self.rest.pop(key, None)

    def each(self, key: str, read: Callable[[_Part], T], name: str) -> list[T]:
        found = []
        for number, value in enumerate(self.take(key, list, []), 1):
            if isinstance(value, Mapping):
                code = value.get("code", number)
                found.append(read(_Part(value, self.faults, f"{name} {code}"[:80])))
            else:
                self.fault(WRONG_KIND, key=f"{name} {number}", value=repr(value)[:60])
        return found

    def finished(self, made: T) -> T:
        for key in self.rest:
            if key is not _LINE:
                self.fault(UNKNOWN_KEY, key=str(key)[:60])
        return made

    def choice(self) -> DraftChoice:
        words = Words.typed(self.take("vi", str, ""), self.take("en", str, ""))
        return self.finished(DraftChoice(self.take("value", int, 0), words, self.text("face")))

    def question(self) -> DraftQuestion:
        part = _Part(self.take("asked_when", dict, {}), self.faults, f"{self.place}, asked_when")
        asked_when, values = part.text("question"), part.take("is", list, [])
        part.finished(None)
        question = DraftQuestion(
            key=self.text("key"),
            code=self.text("code"),
            kind=self.text("kind", "rating"),
            label=self.words("label"),
            wording=self.words("wording"),
            help=self.words("help", lines=True),
            scale=self.text("scale"),
            choices=self.each("choices", _Part.choice, "choice"),
            no_opinion=self.take("no_opinion", bool, False),
            in_index=self.take("in_index", bool, False),
            criterion=self.text("criterion"),
            max_length=self.number("max_length"),
            asked_when=asked_when,
            asked_values=tuple(sorted({value for value in values if type(value) is int})),
        )
        return self.finished(question)

    def section(self) -> DraftSection:
        section = DraftSection(
            key=self.text("key"),
            code=self.text("code"),
            title=self.words("title"),
            factor=self.text("factor"),
            content=self.text("content"),
            questions=self.each("questions", _Part.question, "question"),
        )
        return self.finished(section)

    def named(self, key: str) -> Iterator[tuple[str, _Part]]:
        """The parts of a mapping by their names."""
        part = _Part(self.take(key, dict, {}), self.faults, key)
        for name in part.rest:
            yield str(name), part

    def draft(self) -> Draft:
        draft = Draft(
            code=self.text("code"),
            version=self.text("version"),
            title=self.words("title"),
            introduction=self.words("introduction", lines=True),
            thanks=self.words("thanks", lines=True),
            legal_reference=self.words("legal_reference"),
            valid_from=self.day("valid_from"),
            valid_until=self.day("valid_until"),
            minutes=self.number("minutes"),
            no_opinion=self.words("no_opinion"),
        )
        for name, part in list(self.named("scales")):
            draft.scales[name[:LONGEST_NAME]] = part.each(name, _Part.choice, "choice")
        for name, part in list(self.named("contents")):
            draft.contents[name[:LONGEST_NAME]] = part.words(name)
        for name, part in list(self.named("declared")):
            draft.declared[name[:LONGEST_NAME]] = part.text(name)
        draft.sections = self.each("sections", _Part.section, "section")
        self._check(draft)
        return self.finished(draft)

    def _check(self, draft: Draft) -> None:
        for question in draft.questions:
            if question.scale and question.scale not in draft.scales:
                self.faults.append(Fault(self.line, question.code, UNKNOWN_SCALE, {"scale": question.scale}))
        if len(list(draft.questions)) > MOST_QUESTIONS:
            self.fault(TOO_MANY_QUESTIONS, limit=MOST_QUESTIONS)
        if len(draft.sections) > MOST_SECTIONS:
            self.fault(TOO_MANY_SECTIONS, limit=MOST_SECTIONS)

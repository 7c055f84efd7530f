"""Reading an XLSForm: our own back without loss, others as far as there are kinds of questions for what they ask.

A foreign form needs its texts in Vietnamese and in English. Its top notes become the introduction, every group a
section, a list of five choices named 1 to 5 (or shown as `likert`) a rating; which of its ratings make up the index,
factors and the legal reference are added afterwards. Rows that only record a device or a time are passed over, and so
is `required`: an answer may always be left out here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from forms.definition import Content, DefinitionError, Kind, Question, Questionnaire, Section, Wording
from forms.fault import Fault
from forms.fault import noop as _n
from forms.question import CODE_LENGTH, LABEL_LENGTH
from forms.xlsform import Sheets
from forms.xlsform_choices import ChoiceList, read_choices
from forms.xlsform_condition import read_condition
from forms.xlsform_table import Row, Table, language_of

TYPES = ("select_one", "select_multiple", "text")
TEXT_LENGTHS = {"short_text": 200, "long_text": 1000}
UNREFERENCED = Wording("Theo biểu mẫu nhập từ tệp XLSForm", "As in the imported XLSForm")
_RECORDED = ("start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "start-geopoint")
_GROUP = re.compile(r"(begin|end)[ _](group|repeat)")
_SELECT = re.compile(r"select[ _](one|multiple)(?: from)?\s+(\S+)(\s+or[ _]other)?")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*(<=?)\s*(\d{1,5})")
_VERSION = re.compile(r"\d+\.\d+")


class XLSFormFaults(ValueError):
    """The form cannot be read; `faults` name every place and reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.sheet != "survey", fault.sheet, fault.row)))
        super().__init__("; ".join(map(str, self.faults)))


@dataclass(slots=True, eq=False)
class _Group:
    """An open group, and the section its questions make."""

    row: Row | None
    code: str
    title: Wording | None
    factor: str | None = None
    content: str | None = None
    relevant: str = ""
    questions: list[Question] = field(default_factory=list)


def questionnaire(sheets: Sheets, valid_from: date) -> Questionnaire:
    """The questionnaire; `valid_from` is for a form that says no day. Raises :class:`XLSFormFaults`."""
    return _Reader(sheets, valid_from).read()


class _Reader:
    def __init__(self, sheets: Sheets, valid_from: date) -> None:
        self.faults: list[Fault] = []
        self.settings_table = Table(sheets, "settings", self.faults)
        settings = list(self.settings_table.rows())
        self.settings = settings[0] if settings else Row(self.settings_table, 2, {})
        default = language_of(self.settings["default_language"]) or "vi"
        self.survey, self.choices, self.contents = (
            Table(sheets, name, self.faults, default) for name in ("survey", "choices", "sipas_contents")
        )
        self.valid_from = valid_from
        self.lists: dict[str, ChoiceList] = {}
        self.asked: dict[str, ChoiceList] = {}
        self.codes: dict[str, str] = {}
        self.introductions: list[Wording] = []
        self.sections: list[_Group] = []
        self.open: list[_Group] = []

    def read(self) -> Questionnaire:
        whole = self.survey.require("type", "name", "label:vi", "label:en")
        if next(self.choices.rows(), None) is not None:
            whole = self.choices.require("list_name", "name", "label:vi", "label:en") and whole
        if not whole:
            raise XLSFormFaults(self.faults)
        self.lists = read_choices(self.choices)
        title = self.title()
        last = 1
        for row in self.survey.rows():
            last = row.number
            self.row(row, title)
        for group in self.open:
            self.survey.flag(group.row.number if group.row else last, "type", _n("This group is never ended."))
        arguments = self.arguments(title)
        if not self.faults:
            try:
                return Questionnaire(**arguments)
            except DefinitionError as error:
                for problem in error.problems:
                    self.survey.flag(0, "", _n("This cannot be used: %(problem)s."), problem=problem)
        raise XLSFormFaults(self.faults)

    def title(self) -> Wording:
        given = self.settings.optional("sipas_title")
        name = self.settings["form_title"] or self.settings["form_id"]
        if given is None and not name:
            self.settings_table.flag(2, "form_title", _n("This cell may not be empty."))
        return given or Wording(name or "?", name or "?")

    def row(self, row: Row, title: Wording) -> None:
        kind = " ".join(row["type"].lower().split())
        grouping = _GROUP.fullmatch(kind)
        if grouping is not None and grouping.group(2) == "repeat":
            row.flag("type", _n("Repeated questions are not possible here."))
        elif grouping is not None:
            self.begin(row) if grouping.group(1) == "begin" else self.end(row)
        elif kind == "note":
            self.note(row)
        elif kind and kind not in _RECORDED:
            self.question(row, title)
        elif not kind:
            row.flag("type", _n("This cell may not be empty."))

    def begin(self, row: Row) -> None:
        relevant = row["relevant"]
        if self.open and self.open[-1].relevant:
            if relevant:
                row.flag(
                    "relevant", _n("This group and the one around it both have a condition; only one is possible.")
                )
            relevant = self.open[-1].relevant
        title = row.optional("label") or (self.open[-1].title if self.open else None)
        if title is None:
            row.flag("label:vi", _n("This group needs a title in both languages."))
        code = row["sipas_code"] or _code(row["name"])
        factor, content = row["sipas_factor"] or None, row["sipas_content"] or None
        self.open.append(_Group(row, code, title, factor, content, relevant))

    def end(self, row: Row) -> None:
        if self.open:
            self.open.pop()
        else:
            row.flag("type", _n("This ends a group that was never begun."))

    def note(self, row: Row) -> None:
        if self.sections:
            row.flag("type", _n("A note can only stand before the first question, as an introduction."))
        elif wording := row.wording("label", lines=True):
            self.introductions.append(wording)

    def question(self, row: Row, title: Wording) -> None:
        if not self.open:
            numbers = sum(group.code.startswith("general") for group in self.sections)
            loose = bool(self.sections) and self.sections[-1].row is None
            group = (
                self.sections[-1] if loose else _Group(None, f"general_{numbers + 1}" if numbers else "general", title)
            )
        else:
            group = self.open[-1]
        if group not in self.sections:
            self.sections.append(group)
        elif group is not self.sections[-1]:
            row.flag(
                "", _n("This question stands behind a group inside its own group: end that group before, or move it.")
            )
        question = self.built(row, group)
        if question is not None:
            group.questions.append(question)

    def built(self, row: Row, group: _Group) -> Question | None:
        """The question of the row, which later ones may depend on; None, and faults, where it cannot be asked."""
        name, before = row["name"], len(self.faults)
        code = _code(name)
        if name in self.codes or code in self.codes.values():
            row.flag("name", _n("There is a question called %(name)s already."), name=name)
        offered = self.offered(row)
        kind = self.kind(row, offered)
        wording = row.wording("label")
        help_text = row.optional("hint", lines=True)
        relevant = row["relevant"]
        if relevant and group.relevant:
            row.flag("relevant", _n("This question and its group both have a condition; only one is possible."))
        text = relevant or group.relevant
        condition = read_condition(row, text, self.asked, self.codes) if text else None
        if offered is not None:
            self.asked[name] = offered
        self.codes[name] = code
        if len(self.faults) > before or kind is None or wording is None:
            return None
        made: Question | None = row.made(
            Question,
            code=code,
            kind=kind,
            label=row.optional("sipas_label") or _short(wording),
            wording=wording,
            choices=offered.choices if offered else (),
            scale=row["sipas_scale"],
            condition=condition,
            in_index=row["sipas_in_index"].lower() in ("yes", "true", "true()", "1"),
            criterion=row["sipas_criterion"],
            help=help_text,
            max_length=None if offered else _length(row["constraint"], TEXT_LENGTHS[kind]),
        )
        return made

    def offered(self, row: Row) -> ChoiceList | None:
        """The list the question offers; None for a text, and with a fault for what is no question here."""
        kind = " ".join(row["type"].split())
        selected = _SELECT.fullmatch(kind[:6].lower() + kind[6:])
        if selected is None:
            if kind.lower() != "text":
                row.flag(
                    "type",
                    _n("%(type)s is not possible here: ask by select_one, select_multiple or text."),
                    type=row["type"],
                )
            return None
        if selected.group(3):
            row.flag("type", _n("or_other is not possible here: add a choice, and a text question behind it."))
        found = self.lists.get(selected.group(2))
        if found is None:
            row.flag("type", _n("There is no list of choices called %(list)s."), list=selected.group(2))
        return found

    def kind(self, row: Row, offered: ChoiceList | None) -> Kind | None:
        given = row["sipas_kind"]
        for known in get_args(Kind):
            if given == known and (offered is None) == (known in TEXT_LENGTHS):
                return known  # type: ignore[no-any-return]  # a value of a table of kinds
        if given:
            row.flag("sipas_kind", _n("%(kind)s is no kind of question that fits the type."), kind=given)
            return None
        if offered is None:
            return "long_text" if "multiline" in row["appearance"] else "short_text"
        return "several" if re.match(r"select[ _]multiple", row["type"].lower()) else offered.kind(row["appearance"])

    def arguments(self, title: Wording) -> dict[str, Any]:
        settings = self.settings
        introduction = title
        if self.introductions:
            introduction = Wording(*("\n".join(part[lang] for part in self.introductions) for lang in ("vi", "en")))
        contents = ((row, row.wording("label")) for row in self.contents.rows())
        built = (row.made(Content, row["code"], words) for row, words in contents if words)
        version = settings["version"]
        return {
            "code": _code(settings["form_id"] or title.en).replace("_", "-"),
            "version": version if _VERSION.fullmatch(version) else "1.0",
            "title": title,
            "introduction": introduction,
            "legal_reference": settings.optional("sipas_legal_reference") or UNREFERENCED,
            "valid_from": self.day("sipas_valid_from") or self.valid_from,
            "valid_until": self.day("sipas_valid_until"),
            "minutes": self.minutes(),
            "thanks": settings.optional("sipas_thanks", lines=True),
            "contents": tuple(content for content in built if content is not None),
            "sections": tuple(section for group in self.sections if (section := self.section(group)) is not None),
        }

    def section(self, group: _Group) -> Section | None:
        if not group.questions or group.title is None:
            return None  # its questions or its title have faults of their own
        arguments = (group.code, group.title, tuple(group.questions), group.factor, group.content)
        if group.row is None:
            return Section(*arguments)
        made: Section | None = group.row.made(Section, *arguments)
        return made

    def minutes(self) -> int | None:
        text = self.settings["sipas_minutes"]
        is_number = text.isdecimal() and len(text) < 10
        if text and not is_number:
            self.settings.flag("sipas_minutes", _n("%(value)s is no number of minutes."), value=text[:40])
        return int(text) if is_number else None

    def day(self, column: str) -> date | None:
        text = self.settings[column]
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            self.settings.flag(column, _n("%(value)s is no day; write it as 2026-01-31."), value=text)
            return None


def _code(name: str) -> str:
    """A form's name as a code here: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9_]+", "_", name.strip().lower()).strip("_")[:CODE_LENGTH] if name.isascii() else name


def _short(wording: Wording) -> Wording:
    """A short name from the wording, for reports."""
    return Wording(*(_cut(wording[language]) for language in ("vi", "en")))


def _cut(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"


def _length(constraint: str, otherwise: int) -> int:
    found = _LENGTH.search(constraint)
    return int(found.group(2)) - (found.group(1) == "<") if found else otherwise

"""A questionnaire as the sheets of an XLSForm, which ODK and KoBo read: survey, choices, settings and contents.

What an XLSForm has no word for (criteria, factors, the index, short names, legal reference, validity) stands in columns
of our own, `sipas_…`, which other programs pass over; :mod:`forms.xlsform_reading` brings all of it back.
Sheets are plain rows of text, the head first: writing and reading the workbook is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from forms.definition import Choice, Condition, Question, Questionnaire, Section, Wording
from forms.question import TEXT_KINDS

Sheets = dict[str, list[list[str]]]

VIETNAMESE: Final = "Tiếng Việt (vi)"
ENGLISH: Final = "English (en)"
SURVEY = (
    "type",
    "name",
    f"label::{VIETNAMESE}",
    f"label::{ENGLISH}",
    f"hint::{VIETNAMESE}",
    f"hint::{ENGLISH}",
    "required",
    "relevant",
    "constraint",
    "appearance",
    "sipas_code",
    "sipas_kind",
    "sipas_scale",
    "sipas_criterion",
    "sipas_in_index",
    f"sipas_label::{VIETNAMESE}",
    f"sipas_label::{ENGLISH}",
    "sipas_factor",
    "sipas_content",
)
CHOICES = ("list_name", "name", f"label::{VIETNAMESE}", f"label::{ENGLISH}", "sipas_face")
SETTINGS = (
    "form_title",
    "form_id",
    "version",
    "default_language",
    f"sipas_title::{VIETNAMESE}",
    f"sipas_title::{ENGLISH}",
    f"sipas_legal_reference::{VIETNAMESE}",
    f"sipas_legal_reference::{ENGLISH}",
    "sipas_valid_from",
    "sipas_valid_until",
    "sipas_minutes",
    f"sipas_thanks::{VIETNAMESE}",
    f"sipas_thanks::{ENGLISH}",
)
CONTENTS = ("code", f"label::{VIETNAMESE}", f"label::{ENGLISH}")


def sheets(questionnaire: Questionnaire) -> Sheets:
    """The sheets of the XLSForm by their names."""
    title, reference = questionnaire.title, questionnaire.legal_reference
    settings = {
        "form_title": title.vi,
        "form_id": questionnaire.code,
        "version": questionnaire.version,
        "default_language": VIETNAMESE,
        **_both("sipas_title", title),
        **_both("sipas_legal_reference", reference),
        "sipas_valid_from": questionnaire.valid_from.isoformat(),
        "sipas_valid_until": questionnaire.valid_until.isoformat() if questionnaire.valid_until else "",
        "sipas_minutes": str(questionnaire.minutes or ""),
        **(_both("sipas_thanks", questionnaire.thanks) if questionnaire.thanks else {}),
    }
    contents = [{"code": content.code, **_both("label", content.title)} for content in questionnaire.contents]
    lists = _lists(questionnaire)
    return {
        "survey": _table(SURVEY, _survey(questionnaire, lists)),
        "choices": _table(CHOICES, _choices(lists)),
        "settings": _table(SETTINGS, iter([settings])),
        "sipas_contents": _table(CONTENTS, iter(contents)),
    }


def _table(columns: tuple[str, ...], rows: Iterator[dict[str, str]]) -> list[list[str]]:
    return [list(columns), *([row.get(column, "") for column in columns] for row in rows)]


def _both(column: str, wording: Wording | None) -> dict[str, str]:
    return {f"{column}::{VIETNAMESE}": wording.vi, f"{column}::{ENGLISH}": wording.en} if wording else {}


def _lists(questionnaire: Questionnaire) -> dict[tuple[Choice, ...], str]:
    """A name for every row of choices that is offered: the scale's, or the first question's that offers it."""
    names: dict[tuple[Choice, ...], str] = {}
    for question in questionnaire.questions:
        if question.choices and question.choices not in names:
            base = f"{question.scale or question.code}{'_no_opinion' if question.no_opinion else ''}"
            taken = sum(name == base or name.startswith(f"{base}__") for name in names.values())
            names[question.choices] = f"{base}__{taken + 1}" if taken else base
    return names


def _survey(questionnaire: Questionnaire, lists: dict[tuple[Choice, ...], str]) -> Iterator[dict[str, str]]:
    taken = {question.code for question in questionnaire.questions}
    note = _free_name("introduction", taken)
    yield {"type": "note", "name": note, **_both("label", questionnaire.introduction)}
    taken.add(note)
    for section in questionnaire.sections:
        name = _free_name(section.code, taken)
        taken.add(name)
        yield {"type": "begin_group", "name": name, **_section(section)}
        for question in section.questions:
            yield _question(questionnaire, question, lists)
        yield {"type": "end_group"}


def _free_name(wanted: str, taken: set[str]) -> str:
    """A name in the form: groups and questions share one space there, which a reference `${name}` looks into."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _section(section: Section) -> dict[str, str]:
    return {
        **_both("label", section.title),
        "sipas_code": section.code,
        "sipas_factor": section.factor or "",
        "sipas_content": section.content or "",
    }


def _question(questionnaire: Questionnaire, question: Question, lists: dict[tuple[Choice, ...], str]) -> dict[str, str]:
    if question.kind in TEXT_KINDS:
        kind = "text"
    else:
        kind = f"select_{'multiple' if question.kind == 'several' else 'one'} {lists[question.choices]}"
    return {
        "type": kind,
        "name": question.code,
        **_both("label", question.wording),
        **_both("hint", question.help),
        "required": "no",
        "relevant": _relevant(questionnaire, question.condition) if question.condition else "",
        "constraint": f"string-length(.) <= {question.max_length}" if question.max_length else "",
        "appearance": "multiline" if question.kind == "long_text" else "",
        "sipas_kind": question.kind,
        "sipas_scale": question.scale,
        "sipas_criterion": question.criterion,
        "sipas_in_index": "yes" if question.in_index else "",
        **_both("sipas_label", question.label),
    }


def _relevant(questionnaire: Questionnaire, condition: Condition) -> str:
    name = f"${{{condition.question}}}"
    several = questionnaire.question(condition.question).kind == "several"
    terms = (f"selected({name}, '{value}')" if several else f"{name} = '{value}'" for value in condition.values)
    return " or ".join(terms)


def _choices(lists: dict[tuple[Choice, ...], str]) -> Iterator[dict[str, str]]:
    for choices, name in lists.items():
        for choice in choices:
            yield {
                "list_name": name,
                "name": str(choice.value),
                **_both("label", choice.wording),
                "sipas_face": choice.face or "",
            }

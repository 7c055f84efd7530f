"""What can be shown of an unfinished draft: gaps are filled, what cannot be asked yet is left out."""

from __future__ import annotations

from datetime import date

from forms.definition import Choice, Condition, DefinitionError, Question, Questionnaire, Section, Wording
from forms.draft import Draft, DraftChoice, DraftQuestion, Words
from forms.question import (
    CHOICE_LENGTH,
    INTRODUCTION_LENGTH,
    LABEL_LENGTH,
    NO_OPINION,
    TITLE_LENGTH,
    WORDING_LENGTH,
)

GAP = "…"


def showable(draft: Draft) -> tuple[Questionnaire | None, tuple[str, ...]]:
    """The questionnaire as a citizen would see it now, None while it asks nothing; and the keys of the questions left
    out. What a citizen does not see (factors, index) is not in it."""
    sections: list[Section] = []
    asked: dict[str, Question] = {}
    left_out: list[str] = []
    for section in draft.sections:
        questions = []
        for unfinished in section.questions:
            question = _question(draft, unfinished, asked)
            if question is None:
                left_out.append(unfinished.key)
            else:
                questions.append(question)
                asked[question.code] = question
        if questions:
            title = _wording(section.title, TITLE_LENGTH)
            sections.append(Section(code=f"section_{section.key}", title=title, questions=tuple(questions)))
    try:
        questionnaire = Questionnaire(
            code="preview",
            version="1.0",
            title=_wording(draft.title, TITLE_LENGTH),
            introduction=_wording(draft.introduction, INTRODUCTION_LENGTH),
            legal_reference=_wording(draft.legal_reference, WORDING_LENGTH),
            valid_from=date.min,
            sections=tuple(sections),
            thanks=_wording(draft.thanks, WORDING_LENGTH) if draft.thanks else None,
        )
    except DefinitionError:
        return None, tuple(left_out)
    return questionnaire, tuple(left_out)


def _question(draft: Draft, unfinished: DraftQuestion, asked: dict[str, Question]) -> Question | None:
    code = unfinished.code if unfinished.code not in asked else f"question_{unfinished.key}"
    try:
        choices = [_choice(choice) for choice in draft.choices_of(unfinished)]
        if unfinished.no_opinion and choices:
            choices.append(Choice(NO_OPINION, _wording(draft.no_opinion, CHOICE_LENGTH)))
        return Question(
            code=code or f"question_{unfinished.key}",
            kind=unfinished.kind,  # type: ignore[arg-type]  # it refuses a kind that is none
            label=_wording(unfinished.label, LABEL_LENGTH),
            wording=_wording(unfinished.wording, WORDING_LENGTH),
            choices=() if unfinished.is_text else tuple(choices),
            condition=_condition(unfinished, asked),
            help=_wording(unfinished.help, WORDING_LENGTH) if unfinished.help else None,
            max_length=unfinished.max_length if unfinished.is_text else None,
        )
    except DefinitionError:
        return None


def _condition(unfinished: DraftQuestion, asked: dict[str, Question]) -> Condition | None:
    source = asked.get(unfinished.asked_when)
    values = () if source is None else tuple(sorted(set(unfinished.asked_values).intersection(source.values)))
    return Condition(unfinished.asked_when, values) if values else None


def _choice(choice: DraftChoice) -> Choice:
    return Choice(choice.value, _wording(choice.words, CHOICE_LENGTH), choice.face or None)  # type: ignore[arg-type]  # it refuses another face


def _wording(words: Words, limit: int) -> Wording:
    vi, en = (text[:limit].strip() or GAP for text in (words.vi or words.en, words.en or words.vi))
    return Wording(vi, en)

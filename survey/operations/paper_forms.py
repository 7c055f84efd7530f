"""A questionnaire as the form that is printed: numbered questions, conditions by those numbers, lines for texts."""

from __future__ import annotations

from collections.abc import Mapping

from forms.definition import TEXT_KINDS, Choice, Question, Questionnaire, Wording
from reports.figures import Text
from reports.paper_form import PaperForm
from reports.paper_questions import PaperChoice, PaperCondition, PaperQuestion, PaperSection

CHARACTERS_A_LINE = 80
MOST_LINES = 4
_NOTHING = Text("")


def paper_form(
    questionnaire: Questionnaire,
    *,
    batch_code: str,
    issuer: Text,
    one_stop: Text,
    superior: Text = _NOTHING,
    place: Text = _NOTHING,
) -> PaperForm:
    """What :func:`reports.paper_form.paper_form_pdf` prints for the batch.

    `issuer` and `superior` are the bodies in the head, `one_stop` the name of the one-stop unit, `place` the unit and
    counter where the forms lie.
    """
    numbers = {question.code: number for number, question in enumerate(questionnaire.questions, 1)}
    return PaperForm(
        issuer=issuer,
        superior=superior,
        title=_text(questionnaire.title),
        one_stop=one_stop,
        place=place,
        introduction=_text(questionnaire.introduction),
        legal_reference=_text(questionnaire.legal_reference),
        sections=tuple(
            PaperSection(
                _text(section.title),
                tuple(_question(questionnaire, question, numbers) for question in section.questions),
            )
            for section in questionnaire.sections
        ),
        form=f"{questionnaire.code} {questionnaire.version}",
        batch_code=batch_code,
    )


def _question(questionnaire: Questionnaire, question: Question, numbers: Mapping[str, int]) -> PaperQuestion:
    condition = question.condition
    asked = None if condition is None else questionnaire.question(condition.question)
    return PaperQuestion(
        number=numbers[question.code],
        wording=_text(question.wording),
        choices=tuple(_choice(choice) for choice in question.choices),
        several=question.kind == "several",
        rating=question.kind == "rating",
        lines=_lines(question),
        help=None if question.help is None else _text(question.help),
        condition=None
        if condition is None or asked is None
        else PaperCondition(
            numbers[asked.code],
            tuple(_text(choice.wording) for choice in asked.choices if choice.value in condition.values),
        ),
    )


def _choice(choice: Choice) -> PaperChoice:
    return PaperChoice(choice.value, _text(choice.wording))


def _lines(question: Question) -> int:
    if question.kind not in TEXT_KINDS:
        return 0
    return max(1, min(MOST_LINES, -(-(question.max_length or 0) // CHARACTERS_A_LINE)))


def _text(wording: Wording) -> Text:
    return Text(wording.vi, wording.en)

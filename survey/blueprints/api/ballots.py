"""From an item of the API to a ballot: each answer in the type its question takes, then the citizen form's own road."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.ballot import Ballot, BallotError
from forms.citizen import read_ballot
from forms.definition import TEXT_KINDS, Question, Questionnaire
from survey.blueprints.api.wire import Detail, Fault, Words, detail
from survey.operations.errors import noop as _n

Given = int | str | list[int] | None
LOC = "answers"

UNKNOWN = _n("The questionnaire has no question with the code %(question)s.")
TYPES: dict[str, type] = {"text": str, "several": list, "one": int}
WRONG_TYPE = {
    "one": _n("This question takes one number, the value of an answer."),
    "several": _n("This question takes a list of numbers, the values of answers."),
    "text": _n("This question takes a text."),
}


def read_answers(questionnaire: Questionnaire, answers: Mapping[str, Given]) -> tuple[Ballot | None, list[Detail]]:
    """The ballot, or everything that is wrong with it. null is a skipped question."""
    given = {code: value for code, value in answers.items() if value is not None}
    if faults := list(_faults(questionnaire, given)):
        return None, [detail(fault) for fault in faults]
    fields = {questionnaire.question(code).field: _texts(value) for code, value in given.items()}
    ballot = read_ballot(questionnaire, fields)
    if ballot.errors:
        return None, [_detail(questionnaire, error) for error in ballot.errors]
    return ballot, []


def _faults(questionnaire: Questionnaire, given: Mapping[str, Given]) -> Iterator[Fault]:
    for code, value in given.items():
        try:
            question = questionnaire.question(code)
        except KeyError:
            yield Fault((LOC, code[:100]), "unknown", UNKNOWN, {"question": code[:100]})
            continue
        if not isinstance(value, _type_of(question)):
            kind = _kind(question)
            yield Fault((LOC, code), f"{kind}_expected", WRONG_TYPE[kind], {})


def _kind(question: Question) -> str:
    if question.kind in TEXT_KINDS:
        return "text"
    return "several" if question.kind == "several" else "one"


def _type_of(question: Question) -> type:
    return TYPES[_kind(question)]


def _texts(value: Given) -> str | list[str]:
    return [str(each) for each in value] if isinstance(value, list) else str(value)


def _detail(questionnaire: Questionnaire, error: BallotError) -> Detail:
    loc: list[str | int] = [LOC] if error.question_code is None else [LOC, error.question_code]
    words = Words(vi=error.words(questionnaire, "vi"), en=error.words(questionnaire, "en"))
    return Detail(loc=loc, code=error.code, message=words)

"""Published questionnaires over the API: what a kiosk asks, with the codes its answers are sent under."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import Select, or_, select

from forms.definition import Question, Wording
from survey.blueprints.api.door import scope
from survey.blueprints.api.fields import Code, Day, OneOf
from survey.blueprints.api.paging import NumberedListing, Page, page_of
from survey.blueprints.api.route import QUESTIONNAIRES, route
from survey.blueprints.api.wire import ApiError, Words, reply
from survey.database import current_session
from survey.models import Questionnaire, QuestionnaireOrigin, Unit
from survey.models.questionnaire import QUESTION_KINDS
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.questionnaires import definition_of

Kind = Annotated[str, OneOf(QUESTION_KINDS)]


class QuestionnairesQuery(NumberedListing):
    code: Code | None = None
    valid_on: Day | None = Field(None, description=_n("Only what is valid on that day."))


class QuestionnaireLine(BaseModel):
    code: str
    version: str
    title: Words
    valid_from: date
    valid_until: date | None
    published_at: datetime
    digest: str = Field(description=_n("SHA-256 of the definition: the same digest, the same questions."))


class QuestionnairePage(Page[QuestionnaireLine]):
    pass


class ChoiceOut(BaseModel):
    value: int = Field(description=_n("0 is “no opinion”, outside every base."))
    label: Words


class ConditionOut(BaseModel):
    question: str
    values: list[int]


class QuestionOut(BaseModel):
    code: str
    kind: Kind
    label: Words
    wording: Words
    help: Words | None
    in_index: bool
    choices: list[ChoiceOut]
    max_length: int | None
    condition: ConditionOut | None = Field(description=_n("Asked only of those who gave one of these answers."))


class SectionOut(BaseModel):
    code: str
    title: Words
    factor: str | None
    questions: list[QuestionOut]


class QuestionnaireOut(QuestionnaireLine):
    introduction: Words
    legal_reference: Words
    sections: list[SectionOut]


@route(
    "GET",
    "/questionnaires",
    tag=QUESTIONNAIRES,
    action="questionnaires.read",
    summary=_n("Published questionnaires, all versions, in the order of their publication"),
    query=QuestionnairesQuery,
    answer=QuestionnairePage,
)
def list_questionnaires(query: QuestionnairesQuery) -> ResponseReturnValue:
    rows = _visible()
    if query.code is not None:
        rows = rows.where(Questionnaire.code == query.code)
    if query.valid_on is not None:
        rows = rows.where(Questionnaire.valid_from <= query.valid_on)
        rows = rows.where(or_(Questionnaire.valid_until.is_(None), Questionnaire.valid_until >= query.valid_on))
    found, following = page_of(rows, query, Questionnaire.id, lambda row: row.id)
    return reply(QuestionnairePage(items=[QuestionnaireLine(**_line(row)) for row in found], next=following))


@route(
    "GET",
    "/questionnaires/<questionnaire_code>/<version>",
    tag=QUESTIONNAIRES,
    action="questionnaires.read",
    summary=_n("One version with its sections, questions and answers"),
    text=_n("A published version never changes: keep it as long as you like."),
    answer=QuestionnaireOut,
    also=(304,),
)
def show_questionnaire(questionnaire_code: str, version: str) -> ResponseReturnValue:
    if not (is_code(questionnaire_code) and is_code(version)):
        raise ApiError(404)
    row = current_session().scalar(
        _visible().where(Questionnaire.code == questionnaire_code, Questionnaire.version == version)
    )
    if row is None:
        raise ApiError(404)
    asked = definition_of(row)
    sections = [
        SectionOut(
            code=section.code,
            title=_words(section.title),
            factor=section.factor,
            questions=[_question(question) for question in section.questions],
        )
        for section in asked.sections
    ]
    out = QuestionnaireOut(
        **_line(row),
        introduction=_words(asked.introduction),
        legal_reference=_words(asked.legal_reference),
        sections=sections,
    )
    return reply(out, conditional=True)


def _visible() -> Select[Questionnaire]:
    """Published versions, those that are for some unit alone only where it lies within reach."""
    return (
        select(Questionnaire)
        .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Questionnaire.id)
        .outerjoin(Unit, Unit.id == QuestionnaireOrigin.owner_id)
        .where(
            Questionnaire.published_at.is_not(None),
            or_(Unit.id.is_(None), scope("questionnaires.read").covers(Unit.path)),
        )
    )


def _line(row: Questionnaire) -> dict[str, Any]:
    columns = ("code", "version", "valid_from", "valid_until", "published_at", "digest")
    return {"title": _words(definition_of(row).title), **{column: getattr(row, column) for column in columns}}


def _words(wording: Wording) -> Words:
    return Words(vi=wording.vi, en=wording.en)


def _question(question: Question) -> QuestionOut:
    condition = question.condition
    return QuestionOut(
        code=question.code,
        kind=question.kind,
        label=_words(question.label),
        wording=_words(question.wording),
        help=_words(question.help) if question.help else None,
        in_index=question.in_index,
        choices=[ChoiceOut(value=choice.value, label=_words(choice.wording)) for choice in question.choices],
        max_length=question.max_length,
        condition=ConditionOut(question=condition.question, values=list(condition.values)) if condition else None,
    )

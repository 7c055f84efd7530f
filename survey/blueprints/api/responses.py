"""Responses in: batches from kiosks and one-stop software, judged one by one; docs/decisions/0017-api-responses.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Literal
from uuid import UUID

from flask import current_app
from flask.typing import ResponseReturnValue
from pydantic import UUID7, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.blueprints.api.ballots import Given as AnswerGiven
from survey.blueprints.api.ballots import read_answers
from survey.blueprints.api.door import begin, may
from survey.blueprints.api.fields import Code
from survey.blueprints.api.route import RESPONSES, route
from survey.blueprints.api.wire import Detail, Fault, Given, detail, reply
from survey.database import engine
from survey.models import Collector, Question
from survey.operations.codes import normalise
from survey.operations.errors import noop as _n
from survey.operations.questionnaires import definition_of
from survey.operations.responses import CollectorClosed, ImpossibleAnswer, Submission, record_response
from survey.operations.submission import flags_for, minimum_seconds

MOST_AT_ONCE = 1000
MOST_ANSWERS = 200
# Ways in that a program may feed. A QR code or a link is the citizen's own; a token bound to a dossier no program has.
CHANNELS = frozenset({"kiosk", "phone", "interview", "paper", "import"})
TRUST_LEVELS = frozenset({"open", "present", "paper", "assisted"})

REFUSALS = {
    "collector": _n("There is no collector %(collector)s that this key may feed."),
    "channel": _n("The collector %(collector)s is fed by citizens themselves, not by a program."),
    "closed": _n("The collector %(collector)s takes no answers now: it was revoked, or its wave is not open."),
    "impossible": _n("The database refused the ballot."),
}

AnswerText = Annotated[str, Field(max_length=10_000)]
AnswerValue = Annotated[int, Field(ge=0, le=9)]
AnswerValues = Annotated[list[AnswerValue], Field(max_length=10)]


class ResponseIn(Given):
    submission_id: UUID7 = Field(
        description=_n("A UUID of version 7, made when the form is begun; the same at every repetition.")
    )
    collector: Code
    language: Literal["vi", "en"] = "vi"
    seconds: int | None = Field(None, ge=0, le=86_400, description=_n("How long filling in took, where measured."))
    test: bool = Field(False, description=_n("A trial: stored, before the wave opens too, and never counted."))
    answers: dict[str, AnswerValue | AnswerValues | AnswerText | None] = Field(
        max_length=MOST_ANSWERS,
        description=_n("By question code: a value, a list of values, or a text. A question left out was skipped."),
    )


class ResponsesIn(Given):
    responses: list[ResponseIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ResultOut(BaseModel):
    """What became of one response."""

    submission_id: UUID
    outcome: Literal["recorded", "repeated", "conflict", "refused"] = Field(
        description=_n(
            "recorded: stored now. repeated: stored before, with the same content. conflict: stored before with other "
            "content, which is kept and never counted. refused: not stored, see “errors”."
        )
    )
    receipt: str | None = Field(description=_n("The number a citizen may keep; null where refused."))
    errors: list[Detail] = []


class ResultsOut(BaseModel):
    results: list[ResultOut] = Field(description=_n("In the order of the responses sent."))


@route(
    "POST",
    "/responses",
    tag=RESPONSES,
    action="responses.write",
    summary=_n("Send up to 1,000 responses; each is judged for itself"),
    text=_n(
        "Answers after everything is stored for good. Sending the same batch again adds nothing, so repeat it until "
        "you get an answer. The collector decides wave, place, channel and trust level; the time is the platform's."
    ),
    body=ResponsesIn,
    answer=ResultsOut,
    example={
        "responses": [
            {
                "submission_id": "019c3a52-7d10-7cc1-9f65-3b2f6f0a4e11",
                "collector": "7KQ2M9F",
                "language": "vi",
                "seconds": 74,
                "answers": {"access_1": 4, "access_2": 5, "comment": "Cán bộ hướng dẫn tận tình."},
            }
        ]
    },
    answer_example={
        "results": [
            {
                "submission_id": "019c3a52-7d10-7cc1-9f65-3b2f6f0a4e11",
                "outcome": "recorded",
                "receipt": "7KQ2-M9FD-XB4T",
                "errors": [],
            }
        ]
    },
)
def post_responses(body: ResponsesIn) -> ResponseReturnValue:
    feeds = _feeds({normalise(item.collector) for item in body.responses})
    now = int(time.time())
    read = [_submission(item, feeds.get(normalise(item.collector)), now) for item in body.responses]
    return reply(ResultsOut(results=_store(body.responses, read)))


class Feed:
    """A collector the key may feed, and what is asked there."""

    def __init__(self, collector: Collector, ids: dict[str, int]) -> None:
        self.collector_id = collector.id
        self.by_program = collector.channel in CHANNELS and collector.trust in TRUST_LEVELS
        self.asked = definition_of(collector.wave.questionnaire)
        self.ids = ids


def _feeds(codes: set[str]) -> dict[str, Feed]:
    """The collectors within reach, by code. In a session of its own: what is read here must not delay the writing."""
    with Session(engine()) as session:
        query = select(Collector).where(Collector.code.in_(codes))
        found = session.scalars(query.options(joinedload(Collector.unit), joinedload(Collector.wave)))
        reached = [collector for collector in found if may("responses.write", collector.unit.path)]
        asked = {collector.wave.questionnaire_id for collector in reached}
        rows = session.execute(
            select(Question.questionnaire_id, Question.code, Question.id).where(Question.questionnaire_id.in_(asked))
        ).all()
        return {
            collector.code: Feed(
                collector, {code: id for owner, code, id in rows if owner == collector.wave.questionnaire_id}
            )
            for collector in reached
        }


def _submission(item: ResponseIn, feed: Feed | None, now: int) -> Submission | list[Detail]:
    """The ballot as it is to be stored, or what is wrong with it."""
    if feed is None:
        return _refused("collector", item)
    if not feed.by_program:
        return _refused("channel", item)
    answers: dict[str, AnswerGiven] = dict(item.answers)
    ballot, errors = read_answers(feed.asked, answers)
    if ballot is None:
        return errors
    given = len(ballot.choices) + len(ballot.several) + len(ballot.texts)
    return Submission(
        submission_id=item.submission_id.bytes,
        collector_id=feed.collector_id,
        received_at=now,
        seconds=item.seconds,
        language=item.language,
        choices={feed.ids[code]: value for code, value in ballot.choices.items()},
        several={feed.ids[code]: values for code, values in ballot.several.items()},
        texts={feed.ids[code]: text for code, text in ballot.texts.items()},
        flags=flags_for(item.seconds, False, minimum_seconds(given)),
        is_test=item.test,
    )


def _store(items: Sequence[ResponseIn], read: Sequence[Submission | list[Detail]]) -> list[ResultOut]:
    """Store what was read well, all in one transaction, and say what became of each.

    What the database refuses spoils a transaction. Hardly anything is refused that was read well, so the savepoints
    that keep one ballot from taking the others with it are only set the second time.
    """
    session = begin()
    try:
        results = [_stored(session, item, found, nullcontext) for item, found in zip(items, read, strict=True)]
    except ImpossibleAnswer:
        current_app.logger.exception("a ballot that was read well was refused by the database")
        session.rollback()
        session = begin()
        results = [_stored_or_refused(session, item, found) for item, found in zip(items, read, strict=True)]
    session.commit()
    return results


def _stored_or_refused(session: Session, item: ResponseIn, found: Submission | list[Detail]) -> ResultOut:
    try:
        return _stored(session, item, found, session.begin_nested)
    except ImpossibleAnswer:
        return _refusal(item, _refused("impossible", item))


def _stored(
    session: Session,
    item: ResponseIn,
    found: Submission | list[Detail],
    guard: Callable[[], AbstractContextManager[object]],
) -> ResultOut:
    if not isinstance(found, Submission):
        return _refusal(item, found)
    try:
        with guard():
            receipt = record_response(session, found)
    except CollectorClosed:
        return _refusal(item, _refused("closed", item))
    return ResultOut(submission_id=item.submission_id, outcome=receipt.outcome, receipt=receipt.number)


def _refusal(item: ResponseIn, errors: list[Detail]) -> ResultOut:
    return ResultOut(submission_id=item.submission_id, outcome="refused", receipt=None, errors=errors)


def _refused(code: str, item: ResponseIn) -> list[Detail]:
    loc: Sequence[str | int] = () if code == "impossible" else ("collector",)
    return [detail(Fault(tuple(loc), code, REFUSALS[code], {"collector": item.collector}))]

"""Recording a ballot: whole, once, only where it is open, and never changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from survey.models import (
    Answer,
    Collector,
    Response,
    ResponseConflict,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
    Wave,
)
from survey.operations.responses import CollectorClosed, ImpossibleAnswer, Submission, record_response
from survey.operations.submission import canonical, digest, half_month, receipt_number
from tests.factories import make_collector, make_definition, make_questionnaire, make_rating, make_unit, make_wave

AT = int(datetime(2026, 3, 16, 2, 30, tzinfo=UTC).timestamp())
ID = bytes(range(16))


def several(code: str) -> Question:
    words = Wording("Kênh", "Channels")
    choices = tuple(Choice(value, Wording(f"Kênh {value}", f"Channel {value}")) for value in (1, 2, 3))
    return Question(code=code, kind="several", label=words, wording=words, choices=choices)


def written(code: str) -> Question:
    words = Wording("Ý kiến", "Opinion")
    return Question(code=code, kind="long_text", label=words, wording=words, max_length=2000)


@pytest.fixture
def collector(session: Session) -> Collector:
    unit = make_unit(session, code="x1")
    asked = make_definition(questions=[make_rating("overall", in_index=False), several("channels"), written("opinion")])
    wave = make_wave(session, code="w", units=[unit], questionnaire=make_questionnaire(session, asked), state="open")
    collector = make_collector(session, wave, unit)
    session.commit()
    return collector


@pytest.fixture
def submission(collector: Collector) -> Submission:
    ids = {question.code: question.id for question in collector.wave.questionnaire.questions}
    return Submission(
        submission_id=ID,
        collector_id=collector.id,
        received_at=AT,
        seconds=75,
        language="vi",
        choices={ids["access_1"]: 5, ids["access_2"]: 0, ids["overall"]: 4},
        several={ids["channels"]: (3, 1)},
        texts={ids["opinion"]: "Cán bộ nhiệt tình, 5 < 6 % 'x'"},
        flags=("too_fast",),
    )


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_every_part_of_a_ballot_is_stored(session: Session, collector: Collector, submission: Submission) -> None:
    session.rollback()
    receipt = record_response(session, submission)
    session.commit()
    assert (receipt.outcome, receipt.number) == ("recorded", receipt_number(ID))
    response = session.get_one(Response, receipt.response_id)
    content = canonical(submission.choices, submission.several, submission.texts)
    assert (response.submission_id, response.collector_id) == (ID, collector.id)
    assert (response.received_at, response.half_month) == (AT, half_month(AT))
    assert (response.seconds, response.language, response.is_test) == (75, "vi", False)
    assert response.digest == digest(content)
    assert len(response.salt) == 16
    answers = session.execute(select(Answer.question_id, Answer.choice)).all()
    assert dict(map(tuple, answers)) == submission.choices
    assert sorted(session.scalars(select(SeveralAnswer.choice))) == [1, 3]
    assert session.scalars(select(TextAnswer.text)).all() == ["Cán bộ nhiệt tình, 5 < 6 % 'x'"]
    assert session.scalars(select(ResponseFlag.kind)).all() == ["too_fast"]


def test_the_salt_differs_from_ballot_to_ballot(session: Session, submission: Submission) -> None:
    for number in range(5):
        record_response(session, replace(submission, submission_id=bytes([number] * 16)))
    assert len(set(session.scalars(select(Response.salt)))) == 5


def test_nothing_is_committed_here(session: Session, submission: Submission, engine: Engine) -> None:
    session.rollback()
    record_response(session, submission)
    session.rollback()
    assert count(session, Response) == count(session, Answer) == 0


def test_the_same_ballot_again_gets_the_same_receipt(session: Session, submission: Submission) -> None:
    first = record_response(session, submission)
    session.commit()
    again = record_response(session, replace(submission, received_at=AT + 9, seconds=84, flags=()))
    session.commit()
    assert again == replace(first, outcome="repeated")
    assert (count(session, Response), count(session, ResponseConflict), count(session, Answer)) == (1, 0, 3)


def test_other_answers_under_the_same_id_are_kept_apart_once(session: Session, submission: Submission) -> None:
    first = record_response(session, submission)
    session.commit()
    questions = list(submission.choices)
    for choice in (1, 2, 1):
        other = replace(submission, choices={questions[0]: choice})
        receipt = record_response(session, other)
        session.commit()
        assert receipt == replace(first, outcome="conflict")
    kept = session.scalars(select(ResponseConflict.content).order_by(ResponseConflict.id)).all()
    assert kept == [
        canonical({questions[0]: choice}, submission.several, submission.texts).decode() for choice in (1, 2)
    ]
    assert count(session, Response) == 1
    assert count(session, Answer) == 3


def close(session: Session, collector: Collector) -> None:
    collector.wave.state, collector.wave.closed_at = "closed", datetime.now(UTC)


def revoke(session: Session, collector: Collector) -> None:
    collector.state, collector.revoked_at = "revoked", datetime.now(UTC)


@pytest.mark.parametrize("end", [close, revoke])
def test_what_is_closed_takes_no_new_ballot_and_still_confirms_an_old_one(
    session: Session, collector: Collector, submission: Submission, end: object
) -> None:
    first = record_response(session, submission)
    end(session, collector)  # type: ignore[operator]
    session.commit()
    for is_test in (False, True):
        with pytest.raises(CollectorClosed):
            record_response(session, replace(submission, submission_id=bytes(16), is_test=is_test))
        session.rollback()
    assert record_response(session, submission) == replace(first, outcome="repeated")
    assert count(session, Response) == 1


def test_an_unknown_collector_takes_none_and_a_draft_wave_tests_alone(
    session: Session, collector: Collector, submission: Submission
) -> None:
    with pytest.raises(CollectorClosed):
        record_response(session, replace(submission, collector_id=collector.id + 1000))
    unit = make_unit(session, code="x2")
    draft = make_wave(
        session, code="draft", units=[unit], questionnaire=collector.wave.questionnaire, target=collector.wave.target
    )
    assert session.get_one(Wave, draft.id).state == "draft"
    to_draft = replace(submission, collector_id=make_collector(session, draft, unit).id)
    with pytest.raises(CollectorClosed):
        record_response(session, to_draft)
    assert count(session, Response) == 0
    assert record_response(session, replace(to_draft, is_test=True)).outcome == "recorded"
    assert session.scalars(select(Response.is_test)).all() == [True]


@pytest.mark.parametrize(
    "change",
    [
        lambda ballot: {"choices": {next(iter(ballot.choices)): 7}},
        lambda ballot: {"choices": {999_999: 1}},
        lambda ballot: {"choices": {next(iter(ballot.choices)): 99_999}},
        lambda ballot: {"several": {next(iter(ballot.several)): (9,)}},
        lambda ballot: {"texts": {next(iter(ballot.texts)): ""}},
        lambda ballot: {"texts": {next(iter(ballot.texts)): "x" * 10_001}},
        lambda ballot: {"flags": ("nonsense",)},
        lambda ballot: {"language": "fr"},
        lambda ballot: {"seconds": -1},
    ],
)
def test_the_database_refuses_impossible_values_and_nothing_remains(
    session: Session, submission: Submission, change: object
) -> None:
    session.rollback()
    with pytest.raises(ImpossibleAnswer):
        record_response(session, replace(submission, **change(submission)))  # type: ignore[operator]
    session.rollback()
    assert count(session, Response) == count(session, Answer) == 0
    assert record_response(session, submission).outcome == "recorded"

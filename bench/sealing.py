"""Sealing: responses per second from rows to hash tree and tallies, 16 items each, in the batches of each database."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import submission
from bench.harness import DATABASES, Result
from survey import database
from survey.models import Collector, Question
from survey.operations.batches import store_submissions
from survey.operations.ledger import seal_all
from survey.operations.recount import recount
from survey.operations.responses import Submission
from survey.operations.submission import new_submission_id
from survey.operations.writing import begin_write

RESPONSES, ITEMS, GOAL = 30_000, 16, 5000
RECEIVED, DAY = 1_772_000_000, 86_400


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url:
            submission.build(url)
            engine = database.make_engine(url)
            with Session(engine) as session:
                collector_id = session.scalars(select(Collector.id)).one()
                rated = select(Question.id).where(Question.kind == "rating").order_by(Question.position).limit(ITEMS)
                questions = session.scalars(rated).all()
                session.rollback()
                store_submissions(begin_write(session), ballots(collector_id, list(questions)))
                session.commit()
            start = time.perf_counter()
            assert seal_all(engine) == RESPONSES
            took = time.perf_counter() - start
            yield Result(f"sealing, {kind}", RESPONSES / took, "responses/s", GOAL)
            with Session(engine) as session:
                start = time.perf_counter()
                assert recount(session) == []
                took = time.perf_counter() - start
            yield Result(f"recounting everything, {kind}", RESPONSES / took, "responses/s")
            engine.dispose()


def ballots(collector_id: int, questions: list[int]) -> Iterator[Submission]:
    chance = random.Random(1)
    for number in range(RESPONSES):
        yield Submission(
            submission_id=new_submission_id(number),
            collector_id=collector_id,
            received_at=RECEIVED + number % 60 * DAY,
            seconds=60,
            language="vi",
            choices={question: chance.choice((3, 4, 4, 5)) for question in questions},
        )

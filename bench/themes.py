"""Themes of 100,000 comments in 4,000 units, and 5,000 remedies: finding, counting, the pages, a trial of words."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from bench.pages import analyse, answer_time, application, asking
from bench.progress import NOW, build
from survey.analysis import half_month, theme_trial
from survey.analysis import themes as reading
from survey.models import Comment, Question, Remedy, Response, TextAnswer, Unit, Wave
from survey.operations.demo.comments import write_comment
from survey.operations.folding import folded
from survey.operations.theme_counting import run_due
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

COMMENTS, REMEDIES, UNITS = 100_000, 5_000, 4_000
ALL_AT_ONCE = 60  # seconds to read and count everything after a change of the dictionary
PAGES = {
    "themes of the province": "/staff/chu-de/?wave=W",
    "themes by half-month": "/staff/chu-de/?wave=W&by=half",
    "one theme, its comments": "/staff/chu-de/cho-doi?wave=W&unit=T",
    "the dictionary": "/staff/chu-de/tu-dien/",
    "remedies not over": "/staff/giai-phap/",
    "remedies, late": "/staff/giai-phap/?state=late",
}


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url, application(url) as (app, engine):
            client = app.test_client()
            where = f"{kind}, {COMMENTS:,} comments"
            with Session(engine, expire_on_commit=False) as session:
                wave, root = build(session)
                write(session, wave)
                plan(session, wave)
                sign_in(client, make_account(session, "compiler", root))
            yield Result(f"all read and counted, {where}", once(engine), "s", ALL_AT_ONCE, at_most=True)
            yield Result(f"nothing to do, {where}", 1000 * once(engine), "ms", 100, at_most=True)
            analyse(engine)
            for name, path in PAGES.items():
                yield answer_time(f"{name}, {where}", asking(client, path))
            with Session(engine, expire_on_commit=False) as session:
                themes = reading.every_theme(session)
                words = [word.word for word in themes[2].words]
                start = perf_counter()
                theme_trial.try_words(session, themes, themes[2].id, [*words, "chiều thứ sáu"], unless_negated=False)
                yield Result(f"a word tried, {where}", 1000 * (perf_counter() - start), "ms", 1000, at_most=True)


def once(engine: Engine) -> float:
    start = perf_counter()
    run_due(engine, datetime.now(UTC))
    return perf_counter() - start


def write(session: Session, wave: Wave) -> None:
    """Comments of a week ago and more, as they are gathered and released; a person each."""
    chance = random.Random(2)
    begin_write(session)
    question = session.scalars(
        select(Question.id).where(Question.questionnaire_id == wave.questionnaire_id, Question.code == "comment")
    ).one()
    ids = dict(session.execute(select(Unit.code, Unit.id)).all())
    places = [ids[f"U{k:04}"] for k in range(UNITS)]
    numbers = chance.sample(range(2**50), COMMENTS)
    for first in range(0, COMMENTS, 10_000):
        responses, texts, comments = [], [], []
        for key in range(first + 1, first + 10_001):
            at = NOW - timedelta(minutes=chance.randrange(14_400, 200_000))
            written, place = write_comment(chance, chance.uniform(1.5, 5), "vi"), chance.randrange(UNITS)
            responses.append(
                {
                    "id": key,
                    "submission_id": key.to_bytes(16),
                    "collector_id": place + 1,
                    "received_at": int(at.timestamp()),
                    "half_month": half_month.number(at.date()),
                    "seconds": 90,
                    "language": "vi",
                    "digest": os.urandom(32),
                    "salt": os.urandom(16),
                    "is_test": False,
                }
            )
            texts.append({"response_id": key, "question_id": question, "text": written})
            comments.append(
                {
                    "id": numbers[key - 1],
                    "response_id": key,
                    "question_id": question,
                    "wave_id": wave.id,
                    "unit_id": places[place],
                    "month": at.year * 12 + at.month - 1,
                    "satisfaction": chance.randrange(1, 6),
                    "folded": folded(written),
                    "released_on": date(2026, 6, 1),
                }
            )
        for table, rows in ((Response, responses), (TextAnswer, texts), (Comment, comments)):
            session.execute(insert(table), rows)
    session.commit()


def plan(session: Session, wave: Wave) -> None:
    chance = random.Random(3)
    begin_write(session)
    units = session.scalars(select(Unit.id).where(Unit.code.like("U%"))).all()
    rows = [
        {
            "unit_id": (unit := chance.choice(units)),
            "wave_id": wave.id,
            "subject": "item",
            "subject_code": "access_seats",
            "cause": "Ít ghế",
            "action": "Thêm ghế",
            "owner_unit_id": unit,
            "deadline_on": date(2026, 1, 1) + timedelta(days=chance.randrange(500)),
            "state": chance.choice(("planned", "running")),
        }
        for _ in range(REMEDIES)
    ]
    session.execute(insert(Remedy), rows)
    session.commit()

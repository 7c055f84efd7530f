"""The API over HTTP against a bare page: responses in, singly and in batches, results and lists out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench import submission
from bench.harness import DATABASES, Result, compare, folder, request, serve
from survey import database
from survey.accounts.api_keys import make_key
from survey.accounts.policy import Grant
from survey.models import Collector, Response, Unit, Wave
from survey.operations.collectors import make_collector
from survey.operations.ledger import seal_all
from survey.operations.submission import new_submission_id
from survey.operations.writing import begin_write

SINGLE, BATCHES, BATCH, READS = 300, 12, 200, 60
PER_SECOND, RESULTS_MS = 1000, 60


def run() -> Iterator[Result]:
    bare = [request("GET", "/")] * 1000
    for kind, make_url in DATABASES.items():
        with make_url() as url, folder() as instance:
            program = build(url)
            settings = {"DATABASE_URL": url, "SECRET_KEY": submission.KEY, "INSTANCE_PATH": str(instance)}
            settings["API_REQUESTS_PER_MINUTE"] = "1000000"
            with serve("wsgi:staff", settings) as service, serve("bench.bare:app") as floor:
                service.load(program.batches(10, 1)).expect(200)  # warm
                floor.load(bare[:50]).expect(200)
                single, _, ratio = compare(partial(program.batches, SINGLE, 1), bare, (service, floor), rounds=3)
                yield Result(f"responses in, one a request, {kind}", single, "per second", ratio=ratio)
                packed, _, ratio = compare(partial(program.batches, BATCHES, BATCH), bare, (service, floor), 3)
                yield Result(f"responses in, {BATCH} a request, {kind}", packed * BATCH, "per second", PER_SECOND)
                seal_all(database.make_engine(url))
                for name, address in READS_OF.items():
                    reads = [request("GET", f"/api/v1{address}", program.headers)] * READS
                    per_second, _, ratio = compare(partial(list, reads), bare, (service, floor), rounds=3)
                    yield Result(f"{name}, {kind}", 1000 / per_second, "ms", RESULTS_MS, at_most=True)
                    yield Result(f"{name}, against a bare page, {kind}", per_second, "per second", ratio=ratio)
            program.check()


READS_OF = {"a unit's results out": "/results/W/X?lang=vi", "a list of units out": "/units"}


@dataclass(slots=True)
class Program:
    """A kiosk program with its key, and how many responses it has sent."""

    url: str
    key: str
    collector: str
    codes: Sequence[str]
    sent: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def batches(self, count: int, size: int) -> list[bytes]:
        self.sent += count * size
        return [request("POST", "/api/v1/responses", self.headers, self._batch(size)) for _ in range(count)]

    def _batch(self, size: int) -> bytes:
        return json.dumps({"responses": [self._ballot(number) for number in range(size)]}).encode()

    def _ballot(self, number: int) -> dict[str, Any]:
        return {
            "submission_id": str(UUID(bytes=new_submission_id(time.time_ns() // 1_000_000))),
            "collector": self.collector,
            "seconds": 60,
            "answers": {code: (number + at) % 5 + 1 for at, code in enumerate(self.codes)},
        }

    def check(self) -> None:
        engine = database.make_engine(self.url)
        with Session(engine) as session:
            stored = session.scalar(select(func.count()).select_from(Response))
        engine.dispose()
        if stored != self.sent:
            raise RuntimeError(f"{self.sent} responses were sent, {stored} are stored")


def build(url: str) -> Program:
    """The counter form's wave of bench/submission.py, with a kiosk and a key that feeds it and reads its results."""
    desk = submission.build(url)
    engine = database.make_engine(url)
    now = datetime.now(UTC)
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        unit, wave = session.scalars(select(Unit)).one(), session.scalars(select(Wave)).one()
        assert session.scalars(select(Collector.code)).one() == desk.code
        kiosk = make_collector(session, wave, unit, channel="kiosk", trust="open", at=now)
        _, key = make_key(
            session,
            name="bench",
            unit=unit,
            roles=["compiler"],
            valid_until=date(now.year + 1, 1, 1),
            reach=[Grant("administrator", "/")],
            made_by_id=None,
            at=now,
            today=now.date(),
        )
        session.commit()
    engine.dispose()
    return Program(url, key, kiosk.code, [field.removeprefix("q_") for field in desk.fields])

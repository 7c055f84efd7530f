"""The citizen's way over HTTP against a bare page: the form, the ballot of 17 answers, and the whole visit."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.client import Load
from bench.harness import DATABASES, Result, compare, folder, request, serve
from forms import library
from survey import database
from survey.models import Answer, Response, ResponseFlag
from survey.operations import collectors, questionnaires, targets, units, waves
from survey.operations.submission import issue_token
from survey.operations.writing import begin_write

POSTS, PAGES, VISITS = 600, 1500, 300
POST_GOAL = {"sqlite": 0.20, "postgresql": 0.18}
PAGE_GOAL, VISIT_MS = 0.5, 5
KEY = "the key of the measurement, as long as a key must be"
PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANSWERS = 17  # 16 items and the overall one
FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
PAGE_HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "vi"}


def run() -> Iterator[Result]:
    bare = [request("GET", "/")] * PAGES
    for kind, make_url in DATABASES.items():
        with make_url() as url, folder() as instance:
            desk = build(url)
            settings = {"DATABASE_URL": url, "SECRET_KEY": KEY, "INSTANCE_PATH": str(instance)}
            with serve("wsgi:public", settings) as service, serve("bench.bare:app") as floor:
                service.load(desk.ballots(50)).expect(303)  # warm: statements prepared, pages kept
                floor.load(bare[:50]).expect(200)
                posts, _, ratio = compare(partial(desk.ballots, POSTS), bare, (service, floor))
                yield Result(f"POST of the counter form, {kind}", posts, "per second", POST_GOAL[kind], ratio)
                page = [request("GET", f"/s/{desk.code}", PAGE_HEADERS)]
                pages, plain, ratio = compare(partial(list, page * PAGES), bare, (service, floor))
                yield Result(f"GET of the counter form, compressed, {kind}", pages, "per second", PAGE_GOAL, ratio)
                yield Result("GET of the bare page (the floor)", plain, "per second")
                before = service.cpu_seconds()
                thanks = thanks_page(service.load(desk.ballots(1)))
                for visit in (page * VISITS, desk.ballots(VISITS), [thanks] * VISITS):
                    service.load(visit).expect(200, 303)
                spent = 1000 * (service.cpu_seconds() - before) / VISITS
                yield Result(f"form, ballot and thanks, {kind}", spent, "ms CPU", VISIT_MS, at_most=True)
            desk.check()


def thanks_page(load: Load) -> bytes:
    """The request a browser makes when its ballot has been stored."""
    headers = load.last.split(b"\r\n\r\n")[0].decode().split("\r\n")
    location = next(line.partition(": ")[2] for line in headers if line.lower().startswith("location: "))
    return request("GET", location, PAGE_HEADERS)


@dataclass(slots=True)
class Desk:
    """A collector of the counter form, and how many ballots it must have at the end."""

    url: str
    code: str
    fields: Sequence[str]
    sent: int = 0

    def ballots(self, count: int) -> list[bytes]:
        """Ballots of different answers with tokens of their own, issued a minute ago so that none is too fast."""
        self.sent += count
        issued = time.time_ns() // 1_000_000 - 60_000
        return [self._ballot(issue_token(KEY.encode(), self.code, issued), number) for number in range(count)]

    def _ballot(self, token: str, number: int) -> bytes:
        answers: Mapping[str, int] = {field: (number + at) % 5 + 1 for at, field in enumerate(self.fields)}
        body = urlencode({**answers, "website": "", "token": token}).encode()
        return request("POST", f"/s/{self.code}", FORM_HEADERS, body)

    def check(self) -> None:
        """Every ballot that was sent is there, once, with all its answers and without a doubt."""
        engine = database.make_engine(self.url)
        with Session(engine) as session:
            stored, answers, flags = (
                session.scalar(select(func.count()).select_from(model)) for model in (Response, Answer, ResponseFlag)
            )
        engine.dispose()
        if (stored, answers, flags) != (self.sent, self.sent * ANSWERS, 0):
            raise RuntimeError(f"{self.sent} ballots were sent; stored: {stored}, {answers} answers, {flags} flags")


def build(url: str) -> Desk:
    """An open wave of the standard counter form with one unit, one counter, one QR code."""
    engine = database.make_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        asked = library.standard("counter")
        unit = units.create_unit(session, code="X", kind="commune", name_vi="Xã đo", valid_from=PERIOD[0])
        counter = units.add_counter(session, unit, code="1", name_vi="Quầy 1", valid_from=PERIOD[0])
        wave = waves.create_wave(
            session,
            code="W",
            name_vi="Đợt đo",
            questionnaire=questionnaires.publish_questionnaire(session, asked, NOW),
            target=targets.create_target(
                session, code="T", value=Decimal("0.8"), reference_vi="Kế hoạch", valid_from=PERIOD[0]
            ),
            period_start=PERIOD[0],
            period_end=PERIOD[1],
            design="self_selected",
            headline_weighting="unweighted",
            trust_levels=("open",),
        )
        waves.add_units(session, wave, [unit])
        waves.open_wave(session, wave, NOW)
        collector = collectors.make_collector(session, wave, unit, counter=counter, channel="qr", trust="open", at=NOW)
        session.commit()
    engine.dispose()
    fields = [question.field for question in asked.questions if question.kind == "rating"]
    assert len(fields) == ANSWERS
    return Desk(url, collector.code, fields)

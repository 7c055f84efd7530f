"""Dialogues at the size of a province over a year: 1,000 units, 2,000 dialogues, 20,000 questions, 8,000 promises."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from bench.pages import analyse, answer_time, application, asking
from survey.models import Commitment, CommitmentProgress, Dialogue, DialogueGroup, DialogueQuestion, DialogueTheme, Unit
from survey.operations import units
from survey.operations.codes import new_code
from survey.operations.periods import PROVINCE_TIME, half_year, previous_half_year, province_today
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

UNITS, QUESTIONS, PROMISES = 1000, 10, 4


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url, application(url) as (app, engine):
            client = app.test_client()
            with Session(engine, expire_on_commit=False) as session:
                root, code = build(session)
                sign_in(client, make_account(session, "compiler", root))
            analyse(engine)
            for name, path in pages(code).items():
                yield answer_time(f"{name}, {kind}, {2 * UNITS} dialogues", asking(client, path))


def pages(code: str) -> dict[str, str]:
    """What the Interior Department and a unit look at."""
    before = previous_half_year(half_year(province_today()))[0]
    period = f"{before.year}-{1 if before.month == 1 else 2}"
    return {
        "the board": "/staff/doi-thoai/theo-doi/",
        "the board of the last half-year": f"/staff/doi-thoai/theo-doi/?period={period}",
        "its list": "/staff/doi-thoai/",
        "late commitments": "/staff/cam-ket/?state=late",
        "one dialogue": f"/staff/doi-thoai/{code}",
        "its questions": f"/staff/doi-thoai/{code}/cau-hoi/",
        "its screen": f"/staff/doi-thoai/{code}/phong/",
    }


def build(session: Session) -> tuple[Unit, str]:
    """A province of 1,000 communes, each with a dialogue of the last half-year and of this one; the code of one."""
    chance = random.Random(1)
    begin_write(session)
    founded = date(2020, 1, 1)
    root = units.create_unit(session, code="T", kind="province", name_vi="Tỉnh đo", valid_from=founded)
    now = half_year(province_today())
    places = [
        {
            "id": root.id + 1 + k,
            "code": f"U{k:04}",
            "parent_id": root.id,
            "path": f"{root.path}{root.id + 1 + k}/",
            "kind": "commune",
            "name_vi": f"Xã số {k}",
            "name_en": "",
            "one_stop_vi": "",
            "one_stop_en": "",
            "valid_from": founded,
        }
        for k in range(UNITS)
    ]
    session.execute(insert(Unit), places)
    periods = (previous_half_year(now), now)
    held = [
        dialogue_row(key, root.id + 1 + k, period, chance)
        for key, (period, k) in enumerate(((period, k) for period in periods for k in range(UNITS)), 1)
    ]
    session.execute(insert(Dialogue), held)
    keys = [row["id"] for row in held]
    groups = [
        {"dialogue_id": key, "group": group, "invited": 40, "counted": 30, "checked_in": 10}
        for key in keys
        for group in ("citizen", "business", "official")
    ]
    session.execute(insert(DialogueGroup), groups)
    themes = [{"id": key, "dialogue_id": key, "position": 1, "name_vi": "Đất đai"} for key in keys]
    session.execute(insert(DialogueTheme), themes)
    session.execute(insert(DialogueQuestion), list(_questions(held, chance)))
    promised = list(_promises(held, now[0]))
    session.execute(insert(Commitment), promised)
    told = [
        {"commitment_id": row["id"], "at": datetime.now(PROVINCE_TIME), "percent": 40, "text": "Đang thực hiện"}
        for row in promised
    ]
    session.execute(insert(CommitmentProgress), told)
    session.commit()
    return root, str(held[-1]["code"])


def dialogue_row(key: int, unit_id: int, period: tuple[date, date], chance: random.Random) -> dict[str, object]:
    day = period[0] + timedelta(days=key % 120)
    at = datetime(day.year, day.month, day.day, 8, tzinfo=PROVINCE_TIME)
    return {
        "id": key,
        "code": new_code(chance),
        "unit_id": unit_id,
        "year": period[0].year,
        "half": 1 if period[0].month == 1 else 2,
        "number": 1,
        "name_vi": "Đối thoại với tổ chức, công dân",
        "name_en": "",
        "chair": "Trần Văn Hòa",
        "chair_office": "Chủ tịch",
        "secretary": "Lê Thị Minh",
        "venue": "Hội trường",
        "starts_at": at,
        "box_opens_on": day,
        "invited": "",
        "agenda": "Khai mạc\nHỏi đáp",
        "state": "held",
        "room_code": "K7MPX45",
        "started_at": at,
        "ended_at": at,
        "notes": "",
        "conclusion": "",
        "cancelled_reason": "",
    }


def _questions(held: list[dict[str, object]], chance: random.Random) -> Iterator[dict[str, object]]:
    codes: set[str] = set()
    while len(codes) < len(held) * QUESTIONS:
        codes.add(new_code(chance))
    for at, code in enumerate(sorted(codes)):
        dialogue = held[at // QUESTIONS]
        yield {
            "dialogue_id": dialogue["id"],
            "code": code,
            "source": "beforehand",
            "asker_group": "citizen",
            "asked_on": dialogue["box_opens_on"],
            "theme_id": dialogue["id"] if at % 2 else None,
            "position": at % QUESTIONS,
            "text": "Bao giờ sửa đường thôn 3? " * 5,
            "state": "answered" if at % 3 else "accepted",
            "answering_unit_id": dialogue["unit_id"],
            "notes": "",
            "answer": "Trong quý sau. " * 10 if at % 3 else "",
            "declined_reason": "",
        }


def _promises(held: list[dict[str, object]], day: date) -> Iterator[dict[str, object]]:
    for at in range(len(held) * PROMISES):
        dialogue = held[at // PROMISES]
        done = at % 3 == 0
        yield {
            "id": at + 1,
            "dialogue_id": dialogue["id"],
            "unit_id": dialogue["unit_id"],
            "owner_unit_id": dialogue["unit_id"],
            "owner_name": "Phạm Văn Đức",
            "text": "Sửa đường thôn 3",
            "deadline_on": day + timedelta(days=at % 200 - 30),
            "state": "done" if done else "open",
            "evidence": "Biên bản số 12" if done else "",
            "dropped_reason": "",
            "ended_on": day if done else None,
        }

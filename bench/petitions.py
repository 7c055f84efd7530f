"""Case work at the size of a province's years: 100,000 opinions; every list, case, board and the lateness report."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.harness import DATABASES, Result
from bench.pages import analyse, answer_time, application, asking
from survey.accounts.models import Account
from survey.models import Petition, PetitionStep, Unit
from survey.models.petition import OPEN_STATES, PETITION_KINDS
from survey.operations import units
from survey.operations.codes import new_code
from survey.operations.periods import province_today
from survey.operations.petition_cases import TRANSFER_DAYS, new_tracking_code
from survey.operations.petition_settings import create_usual_classes
from survey.operations.working_days import WorkingCalendar
from survey.operations.writing import begin_write
from tests.staff import make_account, sign_in

PETITIONS, COMMUNES, DEPARTMENTS, ROOMS, YEARS = 100_000, 160, 20, 5, 3
STILL_OPEN = 0.06
REPORT, REPORT_GOAL_MS = "lateness report, PDF", 3000  # with 300 cases one by one
TEXT = "Tôi nộp hồ sơ từ đầu tháng, đến nay quá hẹn hai lần vẫn chưa có kết quả. " * 6
PAGES = {
    "all open": "",
    "all, the newest": "?state=all",
    "all, a later page": "?state=all&after={day}_0",
    "late": "?late=1",
    "nobody's": "?who=nobody",
    "of a kind, published": "?state=published&kind=praise",
    "not accepted": "?state=rejected",
    "handed on": "?state=moved",
    "one case": "{case}",
    "lateness board": "bang",
    "lateness board, before": "bang?ky={before}",
    "statistics": "thong-ke",
    REPORT: "bang/bao-cao-tre-han.pdf",
}


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with (
            make_url() as url,
            application(url) as (app, engine),
            Session(engine, expire_on_commit=False) as session,
        ):
            root, commune = build(session)
            readers = {
                "the province": make_account(session, "compiler", root),
                "a commune": make_account(session, "manager", commune),
            }
            session.commit()
            analyse(engine)
            for reader, account in readers.items():
                client = app.test_client()
                sign_in(client, account)
                for name, path in PAGES.items():
                    filled = path.format(**names(session, commune))
                    address = f"/staff/y-kien/{filled}"
                    found = answer_time(f"{name}, {reader}, {kind}", asking(client, address))
                    yield replace(found, goal=REPORT_GOAL_MS) if name == REPORT else found


def names(session: Session, commune: Unit) -> dict[str, Any]:
    """What the addresses name: a case of the commune, a day some way back and the half-year before."""
    today = province_today()
    case = session.scalars(select(Petition.reference).where(Petition.holder_id == commune.id).limit(1)).one()
    session.rollback()
    first = date(today.year, 1 if today.month <= 6 else 7, 1) - timedelta(days=1)
    before = f"{first.year}-H{1 if first.month <= 6 else 2}"
    return {"case": case, "day": today - timedelta(days=200), "before": before}


def build(session: Session) -> tuple[Unit, Unit]:
    """A province with communes, departments and their rooms; three years of opinions, most of them answered in time."""
    chance = random.Random(1)
    today = province_today()
    begin_write(session)
    day = today - timedelta(days=365 * YEARS)
    root = units.create_unit(session, code="T", kind="province", name_vi="Tỉnh đo", valid_from=day)
    places = [make_unit(session, f"X{number:03}", "commune", root, day) for number in range(COMMUNES)]
    commune = places[0]
    for number in range(DEPARTMENTS):
        department = make_unit(session, f"S{number:02}", "department", root, day)
        places.append(department)
        places += [make_unit(session, f"S{number:02}-{room}", "room", department, day) for room in range(ROOMS)]
    official = make_account(session, "reviewer", root)
    classes = create_usual_classes(session)
    calendar = WorkingCalendar()
    after: dict[tuple[date, int], date] = {}
    rows, steps, codes = [], [], set[str]()
    while len(codes) < PETITIONS:
        codes.add(new_code(chance))
    for number, reference in enumerate(sorted(codes), 1):
        received = day + timedelta(days=chance.randrange(365 * YEARS))
        which = chance.choice(classes)
        limit = (received, which.working_days)
        if limit not in after:
            after[limit] = calendar.after(*limit)
        rows.append(
            case_row(
                chance, number, reference, chance.choice(places), received, which.id, after[limit], official, today
            )
        )
        steps += [step_row(rows[-1], at, name) for at, name in enumerate(("received", "classified", "taken"), 1)]
        if chance.random() < 0.1:  # handed on: another unit held it before
            steps[-3]["holder_id"] = chance.choice(places).id
    for start in range(0, PETITIONS, 5000):
        session.execute(insert(Petition), rows[start : start + 5000])
        session.execute(insert(PetitionStep), steps[3 * start : 3 * start + 15_000])
    session.commit()
    return root, commune


def make_unit(session: Session, code: str, kind: str, parent: Unit, day: date) -> Unit:
    return units.create_unit(session, code=code, kind=kind, name_vi=f"Đơn vị {code}", parent=parent, valid_from=day)


def case_row(
    chance: random.Random,
    number: int,
    reference: str,
    unit: Unit,
    received: date,
    class_id: int,
    deadline: date,
    official: Account,
    today: date,
) -> dict[str, Any]:
    """A case as it stands: open where it is recent, or forgotten; else answered, published or not accepted."""
    state = chance.choices(("published", "answered", "rejected"), (70, 26, 4))[0]
    if deadline > today or chance.random() < STILL_OPEN / 2:
        state = chance.choice(OPEN_STATES)
    done = state in ("answered", "published")
    answered = min(today, deadline + timedelta(days=chance.randint(-6, 2))) if done else None
    rated = done and chance.random() < 0.5
    return {
        "id": number * 7 + 10**12,
        "code": new_tracking_code(chance),
        "reference": reference,
        "unit_id": unit.id,
        "holder_id": unit.id,
        "source": "staff" if number % 10 == 0 else "web",
        "kind": chance.choice(PETITION_KINDS),
        "text": TEXT,
        "state": state,
        "received_on": received,
        "transfer_due_on": received + timedelta(days=TRANSFER_DAYS + 2),
        "class_id": class_id,
        "deadline_on": deadline,
        "handled_by_id": official.id if state == "in_progress" or done else None,
        "answer": TEXT if done else "",
        "answered_on": answered,
        "public_text": TEXT if state == "published" else "",
        "public_answer": TEXT if state == "published" else "",
        "published_on": today if state == "published" else None,
        "rejected_reason": "Đơn tố cáo." if state == "rejected" else "",
        "rating": chance.randint(1, 5) if rated else None,
        "rated_on": answered if rated else None,
        "late_cause": chance.choice(("", "", "Chờ ý kiến của sở", "Thiếu người")),
    }


def step_row(case: dict[str, Any], number: int, step: str) -> dict[str, Any]:
    return {
        "petition_id": case["id"],
        "number": number,
        "day": case["received_on"],
        "at": datetime.combine(case["received_on"], datetime.min.time()).astimezone(),
        "step": step,
        "state": case["state"],
        "holder_id": case["holder_id"],
        "deadline_on": case["deadline_on"],
        "text": "",
        "is_public": True,
    }

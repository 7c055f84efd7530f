"""Cases of opinions for tests: opened, brought to a state by the operations themselves, with a photo and settings."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time
from io import BytesIO
from itertools import count

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import AnswerTemplate, CalendarException, Petition, PetitionClass, PetitionPhoto, Unit
from survey.operations import petitions
from survey.operations.periods import PROVINCE_TIME, province_today
from survey.operations.petition_cases import open_case
from survey.operations.petition_settings import create_class
from tests.staff import make_account

MONDAY = date(2026, 3, 2)  # a week without holidays follows, and another
_seeds = count(1)


def at(day: date, hour: int = 9) -> datetime:
    """A moment of that day in the province."""
    return datetime.combine(day, time(hour), PROVINCE_TIME).astimezone(UTC)


def make_class(session: Session, *, code: str = "thuong", days: int = 10) -> PetitionClass:
    known = session.scalar(select(PetitionClass).where(PetitionClass.code == code))
    return known or create_class(session, code=code, name_vi=f"Loại {code}", working_days=days)


def make_petition(
    session: Session,
    unit: Unit,
    *,
    state: str = "received",
    on: date = MONDAY,
    handled_on: date | None = None,
    owner: Account | None = None,
    kind: str = "difficulty",
    text: str = "Chờ lâu mà không ai gọi.",
    source: str = "web",
) -> Petition:
    """A case received `on`, brought to `state` on `handled_on` (by default the same day)."""
    petition = open_case(
        session,
        unit=unit,
        counter=None,
        kind=kind,
        text=text,
        wants_answer=True,
        language="vi",
        today=on,
        source=source,
        rng=random.Random(next(_seeds)),
    )
    if state == "received":
        return petition
    now = at(handled_on or on)
    who = owner or make_account(session, "reviewer", unit)
    by = {"account_id": who.id, "now": now}
    if state == "rejected":
        petitions.reject(session, petition, "Đơn tố cáo, xin gửi Thanh tra.", **by)
        return petition
    petitions.classify(session, petition, make_class(session), account_id=who.id, now=at(on))
    if state == "classified":
        return petition
    petitions.take(session, petition, who.id, account_id=who.id, now=at(on))
    if state == "in_progress":
        return petition
    petitions.answer(session, petition, "Đã mở thêm một quầy.", **by)
    if state == "published":
        petitions.publish(session, petition, "Chờ lâu.", "Đã mở thêm một quầy.", **by)
    assert petition.state == state
    return petition


def make_photo(session: Session, petition: Petition, number: int = 1) -> PetitionPhoto:
    picture = BytesIO()
    Image.new("RGB", (32, 24), (11, 61, 107)).save(picture, "JPEG")
    photo = PetitionPhoto(petition_id=petition.id, number=number, width=32, height=24, jpeg=picture.getvalue())
    session.add(photo)
    session.flush()
    return photo


def petition_objects(session: Session, unit: Unit) -> dict[str, object]:
    """What stands for the arguments of the addresses of case work: a unit's case with a photo, and settings."""
    petition = make_petition(session, unit, state="classified")
    make_photo(session, petition)
    template = AnswerTemplate(unit_id=unit.id, name_vi="Cảm ơn", text="Kính gửi ông/bà, [nêu kết quả].")
    day = CalendarException(day=date(2026, 3, 7), is_working=True, reason="Làm bù")
    session.add_all([template, day])
    session.flush()
    return {
        "petition_reference": petition.reference,
        "photo_number": 1,
        "class_code": "thuong",
        "template_id": template.id,
        "day": "2026-03-07",
    }


def petitions_in_other_states(session: Session, unit: Unit) -> list[dict[str, object]]:
    """The same for cases whose pages offer other steps: new, in progress, answered, published, not accepted."""
    states = ("received", "classified", "in_progress", "answered", "published", "rejected")
    today = province_today()
    cases = [make_petition(session, unit, state=state, on=today) for state in states]
    cases.append(make_petition(session, unit, state="in_progress"))  # late by now
    return [{"petition_reference": case.reference} for case in cases]

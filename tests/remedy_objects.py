"""A remedy and a theme for the matrix of the policy."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Remedy, Theme, Unit, Wave
from survey.operations import remedies
from survey.operations.periods import province_today
from survey.operations.remedies import Plan
from survey.operations.theme_reading import add_standard_themes


def make_remedy(
    session: Session,
    wave: Wave,
    unit: Unit,
    *,
    code: str = "access_1",
    owner: Unit | None = None,
    due: date | None = None,
) -> Remedy:
    """Against an item of the wave's questionnaire."""
    today = province_today()
    plan = Plan(
        "Ít quầy vào buổi sáng", "Mở thêm quầy số 3", owner or unit, "Nguyễn Văn An", due or today + timedelta(days=30)
    )
    return remedies.plan_remedy(
        session, unit=unit, wave=wave, subject="item", code=code, plan=plan, today=min(today, due or today)
    )


def make_themes(session: Session) -> Theme:
    """The standard themes; returns the first of them."""
    add_standard_themes(session)
    return session.scalars(select(Theme).order_by(Theme.position)).all()[0]


def remedy_objects(session: Session, wave: Wave, unit: Unit) -> dict[str, object]:
    return {"remedy_id": make_remedy(session, wave, unit).id, "theme_code": make_themes(session).code}

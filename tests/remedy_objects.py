"""A remedy and a theme for the matrix of the policy, and a province whose remedies the next wave judges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Remedy, Theme, Unit, Wave
from survey.operations import remedies
from survey.operations.periods import province_today
from survey.operations.remedies import Plan
from survey.operations.theme_reading import add_standard_themes
from tests.factories import make_counter, make_unit, make_wave
from tests.published_waves import LAST_YEAR, answer_alike, finish, make_province


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


class Office:
    """A province whose commune B2, with a room, was weak before and is better now; the newer wave may wait."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session, self.engine = session, engine
        self.units: dict[str, Unit] = make_province(session)
        self.units["B2-P"] = make_unit(session, code="B2-P", kind="room", parent=self.units["B2"], name_vi="Phòng Một")
        below = [self.units[code] for code in ("B2", "C3", "Z1")]
        self.before: Wave = make_wave(session, code="before", units=below, period=LAST_YEAR, state="open")
        for unit in below:
            answer_alike(session, self.before, unit, (10, 20, 10, 10, 10))
        finish(session, engine, self.before)
        self.now = make_wave(session, code="now", units=below, questionnaire=self.before.questionnaire, state="open")
        counter = make_counter(session, self.units["B2"], code="1", name_vi="Quầy Hộ tịch")
        answer_alike(session, self.now, self.units["B2"], (0, 0, 10, 40, 40), counter=counter)
        for code in ("C3", "Z1"):
            answer_alike(session, self.now, self.units[code], (10, 20, 10, 15, 10))
        session.commit()

    def finish(self, *, publish: bool = True) -> None:
        finish(self.session, self.engine, self.now, publish=publish)

    def remedy(self, *, owner: str = "B2", done: bool = False) -> Remedy:
        remedy = make_remedy(self.session, self.before, self.units["B2"], owner=self.units[owner])
        if done:
            remedies.finish_remedy(self.session, remedy, "Quyết định 12", account_id=None, now=datetime.now(UTC))
        self.session.commit()
        return remedy

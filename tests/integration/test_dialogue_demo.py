"""The sample province's dialogues can be loaded on any day, one half-year concluded, a promise of it carried over."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import database
from survey.models import Commitment, Dialogue, DialogueQuestion, Unit
from survey.operations import units
from survey.operations.commitments import carried_over
from survey.operations.demo.dialogues import HELD, NOW, load_dialogues
from survey.operations.demo.places import PLACES

TODAY = date(2026, 11, 21)


def loaded(session: Session, today: date) -> list[Dialogue]:
    made: dict[str, Unit] = {}
    for place in PLACES:
        if place.code in HELD.keys() | NOW.keys():
            made[place.code] = units.create_unit(
                session, code=place.code, kind=place.kind, name_vi=place.name_vi, valid_from=date(2025, 7, 1)
            )
    load_dialogues(session, made, today)
    session.commit()
    return list(session.scalars(select(Dialogue).order_by(Dialogue.id)))


def test_one_half_year_is_concluded_and_the_next_under_way(session: Session) -> None:
    dialogues = loaded(session, TODAY)
    assert {(row.year, row.half) for row in dialogues} == {(2026, 1), (2026, 2)}
    assert {row.state for row in dialogues if row.half == 1} == {"concluded"}
    now = {row.unit.code: row for row in dialogues if row.half == 2}
    assert {code: row.state for code, row in now.items()} == {code: state for code, (state, _days) in NOW.items()}
    [late] = carried_over(session, now["BENTRA"])
    assert (late.state, late.deadline_on < TODAY) == ("open", True)
    [done] = carried_over(session, now["CAUNGOI"])
    assert done.state == "done"
    assert {row.state for row in session.scalars(select(Commitment))} == {"open", "done", "dropped"}
    assert {row.state for row in session.scalars(select(DialogueQuestion))} >= {"received", "answered", "declined"}


@pytest.mark.parametrize(
    "today", [date(2025, 7, 1), date(2026, 1, 1), date(2026, 1, 20), date(2026, 6, 30), date(2026, 12, 31)]
)
def test_it_can_be_loaded_on_any_day(sqlite_url: str, today: date) -> None:
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        first = [(row.code, row.state, row.starts_at) for row in loaded(session, today)]
        assert first
        for row in session.scalars(select(Dialogue)):
            assert row.state in ("planned", "announced", "cancelled") or row.starts_at.date() <= today
    engine.dispose()

"""A remedy is judged by the next wave on exactly its item, with the other units beside it; its steps follow rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, true
from sqlalchemy.orm import Session

from reports.figures import Estimate, Judgement
from survey.analysis import remedies as reading
from survey.analysis.change import Side, compare
from survey.analysis.remedies import Filters
from survey.analysis.remedy_judgement import judge, next_wave
from survey.analysis.statistics import PersonSums, unweighted
from survey.models import QuestionContinuity, Questionnaire, Remedy, RemedyJudgement, RemedyProgress, Unit, Wave
from survey.operations import remedies
from survey.operations.kept_statistics import keep_statistics
from survey.operations.remedies import Plan, RemedyError
from survey.operations.waves import close_wave
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.sample_waves import store

FIRST = (date(2025, 7, 1), date(2025, 12, 31))
SECOND = (date(2026, 1, 1), date(2026, 6, 30))
THIRD = (date(2026, 7, 1), date(2026, 12, 31))
TODAY = date(2026, 1, 5)
ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
# Of everybody: satisfied with access_1, dissatisfied with access_2, and so on.
GOOD, BAD = dict.fromkeys(ITEMS, 5), dict.fromkeys(ITEMS, 2)


class Place:
    """Communes A, B and C, and the room A1 below A, that answer in waves."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.questionnaire = make_questionnaire(session)
        self.units: dict[str, Unit] = {code: make_unit(session, code=code) for code in "ABC"}
        self.units["A1"] = make_unit(session, code="A1", kind="room", parent=self.units["A"])
        session.commit()

    def wave(
        self,
        period: tuple[date, date],
        people: Mapping[str, tuple[int, int]],
        *,
        mixed: Mapping[str, int] | None = None,
        questionnaire: Questionnaire | None = None,
        close: bool = True,
    ) -> Wave:
        """`people` satisfied and dissatisfied; `mixed`, if given, is what the satisfied answer instead."""
        session, asked = self.session, questionnaire or self.questionnaire
        units = [self.units[code] for code in people]
        wave = make_wave(
            session, code=f"W{period[0]:%Y%m}", units=units, questionnaire=asked, period=period, state="open"
        )
        at = datetime(period[0].year, period[0].month, 20, tzinfo=UTC)
        for unit, (good, bad) in zip(units, people.values(), strict=True):
            rows = [*[dict(GOOD, **(mixed or {}))] * good, *[BAD] * bad]
            store(session, make_collector(session, wave, unit), rows, received_at=at)
        session.commit()
        if close:
            close_wave(session, wave, NOW)
            keep_statistics(session, wave)
            session.commit()
        return wave

    def plan(self, wave: Wave, *, subject: str = "item", code: str = "access_1", **changes: object) -> Remedy:
        remedy = remedies.plan_remedy(
            self.session, unit=self.units["A"], wave=wave, subject=subject, code=code, plan=self.planned(**changes),
            today=TODAY,
        )  # fmt: skip
        self.session.commit()
        return remedy

    def planned(self, **changes: object) -> Plan:
        values = {
            "cause": "Ít quầy vào buổi sáng",
            "action": "Mở thêm quầy số 3",
            "owner_unit": self.units["A1"],
            "owner_name": "Nguyễn Văn An",
            "deadline_on": TODAY + timedelta(days=60),
        }
        return Plan(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def estimate(satisfied: int, dissatisfied: int) -> Estimate:
    counts = (0, dissatisfied, 0, 0, satisfied)
    return unweighted(PersonSums.of_counts(counts), satisfied + dissatisfied, "top_two", item=True)


def test_the_next_wave_judges_exactly_the_item_with_the_other_units_beside_it(place: Place, session: Session) -> None:
    older = place.wave(FIRST, {"A": (40, 60), "B": (50, 50), "C": (50, 50)}, mixed={"access_2": 1})
    newer = place.wave(SECOND, {"A": (80, 20), "B": (60, 40), "C": (60, 40)}, mixed={"access_2": 1})
    found = judge(session, place.units["A"], older, newer, "item", "access_1")
    by_hand = compare(Side(estimate(40, 60), 100, 30), Side(estimate(80, 20), 100, 30), common_items=1)
    assert (found.shift.movement, found.shift.difference) == ("moved_up", pytest.approx(0.4))
    assert (found.shift.lower, found.shift.upper) == (by_hand.lower, by_hand.upper)
    assert (found.shift.older_people, found.shift.newer_people) == (100, 100)
    assert found.others is not None
    assert found.others.difference == pytest.approx(0.1)
    assert found.others.older_people == 200
    still = judge(session, place.units["A"], older, newer, "item", "access_2")  # nobody was ever satisfied with it
    assert (still.shift.movement, still.shift.difference) == ("cannot_tell", 0)
    factor = judge(session, place.units["A"], older, newer, "factor", "access")
    assert (factor.shift.older.estimate, factor.shift.newer.estimate) == (pytest.approx(0.2), pytest.approx(0.4))


def test_without_a_rise_it_did_not_move_and_with_few_nobody_can_tell(place: Place, session: Session) -> None:
    older = place.wave(FIRST, {"A": (4000, 1000), "B": (5, 5), "C": (18, 22)})
    newer = place.wave(SECOND, {"A": (4010, 990), "B": (10, 0), "C": (39, 1)})
    shifts = [judge(session, place.units[c], older, newer, "item", "access_1").shift for c in "ABC"]
    assert [shift.movement for shift in shifts] == ["not_moved", "cannot_tell", "moved_up"]
    assert judge(session, place.units["C"], newer, older, "item", "access_1").shift.movement == "moved_down"
    few = shifts[1]  # of ten people each the interval excludes 0, but a verdict needs thirty
    assert few.lower is not None
    assert few.lower > 0
    assert [shift.needed for shift in shifts] == [0, 30, 0]


def test_nothing_is_told_of_fewer_than_five_people(place: Place, session: Session) -> None:
    older = place.wave(FIRST, {"A": (2, 2), "B": (50, 50), "C": (2, 2)})
    newer = place.wave(SECOND, {"A": (50, 50), "B": (60, 40), "C": (60, 40)})
    found = judge(session, place.units["A"], older, newer, "item", "access_1")
    assert (found.hidden, found.shift.difference, found.others) == (True, None, None)
    # Seven people of the room are enough, but with the whole of A they would give away the four at A's own counter.
    nested = place.wave((date(2028, 1, 1), date(2028, 6, 30)), {"A": (2, 2), "A1": (4, 3), "B": (50, 50)})
    after = place.wave((date(2028, 7, 1), date(2028, 12, 31)), {"A": (50, 50), "A1": (50, 50), "B": (50, 50)})
    assert judge(session, place.units["A1"], nested, after, "item", "access_1").hidden
    # Of the common units, the room that answered only once leaves fewer than five people apart.
    first = place.wave((date(2027, 1, 1), date(2027, 6, 30)), {"A": (50, 50), "B": (50, 50)})
    second = place.wave((date(2027, 7, 1), date(2027, 12, 31)), {"A": (50, 50), "A1": (2, 2), "B": (50, 50)})
    apart = judge(session, place.units["A"], first, second, "item", "access_1")
    assert (apart.hidden, apart.shift.movement, apart.shift.difference) == (True, "cannot_tell", None)


def test_continuity_decides_whether_the_item_may_be_compared(place: Place, session: Session) -> None:
    older = place.wave(FIRST, {"A": (40, 60), "B": (50, 50)})
    changed = make_questionnaire(session, make_definition(version="2.0"))
    session.add(
        QuestionContinuity(
            questionnaire_id=changed.id, code="access_1", change="meaning", means_since=changed.id,
            reads_since=changed.id,
        )
    )  # fmt: skip
    session.commit()
    newer = place.wave(SECOND, {"A": (80, 20), "B": (60, 40)}, questionnaire=changed)
    assert next_wave(session, older, place.units["A"]) is newer
    assert judge(session, place.units["A"], older, newer, "item", "access_1").shift.movement == "broken"
    assert judge(session, place.units["A"], older, newer, "item", "access_2").shift.movement == "moved_up"
    factor = judge(session, place.units["A"], older, newer, "factor", "access")  # of the item that still means the same
    assert factor.shift.difference == pytest.approx(0.4)


def test_the_next_wave_is_the_first_finished_one_of_the_same_family(place: Place, session: Session) -> None:
    older = place.wave(FIRST, {"A": (5, 5), "B": (5, 5)})
    other = make_questionnaire(session, make_definition(code="other"))
    place.wave((date(2026, 1, 1), date(2026, 1, 31)), {"A": (5, 5)}, questionnaire=other)
    place.wave((date(2026, 2, 1), date(2026, 2, 28)), {"B": (5, 5)})
    running = place.wave(THIRD, {"A": (5, 5)}, close=False)
    assert next_wave(session, older, place.units["A"]) is None
    close_wave(session, running, NOW)
    assert next_wave(session, older, place.units["A"]) is running
    assert next_wave(session, older, place.units["A"], ("published",)) is None


def test_lists_keep_how_the_next_wave_judged(place: Place, session: Session, engine: Engine) -> None:
    older = place.wave(FIRST, {"A": (40, 60), "B": (50, 50)})
    remedy = place.plan(older)
    assert remedies.judge_due(engine) == 0
    newer = place.wave(SECOND, {"A": (80, 20), "B": (60, 40)})
    assert (remedies.judge_due(engine), remedies.judge_due(engine)) == (1, 0)
    kept = session.get_one(RemedyJudgement, remedy.id)
    assert (kept.wave_id, kept.movement) == (newer.id, "moved_up")


def test_a_remedy_that_cannot_be_judged_keeps_no_other_waiting(
    place: Place, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    older = place.wave(FIRST, {"A": (40, 60), "B": (50, 50)})
    broken, sound = place.plan(older), place.plan(older, code="access_2")
    place.wave(SECOND, {"A": (80, 20), "B": (60, 40)})

    def fails_for_one(session: Session, unit: Unit, *asked: object, **terms: object) -> Judgement:
        assert asked[3] != "access_1", "a figure that cannot be computed"
        return judge(session, unit, *asked, **terms)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(remedies, "judge", fails_for_one)
        assert remedies.judge_due(engine) == 1
    assert session.scalars(select(RemedyJudgement.remedy_id)).all() == [sound.id]
    assert f"remedy {broken.id} could not be judged" in caplog.text
    assert remedies.judge_due(engine) == 1, "it is tried again the next time"


def test_steps_follow_each_other_and_leave_their_lines(place: Place, session: Session) -> None:
    remedy = place.plan(place.wave(FIRST, {"A": (5, 5)}, close=False))
    by = {"account_id": None, "now": NOW}
    with pytest.raises(RemedyError) as refused:
        remedies.reopen_remedy(session, remedy, "Chưa xong", **by)  # type: ignore[arg-type]
    assert refused.value.code == "not_over"
    remedies.report_progress(session, remedy, 40, "Đã bố trí nhân sự", **by)  # type: ignore[arg-type]
    with pytest.raises(RemedyError) as refused:
        remedies.show_publicly(session, remedy, "Chờ lâu", "Thêm quầy")
    assert refused.value.code == "not_done"
    remedies.finish_remedy(session, remedy, "Quyết định 12", **by)  # type: ignore[arg-type]
    with pytest.raises(RemedyError) as refused:
        remedies.report_progress(session, remedy, 50, "Lại nữa", **by)  # type: ignore[arg-type]
    assert refused.value.code == "over"
    remedies.show_publicly(session, remedy, "Chờ\nlâu ", "Thêm quầy")
    assert (remedy.said, remedy.is_public) == ("Chờ lâu", True)
    remedies.reopen_remedy(session, remedy, "Quầy lại đóng", **by)  # type: ignore[arg-type]
    assert (remedy.state, remedy.is_public, remedy.ended_on) == ("running", False, None)
    remedies.drop_remedy(session, remedy, "Không đủ người", **by)  # type: ignore[arg-type]
    session.commit()
    lines = session.execute(select(RemedyProgress.percent, RemedyProgress.text).order_by(RemedyProgress.id)).all()
    assert [line.percent for line in lines] == [40, 100, 99, 99]
    assert lines[-1].text == "Không đủ người"


def test_what_cannot_be_planned_says_why(place: Place, session: Session) -> None:
    wave = place.wave(FIRST, {"A": (5, 5)}, close=False)
    for code, changes in (
        ("cause_missing", {"cause": " \u200b "}),
        ("action_missing", {"action": ""}),
        ("owner_elsewhere", {"owner_unit": place.units["B"]}),
        ("deadline_past", {"deadline_on": TODAY - timedelta(days=1)}),
        ("long", {"action": "a" * 3001}),
    ):
        with pytest.raises(RemedyError) as refused:
            place.plan(wave, **changes)
        assert refused.value.code == code
        session.rollback()
    with pytest.raises(RemedyError) as refused:
        place.plan(wave, code="nothing")
    assert refused.value.code == "not_asked"


def test_four_remedies_do_not_fit_on_the_poster(place: Place, session: Session) -> None:
    wave = place.wave(FIRST, {"A": (5, 5)}, close=False)
    made = [place.plan(wave) for _ in range(4)]
    for remedy in made:
        remedies.finish_remedy(session, remedy, "Ảnh", account_id=None, now=NOW)
    for remedy in made[:3]:
        remedies.show_publicly(session, remedy, "Nói", "Làm")
    with pytest.raises(RemedyError) as refused:
        remedies.show_publicly(session, made[3], "Nói", "Làm")
    assert refused.value.code == "public_many"
    remedies.show_publicly(session, made[0], "Nói", "Làm khác")  # one of the three may be reworded
    assert len(reading.public_remedies(session, place.units["A"])) == 3


def test_the_list_follows_deadlines_in_pages(place: Place, session: Session) -> None:
    wave = place.wave(FIRST, {"A": (5, 5)}, close=False)
    days = (30, 10, 20, 10)
    made = [place.plan(wave, deadline_on=TODAY + timedelta(days=number)) for number in days]
    later = TODAY + timedelta(days=15)
    first = reading.page(session, true(), Filters(), later, "", 3)
    rest = reading.page(session, true(), Filters(), later, first.after or "", 3)
    assert [remedy.id for remedy in (*first.remedies, *rest.remedies)] == [made[k].id for k in (1, 3, 2, 0)]
    assert rest.after is None
    late = reading.page(session, true(), Filters(state="late"), later, "", 9)
    assert [remedy.id for remedy in late.remedies] == [made[1].id, made[3].id]
    remedies.drop_remedy(session, made[1], "Trùng", account_id=None, now=NOW)
    assert reading.counts(session, true(), Filters(), later) == reading.Counts(3, 1, 0, 1)
    own = reading.page(session, true(), Filters(unit=place.units["A1"]), later, "", 9)
    assert len(own.remedies) == 4
    assert reading.page(session, true(), Filters(unit=place.units["B"]), later, "", 9).remedies == []
    with pytest.raises(ValueError, match="isoformat"):
        reading.page(session, true(), Filters(), later, "x_1", 3)

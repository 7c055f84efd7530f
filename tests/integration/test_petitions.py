"""Cases of opinions on both databases: deadlines, transfer, sending back, lateness told upwards, what is refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from survey.analysis import petitions as reading
from survey.analysis.petitions import Filters
from survey.models import AuditEntry, Petition, PetitionContact, PetitionStep, Unit
from survey.operations import audit, petition_calendar, petition_settings, petitions
from survey.operations.petition_cases import PetitionError, is_late, open_case
from survey.operations.petition_deadlines import run_due
from survey.operations.petition_settings import SettingError
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at, make_class, make_petition
from tests.staff import make_account

FRIDAY, NEXT_MONDAY = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)


@pytest.fixture
def tree(session: Session) -> dict[str, Unit]:
    top = make_unit(session, code="T", kind="province")
    own = make_unit(session, code="A", parent=top)
    room = make_unit(session, code="A1", kind="room", parent=own)
    return {"T": top, "A": own, "A1": room, "B": make_unit(session, code="B", parent=top)}


def refused(code: str, do: Callable[[], object]) -> None:
    with pytest.raises(PetitionError) as caught:
        do()
    assert caught.value.code == code


def test_deadlines_count_working_days_from_the_receipt(session: Session, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"], on=date(2026, 2, 13))
    assert case.deadline_on == case.transfer_due_on == date(2026, 2, 27)  # five days, Tết between
    who = make_account(session, "reviewer", tree["A"])
    by = {"account_id": who.id, "now": at(date(2026, 2, 25))}
    petitions.classify(session, case, make_class(session, days=10), **by)
    assert case.deadline_on == date(2026, 3, 6)
    petitions.classify(session, case, make_class(session, code="khan", days=3), **by)  # a wrong class is corrected
    assert case.deadline_on == date(2026, 2, 25)
    late = {"account_id": who.id, "now": at(date(2026, 2, 26))}
    refused("late_class", lambda: petitions.classify(session, case, make_class(session), **late))


def test_a_transfer_hands_over_and_can_be_sent_back_in_five_days(session: Session, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"], state="in_progress")
    by = {"account_id": case.handled_by_id, "now": at(FRIDAY)}
    deadline = case.deadline_on
    petitions.transfer(session, case, tree["B"], "Thẩm quyền của B.", **by)
    assert (case.state, case.holder_id, case.handled_by_id, case.deadline_on) == (
        "transferred",
        tree["B"].id,
        None,
        deadline,
    )
    assert case.transfer_due_on == FRIDAY + timedelta(days=7)
    returned = reading.returns_to(session, case)
    assert returned is not None
    assert returned.code == "A"
    assert reading.reading_paths(session, case.reference) == [tree["B"].path, tree["A"].path]
    late = {"account_id": case.handled_by_id, "now": at(FRIDAY + timedelta(days=8))}
    refused("transfer_late", lambda: petitions.transfer(session, case, tree["A"], "Trả lại.", **late))
    petitions.transfer(session, case, tree["A"], "Không đúng thẩm quyền.", account_id=None, now=at(NEXT_MONDAY))
    assert case.holder_id == tree["A"].id
    refused("transfer_to_itself", lambda: petitions.transfer(session, case, tree["A"], "Lại.", **by))


def test_an_extension_is_given_once_in_time_and_no_longer_than_the_class(
    session: Session, tree: dict[str, Unit]
) -> None:
    case = make_petition(session, tree["A"], state="in_progress")
    by = {"account_id": case.handled_by_id, "now": at(FRIDAY)}
    refused("extension_days", lambda: petitions.extend(session, case, 11, "Xác minh.", **by))
    refused("reason_missing", lambda: petitions.extend(session, case, 5, " ", **by))
    petitions.extend(session, case, 5, "Xác minh.", **by)
    assert case.deadline_on == date(2026, 3, 23)
    refused("extended_already", lambda: petitions.extend(session, case, 5, "Nữa.", **by))
    late = make_petition(session, tree["A"], state="in_progress")
    by = {"account_id": None, "now": at(date(2026, 3, 17))}
    refused("extension_late", lambda: petitions.extend(session, late, 5, "Trễ.", **by))


def test_a_case_sent_back_begins_anew_and_stays_late(session: Session, tree: dict[str, Unit]) -> None:
    answered_on = date(2026, 3, 18)  # two days late
    case = make_petition(session, tree["A"], state="published", handled_on=answered_on)
    session.add(PetitionContact(petition_id=case.id, key_id="k", sealed=b"x"))
    session.flush()
    petitions.rate(session, case, 2, "Chưa rõ.", today=answered_on)
    refused("rated_twice", lambda: petitions.rate(session, case, 5, "", today=answered_on))
    refused("reopen_late", lambda: petitions.reopen(session, case, "Chưa.", today=answered_on + timedelta(days=31)))
    petitions.reopen(session, case, "Chưa xong.", today=date(2026, 3, 20))
    assert (case.state, case.was_late, case.rating, case.published_on) == ("in_progress", True, None, None)
    assert case.deadline_on == date(2026, 4, 3)
    again = {"account_id": case.handled_by_id, "now": at(date(2026, 3, 23))}
    petitions.answer(session, case, "Nay đã xong.", **again)
    assert is_late(case, date(2026, 3, 23))
    kept = session.scalar(select(PetitionContact.delete_after))
    assert kept == date(2026, 3, 23) + timedelta(days=petitions.CONTACT_DAYS)
    refused("reopened_already", lambda: petitions.reopen(session, case, "Lại.", today=date(2026, 3, 24)))
    session.commit()


def test_a_reference_that_another_case_has_is_drawn_anew(session: Session, tree: dict[str, Unit]) -> None:
    class Stuck:
        """Draws the same reference for each case at first, whatever number and tracking code before it."""

        def __init__(self, seed: int) -> None:
            self._rng, self._draws = random.Random(seed), 0

        def choice(self, seq: str, /) -> str:
            self._draws += 1
            return "7" if 26 < self._draws <= 32 else self._rng.choice(seq)

    given = {"unit": tree["A"], "counter": None, "kind": "praise", "text": "Cảm ơn", "wants_answer": False}
    one, other = (open_case(session, **given, language="vi", today=MONDAY, rng=Stuck(seed)) for seed in (1, 2))
    assert one.reference.startswith("777777")
    assert not other.reference.startswith("777777")
    session.commit()


@pytest.mark.parametrize("state", ["classified", "received"])
def test_not_accepting_a_late_case_does_not_make_it_timely(session: Session, tree: dict[str, Unit], state: str) -> None:
    case = make_petition(session, tree["A"], state=state)
    late = {"account_id": None, "now": at(date(2026, 3, 18))}  # two days late, or seven
    petitions.reject(session, case, "Ngoài thẩm quyền.", **late)
    assert is_late(case, date(2026, 3, 18))
    petitions.restore(session, case, "Nhầm.", **late)
    petitions.classify(session, case, make_class(session, code="lau", days=30), **late)
    assert is_late(case, date(2026, 3, 18))


def test_an_extended_case_that_is_restored_can_be_classified(session: Session, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"], state="classified")
    by = {"account_id": None, "now": at(FRIDAY)}
    petitions.extend(session, case, 5, "Xác minh.", **by)
    refused("class_after_extension", lambda: petitions.classify(session, case, make_class(session), **by))
    petitions.reject(session, case, "Ngoài thẩm quyền.", **by)
    petitions.restore(session, case, "Nhầm.", **by)
    petitions.classify(session, case, make_class(session), **by)
    assert (case.state, case.deadline_on) == ("classified", date(2026, 3, 16))


def test_a_contact_is_kept_while_a_case_is_open(session: Session, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"], state="rejected")
    session.add(PetitionContact(petition_id=case.id, key_id="k", sealed=b"x", delete_after=MONDAY))
    session.flush()
    petitions.restore(session, case, "Nhầm.", account_id=None, now=at(FRIDAY))
    session.expire_all()
    assert session.scalar(select(PetitionContact.delete_after)) is None
    assert case.state == "received"


def test_an_answer_may_be_corrected_until_it_is_rated(session: Session, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"], state="answered")
    by = {"account_id": case.handled_by_id, "now": at(FRIDAY)}
    refused("gap_left", lambda: petitions.answer(session, case, "Đã [nêu kết quả].", **by))
    petitions.answer(session, case, "Đã mở thêm hai quầy.", **by)
    assert case.answered_on == MONDAY
    assert next(step.text for step in case.steps if step.step == "answered") == "Đã mở thêm một quầy."
    petitions.rate(session, case, 5, "", today=FRIDAY)
    refused("rated_already", lambda: petitions.answer(session, case, "Khác.", **by))


@pytest.mark.parametrize("found", ["0905 123 456", "+84 905.123.456", "lan@example.vn"])
def test_nothing_is_published_with_a_way_to_reach_somebody(session: Session, tree: dict[str, Unit], found: str) -> None:
    case = make_petition(session, tree["A"], state="answered")
    by = {"account_id": case.handled_by_id, "now": at(FRIDAY)}
    refused("names_contact", lambda: petitions.publish(session, case, f"Gọi tôi: {found} nhé.", "Xong.", **by))
    petitions.publish(session, case, "Hồ sơ số 1.001193 nộp ngày 02/3/2026.", "Gọi 0255 3822 888.", **by)
    petitions.withdraw(session, case, "Còn tên.", **by)
    assert (case.state, case.published_on) == ("answered", None)


def test_lateness_goes_up_the_tree_once_a_day(session: Session, engine: Engine, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A1"], state="in_progress")  # due on 16 March
    make_petition(session, tree["T"])  # nobody stands above
    make_petition(session, tree["B"], state="published")
    session.commit()
    assert run_due(engine, at(date(2026, 3, 16))) == 0
    assert [run_due(engine, at(date(2026, 3, 17), hour)) for hour in (8, 16)] == [1, 0]
    assert run_due(engine, at(date(2026, 3, 19))) == 0
    assert run_due(engine, at(date(2026, 3, 20))) == 1
    assert run_due(engine, at(date(2026, 4, 20))) == 0
    session.expire_all()
    told = [step.text for step in case.steps if step.step == "escalated"]
    assert told == [tree["A"].name_vi, tree["T"].name_vi]
    assert (case.escalated_to_id, case.state) == (tree["T"].id, "in_progress")


def test_a_class_not_chosen_in_five_days_is_late_too(session: Session, engine: Engine, tree: dict[str, Unit]) -> None:
    case = make_petition(session, tree["A"])
    session.commit()
    assert run_due(engine, at(NEXT_MONDAY)) == 0
    assert run_due(engine, at(NEXT_MONDAY + timedelta(days=1))) == 1
    session.expire_all()
    assert case.escalated_to_id == tree["T"].id


def test_the_log_tells_neither_the_tracking_code_nor_the_words(session: Session, tree: dict[str, Unit]) -> None:
    who = make_account(session, "reviewer", tree["A"])
    session.flush()
    audit.attribute(session, audit.Actor("account", who.name, who.id))
    case = make_petition(session, tree["A"], state="in_progress", owner=who, text="Chuyện riêng của bà Lan.")
    session.commit()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "petition")).all()
    assert {entry.action for entry in entries} == {"petition.create", "petition.change"}
    told = " ".join(f"{entry.subject} {entry.before} {entry.after}" for entry in entries)
    assert case.reference in told
    assert case.code not in told
    assert "bà Lan" not in told


@pytest.mark.parametrize(
    "change",
    [
        "state = 'published'",
        "state = 'answered', answered_on = '2026-03-02'",  # without an answer
        "state = 'rejected'",
        "handled_by_id = NULL",
        "rating = 6, rated_on = '2026-03-02'",
        "rating = 4",
        "reopened = 2",
        "kind = 'complaint'",
        "deadline_on = NULL",
        "class_id = NULL",
    ],
)
def test_the_database_refuses_an_impossible_case(session: Session, tree: dict[str, Unit], change: str) -> None:
    make_petition(session, tree["A"], state="in_progress")
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE petition SET {change}"))


def test_history_cannot_be_rewritten(session: Session, tree: dict[str, Unit]) -> None:
    make_petition(session, tree["A"])
    session.commit()
    for statement in ("UPDATE petition_step SET text = 'x'", "DELETE FROM petition_step"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


def test_two_people_at_once_take_one_step(engine: Engine, session: Session, tree: dict[str, Unit]) -> None:
    """The second sees the case as the first left it, whatever it had read before."""
    case = make_petition(session, tree["A"], state="answered")
    session.commit()
    with Session(engine, expire_on_commit=False) as other:
        stale = other.get_one(Petition, case.id)
        assert stale.state == "answered"
        other.commit()
        petitions.publish(session, case, "Chờ.", "Xong.", account_id=None, now=at(FRIDAY))
        session.commit()
        by = {"account_id": None, "now": at(FRIDAY)}
        refused("step_impossible", lambda: petitions.publish(other, stale, "Chờ.", "Khác.", **by))


def test_lists_follow_one_another_and_keep_to_their_reach(session: Session, tree: dict[str, Unit]) -> None:
    cases = [make_petition(session, tree["A"], on=MONDAY + timedelta(days=day)) for day in range(7)]
    other = make_petition(session, tree["B"], state="in_progress")
    within = Unit.path.startswith(tree["A"].path)
    seen: list[str] = []
    after = ""
    for _ in range(4):
        page = reading.page(session, within, Filters(), MONDAY, after, 2)
        seen += [case.reference for case in page.petitions]
        after = page.after or ""
    assert seen == [case.reference for case in sorted(cases, key=lambda case: (case.deadline_on, case.id))]
    assert after == ""
    every = reading.page(session, Unit.path.startswith("/"), Filters(state="all"), MONDAY, "", 20).petitions
    assert len(every) == 8
    assert [case.received_on for case in every] == sorted((case.received_on for case in every), reverse=True)
    petitions.transfer(session, other, tree["A"], "Của A.", account_id=None, now=at(MONDAY))
    moved = reading.page(session, Unit.path.startswith(tree["B"].path), Filters(state="moved"), MONDAY, "", 5)
    assert [case.reference for case in moved.petitions] == [other.reference]
    assert reading.page(session, Unit.path.startswith(tree["B"].path), Filters(), MONDAY, "", 5).petitions == []
    late_day = MONDAY + timedelta(days=9)
    late = reading.page(session, within, Filters(late=True), late_day, "", 20).petitions
    assert {case.reference for case in late} == {case.reference for case in cases if case.deadline_on < late_day}
    assert reading.waiting(session, within, 0, late_day).late == len(late)


def test_settings_refuse_what_makes_no_sense(session: Session) -> None:
    by = {"account_id": None, "now": at(MONDAY)}
    for code, do in {
        "days_range": lambda: petition_settings.create_class(session, code="x", name_vi="X", working_days=0),
        "code_form": lambda: petition_settings.create_class(session, code="a b", name_vi="X", working_days=1),
        "name_missing": lambda: petition_settings.create_class(session, code="x", name_vi=" ", working_days=1),
        "day_as_it_is": lambda: petition_calendar.set_day(session, date(2026, 3, 7), False, "Nghỉ", **by),
        "day_reason": lambda: petition_calendar.set_day(session, date(2026, 3, 7), True, "", **by),
        "text_missing": lambda: petition_settings.save_template(session, None, unit=None, name_vi="X", text=""),
    }.items():
        with pytest.raises(SettingError) as caught:
            do()
        assert caught.value.code == code
    assert len(petition_settings.create_usual_classes(session)) == 4
    with pytest.raises(SettingError):
        petition_settings.create_usual_classes(session)


def test_the_steps_are_as_many_as_were_taken(session: Session, tree: dict[str, Unit]) -> None:
    make_petition(session, tree["A"], state="published")
    assert session.scalar(select(func.count()).select_from(PetitionStep)) == 5

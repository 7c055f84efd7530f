"""Random sequences of steps: what the table does not allow changes nothing, and the database never has to refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from survey import database
from survey.models import Petition, PetitionClass, Unit
from survey.operations import petitions
from survey.operations.petition_cases import MOVES, PetitionError, is_late, open_case, possible
from survey.operations.petition_settings import create_class
from survey.operations.working_days import WorkingCalendar
from tests.factories import make_unit
from tests.petition_cases import MONDAY, at
from tests.staff import make_account

# The same rules, told from the states instead of the steps: (state, step) → state.
ALLOWED = {
    ("received", "classified"): "classified",
    ("received", "rejected"): "rejected",
    ("classified", "classified"): "classified",
    ("classified", "transferred"): "transferred",
    ("classified", "taken"): "in_progress",
    ("classified", "extended"): "classified",
    ("classified", "rejected"): "rejected",
    ("transferred", "classified"): "transferred",
    ("transferred", "transferred"): "transferred",
    ("transferred", "taken"): "in_progress",
    ("transferred", "extended"): "transferred",
    ("transferred", "rejected"): "rejected",
    ("in_progress", "classified"): "in_progress",
    ("in_progress", "transferred"): "transferred",
    ("in_progress", "taken"): "in_progress",
    ("in_progress", "extended"): "in_progress",
    ("in_progress", "answered"): "answered",
    ("answered", "answered"): "answered",
    ("answered", "published"): "published",
    ("answered", "rated"): "answered",
    ("answered", "reopened"): "in_progress",
    ("published", "withdrawn"): "answered",
    ("published", "rated"): "published",
    ("published", "reopened"): "in_progress",
    ("rejected", "restored"): "received",
    ("rejected", "reopened"): "received",
}
OPEN = {"received", "classified", "transferred", "in_progress"}
ALLOWED |= {(state, step): state for state in OPEN for step in ("escalated", "rescheduled")}
ALLOWED |= {(state, "explained"): state for state in OPEN | {"answered", "published"}}
ALLOWED |= {(state, "note"): state for state in OPEN | {"answered", "published", "rejected"}}


class Case(RuleBasedStateMachine):
    """One case, whose days only go forward; each step is tried whatever the state."""

    session: Session
    province: Unit
    units: list[Unit]
    classes: list[PetitionClass]
    people: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.days = WorkingCalendar()
        self.today = MONDAY
        self.petition: Petition = open_case(
            self.session, unit=self.units[0], counter=None, kind="difficulty", text="Chờ lâu.", wants_answer=True,
            language="vi", today=self.today,
        )  # fmt: skip
        self.steps = 1
        self.ended = ""

    def attempt(self, step: str, do: Callable[[], object]) -> None:
        """Take the step, or see that it changed nothing."""
        before = self.seen()
        try:
            do()
        except PetitionError as error:
            if error.code == "step_impossible":
                assert (before[0], step) not in ALLOWED
            self.session.refresh(self.petition)
            assert self.seen() == before
            return
        assert self.petition.state == ALLOWED[before[0], step]
        self.steps += 1

    def seen(self) -> tuple[str, ...]:
        columns = ("state", "holder_id", "handled_by_id", "class_id", "deadline_on", "transfer_due_on", "answer")
        columns += ("answered_on", "published_on", "rejected_reason", "rating", "reopened", "was_late", "escalated_on")
        return tuple(str(getattr(self.petition, name)) for name in columns)

    def by(self) -> dict[str, object]:
        return {"account_id": self.people[0], "now": at(self.today)}

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(which=st.integers(0, 1))
    def classify(self, which: int) -> None:
        self.attempt(
            "classified", lambda: petitions.classify(self.session, self.petition, self.classes[which], **self.by())
        )

    @rule(which=st.integers(0, 2), reason=st.sampled_from(("", "Thẩm quyền.")))
    def transfer(self, which: int, reason: str) -> None:
        late, held = self.today > self.petition.transfer_due_on, self.petition.holder_id
        self.attempt(
            "transferred",
            lambda: petitions.transfer(self.session, self.petition, self.units[which], reason, **self.by()),
        )
        assert not late or self.petition.holder_id == held

    @rule(which=st.integers(0, 1))
    def take(self, which: int) -> None:
        self.attempt("taken", lambda: petitions.take(self.session, self.petition, self.people[which], **self.by()))

    @rule(days=st.integers(-1, 30))
    def extend(self, days: int) -> None:
        before = self.petition.deadline_on
        self.attempt("extended", lambda: petitions.extend(self.session, self.petition, days, "Xác minh.", **self.by()))
        assert self.petition.deadline_on >= before

    @rule(text=st.sampled_from(("", "Đã xử lý.", "Đã [nêu kết quả].")))
    def answer(self, text: str) -> None:
        self.attempt("answered", lambda: petitions.answer(self.session, self.petition, text, **self.by()))

    @rule(text=st.sampled_from(("Chờ lâu.", "Gọi 0905 123 456.", "")))
    def publish(self, text: str) -> None:
        self.attempt("published", lambda: petitions.publish(self.session, self.petition, text, "Xong.", **self.by()))

    @rule(step=st.sampled_from((("withdrawn", petitions.withdraw), ("rejected", petitions.reject))))
    def end(self, step: tuple[str, Callable[..., object]]) -> None:
        self.attempt(step[0], lambda: step[1](self.session, self.petition, "Lý do.", **self.by()))

    @rule(step=st.sampled_from((("restored", petitions.restore), ("explained", petitions.explain))))
    def mend(self, step: tuple[str, Callable[..., object]]) -> None:
        self.attempt(step[0], lambda: step[1](self.session, self.petition, "Lý do.", **self.by()))

    @rule(rating=st.integers(0, 6))
    def rate(self, rating: int) -> None:
        self.attempt("rated", lambda: petitions.rate(self.session, self.petition, rating, "", today=self.today))

    @rule()
    def reopen(self) -> None:
        before = self.petition.reopened
        self.attempt("reopened", lambda: petitions.reopen(self.session, self.petition, "Chưa xong.", today=self.today))
        assert self.petition.reopened <= 1
        assert before <= self.petition.reopened

    @precondition(lambda self: self.today > MONDAY)
    @rule()
    def escalate(self) -> None:
        self.attempt(
            "escalated", lambda: petitions.escalate(self.session, self.petition, self.province, now=at(self.today))
        )

    @rule()
    def note(self) -> None:
        self.attempt("note", lambda: petitions.note(self.session, self.petition, "Ghi chú.", **self.by()))

    @invariant()
    def history_tells_the_case(self) -> None:
        steps = self.petition.steps
        assert [step.number for step in steps] == list(range(1, self.steps + 1))
        last = steps[-1]
        assert (last.state, last.holder_id, last.deadline_on) == (
            self.petition.state,
            self.petition.holder_id,
            self.petition.deadline_on,
        )
        assert all(a.day <= b.day for a, b in pairwise(steps))
        assert possible(self.petition) == {step for state, step in ALLOWED if state == self.petition.state}
        if self.petition.was_late:
            assert is_late(self.petition, self.today)

    def teardown(self) -> None:
        self.session.rollback()


def test_the_table_is_what_is_allowed() -> None:
    assert {(state, step): to for step, moves in MOVES.items() for state, to in moves.items()} == ALLOWED


def test_no_sequence_of_steps_breaks_a_case(sqlite_url: str) -> None:
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        Case.province = make_unit(session, code="T", kind="province")
        Case.units = [make_unit(session, code=code, parent=Case.province) for code in "ABC"]
        Case.classes = [create_class(session, code=f"c{days}", name_vi="Loại", working_days=days) for days in (3, 10)]
        Case.people = [make_account(session, "reviewer", Case.province).id for _ in range(2)]
        session.commit()
        Case.session = session
        run_state_machine_as_test(
            Case,
            settings=settings(
                max_examples=60,
                stateful_step_count=25,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
    engine.dispose()


def test_the_control_a_case_can_be_brought_to_its_end(sqlite_url: str) -> None:
    """Else the machine above might have tried nothing that is possible."""
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        unit = make_unit(session, code="T", kind="province")
        who = make_account(session, "reviewer", unit).id
        case = open_case(
            session,
            unit=unit,
            counter=None,
            kind="praise",
            text="Tốt.",
            wants_answer=False,
            language="vi",
            today=MONDAY,
        )
        by = {"account_id": who, "now": at(MONDAY)}
        petitions.classify(session, case, create_class(session, code="c", name_vi="Loại", working_days=3), **by)
        petitions.take(session, case, who, **by)
        petitions.answer(session, case, "Cảm ơn.", **by)
        petitions.publish(session, case, "Tốt.", "Cảm ơn.", **by)
        assert case.state == "published"
    engine.dispose()

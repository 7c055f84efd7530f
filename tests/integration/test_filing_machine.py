"""Random sequences of steps of a filing: what the table does not allow changes nothing, and no figure ever moves."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import database
from survey.models import Filing, FilingStep
from survey.operations import filing_corrections, filings, wave_publication
from survey.operations.errors import OperationError
from survey.operations.filing_steps import STEPS
from survey.operations.transactions import set_transactions
from tests.filing_office import NOW, FilingOffice

# The same rules, told from the states instead of the steps: (state, step) → state.
ALLOWED = {
    ("draft", "submitted"): "submitted",
    ("draft", "approved_ex_officio"): "approved",
    ("draft", "renewed"): "draft",
    ("submitted", "returned"): "returned",
    ("submitted", "approved"): "approved",
    ("submitted", "renewed"): "draft",
    ("returned", "submitted"): "submitted",
    ("returned", "approved_ex_officio"): "approved",
    ("returned", "renewed"): "draft",
    ("approved", "published"): "published",
    ("approved", "renewed"): "draft",
    ("published", "corrected"): "corrected",
    ("corrected", "corrected"): "corrected",
}


class Way(RuleBasedStateMachine):
    """The filing of A; the others are approved, so that the wave can be published with it."""

    office: FilingOffice

    def __init__(self) -> None:
        super().__init__()
        self.session = self.office.session
        self.filing: Filing = self.office.filing("A")
        self.steps = 1
        self.number = 900
        self.digests: list[str] = []

    def attempt(self, step: str, do: Callable[[], object]) -> None:
        before = (self.filing.state, self.filing.version, self.filing.submitted_by_id, self.filing.approved_by_id)
        try:
            with self.session.begin_nested():
                do()
        except OperationError:
            self.session.refresh(self.filing)
            now = (self.filing.state, self.filing.version, self.filing.submitted_by_id, self.filing.approved_by_id)
            assert now == before
            return
        self.session.refresh(self.filing)
        assert self.filing.state == ALLOWED[before[0], step]
        self.steps += 1

    @rule(who=st.sampled_from(("compiler", "second")))
    def submit(self, who: str) -> None:
        person = getattr(self.office, who).id
        self.attempt("submitted", lambda: filings.submit(self.session, self.filing, account_id=person, at=NOW))

    @rule(reason=st.sampled_from(("", "Nêu rõ hơn")))
    def give_back(self, reason: str) -> None:
        person = self.office.compiler.id
        self.attempt(
            "returned", lambda: filings.return_filing(self.session, self.filing, reason, account_id=person, at=NOW)
        )

    @rule(who=st.sampled_from(("compiler", "second")))
    def approve(self, who: str) -> None:
        person = getattr(self.office, who).id
        self.attempt("approved", lambda: filings.approve(self.session, self.filing, account_id=person, at=NOW))

    @rule(late=st.booleans(), who=st.sampled_from(("compiler", "second")))
    def approve_ex_officio(self, late: bool, who: str) -> None:
        person = getattr(self.office, who).id
        today = self.office.after_deadline() if late else self.filing.deadline_on
        self.attempt(
            "approved_ex_officio",
            lambda: filings.approve_ex_officio(
                self.session, self.filing, "Quá hạn", account_id=person, at=NOW, today=today
            ),
        )

    @rule()
    def publish(self) -> None:
        def by_two() -> None:
            request = wave_publication.ask(self.session, self.office.wave, account_id=self.office.compiler.id, at=NOW)
            wave_publication.confirm(self.session, request, account_id=self.office.second.id, at=NOW)

        self.attempt("published", by_two)

    @rule()
    def number_moves(self) -> None:
        self.number += 50
        period = (self.office.wave.period_start, self.office.wave.period_end)
        set_transactions(self.session, self.office.units["A"], *period, self.number, reason="Sửa")

    @rule()
    def renew(self) -> None:
        def for_a_alone() -> None:
            filing_corrections.renew(
                self.session, self.office.wave, "Số mới", account_id=self.office.compiler.id, at=NOW
            )

        self.attempt("renewed", for_a_alone)

    @rule()
    def correct(self) -> None:
        def by_two() -> None:
            request = filing_corrections.ask_correction(
                self.session, self.office.wave, "Số mới", account_id=self.office.compiler.id, at=NOW
            )
            filing_corrections.confirm_correction(self.session, request, account_id=self.office.second.id, at=NOW)

        self.attempt("corrected", by_two)

    @invariant()
    def history_tells_the_filing(self) -> None:
        query = select(FilingStep).where(FilingStep.filing_id == self.filing.id).order_by(FilingStep.id)
        lines = self.session.scalars(query).all()
        assert len(lines) == self.steps
        assert (lines[-1].state, lines[-1].version) == (self.filing.state, self.filing.version)
        digests = [version.figures_digest for version in self.filing.versions]
        assert digests[: len(self.digests)] == self.digests
        assert len(digests) == self.filing.version
        self.digests = digests

    def teardown(self) -> None:
        self.session.rollback()


def test_the_table_is_what_is_allowed() -> None:
    assert {(state, step): how.leads for step, how in STEPS.items() for state in how.begins} == ALLOWED


def test_no_sequence_of_steps_breaks_a_filing(sqlite_url: str) -> None:
    engine = database.make_engine(sqlite_url)
    with Session(engine) as session:
        office = FilingOffice(session, engine)
        office.close()
        for code in "PBC":
            filings.approve_ex_officio(
                session, office.filing(code), "Quá hạn", account_id=office.compiler.id, at=NOW,
                today=office.after_deadline(code),
            )  # fmt: skip
        session.commit()
        Way.office = office
        run_state_machine_as_test(
            Way,
            settings=settings(
                max_examples=15,
                stateful_step_count=12,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    engine.dispose()

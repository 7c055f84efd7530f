"""Paper batches: typed, typed again, compared, accepted exactly once, and fixed from then on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forms.typed_form import SPOILT
from survey.accounts.models import Account
from survey.models import (
    Answer,
    AuditEntry,
    BatchResponse,
    Collector,
    ItemTally,
    PaperBatch,
    PaperEntry,
    Question,
    Response,
    SeveralAnswer,
    TextAnswer,
    Wave,
)
from survey.operations import audit, double_entry, ledger, paper_acceptance, paper_batches, paper_entry, waves
from survey.operations.codes import is_valid
from survey.operations.paper_batches import BatchError, BatchHeader
from survey.operations.recount import recount
from survey.operations.submission import half_month
from tests.factories import NOW, make_counter, make_unit
from tests.paper_batches import AT, DAY, make_batch, make_clerks, make_paper_wave, type_form


@pytest.fixture
def wave(session: Session) -> Wave:
    return make_paper_wave(session)


@pytest.fixture
def clerks(session: Session, wave: Wave) -> list[Account]:
    return make_clerks(session, wave.units[0].unit)


@pytest.fixture
def batch(session: Session, wave: Wave, clerks: list[Account]) -> PaperBatch:
    """A batch of three forms, all typed by the first clerk: one full, one with a spoilt item, one blank."""
    batch = make_batch(session, wave, clerks[0])
    type_form(session, batch, 1, clerks[0], {"access_1": 5, "overall": 2, "reasons": (1, 3), "comment": "Chậm"})
    type_form(session, batch, 2, clerks[0], {"access_1": 4, "access_2": SPOILT, "results_1": 0, "who": 1})
    type_form(session, batch, 3, clerks[0])
    session.commit()
    return batch


def bring_to_check(session: Session, batch: PaperBatch) -> None:
    paper_acceptance.finish_typing(session, batch)
    paper_acceptance.check(session, batch)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(BatchError) as error:
        action()
    return error.value.code


def question_id(session: Session, code: str) -> int:
    return session.scalars(select(Question.id).where(Question.code == code)).one()


def test_an_accepted_batch_becomes_responses_of_the_paper_collector(
    session: Session, wave: Wave, clerks: list[Account], batch: PaperBatch
) -> None:
    bring_to_check(session, batch)
    assert paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT) == 2
    session.commit()
    responses = session.scalars(select(Response).order_by(Response.id)).all()
    collector = session.scalars(select(Collector)).one()
    assert (collector.channel, collector.trust, collector.unit_id) == ("paper", "paper", batch.unit_id)
    assert {response.collector_id for response in responses} == {collector.id}
    assert {response.half_month for response in responses} == {2026 * 24 + 3 * 2 + 1}
    assert responses[0].half_month == half_month(responses[0].received_at)
    links = session.execute(select(BatchResponse.batch_id, BatchResponse.serial).order_by(BatchResponse.serial)).all()
    assert links == [(batch.id, 1), (batch.id, 2)]
    spoilt = question_id(session, "access_2")
    assert session.scalar(select(func.count()).where(Answer.question_id == spoilt)) == 0
    assert session.scalars(select(SeveralAnswer.choice).order_by(SeveralAnswer.choice)).all() == [1, 3]
    assert session.scalars(select(TextAnswer.text)).all() == ["Chậm"]
    assert (batch.state, batch.finished_by_id) == ("accepted", clerks[1].id)


def test_figures_move_and_equal_a_recount(
    session: Session, engine: Engine, wave: Wave, clerks: list[Account], batch: PaperBatch
) -> None:
    bring_to_check(session, batch)
    paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)
    session.commit()
    ledger.seal_all(engine)
    with Session(engine) as fresh:
        tally = fresh.execute(
            select(Question.code, ItemTally.people, ItemTally.n4, ItemTally.n5).join(
                Question, Question.id == ItemTally.question_id
            )
        ).all()
        assert ("access_1", 2, 1, 1) in tally
        assert "access_2" not in {row.code for row in tally}
        assert recount(fresh) == []


def test_accepting_again_adds_nothing(session: Session, clerks: list[Account], batch: PaperBatch) -> None:
    bring_to_check(session, batch)
    paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)
    session.commit()
    again = lambda: paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)  # noqa: E731
    assert refused(again) == "finished"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response)) == 2


def test_two_acceptances_at_once_add_the_batch_once(
    session: Session, engine: Engine, clerks: list[Account], batch: PaperBatch
) -> None:
    bring_to_check(session, batch)
    session.commit()
    start = Barrier(2)

    def run(_number: int) -> str:
        with Session(engine) as own:
            own.connection(execution_options={"write": False})
            own.rollback()
            start.wait()
            own.connection(execution_options={"write": True})
            try:
                added = paper_acceptance.accept(
                    own, own.get_one(PaperBatch, batch.id), "", account_id=clerks[1].id, at=AT
                )
            except BatchError as error:
                return error.code
            own.commit()
            return f"{added} added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == ["2 added", "finished"]
    assert session.scalar(select(func.count()).select_from(Response)) == 2
    assert session.scalar(select(func.count()).select_from(Collector)) == 1


def test_the_database_itself_keeps_an_accepted_batch(
    session: Session, clerks: list[Account], batch: PaperBatch
) -> None:
    bring_to_check(session, batch)
    paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)
    session.commit()
    for statement in (
        "UPDATE paper_entry SET seconds = 1",
        "DELETE FROM paper_entry",
        (
            "INSERT INTO paper_entry (batch_id, serial, pass_number, answers, is_blank, entered_by_id, entered_at, "
            f"seconds) VALUES ({batch.id}, 9, 1, '', TRUE, {clerks[0].id}, '2026-01-01 00:00:00', 1)"
        ),
        "UPDATE paper_batch SET state = 'open', finished_at = NULL",
        "DELETE FROM paper_batch",
        "UPDATE batch_response SET serial = 9",
        "DELETE FROM batch_response",
    ):
        with pytest.raises(DBAPIError, match=r"fixed|append-only|rejected, not deleted"):
            session.execute(text(statement))
        session.rollback()


def test_a_batch_passes_through_its_steps_in_order(
    session: Session, wave: Wave, clerks: list[Account], batch: PaperBatch
) -> None:
    empty = make_batch(session, wave, clerks[0])
    accept = lambda: paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)  # noqa: E731
    assert refused(lambda: paper_acceptance.finish_typing(session, empty)) == "nothing_typed"
    assert refused(lambda: paper_acceptance.check(session, batch)) == "not_typed_now"
    assert refused(accept) == "not_checked"
    paper_acceptance.finish_typing(session, batch)
    assert refused(accept) == "not_checked"
    assert refused(lambda: type_form(session, batch, 4, clerks[0])) == "not_typed_now"
    paper_acceptance.reopen(session, batch)
    type_form(session, batch, 3, clerks[0], {"access_1": 3}, replaces=True)
    bring_to_check(session, batch)
    assert accept() == 3


def test_totals_that_do_not_match_need_a_reason(
    session: Session, wave: Wave, clerks: list[Account], batch: PaperBatch
) -> None:
    question = session.scalars(select(Question).where(Question.code == "access_1")).one()
    header = BatchHeader(
        forms_expected=4, collected_from=DAY, collected_until=DAY, control_question=question, control_sum=9
    )
    paper_batches.change_header(session, batch, header, at=AT, may_correct=True, reason="Đếm sót")
    bring_to_check(session, batch)
    found = paper_acceptance.totals(session, batch)
    assert (found.forms_expected, found.forms_typed, found.forms_blank) == (4, 3, 1)
    assert (found.sum_expected, found.sum_typed) == (9, 9)
    assert (found.forms_match, found.sum_matches) == (False, True)
    accept = lambda reason: paper_acceptance.accept(session, batch, reason, account_id=clerks[1].id, at=AT)  # noqa: E731
    assert refused(lambda: accept("")) == "totals"
    assert accept("Một phiếu bị thất lạc") == 2
    assert batch.reason == "Một phiếu bị thất lạc"


def test_who_types_cannot_make_the_totals_fit(session: Session, clerks: list[Account], batch: PaperBatch) -> None:
    audit.attribute(session, audit.Actor("account", clerks[1].name, clerks[1].id))
    header = BatchHeader(forms_expected=3, collected_from=DAY, collected_until=DAY, note="Bó thứ hai")
    paper_batches.change_header(session, batch, header, at=AT)
    assert batch.note == "Bó thứ hai"
    for change in ({"forms_expected": 4}, {"double_share": 50}, {"collected_until": DAY + timedelta(1)}):
        other = replace(header, **change)  # type: ignore[arg-type]
        change_to = partial(paper_batches.change_header, session, batch, other, at=AT)
        assert refused(change_to) == "header_fixed"
        assert refused(partial(change_to, may_correct=True)) == "header_reason"
    other = replace(header, forms_expected=4)
    paper_batches.change_header(session, batch, other, at=AT, may_correct=True, reason="Đếm sót một phiếu")
    session.commit()
    assert batch.forms_expected == 4
    noted = session.scalars(select(AuditEntry).where(AuditEntry.subject == batch.code)).all()
    assert any("Đếm sót một phiếu" in str(entry.after) for entry in noted)
    bring_to_check(session, batch)
    late = partial(paper_batches.change_header, session, batch, header, at=AT, may_correct=True, reason="Muộn")
    assert refused(late) == "not_typed_now"


def test_a_rejected_batch_counts_nowhere(session: Session, clerks: list[Account], batch: PaperBatch) -> None:
    reject = lambda reason: paper_acceptance.reject(session, batch, reason, account_id=clerks[1].id, at=AT)  # noqa: E731
    assert refused(lambda: reject("")) == "reason"
    reject("Phiếu của đợt khác")
    session.commit()
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    assert refused(lambda: paper_acceptance.reopen(session, batch)) == "finished"


def test_a_closed_wave_takes_no_batch(session: Session, wave: Wave, clerks: list[Account], batch: PaperBatch) -> None:
    bring_to_check(session, batch)
    waves.close_wave(session, wave, NOW)
    session.commit()
    accept = lambda: paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT)  # noqa: E731
    assert refused(accept) == "wave_not_open"
    assert refused(lambda: make_batch(session, wave, clerks[0])) == "wave_not_open"


def test_the_second_pass_is_another_persons_and_differences_are_settled(
    session: Session, wave: Wave, clerks: list[Account], batch: PaperBatch
) -> None:
    header = BatchHeader(forms_expected=3, collected_from=DAY, collected_until=DAY, double_share=100)
    paper_batches.change_header(session, batch, header, at=AT, may_correct=True, reason="Đếm sót")
    again = {"pass_number": 2}
    assert refused(lambda: type_form(session, batch, 1, clerks[1], **again)) == "not_typed_now"  # type: ignore[arg-type]
    paper_acceptance.finish_typing(session, batch)
    assert refused(lambda: type_form(session, batch, 1, clerks[0], **again)) == "same_person"  # type: ignore[arg-type]
    assert paper_entry.next_serial(session, batch, 2, clerks[0].id) is None
    assert paper_entry.next_serial(session, batch, 2, clerks[1].id) == 1
    type_form(session, batch, 1, clerks[1], {"access_1": 5, "overall": 4, "comment": "bỏ"}, pass_number=2)
    assert refused(lambda: paper_acceptance.check(session, batch)) == "second_pass"
    type_form(session, batch, 2, clerks[1], {"access_1": 4, "access_2": 3, "results_1": 0, "who": 1}, pass_number=2)
    type_form(session, batch, 3, clerks[1], pass_number=2)
    compared = double_entry.compare(session, batch)
    assert [(each.serial, each.question.code, each.first, each.second) for each in compared.discrepancies] == [
        (1, "overall", 2, 4),
        (1, "reasons", (1, 3), None),
        (2, "access_2", SPOILT, 3),
    ]
    assert (compared.forms, compared.items, compared.unresolved) == (3, 7, 3)
    assert compared.agreement == pytest.approx(4 / 7)
    assert refused(lambda: paper_acceptance.check(session, batch)) == "discrepancies"
    say = lambda serial, item, chosen: double_entry.settle(  # noqa: E731
        session, batch, {(serial, item): chosen}, account_id=clerks[1].id, at=AT
    )
    assert refused(lambda: say(1, "access_1", 5)) == "no_discrepancy"
    assert refused(lambda: say(1, "overall", 6)) == "impossible"
    assert refused(lambda: say(1, "reasons", SPOILT)) == "impossible"
    say(1, "overall", 4)
    say(1, "reasons", None)
    say(2, "access_2", 2)
    forms = double_entry.final_forms(session, batch)
    assert (dict(forms[1].choices), dict(forms[1].several), forms[1].texts) == (
        {"access_1": 5, "overall": 4},
        {},
        {"comment": "Chậm"},
    )
    assert (forms[2].choices["access_2"], forms[2].spoilt) == (2, ())
    paper_acceptance.check(session, batch)
    assert paper_acceptance.accept(session, batch, "", account_id=clerks[1].id, at=AT) == 2


def test_a_corrected_first_pass_opens_the_difference_again(session: Session, wave: Wave, clerks: list[Account]) -> None:
    batch = make_batch(session, wave, clerks[0], forms_expected=1, double_share=100)
    type_form(session, batch, 1, clerks[0], {"access_1": 5})
    paper_acceptance.finish_typing(session, batch)
    type_form(session, batch, 1, clerks[1], {"access_1": 4}, pass_number=2)
    double_entry.settle(session, batch, {(1, "access_1"): 4}, account_id=clerks[1].id, at=AT)
    assert double_entry.compare(session, batch).unresolved == 0
    paper_acceptance.reopen(session, batch)
    assert (
        refused(lambda: type_form(session, batch, 1, clerks[1], {"access_1": 4}, replaces=True)) == "same_person_first"
    )
    type_form(session, batch, 1, clerks[0], {"access_1": 3}, replaces=True)
    assert double_entry.compare(session, batch).unresolved == 1


def test_a_share_of_the_forms_is_drawn_by_the_code(session: Session, wave: Wave, clerks: list[Account]) -> None:
    batch = make_batch(session, wave, clerks[0], forms_expected=40, double_share=15)
    drawn = paper_entry.second_pass(batch, range(1, 41))
    assert len(drawn) == 6
    assert drawn == sorted(drawn) == paper_entry.second_pass(batch, list(range(40, 0, -1)))
    other = make_batch(session, wave, clerks[0], forms_expected=40, double_share=15)
    assert paper_entry.second_pass(other, range(1, 41)) != drawn
    batch.double_share = 1
    assert len(paper_entry.second_pass(batch, range(1, 4))) == 1


def test_two_clerks_at_one_number_do_not_overwrite_each_other(
    session: Session, clerks: list[Account], batch: PaperBatch
) -> None:
    assert refused(lambda: type_form(session, batch, 1, clerks[1], {"access_1": 1})) == "taken"
    answers = {"access_1": 5, "overall": 2, "reasons": (1, 3), "comment": "Chậm"}
    type_form(session, batch, 1, clerks[0], answers)  # sent twice: the same content is no clash
    type_form(session, batch, 1, clerks[1], {"access_1": 1}, replaces=True)
    assert session.scalar(select(func.count()).select_from(PaperEntry)) == 3


def test_the_next_form_follows_and_gaps_are_filled_at_the_end(
    session: Session, wave: Wave, clerks: list[Account]
) -> None:
    batch = make_batch(session, wave, clerks[0], forms_expected=5)
    for serial in (1, 3, 4):
        type_form(session, batch, serial, clerks[0], {"access_1": 5})
    after = lambda serial: paper_entry.next_serial(session, batch, 1, clerks[0].id, serial)  # noqa: E731
    assert [after(0), after(1), after(2), after(5)] == [2, 2, 5, 2]
    paper_entry.remove_entry(session, batch, 3)
    assert after(2) == 3
    assert refused(lambda: paper_entry.remove_entry(session, batch, 3)) == "no_form"
    assert paper_entry.typing_speed(session, batch, 1, clerks[0].id) is None
    for serial in (2, 3, 5):
        type_form(session, batch, serial, clerks[0], {"access_1": 5})
    assert paper_entry.typing_speed(session, batch, 1, clerks[0].id) == 180
    assert after(5) is None


def test_a_header_that_makes_no_sense_is_refused(session: Session, wave: Wave, clerks: list[Account]) -> None:
    stranger = make_counter(session, make_unit(session, code="U2"), code="1")
    choices = session.scalars(select(Question).where(Question.code.in_(("reasons", "access_1")))).all()
    by_code = {question.code: question for question in choices}
    cases: list[tuple[dict[str, object], str]] = [
        ({"forms_expected": 0}, "forms"),
        ({"forms_expected": 2001}, "forms"),
        ({"double_share": 101}, "double_share"),
        ({"collected_from": DAY + timedelta(days=1)}, "collected"),
        ({"collected_from": date(2025, 12, 31)}, "period"),
        ({"collected_until": AT.date() + timedelta(days=1)}, "future"),
        ({"counter": stranger}, "other_unit"),
        ({"control_sum": 5}, "control"),
        ({"control_question": by_code["access_1"]}, "control"),
        ({"control_question": by_code["reasons"], "control_sum": 5}, "control_item"),
    ]
    for header, code in cases:
        assert refused(lambda header=header: make_batch(session, wave, clerks[0], **header)) == code  # type: ignore[misc]
    assert is_valid(make_batch(session, wave, clerks[0]).code)

"""Filings: frozen with the closing, found changed by whatever changes them, decided and published by two people."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.analysis.frozen_figures import canonical, digest, unpacked
from survey.analysis.summary import unit_report
from survey.models import Filing, FilingStep, FilingVersion, FrozenTransaction, ItemTally, WavePublication
from survey.operations import filing_corrections, filing_figures, filing_reminders, filings, wave_publication, waves
from survey.operations.filing_corrections import CorrectionError
from survey.operations.filing_steps import FilingError
from survey.operations.periods import province_day
from survey.operations.transactions import set_transactions
from survey.operations.wave_publication import PublicationError
from survey.operations.working_days import calendar
from survey.operations.writing import begin_write
from tests.filing_office import NOW, FilingOffice


@pytest.fixture
def office(session: Session, engine: Engine) -> FilingOffice:
    office = FilingOffice(session, engine)
    office.close()
    return office


def kinds(office: FilingOffice) -> set[tuple[str, str]]:
    office.session.expire_all()
    return {(found.unit.code, found.kind) for found in filing_figures.verify(office.session, office.wave)}


def test_the_closing_freezes_what_each_units_report_says(office: FilingOffice) -> None:
    session = office.session
    assert {code: office.filing(code).state for code in office.units} == dict.fromkeys("PABC", "draft")
    for code, unit in office.units.items():
        version = filings.current_version(session, office.filing(code))
        alone = unit_report(session, office.wave, unit, source="sealed", with_history=False, with_scan=False)
        assert version.figures_digest == digest(canonical(alone)), code
        assert unpacked(version.figures)["index"]["people"] == version.people == alone.index.people
    assert kinds(office) == set()
    set_transactions(session, office.units["A"], office.wave.period_start, office.wave.period_end, 9)
    session.commit()
    assert kinds(office) == set(), "a number recorded later moves nothing by itself"


@pytest.mark.parametrize("planted", ["tally", "number", "target", "content"])
def test_a_planted_change_is_found(office: FilingOffice, planted: str) -> None:
    session = office.session
    if planted == "tally":
        tally = session.scalars(select(ItemTally).where(ItemTally.n1 > 0).limit(1)).one()
        tally.n1, tally.n5 = tally.n1 - 1, tally.n5 + 1
        expected = {("B", "figures"), ("P", "figures")}
    elif planted == "number":
        row = {"wave_id": office.wave.id, "unit_id": office.units["C"].id, "revision": 2, "transactions": 5000}
        session.add(FrozenTransaction(**row))
        expected = {("C", "figures"), ("P", "figures")}
    elif planted == "target":
        session.execute(text("UPDATE target SET value = 0.85"))
        every = {(code, kind) for code in "PABC" for kind in ("figures", "configuration")}
        expected = every
    else:
        row_of = {"filing_id": office.filing("A").id, "number": 2, "configuration_digest": "0" * 64, "reason": "?"}
        first = filings.current_version(session, office.filing("A"))
        copied = {name: getattr(first, name) for name in ("figures", "verdict", "estimate", "people", "frozen_at")}
        session.add(FilingVersion(**row_of, **copied, figures_digest="f" * 64))
        session.flush()
        office.filing("A").version = 2
        expected = {("A", "content"), ("A", "configuration")}
    session.commit()
    assert kinds(office) == expected


def test_what_was_frozen_is_kept_by_the_database(office: FilingOffice) -> None:
    session, filing = office.session, office.filing("A")
    day = f"{NOW:%Y-%m-%d}"
    compiler = office.compiler.id
    alone = (
        "INSERT INTO wave_publication (wave_id, kind, state, reason, proposal_digest, requested_by_id, requested_at, "
        f"confirmed_by_id, confirmed_at, refused_reason) VALUES ({office.wave.id}, 'publication', 'confirmed', '', '', "
        f"{compiler}, '{day}', {compiler}, '{day}', '')"
    )
    for statement, refused in (
        ("UPDATE filing_version SET figures_digest = 'x'", "append-only"),
        ("DELETE FROM filing_version", "append-only"),
        ("UPDATE filing_step SET reason = 'x'", "append-only"),
        ("DELETE FROM frozen_transaction", "append-only"),
        ("DELETE FROM filing", "is not deleted"),
        (f"UPDATE wave SET state = 'published', published_at = '{day}'", "with all of its filings"),
        (f"UPDATE filing SET submitted_by_id = {compiler}, approved_by_id = {compiler}", "ck_filing_two_people"),
        (alone, "ck_wave_publication_two_people"),
    ):
        with pytest.raises(DBAPIError, match=refused):
            session.execute(text(statement))
        session.rollback()
    with pytest.raises(waves.WaveError, match="not all published"):
        waves.publish_wave(session, office.wave, NOW)
    session.rollback()
    filings.submit(session, filing, account_id=office.manager("A").id, at=NOW)
    session.commit()
    with pytest.raises(DBAPIError, match="explained no more"):
        session.execute(text(f"UPDATE filing SET explanation = 'x' WHERE id = {filing.id}"))


def test_the_way_of_a_filing_and_who_may_not_take_it(office: FilingOffice) -> None:
    session, filing = office.session, office.filing("B")
    manager = office.manager("B")
    with pytest.raises(FilingError, match="has not reached the target"):
        filings.submit(session, filing, account_id=manager.id, at=NOW)
    with pytest.raises(FilingError, match="no figure called"):
        filings.explain(session, filing, "", {"nothing": "x"}, {"access"})
    filings.explain(session, filing, "Thiếu người\ntrực", {"access": "Ghế ít"}, {"access"})
    filings.submit(session, filing, account_id=manager.id, at=NOW)
    with pytest.raises(FilingError, match="another person"):
        filings.approve(session, filing, account_id=manager.id, at=NOW)
    with pytest.raises(FilingError, match="Say why"):
        filings.return_filing(session, filing, " ", account_id=office.compiler.id, at=NOW)
    filings.return_filing(session, filing, "Nêu rõ hơn", account_id=office.compiler.id, at=NOW)
    filings.submit(session, filing, account_id=manager.id, at=NOW)
    with pytest.raises(FilingError, match="handed in"):
        filings.explain(session, filing, "Khác", {}, ())
    filings.approve(session, filing, account_id=office.compiler.id, at=NOW)
    with pytest.raises(FilingError, match="has time until"):
        filings.approve_ex_officio(
            session,
            office.filing("A"),
            "Trễ",
            account_id=office.compiler.id,
            at=NOW,
            today=office.filing("A").deadline_on,
        )
    session.commit()
    steps = session.scalars(select(FilingStep.step).where(FilingStep.filing_id == filing.id).order_by(FilingStep.id))
    assert steps.all() == ["frozen", "submitted", "returned", "submitted", "approved"]


def test_what_went_back_has_days_again_and_another_person_approves_it_ex_officio(office: FilingOffice) -> None:
    session, filing, wave = office.session, office.filing("A"), office.wave
    one, other, late_by = office.compiler.id, office.second.id, NOW + timedelta(days=60)
    filings.submit(session, filing, account_id=office.manager("A").id, at=NOW)
    filings.return_filing(session, filing, "Nêu rõ hơn", account_id=one, at=late_by)
    today = province_day(late_by)
    assert filing.deadline_on == calendar(session).after(today, 3)
    with pytest.raises(FilingError, match="has time until"):
        filings.approve_ex_officio(session, filing, "Trễ", account_id=other, at=late_by, today=today)
    after = office.after_deadline("A")
    with pytest.raises(FilingError, match="another person"):
        filings.approve_ex_officio(session, filing, "Trễ", account_id=one, at=late_by, today=after)
    filings.approve_ex_officio(session, filing, "Trễ", account_id=other, at=late_by, today=after)
    kept = [office.filing(code).deadline_on for code in "PBC"]
    with pytest.raises(FilingError, match="only moves later"):
        filings.set_deadline(session, wave, min(kept), today=province_day(NOW))
    set_transactions(session, office.units["A"], wave.period_start, wave.period_end, 950, reason="Nhập nhầm")
    filing_corrections.renew(session, wave, "Sửa N", account_id=other, at=late_by)
    assert office.filing("A").deadline_on == office.filing("P").deadline_on == calendar(session).after(today, 3)
    assert office.filing("B").deadline_on == kept[1]
    assert filings.set_deadline(session, wave, calendar(session).after(today, 2), today=today) == 2
    assert office.filing("A").deadline_on == calendar(session).after(today, 3), "a deadline never moves earlier"
    with pytest.raises(FilingError, match="another person"):
        filings.approve_ex_officio(session, office.filing("P"), "Trễ", account_id=other, at=late_by, today=after)


def test_two_people_publish_all_filings_or_none(office: FilingOffice) -> None:
    session, wave = office.session, office.wave
    with pytest.raises(PublicationError, match="4 periodic reports"):
        wave_publication.ask(session, wave, account_id=office.compiler.id, at=NOW)
    office.approve_all()
    request = wave_publication.ask(session, wave, account_id=office.compiler.id, at=NOW)
    with pytest.raises(PublicationError, match="already"):
        wave_publication.ask(session, wave, account_id=office.second.id, at=NOW)
    with pytest.raises(PublicationError, match="another person"):
        wave_publication.confirm(session, request, account_id=office.compiler.id, at=NOW)
    wave_publication.refuse(session, request, "Chờ họp", account_id=office.second.id)
    again = wave_publication.ask(session, wave, account_id=office.second.id, at=NOW)
    later = NOW + timedelta(days=2)
    asked_for, again.proposal_digest = again.proposal_digest, "0" * 64
    with pytest.raises(PublicationError, match="figures have changed"):
        wave_publication.confirm(session, again, account_id=office.compiler.id, at=NOW)
    again.proposal_digest = asked_for
    with pytest.raises(PublicationError, match="no longer what you read"):
        wave_publication.confirm(session, again, account_id=office.compiler.id, at=NOW, seen="0" * 64)
    wave_publication.confirm(session, again, account_id=office.compiler.id, at=NOW, publish_at=later)
    session.commit()
    assert wave.state == "closed"
    assert wave_publication.publish_due(office.engine, NOW) == 0
    assert wave_publication.publish_due(office.engine, later) == 1
    session.expire_all()
    assert (wave.state, {office.filing(code).state for code in "PABC"}) == ("published", {"published"})


def test_of_two_who_confirm_at_once_one_publishes(office: FilingOffice) -> None:
    session = office.session
    office.approve_all()
    third = office.manager("P")
    request_id = wave_publication.ask(session, office.wave, account_id=office.compiler.id, at=NOW).id
    people = (office.second.id, third.id)
    session.commit()
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def confirm(account_id: int) -> None:
        with Session(office.engine) as own:
            barrier.wait()
            begin_write(own)
            try:
                request = own.get_one(WavePublication, request_id)
                wave_publication.confirm(own, request, account_id=account_id, at=NOW)
                own.commit()
                outcomes.append("published")
            except (PublicationError, waves.WaveError) as refused:
                outcomes.append(refused.code)

    threads = [threading.Thread(target=confirm, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "published"]
    session.expire_all()
    published = select(func.count()).where(FilingStep.step == "published")
    assert session.scalar(published) == 4


def test_a_number_that_came_late_is_taken_over_before_the_publication(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine, numbers=(900, 400))
    office.close()
    office.approve_all()
    with pytest.raises(CorrectionError, match="nothing to change"):
        filing_corrections.renew(session, office.wave, "Sai sót", account_id=office.compiler.id, at=NOW)
    before = unit_report(session, office.wave, office.province, source="sealed", with_scan=False).index
    assert before.weighting == "unweighted", "C has no number"
    set_transactions(session, office.units["C"], office.wave.period_start, office.wave.period_end, 700)
    found = filing_corrections.renew(session, office.wave, "C báo chậm", account_id=office.compiler.id, at=NOW)
    session.commit()
    assert {each.unit.code for each in found.renewed} == {"P", "C"}
    assert [(office.filing(code).state, office.filing(code).version) for code in "PABC"] == [
        ("draft", 2), ("approved", 1), ("approved", 1), ("draft", 2),
    ]  # fmt: skip
    after = unit_report(session, office.wave, office.province, source="sealed", with_scan=False).index
    assert after.weighting == "weighted"
    assert kinds(office) == set()


def test_a_published_number_changes_only_by_a_correction_of_two(
    office: FilingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, wave, second = office.session, office.wave, office.second.id
    office.publish()
    old = filings.current_version(session, office.filing("P"))
    period = (wave.period_start, wave.period_end)
    set_transactions(session, office.units["B"], *period, 4000, reason="Nhập nhầm")
    session.commit()
    assert kinds(office) == set()
    with pytest.raises(CorrectionError, match="is published"):
        filing_corrections.renew(session, wave, "Sai", account_id=second, at=NOW)
    request = filing_corrections.ask_correction(session, wave, "Sửa N", account_id=office.compiler.id, at=NOW)
    set_transactions(session, office.units["A"], *period, 950, reason="Nhập nhầm nữa")
    with pytest.raises(CorrectionError, match="have changed since"):
        filing_corrections.confirm_correction(session, request, account_id=second, at=NOW)
    wave_publication.refuse(session, request, "Số đã đổi", account_id=second)
    request = filing_corrections.ask_correction(session, wave, "Sửa N", account_id=office.compiler.id, at=NOW)
    with pytest.raises(PublicationError, match="another person"):
        filing_corrections.confirm_correction(session, request, account_id=office.compiler.id, at=NOW)
    filing_corrections.confirm_correction(session, request, account_id=second, at=NOW)
    session.commit()
    assert [(office.filing(code).state, office.filing(code).version) for code in "PABC"] == [
        ("corrected", 2), ("corrected", 2), ("corrected", 2), ("published", 1),
    ]  # fmt: skip
    new = filings.current_version(session, office.filing("P"))
    assert (new.reason, new.publication_id) == ("Sửa N", request.id)
    assert new.figures_digest != old.figures_digest
    assert unpacked(old.figures)["quality"]["transactions"] == 2000
    assert unpacked(new.figures)["quality"]["transactions"] == 5650
    assert kinds(office) == set()
    set_transactions(session, office.units["A"], *period, 960, reason="Lại sửa")
    with monkeypatch.context() as patched:
        patched.setattr(filing_corrections, "may_follow", lambda earlier, after: len(list(earlier)) < 2)
        with pytest.raises(CorrectionError, match="fewer than five"):  # both versions of P and of A are looked at
            filing_corrections.ask_correction(session, wave, "Sửa N", account_id=office.compiler.id, at=NOW)
    filing_corrections.ask_correction(session, wave, "Sửa N", account_id=office.compiler.id, at=NOW)


def test_waves_closed_before_there_were_filings_get_theirs(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    waves.close_wave(session, office.wave, NOW)
    waves.publish_wave(session, office.wave, NOW)
    session.commit()
    assert filing_figures.freeze_due(engine, NOW) == 4
    assert filing_figures.freeze_due(engine, NOW) == 0
    session.expire_all()
    assert {office.filing(code).state for code in "PABC"} == {"published"}
    assert kinds(office) == set()


def test_units_are_reminded_once_before_and_once_after_their_deadline(office: FilingOffice) -> None:
    session = office.session
    manager = office.manager("A")
    session.commit()
    day = office.filing("A").deadline_on
    morning = NOW.replace(year=day.year, month=day.month, day=day.day)
    assert filing_reminders.run_due(office.engine, NOW) == 0
    assert manager.email
    assert filing_reminders.run_due(office.engine, morning) == 1
    assert filing_reminders.run_due(office.engine, morning) == 0
    assert filing_reminders.run_due(office.engine, morning + timedelta(days=1)) == 1
    session.rollback()
    begin_write(session)
    assert filing_reminders.remind(session, [office.filing("A")], morning) == 1
    assert filing_reminders.remind(session, [office.filing("A")], morning) == 0
    assert session.scalar(select(func.count()).select_from(Filing)) == 4

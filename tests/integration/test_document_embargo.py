"""Documents tell nothing of a wave that is not published, and notice the correction of one they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.analysis import published_documents
from survey.models import Document, DocumentContent, DocumentRun, Wave
from survey.operations import document_runs, documents, filing_corrections, wave_publication
from survey.operations.documents import DocumentError
from survey.operations.transactions import set_transactions
from tests.document_objects import AT, look_again, make, sign, words_of
from tests.factories import make_wave
from tests.filing_office import COUNTS, FilingOffice
from tests.published_waves import answer_alike

LATER = AT + timedelta(days=1)
LAST_YEAR = (date(2025, 7, 1), date(2025, 12, 31))


def two_closed_waves(session: Session, engine: Engine) -> tuple[FilingOffice, FilingOffice]:
    """The office of the wave W, and the same people at the wave W0 before it; both waves are closed."""
    office = FilingOffice(session, engine)
    communes = [office.units[code] for code in COUNTS]
    questionnaire, target = office.wave.questionnaire, office.wave.target
    earlier: Wave = make_wave(
        session, code="W0", units=communes, questionnaire=questionnaire, target=target, state="open",
        headline_weighting="weighted", period=LAST_YEAR,
    )  # fmt: skip
    for unit, counts in zip(communes, COUNTS.values(), strict=True):
        answer_alike(session, earlier, unit, counts[::-1])
        set_transactions(session, unit, *LAST_YEAR, 500)
    session.commit()
    before = FilingOffice.__new__(FilingOffice)
    before.__dict__.update(office.__dict__, wave=earlier)
    office.close()
    before.close()
    return office, before


def correct(office: FilingOffice, period: tuple[date, date], at: datetime) -> None:
    """The wave of the office, after another number of transactions of B."""
    session = office.session
    session.refresh(office.wave)
    set_transactions(session, office.units["B"], *period, 4000, reason="Nhập nhầm")
    asked = filing_corrections.ask_correction(session, office.wave, "Nhập nhầm", account_id=office.compiler.id, at=at)
    filing_corrections.confirm_correction(session, asked, account_id=office.second.id, at=at)
    session.commit()


def made_and_signed(office: FilingOffice, *kinds: str) -> DocumentRun:
    session, chosen = office.session, [office.province, office.units["A"]]
    run = document_runs.request_run(
        session, office.wave, kinds, "vi", account_id=office.compiler.id, at=AT, units=chosen
    )
    session.commit()
    make(office.engine)
    look_again(session)
    documents.request_signing(session, run, documents.check(session, run), account_id=office.compiler.id, at=AT)
    session.commit()
    sign(office.engine)
    look_again(session)
    return run


def publish(office: FilingOffice, run: DocumentRun) -> None:
    documents.publish_run(
        office.session, run, documents.check(office.session, run), account_id=office.compiler.id, at=AT
    )
    office.session.commit()


def told(session: Session, run: DocumentRun) -> str:
    query = select(DocumentContent).join(Document, Document.id == DocumentContent.document_id)
    return "\n".join(words_of(kept.content) for kept in session.scalars(query.where(Document.run_id == run.id)))


def test_documents_are_compared_with_published_waves_alone_and_as_they_are_now(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, before = two_closed_waves(session, engine)
    every = ("unit_report", "unit_profile", "province_report")
    early = made_and_signed(office, *every)
    assert "W0" not in told(session, early)
    assert "So với kỳ trước" not in told(session, early)
    office.publish()
    before.approve_all()
    request = wave_publication.ask(session, before.wave, account_id=office.compiler.id, at=AT)
    wave_publication.confirm(session, request, account_id=office.second.id, at=datetime.now(UTC))
    session.commit()
    publish(office, early)  # made before W0 was published: it tells less, and nothing wrong
    assert all(documents.holds(session, each) for each in session.scalars(select(Document)))

    run = made_and_signed(office, *every)
    assert "W0" in told(session, run)
    publish(office, run)
    waiting = made_and_signed(office, *every)
    checked = documents.check(session, waiting)
    assert checked.outdated == 0
    correct(before, LAST_YEAR, AT)
    with pytest.raises(DocumentError, match="just now"):  # it was looked at before
        documents.publish_run(session, waiting, checked, account_id=office.compiler.id, at=AT)
    session.rollback()
    of_set = session.scalars(select(Document).where(Document.run_id == run.id)).all()
    assert [each for each in of_set if documents.holds(session, each)] == []
    assert published_documents.current(session, office.wave, office.province, "unit_report", "vi") is None
    with pytest.raises(DocumentError, match="corrected since"):
        publish(office, waiting)
    session.rollback()
    earlier = document_runs.request_run(session, before.wave, ["unit_report"], "vi", account_id=None, at=LATER)
    correct(office, (office.wave.period_start, office.wave.period_end), LATER + timedelta(days=1))
    monkeypatch.setattr(documents, "_made", lambda _run: pytest.fail("a later wave is nothing to this one"))
    assert documents.outdated(session, earlier) == 0

"""Sets of documents: resumed where they died, complete or not signed, published together or not at all."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.analysis import published_documents
from survey.analysis.published_documents import FiledFigures
from survey.models import Document, DocumentContent, DocumentRun, PublishedDocument, Unit, Wave
from survey.operations import document_runs, documents
from survey.operations.codes import spaced
from survey.operations.document_kinds import KINDS, FiguresDiffer
from survey.operations.document_runs import DocumentRunError, Outcome, Task
from survey.operations.documents import DocumentError
from survey.operations.writing import begin_write
from tests.document_objects import AT, BASE_URL, ask, look_again, make, published, sign, words_of
from tests.filing_office import FilingOffice
from tests.published_waves import publish_province
from tests.staff import make_account


def contents(session: Session) -> dict[int, bytes]:
    look_again(session)
    return {row.document_id: row.content for row in session.scalars(select(DocumentContent))}


def test_a_set_goes_on_where_its_process_died(session: Session, engine: Engine) -> None:
    publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = ask(session, wave, "T", "Z1", "B2", "A4")
    with pytest.raises(DocumentRunError, match="already"):
        ask(session, wave)
    look_again(session)
    with pytest.raises(KeyboardInterrupt):
        make(engine, stop_after=2)
    look_again(session)
    assert (run.state, run.done, run.total) == ("making", 2, 4)
    first = contents(session)
    make(engine)
    assert contents(session).items() >= first.items()
    look_again(session)
    assert (run.state, run.done) == ("made", 4)
    for document in session.scalars(select(Document)):
        text = words_of(contents(session)[document.id])
        assert spaced(document.code) in text
        assert f"{BASE_URL.removeprefix('https://')}/xac-thuc" in " ".join(text.split())
        assert documents.shows_figures_now(FiledFigures(session, wave), document)
        assert document.unit.name_vi in document.title
    assert not document_runs.run_next(engine, BASE_URL, lambda _tasks: pytest.fail("nothing is left to make"))


def test_a_document_that_fails_holds_up_no_other_and_a_set_can_be_stopped(session: Session, engine: Engine) -> None:
    publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = ask(session, wave, "Z1", "B2", "C3")
    make(engine, failing="B2")
    look_again(session)
    assert (run.state, run.done) == ("failed", 2)
    failed = session.scalars(select(Document).where(Document.failure != "")).one()
    assert (failed.unit.code, failed.failure) == ("B2", "ValueError: no figures")
    with pytest.raises(DocumentError, match="Not every document"):
        documents.request_signing(session, run, documents.check(session, run), account_id=1, at=AT)
    document_runs.resume_run(session, run)
    session.commit()
    document_runs.cancel_run(session, run, AT)
    session.commit()
    assert not document_runs.run_next(engine, BASE_URL, lambda _tasks: pytest.fail("it was stopped"))
    document_runs.resume_run(session, run)
    session.commit()

    def stopped_meanwhile(tasks: Sequence[Task]) -> Generator[Outcome]:
        with Session(engine) as other:
            begin_write(other)
            document_runs.cancel_run(other, other.get_one(DocumentRun, run.id), AT)
            other.commit()
        yield Outcome(tasks[0].document_id, content=b"late")

    assert document_runs.run_next(engine, BASE_URL, stopped_meanwhile)
    look_again(session)
    assert (run.state, run.done) == ("cancelled", 2)
    document_runs.resume_run(session, run)
    session.commit()
    make(engine)
    look_again(session)
    assert (run.state, run.done) == ("made", 3)
    assert failed.failure == ""


def test_a_set_is_published_whole_or_not_at_all(session: Session, engine: Engine) -> None:
    publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    account = make_account(session, "compiler", session.scalars(select(Unit).where(Unit.code == "T")).one())
    run = ask(session, wave, "Z1", "B2")
    make(engine)
    look_again(session)
    session.execute(  # one of the two is signed
        update(Document).where(Document.id == select(func.min(Document.id)).scalar_subquery()).values(
            signing_requested_at=AT
        )
    )  # fmt: skip
    session.commit()
    assert sign(engine) == 1
    look_again(session)
    with pytest.raises(DocumentError, match="1 documents of this set are not signed"):
        documents.publish_run(session, run, documents.check(session, run), account_id=account.id, at=AT)
    look_again(session)
    assert session.scalars(select(PublishedDocument)).all() == []
    documents.request_signing(session, run, documents.check(session, run), account_id=account.id, at=AT)
    session.commit()
    sign(engine)
    look_again(session)
    assert documents.publish_run(session, run, documents.check(session, run), account_id=account.id, at=AT) == 2
    session.commit()
    first = session.scalars(select(Document).order_by(Document.id)).first()
    assert first is not None
    found = published_documents.find(session, first.code)
    assert found is not None
    assert found.content == contents(session)[first.id]
    assert found.content[: first.size] != found.content

    later = published(session, engine, wave, account.id, "Z1", "B2")
    look_again(session)
    assert first.state == "withdrawn"
    assert first.replaced_by is not None
    assert first.replaced_by.run_id == later.id
    current = published_documents.current(session, wave, first.unit, "unit_report", "vi")
    assert current is not None
    assert current.document.id == first.replaced_by_id
    with pytest.raises(DocumentError, match="reason"):
        documents.withdraw(session, first.replaced_by, "  ", account_id=account.id, at=AT)
    documents.withdraw(session, first.replaced_by, "Sai tên đơn vị", account_id=account.id, at=AT)
    session.commit()
    assert published_documents.current(session, wave, first.unit, "unit_report", "vi") is None


def test_a_set_of_figures_corrected_since_is_not_published(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = ask(session, wave, "Z1")
    make(engine)
    look_again(session)
    documents.request_signing(
        session, run, documents.check(session, run), account_id=make_account(session, None).id, at=AT
    )
    session.commit()
    sign(engine)
    look_again(session)
    monkeypatch.setattr(documents, "shows_figures_now", lambda _filed, _document: False)
    with pytest.raises(DocumentError, match="corrected since"):
        documents.publish_run(session, run, documents.check(session, run), account_id=1, at=AT)


def test_a_set_is_checked_by_as_many_statements_whatever_it_holds_and_a_document_that_cannot_be_made_holds_up_none(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = FilingOffice(session, engine)
    office.close()
    office.publish()
    wave, kinds, runs = office.wave, ["unit_report", "unit_profile"], []
    for codes in ("AB", "ABC"):
        units = [office.units[code] for code in codes]
        runs.append(document_runs.request_run(session, wave, kinds, "vi", account_id=None, at=AT, units=units))
        session.commit()
        make(engine)
        look_again(session)
    few, many = (run.id for run in runs)
    assert statements(session, few) == statements(session, many) < 12

    run = session.get_one(DocumentRun, few)
    documents.request_signing(session, run, documents.check(session, run), account_id=None, at=AT)
    session.commit()
    first, *others = session.scalars(select(Document).where(Document.run_id == few).order_by(Document.id)).all()

    def digest(filed: FiledFigures, unit: Unit) -> str:
        if unit.id == first.unit_id:
            raise FiguresDiffer("differ", unit=unit.code)
        return unit_report.digest(filed, unit)

    unit_report = KINDS["unit_report"]
    monkeypatch.setitem(KINDS, "unit_report", replace(unit_report, digest=digest))
    assert sign(engine) == len(others) == 3
    look_again(session)
    assert (first.kind, first.state, first.failure) == ("unit_report", "made", "outdated")
    with pytest.raises(DocumentError, match="corrected since"):
        documents.request_signing(session, run, documents.check(session, run), account_id=None, at=AT)


def statements(session: Session, run_id: int) -> int:
    sent: list[object] = []

    def note(*given: object) -> None:
        sent.append(given[2])

    session.rollback()
    session.expunge_all()
    fresh, bind = session.get_one(DocumentRun, run_id), session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    assert documents.check(session, fresh).outdated == 0
    event.remove(bind, "before_cursor_execute", note)
    return len(sent)


def test_what_was_made_stays_and_a_changed_document_is_not_signed_and_holds_up_none(
    session: Session, engine: Engine
) -> None:
    publish_province(session, engine)
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    run = published(session, engine, wave, make_account(session, None).id, "Z1")
    document = session.scalars(select(Document)).one()
    for statement in (
        update(Document).values(title="Báo cáo khác"),
        update(Document).values(sha256="0" * 64),
        delete(Document),
        update(PublishedDocument).values(content=b"%PDF-1.4 other"),
        delete(PublishedDocument),
        update(DocumentRun).values(done=run.total + 1),
    ):
        with pytest.raises(IntegrityError):
            session.execute(statement)
        look_again(session)
    again = ask(session, wave, "B2", "C3")
    make(engine)
    look_again(session)
    documents.request_signing(
        session,
        again,
        documents.check(session, again),
        account_id=session.scalars(select(Document.made_by_id)).first() or 1,
        at=AT,
    )
    other, behind = session.scalars(select(Document).where(Document.run_id == again.id).order_by(Document.id)).all()
    session.execute(
        update(DocumentContent).where(DocumentContent.document_id == other.id).values(content=b"%PDF-1.4 forged")
    )
    session.commit()
    assert sign(engine) == 1
    look_again(session)
    assert (other.state, other.failure, other.signing_requested_at) == ("made", "altered", None)
    assert behind.state == "signed"
    assert document.state == "published"

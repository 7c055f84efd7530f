"""Documents are issued by whom, and in the words, that held when they were asked for; the files beside them too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reports.emulation_figures import Part
from reports.official_texts import standard_text
from survey.analysis.emulation import compute_list
from survey.analysis.published_documents import FiledFigures
from survey.models import Document, DocumentContent, DocumentCopy, DocumentRun, DocumentText
from survey.operations import document_runs, document_settings, documents, emulation_lists, emulation_reports
from survey.operations.codes import spaced
from survey.operations.document_copies import editable_report
from survey.operations.document_runs import DocumentRunError
from survey.operations.document_settings import DocumentSettingError, IssuerTerms
from survey.operations.emulation_reports import Mark
from tests.document_objects import AT, look_again, make, sign, words_of
from tests.emulation_objects import AT as NOW
from tests.emulation_objects import make_campaign
from tests.filing_office import FilingOffice

TERMS = IssuerTerms(
    "Sở Nội vụ", "SNV", "Phó Giám đốc", superior_vi="UBND tỉnh Mẫu", locality="Sông Trà", capacity_vi="KT. Giám đốc",
    signer="Trần Thị Bình",
)  # fmt: skip
PARTS = (Part("sipas", Decimal(60)), Part("manual", Decimal(40), "Sáng kiến"))
EVERY = ("province_report", "unit_report", "publication_decision", "unit_letter")


def told(session: Session, run: DocumentRun) -> dict[str, str]:
    """The words of each document, by kind and unit."""
    look_again(session)
    query = select(Document, DocumentContent.content).join(
        DocumentContent, DocumentContent.document_id == Document.id
    ).where(Document.run_id == run.id)  # fmt: skip
    return {
        f"{each.kind} {each.unit.code}": " ".join(words_of(content).split()) for each, content in session.execute(query)
    }


def asked(office: FilingOffice, at: datetime) -> DocumentRun:
    units = [office.province, office.units["A"]]
    run = document_runs.request_run(office.session, office.wave, EVERY, "vi", account_id=None, at=at, units=units)
    office.session.commit()
    return run


def test_a_set_keeps_the_issuer_and_the_words_that_held_when_it_was_asked_for(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    office.close()
    before = asked(office, AT)
    later = AT + timedelta(minutes=1)
    document_settings.set_issuer(session, office.province, TERMS, account_id=office.compiler.id, at=later)
    own = {**standard_text("letter", "vi").parts, "result": "Tại {place}: {percent}. {issuer} xin báo."}
    with pytest.raises(DocumentSettingError, match=r"\{units\}") as error:
        document_settings.set_text(
            session, office.province, "letter", "vi", {**own, "last": "{units}"}, account_id=None, at=later
        )
    assert error.value.part == "last"
    document_settings.set_text(session, office.province, "letter", "vi", own, account_id=None, at=later)
    session.commit()
    make(engine)
    first = told(session, before)
    for words in first.values():
        assert "SỞ NỘI VỤ Số" not in words
        assert "xin báo" not in words

    after = asked(office, later)
    make(engine)
    second = told(session, after)
    for name in ("province_report P", "unit_report P", "unit_letter A"):
        assert "UBND TỈNH MẪU SỞ NỘI VỤ Số" in second[name], name
        assert "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Trần Thị Bình" in second[name], name
        assert "Sông Trà, ngày" in second[name], name
    assert "/BC-SNV" in second["province_report P"]
    assert "Tại Xã A: 96,00%. Sở Nội vụ xin báo." in second["unit_letter A"]
    assert "SỞ NỘI VỤ Số" not in second["unit_report A"]  # its own report
    assert "/QĐ-UBND" in second["publication_decision P"]  # decisions are the province's
    assert told(session, before) == first
    with pytest.raises(IntegrityError):
        session.execute(update(DocumentText).values(parts=""))
    look_again(session)


def test_a_fixed_proposal_list_is_issued_with_the_wave_it_rests_on(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    office.close()
    office.publish()
    office.wave.owner = office.province
    campaign = make_campaign(session, office.province, parts=PARTS, wave_code="W")
    report = emulation_reports.save_report(session, campaign, office.units["A"], explanation="Tốt", award="")
    emulation_reports.submit_report(session, report, account_id=None, now=NOW)
    emulation_reports.judge(session, report, award="", marks=[Mark(2, Decimal(90), "Rõ")], account_id=None)
    kinds = ["emulation_communes", "emulation_departments"]
    with pytest.raises(DocumentRunError):  # nothing is fixed yet
        document_runs.request_run(session, office.wave, kinds, "vi", account_id=None, at=AT)
    figures = compute_list(session, campaign, NOW.date())
    stored = emulation_lists.ask(session, campaign, figures, account_id=office.compiler.id, now=NOW)
    emulation_lists.confirm(session, campaign, figures, seen=stored.digest, account_id=office.second.id, now=NOW)
    run = document_runs.request_run(session, office.wave, kinds, "vi", account_id=None, at=AT)
    session.commit()
    make(engine)
    words = told(session, run)
    assert list(words) == ["emulation_communes P"]
    assert stored.digest in words["emulation_communes P"].replace(" ", "")
    assert "/TTr-SNV" in words["emulation_communes P"]
    document = session.scalars(select(Document)).one()
    assert spaced(document.code) in words["emulation_communes P"]
    assert document.figures_digest == stored.digest
    assert documents.shows_figures_now(FiledFigures(session, document.wave), document)
    documents.request_signing(session, run, documents.check(session, run), account_id=office.compiler.id, at=AT)
    session.commit()
    assert sign(engine) == 1
    look_again(session)
    assert documents.publish_run(session, run, documents.check(session, run), account_id=office.compiler.id, at=AT) == 1
    assert documents.holds(session, document)


def test_the_report_to_work_on_is_made_once_and_again_when_it_does_not_hold(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    office.close()
    units = [office.province]
    document_runs.request_run(session, office.wave, ["province_report"], "vi", account_id=None, at=AT, units=units)
    session.commit()
    make(engine)
    look_again(session)
    kept = {copy.form: copy for copy in session.scalars(select(DocumentCopy))}
    assert sorted(kept) == ["docx", "xlsx"]
    assert [len(copy.content) for copy in kept.values()] == [copy.size for copy in kept.values()]
    now = datetime.now(UTC)
    assert editable_report(session, office.wave, office.province, "vi", now) == kept["docx"].content
    document_settings.set_issuer(session, office.province, TERMS, account_id=None, at=now)
    again = editable_report(session, office.wave, office.province, "vi", datetime.now(UTC))
    head = docx.Document(BytesIO(again)).tables[0]
    assert {"UBND TỈNH MẪU", "SỞ NỘI VỤ"} <= {cell.text for row in head.rows for cell in row.cells}

"""A set with a document for the matrix of the policy, and sets of a published province to work with."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reports.figures import Language
from reports.signing import Signed
from survey.models import Document, DocumentContent, DocumentCopy, DocumentRun, PublishedDocument, Unit, Wave
from survey.operations import document_runs, documents
from survey.operations.audit import Actor
from survey.operations.document_runs import Outcome, Task
from survey.operations.petition_cases import new_tracking_code
from survey.operations.signing import sign_queued
from tests.office_packages import packed

BASE_URL = "https://sipas.example.vn"
AT = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
CONTENT = b"%PDF-1.4\n% a document\n%%EOF\n"


def document_objects(session: Session, unit: Unit) -> dict[str, object]:
    """One that is made, of a wave the unit runs."""
    wave = session.scalars(select(Wave).where(Wave.owner_id == unit.id)).first()
    assert wave is not None
    run = DocumentRun(
        wave=wave, kinds="unit_report", language="vi", state="made", total=1, done=1, requested_at=AT, finished_at=AT
    )
    session.add(run)
    session.flush()
    document = Document(
        run_id=run.id, code=new_tracking_code(random.Random(1)), kind="unit_report", title="Báo cáo", unit=unit,
        wave=wave, language="vi", state="made", sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT),
        figures_digest="0" * 64, made_at=AT,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add(DocumentContent(document_id=document.id, content=CONTENT))
    session.flush()
    book = packed("xl/workbook.xml")
    session.add(DocumentCopy(document_id=document.id, form="xlsx", size=len(book), content=book))
    session.flush()
    return {"run_id": run.id, "document_code": document.code, "text_code": "cong-van-vi", "copy_form": "xlsx"}


def published_document(session: Session, unit: Unit, wave: Wave) -> Document:
    """One of the unit that is published."""
    run = DocumentRun(
        wave=wave, kinds="unit_report", language="en", state="made", total=1, done=1, requested_at=AT, finished_at=AT,
        published_at=AT,
    )  # fmt: skip
    session.add(run)
    session.flush()
    digest = hashlib.sha256(CONTENT + b"signed").hexdigest()
    document = Document(
        run_id=run.id, code=new_tracking_code(random.Random(2)), kind="unit_report", title="Report", unit=unit,
        wave=wave, language="en", state="published", sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT),
        figures_digest="0" * 64, made_at=AT, signed_sha256=digest, signed_at=AT, signer="Sở Nội vụ", published_at=AT,
    )  # fmt: skip
    session.add(document)
    session.flush()
    session.add(PublishedDocument(document_id=document.id, sha256=digest, size=len(CONTENT), content=CONTENT))
    session.flush()
    return document


def look_again(session: Session) -> None:
    """See what other transactions wrote."""
    session.rollback()
    session.expire_all()


def ask(
    session: Session, wave: Wave, *codes: str, language: Language = "vi", account_id: int | None = None
) -> DocumentRun:
    """Ask for the reports of the units with these codes, or of all."""
    units = session.scalars(select(Unit).where(Unit.code.in_(codes))).all() if codes else None
    run = document_runs.request_run(session, wave, ["unit_report"], language, account_id=account_id, at=AT, units=units)
    session.commit()
    return run


def make(engine: Engine, *, failing: str = "", stop_after: int = 0) -> None:
    """Make the next set in this process; the unit called `failing` cannot be made, and the process dies after so
    many."""

    def make_all(tasks: Sequence[Task]) -> Generator[Outcome]:
        with Session(engine) as session:
            refused = session.scalar(select(Unit.id).where(Unit.code == failing))
            for number, task in enumerate(tasks, 1):
                if task.unit_id == refused:
                    yield Outcome(task.document_id, failure="ValueError: no figures")
                else:
                    yield document_runs.make_document(session, task)
                if number == stop_after:
                    raise KeyboardInterrupt

    assert document_runs.run_next(engine, BASE_URL, make_all)


def sign(engine: Engine) -> int:
    """Sign what is queued by nobody's key: what a signature is worth is tested elsewhere."""

    def by_hand(content: bytes, _language: Language, at: datetime) -> Signed:
        return Signed(content + b"% signed\n", "Sở Nội vụ, VN", at, is_timestamped=False)

    return sign_queued(engine, by_hand, Actor("command", "tests")).signed


def published(session: Session, engine: Engine, wave: Wave, account_id: int, *codes: str) -> DocumentRun:
    """A published set of the units' reports."""
    run = ask(session, wave, *codes)
    make(engine)
    look_again(session)
    documents.request_signing(session, run, documents.check(session, run), account_id=account_id, at=AT)
    session.commit()
    sign(engine)
    look_again(session)
    documents.publish_run(session, run, documents.check(session, run), account_id=account_id, at=AT)
    session.commit()
    return run


def words_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)

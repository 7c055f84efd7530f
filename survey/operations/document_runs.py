"""Sets of documents: asked for at once, made in the background, resumed where they stopped.

Each finished document is stored in a transaction of its own, so that a process that is killed loses what it had in
hand. A document that cannot be made keeps the reason and holds up none of the others; the set is complete only with it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple, cast

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from reports.figures import Language
from reports.verification_mark import Verification
from survey.analysis.published_documents import FiledFigures
from survey.config import instance_folder
from survey.models import Document, DocumentContent, DocumentCopy, DocumentRun, Unit, Wave
from survey.operations.codes import Chooser, spaced
from survey.operations.document_kinds import KINDS, Order
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.petition_cases import new_tracking_code
from survey.operations.slots import held_slot
from survey.operations.waves import lock_wave
from survey.operations.writing import begin_write

ADDRESS = "/xac-thuc/"  # where a document is verified, before its code
UNDER_WAY = ("waiting", "making")
LONGEST_FAILURE = 500

log = logging.getLogger(__name__)


class DocumentRunError(OperationError):
    """A set that is not made, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_closed": _n("The wave %(wave)s is not closed yet: documents are made of final figures only."),
        "no_kinds": _n("Choose at least one kind of document."),
        "no_units": _n("No unit of the wave %(wave)s has results to make documents of."),
        "no_list": _n("No proposal list of an emulation that rests on the wave %(wave)s is fixed."),
        "under_way": _n("A set of documents of the wave %(wave)s is being made already."),
        "not_under_way": _n("This set is not being made: there is nothing to stop."),
        "nothing_left": _n("Every document of this set is made, or the set is being made just now."),
    }


class Task(NamedTuple):
    """A document to be made, in plain values that cross to another process."""

    document_id: int
    kind: str
    wave_id: int
    unit_id: int
    language: Language
    code: str
    url: str
    asked_at: datetime


class Outcome(NamedTuple):
    """What became of a task: a document's title, bytes, digest of figures and copies, or why there is none."""

    document_id: int
    title: str = ""
    content: bytes = b""
    figures_digest: str = ""
    failure: str = ""
    copies: Mapping[str, bytes] = {}


MakeAll = Callable[[Sequence[Task]], Generator[Outcome]]


def request_run(
    session: Session,
    wave: Wave,
    kinds: Sequence[str],
    language: Language,
    *,
    account_id: int | None,
    at: datetime,
    units: Sequence[Unit] | None = None,
    rng: Chooser = secrets,
) -> DocumentRun:
    """Ask for the documents of these kinds (codes of KINDS) of every unit of a closed wave, or of some `units` alone.

    Raises :class:`DocumentRunError`.
    """
    lock_wave(session, wave)
    if wave.state not in ("closed", "published"):
        raise DocumentRunError("not_closed", wave=wave.code)
    if not kinds:
        raise DocumentRunError("no_kinds")
    busy = select(DocumentRun.id).where(DocumentRun.wave_id == wave.id, DocumentRun.state.in_(UNDER_WAY))
    if session.scalar(busy.limit(1)) is not None:
        raise DocumentRunError("under_way", wave=wave.code)
    chosen = None if units is None else {unit.id for unit in units}
    wanted = [
        (kind, unit)
        for kind in dict.fromkeys(kinds)
        for unit in KINDS[kind].units(session, wave)
        if chosen is None or unit.id in chosen
    ]
    if not wanted:
        raise DocumentRunError("no_units" if any(KINDS[kind].is_filed for kind in kinds) else "no_list", wave=wave.code)
    run = DocumentRun(
        wave=wave,
        kinds=" ".join(dict.fromkeys(kinds)),
        language=language,
        total=len(wanted),
        requested_at=at,
        requested_by_id=account_id,
    )
    session.add(run)
    session.flush()
    common = {"run_id": run.id, "wave_id": wave.id, "language": language, "title": "", "made_by_id": account_id}
    rows = [{**common, "code": new_tracking_code(rng), "kind": kind, "unit_id": unit.id} for kind, unit in wanted]
    session.execute(insert(Document), rows)  # in bulk: the log holds the set, not each of its hundreds
    return run


def cancel_run(session: Session, run: DocumentRun, at: datetime) -> None:
    """Stop making a set; what is made stays, and the set can be resumed. Raises :class:`DocumentRunError`."""
    _lock(session, run)
    if run.state not in UNDER_WAY:
        raise DocumentRunError("not_under_way")
    run.state, run.finished_at = "cancelled", at
    session.flush()


def resume_run(session: Session, run: DocumentRun) -> None:
    """Make what is missing of a set that was stopped or in which documents failed. Raises :class:`DocumentRunError`."""
    _lock(session, run)
    if run.state not in ("cancelled", "failed"):
        raise DocumentRunError("nothing_left")
    run.state, run.finished_at = "waiting", None
    session.execute(update(Document).where(Document.run_id == run.id, Document.state == "draft").values(failure=""))
    session.flush()


def run_next(engine: Engine, base_url: str, make_all: MakeAll) -> bool:
    """Make the documents of the oldest set that waits, or whose process died; False where there is none, or where
    another process of this host is at it. `make_all` calls :func:`make_document` for each task, in any order."""
    with held_slot(instance_folder(), "documents", 1, 0) as slot:
        if slot is None:
            return False
        run_id, tasks = _take_up(engine, base_url)
        if run_id is None:
            return False
        with closing(make_all(tasks)) as outcomes:
            for outcome in outcomes:
                if not _keep(engine, run_id, outcome):
                    break
        _finish(engine, run_id)
        return True


def make_here(session: Session, tasks: Sequence[Task]) -> Generator[Outcome]:
    """Make the documents one after the other in this very process, for a few of them."""
    for task in tasks:
        yield make_document(session, task)


def make_document(session: Session, task: Task) -> Outcome:
    """Make one document; whatever goes wrong is told, not raised."""
    at = datetime.now(UTC)
    try:
        wave, unit = session.get_one(Wave, task.wave_id), session.get_one(Unit, task.unit_id)
        order = Order(task.language, Verification(task.url, spaced(task.code)), task.asked_at)
        made = KINDS[task.kind].make(session, wave, unit, order)
        shown = made.figures_digest
        if KINDS[task.kind].is_filed:
            shown = FiledFigures(session, wave).with_compared(unit, shown, at)
    except Exception as error:
        log.exception("the document %s (%s) could not be made", task.code, task.kind)
        return Outcome(task.document_id, failure=f"{type(error).__name__}: {error}"[:LONGEST_FAILURE])
    return Outcome(task.document_id, made.title[:500], made.content, shown, copies=made.copies)


def _take_up(engine: Engine, base_url: str) -> tuple[int | None, list[Task]]:
    oldest = select(DocumentRun).where(DocumentRun.state.in_(UNDER_WAY)).order_by(DocumentRun.id).limit(1)
    with Session(engine) as session:
        if session.scalar(oldest) is None:
            return None, []
        session.rollback()  # what was read began a reading transaction
        begin_write(session)
        run = session.scalar(oldest.with_for_update())
        if run is None:
            return None, []
        run.state = "making"
        missing = select(Document).where(Document.run_id == run.id, Document.state == "draft").order_by(Document.id)
        tasks = [
            Task(
                each.id,
                each.kind,
                each.wave_id,
                each.unit_id,
                cast("Language", each.language),
                each.code,
                f"{base_url}{ADDRESS}{each.code}",
                run.requested_at,
            )
            for each in session.scalars(missing)
        ]
        session.commit()
        return run.id, tasks


def _keep(engine: Engine, run_id: int, outcome: Outcome) -> bool:
    """Store what was made; False where the set was stopped meanwhile."""
    with Session(engine) as session:
        begin_write(session)
        run = session.get_one(DocumentRun, run_id, with_for_update=True)
        if run.state != "making":
            return False
        document = session.get_one(Document, outcome.document_id)
        if document.state == "draft":
            if outcome.failure:
                document.failure = outcome.failure
            else:
                session.add(DocumentContent(document_id=document.id, content=outcome.content))
                document.state, document.failure = "made", ""
                document.title, document.figures_digest = outcome.title, outcome.figures_digest
                document.sha256, document.size = hashlib.sha256(outcome.content).hexdigest(), len(outcome.content)
                document.made_at = datetime.now(UTC)
                for form, content in outcome.copies.items():
                    session.add(DocumentCopy(document_id=document.id, form=form, size=len(content), content=content))
                run.done += 1
        session.commit()
    return True


def _finish(engine: Engine, run_id: int) -> None:
    with Session(engine) as session:
        begin_write(session)
        run = session.get_one(DocumentRun, run_id, with_for_update=True)
        if run.state == "making":
            run.state = "made" if run.done == run.total else "failed"
            run.finished_at = datetime.now(UTC)
        session.commit()


def _lock(session: Session, run: DocumentRun) -> None:
    session.refresh(run, with_for_update=True)

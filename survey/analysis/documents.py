"""Documents and the sets they are made in, as the offices look them up: newest first, paged by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from survey.models import Document, DocumentCopy, DocumentRun, Unit, Wave
from survey.operations.poll_waves import IS_SURVEY

PAGE = 50
ISSUED = ("published", "withdrawn")
MOST_FAILURES = 50
# Kinds of which a set holds one, in the order in which they are read; those of every unit come after.
OF_WHOLE_WAVE = ("province_report", "publication_decision", "emulation_communes", "emulation_departments")

_Owner = aliased(Unit)
_RUN_PATH = func.coalesce(_Owner.path, literal("/"))  # a set is the matter of whoever runs the wave

Covers = Callable[[ColumnElement[str] | InstrumentedAttribute[str]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of documents shows; None: all."""

    wave: Wave | None = None
    unit: Unit | None = None
    state: str | None = None


def readable(covers: Covers) -> ColumnElement[bool]:
    """The condition that a document is within reach: one that is issued with its unit; one that is not, which tells the
    unit's rank among all others before their wave is published, with the unit that runs the wave."""
    run_by = select(_RUN_PATH).select_from(Wave).outerjoin(_Owner, _Owner.id == Wave.owner_id)
    of_wave: ColumnElement[str] = run_by.where(Wave.id == Document.wave_id).correlate(Document).scalar_subquery()
    return or_(and_(Document.state.in_(ISSUED), covers(Unit.path)), covers(of_wave))


def documents_page(
    session: Session, within: ColumnElement[bool], filters: Filters, before: int | None = None
) -> tuple[Sequence[Document], int | None]:
    """The newest documents `within` reach (:func:`readable`), below the id `before`, and the id the next page goes on
    from."""
    query = select(Document).join(Document.unit).where(within)
    if filters.wave is not None:
        query = query.where(Document.wave_id == filters.wave.id)
    if filters.unit is not None:
        query = query.where(Document.unit_id == filters.unit.id)
    if filters.state is not None:
        query = query.where(Document.state == filters.state)
    if before is not None:
        query = query.where(Document.id < before)
    options = (joinedload(Document.unit), joinedload(Document.wave))
    found = session.scalars(query.options(*options).order_by(Document.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def set_page(
    session: Session, within: ColumnElement[bool], run: DocumentRun, kind: str = "", after: int | None = None
) -> tuple[Sequence[Document], int | None]:
    """The documents of a set `within` reach, those of the whole wave first, of one `kind` if given, behind the one with
    the id `after`; and the id the next page goes on from."""
    place = case({kind: at for at, kind in enumerate(OF_WHOLE_WAVE)}, value=Document.kind, else_=len(OF_WHOLE_WAVE))
    query = select(Document).join(Document.unit).where(within, Document.run_id == run.id)
    if kind:
        query = query.where(Document.kind == kind)
    if after is not None:
        reached = session.scalar(select(place).where(Document.id == after))
        query = query.where(or_(place > reached, and_(place == reached, Document.id > after)))
    options = (joinedload(Document.unit), joinedload(Document.wave))
    found = session.scalars(query.options(*options).order_by(place, Document.id).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def kinds_of(session: Session, run: DocumentRun) -> set[str]:
    """The kinds that a set holds documents of; of others that were asked for there was nothing to make."""
    return set(session.scalars(select(Document.kind).where(Document.run_id == run.id).distinct()))


def runs_page(
    session: Session, covers: Covers, before: int | None = None, *, only: ColumnElement[bool] | None = None
) -> tuple[Sequence[DocumentRun], int | None]:
    """The newest sets of waves within reach, below the id `before`, and the id the next page goes on from; `only` is a
    condition of :mod:`survey.analysis.document_tasks`."""
    query = select(DocumentRun).join(DocumentRun.wave).outerjoin(_Owner, _Owner.id == Wave.owner_id)
    query = query.where(covers(_RUN_PATH)).options(joinedload(DocumentRun.wave))
    if only is not None:
        query = query.where(only)
    if before is not None:
        query = query.where(DocumentRun.id < before)
    found = session.scalars(query.order_by(DocumentRun.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def run_path(session: Session, run_id: int) -> str | None:
    """The path of the unit whose matter a set is; None where there is no such set."""
    query = select(_RUN_PATH).select_from(DocumentRun).join(DocumentRun.wave)
    path: str | None = session.scalar(
        query.outerjoin(_Owner, _Owner.id == Wave.owner_id).where(DocumentRun.id == run_id)
    )
    return path


def finished_waves(session: Session, covers: Covers) -> Sequence[Wave]:
    """Waves within reach that have closed, the newest period first."""
    query = select(Wave).outerjoin(_Owner, _Owner.id == Wave.owner_id)
    query = query.where(Wave.state.in_(("closed", "published")), IS_SURVEY, covers(_RUN_PATH))
    return session.scalars(query.order_by(Wave.period_end.desc(), Wave.code)).all()


def waves_with_documents(session: Session, within: ColumnElement[bool]) -> Sequence[Wave]:
    """Waves that have documents `within` reach (:func:`readable`), the newest period first."""
    ids = select(Document.wave_id).join(Document.unit).where(within)
    return session.scalars(select(Wave).where(Wave.id.in_(ids)).order_by(Wave.period_end.desc(), Wave.code)).all()


def states_of(session: Session, run: DocumentRun) -> dict[str, int]:
    """How many documents of a set are in each state; "queued" those made that wait to be signed."""
    queued = Document.signing_requested_at.is_not(None)
    query = select(Document.state, queued, func.count()).where(Document.run_id == run.id)
    found: dict[str, int] = {}
    for state, is_queued, number in session.execute(query.group_by(Document.state, queued)):
        name = "queued" if state == "made" and is_queued else state
        found[name] = found.get(name, 0) + number
    return found


def copies_of(session: Session, run: DocumentRun) -> Sequence[DocumentCopy]:
    """The files to work with that were made along with the documents of a set, without their bytes."""
    query = select(DocumentCopy).join(Document, Document.id == DocumentCopy.document_id)
    query = query.where(Document.run_id == run.id).options(joinedload(DocumentCopy.document))
    return session.scalars(query.order_by(DocumentCopy.document_id, DocumentCopy.form)).all()


def copies_of_document(session: Session, document: Document) -> Sequence[DocumentCopy]:
    """The files to work with that were made along with a document, without their bytes."""
    query = select(DocumentCopy).where(DocumentCopy.document_id == document.id).order_by(DocumentCopy.form)
    return session.scalars(query).all()


def newest_copy(session: Session, wave: Wave, unit: Unit, form: str, language: str) -> DocumentCopy | None:
    """The file to work with of the unit's newest document on the wave that has one, without its bytes."""
    query = select(DocumentCopy).join(Document, Document.id == DocumentCopy.document_id)
    query = query.where(Document.wave_id == wave.id, Document.unit_id == unit.id, Document.language == language)
    query = query.where(DocumentCopy.form == form).options(joinedload(DocumentCopy.document))
    return session.scalar(query.order_by(DocumentCopy.document_id.desc()).limit(1))


def failures_of(session: Session, run: DocumentRun) -> Sequence[Document]:
    """The documents of a set that could not be made, by unit."""
    query = select(Document).join(Document.unit).where(Document.run_id == run.id, Document.failure != "")
    return session.scalars(query.options(joinedload(Document.unit)).order_by(Unit.path).limit(MOST_FAILURES)).all()

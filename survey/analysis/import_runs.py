"""The history of imports: a page of runs within reach, newest first."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, aliased, joinedload

from survey.models import ImportDraft, ImportRun, Unit, Wave

PAGE = 50

_Owner = aliased(Unit)
# An import made by a command knows no unit: it is the matter of whoever runs the wave.
_PATH = func.coalesce(Unit.path, _Owner.path, literal("/"))


def runs_page(
    session: Session,
    covers: Callable[[ColumnElement[str]], ColumnElement[bool]],
    *,
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[ImportRun], int | None]:
    """The newest runs whose unit's path is covered, below the id `before`, and the id the next page goes on from."""
    query = select(ImportRun).join(ImportRun.wave).outerjoin(_Owner, _Owner.id == Wave.owner_id)
    query = query.outerjoin(Unit, Unit.id == ImportRun.unit_id).where(covers(_PATH))
    if before is not None:
        query = query.where(ImportRun.id < before)
    query = query.options(joinedload(ImportRun.wave), joinedload(ImportRun.unit)).order_by(ImportRun.id.desc())
    runs = session.scalars(query.limit(limit + 1)).all()
    return list(runs[:limit]), runs[limit - 1].id if len(runs) > limit else None


def run_path(session: Session, run_id: int) -> str | None:
    """The path of the unit whose matter a run is; None where there is no such run."""
    query = select(_PATH).select_from(ImportRun).join(ImportRun.wave).outerjoin(_Owner, _Owner.id == Wave.owner_id)
    path: str | None = session.scalar(query.outerjoin(Unit, Unit.id == ImportRun.unit_id).where(ImportRun.id == run_id))
    return path


def waiting_files(session: Session, account_id: int) -> list[ImportDraft]:
    """Files somebody brought and has not imported yet, newest first, without their contents."""
    query = select(ImportDraft).where(ImportDraft.account_id == account_id)
    drafts = query.options(joinedload(ImportDraft.wave), joinedload(ImportDraft.unit)).order_by(ImportDraft.id.desc())
    return list(session.scalars(drafts))

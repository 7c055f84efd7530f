"""The indices of the province as figures: for each year the newest version of what was published, and the aim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from reports.figures import Text
from reports.index_figures import IndexAim, IndexCorrection, IndexSeries, IndexYear
from survey.models import IndexPoint, IndexTarget, ProvinceIndex


def read_indices(session: Session) -> list[IndexSeries]:
    """Every index with its years, in the order the Interior Department gave them; three statements."""
    query = select(ProvinceIndex).options(selectinload(ProvinceIndex.points), selectinload(ProvinceIndex.targets))
    ordered = query.order_by(ProvinceIndex.position, ProvinceIndex.id).execution_options(populate_existing=True)
    return [series_of(index) for index in session.scalars(ordered)]


def series_of(index: ProvinceIndex) -> IndexSeries:
    """One index with its years, the oldest first."""
    versions = {year: list(found) for year, found in groupby(index.points, key=lambda point: point.year)}
    aims = {target.year: target for target in index.targets}
    years: list[IndexYear] = []
    method: str | None = None
    for year in sorted(versions.keys() | aims.keys()):
        found = versions.get(year, [])
        breaks = bool(found) and method is not None and found[-1].method != method
        method = found[-1].method if found else method
        years.append(_year(year, found, aims.get(year), breaks=breaks))
    return IndexSeries(
        index.code,
        Text(index.name_vi, index.name_en),
        Text(index.publisher_vi, index.publisher_en),
        index.maximum,
        index.decimals,
        tuple(years),
    )


def _year(year: int, versions: Sequence[IndexPoint], target: IndexTarget | None, *, breaks: bool) -> IndexYear:
    aim = None
    if target is not None:
        aim = IndexAim(target.value, target.best_rank, target.worst_rank, target.reference)
    if not versions:
        return IndexYear(year, aim=aim)
    now, older = versions[-1], versions[:-1]
    corrections = (
        IndexCorrection(old.value, old.rank, old.ranked, new.reason)
        for old, new in zip(older, versions[1:], strict=True)
    )
    return IndexYear(
        year,
        now.value,
        now.rank,
        now.ranked,
        now.method,
        now.source,
        now.note,
        aim,
        breaks,
        tuple(corrections),
    )

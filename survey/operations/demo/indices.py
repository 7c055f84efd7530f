"""The sample province's indices: invented figures, said to be so, over five years, with the targets of its plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ProvinceIndex
from survey.operations.index_series import Published, create_standard, record_point, set_target

SOURCE = "Số liệu minh họa của tỉnh mẫu, không phải số liệu công bố"
PLAN = "Kế hoạch cải cách hành chính của tỉnh mẫu (minh họa)"
# value and rank, the oldest of the five years first; the value and range of ranks that the plan asks of this year
SERIES: dict[str, tuple[tuple[tuple[str, int], ...], str, tuple[int, int]]] = {
    "par-index": ((("82.31", 48), ("84.02", 41), ("83.65", 45), ("86.90", 30), ("87.44", 14)), "88", (10, 15)),
    "sipas": ((("83.10", 40), ("79.85", 44), ("81.20", 42), ("83.57", 35), ("84.66", 17)), "85", (10, 17)),
    "papi": ((("41.20", 45), ("41.93", 38), ("42.10", 37), ("43.02", 29), ("43.40", 15)), "44", (10, 15)),
    "pci": ((("62.40", 50), ("63.85", 46), ("65.10", 41), ("66.02", 36), ("67.30", 18)), "68", (12, 20)),
}
MERGED, BEFORE, AFTER = 2025, 63, 34  # provinces ranked: since the year of the mergers there are fewer
REDESIGNED = {"sipas": (2022, "Bộ câu hỏi 2017–2020", "QĐ 1001/QĐ-BNV")}


def load_indices(session: Session, today: date) -> None:
    """Five published years and a target for this and last year; nothing is added twice."""
    create_standard(session)
    this_year = today.year
    at = datetime(this_year, 1, 15, 3, tzinfo=UTC)
    for index in session.scalars(select(ProvinceIndex).order_by(ProvinceIndex.position)):
        if index.code not in SERIES or index.points:
            continue
        years, value, ranks = SERIES[index.code]
        for back, (published, rank) in zip(range(len(years), 0, -1), years, strict=True):
            year = this_year - back
            ranked = AFTER if year >= MERGED else BEFORE
            since, old, new = REDESIGNED.get(index.code, (0, "", ""))
            method = new if year >= since else old
            point = Published(year, Decimal(published), min(rank, ranked), ranked, SOURCE, method)
            record_point(session, index, point, at=at)
        set_target(session, index, this_year, value=Decimal(value), ranks=ranks, reference=PLAN)
        set_target(session, index, this_year - 1, value=Decimal(value) - 1, ranks=(15, 20), reference=PLAN)

"""An index with a year and a target, for the policy matrix and the crawls."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from survey.models import ProvinceIndex
from survey.operations.index_series import Published, create_index, record_point, set_target

AT = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)


def make_index(session: Session, code: str = "par-index") -> ProvinceIndex:
    """87,44 and rank 14 of 34 in 2025, asked for 88 in 2026."""
    index = create_index(
        session,
        code=code,
        name_vi="Chỉ số cải cách hành chính",
        name_en="Reform index",
        publisher_vi="Bộ Nội vụ",
        publisher_en="Ministry",
        maximum=Decimal(100),
    )
    said = Published(2025, Decimal("87.44"), 14, 34, "Quyết định 1/QĐ", "Bộ tiêu chí 2024", "Ghi chú")
    record_point(session, index, said, at=AT)
    set_target(session, index, 2026, value=Decimal(88), ranks=(10, 15), reference="Kế hoạch 2026")
    return index

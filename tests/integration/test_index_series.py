"""What is kept of an index: a correction beside what stood before, and nothing that makes no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from reports.sheets import table_csv
from survey.analysis.index_series import read_indices, series_of
from survey.models import ProvinceIndex
from survey.operations.index_files import import_indices, index_rows
from survey.operations.index_series import IndexSeriesError, Published, create_standard, record_point, set_target
from survey.operations.place_tables import TableError
from tests.index_objects import AT, make_index


def published(**changes: Any) -> Published:
    said = {"year": 2025, "value": Decimal("87.50"), "rank": 13, "ranked": 34, "source": "Quyết định 2/QĐ"}
    return Published(**(said | changes))


def test_a_correction_needs_a_reason_and_keeps_what_stood_before(session: Session) -> None:
    index = make_index(session)
    with pytest.raises(IndexSeriesError) as refused:
        record_point(session, index, published(), at=AT)
    assert refused.value.code == "reason"
    point = record_point(session, index, published(), at=AT, reason="Bộ đính chính")
    assert point.version == 2
    year = series_of(index).years[0]
    assert (year.value, year.rank, year.corrections[0].value) == (Decimal("87.50"), 13, Decimal("87.44"))
    assert year.corrections[0].reason == "Bộ đính chính"


def test_what_was_recorded_can_neither_be_changed_nor_removed(session: Session) -> None:
    make_index(session)
    session.commit()
    for statement in ("UPDATE index_point SET value = 99", "DELETE FROM index_point"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"year": 1999}, "year"),
        ({"value": Decimal("100.01")}, "value"),
        ({"value": Decimal(-1)}, "value"),
        ({"value": None, "rank": None, "ranked": None}, "nothing"),
        ({"rank": 35}, "ranked"),
        ({"ranked": None}, "ranked"),
        ({"source": " "}, "source"),
    ],
)
def test_what_makes_no_sense_is_refused(session: Session, changes: dict[str, Any], code: str) -> None:
    index = make_index(session)
    with pytest.raises(IndexSeriesError) as refused:
        record_point(session, index, published(**{"year": 2024} | changes), at=AT)
    assert refused.value.code == code


def test_the_series_breaks_where_the_method_changes_and_not_over_a_gap(session: Session) -> None:
    index = make_index(session)
    for year, method in ((2022, "A"), (2023, "B"), (2024, "Bộ tiêu chí 2024")):
        record_point(session, index, published(year=year, method=method), at=AT)
    set_target(session, index, 2021, value=Decimal(80), ranks=None, reference="Kế hoạch")
    years = series_of(index).years
    breaks = [(year.year, year.breaks) for year in years]
    assert breaks == [(2021, False), (2022, False), (2023, True), (2024, True), (2025, False), (2026, False)]


def test_a_table_comes_back_as_it_went_out(session: Session) -> None:
    make_index(session)
    file = table_csv(list(index_rows(read_indices(session))))
    assert import_indices(session, file, at=AT).is_empty
    session.rollback()
    index = make_index(session, "papi")
    again = file.replace(b"par-index", b"papi").replace(b"87,44", b"87,94").replace(b"2025,", b"2024,")
    outcome = import_indices(session, again, at=AT)
    assert outcome.count("add") == 1
    assert series_of(index).years[0].value == Decimal("87.94")


def test_a_file_says_row_and_column_of_all_that_is_wrong_and_stores_nothing(session: Session) -> None:
    make_index(session)
    session.commit()
    rows = [
        ["index", "year", "value", "rank", "ranked", "source"],
        ["par-index", 2024, "80,5", 20, 63, "QĐ"],
        ["par-index", 2025, "88,5", 12, 34, "QĐ"],
        ["pci", 2024, "60", "", "", "VCCI"],
        ["par-index", 2023, "8o", 20, 63, "QĐ"],
        ["par-index", 2022, "80", 64, 63, "QĐ"],
        ["par-index", 2021, "80", "", "", ""],
    ]
    with pytest.raises(TableError) as refused:
        import_indices(session, table_csv(rows), at=AT)
    found = [(fault.row, fault.column) for fault in refused.value.faults]
    assert found == [(3, "Lý do đính chính"), (4, "index"), (5, "value"), (6, "ranked"), (7, "source")]
    session.rollback()
    (series,) = read_indices(session)
    assert [year.year for year in series.published] == [2025]


def test_the_usual_six_are_added_once(session: Session) -> None:
    make_index(session)
    assert (create_standard(session), create_standard(session)) == (5, 0)
    assert session.query(ProvinceIndex).count() == 6

"""Every kind of thing that notes its changes has a name on the screen."""

from __future__ import annotations

from survey.operations.audit import SECRET_COLUMNS, audited_tables
from survey.staff_audit_columns import COLUMNS
from survey.staff_audit_wording import KINDS


def test_every_audited_table_has_a_name() -> None:
    assert audited_tables() - KINDS.keys() == set()


def test_what_is_no_column_of_anything_has_no_name() -> None:
    from survey.accounts import models  # noqa: F401 its tables
    from survey.models import Base

    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    counted = {"add", "change", "close", "collectors", "rows", "same", "units"}
    noted_beside = {"by", "filter", "format", "unit", "wave", *counted}  # what `audit.record` is given
    assert COLUMNS.keys() - columns == noted_beside - columns
    assert SECRET_COLUMNS - columns <= {"secret"}

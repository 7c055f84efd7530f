"""Numbers of transactions as a table, in and out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import Session

from forms.fault import Fault
from survey.operations.place_tables import Outcome, TableError, read_rows, refuse
from survey.operations.transactions import TransactionRow, record_transactions
from survey.operations.writing import begin_write

COLUMNS: Final = {
    "unit": "Mã đơn vị",
    "name": "Tên đơn vị",
    "period_start": "Từ ngày",
    "period_end": "Đến ngày",
    "transactions": "Số hồ sơ",
    "reason": "Lý do điều chỉnh",
}
REQUIRED = ("unit", "period_start", "period_end", "transactions")


def import_transactions(session: Session, content: bytes, within: Iterable[str] = ("/",)) -> Outcome:
    """Record every number of the file, or none; see :func:`~survey.operations.transactions.record_transactions`.

    A row without a number says nothing. Raises :class:`~survey.operations.place_tables.TableError` and
    :class:`~survey.operations.bounded.BoundedError`.
    """
    faults: list[Fault] = []
    found: list[TransactionRow] = []
    for row in read_rows(content, COLUMNS, REQUIRED, faults):
        if not row["transactions"]:
            continue
        row.require("unit", "period_start", "period_end")
        start, end, number = row.day("period_start"), row.day("period_end"), row.number_of("transactions")
        if start is not None and end is not None and number is not None:
            found.append(TransactionRow(row.number, row["unit"], start, end, number, row["reason"]))
    refuse(faults)
    begin_write(session)  # and not before: a child process reads the file as long as it needs
    try:
        return record_transactions(session, found, within)
    except TableError as error:
        named = {**COLUMNS, "period": COLUMNS["period_end"]}
        refuse([Fault(fault.row, named[fault.column], fault.sentence, fault.parameters) for fault in error.faults])
        raise

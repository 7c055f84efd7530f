"""Questionnaires as XLSForm workbooks, in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import ClassVar

from forms import xlsform, xlsform_reading
from forms.definition import Questionnaire
from forms.fault import Fault
from reports.sheets import sheets_xlsx
from survey.operations.bounded import BoundedError, Limits, run_bounded
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day

LIMITS = Limits(size=2 << 20)


class XLSFormError(OperationError):
    """The form cannot be read; `faults` say sheet, row, column and reason, each a sentence to be translated."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "faults": _n("The form has %(count)s errors; nothing was read."),
    }

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("faults", count=len(faults))


def to_xlsform(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as an XLSForm workbook (.xlsx) that ODK and KoBo read and :func:`read_xlsform` brings back."""
    return sheets_xlsx(xlsform.sheets(questionnaire))


def read_xlsform(content: bytes, *, valid_from: date | None = None) -> Questionnaire:
    """The questionnaire of an XLSForm workbook, ours or of another program.

    `valid_from` [today] is for a form that says no day. Raises :class:`XLSFormError` with every fault, among them the
    one of a file that is no workbook or too large.
    """
    try:
        sheets = run_bounded("forms.xlsform_file:read_sheets", content, limits=LIMITS)
    except BoundedError as error:
        raise XLSFormError((Fault(0, "", error.sentence, error.parameters),)) from error
    try:
        return xlsform_reading.questionnaire(sheets, valid_from or province_day(datetime.now(UTC)))
    except xlsform_reading.XLSFormFaults as error:
        raise XLSFormError(error.faults) from error

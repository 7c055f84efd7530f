"""The mark on a document leads to its page, and the public reads no column beyond its rights."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from reports.unit_report import unit_report_pdf
from reports.verification_mark import Verification
from survey.analysis.published_documents import COLUMNS
from survey.models.grants import GRANTS
from tests.report_factory import hidden_report, unit_report

URL = "https://sipas.songtra.gov.vn/xac-thuc/7KQ2M9FDXB4T"
MARK = Verification(URL, "7KQ2-M9FD-XB4T")


def test_the_code_on_the_last_page_leads_to_the_documents_page() -> None:
    for report in (unit_report(), hidden_report()):
        document = unit_report_pdf(report, "vi", verification=MARK)
        last = PdfReader(BytesIO(document)).pages[-1].extract_text()
        assert "7KQ2-M9FD-XB4T" in last
        assert "Nơi nhận" in last  # below the recipients: never on a page of its own
        with pypdfium2.PdfDocument(document) as pdf:
            picture = pdf[len(pdf) - 1].render(scale=3).to_pil()
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [URL]
        assert document == unit_report_pdf(report, "vi", verification=MARK)
    assert "7KQ2" not in PdfReader(BytesIO(unit_report_pdf(unit_report(), "vi"))).pages[-1].extract_text()


def test_what_the_public_asks_of_documents_its_role_may_read() -> None:
    granted = GRANTS["document"][0].removeprefix("SELECT (").removesuffix(")").split(", ")
    assert {column.key for column in COLUMNS} <= set(granted)
    assert GRANTS["document_content"][0] == GRANTS["document_run"][0] == ""

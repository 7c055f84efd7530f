"""Office documents told by their parts; a list of parts without end is never parsed."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from forms.evidence import MOST_PARTS, office_kind
from survey.models.filing import MOST_BYTES
from survey.operations import filing_files
from survey.operations.filing_steps import FilingError
from tests.office_packages import many_parts, packed

TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (packed(TYPES, "word/document.xml"), "docx"),
        (packed(TYPES, "xl/workbook.xml"), "xlsx"),
        (packed(TYPES, "xl/workbook.xml", "xl/VBAProject.bin"), "macros"),
        (packed(TYPES, "xl/workbook.xml", "word/document.xml"), ""),
        (packed("word/document.xml"), ""),
        (many_parts(MOST_PARTS - 2), "docx"),
        (b"PK\x03\x04", ""),
        (b"PK\x05\x06" + b"\0" * 17, ""),
    ],
)
def test_an_office_document_is_told_by_its_parts(content: bytes, kind: str) -> None:
    assert office_kind(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        many_parts(MOST_PARTS),
        many_parts(70_000),
        many_parts(15_000, said=3),  # the size of the list betrays it
        many_parts(15_000, zip64=True),
        many_parts(10, zip64=True),
    ],
)
def test_a_list_without_end_is_refused_before_it_is_parsed(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_args: object) -> None:
        pytest.fail("the list was parsed")

    assert zipfile.is_zipfile(BytesIO(content)), "a reader would take it"
    monkeypatch.setattr(zipfile, "ZipFile", parsed)
    assert office_kind(content) == ""


def test_what_is_no_zip_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing_files, "run_bounded", None)
    assert filing_files.kind_of(b"%PDF-1.7") == "pdf"
    for content in (b"MZ\x90", b"", b"%" * (MOST_BYTES + 1)):
        with pytest.raises(FilingError):
            filing_files.kind_of(content)


def test_twenty_megabytes_are_read_within_the_limits() -> None:
    document = packed(TYPES, "word/document.xml")
    large = b"PK\x03\x04" + bytes(MOST_BYTES - len(document) - 4) + document
    assert filing_files.kind_of(large) == "docx"

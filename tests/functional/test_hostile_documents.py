"""Hostile names in the documents that are issued and in open data: words on paper, in a file and to a program."""

from __future__ import annotations

import csv
import html
import json
import re
import zipfile
from io import BytesIO, StringIO

import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.official_texts import standard_text
from reports.verification_mark import Verification
from survey.models import Unit, Wave
from survey.operations import document_settings, filing_figures
from survey.operations.document_kinds import KINDS, Made, Order
from survey.operations.document_settings import IssuerTerms
from tests.factories import NOW
from tests.hostile_texts import ATTACK, SHORT, Hostile, publish_hostile_wave
from tests.page_rules import CheckingClient

BARE = re.compile(r"[\s\u00ad]")
ORDER = Order("vi", Verification("https://sipas.example.vn/xac-thuc/A", "A"), NOW)


def without_blanks(text: str) -> str:
    return BARE.sub("", text).casefold()


def texts_of(pdf: bytes) -> str:
    """What the pages say; they lead nowhere, run nothing, and hold no foreign picture or file."""
    reader = PdfReader(BytesIO(pdf))
    for page in reader.pages:
        links = [note.get_object() for note in page.get("/Annots", ())]
        assert [note["/A"]["/URI"] for note in links if "/URI" in note.get("/A", {})] == []
        assert [image.name for image in page.images] == []
    assert not {"/OpenAction", "/AA", "/Names"} & reader.trailer["/Root"].keys()
    return without_blanks(" ".join(page.extract_text() for page in reader.pages))


@pytest.fixture
def hostile(staff_app: Flask, staff_session: Session) -> Hostile:
    """A published wave whose unit, wave, counter, questionnaire, target and issuing body are hostile."""
    found = publish_hostile_wave(staff_session, staff_app.extensions["engine"])
    filing_figures.freeze_due(staff_app.extensions["engine"], NOW)
    staff_session.refresh(found.wave)
    return found


def made(session: Session, kind: str) -> tuple[Unit, Made]:
    """The last one of a kind: of the unit, or of the province."""
    wave, maker = session.scalars(select(Wave)).one(), KINDS[kind]
    unit = maker.units(session, wave)[-1]
    return unit, maker.make(session, wave, unit, ORDER)


def test_in_every_kind_of_document_with_its_issuer_and_wording(hostile: Hostile, staff_session: Session) -> None:
    top = staff_session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    hostile.wave.owner = top
    words = dict.fromkeys(("superior_vi", "name_vi", "capacity_vi", "position_vi", "signer", "authority_vi"), SHORT)
    terms = IssuerTerms(**words, abbreviation="<b>SNV", locality="<i>Huế", decides=True)
    document_settings.set_issuer(staff_session, top, terms, account_id=None, at=NOW)
    for document in ("letter", "decision"):
        parts = dict(standard_text(document, "vi").parts)
        parts["about"] = f"{parts['about']} {ATTACK.replace('{', '(').replace('}', ')')}"
        document_settings.set_text(staff_session, top, document, "vi", parts, account_id=None, at=NOW)
    staff_session.commit()
    of_the_wave = [kind for kind, maker in KINDS.items() if maker.units(staff_session, hostile.wave)]
    assert len(of_the_wave) >= 5  # a list of emulation needs a campaign
    for kind in of_the_wave:
        unit, document = made(staff_session, kind)
        text = texts_of(document.content)
        for expected in (unit.name_vi, hostile.texts["wave"]):
            assert without_blanks(expected) in text, (kind, expected)
        if kind not in ("unit_profile", "unit_report"):  # a unit's own name stands above these
            assert without_blanks(SHORT) in text, kind
    _, report = made(staff_session, "province_report")
    assert set(report.copies) == {"docx", "xlsx"}
    with zipfile.ZipFile(BytesIO(report.copies["docx"])) as book:
        for name in book.namelist():
            part = book.read(name).decode("utf-8", "replace")
            assert 'TargetMode="External"' not in part, name
            assert not [told for told in re.findall(r"<w:instrText[^>]*>([^<]*)", part) if "evil" in told], name
        words_of = without_blanks(html.unescape(re.sub(r"<[^>]*>", "", book.read("word/document.xml").decode())))
    for expected in (hostile.texts["unit"], hostile.texts["wave"], SHORT):
        assert without_blanks(expected) in words_of
    with zipfile.ZipFile(BytesIO(report.copies["xlsx"])) as book:
        for name in book.namelist():
            assert not re.search(
                r"<f[ >]|<hyperlink|TargetMode=.External", book.read(name).decode("utf-8", "replace")
            ), name
    book = CalamineWorkbook.from_filelike(BytesIO(report.copies["xlsx"]))
    cells = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert hostile.texts["unit"] in cells


def test_in_open_data_and_on_the_public_pages(hostile: Hostile, staff_client: CheckingClient) -> None:
    unit, wave = hostile.texts["unit"], hostile.texts["wave"]
    page = staff_client.get("/du-lieu/").text + staff_client.get("/du-lieu/dot/W").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for address in ("/du-lieu/danh-muc.jsonld", "/du-lieu/dot/W/dcat.jsonld", "/du-lieu/dot/W/don-vi/X1.json"):
        answer = staff_client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert wave in json.dumps(json.loads(answer.text), ensure_ascii=False).replace('\\"', '"'), address
    table = staff_client.get("/du-lieu/dot/W/so-lieu.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(table)))
    assert any(f"'{unit}" in row for row in rows)
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-\D", cell)]
    for address in ("/so-sanh/?don-vi=X1", "/ket-qua/", "/ket-qua/W", "/ket-qua/don-vi/X1"):
        answer = staff_client.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_in_the_names_of_files(hostile: Hostile, staff_client: CheckingClient) -> None:
    for address in ("/ket-qua/W/X1/bao-cao.pdf", "/ket-qua/W/X1/so-lieu.xlsx", "/du-lieu/dot/W/so-lieu.csv"):
        told = staff_client.get(address).headers["Content-Disposition"]
        assert re.fullmatch(r"(attachment|inline); filename=\"?[\w.-]+\"?", told), told

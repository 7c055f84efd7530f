"""Posters whose code is decoded back from the printed page."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import get_args

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from reportlab.lib.units import mm

from reports import poster
from reports.figures import Text
from reports.poster import Poster, Size, posters_pdf

URL = "https://khaosat.quangngai.gov.vn/s/K7MPX4"
ONE = Poster(
    URL,
    "K7MPX4",
    Text("Trung tâm Phục vụ hành chính công", "Public administration service centre"),
    Text("Ủy ban nhân dân phường Trần Phú", "Trần Phú Ward"),
    Text("Quầy 3 – Hộ tịch, chứng thực", "Counter 3 – Civil status"),
)
LONG = replace(
    ONE,
    url="https://khao-sat-muc-do-hai-long-cua-nguoi-dan.tinh-rat-dai.gov.vn/s/K7MPX5",
    one_stop=Text("Trung tâm Phục vụ hành chính công và Chuyển đổi số liên xã phường khu vực phía Đông " * 2),
    unit=Text("Ủy ban nhân dân các xã, phường thuộc khu vực rất dài " * 3),
    counter=Text('<b>Quầy</b> & "13"'),
)
SIZES = get_args(Size)


def decoded(document: bytes, scale: float = 1.5) -> list[list[zxingcpp.Barcode]]:
    pages = pypdfium2.PdfDocument(document)
    return [list(zxingcpp.read_barcodes(page.render(scale=scale).to_pil())) for page in pages]


@pytest.mark.parametrize("size", SIZES)
def test_every_page_decodes_to_its_own_address(size: Size) -> None:
    found = [{code.text for code in page} for page in decoded(posters_pdf([ONE, LONG], size))]
    assert found == [{ONE.url}, {LONG.url}]


@pytest.mark.parametrize("size", SIZES)
def test_the_code_has_correction_level_q_and_is_scanned_from_a_metre(size: Size) -> None:
    scale = 2.0
    (codes,) = decoded(posters_pdf([ONE], size), scale)
    assert len(codes) == (2 if size == "tent" else 1)
    for code in codes:
        assert code.ec_level == "Q"
        corners = code.position
        side = max(abs(corners.top_right.x - corners.top_left.x), abs(corners.top_right.y - corners.top_left.y))
        assert side / scale / mm >= {"a4": 100, "a5": 70, "tent": 70}[size] - 1


@pytest.mark.parametrize("size", SIZES)
def test_four_modules_around_the_code_are_white(size: Size) -> None:
    scale = 2.0
    image = pypdfium2.PdfDocument(posters_pdf([ONE], size))[0].render(scale=scale).to_pil().convert("L")
    modules = len(poster.modules(URL))
    for code in zxingcpp.read_barcodes(image):
        corners = [
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_left,
            code.position.bottom_right,
        ]
        xs, ys = [point.x for point in corners], [point.y for point in corners]
        quiet = (max(xs) - min(xs)) / modules * 3.7  # the frame's line begins right behind the fourth module
        around = image.crop((int(min(xs) - quiet), int(min(ys) - quiet), int(max(xs) + quiet), int(min(ys) - 6)))
        assert around.getextrema()[0] > 240


def test_a_tent_stands_upright_on_both_sides() -> None:
    (codes,) = decoded(posters_pdf([ONE], "tent"))
    assert sorted(round(abs(code.orientation) / 180) for code in codes) == [0, 1]


@pytest.mark.parametrize("size", SIZES)
def test_people_read_address_code_place_and_call_in_two_languages(size: Size) -> None:
    printed = " ".join(PdfReader(io.BytesIO(posters_pdf([ONE], size))).pages[0].extract_text().split())
    for part in (
        "khaosat.quangngai.gov.vn/s/K7MPX4",
        "Mã / Code: K7MPX4",
        "Quét mã để",
        "Scan to rate the service",
        "Trung tâm Phục vụ hành chính công",
        "phường Trần Phú",
        "Quầy 3 – Hộ tịch, chứng thực",
        "Counter 3 – Civil status",
        "Không hỏi tên",
        "No name",
    ):
        assert part in printed


def test_hostile_names_appear_literally() -> None:
    printed = " ".join(PdfReader(io.BytesIO(posters_pdf([LONG]))).pages[0].extract_text().split())
    assert '<b>Quầy</b> & "13"' in printed


def test_many_posters_make_one_document_with_the_same_bytes() -> None:
    run = [replace(ONE, short_code=f"K7MP{k:02}", url=f"{URL}{k}") for k in range(20)]
    document = posters_pdf(run, "a5")
    assert len(PdfReader(io.BytesIO(document)).pages) == 20
    assert posters_pdf(run, "a5") == document


def test_no_poster_is_an_error() -> None:
    with pytest.raises(ValueError, match="no posters"):
        posters_pdf([])

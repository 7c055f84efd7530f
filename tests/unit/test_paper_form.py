"""The paper form of every standard questionnaire: complete, decodable on each page, and of bounded length."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from forms import library
from forms.definition import Language
from reports.figures import Text
from reports.fonts import missing_glyphs, sans
from reports.paper_form import PaperForm, paper_form_pdf
from survey.operations.paper_forms import paper_form

PAGES = {
    "counter": 2,
    "delegates": 2,
    "dialogue-exit": 1,
    "dialogue-follow-up": 1,
    "one-tap": 1,
    "online-3": 1,
    "sipas-2017": 2,
    "sipas-2023": 5,
}


@cache
def made(code: str) -> PaperForm:
    return paper_form(
        library.standard(code),
        batch_code="LO-2026-0137",
        issuer=Text("Ủy ban nhân dân phường Trần Phú", "People's Committee of Trần Phú"),
        superior=Text("Tỉnh Quảng Ngãi"),
        one_stop=Text("Trung tâm Phục vụ hành chính công", "Public service centre"),
        place=Text("Quầy 3 – Hộ tịch, chứng thực"),
    )


def pages_of(document: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(document)).pages]


def codes_of(document: bytes) -> list[str]:
    """What a scanner reads on each page at 108 dots an inch."""
    found = []
    for page in pypdfium2.PdfDocument(document):
        (code,) = zxingcpp.read_barcodes(page.render(scale=1.5).to_pil())
        found.append(code.text)
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", library.codes())
def test_every_question_and_choice_is_printed(code: str, language: Language) -> None:
    document = paper_form_pdf(made(code), language)
    printed = "".join("".join(pages_of(document)).split())
    asked = library.standard(code)
    wordings = [asked.legal_reference, *(section.title for section in asked.sections)]
    for question in asked.questions:
        wordings += [question.wording, *(choice.wording for choice in question.choices)]
        wordings += [question.help] if question.help else []
    missing = {words[language] for words in wordings if "".join(words[language].split()) not in printed}
    assert missing == set()
    assert "".join(asked.title[language].upper().split()) in printed


@pytest.mark.parametrize("code", library.codes())
def test_a_form_takes_no_more_pages_than_it_should(code: str) -> None:
    assert len(pages_of(paper_form_pdf(made(code)))) == PAGES[code]


def test_each_page_of_each_copy_says_batch_form_page_and_number() -> None:
    document = paper_form_pdf(made("counter"), serials=range(1, 4))
    wanted = [f"LO-2026-0137 counter@1.0 {page}/2 00{copy}" for copy in (1, 2, 3) for page in (1, 2)]
    assert codes_of(document) == wanted
    for number, text in enumerate(pages_of(document)):
        assert "LO-2026-0137" in text
        assert "counter 1.0" in text
        assert f"00{number // 2 + 1}" in text
        assert f"Trang {number % 2 + 1}/2" in text


def test_without_numbers_there_is_one_copy_and_the_same_bytes() -> None:
    document = paper_form_pdf(made("one-tap"))
    assert codes_of(document) == ["LO-2026-0137 one-tap@1.0 1/1"]
    assert paper_form_pdf(made("one-tap")) == document


def test_a_condition_is_worded_by_the_numbers_on_the_form() -> None:
    (page,) = pages_of(paper_form_pdf(made("one-tap")))
    assert (
        "Nếu ở câu 1 ông/bà chọn “Rất không hài lòng”, “Không hài lòng” hoặc “Bình thường”, xin trả lời câu 2:" in page
    )


def test_corner_marks_are_black_and_a_box_is_drawn_for_every_answer() -> None:
    page = pypdfium2.PdfDocument(paper_form_pdf(made("online-3")))[0]
    image = page.render(scale=2).to_pil().convert("L")
    width, height = image.size
    inset = round(9.5 / 25.4 * 144)
    for x in (inset, width - inset):
        for y in (inset, height - inset):
            assert image.getpixel((x, y)) == 0
    circles = list(page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH], max_depth=3))
    assert len(circles) >= 6 * 3


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_sign_is_missing_in_the_typeface(language: Language) -> None:
    for code in library.codes():
        text = "".join(pages_of(paper_form_pdf(made(code), language)))
        for face in (sans().regular, sans().bold, sans().italic):
            assert missing_glyphs(text, face) == set()


def test_hostile_names_appear_literally() -> None:
    hostile = '<b>Quầy</b> & "13" <img src="x"/>'
    page = pages_of(paper_form_pdf(replace(made("one-tap"), one_stop=Text(hostile), place=Text(hostile))))[0]
    assert page.count(hostile) == 2

"""Where pages end: no signature without some lines of text, no heading without what it names, no row alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pypdfium2
from reportlab.platypus import Flowable

from reports.data_table import data_table
from reports.fonts import balanced, serif, text_width, wrap
from reports.page import CONTENT_WIDTH, Issuer, build, closing, paragraph, styles

STYLE = styles(serif())
ISSUER = Issuer("Sở Nội vụ", office="Giám đốc", recipients=("Lưu: VT",))


def lines_of(document: bytes) -> list[list[str]]:
    """The lines of each page, without its number."""
    pages = [page.get_textpage().get_text_bounded().splitlines() for page in pypdfium2.PdfDocument(document)]
    return [[line.strip() for line in lines if not line.strip().isdigit()] for lines in pages]


def drawn(content: Sequence[Flowable]) -> list[list[str]]:
    return lines_of(build(content, title="t", language="vi", issuer=ISSUER, moment=datetime(2026, 1, 1, tzinfo=UTC)))


def above_the_signature(pages: list[list[str]]) -> int:
    page = next(page for page in pages if "Nơi nhận:" in page)
    return page.index("Nơi nhận:")


def filler(number: int) -> list[Flowable]:
    return [paragraph(f"Dòng {k}", STYLE.plain) for k in range(number)]


def test_some_lines_of_text_stand_above_a_signature_wherever_the_page_ends() -> None:
    for number in range(28, 44):
        pages = drawn([*filler(number), closing(ISSUER, "vi", STYLE, "Trân trọng./.")])
        assert above_the_signature(pages) >= 5, number
        assert sum(line.startswith("Dòng") for page in pages for line in page) == number


def test_a_heading_stands_with_its_first_rows_and_no_row_stands_alone() -> None:
    for number in range(30, 42):
        rows = [(f"Xã {k}", "80,00%") for k in range(12)]
        table = data_table(("Đơn vị", "Mức"), rows, (60, 40), STYLE, numbers={1})
        pages = drawn([*filler(number), paragraph("1. Kết quả", STYLE.heading), table])
        listed = [sum(line.startswith("Xã") for line in page) for page in pages]
        assert sum(listed) == 12
        assert 1 not in listed, number
        heading = next(k for k, page in enumerate(pages) if "1. Kết quả" in page)
        assert listed[heading] >= 2, number
        assert all("Đơn vị" in " ".join(page) for page, found in zip(pages, listed, strict=True) if found)


def test_the_last_page_of_a_table_holds_more_than_a_few_rows() -> None:
    for number in range(30, 44):
        rows = [(f"Xã {k}", "80,00%") for k in range(number)]
        pages = drawn([data_table(("Đơn vị", "Mức"), rows, (60, 40), STYLE, numbers={1})])
        listed = [sum(line.startswith("Xã") for line in page) for page in pages]
        assert sum(listed) == number
        assert listed[-1] >= 9, listed


def test_a_group_of_rows_is_not_torn_while_it_is_short() -> None:
    for number in range(24, 40):
        rows = [(f"{name}{k}" if k else f"Nhóm {name}", "80,00%" if k else "") for name in "ABC" for k in range(5)]
        table = data_table(("Đơn vị", "Mức"), rows, (60, 40), STYLE, numbers={1}, headings={0, 5, 10})
        pages = [" ".join(page) for page in drawn([*filler(number), table])]
        for name in "ABC":
            page = next(page for page in pages if f"Nhóm {name}" in page)
            assert all(f"{name}{k} " in f"{page} " for k in range(1, 5)), number


def test_words_keep_away_from_the_number_before_them() -> None:
    table = data_table(("Xếp hạng", "Chỉ tiêu"), [("45/63", "Từ 84,00 trở lên")], (12, 33), STYLE, numbers={0})
    content = [table]
    document = build(content, title="t", language="vi", issuer=ISSUER, moment=datetime(2026, 1, 1, tzinfo=UTC))
    text = pypdfium2.PdfDocument(document)[0].get_textpage()
    ends = []
    for words, edge in (("45/63", 2), ("Từ 84", 0)):
        found = text.search(words).get_next()
        assert found is not None
        start, length = found
        ends.append(text.get_charbox(start + length - 1 if edge else start)[edge])
    assert ends[1] - ends[0] >= 10


def test_totals_are_bold() -> None:
    rows = [("Xã An", "1"), ("Tổng cộng", "1")]
    table = data_table(("Đơn vị", "Số"), rows, (60, 40), STYLE, numbers={1}, totals={1})
    fonts = [[cell.style.fontName for cell in row] for row in table._cellvalues[1:]]
    assert fonts == [[STYLE.fonts.regular] * 2, [STYLE.fonts.bold] * 2]


def test_the_lines_of_a_title_are_about_equally_long() -> None:
    title = "Kết quả đo lường sự hài lòng của người dân, tổ chức đối với sự phục vụ hành chính tại Xã An"
    font = STYLE.fonts.bold
    assert wrap(title, font, 14, CONTENT_WIDTH)[1] == "hành chính tại Xã An"
    first, second = balanced(title, font, 14, CONTENT_WIDTH)
    assert f"{first} {second}" == title
    assert abs(text_width(first, font, 14) - text_width(second, font, 14)) < 60
    assert balanced("Xã An", font, 14, CONTENT_WIDTH) == ["Xã An"]


def test_no_word_of_a_head_and_no_number_is_broken() -> None:
    head = ("Unit", "Recommendations", "Dossiers")
    table = data_table(head, [("Tên đơn vị rất dài " * 9, "1,234,567,890", "12")], (90, 4, 4), STYLE, numbers={1, 2})
    (page,) = drawn([table])
    text = " ".join(page)
    for word in (*head, "1,234,567,890"):
        assert word in text

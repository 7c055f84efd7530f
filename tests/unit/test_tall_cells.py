"""Tables of documents: a text that no page holds goes on in rows of its own, whole; ordinary rows stay as they are."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from reportlab.platypus import SimpleDocTemplate

from reports.data_table import data_table
from reports.fonts import serif
from reports.page import styles


def drawn(text: str) -> str:
    table = data_table(
        ("", "Cam kết", "Tiến độ"), [("1", "Sửa đường", text)], (7, 50, 46), styles(serif()), numbers={0}
    )
    kept = BytesIO()
    SimpleDocTemplate(kept).build([table])
    pdf = pypdfium2.PdfDocument(kept.getvalue())
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf)


@pytest.mark.parametrize("word", ["việc", "W"])
def test_a_text_that_no_page_holds_is_drawn_whole(word: str) -> None:
    text = drawn(f"{word} " * 2000)
    assert text.count(word) == 2000
    assert text.count("Sửa đường") == 1


def test_a_word_without_an_end_is_drawn() -> None:
    assert drawn("W" * 5000).count("W") == 5000

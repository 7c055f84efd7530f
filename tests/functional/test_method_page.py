"""The method in plain words: its example is computed, in both languages."""

from __future__ import annotations

from html import unescape

import pytest

from tests.page_rules import CheckingClient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_the_example_is_computed_as_every_figure_is(client: CheckingClient) -> None:
    page = unescape(client.get("/phuong-phap/").text)
    assert "80 + 60 = 140 trên 168 người, tức 83,33%" in page
    assert "76,97% – 88,21%" in page  # Wilson by hand
    assert "81,48% – 85,04%" in page
    assert page.index("Chưa đủ căn cứ kết luận") < page.index("gấp mười lần") < page.index("Ba kết luận")
    assert "80 + 60 = 140 of 168" in unescape(client.get("/phuong-phap/?lang=en").text)
    assert "/phuong-phap/" in client.get("/ket-qua/").text

"""Units side by side: what is told of their differences, and what is not."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.filing_office import COUNTS, FilingOffice
from tests.page_rules import CheckingClient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def text_of(client: CheckingClient, url: str) -> str:
    return " ".join(unescape(client.get(url).text).split())


def test_differences_are_told_only_where_they_are_more_than_chance(
    client: CheckingClient, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("D", "E"):
        monkeypatch.setitem(COUNTS, code, (0, 0, 0, 0, 3))
    office = FilingOffice(session, engine)
    empty = text_of(client, "/so-sanh/")
    assert "Chưa công bố kết quả nào" in empty
    office.close()
    assert text_of(client, "/so-sanh/") == empty
    office.publish()
    found = text_of(client, "/so-sanh/?tim=xa+b")
    assert "Thêm Xã B" in found
    assert "Thêm Xã A" not in found
    page = text_of(client, "/so-sanh/?dot=W&don-vi=B&don-vi=A&don-vi=C&don-vi=P")
    assert "Xã A cao hơn Xã B." in page  # 96 % and 40 %: the higher one is named first
    assert "Xã C cao hơn Xã B." in page
    assert "Chênh lệch +40,00 điểm phần trăm" in page
    assert "Xã A và Xã C: chưa thể nói đơn vị nào cao hơn." in page  # apart by themselves, not over six pairs
    assert "Xã A cao hơn Xã C." in text_of(client, "/so-sanh/?don-vi=C&don-vi=A")
    assert "Xã B và Tỉnh Mẫu: một đơn vị thuộc đơn vị kia" in page
    assert page.count("<svg") >= 4
    assert "Xã A is higher than Xã B." in text_of(client, "/so-sanh/?dot=W&don-vi=B&don-vi=A&lang=en")
    assert "/so-sanh/?dot=W&don-vi=B&don-vi=A&lang=vi" in text_of(client, "/so-sanh/?dot=W&don-vi=B&don-vi=A&lang=en")
    assert "/so-sanh/?dot=W&don-vi=A" in text_of(client, "/ket-qua/W/A")
    few = text_of(client, "/so-sanh/?dot=W&don-vi=D&don-vi=A&don-vi=B&don-vi=E")
    assert few.count("không có số liệu được hiển thị") == 1
    assert "Xã D, Xã E: không có số liệu được hiển thị nên không so sánh được." in few
    for wrong in ("?dot=never", "?don-vi=never", "?dot=W&don-vi=A&don-vi=never"):
        assert client.get(f"/so-sanh/{wrong}").status_code == 404

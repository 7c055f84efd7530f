"""The end of an official document: its last sentence never leaves the signature alone on a page."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.platypus import Flowable

from reports.page import Issuer, build, closing, paragraph, styles_for

ISSUER = Issuer("Sở Nội vụ", office="Giám đốc", recipients=("Như trên", "Lưu: VT"))


@pytest.mark.parametrize("lines", range(22, 32))
def test_the_last_sentence_stands_with_the_signature(lines: int) -> None:
    style = styles_for(ISSUER)
    content: list[Flowable] = [paragraph(f"Dòng {number}", style.body) for number in range(lines)]
    content.append(closing(ISSUER, "vi", style, "Kính báo cáo./."))
    document = build(content, title="t", language="vi", issuer=ISSUER, moment=datetime(2026, 1, 5, tzinfo=UTC))
    last = PdfReader(BytesIO(document)).pages[-1].extract_text()
    assert "Kính báo cáo" in last
    assert "GIÁM ĐỐC" in last

"""The poster "You said, we did": everything on one page, nothing cut, a code that leads to the page."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from reports.figures import Estimate, Figure, Judgement, Shift, Text, Verdict, WaveLabel
from reports.responded_poster import Responded, RespondedPoster, responded_posters_pdf
from reports.shift_chart import shift_chart
from reports.shift_wording import judged_reason, judged_word, shift_sentence

URL = "https://sipas.example.vn/ket-qua/don-vi/BENTRA/da-lam"
LONG = 2 * "Khu vực chờ nóng, thiếu ghế cho người cao tuổi; nhiều người đứng ngoài khi trời mưa, không nghe loa gọi số "
POSTER = RespondedPoster(
    Text("Phường Bến Trà"),
    Text("Trung tâm Phục vụ hành chính công Phường Bến Trà"),
    Text("Quầy số 1 – Hộ tịch, chứng thực"),
    Text("Đợt khảo sát quý II năm 2026"),
    date(2026, 4, 1),
    date(2026, 6, 30),
    Figure(
        "index", Text("Chỉ số"), "index", "top_two", "pool_answers", "unweighted", 704, 9000, None,
        Estimate(0.7912, 0.01, 0.7612, 0.8191), Verdict("inconclusive", "interval_spans", Fraction(4, 5), -0.0088),
    ),
    True,
    tuple(Responded(f"{n} {LONG[:195]}", f"{n} <b>&amp; {LONG[:180]}") for n in range(3)),
    URL,
)  # fmt: skip


def words(document: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_the_longest_sentences_stand_on_one_page_uncut() -> None:
    document = responded_posters_pdf((POSTER,), "vi")
    assert len(PdfReader(BytesIO(document)).pages) == 1
    text = words(document)
    for pair in POSTER.pairs:
        assert " ".join(pair.said.split()) in text
        assert " ".join(pair.did.split()) in text
    assert "79,12%" in text
    assert "76,12% – 81,91%" in text
    assert "704 người trả lời" in text
    assert "Kết quả của toàn đơn vị" not in text
    assert "Kết quả của toàn đơn vị" in words(responded_posters_pdf((replace(POSTER, of_counter=False),), "vi"))


def test_the_code_leads_to_the_page_and_the_bytes_follow_from_the_data() -> None:
    document = responded_posters_pdf((POSTER, replace(POSTER, figure=None, pairs=())), "vi")
    assert document == responded_posters_pdf((POSTER, replace(POSTER, figure=None, pairs=())), "vi")
    for page in pypdfium2.PdfDocument(document):
        found = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
        assert [code.text for code in found] == [URL]
    with pytest.raises(ValueError, match="no posters"):
        responded_posters_pdf((), "vi")


def judgement(shift: Shift, *, hidden: bool = False) -> Judgement:
    waves = [
        WaveLabel(code, Text(f"Đợt {code}"), date(2026, 1, 1), date(2026, 3, 31), "published")
        for code in ("một", "hai")
    ]
    return Judgement(Text("Chờ"), waves[0], waves[1], Fraction(4, 5), shift, hidden=hidden)


def test_what_is_said_of_a_remedy_follows_from_the_interval() -> None:
    older, newer = Estimate(0.62, 0.01, 0.58, 0.66), Estimate(0.71, 0.01, 0.68, 0.74)
    moved = Shift("moved_up", older, newer, 0.09, 0.03, 0.15, 400, 420)
    assert judged_word("moved_up", "vi") == "Đã chuyển biến: tăng"
    assert [judged_word(each, "vi") for each in ("not_moved", "cannot_tell")] == [
        "Không chuyển biến",
        "Chưa đủ căn cứ kết luận",
    ]
    sentence = shift_sentence(moved, "vi")
    assert sentence == "Từ 62,00% đến 71,00%: +9,00 điểm phần trăm (khoảng tin cậy 95% từ +3,00 đến +15,00)."
    assert shift_sentence(Shift("broken"), "vi") == ""
    assert "dưới 5 người" in judged_reason(judgement(Shift("cannot_tell"), hidden=True), "vi")
    assert "chứa 0" in judged_reason(judgement(replace(moved, movement="cannot_tell")), "vi")
    assert "không có câu trả lời" in judged_reason(judgement(Shift("cannot_tell")), "vi")


@pytest.mark.parametrize("width", [340, 720])
def test_the_chart_tells_both_sides_in_words_and_keeps_within_its_frame(width: int) -> None:
    shift = Shift("moved_up", Estimate(0.05, 0.01, 0.0, 0.2), Estimate(0.99, 0.01, 0.9, 1.0), 0.9, 0.7, 0.99, 40, 1042)
    chart = shift_chart(replace(judgement(shift), others=shift), "vi", width)
    assert "Đơn vị này, Đợt hai: 99,00% (90,00% – 100,00%), n = 1.042" in chart.description
    assert chart.description.count("Các đơn vị khác") == 2
    svg = chart.to_svg()
    assert svg.count("<circle") == 4 + 2  # and the legend's
    for shape in chart.shapes:
        for x, _y in getattr(shape, "points", ()):
            assert -1 <= x <= width + 1

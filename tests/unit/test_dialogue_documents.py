"""The documents of a dialogue: what they must say, where they are signed, the code that leads to the question box."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from reports.dialogue_conclusions import dialogue_conclusions_pdf
from reports.dialogue_minutes import dialogue_minutes_pdf
from reports.dialogue_notice import dialogue_notice_pdf
from reports.dialogue_record import (
    CommitmentLine,
    DialogueRecord,
    DialogueReview,
    GroupLine,
    HalfYear,
    HalfYearFigures,
    QuestionLine,
    commitment_state,
)
from reports.dialogue_review import dialogue_review_pdf
from reports.figures import Language, Place, Text
from survey.operations.periods import PROVINCE_TIME
from tests.report_factory import index_figure

WARD = Text("Phường Bến Trà", "Bến Trà Ward")
ROAD = CommitmentLine(
    text="Sửa đường thôn 3",
    owner=WARD,
    owner_name="Phạm Văn Đức",
    promised_on=date(2026, 4, 16),
    deadline_on=date(2026, 6, 15),
    state="open",
    late=True,
    percent=40,
    progress="Đã khảo sát",
)
DONE = replace(
    ROAD, text="Niêm yết lịch trực", state="done", late=False, ended="Biên bản số 12", ended_on=date(2026, 6, 1)
)
LATER = QuestionLine(
    "Bao giờ có tin nhắn báo kết quả?",
    "citizen",
    "",
    "later",
    unit=WARD,
    answer="Đang thử nghiệm.",
    due_on=date(2026, 11, 2),
)
RECORD = DialogueRecord(
    place=Place("BENTRA", WARD, "commune", superior=Text("Tỉnh Sông Trà")),
    name=Text("Đối thoại giữa lãnh đạo UBND phường Bến Trà với tổ chức, công dân", "Dialogue of Bến Trà Ward"),
    period=HalfYear(2026, 2),
    code="K7MPX45",
    url="https://khaosat.songtra.example/doi-thoai/K7MPX45",
    chair="Trần Văn Hòa",
    chair_office="Chủ tịch UBND phường",
    secretary="Lê Thị Minh",
    venue="Hội trường <tầng 2>",
    starts_at=datetime(2026, 10, 2, 8, tzinfo=PROVINCE_TIME),
    box_opens_on=date(2026, 9, 18),
    invited="Trưởng các thôn",
    agenda=("Khai mạc", "Hỏi đáp"),
    groups=(GroupLine("citizen", 60, 52), GroupLine("delegate", 4, 3)),
    questions=(
        QuestionLine("Bao giờ sửa đường?", "citizen", "Giao thông", "answered", same=2, unit=WARD, answer="Quý IV."),
        LATER,
        QuestionLine("Đền bù của nhà tôi?", "citizen", "", "declined", declined_reason="Đây là khiếu nại"),
    ),
    carried_over=(ROAD,),
    promises=(DONE,),
    conclusion="Giao các bộ phận thực hiện.\nCông khai kết luận.",
    started_at=datetime(2026, 10, 2, 8, 5, tzinfo=PROVINCE_TIME),
    ended_at=datetime(2026, 10, 2, 11, 20, tzinfo=PROVINCE_TIME),
)
NOW = HalfYearFigures(
    period=HalfYear(2026, 2),
    dialogues=1,
    groups=RECORD.groups,
    themes=(("Giao thông", 3), ("", 1)),
    questions=5,
    answered=3,
    later=1,
    overdue=1,
    declined=1,
    promises=3,
    kept=1,
    kept_late=0,
    open=1,
    late=1,
    dropped=1,
    poll=index_figure(),
)
REVIEW = DialogueReview(
    RECORD.place,
    NOW,
    replace(NOW, period=HalfYear(2026, 1), answered=4, later=0, overdue=0),
    (ROAD, DONE),
    date(2026, 11, 21),
)
DRAWN: dict[str, Callable[[DialogueRecord, Language], bytes]] = {
    "notice": dialogue_notice_pdf,
    "minutes": dialogue_minutes_pdf,
    "conclusions": dialogue_conclusions_pdf,
}


def words(document: bytes) -> str:
    pages = PdfReader(BytesIO(document)).pages
    return unicodedata.normalize("NFC", " ".join(" ".join(page.extract_text() for page in pages).split()))


def test_the_notice_invites_and_its_code_leads_to_the_box() -> None:
    document = dialogue_notice_pdf(RECORD)
    told = words(document)
    for part in (
        "ỦY BAN NHÂN DÂN PHƯỜNG BẾN TRÀ",
        "/TB-UBND",
        "THÔNG BÁO Về việc tổ chức đối thoại 6 tháng cuối năm 2026",
        "08 giờ 00, ngày 02 tháng 10 năm 2026",
        "Hội trường <tầng 2>",
        "người dân (60 người); đại biểu Hội đồng nhân dân (4 người)",
        "Từ ngày 18/09/2026",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
    ):
        assert part in told, part
    [page] = [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(document)][:1]
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [RECORD.url]


def test_the_minutes_hold_every_question_and_places_for_two_signatures() -> None:
    told = words(dialogue_minutes_pdf(RECORD))
    for part in (
        "BIÊN BẢN Cuộc đối thoại 6 tháng cuối năm 2026",
        "08 giờ 05, ngày 02 tháng 10 năm 2026",
        "Người dân 60 52",
        "Tổng cộng 64 55",
        "Đang thực hiện, 40% – quá hạn. Đã khảo sát",
        "Có 4 câu hỏi được nêu",
        "Câu hỏi 1 (người dân, và 2 câu hỏi khác cùng nội dung): Bao giờ sửa đường?",
        "Phường Bến Trà trả lời: Quý IV.",
        "chậm nhất ngày 02/11/2026",
        "Đền bù của nhà tôi? Lý do: Đây là khiếu nại.",
        "Giao các bộ phận thực hiện. Công khai kết luận.",
        "11 giờ 20",
    ):
        assert part in told, part
    assert "THƯ KÝ" in told.rpartition("./.")[2]
    assert "CHỦ TRÌ" in told.rpartition("./.")[2]
    assert told.rpartition("./.")[2].count("Trần Văn Hòa") == 1


def test_the_notice_of_conclusions_says_who_does_what_until_when() -> None:
    told = words(dialogue_conclusions_pdf(RECORD))
    for part in (
        "Kết luận cuộc đối thoại 6 tháng cuối năm 2026",
        "có 55 người tham dự và 4 câu hỏi",
        "Niêm yết lịch trực Phường Bến Trà; Phạm Văn Đức 15/06/2026",
        "Bao giờ có tin nhắn báo kết quả? Phường Bến Trà 02/11/2026",
        "4. Cam kết của các kỳ trước",
    ):
        assert part in told, part


def test_the_review_sets_two_half_years_side_by_side_with_the_polls_verdict() -> None:
    told = words(dialogue_review_pdf(REVIEW))
    for part in (
        "Kết quả tổ chức đối thoại 6 tháng cuối năm 2026",
        "– đã trả lời 3 4",
        "– tỷ lệ đã trả lời trên số tiếp nhận 75,00% 100,00%",
        "– trong đó đã quá ngày hẹn 1 0",
        "– tỷ lệ đúng hạn trên số đã đến hạn hoặc kết thúc 33,33% 33,33%",
        "Giao thông 3 Nội dung khác 1",
        "Khoảng tin cậy 95%",
        "Hoàn thành, 01/06/2026. Biên bản số 12",
    ):
        assert part in told, part
    alone = words(dialogue_review_pdf(replace(REVIEW, now=replace(NOW, poll=None), before=None)))
    assert "Kỳ trước không có cuộc đối thoại để so sánh." in alone
    assert "Khoảng tin cậy" not in alone
    assert "Tỷ lệ hài lòng" not in alone


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_long_texts_flow_on_and_the_same_record_gives_the_same_bytes(name: str, language: Language) -> None:
    long = replace(
        RECORD,
        questions=tuple(replace(LATER, text=f"Câu {k}: " + "Đề nghị trả lời rõ. " * 60) for k in range(12)),
        promises=tuple(replace(ROAD, text="Theo dõi " * 40) for _ in range(12)),
        conclusion="Kết luận. " * 400,
    )
    document = DRAWN[name](long, language)
    assert document == DRAWN[name](long, language)
    assert len(PdfReader(BytesIO(document)).pages) >= {"notice": 1, "minutes": 6, "conclusions": 3}[name]


def test_a_commitments_state_is_said_with_what_goes_with_it() -> None:
    assert commitment_state(ROAD, "en") == "In progress, 40% – late"
    assert commitment_state(DONE, "en") == "Done, 1 June 2026"
    assert commitment_state(replace(ROAD, late=False, percent=None), "vi") == "Đang thực hiện"


def test_a_notice_before_the_conclusions_says_that_there_are_none() -> None:
    assert "Người chủ trì chưa kết luận." in words(dialogue_conclusions_pdf(replace(RECORD, conclusion=""), "vi"))
    assert "Người chủ trì chưa kết luận." not in words(dialogue_conclusions_pdf(RECORD, "vi"))

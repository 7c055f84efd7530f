"""What the notices say, in both languages side by side: whole texts, so that an office can check what is sent.

Placeholders are those of `str.format`; what stands in doubled braces is filled in when a message is sent
(:mod:`survey.operations.mail`).
"""

from __future__ import annotations

from typing import NamedTuple

from forms.definition import Wording


class NoticeText(NamedTuple):
    subject: Wording
    body: Wording


_FOLLOW_VI = "Xem tiến độ và nội dung tại:\n{{base_url}}/y-kien/{{tracking_code}}"
_FOLLOW_EN = "You can follow it at:\n{{base_url}}/y-kien/{{tracking_code}}"
_FOOT_VI = (
    "\n\nThư này được gửi tự động vì ông/bà đã đồng ý nhận thông báo về ý kiến của mình. Xin không trả lời thư này. "
    "Không chuyển tiếp thư: ai có đường dẫn trên đều xem được tiến độ."
)
_FOOT_EN = (
    "\n\nThis message was sent by the system because you agreed to be told about your opinion. Please do not reply to "
    "it. Do not pass it on: whoever has the link can see the progress."
)
_DEAR_VI, _DEAR_EN = "Kính gửi ông/bà,\n\n", "Dear Sir or Madam,\n\n"


def _to_citizen(subject: Wording, vi: str, en: str) -> NoticeText:
    body = Wording(
        f"{_DEAR_VI}{vi}\n\n{_FOLLOW_VI}{_FOOT_VI}",
        f"{_DEAR_EN}{en}\n\n{_FOLLOW_EN}{_FOOT_EN}",
    )
    return NoticeText(subject, body)


def _to_office(subject: Wording, vi: str, en: str, link: str) -> NoticeText:
    foot_vi = "Thư này được hệ thống gửi tự động. Xin không trả lời thư này."
    foot_en = "This message was sent by the system. Please do not reply to it."
    return NoticeText(
        subject, Wording(f"{vi}\n\n{{{{base_url}}}}{link}\n\n{foot_vi}", f"{en}\n\n{{{{base_url}}}}{link}\n\n{foot_en}")
    )


# By step of the case.
TO_CITIZEN: dict[str, NoticeText] = {
    "classified": _to_citizen(
        Wording("Ý kiến của ông/bà đã được tiếp nhận", "Your opinion has been accepted"),
        "{unit} đã tiếp nhận phản ánh, kiến nghị của ông/bà. Hạn trả lời: ngày {deadline}.",
        "{unit} has accepted your opinion. It will be answered by {deadline}.",
    ),
    "transferred": _to_citizen(
        Wording("Ý kiến của ông/bà đã được chuyển đến cơ quan có thẩm quyền", "Your opinion has been passed on"),
        "Phản ánh, kiến nghị của ông/bà đã được chuyển đến {unit} là cơ quan có thẩm quyền giải quyết. "
        "Hạn trả lời: ngày {deadline}.",
        "Your opinion has been passed on to {unit}, which is in charge of the matter. "
        "It will be answered by {deadline}.",
    ),
    "extended": _to_citizen(
        Wording("Gia hạn trả lời ý kiến của ông/bà", "The answer to your opinion needs more time"),
        "{unit} cần thêm thời gian để giải quyết phản ánh, kiến nghị của ông/bà. Hạn trả lời mới: ngày {deadline}. "
        "Lý do được ghi tại trang theo dõi.",
        "{unit} needs more time for your opinion. It will be answered by {deadline}. "
        "The reason stands on the page where you follow it.",
    ),
    "answered": _to_citizen(
        Wording("Ý kiến của ông/bà đã được trả lời", "Your opinion has been answered"),
        "{unit} đã trả lời phản ánh, kiến nghị của ông/bà. Tại trang theo dõi, ông/bà đọc được câu trả lời, "
        "đánh giá việc giải quyết, và nếu chưa thỏa đáng thì có thể gửi lại một lần.",
        "{unit} has answered your opinion. On the page where you follow it you can read the answer, rate how your "
        "opinion was handled, and send it back once if the answer does not settle the matter.",
    ),
    "rejected": _to_citizen(
        Wording("Ý kiến của ông/bà không được tiếp nhận", "Your opinion was not accepted"),
        "{unit} không tiếp nhận phản ánh, kiến nghị của ông/bà. Lý do được ghi tại trang theo dõi.",
        "{unit} has not accepted your opinion. The reason stands on the page where you follow it.",
    ),
}
FOLLOW_UP = _to_citizen(
    Wording("Ông/bà đánh giá thế nào về việc giải quyết ý kiến?", "How was your opinion handled?"),
    "Cách đây ít ngày, {unit} đã trả lời phản ánh, kiến nghị của ông/bà. Ông/bà đã đồng ý để chúng tôi hỏi lại: "
    "xin cho biết ông/bà hài lòng đến mức nào về việc giải quyết.",
    "Some days ago {unit} answered your opinion. You agreed that we ask again: please tell us how satisfied you are "
    "with how it was handled.",
)

_CASE = "/staff/y-kien/{reference}"
NEW_CASES = _to_office(
    Wording("{count} phản ánh, kiến nghị chờ phân loại", "{count} opinions wait to be classified"),
    "{unit}: trong ngày {day} có {count} phản ánh, kiến nghị mới hoặc được người dân gửi lại. "
    "Hạn phân loại và chuyển: 05 ngày làm việc.",
    "{unit}: on {day}, {count} opinions came in or were sent back by citizens. They are to be classified and passed on "
    "within 5 working days.",
    "/staff/y-kien/",
)
TO_OFFICE: dict[str, NoticeText] = {
    "transferred": _to_office(
        Wording("Phản ánh, kiến nghị {reference} được chuyển đến {unit}", "Opinion {reference} was passed to {unit}"),
        "Phản ánh, kiến nghị {reference} đã được chuyển đến {unit}. Hạn trả lời: ngày {deadline}.",
        "Opinion {reference} was passed to {unit}. It is to be answered by {deadline}.",
        _CASE,
    ),
    "taken": _to_office(
        Wording("Phản ánh, kiến nghị {reference} được giao cho ông/bà", "You are in charge of opinion {reference}"),
        "Ông/bà được giao giải quyết phản ánh, kiến nghị {reference} của {unit}. Hạn trả lời: ngày {deadline}.",
        "You are in charge of opinion {reference} of {unit}. It is to be answered by {deadline}.",
        _CASE,
    ),
    "escalated": _to_office(
        Wording("Quá hạn: phản ánh, kiến nghị {reference} của {unit}", "Late: opinion {reference} of {unit}"),
        "Phản ánh, kiến nghị {reference} do {unit} giải quyết đã quá hạn trả lời ngày {deadline}. "
        "Đề nghị đôn đốc đơn vị trả lời và nêu nguyên nhân chậm.",
        "Opinion {reference}, handled by {unit}, was to be answered by {deadline} and is late. Please see to it that "
        "the unit answers and gives the cause.",
        _CASE,
    ),
}
DIALOGUE_DUE = _to_office(
    Wording("Đối thoại 6 tháng: {unit} chưa tổ chức", "Dialogue of the half-year: not held yet by {unit}"),
    "{unit} chưa tổ chức đối thoại định kỳ {half}. Đề nghị lập kế hoạch và tổ chức trước ngày {deadline}.",
    "{unit} has not held its dialogue of {half} yet. Please plan it and hold it by {deadline}.",
    "/staff/doi-thoai/",
)
COMMITMENT_LATE = _to_office(
    Wording("Cam kết sau đối thoại quá hạn ngày {deadline}", "A commitment made in a dialogue was due on {deadline}"),
    "Cam kết của {unit} đã quá hạn ngày {deadline}:\n\n{text}\n\nĐề nghị cập nhật tiến độ hoặc kết quả thực hiện.",
    "A commitment of {unit} was due on {deadline}:\n\n{text}\n\nPlease report the progress or the result.",
    "/staff/cam-ket/",
)
_FILING = "/staff/bao-cao-dinh-ky/{filing}"
FILING: dict[str, NoticeText] = {
    "due": _to_office(
        Wording("Báo cáo định kỳ của {unit}: hạn nộp {deadline}", "Periodic report of {unit}: due on {deadline}"),
        "{unit} chưa nộp báo cáo định kỳ của {wave}. Đề nghị giải trình và nộp trước hết ngày {deadline}.",
        "{unit} has not handed in its periodic report of {wave}. Please explain and hand it in by {deadline}.",
        _FILING,
    ),
    "late": _to_office(
        Wording("Quá hạn: báo cáo định kỳ của {unit}", "Late: periodic report of {unit}"),
        "{unit} chưa nộp báo cáo định kỳ của {wave}, hạn nộp là ngày {deadline}. Đề nghị nộp ngay; báo cáo không được "
        "nộp có thể được duyệt thay với số liệu đã khóa.",
        "{unit} has not handed in its periodic report of {wave}, which was due on {deadline}. Please do so now; a "
        "report that is not handed in may be approved as it stands.",
        _FILING,
    ),
    "returned": _to_office(
        Wording("Báo cáo định kỳ của {unit} được trả lại", "Periodic report of {unit} returned"),
        "Báo cáo định kỳ của {wave} do {unit} nộp được trả lại để bổ sung; lý do được ghi trong báo cáo. Hạn nộp: "
        "ngày {deadline}.",
        "The periodic report of {wave} that {unit} handed in was returned; the reason stands on its page. It is due "
        "on {deadline}.",
        _FILING,
    ),
}
HALVES = (
    Wording("6 tháng đầu năm {year}", "the first half of {year}"),
    Wording("6 tháng cuối năm {year}", "the second half of {year}"),
)

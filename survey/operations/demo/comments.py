"""What people of the sample province write: openings, matters and closings, by how satisfied they are."""

from __future__ import annotations

from random import Random

_GOOD = (
    "Cán bộ hướng dẫn rất nhiệt tình, dễ hiểu",
    "Hồ sơ được trả trước hẹn hai ngày",
    "Nhân viên ở quầy lịch sự, giải thích cặn kẽ",
    "Thủ tục nhanh gọn hơn trước nhiều",
    "Chỗ ngồi chờ mát mẻ, sạch sẽ, có nước uống",
    "Lấy số thứ tự rõ ràng, không phải chen lấn",
    "Được nhắn tin báo kết quả nên không mất công đi lại",
    "Bác bảo vệ chỉ chỗ tận tình",
    "Cô tiếp nhận hồ sơ giúp tôi kê khai trực tuyến từ đầu đến cuối",
    "Nộp hồ sơ qua mạng rồi đến lấy, chưa tới mười phút là xong",
    "Tôi lớn tuổi, mắt kém, được cán bộ đọc và điền giúp tờ khai",
    "Phí niêm yết rõ ràng, không phát sinh gì thêm",
    "Làm giấy khai sinh cho cháu xong ngay trong buổi sáng",
)
_MIXED = (
    "Nên có thêm một quầy vào buổi sáng thứ hai vì rất đông",
    "Đề nghị bố trí thêm ghế ngồi và quạt ở khu vực chờ",
    "Bảng hướng dẫn chữ nhỏ quá, người già khó đọc",
    "Mạng hay chậm nên nộp trực tuyến phải thử lại nhiều lần",
    "Cần mẫu tờ khai điền sẵn để người dân làm theo",
    "Nên có người hướng dẫn ngay ở cửa ra vào",
    "Máy lấy số bị hỏng, phải ghi số bằng tay",
    "Mong có chỗ để xe rộng hơn, trời mưa không có mái che",
    "Nên nhận hồ sơ cả chiều thứ sáu",
    "Số điện thoại hỏi đáp gọi mấy lần mới có người nghe",
    "Đề nghị công khai thời hạn giải quyết của từng bước",
    "Nên cho thanh toán bằng mã QR ở tất cả các quầy",
)
_BAD = (
    "Phải đi lại ba lần vì mỗi lần yêu cầu bổ sung một loại giấy tờ khác nhau",
    "Hồ sơ trễ hẹn gần hai tuần mà không có thư xin lỗi",
    "Cán bộ trả lời cộc lốc, không giải thích lý do trả hồ sơ",
    "Chờ hơn hai tiếng mới đến lượt",
    "Thông tin trên mạng khác với yêu cầu tại quầy",
    "Gọi điện hỏi kết quả thì được bảo cứ chờ",
    "Đã góp ý một lần nhưng không thấy ai phản hồi",
    "Hồ sơ đất đai bị trả lại nhiều lần, hướng dẫn không thống nhất",
    "Đến nơi thì quầy không có người trực",
    "Không rõ phải nộp phí bao nhiêu, hỏi mỗi người nói một kiểu",
    "Hẹn ngày trả kết quả nhưng đến nơi lại hẹn tiếp",
)
_OPENINGS = ("", "", "", "", "Ý kiến của tôi: ", "Xin góp ý: ")
_THANKS = ("", "", "", "Xin cảm ơn.", "Cảm ơn các anh chị.", "Mong tiếp tục phát huy.")
_WISHES = ("", "", "Mong lãnh đạo quan tâm.", "Đề nghị xem xét.", "Rất mong được cải thiện.")
_ENGLISH = (
    "Staff were friendly and helped me in English.",
    "Clear instructions, but the waiting area was crowded.",
    "I had to come back twice for the same paper.",
)


def write_comment(rng: Random, mean: float, language: str) -> str:
    """A comment that suits a mean rating between 1 and 5."""
    if language == "en":
        return rng.choice(_ENGLISH)
    chance = rng.random()
    matters: tuple[str, ...]
    closings: tuple[str, ...]
    if mean >= 4.1:
        matters = _GOOD if chance < 0.7 else _MIXED
        closings = _THANKS
    elif mean >= 3.2:
        matters = _MIXED if chance < 0.7 else _GOOD if chance < 0.85 else _BAD
        closings = _WISHES
    else:
        matters = _BAD if chance < 0.75 else _MIXED
        closings = _WISHES
    first, second = rng.sample(matters, 2)
    opening = rng.choice(_OPENINGS)
    text = f"{opening}{first[0].lower() if opening else first[0]}{first[1:]}"
    if rng.random() < 0.35:
        text += f". {second}"
    return f"{text}. {rng.choice(closings)}".strip()

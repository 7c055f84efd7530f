"""What the units of the sample province do about weak items: remedies of two quarters, some judged by the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.models import Unit, Wave
from survey.operations import remedies
from survey.operations.periods import PROVINCE_TIME
from survey.operations.remedies import Plan

# What the remedies of the first quarter moved from the second on, in steps of the latent scale, by place and item.
LIFTS: Mapping[str, Mapping[str, float]] = {
    "BENTRA": {"procedures_time": 0.75, "access_seats": 0.7},
    "SNNMT-DKDD": {"results_on_time": 0.6},
    "KIMSON": {"officials_guidance": 0.5},
}


class _Sample(NamedTuple):
    """A remedy; days count from the end of its wave. `ends` on a day with evidence or, where `dropped`, a reason."""

    wave: int
    unit: str
    subject: str
    code: str
    cause: str
    action: str
    owner: str
    person: str
    due: int
    steps: tuple[tuple[int, int, str], ...] = ()  # day, percent, what was done
    ends: tuple[int, str] | None = None
    dropped: bool = False
    said: str = ""
    did: str = ""


_SAMPLES = (
    _Sample(
        0, "BENTRA", "item", "procedures_time",
        "Hồ sơ hộ tịch dồn vào sáng thứ hai và thứ ba; chỉ có hai người ký nên nhiều hồ sơ trả vào chiều hôm sau.",
        "Ủy quyền thêm một người ký; trả kết quả khai sinh, khai tử, trích lục ngay trong buổi.",
        "BENTRA", "Phó Chủ tịch Phan Thị Hoài An", 20,
        ((6, 40, "Đã trình danh mục thủ tục trả ngay trong buổi."),),
        (15, "Quyết định số 118/QĐ-UBND về việc ủy quyền ký, áp dụng từ ngày ban hành."),
        said="Hồ sơ hộ tịch đơn giản vẫn phải chờ sang hôm sau mới được nhận.",
        did="Thêm người ký; khai sinh, khai tử, trích lục trả ngay trong buổi.",
    ),
    _Sample(
        0, "BENTRA", "item", "access_seats",
        "Khu vực chờ chỉ có 24 ghế, giờ cao điểm có trên 60 người.",
        "Lắp thêm 30 ghế, 4 quạt; dành một hàng ghế cho người cao tuổi và phụ nữ mang thai.",
        "BENTRA", "Văn phòng HĐND và UBND phường", 25,
        ((10, 50, "Đã nhận ghế, chờ lắp quạt."),),
        (22, "Biên bản nghiệm thu ngày bàn giao; ảnh tại bảng tin của Trung tâm."),
        said="Giờ cao điểm thiếu ghế ngồi, người già phải đứng chờ.",
        did="Lắp thêm 30 ghế và 4 quạt, có hàng ghế ưu tiên.",
    ),
    _Sample(
        0, "BENTRA", "item", "feedback_reply",
        "Góp ý bỏ vào hòm thư không có người theo dõi, không ai trả lời.",
        "Giao một người mở hòm thư hằng tuần, gọi điện trả lời trong 5 ngày làm việc.",
        "BENTRA", "Trần Thị Mỹ Duyên", 30,
        (),
        (28, "Sổ theo dõi góp ý, 46 góp ý đã trả lời trong tháng đầu."),
        said="Đã góp ý nhưng không thấy ai phản hồi.",
        did="Mở hòm thư mỗi tuần, gọi điện trả lời trong 5 ngày làm việc.",
    ),
    _Sample(
        0, "SNNMT", "factor", "results",
        "Hồ sơ đất đai chờ thông tin quy hoạch của ba cơ quan, không ai theo dõi hạn.",
        "Đặt hạn trả lời nội bộ 3 ngày; văn phòng đăng ký nhắn tin cho người dân nếu phải gia hạn.",
        "SNNMT-DKDD", "Giám đốc Văn phòng Đăng ký đất đai", 40,
        ((12, 30, "Đã thống nhất quy chế phối hợp."), (30, 80, "Nhắn tin tự động chạy thử.")),
        (38, "Quy chế phối hợp số 05/QC-SNNMT; báo cáo nhắn tin tháng đầu."),
        said="Hẹn trả kết quả nhưng đến nơi lại hẹn tiếp.",
        did="Nhắn tin trước ngày hẹn nếu hồ sơ phải gia hạn, kèm lý do.",
    ),
    _Sample(
        0, "KIMSON", "item", "officials_guidance",
        "Mỗi công chức hướng dẫn một kiểu, người dân phải bổ sung giấy tờ nhiều lần.",
        "Làm phiếu hướng dẫn thống nhất cho 30 thủ tục nhiều hồ sơ nhất, dán mã QR tại quầy.",
        "KIMSON", "Ngô Đức Thịnh", 30,
        ((9, 30, "Đã xong 12 phiếu."), (20, 70, "Đã xong 24 phiếu.")),
        (29, "30 phiếu hướng dẫn đã niêm yết tại quầy và trên trang thông tin của phường."),
    ),
    _Sample(
        0, "TRUNGNGHIA", "item", "results_on_time",
        "Thiếu công chức địa chính sau khi sáp nhập.",
        "Đề nghị biệt phái một công chức địa chính từ Sở Nông nghiệp và Môi trường.",
        "TRUNGNGHIA", "Chủ tịch UBND xã", 60,
        ((15, 10, "Đã gửi công văn đề nghị."),),
        (45, "Sở trả lời chưa bố trí được người; chuyển sang giải pháp thuê đơn vị đo đạc."),
        dropped=True,
    ),
    _Sample(
        0, "SXD", "item", "procedures_dossier",
        "Thành phần hồ sơ cấp phép xây dựng niêm yết khác với yêu cầu tại quầy.",
        "Rà soát, niêm yết lại thành phần hồ sơ của 18 thủ tục.",
        "SXD-QLXD", "Trưởng phòng Quản lý xây dựng", 90,
        ((30, 25, "Đã rà soát 6 thủ tục."), (75, 45, "Đã rà soát 9 thủ tục, còn vướng quy định mới.")),
    ),
    _Sample(
        1, "BENTRA", "factor", "feedback",
        "Người dân không biết gửi phản ánh ở đâu, không theo dõi được kết quả.",
        "Dán mã QR nhận phản ánh tại các quầy; in mã tra cứu trên giấy hẹn.",
        "BENTRA", "Trần Thị Mỹ Duyên", 175,
        ((35, 30, "Đã in mã QR."), (90, 60, "Giấy hẹn có mã tra cứu từ tháng 9.")),
    ),
    _Sample(
        1, "KIMSON", "item", "access_seats",
        "Phòng chờ chật, dùng chung với phòng tiếp dân.",
        "Chuyển phòng tiếp dân lên tầng hai, mở rộng khu chờ.",
        "KIMSON", "Văn phòng HĐND và UBND phường", 120,
        ((40, 20, "Đã duyệt phương án."),),
    ),
    _Sample(
        1, "PHUDIEN", "item", "feedback_handling",
        "Không có người chuyên trách tiếp nhận phản ánh.",
        "Phân công công chức tư pháp – hộ tịch kiêm nhiệm, có quy trình xử lý.",
        "PHUDIEN", "Cao Minh Nhật", 60,
    ),
    _Sample(
        1, "SXD", "factor", "results",
        "Nhiều hồ sơ trễ hẹn do chờ ý kiến phòng chuyên môn.",
        "Họp xử lý hồ sơ sắp đến hạn vào thứ tư hằng tuần.",
        "SXD-QLXD", "Trưởng phòng Quản lý xây dựng", 70,
        ((20, 50, "Đã họp ba phiên."),),
        (62, "Biên bản 8 phiên họp; hồ sơ trễ hẹn giảm từ 41 còn 12."),
    ),
)  # fmt: skip


def add_remedies(session: Session, units: Mapping[str, Unit], waves: Sequence[Wave], today: date) -> None:
    """The remedies as they stand on `today`: what lies ahead of it has not happened."""
    for sample in _SAMPLES:
        wave = waves[sample.wave]

        def on(days: int, after: date = wave.period_end) -> date:
            return after + timedelta(days=days)

        if on(1) > today:
            continue
        plan = Plan(sample.cause, sample.action, units[sample.owner], sample.person, on(sample.due))
        remedy = remedies.plan_remedy(
            session,
            unit=units[sample.unit],
            wave=wave,
            subject=sample.subject,
            code=sample.code,
            plan=plan,
            today=on(1),
        )
        for day, percent, text in sample.steps:
            if on(day) <= today:
                remedies.report_progress(session, remedy, percent, text, account_id=None, now=_at(on(day)))
        if sample.ends is None or on(sample.ends[0]) > today:
            continue
        end = remedies.drop_remedy if sample.dropped else remedies.finish_remedy
        end(session, remedy, sample.ends[1], account_id=None, now=_at(on(sample.ends[0])))
        if sample.said:
            remedies.show_publicly(session, remedy, sample.said, sample.did)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(16, 30), PROVINCE_TIME)

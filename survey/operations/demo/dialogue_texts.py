"""What is asked, answered and promised in the sample province's dialogues."""

from __future__ import annotations

from typing import NamedTuple


class Asked(NamedTuple):
    """A question of a group under a theme; a promise made with the answer names its deadline in days."""

    theme: str
    group: str
    text: str
    answer: str
    promise: str = ""
    days: int = 0


AGENDA = (
    "Khai mạc, giới thiệu thành phần\n"
    "Báo cáo kết quả thực hiện cam kết kỳ trước\n"
    "Trao đổi, hỏi đáp theo từng nhóm chủ đề\n"
    "Cam kết mới\n"
    "Kết luận của người chủ trì"
)
INVITED = (
    "Trưởng các thôn, tổ dân phố\nĐại diện doanh nghiệp, hộ kinh doanh trên địa bàn\n"
    "Đại diện Mặt trận Tổ quốc và đoàn thể"
)
CONCLUSION = (
    "Ghi nhận các ý kiến thẳng thắn, xây dựng của người dân và doanh nghiệp.\n"
    "Giao các bộ phận được phân công thực hiện đúng hạn từng cam kết và cập nhật tiến độ hằng tháng trên hệ thống.\n"
    "Công khai kết luận này tại trụ sở và trên trang thông tin điện tử; kiểm điểm kết quả tại kỳ đối thoại sau."
)
EARLIER = (
    Asked(
        "Đất đai, xây dựng",
        "citizen",
        "Hồ sơ đăng ký biến động đất đai của tôi trễ hẹn hai lần. Bao giờ tình trạng này chấm dứt?",
        "Do hồ sơ chuyển qua hai cơ quan nhưng chưa liên thông. Từ quý sau hồ sơ được theo dõi trên một hệ thống, "
        "trễ hẹn phải có thư xin lỗi và hẹn lại một lần duy nhất.",
        "Theo dõi hồ sơ đất đai trên một hệ thống; mọi hồ sơ trễ hẹn đều có thư xin lỗi",
        150,
    ),
    Asked(
        "Đất đai, xây dựng",
        "citizen",
        "Xin cấp phép xây dựng nhà ở phải nộp bản vẽ thế nào, sao mỗi lần cán bộ hướng dẫn một khác?",
        "Đã thống nhất một bộ hướng dẫn kèm bản vẽ mẫu, niêm yết tại quầy và trên mạng.",
        "Niêm yết bộ hướng dẫn cấp phép xây dựng kèm bản vẽ mẫu tại quầy",
        45,
    ),
    Asked(
        "Thái độ phục vụ",
        "citizen",
        "Có hôm đến nơi thì quầy không có người trực, phải chờ hơn một giờ. Đề nghị lãnh đạo cho biết cách khắc phục.",
        "Lãnh đạo xin lỗi người dân. Lịch trực và người thay thế được niêm yết tại từng quầy từ tuần sau.",
        "Niêm yết lịch trực và người thay thế tại từng quầy",
        30,
    ),
    Asked(
        "Thủ tục trực tuyến",
        "business",
        "Nộp hồ sơ trực tuyến hay báo lỗi khi tải tệp lớn, doanh nghiệp vẫn phải đến nộp giấy.",
        "Đơn vị đã kiến nghị nâng dung lượng tệp. Trong khi chờ, có máy quét và người hỗ trợ tại quầy.",
        "Bố trí máy quét và người hỗ trợ nộp hồ sơ trực tuyến vào các buổi sáng",
        60,
    ),
    Asked(
        "Thủ tục trực tuyến",
        "organisation",
        "Người cao tuổi không có điện thoại thông minh thì nộp hồ sơ bằng cách nào?",
        "Vẫn nhận hồ sơ giấy; tổ công nghệ cộng đồng của thôn, tổ dân phố giúp nộp tại nhà khi có đề nghị.",
    ),
)
LATER = (
    Asked(
        "Đất đai, xây dựng",
        "citizen",
        "Kỳ trước hứa hồ sơ đất đai không trễ nữa, nhưng gia đình tôi vẫn chờ thêm ba tuần. Ai chịu trách nhiệm?",
        "Cam kết này chưa hoàn thành và được chuyển sang kỳ này. Bộ phận đất đai báo cáo từng hồ sơ trễ vào thứ sáu "
        "hằng tuần.",
        "Công khai hằng tuần danh sách hồ sơ đất đai trễ hẹn và lý do",
        60,
    ),
    Asked(
        "Phí, lệ phí",
        "business",
        "Đề nghị công khai mức phí của từng thủ tục, có nơi thu bằng tiền mặt không có biên lai.",
        "Mức phí đã niêm yết. Từ nay mọi khoản thu đều qua mã QR hoặc biên lai điện tử; phản ánh trường hợp sai về "
        "đường dây nóng.",
        "Thu phí qua mã QR tại tất cả các quầy",
        45,
    ),
    Asked(
        "Thái độ phục vụ",
        "citizen",
        "Cán bộ mới nhiệt tình, nhưng giờ cao điểm thiếu người. Có thể mở thêm quầy sáng thứ hai không?",
        "Từ tháng sau bố trí thêm một quầy vào sáng thứ hai và sáng thứ sáu.",
        "Mở thêm một quầy vào sáng thứ hai và sáng thứ sáu",
        30,
    ),
    Asked(
        "Thủ tục trực tuyến",
        "citizen",
        "Hệ thống không báo tin khi hồ sơ có kết quả, tôi phải gọi điện hỏi nhiều lần.",
        "Đang thử nghiệm gửi tin nhắn. Sẽ trả lời bằng văn bản về thời điểm áp dụng.",
    ),
    Asked(
        "Thủ tục trực tuyến",
        "delegate",
        "Tỷ lệ hồ sơ trực tuyến của xã, phường so với toàn tỉnh ra sao?",
        "Số liệu 6 tháng được gửi kèm thông báo kết luận.",
    ),
)
SAME = "Nhà tôi cũng bị trễ hẹn trả hồ sơ đất đai, đề nghị trả lời rõ."
DECLINED = (
    "Đề nghị giải quyết đơn khiếu nại về đền bù của gia đình tôi.",
    "Đây là khiếu nại, được xem xét theo thủ tục khiếu nại; xin gửi đơn đến bộ phận tiếp công dân.",
)
NEW = (
    "Khi nào có mái che chỗ để xe cho người đến làm thủ tục?",
    "Trợ cấp xã hội hằng tháng có chuyển qua tài khoản được không?",
)

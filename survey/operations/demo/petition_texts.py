"""What people of the sample province report and recommend, and what its offices answer."""

from __future__ import annotations

from typing import NamedTuple


class Matter(NamedTuple):
    """An opinion as somebody wrote it, its class, the unit that is competent, where it is always the same, and the
    answer to just this matter, where those to its kind do not do."""

    kind: str
    class_code: str
    text: str
    competent: str = ""
    photo: bool = False
    answer: str = ""


MATTERS = (
    Matter(
        "difficulty",
        "thuong",
        (
            "Tôi nộp hồ sơ cấp đổi sổ đỏ từ đầu tháng, đến nay quá hẹn hai lần vẫn chưa có kết quả, hỏi thì "
            "được bảo cứ chờ."
        ),
        answer=(
            "Kính gửi ông/bà. Đơn vị đã kiểm tra và xin lỗi vì sự chậm trễ. Giấy chứng nhận đã được ký, trả "
            "tại quầy trong giờ làm việc; hồ sơ sắp đến hạn nay được rà soát mỗi ngày."
        ),
    ),
    Matter(
        "difficulty",
        "phuc-tap",
        "Thửa đất nhà tôi đo lại chênh với sổ cũ, phải đi lại bốn lần mà mỗi lần hướng dẫn một kiểu.",
        competent="SNNMT-DKDD",
        answer=(
            "Kính gửi ông/bà. Tổ đo đạc đã đối chiếu bản đồ và hẹn đo lại tại thửa đất; toàn bộ giấy tờ cần "
            "có được ghi trong một phiếu hướng dẫn duy nhất."
        ),
    ),
    Matter(
        "difficulty",
        "thuong",
        "Cổng dịch vụ công báo lỗi khi nộp hồ sơ khai sinh, tôi phải đem giấy đến tận nơi.",
        answer=(
            "Kính gửi ông/bà. Lỗi tải tệp khi nộp hồ sơ khai sinh đã được khắc phục. Tại quầy có người hỗ "
            "trợ nộp trực tuyến vào các buổi sáng."
        ),
    ),
    Matter(
        "difficulty",
        "khan",
        "Máy lấy số bị hỏng cả tuần, sáng nào cũng chen nhau ghi tên vào giấy.",
        answer=(
            "Kính gửi ông/bà. Máy lấy số đã được sửa xong; khi máy hỏng, đơn vị bố trí người phát số và "
            "hướng dẫn tại cửa."
        ),
    ),
    Matter(
        "difficulty",
        "thuong",
        "Phòng chờ chỉ có ba cái ghế, người già phải đứng. Tôi gửi kèm ảnh chụp sáng nay.",
        photo=True,
        answer=("Kính gửi ông/bà. Đơn vị đã đặt thêm ghế ở phòng chờ và dành hàng ghế đầu cho người cao tuổi."),
    ),
    Matter(
        "difficulty",
        "thuong",
        "Đã nộp đủ giấy tờ theo bảng niêm yết nhưng lại bị yêu cầu thêm bản sao hộ khẩu cũ.",
        answer=(
            "Kính gửi ông/bà. Qua kiểm tra, yêu cầu thêm bản sao hộ khẩu là không đúng quy định. Đơn vị đã "
            "nhắc nhở người tiếp nhận, bỏ yêu cầu này và niêm yết lại thành phần hồ sơ tại quầy."
        ),
    ),
    Matter(
        "difficulty",
        "phuc-tap",
        "Giấy phép xây dựng nhà ở quá hạn trả hai tuần, thợ đã hẹn mà không khởi công được.",
        competent="SXD-QLXD",
        answer=(
            "Kính gửi ông/bà. Đơn vị xin lỗi vì trả kết quả chậm. Giấy phép đã được cấp; đơn vị đã phân công "
            "thêm người thẩm định và gửi thư xin lỗi kèm ngày hẹn lại khi hồ sơ trễ hạn."
        ),
    ),
    Matter(
        "attitude",
        "thuong",
        "Cán bộ ở quầy trả lời cộc lốc, không giải thích vì sao hồ sơ bị trả lại.",
        answer=(
            "Kính gửi ông/bà. Đơn vị xin lỗi về thái độ phục vụ mà ông/bà đã gặp. Người trực quầy đã được "
            "nhắc nhở; từ nay hồ sơ bị trả lại đều có phiếu nêu rõ lý do."
        ),
    ),
    Matter(
        "attitude",
        "thuong",
        "Đến lúc 10 giờ 30 thì quầy đã nghỉ, không có bảng thông báo, gọi điện không ai nghe máy.",
        answer=(
            "Kính gửi ông/bà. Quầy đóng sớm hôm đó là không đúng quy định. Từ tuần này mỗi quầy có người "
            "trực thay và số điện thoại đường dây nóng dán tại quầy."
        ),
    ),
    Matter(
        "attitude",
        "thuong",
        "Người đến sau được gọi trước vì quen biết, tôi hỏi thì được bảo là hồ sơ ưu tiên.",
        answer=(
            "Kính gửi ông/bà. Đơn vị đã xem lại thứ tự gọi số và nhắc nhở người trực quầy. Hồ sơ ưu tiên nay "
            "có bảng niêm yết đối tượng; các trường hợp khác gọi đúng số thứ tự."
        ),
    ),
    Matter(
        "recommendation", "kien-nghi", "Đề nghị nhận hồ sơ cả sáng thứ bảy, người đi làm không nghỉ được ngày thường."
    ),
    Matter(
        "recommendation",
        "kien-nghi",
        "Nên bỏ yêu cầu nộp bản giấy khi đã nộp trực tuyến bằng chữ ký số.",
        competent="SNV-CCHC",
    ),
    Matter("recommendation", "thuong", "Đề nghị in chữ to hơn ở bảng hướng dẫn, người lớn tuổi không đọc được."),
    Matter("recommendation", "thuong", "Nên nhắn tin báo khi hồ sơ xong, đỡ phải gọi hỏi nhiều lần."),
    Matter(
        "recommendation",
        "thuong",
        "Đề nghị làm mái che chỗ để xe, trời mưa không có chỗ đứng. Xem ảnh kèm theo.",
        photo=True,
    ),
    Matter("praise", "thuong", "Cô ở quầy hộ tịch giúp mẹ tôi điền tờ khai rất tận tình. Cảm ơn cơ quan."),
    Matter("praise", "thuong", "Hồ sơ kinh doanh trả trước hẹn ba ngày, hướng dẫn rõ ràng, đề nghị biểu dương."),
)
ANSWERS = {
    "difficulty": (
        (
            "Kính gửi ông/bà. Đơn vị đã kiểm tra và xin lỗi vì sự chậm trễ. Hồ sơ đã được giải quyết xong; kết "
            "quả trả tại quầy trong giờ làm việc. Đơn vị đã phân công thêm người theo dõi hồ sơ đến hạn mỗi "
            "ngày."
        ),
        (
            "Kính gửi ông/bà. Qua kiểm tra, yêu cầu bổ sung giấy tờ là không đúng quy định. Đơn vị đã nhắc nhở "
            "người tiếp nhận, bỏ yêu cầu này và niêm yết lại thành phần hồ sơ tại quầy."
        ),
        (
            "Kính gửi ông/bà. Thiết bị đã được sửa xong; trong lúc chờ, đơn vị bố trí người phát số và hướng "
            "dẫn tại cửa."
        ),
    ),
    "attitude": (
        (
            "Kính gửi ông/bà. Đơn vị xin lỗi về thái độ phục vụ mà ông/bà đã gặp. Người trực quầy đã được nhắc "
            "nhở, kiểm điểm trước tập thể; lãnh đạo đơn vị trực tiếp theo dõi quầy này trong một tháng."
        ),
        (
            "Kính gửi ông/bà. Đơn vị đã xem lại lịch trực: quầy đóng sớm hôm đó là không đúng quy định. Từ tuần "
            "này mỗi quầy có người trực thay và số điện thoại đường dây nóng dán tại quầy."
        ),
    ),
    "recommendation": (
        (
            "Kính gửi ông/bà. Đơn vị tiếp thu kiến nghị và đã đưa vào kế hoạch quý tới; kết quả sẽ được công "
            "khai tại bộ phận một cửa."
        ),
        (
            "Kính gửi ông/bà. Kiến nghị đã được tổng hợp, báo cáo cấp có thẩm quyền xem xét vì vượt thẩm quyền "
            "của đơn vị."
        ),
    ),
    "praise": (
        (
            "Kính gửi ông/bà. Cảm ơn ông/bà đã động viên. Đơn vị đã thông báo lời khen đến người trực quầy và "
            "toàn bộ phận."
        ),
    ),
}
CAUSES = (
    "Chờ kết quả đo đạc lại của đơn vị phối hợp",
    "Thiếu người trong đợt cao điểm nộp hồ sơ",
    "Chờ ý kiến của sở chuyên ngành",
    "Người dân chưa bổ sung được giấy tờ gốc",
)
NOTES = (
    "Đã gọi bộ phận một cửa xác minh, chờ văn bản trả lời.",
    "Trùng nội dung với một ý kiến tháng trước, đối chiếu trước khi trả lời.",
    "Lãnh đạo yêu cầu kiểm tra camera khu vực quầy.",
)
NAMES = (
    "Nguyễn Văn Hòa",
    "Trần Thị Lành",
    "Lê Minh Khôi",
    "Phạm Thị Ngọc Ánh",
    "Võ Đình Sơn",
    "Đặng Thị Thu Hà",
)
TEMPLATES = (
    (
        "Xin lỗi vì chậm trễ",
        (
            "Kính gửi ông/bà.\n\n[đơn vị] đã nhận ý kiến số [số hồ sơ] ngày [ngày tiếp nhận] về [nơi phản "
            "ánh].\n\nQua kiểm tra, [nêu kết quả kiểm tra]. Đơn vị xin lỗi ông/bà và đã [nêu việc đã làm để "
            "khắc phục].\n\nTrân trọng."
        ),
    ),
    (
        "Tiếp thu kiến nghị",
        (
            "Kính gửi ông/bà.\n\n[đơn vị] cảm ơn kiến nghị số [số hồ sơ] ngày [ngày tiếp nhận].\n\nĐơn vị tiếp "
            "thu và sẽ [nêu việc sẽ làm], hoàn thành trước [nêu thời hạn].\n\nTrân trọng."
        ),
    ),
    (
        "Giải thích quy định",
        (
            "Kính gửi ông/bà.\n\nVề nội dung ông/bà nêu ngày [ngày tiếp nhận], [đơn vị] xin trả lời: theo [nêu "
            "điều, khoản, văn bản], [nêu nội dung quy định].\n\nNếu chưa rõ, mời ông/bà đến [nêu nơi và giờ "
            "tiếp dân].\n\nTrân trọng."
        ),
    ),
)

"""The columns of open data: figures and units of a wave, opinions and dialogues of a half-year, and what each means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.figures import Text

WaveTable = Literal["figures", "units"]
TableName = Literal["figures", "units", "opinions", "dialogues"]
Datatype = Literal["string", "integer", "number", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `codes` names the list of codes that its values are from."""

    name: str
    datatype: Datatype
    about: Text
    codes: str = ""
    required: bool = False


_WAVE = (
    Column("wave", "string", Text("Mã đợt khảo sát", "Code of the survey wave"), required=True),
    Column("period_start", "date", Text("Ngày đầu của kỳ", "First day of the period"), required=True),
    Column("period_end", "date", Text("Ngày cuối của kỳ", "Last day of the period"), required=True),
    Column("unit", "string", Text("Mã đơn vị", "Code of the unit"), required=True),
    Column("unit_name_vi", "string", Text("Tên đơn vị", "Name of the unit in Vietnamese"), required=True),
    Column("unit_name_en", "string", Text("Tên đơn vị bằng tiếng Anh, nếu có", "Name of the unit in English, if any")),
    Column("unit_kind", "string", Text("Loại đơn vị", "Kind of unit"), "kind", required=True),
)
_FIGURE = (
    Column("estimate", "number", Text("Tỷ lệ hài lòng, từ 0 đến 1, không làm tròn", "Satisfaction, 0 to 1, unrounded")),
    Column("lower", "number", Text("Cận dưới của khoảng tin cậy 95%", "Lower bound of the 95% interval")),
    Column("upper", "number", Text("Cận trên của khoảng tin cậy 95%", "Upper bound of the 95% interval")),
    Column("interval_method", "string", Text("Cách tính khoảng tin cậy", "Method of the interval"), "interval_method"),
    Column("rule", "string", Text("Cách tính tỷ lệ", "Rule of the percentage"), "rule"),
    Column("aggregation", "string", Text("Cách gộp các tiêu chí", "How items are aggregated"), "aggregation"),
    Column("weighting", "string", Text("Có tính trọng số hay không", "Whether weighted"), "weighting"),
    Column(
        "trust_levels",
        "string",
        Text("Các mức tin cậy được tính, cách nhau bằng dấu cách", "Trust levels counted, separated by blanks"),
        "trust",
    ),
    Column("target", "number", Text("Chỉ tiêu, từ 0 đến 1", "Target, 0 to 1")),
    Column("verdict", "string", Text("Kết luận so với chỉ tiêu", "Verdict against the target"), "verdict"),
    Column(
        "hidden",
        "boolean",
        Text(
            "true: ẩn vì quá ít người trả lời; khi đó không có số nào",
            "true: hidden, too few people answered; there is no number then",
        ),
        required=True,
    ),
)
FIGURES = (
    *_WAVE,
    Column("part", "string", Text("Loại số liệu", "Kind of figure"), "part", required=True),
    Column("code", "string", Text("Mã chỉ số, yếu tố, tiêu chí", "Code of the index, factor or item"), required=True),
    Column("label_vi", "string", Text("Tên hoặc câu hỏi", "Name or wording in Vietnamese"), required=True),
    Column("label_en", "string", Text("Tên hoặc câu hỏi bằng tiếng Anh, nếu có", "Name or wording in English, if any")),
    Column("people", "integer", Text("Số người có ít nhất một câu trả lời", "People with at least one answer")),
    Column(
        "answers",
        "integer",
        Text("Số câu trả lời từ mức 1 đến mức 5 (cơ sở tính)", "Answers from level 1 to level 5 (the base)"),
    ),
    *(Column(f"n{k}", "integer", Text(f"Số câu trả lời ở mức {k}", f"Answers of level {k}")) for k in range(1, 6)),
    Column("no_opinion", "integer", Text("Số lượt “không có ý kiến”", "How often “no opinion” was chosen")),
    Column("skipped", "integer", Text("Số lượt bỏ trống", "How often it was left blank")),
    *_FIGURE,
)
UNITS = (
    *_WAVE,
    Column("superior_vi", "string", Text("Đơn vị cấp trên", "Unit above, in Vietnamese")),
    Column("version", "integer", Text("Lần công bố số liệu của đơn vị", "Version of its figures"), required=True),
    Column("people", "integer", Text("Số người trả lời", "People who answered")),
    Column("responses", "integer", Text("Số phiếu được tính", "Forms counted")),
    Column("flagged", "integer", Text("Số phiếu nghi ngờ, không tính", "Doubtful forms, not counted")),
    Column("transactions", "integer", Text("Số hồ sơ của kỳ (N)", "Transactions of the period (N)")),
    Column("issued", "integer", Text("Số phiếu giấy phát ra", "Paper forms handed out")),
    Column("rate", "number", Text("Tỷ lệ phiếu, từ 0 đến 1", "Rate of forms, 0 to 1")),
    Column("rate_kind", "string", Text("Tỷ lệ phiếu tính trên gì", "What the rate of forms stands on"), "rate_kind"),
    Column("covered", "integer", Text("Số hồ sơ của các đơn vị có phiếu", "Transactions of units that have forms")),
    Column("covered_of", "integer", Text("Số hồ sơ của mọi đơn vị", "Transactions of all units")),
    Column("design", "string", Text("Cách chọn người trả lời", "How people came to answer"), "design"),
    Column(
        "minimum_people",
        "integer",
        Text("Số người ít nhất để kết luận", "The fewest people that a verdict needs"),
    ),
    Column("questionnaire", "string", Text("Bộ câu hỏi và phiên bản", "Questionnaire and its version")),
    *_FIGURE,
    Column(
        "figures_sha256",
        "string",
        Text("SHA-256 của số liệu đã khóa (tệp JSON của đơn vị)", "SHA-256 of the unit's JSON file"),
        required=True,
    ),
    Column("ledger_head", "string", Text("Niêm phong của dữ liệu gốc", "Seal of the underlying data")),
)
_HALF_YEAR = (
    Column("period", "string", Text("Mã kỳ: năm và nửa năm", "Code of the half-year: year and half"), required=True),
    Column("period_start", "date", Text("Ngày đầu của kỳ", "First day of the period"), required=True),
    Column("period_end", "date", Text("Ngày cuối của kỳ", "Last day of the period"), required=True),
    Column(
        "row", "string", Text("Dòng của một đơn vị hay của tất cả", "Row of one unit or of all"), "row", required=True
    ),
    Column(
        "unit", "string", Text("Mã đơn vị; để trống ở dòng của tất cả", "Code of the unit; empty in the row of all")
    ),
    Column("unit_name_vi", "string", Text("Tên đơn vị", "Name of the unit in Vietnamese")),
    Column("unit_name_en", "string", Text("Tên đơn vị bằng tiếng Anh, nếu có", "Name of the unit in English, if any")),
    Column("unit_kind", "string", Text("Loại đơn vị", "Kind of unit"), "kind"),
)
OPINIONS = (
    *_HALF_YEAR,
    Column(
        "received",
        "integer",
        Text(
            "Số phản ánh, kiến nghị người dân tự gửi trong kỳ", "Opinions that citizens sent themselves in the period"
        ),
    ),
    Column(
        "due",
        "integer",
        Text("Số phải trả lời đến ngày khóa số liệu (cơ sở tính)", "Due by the day the figures were frozen (the base)"),
    ),
    Column("on_time", "integer", Text("Số trả lời đúng hạn", "Answered on time")),
    Column("on_time_share", "number", Text("Tỷ lệ đúng hạn, từ 0 đến 1", "Share on time, 0 to 1")),
    Column("accepted", "integer", Text("Số được tiếp nhận xử lý (cơ sở tính)", "Accepted for handling (the base)")),
    Column(
        "displeased",
        "integer",
        Text(
            "Số người không hài lòng với việc xử lý: đánh giá mức 1, 2 hoặc gửi lại",
            "People displeased with the handling: rated 1 or 2, or sent it back",
        ),
    ),
    Column(
        "content_share",
        "number",
        Text(
            "Tỷ lệ không có ý không hài lòng, từ 0 đến 1 (Quyết định 766/QĐ-TTg)",
            "Share not displeased, 0 to 1 (Decision 766/QĐ-TTg)",
        ),
    ),
    Column("rated", "integer", Text("Số người đã đánh giá việc xử lý", "People who rated the handling")),
    Column(
        "entered",
        "integer",
        Text(
            "Số do cán bộ nhập thay, không tính ở các cột khác; chỉ có ở dòng của tất cả",
            "Entered by officials, in no other column; in the row of all alone",
        ),
    ),
    Column(
        "hidden",
        "boolean",
        Text("true: ẩn mọi số vì dựa trên quá ít người", "true: every number is hidden, too few people"),
        required=True,
    ),
    Column(
        "time_hidden",
        "boolean",
        Text("true: ẩn số liệu về thời hạn", "true: the numbers about deadlines are hidden"),
        required=True,
    ),
    Column(
        "content_hidden",
        "boolean",
        Text("true: ẩn số liệu về đánh giá", "true: the numbers about ratings are hidden"),
        required=True,
    ),
)
DIALOGUES = (
    *_HALF_YEAR,
    Column(
        "units_due",
        "integer",
        Text(
            "Số đơn vị phải đối thoại trong kỳ; chỉ có ở dòng của tất cả",
            "Units that had to hold a dialogue; in the row of all alone",
        ),
    ),
    Column(
        "units_held",
        "integer",
        Text("Trong đó đã đối thoại trong kỳ", "Those of them that held it in the period"),
    ),
    Column("held", "string", Text("Đã tổ chức đối thoại của kỳ hay chưa", "Whether the dialogue was held"), "held"),
    Column("held_on", "date", Text("Ngày đối thoại", "Day of the dialogue")),
    Column(
        "questions",
        "integer",
        Text(
            "Số câu hỏi của các cuộc đối thoại đã kết luận (cơ sở tính); câu trùng nội dung tính một lần",
            "Questions of concluded dialogues (the base); those of one matter count once",
        ),
    ),
    Column("answered", "integer", Text("Số câu đã trả lời đến ngày khóa số liệu", "Answered by the day of freezing")),
    Column(
        "declined", "integer", Text("Số câu không đưa ra đối thoại, có lý do", "Kept from the meeting, with a reason")
    ),
    Column(
        "questions_hidden",
        "boolean",
        Text("true: ẩn số liệu về câu hỏi", "true: the numbers about questions are hidden"),
        required=True,
    ),
    Column("answered_share", "number", Text("Tỷ lệ đã trả lời, từ 0 đến 1", "Share answered, 0 to 1")),
    Column(
        "promises_due",
        "integer",
        Text("Số cam kết đến hạn trong kỳ (cơ sở tính)", "Promises due in the period (the base)"),
    ),
    Column("promises_kept", "integer", Text("Số cam kết thực hiện đúng hạn", "Promises kept by their deadline")),
    Column("kept_share", "number", Text("Tỷ lệ giữ cam kết, từ 0 đến 1", "Share kept, 0 to 1")),
)
TABLES: dict[TableName, tuple[Column, ...]] = {
    "figures": FIGURES,
    "units": UNITS,
    "opinions": OPINIONS,
    "dialogues": DIALOGUES,
}

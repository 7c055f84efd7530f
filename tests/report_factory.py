"""Sample figures for tests of what is printed: a believable unit report, and its empty and hidden siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

from reports.figures import (
    NO_ESTIMATE,
    Change,
    Counts,
    Estimate,
    Figure,
    Level,
    Place,
    Text,
    TrendPoint,
    Verdict,
    VerdictReason,
    VerdictState,
    WaveLabel,
)
from reports.report_figures import Coverage, ItemQuality, Method, Mix, Quality, UnitLine, UnitReport

TARGET = Fraction(4, 5)

FACTORS = (
    ("access", "Tiếp cận dịch vụ", "Access to services", (12, 31, 118, 420, 289)),
    ("procedures", "Thủ tục hành chính", "Administrative procedures", (20, 66, 204, 560, 310)),
    ("officials", "Công chức trực tiếp giải quyết công việc", "Officials handling the matter", (4, 9, 60, 401, 390)),
    ("results", "Kết quả cung ứng dịch vụ", "Results of the service", (9, 21, 92, 395, 350)),
    ("feedback", "Tiếp nhận, xử lý góp ý, phản ánh, kiến nghị", "Handling of opinions", (40, 88, 210, 330, 190)),
)
ITEMS = (
    (
        "access_signs",
        "Biển hiệu, chỉ dẫn tại nơi tiếp nhận hồ sơ rõ ràng, dễ thấy",
        "Signs are clear",
        (4, 9, 40, 140, 97),
    ),
    ("access_seats", "Nơi ngồi chờ có đủ ghế, bàn viết", "Enough seats and desks", (6, 12, 38, 141, 93)),
    ("access_equipment", "Trang thiết bị phục vụ đầy đủ, dùng được", "Equipment works", (2, 10, 40, 139, 99)),
    ("procedures_posted", "Thủ tục được niêm yết công khai, đầy đủ", "Procedures posted", (3, 10, 41, 150, 85)),
    ("procedures_dossier", "Thành phần hồ sơ đúng quy định", "Dossier as regulated", (5, 16, 52, 140, 77)),
    ("procedures_fee", "Phí, lệ phí thu đúng quy định", "Fee as regulated", (2, 6, 30, 150, 102)),
    ("procedures_time", "Thời hạn giải quyết đúng quy định", "Time limit as regulated", (10, 34, 81, 120, 46)),
    ("officials_polite", "Công chức lịch sự, tôn trọng người dân", "Officials are polite", (1, 2, 18, 130, 139)),
    ("officials_guidance", "Công chức hướng dẫn rõ ràng, một lần, đầy đủ", "Clear guidance", (2, 4, 24, 134, 126)),
    ("officials_rules", "Công chức giải quyết đúng quy định", "Officials follow rules", (1, 3, 18, 137, 125)),
    ("results_day", "Trả kết quả đúng ngày hẹn", "On the appointed day", (5, 11, 40, 130, 104)),
    ("results_complete", "Kết quả đầy đủ, chính xác", "Complete and accurate", (2, 5, 26, 132, 125)),
    ("results_fair", "Kết quả công bằng", "Fair result", (2, 5, 26, 133, 121)),
    ("feedback_channels", "Có kênh tiếp nhận góp ý, phản ánh, kiến nghị", "Channels exist", (9, 20, 60, 120, 71)),
    ("feedback_handled", "Góp ý được xử lý đúng quy định", "Handled as regulated", (14, 31, 72, 108, 61)),
    ("feedback_told", "Kết quả xử lý được thông báo kịp thời", "Told in time", (17, 37, 78, 102, 58)),
)


def verdict(lower: float, upper: float, value: Fraction, target: Fraction = TARGET) -> Verdict:
    state: VerdictState = "inconclusive"
    reason: VerdictReason = "interval_spans"
    if lower >= target:
        state, reason = "met", "interval_above"
    elif upper < target:
        state, reason = "not_met", "interval_below"
    return Verdict(state, reason, target, value - target)


def figure(
    code: str = "access",
    label: Text | str = "Tiếp cận dịch vụ",
    n: tuple[int, int, int, int, int] = (12, 31, 118, 420, 289),
    *,
    level: Level = "factor",
    people: int | None = None,
    half_width: float = 0.018,
    target: Fraction = TARGET,
) -> Figure:
    """A figure whose estimate is its counts' top-two share, with a plain interval around it."""
    counts = Counts(n)
    value = Fraction(counts.satisfied, counts.base)
    lower, upper = max(0.0, float(value) - half_width), min(1.0, float(value) + half_width)
    return Figure(
        code=code,
        label=Text(label) if isinstance(label, str) else label,
        level=level,
        rule="top_two",
        aggregation="pool_answers",
        weighting="unweighted",
        people=counts.base if people is None else people,
        answers=counts.base,
        counts=counts,
        estimate=Estimate(float(value), half_width / 1.96, lower, upper, 280, "logit", value),
        verdict=verdict(lower, upper, value, target),
    )


def hidden(like: Figure) -> Figure:
    """`like`, suppressed."""
    return replace(
        like,
        people=0,
        answers=0,
        counts=Counts(),
        estimate=NO_ESTIMATE,
        verdict=Verdict("inconclusive", "hidden", like.verdict.target),
        suppressed=True,
    )


def unanswered(like: Figure) -> Figure:
    """`like` without any answer."""
    return replace(hidden(like), verdict=Verdict("inconclusive", "no_answers", like.verdict.target), suppressed=False)


def place(code: str = "SNV-01", vi: str = "Ủy ban nhân dân phường Trần Phú", en: str = "Trần Phú Ward") -> Place:
    return Place(
        code,
        Text(vi, en),
        "commune",
        one_stop=Text("Trung tâm phục vụ hành chính công", "Public administration service centre"),
        superior=Text("Ủy ban nhân dân tỉnh Quảng Ngãi", "People's Committee of Quảng Ngãi Province"),
    )


def index_figure() -> Figure:
    total = sum((Counts(n) for _, _, _, n in FACTORS), Counts())
    return figure("index", Text("Chỉ số hài lòng", "Satisfaction index"), total.n, level="index", people=292)


def trend(
    values: Sequence[tuple[int, int, int, int, int]] = ((50, 90, 300, 700, 380), (40, 80, 260, 720, 400)),
) -> tuple[TrendPoint, ...]:
    points = [
        TrendPoint(
            f"w{k}",
            Text(f"6 tháng đầu năm {2024 + k}", f"First half of {2024 + k}"),
            date(2024 + k, 1, 1),
            date(2024 + k, 6, 30),
            figure("index", "Chỉ số hài lòng", n, level="index", people=250 + k, half_width=0.03),
            breaks_before=k == 1,
        )
        for k, n in enumerate(values)
    ]
    now = TrendPoint(
        "2026-H1",
        Text("6 tháng đầu năm 2026", "First half of 2026"),
        date(2026, 1, 1),
        date(2026, 6, 30),
        index_figure(),
    )
    return (*points, now)


def unit_report(**changes: object) -> UnitReport:
    """A commune's report of one published wave; any field can be given."""
    items = tuple(figure(c, Text(vi, en), n, level="item", half_width=0.045) for c, vi, en, n in ITEMS)
    index = index_figure()
    report = UnitReport(
        place=place(),
        wave=WaveLabel(
            "2026-H1",
            Text("Đợt 6 tháng đầu năm 2026", "First half of 2026"),
            date(2026, 1, 1),
            date(2026, 6, 30),
            "published",
        ),
        method=Method(
            rule="top_two",
            aggregation="pool_answers",
            weighting="unweighted",
            design="self_selected",
            trust_levels=("verified", "present", "open"),
            target=TARGET,
            target_reference=Text("Kế hoạch cải cách hành chính năm 2026", "Administrative reform plan 2026"),
            minimum_people=30,
            suppression_people=5,
            questionnaire="counter 1.0",
            questionnaire_title=Text("Phiếu khảo sát tại bộ phận một cửa", "One-stop counter survey"),
            legal_reference=Text("Quyết định số 1001/QĐ-BNV", "Decision 1001/QĐ-BNV"),
            rule_dated=date(2026, 1, 1),
        ),
        index=index,
        beside=replace(
            figure("index", "Chỉ số hài lòng", (30, 80, 210, 600, 380), level="index"), weighting="weighted"
        ),
        overall=figure(
            "overall_satisfaction", Text("Mức độ hài lòng chung", "Overall satisfaction"), (5, 12, 40, 140, 95)
        ),
        contents=(),
        factors=tuple(figure(c, Text(vi, en), n, people=sum(n) // 3) for c, vi, en, n in FACTORS),
        items=items,
        quality=Quality(
            responses=292,
            flagged=7,
            valid=288,
            validity_rule=Text("trả lời ít nhất một nửa số tiêu chí", "at least half of the items answered"),
            issued=None,
            transactions=1840,
            rate=Fraction(292, 1840),
            items=tuple(ItemQuality(item.code, 292, item.answers, 2) for item in items),
            alpha=0.912,
            alpha_base=240,
            median_seconds=95,
            channels=(Mix("qr", 210), Mix("kiosk", 60), Mix("paper", 22)),
            trust_levels=(Mix("present", 252), Mix("open", 40)),
            groups=(Mix("citizen", 292),),
            index_with_flagged=Estimate(0.7812, 0.01, 0.7601, 0.8003),
        ),
        coverage=Coverage(1840, 1902, units_left_out=("Quầy 7",)),
        tipping_point=Fraction(8012, 10000),
        all_satisfied=figure("all_satisfied", Text("Hài lòng toàn diện", "Satisfied throughout"), (0, 110, 0, 182, 0)),
        changes=(
            Change(
                "previous",
                "2025-H2",
                Text("Đợt 6 tháng cuối năm 2025", "Second half of 2025"),
                "moved_up",
                0.0210,
                0.0035,
                0.0385,
                Estimate(0.7602, 0.0065, 0.7473, 0.7727),
                Estimate(0.7812, 0.0062, 0.7688, 0.7931),
                common_items=16,
                common_units=1,
                others_difference=0.011,
            ),
            Change("last_year", "2025-H1", Text("Đợt 6 tháng đầu năm 2025", "First half of 2025"), "broken"),
        ),
        trend=trend(),
        children=(
            UnitLine(
                place("Q1", "Quầy 1 – Đất đai, xây dựng", "Counter 1 – Land"), figure(n=(4, 9, 60, 401, 390)), 700
            ),
            UnitLine(place("Q2", "Quầy 2 – Hộ tịch, chứng thực", "Counter 2 – Civil status"), hidden(figure()), 1140),
        ),
        breakdowns=(("channel", (figure("qr", Text("Mã QR", "QR code")), hidden(figure("paper", "Phiếu giấy")))),),
        compiled_at=datetime(2026, 7, 2, 9, 30, tzinfo=UTC),
        ledger_head="9f2c4f7be1a0d3c5",
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def hidden_report() -> UnitReport:
    """A unit too small to show anything."""
    full = unit_report()
    return replace(
        full,
        index=hidden(full.index),
        beside=None,
        overall=hidden(full.overall) if full.overall else None,
        factors=tuple(map(hidden, full.factors)),
        items=tuple(map(hidden, full.items)),
        all_satisfied=None,
        tipping_point=None,
        changes=(),
        trend=tuple(replace(point, figure=hidden(point.figure)) for point in full.trend),
        children=tuple(replace(line, index=hidden(line.index)) for line in full.children),
        breakdowns=(),
        coverage=None,
        quality=Quality(responses=3, flagged=0, valid=3, validity_rule=Text("")),
    )


def empty_report() -> UnitReport:
    """A wave nobody has answered yet."""
    full = unit_report()
    return replace(
        full,
        index=unanswered(full.index),
        beside=None,
        overall=unanswered(full.overall) if full.overall else None,
        factors=tuple(map(unanswered, full.factors)),
        items=tuple(map(unanswered, full.items)),
        all_satisfied=None,
        tipping_point=None,
        changes=(),
        trend=(),
        children=(),
        breakdowns=(),
        coverage=None,
        quality=Quality(responses=0, flagged=0, valid=0, validity_rule=Text("")),
        compiled_at=None,
    )

"""The named, dated rules by which a fraction is formed from counts and items are brought together, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from reports.figures import Aggregation, Rule, Text


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """What is printed under every figure: name, formula, and where the rule comes from.

    `valid_from` and `valid_to` bound the use in published figures, as far as known; `certain` is False where that
    rests on secondary sources only.
    """

    name: Text
    formula: Text
    basis: Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    certain: bool = False


RULES: Mapping[Rule, RuleDescription] = MappingProxyType(
    {
        "top_two": RuleDescription(
            Text("Tỷ lệ người hài lòng (mức 4 và mức 5)", "Share of satisfied answers (4 and 5)"),
            Text("(n4 + n5) / n", "(n4 + n5) / n"),
            Text(
                "Cách công bố “x% người dân hài lòng” giai đoạn 2017–2021",
                "Published as “x% of people satisfied”, 2017–2021",
            ),
            valid_from=date(2017, 1, 1),
        ),
        "mean_of_max": RuleDescription(
            Text("Điểm trung bình so với điểm tối đa", "Mean score over the maximum score"),
            Text("Σ k·nk / (5n)", "Σ k·nk / (5n)"),
        ),
        "scaled_mean": RuleDescription(
            Text("Điểm trung bình quy đổi về thang 0–100%", "Mean score rescaled to 0–100%"),
            Text("(điểm trung bình − 1) / 4", "(mean − 1) / 4"),
        ),
        "upper_levels": RuleDescription(
            Text("Tỷ lệ người hài lòng (mức 2 và mức 3 của thang 3 mức)", "Share of satisfied answers (2 and 3 of 3)"),
            Text("(n2 + n3) / n", "(n2 + n3) / n"),
            Text(
                "Thang đánh giá của Thông tư số 32/2017/TT-BTTTT: chưa hài lòng, hài lòng, rất hài lòng",
                "The scale of Circular 32/2017/TT-BTTTT: not satisfied, satisfied, very satisfied",
            ),
            valid_from=date(2018, 1, 1),
        ),
    }
)

AGGREGATIONS: Mapping[Aggregation, RuleDescription] = MappingProxyType(
    {
        "pool_answers": RuleDescription(
            Text("Gộp mọi câu trả lời của các tiêu chí", "All answers of the items pooled"),
            Text("Σ (số câu trả lời hài lòng) / Σ (số câu trả lời hợp lệ)", "Σ satisfied answers / Σ valid answers"),
            Text(
                "Phù hợp với chỉ số năm 2024 đã công bố (83,84% và 84,09% → 83,94%)",
                "Agrees with the published index of 2024 (83.84% and 84.09% → 83.94%)",
            ),
        ),
        "mean_of_items": RuleDescription(
            Text("Trung bình cộng các tiêu chí", "Plain mean of the items"),
            Text("Σ (chỉ số tiêu chí) / số tiêu chí", "Σ item index / number of items"),
            Text(
                "Phù hợp với chỉ số năm 2024 đã công bố (83,84% và 84,09% → 83,94%)",
                "Agrees with the published index of 2024 (83.84% and 84.09% → 83.94%)",
            ),
        ),
        "mean_of_factors": RuleDescription(
            Text("Trung bình cộng các yếu tố", "Plain mean of the factors"),
            Text("Σ (chỉ số yếu tố) / số yếu tố", "Σ factor index / number of factors"),
        ),
    }
)

"""An index over the years: what counts as reached, what may be compared, how numbers are typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.decimal_notation import parsed, written
from reports.figures import Text
from reports.index_chart import index_chart
from reports.index_figures import IndexAim, IndexSeries, IndexYear


def year(number: int, value: str | None = None, rank: int | None = None, **more: object) -> IndexYear:
    return IndexYear(number, Decimal(value) if value else None, rank, 63 if rank else None, **more)  # type: ignore[arg-type]


def series(*years: IndexYear) -> IndexSeries:
    return IndexSeries("par-index", Text("Chỉ số"), Text("Bộ Nội vụ"), Decimal(100), 2, years)


def aim(value: str | None = None, ranks: tuple[int, int] | None = None) -> IndexAim:
    best, worst = ranks or (None, None)
    return IndexAim(Decimal(value) if value else None, best, worst, "Kế hoạch")


@pytest.mark.parametrize(
    ("published", "asked", "reached"),
    [
        (("85.00", 30), ("85", None), True),
        (("84.99", 30), ("85", None), False),
        (("80", 50), (None, (45, 50)), True),
        (("80", 40), (None, (45, 50)), True),  # better than the range
        (("99", 51), ("85", (45, 50)), False),  # both are asked
        (("90", None), ("85", (45, 50)), None),  # the rank is not published
        (("80", None), ("85", (45, 50)), False),  # and the value fails already
        ((None, 48), ("85", None), None),
    ],
)
def test_a_target_is_reached_when_all_it_asks_is(
    published: tuple[str | None, int | None],
    asked: tuple[str | None, tuple[int, int] | None],
    reached: bool | None,
) -> None:
    assert year(2024, *published, aim=aim(*asked)).reached is reached


def test_without_a_target_nothing_is_reached_or_missed() -> None:
    assert year(2024, "85", 3).reached is None


def test_values_compare_within_a_method_and_ranks_among_as_many_provinces() -> None:
    same = series(year(2022, "80.10", 40), year(2023), year(2024, "82.60", 35))
    assert (same.value_change, same.rank_change) == (Decimal("2.50"), 5)
    assert same.before == same.years[0]
    other_method = series(year(2022, "80.10", 40), year(2024, "82.60", 35, breaks=True))
    assert (other_method.value_change, other_method.rank_change) == (None, 5)
    merged = series(year(2022, "80.10", 40), IndexYear(2025, Decimal("82.60"), 20, 34))
    assert (merged.value_change, merged.rank_change) == (Decimal("2.50"), None)


def test_the_next_target_is_the_first_after_the_last_publication() -> None:
    found = series(year(2024, "80", 40, aim=aim("79")), year(2026, aim=aim("85")), year(2027, aim=aim("90")))
    assert found.next_aim == found.years[1]
    assert series().next_aim is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [("86,43", "86.43"), ("86.43", "86.43"), (" 0,5 ", "0.5"), ("1\u00a0000", "1000"), ("-3", "-3")],
)
def test_numbers_are_read_with_comma_or_full_stop(typed: str, value: str) -> None:
    assert parsed(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["86,4,3", "1.234,5", "tám", "NaN", "1_000", "Infinity", "9" * 21, "1e999999", "٣"])
def test_what_could_be_two_numbers_is_none(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parsed(typed)


def test_numbers_are_written_as_they_are_typed() -> None:
    assert (written(Decimal("86.4300")), written(Decimal(100)), parsed("")) == ("86,43", "100", None)


def test_the_chart_says_in_words_what_it_draws() -> None:
    found = series(
        year(2023, "80.10", 40, aim=aim("81", (30, 35))),
        year(2024, "82.60", 35, breaks=True),
        year(2026, aim=aim("85")),
    )
    chart = index_chart(found, "vi")
    assert "2023: 80,10, hạng 40/63, từ 81,00 trở lên; hạng 30–35 hoặc cao hơn, Chưa đạt chỉ tiêu" in chart.description
    assert "2024: 82,60, hạng 35/63, phương pháp khác năm trước" in chart.description
    assert "2026: từ 85,00 trở lên" in chart.description
    styles = [getattr(shape, "style", "") for shape in chart.shapes]
    assert styles.count("chart-break") == 1  # between the values, and the ranks are joined
    assert styles.count("chart-series") == 1
    merged = index_chart(series(year(2024, "80", 40), IndexYear(2025, Decimal(82), 20, 34)), "vi")
    styles = [getattr(shape, "style", "") for shape in merged.shapes]
    assert (styles.count("chart-break"), styles.count("chart-series")) == (1, 1)  # the other way round

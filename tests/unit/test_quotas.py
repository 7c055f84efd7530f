"""The sample size: the values the plans print, exact at its edges, and never more than there are people."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.operations.quotas import sample_size


@pytest.mark.parametrize(
    ("population", "error", "people"),
    [
        (0, "0.05", 0),
        (1, "0.05", 1),
        (400, "0.05", 200),  # 400 / 2 exactly
        (1200, "0.05", 300),  # 1200 / 4 exactly: a rounded e² would make it 301
        (12500, "0.05", 388),
        (1_000_000, "0.05", 400),
        (10_000, "0.1", 100),
        (2400, Decimal("0.03"), 760),
    ],
)
def test_known_sizes(population: int, error: Decimal | str, people: int) -> None:
    assert sample_size(population, error) == people


@given(st.integers(0, 10**8), st.integers(1, 99))
def test_it_is_the_smallest_whole_number_that_suffices(population: int, percent: int) -> None:
    error = Fraction(percent, 100)
    people = sample_size(population, error)
    exact = population / (1 + population * error**2)
    assert exact <= people < exact + 1
    assert people <= population


@pytest.mark.parametrize(("population", "error"), [(-1, "0.05"), (5, "0"), (5, "1")])
def test_what_makes_no_sense_is_refused(population: int, error: str) -> None:
    with pytest.raises(ValueError, match="no sample size"):
        sample_size(population, error)

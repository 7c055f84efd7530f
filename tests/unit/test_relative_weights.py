"""Johnson's relative weights against values worked out by hand, and the moments they are made from."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from survey.analysis.drivers import person_values
from survey.analysis.relative_weights import Moments, eigen, relative_weights, weights_of


def test_two_factors_by_hand() -> None:
    # The symmetric root of [[1, ρ], [ρ, 1]] is [[a, b], [b, a]] with a, b = (√(1 + ρ) ± √(1 − ρ)) / 2. For ρ = 0.6:
    a, b = (sqrt(1.6) + sqrt(0.4)) / 2, (sqrt(1.6) - sqrt(0.4)) / 2
    assert (a, b) == pytest.approx((0.948683, 0.316228), abs=1e-6)
    # r = (0.5, 0.4): β = Λ⁻¹ r with Λ⁻¹ = [[a, −b], [−b, a]] / (a² − b²), a² − b² = 0.8
    beta = ((a * 0.5 - b * 0.4) / 0.8, (a * 0.4 - b * 0.5) / 0.8)
    assert beta == pytest.approx((0.434813, 0.276699), abs=1e-6)
    found = relative_weights([[1, 0.6], [0.6, 1]], [0.5, 0.4])
    assert found is not None
    # 0.9·0.189062 + 0.1·0.076562 and 0.1·0.189062 + 0.9·0.076562
    assert found.weights == pytest.approx((0.1778125, 0.0878125), abs=1e-9)
    assert found.explained == pytest.approx((0.25 + 0.16 - 2 * 0.6 * 0.5 * 0.4) / (1 - 0.36)), "R² of two predictors"
    assert found.shares == pytest.approx((0.669412, 0.330588), abs=1e-6)


def test_uncorrelated_factors_have_their_squared_correlation_and_equal_ones_the_same() -> None:
    apart = relative_weights([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.6, 0.3, -0.2])
    assert apart is not None
    assert apart.weights == pytest.approx((0.36, 0.09, 0.04), abs=1e-12)
    alike = relative_weights([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]], [0.6, 0.6, 0.6])
    assert alike is not None
    assert alike.weights == pytest.approx((0.18, 0.18, 0.18), abs=1e-12)
    assert relative_weights([[1, 1], [1, 1]], [0.5, 0.5]) is None, "factors that are one cannot be told apart"


def test_eigenvectors_of_five_factors_give_the_matrix_back() -> None:
    chance = Random(5)
    half = [[chance.uniform(-1, 1) for _ in range(5)] for _ in range(5)]
    matrix = [[sum(half[i][m] * half[j][m] for m in range(5)) for j in range(5)] for i in range(5)]
    values, vectors = eigen(matrix)
    back = [[sum(vectors[i][m] * values[m] * vectors[j][m] for m in range(5)) for j in range(5)] for i in range(5)]
    for row, expected in zip(back, matrix, strict=True):
        assert row == pytest.approx(expected, abs=1e-12)
    assert min(values) > 0


def test_a_made_up_survey_puts_the_weight_where_it_was_put() -> None:
    chance, moments, parts = Random(11), Moments(4), [Moments(4), Moments(4)]
    for number in range(3000):
        first, second, third = (chance.randint(1, 5) for _ in range(3))
        values = (first, second, third, 3 * first + second + chance.randint(-2, 2))
        moments.add(values)
        parts[number % 2].add(values)
    found = weights_of(moments)
    assert found is not None
    # variances 18, 2 and 2 of noise: 18/22, 2/22 and nothing
    assert found.weights == pytest.approx((18 / 22, 2 / 22, 0), abs=0.02)
    assert found.explained == pytest.approx(20 / 22, abs=0.02)
    parts[1].include(parts[0])
    assert parts[1] == moments, "whatever the order of reading"
    assert weights_of(Moments(3)) is None


def test_who_left_a_factor_out_is_not_counted() -> None:
    places = [[0, 1, 2], [3]]
    assert person_values((4, None, 5, 3, 2), places, 6) == [27, 18, 12]
    assert person_values((4, 0, 4, 3, 2), places, 6) == [24, 18, 12]
    assert person_values((None, 0, None, 3, 2), places, 6) is None
    assert person_values((4, 4, 4, 3, 0), places, 6) is None
    assert person_values((4, 4, 4, 3, None), places, 6) is None

"""Relative weights: which share of what several correlated factors explain of one outcome goes with each of them.

Johnson (2000), "A heuristic method for estimating the relative weight of predictor variables in multiple regression",
Multivariate Behavioral Research 35: the factors' closest uncorrelated counterparts explain the outcome by β², and each
factor has its part in each of them by λ². The weights are not negative and add up to R². They describe what goes
together, not what would move what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot, sqrt

Matrix = list[list[float]]

SWEEPS = 60
SINGULAR = 1e-10  # an eigenvalue of the correlations below which factors cannot be told apart


@dataclass
class Moments:
    """Sums over people of whole numbers and of their products, so that the order of reading changes no digit."""

    size: int
    people: int = 0
    sums: list[int] = field(default_factory=list)
    products: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sums = self.sums or [0] * self.size
        self.products = self.products or [[0] * self.size for _ in range(self.size)]

    def add(self, values: Sequence[int]) -> None:
        self.people += 1
        for i, x in enumerate(values):
            self.sums[i] += x
            row = self.products[i]
            for j in range(i + 1):
                row[j] += x * values[j]

    def include(self, other: Moments) -> None:
        self.people += other.people
        for i in range(self.size):
            self.sums[i] += other.sums[i]
            for j in range(i + 1):
                self.products[i][j] += other.products[i][j]

    def correlations(self) -> Matrix | None:
        """Pearson's correlations; None where one of the variables does not vary."""
        n, sums = self.people, self.sums
        spread = [[n * self.products[i][j] - sums[i] * sums[j] for j in range(i + 1)] for i in range(self.size)]
        if not n or any(spread[i][i] <= 0 for i in range(self.size)):
            return None
        root = [sqrt(spread[i][i]) for i in range(self.size)]
        return [
            [spread[max(i, j)][min(i, j)] / (root[i] * root[j]) if i != j else 1.0 for j in range(self.size)]
            for i in range(self.size)
        ]


@dataclass(frozen=True, slots=True)
class RelativeWeights:
    """A raw weight per factor, in their order; together `explained`, R²."""

    weights: tuple[float, ...]
    explained: float

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the explained variance."""
        return tuple(weight / self.explained if self.explained else 0.0 for weight in self.weights)


def relative_weights(among: Sequence[Sequence[float]], with_outcome: Sequence[float]) -> RelativeWeights | None:
    """Johnson's weights from the correlations `among` the factors and of each `with_outcome`.

    None where the factors are not linearly independent.
    """
    k = len(with_outcome)
    values, vectors = eigen(among)
    if min(values) < SINGULAR:
        return None
    # Λ = V √D Vᵀ, the correlations of factors and counterparts; β = Λ⁻¹ r, of the counterparts and the outcome.
    root = _spectral(vectors, [sqrt(value) for value in values])
    inverse = _spectral(vectors, [1 / sqrt(value) for value in values])
    beta = [sum(inverse[i][j] * with_outcome[j] for j in range(k)) for i in range(k)]
    weights = tuple(sum((root[i][j] * beta[j]) ** 2 for j in range(k)) for i in range(k))
    return RelativeWeights(weights, sum(weights))


def weights_of(moments: Moments) -> RelativeWeights | None:
    """From the moments of the factors and, last, the outcome."""
    found = moments.correlations()
    if found is None:
        return None
    k = moments.size - 1
    return relative_weights([row[:k] for row in found[:k]], found[k][:k])


def eigen(symmetric: Sequence[Sequence[float]]) -> tuple[list[float], Matrix]:
    """Eigenvalues and, by column, eigenvectors of a small symmetric matrix: cyclic Jacobi rotations (Golub & Van Loan,
    Matrix Computations, 8.5)."""
    a = [list(row) for row in symmetric]
    k = len(a)
    vectors = _identity(k)
    for _ in range(SWEEPS):
        if sum(a[i][j] ** 2 for i in range(k) for j in range(i)) < 1e-30:
            break
        for p in range(k):
            for q in range(p + 1, k):
                if abs(a[p][q]) > 1e-18:
                    _rotate(a, vectors, p, q)
    return [a[i][i] for i in range(k)], vectors


def _rotate(a: Matrix, vectors: Matrix, p: int, q: int) -> None:
    """Make a[p][q] zero."""
    tau = (a[q][q] - a[p][p]) / (2 * a[p][q])
    t = 1 / (tau + hypot(1, tau)) if tau >= 0 else -1 / (-tau + hypot(1, tau))
    c = 1 / hypot(1, t)
    s = t * c
    for row in (*a, *vectors):
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    for at in range(len(a)):
        a[p][at], a[q][at] = c * a[p][at] - s * a[q][at], s * a[p][at] + c * a[q][at]


def _spectral(vectors: Matrix, values: Iterable[float]) -> Matrix:
    """V diag(values) Vᵀ."""
    chosen = list(values)
    k = len(chosen)
    return [[sum(vectors[i][m] * chosen[m] * vectors[j][m] for m in range(k)) for j in range(k)] for i in range(k)]


def _identity(k: int) -> Matrix:
    return [[float(i == j) for j in range(k)] for i in range(k)]

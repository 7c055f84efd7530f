"""Quantiles of the normal and t distributions, and the two intervals built on them, without a numeric library."""

from __future__ import annotations

from functools import lru_cache
from math import atan, cos, exp, lgamma, log, log1p, pi, sin, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@lru_cache(maxsize=64)
def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """z with P(|Z| ≤ z) = `confidence`."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


@lru_cache(maxsize=8192)
def t_quantile(df: int, confidence: float = CONFIDENCE) -> float:
    """t with P(|T| ≤ t) = `confidence` at `df` ≥ 1 degrees of freedom, to about 1e-13.

    Newton's method on the finite series of Abramowitz & Stegun 26.7.3–4, from the expansion 26.7.5, which alone is
    as exact beyond 500 degrees of freedom. Raises ValueError under 1.
    """
    if df < 1:
        raise ValueError(f"no t distribution with {df} degrees of freedom")
    z = normal_quantile(confidence)
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    t = z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df
    if df > 500:
        return t
    log_scale = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2
    for _ in range(50):
        density = 2 * exp(log_scale - (df + 1) / 2 * log1p(t * t / df))
        step = (confidence - _t_probability(t, df)) / density
        t += step
        if abs(step) < 1e-14 * t:
            break
    return t


def _t_probability(t: float, df: int) -> float:
    """P(|T| ≤ t), by the finite trigonometric series for whole degrees of freedom."""
    theta = atan(t / sqrt(df))
    sine, cosine = sin(theta), cos(theta)
    square = cosine * cosine
    term = cosine if df % 2 else 1.0
    total = term if df > 1 else 0.0
    for k in range(2 + df % 2, df - 1, 2):
        term *= square * (k - 1) / k
        total += term
    return 2 / pi * (theta + sine * total) if df % 2 else sine * total


def wilson_interval(p: float, people: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval without continuity correction; its end is exact where p is 0 or 1."""
    z2 = normal_quantile(confidence) ** 2
    centre = p + z2 / (2 * people)
    half = sqrt(z2 * (p * (1 - p) + z2 / (4 * people)) / people)
    scale = 1 + z2 / people
    return (centre - half) / scale if p > 0 else 0.0, (centre + half) / scale if p < 1 else 1.0


def logit_interval(p: float, standard_error: float, df: int) -> tuple[float, float]:
    """expit(logit(p) ± t(df)·se / (p(1 − p))) for 0 < p < 1."""
    spread = exp(t_quantile(df) * standard_error / (p * (1 - p)))
    odds = p / (1 - p)
    return odds / (odds + spread), odds * spread / (1 + odds * spread)

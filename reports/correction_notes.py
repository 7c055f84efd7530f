"""The sentence that every document and page says of figures that were corrected after their publication."""

from __future__ import annotations

from collections.abc import Iterator

from reports.catalogue import gettext
from reports.figures import Language
from reports.report_figures import Correction, UnitReport
from reports.wording import count, short_date


def correction_sentence(correction: Correction, language: Language) -> str:
    """When and why the figures were corrected, and which version stood there before."""
    return gettext(
        "Corrected on {day}, reason: {reason}. The figures before the correction (version {before}, published on "
        "{before_day}) stay readable on the unit's public page.",
        language,
        day=short_date(correction.day, language),
        reason=correction.reason.rstrip(". "),
        before=count(correction.before, language),
        before_day=short_date(correction.before_day, language),
    )


def correction_sentences(report: UnitReport, language: Language) -> Iterator[str]:
    """One for each correction of the report's figures, the newest first."""
    return (correction_sentence(correction, language) for correction in report.corrections)

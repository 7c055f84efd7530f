"""The wordings of letters and decisions, kept as data: the standard text in `official_texts.yaml`, or a province's own.

A placeholder is a name in braces. Nothing else in braces is understood, and what fills a placeholder is not read again,
so that neither a wording nor a name can reach anything but the values given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.catalogue import gettext
from reports.figures import Figure, Language
from reports.issuer import authority_of
from reports.page import Issuer
from reports.report_figures import UnitReport
from reports.wording import count, figure_percent, interval, people, percent, period, target_percent

FILE = Path(__file__).with_name("official_texts.yaml")
WEAKEST = 3
_OF_A_UNIT = (
    "place",
    "wave",
    "period",
    "percent",
    "interval",
    "people",
    "target",
    "weakest",
    "issuer",
    "authority",
)
# What a wording may name, by document.
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "letter": _OF_A_UNIT,
    "decision": (*_OF_A_UNIT, "province", "units", "met", "not_met", "open"),
}

_NAMED = re.compile(r"{(\w+)}")
_IN_BRACES = re.compile(r"{[^{}]*}|[{}]")

Part = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficialText:
    """The wording of a document in one language; a part is one text or several paragraphs."""

    parts: Mapping[str, Part]

    def text(self, part: str, values: Mapping[str, str]) -> str:
        """One wording, filled. Raises KeyError for a part or a placeholder that does not exist."""
        return filled(str(self.parts[part]), values)

    def paragraphs(self, part: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """The paragraphs of a part, filled. Raises KeyError as :meth:`text` does."""
        return tuple(filled(text, values) for text in self.parts[part])


def filled(text: str, values: Mapping[str, str]) -> str:
    """The wording with its values; "Đợt khảo sát …" is written small after a comma or a colon."""

    def value(found: re.Match[str]) -> str:
        given = values[found[1]]
        within = text[: found.start()].rstrip().endswith((",", ":"))
        return f"đ{given[1:]}" if found[1] == "wave" and within and given.startswith("Đợt ") else given

    return _NAMED.sub(value, text)


def unknown_placeholders(document: str, text: str) -> Iterator[str]:
    """What stands in braces in a wording of the document and names none of its values; a lone brace too."""
    known = {f"{{{name}}}" for name in PLACEHOLDERS[document]}
    yield from (found for found in dict.fromkeys(_IN_BRACES.findall(text)) if found not in known)


@cache
def standard_text(document: str, language: Language) -> OfficialText:
    """The standard text. Raises KeyError for a document that has none."""
    parts = _read()[document][language]
    return OfficialText(
        {name: tuple(map(str, part)) if isinstance(part, list) else str(part) for name, part in parts.items()}
    )


@cache
def _read() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    found: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def figures_of(report: UnitReport, issuer: Issuer, language: Language) -> dict[str, str]:
    """What fills the placeholders of every document about one unit's result."""
    index, wave = report.index, report.wave
    return {
        "place": report.place.name[language],
        "wave": wave.name[language],
        "period": period(wave.start, wave.end, language),
        "percent": figure_percent(index, language),
        "interval": interval(index.estimate, language, index.verdict.target),
        "people": people(index.people, language),
        "target": target_percent(index.verdict.target, language),
        "weakest": "; ".join(_named(item, language) for item in [*report.weakest_first()][:WEAKEST]),
        "issuer": issuer.name,
        "authority": authority_of(issuer, language),
    }


def specimen_figures(issuer: Issuer, language: Language) -> dict[str, str]:
    """Values to try a wording with, recognisably nobody's."""
    first, second = gettext("First item", language), gettext("Second item", language)
    return {
        "place": gettext("Example commune", language),
        "wave": gettext("Example wave", language),
        "period": period(date(2026, 1, 1), date(2026, 6, 30), language),
        "percent": percent(Fraction(8352, 10000), language),
        "interval": f"{percent(Fraction(8011, 10000), language)} – {percent(Fraction(8640, 10000), language)}",
        "people": people(1234, language),
        "target": target_percent(Fraction(4, 5), language),
        "weakest": f"{first} ({percent(Fraction(7105, 10000), language)}); "
        f"{second} ({percent(Fraction(7320, 10000), language)})",
        "issuer": issuer.name,
        "authority": authority_of(issuer, language),
        "province": gettext("Example province", language),
        "units": count(12, language),
        "met": count(7, language),
        "not_met": count(2, language),
        "open": count(3, language),
    }


def _named(item: Figure, language: Language) -> str:
    return f"{item.label[language]} ({figure_percent(item, language)})"

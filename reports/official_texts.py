"""The wordings of letters and decisions, kept as data that an office may edit: `official_texts.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.figures import Figure, Language, UnitReport
from reports.wording import figure_percent, interval, people, period, target_percent

FILE = Path(__file__).with_name("official_texts.yaml")
WEAKEST = 3


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    found: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def text_of(document: str, part: str, language: Language, values: Mapping[str, str]) -> str:
    """One wording, filled. Raises KeyError for a part or a placeholder that does not exist."""
    return str(_texts()[document][language][part]).format_map(values)


def texts_of(document: str, part: str, language: Language, values: Mapping[str, str]) -> tuple[str, ...]:
    """The paragraphs of a part, filled. Raises KeyError as :func:`text_of` does."""
    return tuple(str(text).format_map(values) for text in _texts()[document][language][part])


def figures_of(report: UnitReport, language: Language) -> dict[str, str]:
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
    }


def _named(item: Figure, language: Language) -> str:
    return f"{item.label[language]} ({figure_percent(item, language)})"

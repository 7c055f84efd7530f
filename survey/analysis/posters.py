"""Posters of collectors: what each says, from the names of its unit and counter."""

from __future__ import annotations

from collections.abc import Iterable

from reports.figures import Text
from reports.poster import Poster
from survey.models import Collector


def link_of(collector: Collector, base: str) -> str:
    """The address of the collector's form; `base` is the installation's, without a slash at its end."""
    return f"{base}/s/{collector.code}"


def posters(collectors: Iterable[Collector], base: str) -> list[Poster]:
    """A poster for each collector, in their order."""
    return [_poster(collector, base) for collector in collectors]


def _poster(collector: Collector, base: str) -> Poster:
    unit, counter = collector.unit, collector.counter
    name = Text(unit.name_vi, unit.name_en)
    return Poster(
        url=link_of(collector, base),
        short_code=collector.code,
        one_stop=Text(unit.one_stop_vi, unit.one_stop_en) if unit.one_stop_vi else name,
        unit=name,
        counter=Text(counter.name_vi, counter.name_en) if counter else Text(""),
    )

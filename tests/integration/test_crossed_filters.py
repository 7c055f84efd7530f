"""Nobody learns what a few people answered from one filter within another, or from what a filter shows of its parts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from reports.report_figures import UnitReport
from survey.analysis.summary import unit_report
from survey.analysis.view import headline_trust
from survey.models import Unit, Wave
from tests.attacker import given_away
from tests.factories import make_collector, make_counter, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
HALVES = {"2026-03-1": 5, "2026-03-2": 25}
# Counter, channel, group, half-month: people. One person of the QR code came late, to the first counter.
WAVE: dict[Any, int] = {
    ("Q1", "qr", "citizen", "2026-03-1"): 20,
    ("Q1", "qr", "official", "2026-03-2"): 1,
    ("Q1", "import", "citizen", "2026-03-1"): 9,
    ("Q2", "import", "official", "2026-03-2"): 8,
    ("Q2", "link", "citizen", "2026-03-1"): 12,
    ("Q2", "link", "official", "2026-03-2"): 14,
}
PLACES = ("counter", "channel", "group", "half_month")
FIRST_HALF = 2026 * 24 + 4
CHOICES: dict[str, tuple[Any, ...]] = {
    "channel": (None, "qr", "import", "link"),
    "group": (None, "citizen", "official"),
    "period": (None, (FIRST_HALF, FIRST_HALF), (FIRST_HALF + 1, FIRST_HALF + 1)),
}
SECRETS = {"one": {("Q1", "qr", "official", "2026-03-2")}}


@pytest.fixture
def place(session: Session) -> tuple[Wave, Unit]:
    unit = make_unit(session, code="A")
    counters = {code: make_counter(session, unit, code=code) for code in ("Q1", "Q2")}
    wave = make_wave(session, code="W", units=[unit], state="open")
    for (counter, channel, group, half), people in WAVE.items():
        way = make_collector(session, wave, unit, channel=channel, counter=counters[counter])
        way.respondent_group = group
        session.flush()
        at = datetime(2026, 3, HALVES[half], tzinfo=UTC)
        store(session, way, [dict.fromkeys(ITEMS, 4)] * people, received_at=at)
    session.commit()
    return wave, unit


def told(report: UnitReport, filters: dict[str, Any]) -> Iterator[set[Hashable]]:
    """What a report shows, as sets of atoms."""
    halves = {FIRST_HALF + number: half for number, half in enumerate(HALVES)}
    of_view = {"channel": filters["channel"], "group": filters["group"]}
    of_view["half_month"] = halves[filters["period"][0]] if filters["period"] else None

    def atoms(**part: str) -> set[Hashable]:
        wanted = [*((name, code) for name, code in of_view.items() if code), *part.items()]
        return {atom for atom in WAVE if all(atom[PLACES.index(name)] == code for name, code in wanted)}

    if not report.index.suppressed and report.index.people:
        yield atoms()
    for dimension, figures in report.breakdowns:
        if dimension in PLACES:
            yield from (atoms(**{dimension: each.code}) for each in figures if not each.suppressed)
    for name, mixes in (("channel", report.quality.channels), ("group", report.quality.groups)):
        yield from (atoms(**{name: mix.code}) for mix in mixes if not mix.suppressed)
    for line in report.children:
        if not line.index.suppressed:
            yield atoms(counter=line.place.code.rpartition("/")[2])
    for point in report.trend:
        if point.code in HALVES and not point.figure.suppressed:
            yield atoms(half_month=point.code)


def views() -> Iterator[dict[str, Any]]:
    for chosen in product(*CHOICES.values()):
        yield dict(zip(CHOICES, chosen, strict=True))


def is_crossed(filters: dict[str, Any]) -> bool:
    return sum(value is not None for value in filters.values()) > 1


def everything(session: Session, place: tuple[Wave, Unit], *, crossed: bool) -> list[set[Hashable]]:
    found = []
    for filters in views():
        if crossed or not is_crossed(filters):
            found += list(told(unit_report(session, *place, with_scan=False, crossed=crossed, **filters), filters))
    return found


def test_one_filter_at_a_time_gives_nobody_away(session: Session, place: tuple[Wave, Unit]) -> None:
    shown = everything(session, place, crossed=False)
    assert given_away(WAVE, shown, SECRETS) == []
    narrowed = unit_report(session, *place, with_scan=False, channel="qr")
    assert narrowed.index.people == 21
    assert len(shown) > 8


def test_filters_within_filters_would_give_one_person_away(session: Session, place: tuple[Wave, Unit]) -> None:
    assert given_away(WAVE, everything(session, place, crossed=True), SECRETS) == ["one"]


def test_crossed_filters_are_refused(session: Session, place: tuple[Wave, Unit]) -> None:
    for filters in views():
        if is_crossed(filters):
            with pytest.raises(ValueError, match="crossed"):
                unit_report(session, *place, **filters)
    with pytest.raises(ValueError, match="crossed"):
        unit_report(session, *place, channel="qr", trust=("paper",))
    own = headline_trust(place[0])
    assert unit_report(session, *place, channel="qr", trust=own).index.people == 21


def test_an_item_few_answered_through_one_of_three_channels_does_not_follow_from_the_others(session: Session) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    for channel in ("qr", "import"):
        store(session, make_collector(session, wave, unit, channel=channel), [dict.fromkeys(ITEMS, 4)] * 10)
    link = [*[dict.fromkeys(ITEMS[1:], 4)] * 7, *[dict.fromkeys(ITEMS, 1)] * 3]
    store(session, make_collector(session, wave, unit, channel="link"), link)
    session.commit()
    shown = []
    for channel in ("qr", "import", "link"):
        items = {item.code: item for item in unit_report(session, wave, unit, channel=channel).items}
        shown.append(not items["access_1"].suppressed)
        assert not items["procedures_1"].suppressed
    assert sum(shown) < 2, "the whole less two channels is the third"

"""From the figures a filter shows of a unit and of those below it, nobody learns what a few people answered."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import pytest
from sqlalchemy.orm import Session

from reports.report_figures import UnitReport
from survey.analysis.summary import unit_report
from survey.analysis.view import View
from survey.models import Unit, Wave
from tests.attacker import given_away
from tests.factories import make_collector, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
# Unit, channel, items answered: people. Three of B's codes answered the first item, the other twenty skipped it.
PEOPLE: dict[tuple[str, str, tuple[str, ...]], int] = {
    ("A", "qr", ITEMS): 30,
    ("A", "link", ITEMS): 30,
    ("A", "import", ITEMS): 30,
    ("B", "qr", ITEMS): 3,
    ("B", "qr", ITEMS[1:]): 20,
    ("B", "link", ITEMS): 25,
    ("B", "import", ITEMS): 40,
    ("C", "qr", ITEMS): 12,
    ("C", "link", ITEMS): 9,
    ("C", "import", ITEMS): 14,
}
CHANNELS = (None, "qr", "link", "import")
Atom = tuple[str, str, tuple[str, ...], str]
ATOMS: dict[Atom, int] = {(*kind, item): people for kind, people in PEOPLE.items() for item in kind[2]}
SECRETS = {"the first item through B's codes": {("B", "qr", ITEMS, "access_1")}}


class Place:
    """A and B under M, and C beside M, all under T."""

    def __init__(self, session: Session) -> None:
        self.session = session
        top = make_unit(session, code="T", kind="province")
        middle = make_unit(session, code="M", parent=top)
        self.units: dict[str, Unit] = {"T": top, "M": middle}
        self.units |= {code: make_unit(session, code=code, parent=middle) for code in "AB"}
        self.units["C"] = make_unit(session, code="C", parent=top)
        self.wave: Wave = make_wave(session, code="W", units=[self.units[code] for code in "ABC"], state="open")
        ways = {
            place: make_collector(session, self.wave, self.units[place[0]], channel=place[1])
            for place in dict.fromkeys(kind[:2] for kind in PEOPLE)
        }
        for (code, channel, items), people in PEOPLE.items():
            store(session, ways[code, channel], [dict.fromkeys(items, 4)] * people)
        session.commit()

    def report(self, code: str, channel: str | None, *, crossed: bool = False) -> UnitReport:
        return unit_report(self.session, self.wave, self.units[code], channel=channel, with_scan=False, crossed=crossed)

    def published(self) -> Iterator[set[Hashable]]:
        below = {"T": "ABC", "M": "AB"}
        for code in self.units:
            for channel in CHANNELS:
                report = self.report(code, channel)
                for figure in (report.index, *report.factors, *report.items):
                    if not figure.suppressed:
                        yield {
                            atom
                            for atom in ATOMS
                            if atom[0] in below.get(code, code)
                            and channel in (None, atom[1])
                            and (figure.code == "index" or atom[3].startswith(figure.code))
                        }


def test_an_item_hidden_by_a_filter_does_not_follow_from_the_units_above_and_beside(session: Session) -> None:
    place = Place(session)
    assert given_away(ATOMS, place.published(), SECRETS) == []
    hidden = {
        (code, channel): [item.code for item in place.report(code, channel).items if item.suppressed]
        for code in place.units
        for channel in CHANNELS
    }
    assert "access_1" in hidden["B", "qr"]
    assert hidden["T", "qr"] == hidden["M", "qr"] == hidden["T", "link"] == ["access_1", "access_2"]
    assert all(not hidden[code, channel] for code in "AC" for channel in CHANNELS)
    assert all(not hidden[code, None] for code in place.units)


def test_units_judged_one_by_one_give_the_item_away(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(View, "_hidden_for_units_below", lambda *_: frozenset())
    assert given_away(ATOMS, Place(session).published(), SECRETS) == list(SECRETS)


def test_who_may_cross_filters_sees_the_items_of_units_above(session: Session) -> None:
    report = Place(session).report("T", "qr", crossed=True)
    assert {item.code: item.people for item in report.items}["access_1"] == 45

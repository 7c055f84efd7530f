"""From all reports of a wave, held against each other, nobody learns what a few people answered."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from reports.report_figures import UnitReport
from survey.analysis import tree
from survey.analysis.summary import unit_report
from survey.models import Collector, Unit, Wave
from survey.operations.kept_statistics import keep_statistics
from survey.operations.waves import close_wave
from tests.attacker import given_away
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
HALVES = {"2026-01-1": (1, 5), "2026-01-2": (1, 20), "2026-02-1": (2, 5)}
# Unit, channel (with its trust level), half-month, flagged: people.
WAVE = {
    ("A", "qr", "2026-01-1", False): 3,
    ("A", "qr", "2026-01-2", False): 6,
    ("A", "qr", "2026-02-1", False): 50,
    ("A", "paper", "2026-02-1", False): 3,
    ("A", "link", "2026-02-1", False): 7,
    ("A", "qr", "2026-02-1", True): 2,
    ("B", "qr", "2026-01-1", False): 60,
    ("B", "qr", "2026-01-2", False): 70,
    ("B", "qr", "2026-02-1", False): 50,
    ("B", "paper", "2026-02-1", False): 40,
    ("B", "link", "2026-02-1", False): 40,
    ("B", "qr", "2026-02-1", True): 5,
}  # fmt: skip
TRUST = {"qr": "open", "link": "open", "paper": "paper"}


class Tree:
    """The units A and B under T, with the answers of :data:`WAVE`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        top = make_unit(session, code="T", kind="province")
        self.units: dict[str, Unit | None] = {"": None, "T": top}
        for code in "AB":
            self.units[code] = make_unit(session, code=code, parent=top)
        below = [self.units["A"], self.units["B"]]
        self.wave: Wave = make_wave(session, code="W", units=below, state="open")  # type: ignore[arg-type]
        ways: dict[tuple[str, str], Collector] = {}
        for (code, channel, half, flagged), people in WAVE.items():
            if (code, channel) not in ways:
                unit = self.units[code]
                ways[code, channel] = make_collector(session, self.wave, unit, channel=channel, trust=TRUST[channel])
            moment = datetime(2026, *HALVES[half], 5, tzinfo=UTC)
            flags = ("too_fast",) if flagged else ()
            rows = [dict.fromkeys(ITEMS, 4)] * people
            store(session, ways[code, channel], rows, received_at=moment, flags=flags)
        session.commit()

    def reports(self) -> dict[str, UnitReport]:
        return {code: unit_report(self.session, self.wave, unit) for code, unit in self.units.items()}


def atoms_of(unit: str, dimension: str, code: str = "") -> set[Hashable]:
    def meant(atom: tuple[str, str, str, bool]) -> bool:
        place, channel, half, flagged = atom
        if (unit in ("A", "B") and place != unit) or flagged != (dimension == "flagged"):
            return False
        own = {"channel": channel, "trust": TRUST[channel], "half_month": half, "group": "citizen"}
        return dimension in ("flagged", "headline") or own[dimension] == code

    return {atom for atom in WAVE if meant(atom)}


def published(reports: dict[str, UnitReport]) -> list[set[Hashable]]:
    found = []
    for unit, report in reports.items():
        found += [] if report.index.suppressed else [atoms_of(unit, "headline")]
        for dimension, figures in report.breakdowns:
            found += [atoms_of(unit, dimension, figure.code) for figure in figures if not figure.suppressed]
        found += [atoms_of(unit, "half_month", point.code) for point in report.trend if not point.figure.suppressed]
        quality = report.quality
        for dimension, mixes in (
            ("channel", quality.channels),
            ("trust", quality.trust_levels),
            ("group", quality.groups),
        ):
            found += [atoms_of(unit, dimension, mix.code) for mix in mixes if not mix.suppressed]
        shown = quality.flagged is not None or quality.index_with_flagged.estimate is not None
        found += [atoms_of(unit, "flagged")] if shown else []
    return found


SECRETS = {
    "half-month": atoms_of("A", "half_month", "2026-01-1"),
    "channel": atoms_of("A", "channel", "paper"),
    "trust": atoms_of("A", "trust", "paper"),
    "flagged": atoms_of("A", "flagged"),
}


@pytest.mark.parametrize("closed", [False, True])
def test_no_hidden_part_follows_from_the_other_reports(session: Session, closed: bool) -> None:
    place = Tree(session)
    if closed:
        close_wave(session, place.wave, NOW)
        keep_statistics(session, place.wave)
        session.commit()
    reports = place.reports()
    assert given_away(WAVE, published(reports), SECRETS) == []
    above = dict(reports["T"].breakdowns)
    assert [figure.people for figure in above["half_month"]] == [63, 76, 150 + 40]
    assert [figure.people for figure in above["channel"]] == [47, 43, 239]
    assert (reports["T"].quality.flagged, reports["A"].quality.flagged, reports["B"].quality.flagged) == (7, None, None)
    half_months = dict(reports["B"].breakdowns)["half_month"]
    assert [figure.suppressed for figure in half_months] == [True, True, False]


def test_each_unit_judged_alone_gives_hidden_parts_away(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "hidden_parts", lambda *_: {})
    assert set(given_away(WAVE, published(Tree(session).reports()), SECRETS)) == set(SECRETS)


def test_one_ballot_of_a_level_that_does_not_count_hides_itself_alone(session: Session) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    store(session, make_collector(session, wave, unit), [dict.fromkeys(ITEMS, 4)] * 200)
    assisted = make_collector(session, wave, unit, channel="interview", trust="assisted")
    store(session, assisted, [dict.fromkeys(ITEMS, 1)])
    session.commit()
    for report in (unit_report(session, wave, unit), unit_report(session, wave)):
        assert (report.index.people, report.index.suppressed) == (200, False)
        levels = {figure.code: figure.suppressed for figure in dict(report.breakdowns)["trust"]}
        assert levels == {"assisted": True, "open": False}
        mix = {mix.code: (mix.responses, mix.suppressed) for mix in report.quality.trust_levels}
        assert mix == {"assisted": (0, True), "open": (200, False)}


def test_a_filter_is_held_against_the_whole_item_by_item(session: Session) -> None:
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], state="open")
    store(session, make_collector(session, wave, unit), [dict.fromkeys(ITEMS, 4)] * 50)
    link = make_collector(session, wave, unit, channel="link")
    store(session, link, [*[dict.fromkeys(ITEMS[1:], 4)] * 10, *[dict.fromkeys(ITEMS, 1)] * 3])
    session.commit()
    assert not any(item.suppressed for item in unit_report(session, wave, unit).items)
    report = unit_report(session, wave, unit, channel="qr")
    assert report.index.people == 50
    assert [item.code for item in report.items if item.suppressed] == ["access_1", "access_2"]


def test_an_earlier_wave_is_held_against_its_own_whole(session: Session) -> None:
    unit = make_unit(session, code="A")
    waves = []
    for code, month, few in (("old", 1, 3), ("new", 4, 30)):
        period = (date(2026, month, 1), date(2026, month + 2, 28))
        how = {"questionnaire": waves[0].questionnaire} if waves else {}
        wave = make_wave(session, code=code, units=[unit], period=period, state="open", **how)
        for channel, people in (("qr", 50), ("link", few)):
            way = make_collector(session, wave, unit, channel=channel)
            store(session, way, [dict.fromkeys(ITEMS, 4)] * people)
        waves.append(wave)
    session.commit()
    close_wave(session, waves[0], NOW)
    session.commit()  # nothing kept: only the difference of 3 people can hide it
    trend = unit_report(session, waves[1], unit, channel="qr").trend
    assert [(point.code, point.figure.suppressed) for point in trend] == [("old", True), ("new", False)]
    assert not any(point.figure.suppressed for point in unit_report(session, waves[1], unit).trend)


def test_without_a_headline_the_responses_decide(session: Session) -> None:
    words = Wording("Lời", "Words")
    choices = tuple(Choice(value, Wording(f"Mức {value}", f"Level {value}")) for value in (1, 2, 3))
    question = Question(code="found", kind="levels", label=words, wording=words, choices=choices)
    questionnaire = make_questionnaire(session, make_definition(factors={}, questions=[question]))
    unit = make_unit(session, code="A")
    wave = make_wave(session, code="W", units=[unit], questionnaire=questionnaire, state="open")
    way = make_collector(session, wave, unit)
    store(session, way, [{"found": 1}] * 4, seconds=77)
    session.commit()
    assert unit_report(session, wave, unit).quality.median_seconds is None
    store(session, way, [{"found": 2}], seconds=None)
    session.commit()
    quality = unit_report(session, wave, unit).quality
    assert (quality.responses, quality.median_seconds) == (5, None)
    store(session, way, [{"found": 2}], seconds=77)
    session.commit()
    assert unit_report(session, wave, unit).quality.median_seconds == 77

"""Points of many units at once are those of each unit alone, of whatever province, in as many statements."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from reports.counter_score_figures import CounterPeriod
from reports.emulation_figures import Origin, Part
from survey.analysis import counter_readings
from survey.analysis import emulation as reading
from survey.analysis.emulation_sources import SOURCES
from survey.models import CounterRecord, Dossier, EmulationCampaign, Filing, FilingVersion, Petition, Scorecard, Unit
from survey.operations.periods import PROVINCE_TIME
from tests.dialogues import STARTS, make_commitment, make_dialogue
from tests.emulation_objects import AT, make_campaign
from tests.factories import make_unit, make_wave
from tests.petition_cases import make_class, make_petition
from tests.remedy_objects import make_remedy
from tests.scorecards import one_criterion_card

TODAY = date(2026, 11, 20)
ALL = tuple(Part(source, Decimal(10) if source != "sipas" else Decimal(20)) for source in SOURCES)


class RandomProvince:
    """Two provinces; communes, some below one another, rooms below them and below rooms; a year of everything."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)
        self.root = make_unit(session, code="T", kind="province")
        self.units = [self.root, make_unit(session, code="Q", kind="province")]
        for number in range(28):
            above = self.chance.choice([self.root, *self.units])
            kind = "room" if above.kind == "room" else self.chance.choice(("commune", "commune", "room"))
            self.units.append(make_unit(session, code=f"U{number:02}", kind=kind, parent=above))
        wave = make_wave(session, code="W", units=self.units[2:], state="closed")
        for unit in self.some():
            self._filing(wave.id, unit)
        self.opinions = [self._opinion() for _ in range(60)]
        self.dossiers = [self._dossier(number) for number in range(150)]
        session.add_all(self.dossiers)
        for unit in self.some():
            session.add(CounterRecord(unit=unit, year=2026, quarter=self.chance.randint(1, 4), dossiers_total=99))
        self._promises()
        for unit in self.some():
            remedy = make_remedy(session, wave, unit)
            remedy.deadline_on, remedy.ended_on = self.day(), self.ended()
            if remedy.ended_on:
                remedy.state, remedy.evidence = "done", "Có"
        one_criterion_card(session, self.root, "xa")
        for card in session.scalars(select(Scorecard)):
            card.state = self.chance.choice(("scoring", "final"))
        self.campaign: EmulationCampaign = make_campaign(session, self.root, parts=ALL, wave_code="W")
        session.commit()

    def some(self) -> list[Unit]:
        return self.chance.sample(self.units[2:], 20)

    def day(self) -> date:
        return date(2026, 1, 1) + timedelta(days=self.chance.randrange(360))

    def ended(self) -> date | None:
        return self.day() if self.chance.random() < 0.6 else None

    def _filing(self, wave_id: int, unit: Unit) -> None:
        filing = Filing(wave_id=wave_id, unit_id=unit.id, deadline_on=TODAY, version=self.chance.choice((1, 2)))
        self.session.add(filing)
        self.session.flush()
        for number in range(1, filing.version + 1):
            people = self.chance.choice((None, 3, 200))
            estimate = None if people is None else self.chance.random()
            digests = {"figures": b"x", "figures_digest": f"{number:064}", "configuration_digest": "0" * 64}
            told = {"verdict": "none", "estimate": estimate, "people": people, "frozen_at": AT, "reason": "Sửa"}
            self.session.add(FilingVersion(filing_id=filing.id, number=number, **digests, **told))

    def _opinion(self) -> Petition:
        day, source = self.day(), self.chance.choice(("web", "web", "staff"))
        found = make_petition(self.session, self.chance.choice(self.units), on=day, source=source)
        found.deadline_on = day + timedelta(days=self.chance.randrange(60))
        if self.chance.random() < 0.6:
            found.class_id, found.state, found.answer = make_class(self.session).id, "answered", "Xong"
            found.answered_on = day + timedelta(days=self.chance.randrange(60))
        return found

    def _dossier(self, number: int) -> Dossier:
        due, returned = self.day(), self.ended()
        unit = self.chance.choice(self.units[:12])
        agency_pace = self.chance.choice(("early", "on_time", "late", ""))
        return Dossier(
            unit_id=unit.id, code=f"H{number}", received_on=date(2025, 12, 1), due_on=due, returned_on=returned,
            counted_on=min(due, returned or due), agency_pace=agency_pace, extra_contacts=self.chance.randrange(3),
            publication=self.chance.choice(("both", "one", "none", "")),
        )  # fmt: skip

    def _promises(self) -> None:
        for unit in self.chance.sample([each for each in self.units if each.kind == "commune"], 6):
            half = self.chance.choice((1, 2))
            starts = STARTS.replace(month=4 + 6 * (half - 1), tzinfo=PROVINCE_TIME)
            dialogue = make_dialogue(self.session, unit, state="held", starts_at=starts, half=half)
            for _ in range(3):
                commitment = make_commitment(self.session, dialogue)
                commitment.deadline_on, commitment.ended_on = self.day(), self.ended()
                if commitment.ended_on:
                    commitment.state, commitment.evidence = "done", "Có"


@pytest.mark.parametrize("seed", [1, 2])
def test_points_of_many_units_are_those_of_each_alone(session: Session, seed: int) -> None:
    province = RandomProvince(session, seed)
    campaign, units = province.campaign, province.units
    together = reading.unit_points(session, campaign, units, {}, TODAY)
    alone = [reading.unit_points(session, campaign, [unit], {}, TODAY)[0] for unit in units]
    assert together == alone
    assert {origin.gap for unit in together for origin in unit.origins} == {
        None, "no_filing", "hidden", "no_card", "card_open", "no_indicators", "no_cases", "few",
    }  # fmt: skip
    origins = {part.source: [unit.origins[at] for unit in together] for at, part in enumerate(ALL)}
    for unit, opinions, dossiers in zip(units, origins["opinions_on_time"], origins["dossiers_on_time"], strict=True):
        below = {each.id for each in units if each.path.startswith(unit.path)}
        due = [
            each
            for each in province.opinions
            if each.holder_id in below and (each.answered_on is not None or each.deadline_on < TODAY)
        ]
        kept = [each for each in due if each.answered_on is not None and each.answered_on <= each.deadline_on]
        assert opinions == share(len(kept), len(due)), unit.code
        counted = [
            each
            for each in province.dossiers
            if each.unit_id in below and (each.returned_on is not None or each.due_on < TODAY)
        ]
        returned = [each for each in counted if each.returned_on is not None and each.returned_on <= each.due_on]
        assert dossiers == share(len(returned), len(counted)), unit.code
    for period in (CounterPeriod(2026), CounterPeriod(2026, 3)):
        scores = counter_readings.read_scores(session, units, period, TODAY)
        assert scores == [counter_readings.read_scores(session, [unit], period, TODAY)[0] for unit in units]


def share(counted: int, base: int) -> Origin:
    """Of cases of people: a list is published, so fewer than five give no points."""
    if base < 5:
        return Origin(gap="few" if base else "no_cases")
    return Origin(Decimal(counted), Decimal(base))


def test_a_list_takes_as_many_statements_whatever_it_holds(session: Session) -> None:
    province = RandomProvince(session, 3)
    communes = [unit.code for unit in reading.competitors(session, province.campaign)]
    assert statements(session, communes[:2]) == statements(session, communes) < 40


def statements(session: Session, codes: Sequence[str]) -> int:
    sent: list[object] = []

    def note(*given: object) -> None:
        sent.append(given[2])

    session.expunge_all()
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    campaign = session.scalars(select(EmulationCampaign)).one()
    reading.unit_points(session, campaign, reading.competitors(session, campaign, Unit.code.in_(codes)), {}, TODAY)
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)

"""Collectors: one per counter, codes that do not collide, revoked and replaced but never moved."""

from __future__ import annotations

import random
import re

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Collector, Unit, Wave
from survey.operations import audit, collectors, waves
from survey.operations.codes import check_character, is_valid
from survey.operations.collectors import CollectorError
from survey.operations.waves import WaveError
from tests.factories import NOW, make_collector, make_counter, make_unit, make_wave


@pytest.fixture
def commune(session: Session) -> Unit:
    unit = make_unit(session, code="X1")
    for code in ("Q1", "Q2", "Q3"):
        make_counter(session, unit, code=code)
    return unit


@pytest.fixture
def wave(session: Session, commune: Unit) -> Wave:
    return make_wave(session, code="W", units=[commune], state="open")


def test_every_counter_gets_one_collector_and_no_second(session: Session, wave: Wave, commune: Unit) -> None:
    other = make_unit(session, code="X2")
    make_counter(session, other, code="Q1")
    made = collectors.make_collectors(session, wave, at=NOW)
    assert [collector.counter_id for collector in made] == [counter.id for counter in commune.counters]
    assert all(is_valid(collector.code) for collector in made)
    assert {(collector.channel, collector.trust, collector.state) for collector in made} == {("qr", "open", "active")}
    assert collectors.make_collectors(session, wave, at=NOW) == []
    assert len(collectors.make_collectors(session, wave, at=NOW, channel="kiosk", trust="present")) == 3


def test_a_code_that_is_taken_is_drawn_again(session: Session, wave: Wave, commune: Unit) -> None:
    """Two generators from one seed draw the same first code."""
    first = collectors.make_collector(session, wave, commune, channel="qr", trust="open", at=NOW, rng=random.Random(1))
    second = collectors.make_collector(session, wave, commune, channel="qr", trust="open", at=NOW, rng=random.Random(1))
    assert first.code != second.code
    session.commit()
    assert len(set(session.scalars(select(Collector.code)))) == 2


def test_it_gives_up_when_every_draw_is_taken(session: Session, wave: Wave, commune: Unit) -> None:
    class Always:
        def choice(self, seq: str, /) -> str:
            return seq[5]

    def make() -> Collector:
        return collectors.make_collector(session, wave, commune, channel="qr", trust="open", at=NOW, rng=Always())

    make()
    with pytest.raises(CollectorError) as refused:
        make()
    assert refused.value.code == "no_free_code"


def test_another_refusal_of_the_database_is_not_taken_for_a_collision(
    session: Session, wave: Wave, commune: Unit
) -> None:
    with pytest.raises(IntegrityError, match="respondent_group"):
        collectors.make_collector(
            session, wave, commune, channel="qr", trust="open", respondent_group="pigeons", at=NOW
        )


@pytest.mark.parametrize(
    ("channel", "trust"),
    [("qr", "present"), ("link", "paper"), ("kiosk", "paper"), ("kiosk", "verified"), ("paper", "present"),
     ("phone", "open"), ("interview", "present"), ("import", "present"), ("import", "verified"), ("pigeon", "open")],
)  # fmt: skip
def test_no_collector_claims_a_trust_its_channel_cannot_prove(
    session: Session, wave: Wave, commune: Unit, channel: str, trust: str
) -> None:
    with pytest.raises(CollectorError) as refused:
        make_collector(session, wave, commune, channel=channel, trust=trust)
    assert refused.value.code == "trust"


def test_a_collector_is_found_as_people_type_it(session: Session, wave: Wave, commune: Unit) -> None:
    collector = make_collector(session, wave, commune, counter=commune.counters[0])
    typed = f" {collector.code[:3].lower()}-{collector.code[3:].lower()} "
    found = collectors.find_collector(session, typed)
    assert found is collector
    assert collectors.find_collector(session, "AAAAAAA") is None


def test_a_slip_is_answered_with_the_active_codes_near_it(session: Session, wave: Wave, commune: Unit) -> None:
    collector = make_collector(session, wave, commune)
    wrong = ("3" if collector.code[0] == "2" else "2") + collector.code[1:]
    assert collectors.suggestions(session, wrong) == [collector.code]
    assert collectors.suggestions(session, wrong.lower()) == [collector.code]
    assert collectors.suggestions(session, "222222" + check_character("222222")) == []
    collectors.revoke_collector(session, collector, NOW, "ảnh bị phát tán")
    assert collectors.suggestions(session, wrong) == []


def test_a_revoked_code_is_replaced_by_its_like(session: Session, wave: Wave, commune: Unit) -> None:
    old = make_collector(session, wave, commune, counter=commune.counters[1], channel="kiosk", trust="present")
    new = collectors.rotate_collector(session, old, NOW, " ảnh\nbị phát tán ")
    assert (old.state, old.revoked_at, old.revocation_reason) == ("revoked", NOW, "ảnh bị phát tán")
    assert new.replaces is old
    assert collectors.replacement_of(session, old) is new
    assert collectors.replacement_of(session, new) is None
    assert new.code != old.code
    assert (new.counter_id, new.channel, new.trust) == (old.counter_id, "kiosk", "present")
    with pytest.raises(CollectorError) as refused:
        collectors.revoke_collector(session, old, NOW, "lần nữa")
    assert refused.value.code == "revoked"
    with pytest.raises(CollectorError) as refused:
        collectors.revoke_collector(session, new, NOW, " \n ")
    assert refused.value.code == "no_reason"
    assert new.state == "active"


def test_what_a_collector_replaces_stays(session: Session, wave: Wave, commune: Unit) -> None:
    old, other = make_collector(session, wave, commune), make_collector(session, wave, commune)
    new = collectors.rotate_collector(session, old, NOW, "ảnh bị phát tán")
    new.replaces_id = other.id
    with pytest.raises(IntegrityError, match="keeps what it replaces"):
        session.flush()


def test_units_added_later_get_theirs_and_only_within_reach(session: Session, wave: Wave, commune: Unit) -> None:
    collectors.make_collectors(session, wave, at=NOW)
    late, beyond = make_unit(session, code="X7"), make_unit(session, code="X8")
    for unit in (late, beyond):
        make_counter(session, unit, code="Q1")
        session.refresh(unit)
    waves.add_units(session, wave, [late, beyond])
    unserved = collectors.unserved_counters(session, wave, channel="qr", paths=[late.path])
    assert [counter.unit.code for counter in unserved] == ["X7"]
    made = collectors.make_collectors(session, wave, at=NOW, paths=[late.path])
    assert [(collector.unit_id, collector.counter_id) for collector in made] == [(late.id, late.counters[0].id)]
    assert collectors.make_collectors(session, wave, at=NOW, paths=[]) == []
    whole = collectors.make_collectors(
        session, wave, at=NOW, channel="link", of_units=True, respondent_group="delegate"
    )
    assert {collector.unit_id for collector in whole} == {row.unit_id for row in wave.units}
    assert {collector.counter_id for collector in whole} == {None}
    assert collectors.make_collectors(session, wave, at=NOW, channel="link", of_units=True) != []


def test_a_collector_needs_a_unit_of_the_wave_and_a_counter_of_the_unit(
    session: Session, wave: Wave, commune: Unit
) -> None:
    other = make_unit(session, code="X2")
    with pytest.raises(WaveError) as outside:
        make_collector(session, wave, other)
    assert outside.value.code == "unit_not_in_wave"
    with pytest.raises(CollectorError) as foreign:
        make_collector(session, wave, commune, counter=make_counter(session, other, code="Q1"))
    assert foreign.value.code == "other_unit"


def test_a_closed_wave_gets_no_collectors(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="V", units=[commune], state="closed")
    with pytest.raises(CollectorError) as refused:
        make_collector(session, wave, commune)
    assert refused.value.code == "wave_finished"


def test_the_database_keeps_a_collector_in_its_place(session: Session, wave: Wave, commune: Unit) -> None:
    collector = make_collector(session, wave, commune)
    collector.trust = "verified"
    with pytest.raises(IntegrityError, match="keeps its place"):
        session.flush()


def test_collectors_made_together_are_one_line_of_the_log(session: Session, wave: Wave) -> None:
    audit.attribute(session, audit.Actor("account", "Lan", None))
    made = collectors.make_collectors(session, wave, at=NOW)
    session.commit()
    assert len(made) > 1
    assert len({collector.code for collector in made}) == len(made)
    (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "collector.create")).all()
    assert re.search(rf"collectors\W+{len(made)}\b", str(line.after))

"""The polls of a dialogue: who is counted, one ballot a pass, nothing that joins the two, and no list they disturb."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

import pytest
from sqlalchemy import Engine, select, true
from sqlalchemy.orm import Session

from survey.analysis import exportable, places, progress, readable, wave_list
from survey.analysis.earlier_waves import earlier_waves
from survey.models import (
    Base,
    Collector,
    Dialogue,
    DialogueGroup,
    DialoguePass,
    DialoguePoll,
    Response,
    Unit,
    Wave,
    WebhookDelivery,
)
from survey.operations import commitments, dialogue_passes, dialogue_polls, dialogues, waves, webhooks
from survey.operations.codes import check_character
from survey.operations.collectors import CollectorError, make_collector, make_collectors
from survey.operations.dialogue_passes import PassError, ballot_id, check_in, has_rated, knows_pass, new_pass
from survey.operations.dialogue_polls import PollError, open_poll, running_poll
from survey.operations.responses import Submission, record_response
from survey.operations.waves import WaveError
from tests.dialogues import STARTS, make_commitment, make_dialogue
from tests.factories import NOW, make_unit, make_wave
from tests.staff import make_account

KEY = b"the key of this installation"  # from which passes are drawn
ENDS = STARTS + timedelta(hours=3)


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, code="X1")


@pytest.fixture
def running(session: Session, unit: Unit) -> Dialogue:
    return make_dialogue(session, unit, state="running")


def present(session: Session, dialogue: Dialogue, number: int, group: str = "citizen") -> str:
    """Somebody who typed the room's code; his pass."""
    given = new_pass(KEY, number.to_bytes(16))
    check_in(session, dialogue, room_code=dialogue.room_code or "", group=group, pass_code=given)
    return given


def rate(session: Session, dialogue: Dialogue, pass_code: str, *, kind: str = "exit", level: int = 4) -> str:
    """A ballot given by the pass, all questions alike; its outcome."""
    poll = dialogue_polls.poll_of(session, dialogue, kind)
    assert poll is not None
    asked = [row for row in poll.wave.questionnaire.questions if row.kind == "rating"]
    submission = Submission(
        submission_id=ballot_id(poll, pass_code),
        collector_id=poll.collector_id,
        received_at=int(ENDS.timestamp()),
        seconds=60,
        language="vi",
        choices={row.id: level for row in asked},
    )
    return record_response(session, submission).outcome


def test_the_room_code_counts_somebody_once(session: Session, running: Dialogue) -> None:
    invited = session.get_one(DialogueGroup, (running.id, "citizen")).invited
    first = present(session, running, 1)
    assert present(session, running, 1) == first, "the same form sent again"
    present(session, running, 2)
    present(session, running, 3, "press")
    rows = {row.group: row for row in session.scalars(select(DialogueGroup))}
    assert (rows["citizen"].checked_in, rows["citizen"].invited) == (2, invited)
    assert (rows["press"].checked_in, rows["press"].invited) == (1, 0), "nobody of that group was invited"
    assert knows_pass(session, running, first.lower())
    assert not knows_pass(session, running, new_pass(KEY, b"nobody"))
    assert len(first) == dialogue_passes.PASS_LENGTH
    assert check_character(first[:-1]) == first[-1]


@pytest.mark.parametrize(
    ("state", "room_code", "group", "code"),
    [
        ("announced", "", "citizen", "not_running"),
        ("held", "", "citizen", "not_running"),
        ("running", "ABCDEFG", "citizen", "room_code"),
        ("running", "", "citizen", "room_code"),
        ("running", None, "minister", "group"),
    ],
)
def test_who_is_not_in_the_room_gets_no_pass(
    session: Session, unit: Unit, state: str, room_code: str | None, group: str, code: str
) -> None:
    dialogue = make_dialogue(session, unit, state=state)
    typed = (dialogue.room_code or "") if room_code is None else room_code
    with pytest.raises(PassError) as refused:
        check_in(session, dialogue, room_code=typed, group=group, pass_code=new_pass(KEY, b"1"))
    assert refused.value.code == code
    assert not session.scalars(select(DialoguePass)).all()


def test_a_room_can_be_filled_but_not_flooded(
    session: Session, running: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue_passes, "MOST_PASSES", 2)
    present(session, running, 1)
    present(session, running, 2)
    with pytest.raises(PassError, match="secretary"):
        present(session, running, 3)


def test_a_pass_gives_one_ballot_in_each_poll(session: Session, running: Dialogue) -> None:
    mine, other = present(session, running, 1), present(session, running, 2)
    open_poll(session, running, "exit", STARTS)
    assert rate(session, running, mine) == "recorded"
    assert rate(session, running, mine) == "repeated"
    assert rate(session, running, mine, level=1) == "conflict"
    assert rate(session, running, other) == "recorded"
    poll, late = running_poll(session, running), present(session, running, 3)
    assert poll is not None
    assert [has_rated(session, poll, given) for given in (mine, other, late)] == [True, True, False]


def test_whoever_reads_the_whole_database_joins_no_pass_to_a_ballot(
    session: Session, engine: Engine, running: Dialogue
) -> None:
    """The attacker has every stored value and knows the code of this program, but not a single pass."""
    passes = [present(session, running, number) for number in range(8)]
    open_poll(session, running, "exit", STARTS)
    order = [passes[at] for at in (3, 0, 7, 5)]
    for given in order:
        rate(session, running, given)
    session.flush()
    stored = [bytes(row) for row in session.scalars(select(DialoguePass.pass_hash))]
    ballots = [bytes(row) for row in session.scalars(select(Response.submission_id))]
    everything = list(every_value(session))
    assert not any(given.encode() in value for given in passes for value in everything), "a pass is nowhere stored"
    assert joined(stored, ballots, everything) == set()
    waves.close_wave(session, session.scalars(select(DialoguePoll)).one().wave, ENDS)
    session.commit()
    dialogue_polls.run_due(engine, ENDS)
    session.rollback()
    assert session.scalars(select(DialoguePoll.ballot_key)).all() == [None], "then not even a pass leads to its ballot"
    # The control: an id that came from what is stored of the pass, by any of these roads, is found.
    careless = hashlib.sha256(stored[2] + b"exit").digest()[:16]
    assert joined(stored, [careless], everything) == {(stored[2], careless)}
    assert {column.name for column in DialoguePass.__table__.columns} == {"dialogue_id", "pass_hash", "group"}


def every_value(session: Session) -> Sequence[bytes]:
    found: list[bytes] = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return found


def joined(passes: Sequence[bytes], ballots: Sequence[bytes], values: Sequence[bytes]) -> set[tuple[bytes, bytes]]:
    """The pairs an attacker finds: by equality, and by hashing what is stored with every word that is stored."""
    words = {b"", b"exit", b"follow_up", *(value for value in values if len(value) <= 64)}
    roads: tuple[Callable[[bytes, bytes], bytes], ...] = (
        lambda a, b: a,
        lambda a, b: hashlib.sha256(a + b).digest(),
        lambda a, b: hashlib.sha256(b + a).digest(),
    )
    wanted = {bytes(each): each for each in ballots}
    wanted |= {masked(each): each for each in ballots}
    return {
        (given, wanted[key])
        for given in passes
        for word in words
        for road in roads
        for key in {road(given, word)[:16], masked(road(given, word)[:16])} & wanted.keys()
    }


def masked(value: bytes) -> bytes:
    """Without the bits that say it is a UUID."""
    kept = bytearray(value)
    kept[6] &= 0x0F
    kept[8] &= 0x3F
    return bytes(kept)


def test_passes_are_kept_in_no_order_of_time(session: Session, running: Dialogue) -> None:
    """By their hash; PostgreSQL keeps rows as they come, and beside none of them stands a time."""
    for number in range(6):
        present(session, running, number)
    stored = [bytes(row) for row in session.scalars(select(DialoguePass.pass_hash))]
    assert stored == sorted(stored) or session.get_bind().dialect.name == "postgresql"


@pytest.mark.parametrize(
    ("state", "kind", "passes", "code"),
    [
        ("announced", "exit", 0, "not_begun"),
        ("running", "follow_up", 1, "not_concluded"),
        ("running", "entry", 1, "kind"),
    ],
)
def test_a_poll_opens_in_its_time(session: Session, unit: Unit, state: str, kind: str, passes: int, code: str) -> None:
    dialogue = make_dialogue(session, unit, state=state)
    for number in range(passes):
        present(session, dialogue, number)
    with pytest.raises(PollError) as refused:
        open_poll(session, dialogue, kind, STARTS)
    assert refused.value.code == code


def test_nobody_counted_is_nobody_to_ask(session: Session, running: Dialogue) -> None:
    dialogues.end(session, running, ENDS)
    with pytest.raises(PollError, match="Nobody was counted"):
        open_poll(session, running, "exit", ENDS)


def test_the_exit_poll_is_a_wave_of_its_own(session: Session, running: Dialogue) -> None:
    present(session, running, 1)
    poll = open_poll(session, running, "exit", STARTS)
    wave, collector = poll.wave, session.get_one(Collector, poll.collector_id)
    assert (wave.state, wave.design, wave.closes_on) == ("open", "self_selected", STARTS.date() + timedelta(7))
    assert [part.unit_id for part in wave.units] == [running.unit_id]
    assert [level.trust for level in wave.trust_levels] == ["open"]
    assert (collector.channel, collector.trust, collector.respondent_group) == ("link", "open", "participant")
    assert running_poll(session, running) is poll
    with pytest.raises(PollError, match="asked once"):
        open_poll(session, running, "exit", STARTS)


def test_only_passes_lead_into_a_poll(session: Session, running: Dialogue) -> None:
    present(session, running, 1)
    wave = open_poll(session, running, "exit", STARTS).wave
    with pytest.raises(CollectorError, match="Only those present"):
        make_collector(session, wave, running.unit, channel="paper", trust="paper", at=NOW)
    with pytest.raises(CollectorError, match="Only those present"):
        make_collectors(session, wave, at=NOW, of_units=True)


def concluded(session: Session, unit: Unit, due: date) -> Dialogue:
    """A dialogue with one person present, an exit poll that has closed, and a commitment due on that day."""
    dialogue = make_dialogue(session, unit, state="running")
    present(session, dialogue, 1)
    make_commitment(session, dialogue, deadline_on=due - timedelta(20))
    make_commitment(session, dialogue, deadline_on=due)
    open_poll(session, dialogue, "exit", STARTS)
    dialogues.end(session, dialogue, ENDS)
    dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    poll = running_poll(session, dialogue)
    assert poll is not None
    waves.close_wave(session, poll.wave, ENDS + timedelta(8))
    session.commit()
    return dialogue


def test_those_present_are_asked_again_the_day_after_the_last_deadline(
    session: Session, engine: Engine, unit: Unit
) -> None:
    due = STARTS.date() + timedelta(60)
    dialogue = concluded(session, unit, due)

    def opened(days: int) -> int:
        found = dialogue_polls.run_due(engine, STARTS + timedelta(60 + days))
        session.rollback()
        session.expire_all()
        return found

    assert opened(0) == 0
    assert opened(dialogue_polls.DAYS_LOOKED_BACK + 1) == 0, "long past: opened by hand"
    assert opened(1) == 1
    assert opened(1) == 0
    poll = running_poll(session, dialogue)
    assert poll is not None
    assert (poll.kind, poll.asked_on) == ("follow_up", due + timedelta(1))
    session.rollback()
    assert rate(session, dialogue, new_pass(KEY, (1).to_bytes(16)), kind="follow_up") == "recorded"


def test_the_follow_up_waits_for_the_exit_poll_and_for_something_promised(session: Session, unit: Unit) -> None:
    dialogue = make_dialogue(session, unit, state="running")
    present(session, dialogue, 1)
    make_commitment(session, dialogue, deadline_on=STARTS.date())
    open_poll(session, dialogue, "exit", STARTS)
    dialogues.end(session, dialogue, ENDS)
    dialogues.conclude(session, dialogue, "Giao các phòng thực hiện.")
    with pytest.raises(PollError, match="still open"):
        open_poll(session, dialogue, "follow_up", STARTS + timedelta(1))
    with pytest.raises(PollError, match="after that day"):
        open_poll(session, dialogue, "follow_up", STARTS)
    other = make_dialogue(session, unit, state="running", starts_at=STARTS + timedelta(30))
    present(session, other, 2)
    dialogues.end(session, other, ENDS + timedelta(30))
    dialogues.conclude(session, other, "Không có cam kết.")
    assert commitments.promised_in(session, other) == []
    with pytest.raises(PollError, match="no commitment"):
        open_poll(session, other, "follow_up", STARTS + timedelta(90))


def listed(session: Session, unit: Unit) -> dict[str, list[str]]:
    """The codes of the waves that each list and each search for the latest wave finds for the unit."""
    survey = session.scalars(select(Wave).where(Wave.code == "later")).one()
    found: dict[str, Sequence[Wave]] = {
        "list": wave_list.waves_page(session, true())[0],
        "begun": readable.begun_waves(session, true()),
        "running": readable.running_waves(session, true()),
        "exports": exportable.exportable_waves(session, true()),
        "unit": [wave for wave, _part in places.waves_of(session, unit)],
        "home": [each.wave for each in progress.open_waves(session, ["/"])],
        "earlier": earlier_waves(session, survey),
    }
    codes = {name: [wave.code for wave in chosen] for name, chosen in found.items()}
    taken = places.wave_taken_part(session, unit)
    codes["taken part"] = [taken[1]] if taken else []
    codes["open"] = list(places.open_waves_of(session, places.lines(session, Unit.id == unit.id)).values())
    return codes


def test_polls_stand_in_no_list_of_surveys_and_are_nobodys_latest_wave(session: Session, unit: Unit) -> None:
    period = (date(2026, 7, 1), date(2026, 12, 31))
    make_wave(session, code="later", units=[unit], period=period, state="open")
    before = listed(session, unit)
    assert "later" in chain.from_iterable(before.values())
    webhooks.make_webhook(
        session, name="Cổng", unit=unit, url="https://example.vn/moc", events=["wave.opened", "wave.closed"],
        made_by_id=make_account(session, "manager", unit).id, at=NOW,
    )  # fmt: skip
    dialogue = make_dialogue(session, unit, state="running")
    present(session, dialogue, 1)
    wave = open_poll(session, dialogue, "exit", STARTS).wave
    session.flush()
    assert listed(session, unit) == before
    assert readable.begun_wave(session, wave.code) is None
    waves.close_wave(session, wave, ENDS)
    session.flush()
    assert listed(session, unit) == before
    assert session.scalars(select(WebhookDelivery)).all() == [], "other systems are not told of polls"
    with pytest.raises(WaveError, match="not published"):
        waves.publish_wave(session, wave, datetime(2026, 5, 1, tzinfo=ENDS.tzinfo))

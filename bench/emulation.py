"""What is computed of all communes at once: an open emulation list, a quarter's counter scores, a scorecards' board.

A province of 200 communes with a year of opinions, dossiers, dialogues, commitments, remedies, cards and filings. The
floor is the counting alone: the same rows counted by unit, fetched and thrown away.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import process_time
from typing import Any

from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.orm import Session

from bench import compilation
from bench.dialogues import dialogue_row
from bench.harness import DATABASES, Result, measured
from bench.petitions import case_row
from forms.scorecard_definition import CriterionDefinition, Manual, Name
from reports.counter_score_figures import CounterPeriod
from reports.emulation_figures import Part
from survey import database
from survey.analysis import counter_readings, scorecard_cards
from survey.analysis import emulation as reading
from survey.garbage import spare_loaded
from survey.models import (
    Commitment,
    CounterRecord,
    Criterion,
    Dialogue,
    Dossier,
    EmulationCampaign,
    EmulationReport,
    Petition,
    Remedy,
    Scorecard,
    ScorecardScore,
    ScorecardTemplate,
    Unit,
    Wave,
)
from survey.operations import emulation, filing_figures, scorecard_templates, waves
from survey.operations.codes import new_code
from survey.operations.emulation import Terms
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.petition_settings import create_usual_classes
from survey.operations.working_days import WorkingCalendar
from survey.operations.writing import begin_write
from tests.scorecards import annex_definition
from tests.staff import make_account

UNITS = 223  # of which 200 are communes
ROOMS, OPINIONS, DOSSIERS, REMEDIES, COMMITMENTS, CRITERIA = 2, 20_000, 60_000, 800, 1600, 40
TODAY, NOW = date(2026, 11, 20), datetime(2026, 11, 20, 3, tzinfo=UTC)
QUARTER = CounterPeriod(2026, 3)
ROUNDS, GOAL_MS = 7, 300
PARTS = (
    Part("sipas_target", Decimal(20)),
    *(
        Part(source, Decimal(10))
        for source in ("sipas", "scorecard", "counter_score", "dossiers_on_time", "opinions_on_time")
    ),
    *(Part(source, Decimal(10)) for source in ("dialogues_held", "commitments_kept", "remedies_done")),
)


def run() -> Iterator[Result]:
    for kind, make_url in DATABASES.items():
        with make_url() as url:
            engine = database.make_engine(url)
            with Session(engine) as session:
                build(session)
                if kind == "postgresql":
                    session.execute(text("ANALYZE"))
                    session.commit()
                yield from _measure(session, kind)
            engine.dispose()


def _measure(session: Session, kind: str) -> Iterator[Result]:
    spare_loaded()
    floor, _ = timed(session, bare)
    yield Result(f"bare counting of opinions and dossiers, {kind}", floor, "ms")
    for name, work in WORKS.items():
        work(session)
        wall, processor = timed(session, work)
        yield Result(f"{name}, {kind}", wall, "ms", GOAL_MS, at_most=True)
        yield Result("  to the bare counting", wall, "ms", ratio=wall / floor)
        yield Result("  in processor time of this process", processor, "ms")
        yield Result("  statements", statements(session, work), "")


def timed(session: Session, work: Callable[[Session], object]) -> tuple[float, float]:
    """Median wall and processor time in milliseconds, each time with an empty session."""
    processor = []

    def once() -> None:
        start = process_time()
        work(session)
        processor.append(process_time() - start)

    wall = measured(once, ROUNDS, before=session.expunge_all)
    return 1000 * wall, 1000 * median(processor)


def statements(session: Session, work: Callable[[Session], object]) -> int:
    """How many statements it sends."""
    session.expunge_all()
    sent: list[object] = []
    engine = session.get_bind()

    def note(*_: object) -> None:
        sent.append(None)

    event.listen(engine, "before_cursor_execute", note)
    work(session)
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def emulation_list(session: Session) -> None:
    campaign = session.scalars(select(EmulationCampaign)).one()
    assert len(reading.compute_list(session, campaign, TODAY).ranked) > 190


def counter_scores(session: Session) -> None:
    """The board of a quarter, page by page, as its file holds it."""
    within, after, found = Unit.kind == "commune", "", 0
    while True:
        board = counter_readings.read_board(session, within, QUARTER, TODAY, after)
        found += len(board.scores)
        if board.after is None:
            break
        after = board.after
    assert found == 200


def scorecards(session: Session) -> None:
    template = session.scalars(select(ScorecardTemplate)).one()
    assert len(scorecard_cards.board(session, template, Unit.kind == "commune")) == 200


WORKS: dict[str, Callable[[Session], None]] = {
    "emulation list of 200 communes, 9 parts": emulation_list,
    "counter scores of 200 communes, a quarter": counter_scores,
    "board of 200 scorecards": scorecards,
}


def bare(session: Session) -> None:
    """Opinions of the year by holder and dossiers by unit, with what tells whether they were on time."""
    in_time = func.sum(Petition.answered_on <= Petition.deadline_on)
    returned = func.sum(Dossier.returned_on <= Dossier.due_on)
    if session.get_bind().dialect.name == "postgresql":
        in_time, returned = (
            func.count().filter(Petition.answered_on <= Petition.deadline_on),
            func.count().filter(Dossier.returned_on <= Dossier.due_on),
        )
    of_year = Petition.received_on.between(date(2026, 1, 1), date(2026, 12, 31))
    assert session.execute(select(Petition.holder_id, in_time).where(of_year).group_by(Petition.holder_id)).all()
    counted = Dossier.counted_on.between(date(2026, 1, 1), date(2026, 12, 31))
    assert session.execute(select(Dossier.unit_id, returned).where(counted).group_by(Dossier.unit_id)).all()


def build(session: Session) -> None:
    chance = random.Random(1)
    wave = compilation.build(session, 1, UNITS)
    begin_write(session)
    _file(session, wave)
    communes = session.scalars(select(Unit).where(Unit.kind == "commune").order_by(Unit.id)).all()
    root = session.scalars(select(Unit).where(Unit.kind == "province")).one()
    holders = [*(unit.id for unit in communes), *_rooms(session, communes)]
    _opinions(session, holders, root, chance)
    keys = [unit.id for unit in communes]
    _dossiers(session, keys, chance)
    _promises(session, wave, keys, chance)
    _cards(session, root, chance)
    _campaign(session, root, wave, keys)
    session.commit()


def _file(session: Session, wave: Wave) -> None:
    waves.close_wave(session, wave, NOW)
    keep_disclosure(session, wave)
    filing_figures.freeze_transactions(session, wave)
    filing_figures.add_filings(session, wave, filing_figures.compute(session, wave), at=NOW)
    session.flush()


def _rooms(session: Session, communes: Sequence[Unit]) -> list[int]:
    first = (session.scalar(select(func.max(Unit.id))) or 0) + 1
    keys = range(first, first + ROOMS * len(communes))
    names = {"name_en": "", "one_stop_vi": "", "one_stop_en": "", "valid_from": compilation.PERIOD[0], "kind": "room"}
    rows = []
    for key, above in zip(keys, [unit for unit in communes for _ in range(ROOMS)], strict=True):
        place = {"parent_id": above.id, "path": f"{above.path}{key}/", "name_vi": f"Phòng {key}"}
        rows.append({"id": key, "code": f"R{key}", **place, **names})
    session.execute(insert(Unit), rows)
    return list(keys)


def _opinions(session: Session, holders: list[int], root: Unit, chance: random.Random) -> None:
    official, (usual, *_) = make_account(session, "reviewer", root), create_usual_classes(session)
    calendar, codes = WorkingCalendar(), set[str]()
    while len(codes) < OPINIONS:
        codes.add(new_code(chance))
    rows = []
    for number, reference in enumerate(sorted(codes), 1):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(320))
        unit = Unit(id=chance.choice(holders))
        deadline = calendar.after(day, usual.working_days)
        rows.append(case_row(chance, number, reference, unit, day, usual.id, deadline, official, TODAY))
    for start in range(0, OPINIONS, 5000):
        session.execute(insert(Petition), rows[start : start + 5000])


def _dossiers(session: Session, keys: list[int], chance: random.Random) -> None:
    rows = []
    for number in range(DOSSIERS):
        due = date(2026, 1, 10) + timedelta(days=chance.randrange(300))
        returned = due + timedelta(days=chance.choice((-3, -1, -1, 0, 0, 2)))
        rows.append(
            {
                "unit_id": keys[number % len(keys)],
                "code": f"H{number}",
                "official": f"CB{number % 5}",
                "field": "",
                "received_on": due - timedelta(days=9),
                "due_on": due,
                "returned_on": returned,
                "counted_on": min(due, returned),
                "extra_contacts": chance.choice((0, 0, 0, 1)),
                "agencies": chance.choice((1, 2)),
                "agency_days": "",
                "agency_pace": chance.choice(("early", "on_time", "late")),
                "publication": "both",
                "complaint": chance.choice(("none", "none", "none", "stands")),
            }
        )
    session.execute(insert(Dossier), rows)
    told = {"on_the_spot": 4, "listed_procedures": 60, "all_at_counter": True, "publication": "both"}
    told |= {"eligible_procedures": 40, "online_procedures": 30, "dossiers_received": 75, "online_dossiers": 40}
    told |= {"online_late": 2, "dossiers_total": 75, "year": 2026}
    session.execute(
        insert(CounterRecord), [{**told, "unit_id": key, "quarter": quarter} for key in keys for quarter in (1, 2, 3)]
    )


def _promises(session: Session, wave: Wave, keys: list[int], chance: random.Random) -> None:
    halves = ((date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 12, 31)))
    held = [
        dialogue_row(number, key, half, chance)
        for number, (half, key) in enumerate(((half, key) for half in halves for key in keys), 1)
    ]
    session.execute(insert(Dialogue), held)

    def kept(unit_id: int) -> dict[str, Any]:
        due = date(2026, 1, 1) + timedelta(days=chance.randrange(360))
        done = chance.random() < 0.6
        ended = due + timedelta(days=chance.choice((-4, 0, 3))) if done else None
        told = {"deadline_on": due, "ended_on": ended, "evidence": "Biên bản" if done else "", "dropped_reason": ""}
        return {**told, "unit_id": unit_id, "owner_unit_id": unit_id, "owner_name": ""}

    rows = []
    for number in range(COMMITMENTS):
        dialogue: dict[str, Any] = held[number % len(held)]
        row, key = kept(dialogue["unit_id"]), dialogue["id"]
        rows.append({**row, "dialogue_id": key, "text": "Sửa đường", "state": "done" if row["ended_on"] else "open"})
    session.execute(insert(Commitment), rows)
    answer = {"wave_id": wave.id, "subject": "item", "subject_code": "x", "cause": "Chờ lâu", "action": "Thêm quầy"}
    answer |= {"said": "", "did": "", "is_public": False}
    remedies = [kept(keys[number % len(keys)]) for number in range(REMEDIES)]
    session.execute(
        insert(Remedy), [{**row, **answer, "state": "done" if row["ended_on"] else "running"} for row in remedies]
    )


def _cards(session: Session, root: Unit, chance: random.Random) -> None:
    criteria = tuple(
        CriterionDefinition(f"{n}", Name("Tiêu chí"), Decimal(5), Manual()) for n in range(1, CRITERIA + 1)
    )
    definition = replace(annex_definition(code="par-xa"), unit_kind="commune", criteria=criteria)
    template = scorecard_templates.create_template(session, definition, root)
    session.flush()
    cards = scorecard_templates.put_in_use(session, template, now=NOW)
    lines = session.scalars(select(Criterion).where(Criterion.maximum.is_not(None))).all()
    texts = {"reason": "", "remedy": "", "basis": ""}
    rows = [
        {"scorecard_id": card.id, "criterion_id": line.id, "stage": stage, "at": NOW, **texts}
        | {"points": round(Decimal(chance.random()) * (line.maximum or 0), 2)}
        for card in cards
        for line in lines
        for stage in ("self", "appraisal", "final")
    ]
    session.execute(insert(ScorecardScore), rows)
    session.execute(update(Scorecard).values(state="final"))


def _campaign(session: Session, root: Unit, wave: Wave, keys: list[int]) -> None:
    terms = Terms(2026, "commune", "Thi đua năm 2026", "", "", date(2026, 12, 10), wave.code, (), PARTS)
    campaign = emulation.create_campaign(session, root, terms)
    emulation.open_campaign(session, campaign, account_id=None, now=NOW)
    told = {"campaign_id": campaign.id, "state": "submitted", "explanation": "Kết quả", "award_asked": ""}
    rows = [{**told, "award": "", "unit_id": key, "submitted_at": NOW} for key in keys]
    session.execute(insert(EmulationReport), rows)

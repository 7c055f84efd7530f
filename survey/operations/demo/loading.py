"""Loading the sample province: the tree, the target, three waves over two half-years, and their responses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.models import Collector, Questionnaire, Target, Unit, Wave, WaveUnit
from survey.operations.batches import store_submissions
from survey.operations.collectors import make_collector
from survey.operations.demo.ballots import submissions
from survey.operations.demo.compilation import load_groups
from survey.operations.demo.counter_scores import load_counter_scores
from survey.operations.demo.dialogue_polls import add_polls
from survey.operations.demo.dialogues import load_dialogues
from survey.operations.demo.indices import load_indices
from survey.operations.demo.places import CENTRE, FIELDS, PLACES, PROVINCE, PROVINCE_NAME, Place
from survey.operations.demo.remedies import LIFTS, add_remedies
from survey.operations.periods import PROVINCE_TIME, half_year, previous_half_year, province_day
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.questionnaires import publish_questionnaire
from survey.operations.responses import Submission
from survey.operations.scans import add_scans
from survey.operations.services import create_field, create_service
from survey.operations.targets import create_target
from survey.operations.transactions import set_transactions
from survey.operations.units import add_counter, create_unit
from survey.operations.waves import add_units, close_wave, create_wave, open_wave, publish_wave
from survey.operations.writing import begin_write

SEED = 20250701
RESPONSES = 20_000
FOUNDED = date(2025, 7, 1)  # the two-level administration
TRUST = {"qr": "open", "kiosk": "present", "paper": "paper"}
_QUARTERS = {1: "quý I", 4: "quý II", 7: "quý III", 10: "quý IV"}


@dataclass(frozen=True, slots=True)
class Demo:
    """What was loaded: the waves from the oldest, and the code of a collector of the open one."""

    waves: tuple[Wave, ...]
    collector: Collector
    created: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """A wave of the sample: `share` of all responses, `drift` of satisfaction, and the unit whose N is missing."""

    code: str
    name_vi: str
    name_en: str
    start: date
    end: date
    state: str
    share: float
    drift: float
    without_n: str


def find_demo(session: Session) -> Demo | None:
    """The sample province, if it is loaded."""
    root = session.scalar(select(Unit).where(Unit.code == PROVINCE))
    if root is None:
        return None
    waves = session.scalars(
        select(Wave)
        .join(WaveUnit)
        .join(Unit, Unit.id == WaveUnit.unit_id)
        .where(Unit.parent_id == root.id, IS_SURVEY)
        .distinct()
        .order_by(Wave.period_start)
    ).all()
    collector = session.scalar(
        select(Collector)
        .where(Collector.wave_id == waves[-1].id, Collector.channel == "qr", Collector.state == "active")
        .order_by(Collector.id.desc())
        .limit(1)
    )
    assert collector is not None
    return Demo(tuple(waves), collector, created=False)


def load_demo(
    session: Session,
    today: date,
    *,
    responses: int = RESPONSES,
    seed: int = SEED,
    progress: Callable[[int], None] | None = None,
) -> Demo:
    """Load the sample province as it stands on `today`, about `responses` ballots; a loaded one is left alone.

    The caller commits, then seals and keeps statistics of the closed waves.
    """
    connection = begin_write(session)
    found = find_demo(session)
    if found is not None:
        return found
    rng = Random(seed)  # noqa: S311 sample data, the same for the same seed
    units = _make_units(session)
    _make_services(session)
    target = create_target(
        session,
        code="sipas-80",
        value=Decimal("0.8"),
        reference_vi="Kế hoạch cải cách hành chính của tỉnh Sông Trà: chỉ số hài lòng từ 80% trở lên (dữ liệu mẫu)",
        reference_en="Administrative reform plan of Sông Trà: satisfaction index of 80% or more (sample data)",
        valid_from=FOUNDED,
    )
    questionnaire = publish_questionnaire(session, standard("counter"), _at(FOUNDED))
    waves: list[Wave] = []
    for plan in _plans(today):
        wave, collectors = _open(session, plan, questionnaire, target, units, rng)
        counts = _people(plan, responses, rng)
        _set_population(session, plan, wave, units, counts, rng)
        ballots = list(submissions(session, wave, collectors, counts, plan.drift, today, rng, LIFTS if waves else {}))
        store_submissions(connection, sorted(ballots, key=lambda ballot: ballot.received_at), progress)
        add_scans(session, _scans(collectors, ballots, Random(f"{seed} {plan.code}")))  # noqa: S311 as above
        if plan.state == "published":
            close_wave(session, wave, _at(plan.end + timedelta(days=1)))
            publish_wave(session, wave, _at(min(plan.end + timedelta(days=16), today)))
        waves.append(wave)
    load_dialogues(session, units, today)
    add_polls(session, units, today)
    add_remedies(session, units, waves, today)
    load_indices(session, today)
    load_counter_scores(session, units, today, seed)
    load_groups(session, units, _at(FOUNDED))
    return Demo(tuple(waves), collectors["BENTRA"][0], created=True)


def _plans(today: date) -> tuple[_Plan, ...]:
    """Two quarters of the last half-year, published, and this half-year, open."""
    now = half_year(today)
    first, last = previous_half_year(now)
    middle = date(first.year, first.month + 3, 1)
    return (
        _quarter(first, middle - timedelta(days=1), 0.33, -0.12, ""),
        _quarter(middle, last, 0.37, 0.0, ""),
        _Plan(
            f"{now[0].year}-H{1 if now[0].month == 1 else 2}",
            f"Đợt khảo sát 6 tháng {'đầu' if now[0].month == 1 else 'cuối'} năm {now[0].year}",
            f"Survey of the {'first' if now[0].month == 1 else 'second'} half of {now[0].year}",
            *now,
            "open",
            0.30,
            0.08,
            "LONGHAI",
        ),
    )


def _quarter(start: date, end: date, share: float, drift: float, without_n: str) -> _Plan:
    number = (start.month + 2) // 3
    return _Plan(
        f"{start.year}-Q{number}",
        f"Đợt khảo sát {_QUARTERS[start.month]} năm {start.year}",
        f"Survey of quarter {number}, {start.year}",
        start,
        end,
        "published",
        share,
        drift,
        without_n,
    )


def _make_units(session: Session) -> dict[str, Unit]:
    province = create_unit(
        session,
        code=PROVINCE,
        kind="province",
        name_vi=PROVINCE_NAME[0],
        name_en=PROVINCE_NAME[1],
        one_stop_vi=CENTRE[0],
        one_stop_en=CENTRE[1],
        valid_from=FOUNDED,
    )
    units = {PROVINCE: province}
    for place in PLACES:
        own = place.kind == "commune"
        small = place.name_vi[0].lower() + place.name_vi[1:]
        units[place.code] = create_unit(
            session,
            code=place.code,
            kind=place.kind,
            name_vi=place.name_vi,
            name_en=place.name_en,
            parent=units[place.parent],
            one_stop_vi=f"Trung tâm Phục vụ hành chính công {small}" if own else CENTRE[0],
            one_stop_en=f"Public Service Centre of {place.name_en}" if own else CENTRE[1],
            valid_from=FOUNDED,
        )
        for number, (name_vi, name_en) in enumerate(place.counters, 1):
            add_counter(
                session,
                units[place.code],
                code=f"Q{number}",
                name_vi=name_vi,
                name_en=name_en,
                valid_from=FOUNDED,
            )
        session.refresh(units[place.code], ["counters"])
    return units


def _make_services(session: Session) -> None:
    for field in FIELDS:
        row = create_field(session, code=field.code, name_vi=field.name_vi, name_en=field.name_en)
        for code, name_vi, name_en in field.services:
            create_service(session, row, code=code, name_vi=name_vi, name_en=name_en, valid_from=FOUNDED)


def _open(
    session: Session, plan: _Plan, questionnaire: Questionnaire, target: Target, units: dict[str, Unit], rng: Random
) -> tuple[Wave, dict[str, list[Collector]]]:
    wave = create_wave(
        session,
        code=plan.code,
        name_vi=plan.name_vi,
        name_en=plan.name_en,
        questionnaire=questionnaire,
        target=target,
        period_start=plan.start,
        period_end=plan.end,
        design="self_selected",
        headline_weighting="weighted",
        trust_levels=("open", "present", "paper"),
    )
    places = [place for place in PLACES if place.counters]
    add_units(session, wave, [units[place.code] for place in places])
    open_wave(session, wave, _at(plan.start))
    collectors = {place.code: _ways_in(session, wave, units[place.code], place, plan, rng) for place in places}
    return wave, collectors


def _ways_in(session: Session, wave: Wave, unit: Unit, place: Place, plan: _Plan, rng: Random) -> list[Collector]:
    """A poster at every counter, a kiosk at the first and paper for the unit where the place has them."""
    desks = [(counter, "qr") for counter in unit.counters]
    if place.kiosk:
        desks.append((unit.counters[0], "kiosk"))
    ways = [*desks, (None, "paper")] if place.paper else desks
    return [
        make_collector(
            session, wave, unit, counter=counter, channel=channel, trust=TRUST[channel], at=_at(plan.start), rng=rng
        )
        for counter, channel in ways
    ]


def _people(plan: _Plan, responses: int, rng: Random) -> dict[str, int]:
    """How many people answer in each unit."""
    total = sum(place.share for place in PLACES if place.people is None)
    return {
        place.code: place.people or max(1, round(responses * plan.share * place.share / total * rng.uniform(0.9, 1.1)))
        for place in PLACES
        if place.counters
    }


def _scans(
    collectors: dict[str, list[Collector]], ballots: list[Submission], rng: Random
) -> dict[tuple[int, date], int]:
    """How often each form on a screen was opened on a day: somewhat more often than it was sent."""
    opened = {way.id for ways in collectors.values() for way in ways if way.channel != "paper"}
    sent = Counter(
        (ballot.collector_id, province_day(datetime.fromtimestamp(ballot.received_at, UTC)))
        for ballot in ballots
        if ballot.collector_id in opened
    )
    return {key: number + round(number * rng.uniform(0.1, 1.2)) for key, number in sorted(sent.items())}


def _set_population(
    session: Session, plan: _Plan, wave: Wave, units: dict[str, Unit], counts: dict[str, int], rng: Random
) -> None:
    """N of every unit but one, and the paper forms that were handed out."""
    for place in PLACES:
        if not place.counters:
            continue
        transactions = round(counts[place.code] * rng.uniform(3, 12))
        if place.code != plan.without_n:
            set_transactions(session, units[place.code], plan.start, plan.end, transactions)
        if place.paper:
            row = session.get_one(WaveUnit, (wave.id, units[place.code].id))
            row.quota = 90
            row.forms_issued = max(90, round(counts[place.code] * 0.6))
    session.flush()


def _at(day: date) -> datetime:
    """The hour at which offices open on that day."""
    return datetime.combine(day, time(7), PROVINCE_TIME)

"""A small province with published waves, told by plain counts, so that every percentage can be checked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.models import Counter, Unit, Wave
from survey.operations import waves
from survey.operations.kept_statistics import keep_statistics
from survey.operations.ledger import seal_all
from survey.operations.transactions import set_transactions
from survey.operations.units import create_unit
from tests.factories import NOW, make_collector, make_counter, make_wave
from tests.sample_waves import store

# Code, names, kind and how many people gave 1, 2, 3, 4 and 5 to every item. Neither codes nor English names give the
# order or the words of the Vietnamese ones away.
UNITS = (
    ("Z1", "Sở Tài chính", "Department of Finance", "department", (0, 0, 2, 30, 18)),
    ("B2", "Xã Sông Trà", "Riverside Commune", "commune", (10, 10, 10, 10, 10)),
    ("C3", "Phường Ánh Dương", "Sunlight Ward", "commune", (0, 1, 9, 30, 10)),
    ("A4", "Xã Đức Phổ Một", "East Commune One", "commune", (3, 0, 0, 0, 0)),
    ("A5", "Xã Đức Phổ Hai", "East Commune Two", "commune", (0, 0, 0, 0, 4)),
    ("A6", "Xã Bình Sơn", "Hilltop Commune", "commune", (0, 0, 0, 0, 0)),
)
LAST_YEAR = (date(2025, 7, 1), date(2025, 12, 31))


def answer_alike(
    session: Session, wave: Wave, unit: Unit, counts: Iterable[int], *, counter: Counter | None = None
) -> None:
    """Let `counts` people (of mark 1, 2, …, 5) answer, each with one mark for every item of the index."""
    collector = make_collector(session, wave, unit, counter=counter)
    items = [question.code for question in wave.questionnaire.questions if question.in_index]
    rows = (dict.fromkeys(items, mark) for mark, people in enumerate(counts, 1) for _ in range(people))
    store(session, collector, rows)


def finish(session: Session, engine: Engine, wave: Wave, *, publish: bool = True) -> None:
    """Close, seal and keep as `sipas wave close` does; then publish."""
    waves.close_wave(session, wave, NOW)
    session.commit()
    seal_all(engine)
    keep_statistics(session, wave)
    if publish:
        waves.publish_wave(session, wave, NOW)
    session.commit()


def make_province(session: Session) -> dict[str, Unit]:
    """The units of :data:`UNITS` under the province T, by code, the province first."""
    top = create_unit(
        session, code="T", kind="province", name_vi="Tỉnh Mẫu", name_en="Sample Province", valid_from=date(2025, 7, 1)
    )
    units = {"T": top}
    for code, vi, en, kind, _ in UNITS:
        units[code] = create_unit(
            session, code=code, kind=kind, name_vi=vi, name_en=en, parent=top, valid_from=date(2025, 7, 1)
        )
    return units


def publish_province(session: Session, engine: Engine) -> Mapping[str, Unit]:
    """The province with the waves `now` and `before`, both published; B2 answered `now` at two counters."""
    units = make_province(session)
    below = [unit for code, unit in units.items() if code != "T"]
    before = make_wave(session, code="before", units=below, period=LAST_YEAR, state="open")
    answer_alike(session, before, units["B2"], (20, 0, 0, 0, 20))
    finish(session, engine, before)
    now = make_wave(session, code="now", units=below, questionnaire=before.questionnaire, state="open")
    for code, _, _, _, counts in UNITS:
        if code == "B2":
            for number in ("1", "2"):
                half = [people // 2 for people in counts]
                answer_alike(session, now, units[code], half, counter=make_counter(session, units[code], code=number))
        else:
            answer_alike(session, now, units[code], counts)
            if sum(counts):
                set_transactions(session, units[code], now.period_start, now.period_end, 400)
    finish(session, engine, now)
    return units

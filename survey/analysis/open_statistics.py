"""What is told in public of a half-year's opinions and dialogues, by unit: how it is counted, hidden, and read again.

Told is what citizens sent themselves; what officials entered stands in one number of its own. A half-year is told once,
on the day from which its ratings are told (:mod:`survey.analysis.petition_ratings`), and frozen: bases of fewer than
five people are hidden then, and so are those that the total would tell. So are questions of dialogues, since those that
were kept from the meeting are listed nowhere; promises stand one by one on the dialogues' own pages.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select, true
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from reports.open_table import OpenRow
from reports.petition_figures import Handling
from survey.analysis import dialogue_board, disclosure, frozen_figures, petition_boards
from survey.analysis.petition_ratings import told_on
from survey.analysis.unit_choice import in_list_order
from survey.models import Commitment, Dialogue, DialogueQuestion, OpenStatistics, Petition, Unit

SCHEMA = "sipas-open-statistics/1"  # another layout of the rows has another number
ALL, UNIT = "all", "unit"
_QUESTIONS = ("questions", "answered", "declined")
_STATUS = {"held": "held", "held_late": "held_late"}


@dataclass(frozen=True, slots=True)
class Told:
    """The handling of a unit's opinions with what of it is hidden: everything, the deadlines, or the ratings."""

    handling: Handling
    hidden: bool = False
    time_hidden: bool = False
    content_hidden: bool = False


@dataclass(frozen=True, slots=True)
class HalfYearEdition:
    """The frozen statistics of a half-year: `opinions` and `dialogues` are rows of :mod:`reports.open_table`."""

    period: HalfYear
    frozen_on: date
    digest: str
    opinions: tuple[Mapping[str, Any], ...] = ()
    dialogues: tuple[Mapping[str, Any], ...] = ()

    @property
    def code(self) -> str:
        return code_of(self.period)

    @property
    def days(self) -> tuple[date, date]:
        return dialogue_board.days_of(self.period)


def code_of(period: HalfYear) -> str:
    return f"{period.year}-H{period.half}"


def disclosed(units: Mapping[str, Handling], total: Handling) -> tuple[dict[str, Told], Told]:
    """The units and their total with everything hidden that rests on fewer than five people, or that the total and the
    other units would tell.

    Opinions received, those that were due, those accepted and those rated are bases of their own: each adds up over the
    units. Ratings come in with those hidden already that :func:`~survey.analysis.petition_boards.read_handling` hides.
    """
    received = {code: each.received for code, each in units.items()}
    if disclosure.is_small(total.received):
        return {code: _hidden(each) for code, each in units.items()}, _hidden(total)
    gone = disclosure.hidden_in_line(received, ())
    due = {code: each.due for code, each in units.items()}
    late_gone = frozenset(units) if disclosure.is_small(total.due) else disclosure.hidden_in_line(due, gone)
    accepted = {code: each.accepted for code, each in units.items()}
    unrated = gone | {code for code, each in units.items() if each.displeased is None}
    no_ratings = total.displeased is None or disclosure.is_small(total.accepted)
    content_gone = frozenset(units) if no_ratings else disclosure.hidden_in_line(accepted, unrated)
    told = {
        code: _hidden(each) if code in gone else Told(each, False, code in late_gone, code in content_gone)
        for code, each in units.items()
    }
    return told, Told(total, False, disclosure.is_small(total.due), no_ratings)


def _hidden(handling: Handling) -> Told:
    return Told(handling, True, True, True)


def opinion_rows(session: Session, period: HalfYear, today: date) -> list[OpenRow]:
    """A row for all units together and one for each unit that opinions of the half-year were sent to."""
    report = petition_boards.read_handling(session, true(), dialogue_board.days_of(period), today)
    units = {line.code: line.handling for line in report.units if line.handling.received}
    told, total = disclosed(units, report.total)
    entered = report.entered.received
    rows: list[OpenRow] = [
        {**_of(period, ALL), **_opinions(total), "entered": None if disclosure.is_small(entered) else entered}
    ]
    listed = _listed(session, units)
    return rows + [{**_of(period, UNIT), **_named(unit), **_opinions(told[unit.code])} for unit in listed]


def _opinions(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hidden": told.hidden,
        "time_hidden": told.time_hidden,
        "content_hidden": told.content_hidden,
    }
    each = told.handling
    if not told.hidden:
        found["received"] = each.received
    if not told.time_hidden:
        found |= {"due": each.due, "on_time": each.on_time, "on_time_share": _share(each.on_time, each.due)}
    if not told.content_hidden and each.displeased is not None:
        content = each.accepted - each.displeased
        found |= {"accepted": each.accepted, "displeased": each.displeased, "rated": each.rated}
        found["content_share"] = _share(content, each.accepted)
    return found


def dialogue_rows(session: Session, period: HalfYear, today: date) -> list[OpenRow]:
    """A row for all units together and one for each unit that had to hold a dialogue in the half-year, or did."""
    held = dialogue_board.dialogues_of(session, period)
    duty = {line.code: line for line in dialogue_board.board(session, true(), period, today)}
    asked, promised = _questions(session, period, today), _promises(session, period, today)
    every = session.execute(select(Unit.id, Unit.code)).all()
    ids = {row.code: row.id for row in every}
    done = {key for key, dialogue in held.items() if dialogue.state in ("held", "concluded")}
    codes = [code for code, key in ids.items() if code in duty or key in done or key in asked or key in promised]
    rows: list[dict[str, Any]] = []
    for unit in _listed(session, codes):
        key = ids[unit.code]
        status = dialogue_board.status_of(held.get(key), period, today)
        row = {**_of(period, UNIT), **_named(unit), "held": _STATUS.get(status, "not_held")}
        if key in done:
            row["held_on"] = held[key].day.isoformat()
        rows.append({**row, **asked.get(key, {}), **promised.get(key, {"promises_due": 0, "promises_kept": 0})})
    sums = _together(rows, duty)
    hidden = few_questions({row["unit"]: row.get("questions", 0) for row in rows})
    together = {**_of(period, ALL), **_told(sums, disclosure.is_small(sums["questions"]))}
    return [together, *[_told(row, row["unit"] in hidden) for row in rows]]


def few_questions(asked: Mapping[str, int]) -> frozenset[str]:
    """The units whose questions are hidden: fewer than five were asked there, or the total would tell them."""
    return disclosure.hidden_siblings(asked, sum(asked.values()))


def _told(row: Mapping[str, Any], hidden: bool) -> dict[str, Any]:
    """The row with its shares, without its questions where they are hidden."""
    kept = {"kept_share": _share(row["promises_kept"], row["promises_due"]), "questions_hidden": hidden}
    if hidden:
        return {name: value for name, value in row.items() if name not in _QUESTIONS} | kept
    return {**row, "answered_share": _share(row.get("answered", 0), row.get("questions", 0)), **kept}


def _together(rows: Sequence[Mapping[str, Any]], duty: Collection[str]) -> dict[str, Any]:
    names = (*_QUESTIONS, "promises_due", "promises_kept")
    sums: dict[str, Any] = {name: sum(row.get(name, 0) for row in rows) for name in names}
    owing = [row["held"] for row in rows if row["unit"] in duty]
    sums |= {"units_due": len(owing), "units_held": owing.count("held")}
    return sums


def _share(counted: int, base: int) -> float | None:
    return counted / base if base else None


def _questions(session: Session, period: HalfYear, today: date) -> dict[int, dict[str, Any]]:
    """Questions of the half-year's concluded dialogues that stand for themselves, those answered and those declined, by
    unit; while a dialogue is not concluded its book is still being written."""
    state = DialogueQuestion.state

    def number(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            Dialogue.unit_id,
            func.count(),
            number((state == "answered") & (DialogueQuestion.answered_on < today)),
            number(state == "declined"),
        )
        .join(Dialogue, Dialogue.id == DialogueQuestion.dialogue_id)
        .where(
            Dialogue.year == period.year,
            Dialogue.half == period.half,
            Dialogue.state == "concluded",
            DialogueQuestion.same_as_id.is_(None),
        )
        .group_by(Dialogue.unit_id)
    )
    return {
        row[0]: {"questions": int(row[1]), "answered": int(row[2]), "declined": int(row[3])}
        for row in session.execute(query)
    }


def _promises(session: Session, period: HalfYear, today: date) -> dict[int, dict[str, Any]]:
    """Promises of a unit's dialogues that were due in the half-year, and those kept by their deadline."""
    first, last = dialogue_board.days_of(period)
    kept = (Commitment.state == "done") & (Commitment.ended_on <= Commitment.deadline_on)
    query = (
        select(Commitment.unit_id, func.count(), func.sum(case((kept, 1), else_=0)))
        .where(Commitment.deadline_on.between(first, min(last, today)))
        .group_by(Commitment.unit_id)
    )
    return {row[0]: {"promises_due": int(row[1]), "promises_kept": int(row[2])} for row in session.execute(query)}


def _of(period: HalfYear, row: str) -> dict[str, Any]:
    first, last = dialogue_board.days_of(period)
    named = {"period": code_of(period), "period_start": first.isoformat(), "period_end": last.isoformat()}
    return {**named, "row": row, "unit": None}


def _named(unit: Unit) -> dict[str, Any]:
    english = unit.name_en if unit.name_en and unit.name_en != unit.name_vi else None
    return {"unit": unit.code, "unit_name_vi": unit.name_vi, "unit_name_en": english, "unit_kind": unit.kind}


def _listed(session: Session, codes: Collection[str]) -> list[Unit]:
    """The units with those codes, departments before communes, then by name."""
    wanted = set(codes)
    found = [unit for unit in session.scalars(select(Unit)) if unit.code in wanted]
    return sorted(found, key=lambda unit: in_list_order(unit.kind, unit.name_vi, unit.code))


def compute(session: Session, period: HalfYear, today: date) -> bytes:
    """What a half-year's edition freezes, as canonical JSON."""
    told = {
        "schema": SCHEMA,
        "period": code_of(period),
        "frozen_on": today.isoformat(),
        "opinions": opinion_rows(session, period, today),
        "dialogues": dialogue_rows(session, period, today),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def due(session: Session, today: date) -> list[HalfYear]:
    """The half-years that may be told and are not yet, the oldest first: none before the first opinion or dialogue."""
    first = session.scalar(select(func.min(Petition.received_on)))
    held = session.execute(
        select(Dialogue.year, Dialogue.half).order_by(Dialogue.year, Dialogue.half).limit(1)
    ).one_or_none()
    begun = [dialogue_board.period_of(first)] if first else []
    begun += [HalfYear(held.year, held.half)] if held else []
    if not begun:
        return []
    known = {HalfYear(row.year, row.half) for row in session.execute(select(OpenStatistics.year, OpenStatistics.half))}
    return [period for period in _tellable(min(begun, key=code_of), today) if period not in known]


def _tellable(period: HalfYear, today: date) -> Iterator[HalfYear]:
    while told_on(last := dialogue_board.days_of(period)[1]) <= today:
        yield period
        period = dialogue_board.period_of(last + timedelta(days=1))


def editions(session: Session) -> list[HalfYearEdition]:
    """What is told, the newest half-year first, without the rows."""
    columns = (OpenStatistics.year, OpenStatistics.half, OpenStatistics.frozen_on, OpenStatistics.digest)
    rows = session.execute(select(*columns).order_by(OpenStatistics.year.desc(), OpenStatistics.half.desc()))
    return [HalfYearEdition(HalfYear(row.year, row.half), row.frozen_on, row.digest) for row in rows]


def with_rows(session: Session, edition: HalfYearEdition) -> HalfYearEdition:
    """The edition with its rows."""
    query = select(OpenStatistics.figures).where(
        OpenStatistics.year == edition.period.year, OpenStatistics.half == edition.period.half
    )
    told = frozen_figures.unpacked(session.execute(query).scalar_one())
    return replace(edition, opinions=tuple(told["opinions"]), dialogues=tuple(told["dialogues"]))

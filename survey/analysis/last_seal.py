"""The seal over a unit's last response in a wave: it dates a report and names the data it was made of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from survey.models import Collector, KeptStatistic, Response, Seal, Unit, Wave

LAST_RESPONSE = "last_response"  # of a unit's own collectors, kept when its wave closes
Dated = tuple[datetime | None, str]  # time and head (hexadecimal) of a seal
UNDATED: Dated = (None, "")


def last_seal(session: Session, wave: Wave, path: str, *, sealed: bool = False) -> Dated:
    """Time and head (hexadecimal) of the seal over the subtree's last response in the wave.

    A seal over other units' answers leaves a report as it is: same data, same bytes. While the last response is not
    sealed yet, the newest seal. `sealed` takes the last response from what was kept at closing: the public's database
    role does not read responses.
    """
    kept = (
        select(func.max(KeptStatistic.value))
        .join(Unit, Unit.id == KeptStatistic.unit_id)
        .where(KeptStatistic.wave_id == wave.id, KeptStatistic.code == LAST_RESPONSE, Unit.path.like(f"{path}%"))
    )
    last: Select[Any] = kept if sealed else _last_response(wave, path)
    newest = select(Seal.sealed_at, Seal.head)
    covering = newest.where(Seal.last_response_id >= last.scalar_subquery()).order_by(Seal.sequence).limit(1)
    found = session.execute(covering).first() or session.execute(newest.order_by(Seal.sequence.desc()).limit(1)).first()
    return (found[0], found[1].hex()) if found else UNDATED


@dataclass(frozen=True)
class KeptSeals:
    """What :func:`last_seal` says of a closed wave's every unit (`sealed`), read once for all of them.

    `last` is the last response of each unit with all below it, by its key; `reached` the highest response that each of
    the `seals` and those before it cover.
    """

    last: dict[int, float]
    reached: Sequence[int]
    seals: Sequence[tuple[datetime, bytes]]
    newest: Dated

    @classmethod
    def of(cls, session: Session, wave: Wave) -> KeptSeals:
        own = session.execute(
            select(Unit.path, KeptStatistic.value)
            .join(Unit, Unit.id == KeptStatistic.unit_id)
            .where(KeptStatistic.wave_id == wave.id, KeptStatistic.code == LAST_RESPONSE)
        ).all()
        last: dict[int, float] = {}
        for path, value in own:
            if value is not None:
                for key in map(int, path.strip("/").split("/")):
                    last[key] = max(value, last.get(key, value))
        columns = select(Seal.sealed_at, Seal.head, Seal.last_response_id)
        needed = columns.where(Seal.last_response_id >= min(last.values(), default=0)).order_by(Seal.sequence)
        rows = session.execute(needed).all() if last else []
        newest = session.execute(columns.order_by(Seal.sequence.desc()).limit(1)).first()
        return cls(
            last,
            list(accumulate((row[2] for row in rows), max)),
            [(row[0], row[1]) for row in rows],
            (newest[0], newest[1].hex()) if newest else UNDATED,
        )

    def at(self, unit: Unit) -> Dated:
        """The seal over the last response of the unit with all below it."""
        if unit.id not in self.last:
            return self.newest
        place = bisect_left(self.reached, self.last[unit.id])
        if place == len(self.seals):
            return self.newest
        sealed_at, head = self.seals[place]
        return sealed_at, head.hex()


def last_responses(session: Session, wave: Wave) -> Iterator[KeptStatistic]:
    """The last response at each unit's own collectors, as rows to keep."""
    latest = (
        select(Collector.unit_id, func.max(Response.id).label("last"), func.count().label("responses"))
        .join(Response, Response.collector_id == Collector.id)
        .where(Collector.wave_id == wave.id)
        .group_by(Collector.unit_id)
        .order_by(Collector.unit_id)
    )
    for unit_id, last, responses in session.execute(latest):
        yield KeptStatistic(wave_id=wave.id, unit_id=unit_id, code=LAST_RESPONSE, value=last, base=responses)


def _last_response(wave: Wave, path: str) -> Select[Any]:
    latest = select(func.max(Response.id)).where(Response.collector_id == Collector.id).scalar_subquery()
    return (
        select(func.max(latest))
        .select_from(Collector)
        .join(Unit, Unit.id == Collector.unit_id)
        .where(Collector.wave_id == wave.id, Unit.path.like(f"{path}%"))
    )

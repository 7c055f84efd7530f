"""Who takes part in a wave, and its collectors, over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import current_app
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from survey.blueprints.api.door import scope, wave_for
from survey.blueprints.api.fields import OneOf
from survey.blueprints.api.paging import Listing, Page, page_of
from survey.blueprints.api.route import WAVES, route
from survey.blueprints.api.waves import Trust
from survey.blueprints.api.wire import reply
from survey.models import CHANNELS, RESPONDENT_GROUPS, Collector, Unit, WaveUnit
from survey.models.collector import COLLECTOR_STATES
from survey.operations.errors import noop as _n

Channel = Annotated[str, OneOf(CHANNELS)]
CollectorState = Annotated[str, OneOf(COLLECTOR_STATES)]
Group = Annotated[str, OneOf(RESPONDENT_GROUPS)]


class CollectorsQuery(Listing):
    channel: Channel | None = None
    state: CollectorState | None = None


class WaveUnitOut(BaseModel):
    unit: str
    quota: int | None
    forms_issued: int | None


class WaveUnitPage(Page[WaveUnitOut]):
    pass


class CollectorOut(BaseModel):
    code: str
    unit: str
    counter: str | None
    channel: Channel
    trust: Trust
    respondent_group: Group
    state: CollectorState
    created_at: datetime
    revoked_at: datetime | None
    url: str | None = Field(description=_n("The address of its form, where it has one."))

    @classmethod
    def of(cls, collector: Collector) -> CollectorOut:
        columns = ("code", "channel", "trust", "respondent_group", "state", "created_at", "revoked_at")
        has_form = collector.channel in ("qr", "link", "kiosk", "phone", "interview")
        return cls(
            unit=collector.unit.code,
            counter=collector.counter.code if collector.counter else None,
            url=f"{current_app.config['BASE_URL']}/s/{collector.code}" if has_form else None,
            **{column: getattr(collector, column) for column in columns},
        )


class CollectorPage(Page[CollectorOut]):
    pass


@route(
    "GET",
    "/waves/<wave_code>/units",
    tag=WAVES,
    action="waves.read",
    summary=_n("Units within reach that take part, by code, with quota and paper forms issued"),
    query=Listing,
    answer=WaveUnitPage,
)
def list_wave_units(wave_code: str, query: Listing) -> ResponseReturnValue:
    wave = wave_for("waves.read", wave_code)
    rows = select(WaveUnit).join(WaveUnit.unit).where(WaveUnit.wave_id == wave.id)
    rows = rows.where(scope("places.read").covers(Unit.path)).options(joinedload(WaveUnit.unit))
    found, following = page_of(rows, query, Unit.code, lambda row: row.unit.code)
    items = [WaveUnitOut(unit=row.unit.code, quota=row.quota, forms_issued=row.forms_issued) for row in found]
    return reply(WaveUnitPage(items=items, next=following))


@route(
    "GET",
    "/waves/<wave_code>/collectors",
    tag=WAVES,
    action="collectors.read",
    summary=_n("Collectors of a wave in the units within reach, by code"),
    query=CollectorsQuery,
    answer=CollectorPage,
    answer_example={
        "items": [
            {
                "code": "7KQ2M9F",
                "unit": "X01",
                "counter": "1",
                "channel": "kiosk",
                "trust": "present",
                "respondent_group": "citizen",
                "state": "active",
                "created_at": "2026-01-05T01:30:00Z",
                "revoked_at": None,
                "url": "https://khaosat.example.vn/s/7KQ2M9F",
            }
        ],
        "next": None,
    },
)
def list_collectors(wave_code: str, query: CollectorsQuery) -> ResponseReturnValue:
    wave = wave_for("waves.read", wave_code)
    rows = select(Collector).join(Collector.unit).where(Collector.wave_id == wave.id)
    rows = rows.where(scope("collectors.read").covers(Unit.path))
    if query.channel is not None:
        rows = rows.where(Collector.channel == query.channel)
    if query.state is not None:
        rows = rows.where(Collector.state == query.state)
    rows = rows.options(joinedload(Collector.unit), joinedload(Collector.counter))
    found, following = page_of(rows, query, Collector.code, lambda collector: collector.code)
    return reply(CollectorPage(items=[CollectorOut.of(collector) for collector in found], next=following))

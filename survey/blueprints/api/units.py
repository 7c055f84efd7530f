"""Units and counters over the API; merging and closing, which touch history, stay in the browser."""

from __future__ import annotations

from datetime import date

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from survey.blueprints.api.door import begin, require, scope, unit_for
from survey.blueprints.api.fields import Code, Day, MaybeName, Name, UnitKind
from survey.blueprints.api.paging import Listing, Page, page_of
from survey.blueprints.api.route import UNITS, route
from survey.blueprints.api.wire import Given, invalid, reply
from survey.database import current_session
from survey.models import Counter, Unit
from survey.operations import units
from survey.operations.errors import noop as _n


class UnitsQuery(Listing):
    kind: UnitKind | None = None
    under: Code | None = Field(None, description=_n("Only this unit and what is below it."))
    valid_on: Day | None = Field(None, description=_n("Only what existed on that day."))


class CountersQuery(Listing):
    valid_on: Day | None = Field(None, description=_n("Only what existed on that day."))


class UnitOut(BaseModel):
    code: str
    kind: UnitKind
    parent: str | None
    name_vi: str
    name_en: str
    one_stop_vi: str = Field(description=_n("What its one-stop unit is called."))
    one_stop_en: str
    valid_from: date
    valid_until: date | None
    successor: str | None

    @classmethod
    def of(cls, unit: Unit) -> UnitOut:
        return cls(
            code=unit.code,
            kind=unit.kind,
            parent=unit.parent.code if unit.parent else None,
            name_vi=unit.name_vi,
            name_en=unit.name_en,
            one_stop_vi=unit.one_stop_vi,
            one_stop_en=unit.one_stop_en,
            valid_from=unit.valid_from,
            valid_until=unit.valid_until,
            successor=unit.successor.code if unit.successor else None,
        )


class UnitPage(Page[UnitOut]):
    pass


class UnitIn(Given):
    code: Code
    kind: UnitKind
    parent: Code
    name_vi: Name
    name_en: MaybeName = ""
    one_stop_vi: MaybeName = ""
    one_stop_en: MaybeName = ""
    valid_from: Day


class UnitPatch(Given):
    name_vi: Name | None = None
    name_en: MaybeName | None = None
    one_stop_vi: MaybeName | None = None
    one_stop_en: MaybeName | None = None
    parent: Code | None = Field(None, description=_n("Hang the unit, with all below it, under another one."))


class CounterOut(BaseModel):
    code: str
    unit: str
    name_vi: str
    name_en: str
    valid_from: date
    valid_until: date | None

    @classmethod
    def of(cls, counter: Counter, unit: Unit) -> CounterOut:
        return cls(
            code=counter.code,
            unit=unit.code,
            name_vi=counter.name_vi,
            name_en=counter.name_en,
            valid_from=counter.valid_from,
            valid_until=counter.valid_until,
        )


class CounterPage(Page[CounterOut]):
    pass


class CounterIn(Given):
    code: Code
    name_vi: Name
    name_en: MaybeName = ""
    valid_from: Day


@route(
    "GET",
    "/units",
    tag=UNITS,
    action="places.read",
    summary=_n("Units within reach, by code"),
    query=UnitsQuery,
    answer=UnitPage,
    answer_example={
        "items": [
            {
                "code": "X01",
                "kind": "commune",
                "parent": "ST",
                "name_vi": "UBND xã Bến Trà",
                "name_en": "Ben Tra Commune",
                "one_stop_vi": "Điểm phục vụ hành chính công xã Bến Trà",
                "one_stop_en": "",
                "valid_from": "2025-07-01",
                "valid_until": None,
                "successor": None,
            }
        ],
        "next": "/api/v1/units?limit=1&after=X01",
    },
)
def list_units(query: UnitsQuery) -> ResponseReturnValue:
    rows = select(Unit).where(scope("places.read").covers(Unit.path))
    if query.kind is not None:
        rows = rows.where(Unit.kind == query.kind)
    if query.under is not None:
        rows = rows.where(Unit.path.startswith(_named("under", query.under, part="query").path, autoescape=True))
    if query.valid_on is not None:
        rows = rows.where(Unit.valid_from <= query.valid_on)
        rows = rows.where(or_(Unit.valid_until.is_(None), Unit.valid_until >= query.valid_on))
    rows = rows.options(joinedload(Unit.parent), joinedload(Unit.successor))
    found, following = page_of(rows, query, Unit.code, lambda unit: unit.code)
    return reply(UnitPage(items=[UnitOut.of(unit) for unit in found], next=following))


@route(
    "POST",
    "/units",
    tag=UNITS,
    action="places.edit",
    summary=_n("Place a new unit under another one"),
    body=UnitIn,
    answer=UnitOut,
    status=201,
    also=(409,),
    example={
        "code": "X25",
        "kind": "commune",
        "parent": "ST",
        "name_vi": "UBND xã Sơn Đông",
        "name_en": "Son Dong Commune",
        "valid_from": "2026-01-01",
    },
)
def create_unit(body: UnitIn) -> ResponseReturnValue:
    session = begin()
    parent = _named("parent", body.parent)
    require("places.edit", parent.path)
    unit = units.create_unit(session, parent=parent, **body.model_dump(exclude={"parent"}))
    session.commit()
    return reply(UnitOut.of(unit), 201)


@route("GET", "/units/<unit_code>", tag=UNITS, action="places.read", summary=_n("One unit"), answer=UnitOut)
def show_unit(unit_code: str) -> ResponseReturnValue:
    return reply(UnitOut.of(unit_for("places.read", unit_code)))


@route(
    "PATCH",
    "/units/<unit_code>",
    tag=UNITS,
    action="places.edit",
    summary=_n("Change a unit's names, or hang it under another one"),
    text=_n("What is left out stays as it is. Merging, succession and closing are done in the browser."),
    body=UnitPatch,
    answer=UnitOut,
    also=(409,),
    example={"name_en": "Son Dong Commune", "one_stop_vi": "Điểm phục vụ hành chính công xã Sơn Đông"},
)
def change_unit(unit_code: str, body: UnitPatch) -> ResponseReturnValue:
    session = begin()
    unit = unit_for("places.edit", unit_code)
    for name, text in body.model_dump(exclude={"parent"}, exclude_none=True).items():
        setattr(unit, name, text)
    if body.parent is not None and (unit.parent is None or body.parent != unit.parent.code):
        parent = _named("parent", body.parent)
        require("places.edit", parent.path)
        units.move_unit(session, unit, parent)
    session.commit()
    return reply(UnitOut.of(unit))


@route(
    "GET",
    "/units/<unit_code>/counters",
    tag=UNITS,
    action="places.read",
    summary=_n("A unit's counters, by code"),
    query=CountersQuery,
    answer=CounterPage,
)
def list_counters(unit_code: str, query: CountersQuery) -> ResponseReturnValue:
    unit = unit_for("places.read", unit_code)
    rows = select(Counter).where(Counter.unit_id == unit.id)
    if query.valid_on is not None:
        rows = rows.where(Counter.valid_from <= query.valid_on)
        rows = rows.where(or_(Counter.valid_until.is_(None), Counter.valid_until >= query.valid_on))
    found, following = page_of(rows, query, Counter.code, lambda counter: counter.code)
    return reply(CounterPage(items=[CounterOut.of(counter, unit) for counter in found], next=following))


@route(
    "POST",
    "/units/<unit_code>/counters",
    tag=UNITS,
    action="counters.edit",
    summary=_n("Add a counter to a unit"),
    body=CounterIn,
    answer=CounterOut,
    status=201,
    also=(409,),
    example={"code": "3", "name_vi": "Quầy 3 – Đất đai", "name_en": "Counter 3 – Land", "valid_from": "2026-01-01"},
)
def create_counter(unit_code: str, body: CounterIn) -> ResponseReturnValue:
    session = begin()
    unit = unit_for("counters.edit", unit_code)
    counter = units.add_counter(session, unit, **body.model_dump())
    session.commit()
    return reply(CounterOut.of(counter, unit), 201)


def _named(field: str, code: str, part: str = "body") -> Unit:
    """The unit a field names; raises a 422 that says where."""
    unit = current_session().scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise invalid((part, field), "unknown", units.UnitError.SENTENCES["unknown"], unit=code)
    return unit

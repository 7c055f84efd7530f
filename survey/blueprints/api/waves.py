"""Waves over the API; publication, which cannot be taken back, stays in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from survey.blueprints.api.door import begin, may, scope, wave_for
from survey.blueprints.api.fields import Code, Day, MaybeName, Name, OneOf, WaveState
from survey.blueprints.api.paging import Listing, Page, page_of
from survey.blueprints.api.route import WAVES, route
from survey.blueprints.api.wire import ApiError, Fault, Given, Location, invalid, reply
from survey.database import current_session
from survey.models import (
    TRUST_LEVELS,
    Questionnaire,
    Target,
    Unit,
    Wave,
)
from survey.models.wave import AGGREGATIONS, DESIGNS, RULES, WEIGHTINGS
from survey.operations import closing, wave_drafts, waves
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.questionnaires import QuestionnaireError, require_within_reach
from survey.operations.targets import TargetError, target_or_default
from survey.operations.units import UnitError

MOST_UNITS = 5000

Trust = Annotated[str, OneOf(TRUST_LEVELS)]
Design = Annotated[str, OneOf(DESIGNS)]
Weighting = Annotated[str, OneOf(WEIGHTINGS)]
Rule = Annotated[str, OneOf(RULES)]
Aggregation = Annotated[str, OneOf(AGGREGATIONS)]

_OUT_OF_REACH = _n("The unit %(unit)s lies outside the key's reach.")


class WavesQuery(Listing):
    state: WaveState | None = None
    since: Day | None = Field(None, description=_n("Only periods that end on this day or later."))
    until: Day | None = Field(None, description=_n("Only periods that begin on this day or earlier."))


class TargetOut(BaseModel):
    code: str
    value: float = Field(description=_n("A fraction: 0.8 for 80%."))


class QuestionnaireRef(BaseModel):
    code: str
    version: str


class WaveOut(BaseModel):
    code: str
    name_vi: str
    name_en: str
    state: WaveState
    owner: str | None = Field(description=_n("The unit that runs the wave."))
    questionnaire: QuestionnaireRef
    period_start: date
    period_end: date
    target: TargetOut
    design: Design
    headline_weighting: Weighting
    rule: Rule
    aggregation: Aggregation
    trust_levels: list[Trust]
    minimum_people: int
    opens_on: date | None
    closes_on: date | None
    opened_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None

    @classmethod
    def of(cls, wave: Wave) -> WaveOut:
        columns = set(cls.model_fields) - {"owner", "questionnaire", "target", "trust_levels"}
        return cls(
            owner=wave.owner.code if wave.owner else None,
            questionnaire=QuestionnaireRef(code=wave.questionnaire.code, version=wave.questionnaire.version),
            target=TargetOut(code=wave.target.code, value=float(wave.target.value)),
            trust_levels=[level.trust for level in wave.trust_levels],
            **{column: getattr(wave, column) for column in columns},
        )


class WavePage(Page[WaveOut]):
    pass


class WaveIn(Given):
    code: Code
    name_vi: Name
    name_en: MaybeName = ""
    owner: Code = Field(description=_n("The unit that runs the wave."))
    questionnaire: Code
    version: Code | None = Field(None, description=_n("Default: the newest version valid when the period begins."))
    period_start: Day
    period_end: Day
    target: Code | None = Field(None, description=_n("Default: the target in force when the period begins."))
    design: Design = "self_selected"
    headline_weighting: Weighting = "unweighted"
    rule: Rule = "top_two"
    aggregation: Aggregation = "pool_answers"
    trust_levels: list[Trust] = Field(default=["open", "present", "paper"], min_length=1, max_length=len(TRUST_LEVELS))
    minimum_people: int = Field(30, ge=1, le=100_000)
    opens_on: Day | None = None
    closes_on: Day | None = None
    units: list[Code] = Field(default=[], max_length=MOST_UNITS, description=_n("The units that take part."))


class WavePatch(Given):
    name_vi: Name | None = None
    name_en: MaybeName | None = None
    period_start: Day | None = None
    period_end: Day | None = None
    design: Design | None = None
    headline_weighting: Weighting | None = None
    rule: Rule | None = None
    aggregation: Aggregation | None = None
    trust_levels: list[Trust] | None = Field(None, min_length=1, max_length=len(TRUST_LEVELS))
    minimum_people: int | None = Field(None, ge=1, le=100_000)
    opens_on: Day | None = Field(None, description=_n("null: it opens by hand."))
    closes_on: Day | None = Field(None, description=_n("null: it closes by hand. Of an open wave too."))
    add_units: list[Code] = Field(default=[], max_length=MOST_UNITS, description=_n("Of an open wave too."))


@route(
    "GET",
    "/waves",
    tag=WAVES,
    action="waves.read",
    summary=_n("Waves within reach, those of superior units included, by code"),
    query=WavesQuery,
    answer=WavePage,
)
def list_waves(query: WavesQuery) -> ResponseReturnValue:
    rows = select(Wave).outerjoin(Wave.owner).where(IS_SURVEY)
    rows = rows.where(scope("waves.read").covers(func.coalesce(Unit.path, "/")))
    if query.state is not None:
        rows = rows.where(Wave.state == query.state)
    if query.since is not None:
        rows = rows.where(Wave.period_end >= query.since)
    if query.until is not None:
        rows = rows.where(Wave.period_start <= query.until)
    relatives = (joinedload(Wave.owner), joinedload(Wave.questionnaire), joinedload(Wave.target))
    rows = rows.options(*relatives, selectinload(Wave.trust_levels))
    found, following = page_of(rows, query, Wave.code, lambda wave: wave.code)
    return reply(WavePage(items=[WaveOut.of(wave) for wave in found], next=following))


@route(
    "POST",
    "/waves",
    tag=WAVES,
    action="waves.edit",
    summary=_n("Make a draft wave"),
    body=WaveIn,
    answer=WaveOut,
    status=201,
    also=(409,),
    example={
        "code": "2027-H1",
        "name_vi": "Khảo sát 6 tháng đầu năm 2027",
        "owner": "ST",
        "questionnaire": "counter",
        "period_start": "2027-01-01",
        "period_end": "2027-06-30",
        "units": ["X01", "X02"],
    },
)
def create_wave(body: WaveIn) -> ResponseReturnValue:
    session = begin()
    owner, *taking_part = _units("owner", [body.owner]) + _units("units", body.units)
    questionnaire = _questionnaire(body)
    require_within_reach(session, questionnaire, [owner, *taking_part])
    settings = body.model_dump(exclude={"owner", "questionnaire", "version", "target", "units"})
    wave = waves.create_wave(
        session, owner=owner, questionnaire=questionnaire, target=_target(body.target, body.period_start), **settings
    )
    waves.add_units(session, wave, taking_part)
    session.commit()
    return reply(WaveOut.of(wave), 201)


@route("GET", "/waves/<wave_code>", tag=WAVES, action="waves.read", summary=_n("One wave"), answer=WaveOut)
def show_wave(wave_code: str) -> ResponseReturnValue:
    return reply(WaveOut.of(wave_for("waves.read", wave_code)))


@route(
    "PATCH",
    "/waves/<wave_code>",
    tag=WAVES,
    action="waves.edit",
    summary=_n("Change a draft wave; of an open one, its closing day and more units"),
    text=_n("What is left out stays as it is."),
    body=WavePatch,
    answer=WaveOut,
    also=(409,),
    example={"closes_on": "2027-06-30", "add_units": ["X03"]},
)
def change_wave(wave_code: str, body: WavePatch) -> ResponseReturnValue:
    session = begin()
    wave = wave_for("waves.edit", wave_code)
    changes = body.model_dump(exclude={"trust_levels", "add_units"}, exclude_none=True)
    changes |= {day: None for day in ("opens_on", "closes_on") if day in body.model_fields_set - changes.keys()}
    if wave.state == "open" and changes.keys() == {"closes_on"}:
        wave_drafts.set_closing_day(session, wave, changes["closes_on"], province_day(datetime.now(UTC)))
    elif changes:
        wave_drafts.edit_draft(session, wave, **changes)
    if body.trust_levels is not None:
        waves.set_trust_levels(session, wave, body.trust_levels)
    if body.add_units:
        added = _units("add_units", body.add_units)
        require_within_reach(session, wave.questionnaire, added)
        waves.add_units(session, wave, added)
    session.commit()
    return reply(WaveOut.of(wave))


@route(
    "POST",
    "/waves/<wave_code>/open",
    tag=WAVES,
    action="waves.edit",
    summary=_n("Open a draft wave: what decides its headline is fixed from here on"),
    answer=WaveOut,
    also=(409,),
)
def open_wave(wave_code: str) -> ResponseReturnValue:
    session = begin()
    wave = wave_for("waves.edit", wave_code)
    waves.open_wave(session, wave, datetime.now(UTC))
    session.commit()
    return reply(WaveOut.of(wave))


@route(
    "POST",
    "/waves/<wave_code>/close",
    tag=WAVES,
    action="waves.edit",
    summary=_n("Ask for an open wave to be closed; it is done in the background within moments"),
    text=_n("The event wave.closed tells when it is done."),
    answer=WaveOut,
    status=202,
    also=(409,),
)
def close_wave(wave_code: str) -> ResponseReturnValue:
    session = begin()
    wave = wave_for("waves.edit", wave_code)
    closing.request_closing(session, wave, datetime.now(UTC))
    session.commit()
    return reply(WaveOut.of(wave), 202)


def _units(field: str, codes: Sequence[str]) -> list[Unit]:
    """The units a field names, in its order; raises a 422 that says which there is not or which is out of reach."""
    found = current_session().scalars(select(Unit).where(Unit.code.in_(codes)))
    by_code = {unit.code: unit for unit in found}
    faults = []
    for at, code in enumerate(codes):
        place: Location = ("body", field) if field == "owner" else ("body", field, at)
        if code not in by_code:
            faults.append(Fault(place, "unknown", UnitError.SENTENCES["unknown"], {"unit": code}))
        elif not may("waves.edit", by_code[code].path):
            faults.append(Fault(place, "out_of_reach", _OUT_OF_REACH, {"unit": code}))
    if faults:
        raise ApiError(422, faults=faults)
    return [by_code[code] for code in codes]


def _questionnaire(body: WaveIn) -> Questionnaire:
    query = select(Questionnaire).where(
        Questionnaire.code == body.questionnaire, Questionnaire.published_at.is_not(None)
    )
    if body.version is not None:
        query = query.where(Questionnaire.version == body.version)
    else:
        query = query.where(Questionnaire.valid_from <= body.period_start)
    found = current_session().scalar(query.order_by(Questionnaire.valid_from.desc(), Questionnaire.id.desc()).limit(1))
    if found is None:
        sentence = QuestionnaireError.SENTENCES["unknown"]
        raise invalid(("body", "questionnaire"), "unknown", sentence, questionnaire=body.questionnaire)
    return found


def _target(code: str | None, start: date) -> Target:
    if code is None:
        return target_or_default(current_session(), start)
    found = current_session().scalar(select(Target).where(Target.code == code))
    if found is None:
        raise invalid(("body", "target"), "unknown", TargetError.SENTENCES["unknown"], target=code)
    return found

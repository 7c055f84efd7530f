"""Dossiers of the one-stop system over the API, a batch at once: what the counter score is computed from."""

from __future__ import annotations

from typing import Annotated, Any

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import select

from survey.blueprints.api.door import begin, may
from survey.blueprints.api.fields import Code, Day, OneOf
from survey.blueprints.api.route import DOSSIERS, route
from survey.blueprints.api.transactions import MOST_AT_ONCE, OUT_OF_REACH
from survey.blueprints.api.wire import SENTENCES, ApiError, Fault, Given, reply
from survey.models import Unit
from survey.models.counter_score import COMPLAINTS, PUBLICATIONS
from survey.operations import audit
from survey.operations.counter_records import (
    MOST_NUMBER,
    CounterRecordError,
    DossierRow,
    check_dossier,
    record_dossiers,
)
from survey.operations.errors import noop as _n
from survey.operations.units import UnitError

# Agencies with days taken and allowed; the operation reads them exactly.
_INVOLVED = r"^(\s*[^;<>]{1,80}\s\d{1,3}/\d{1,3}\s*(;|$))*\s*$"
Few = Annotated[int, Field(ge=0, le=MOST_NUMBER)]
Short = Annotated[str, StringConstraints(max_length=100)]


class DossierIn(Given):
    unit: Code
    code: Annotated[str, StringConstraints(pattern=r"^[\w./-]{1,60}$")]
    received_on: Day
    due_on: Day
    returned_on: Day | None = Field(None, description=_n("Null: not returned yet."))
    official: Code | None = Field(None, description=_n("The code of the official in charge; never a name."))
    field: Short = ""
    extra_contacts: Few | None = Field(None, description=_n("Further contacts with the counter to complete it."))
    agencies: Few | None = Field(None, description=_n("Agencies that had to be contacted."))
    agency_days: Annotated[str, StringConstraints(max_length=500, pattern=_INVOLVED)] = Field(
        "", description=_n("The agencies involved with days taken and allowed: SXD 3/5; STC 2/2.")
    )
    publication: Annotated[str, OneOf(PUBLICATIONS)] | None = None
    complaint: Annotated[str, OneOf(COMPLAINTS)] | None = Field(
        None, description=_n("Whether an opinion stands against the dossier, or was concluded as false.")
    )

    def as_row(self) -> DossierRow:
        told: dict[str, Any] = self.model_dump(exclude={"unit"})
        return DossierRow(**told | {name: told[name] or "" for name in _TEXTS})


_TEXTS = ("official", "publication", "complaint")


class DossiersIn(Given):
    dossiers: list[DossierIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Recorded(BaseModel):
    added: int
    changed: int
    unchanged: int


@route(
    "POST",
    "/dossiers",
    tag=DOSSIERS,
    action="counter_scores.record",
    summary=_n("Dossiers of the one-stop system: all are stored, or none"),
    text=_n("A dossier is known by unit and code; sent again, it is brought up to what is told now."),
    body=DossiersIn,
    answer=Recorded,
    example={
        "dossiers": [
            {"unit": "X01", "code": "HS-0001", "received_on": "2026-01-05", "due_on": "2026-01-12",
             "returned_on": "2026-01-09", "official": "CB01", "extra_contacts": 0, "complaint": "none"}
        ]
    },
    answer_example={"added": 1, "changed": 0, "unchanged": 0},
)  # fmt: skip
def post_dossiers(body: DossiersIn) -> ResponseReturnValue:
    session = begin()
    codes = {given.unit for given in body.dossiers}
    units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    rows = [given.as_row() for given in body.dossiers]
    if faults := _faults(body.dossiers, rows, units):
        raise ApiError(422, faults=faults)
    done = record_dossiers(session, [(units[given.unit], row) for given, row in zip(body.dossiers, rows, strict=True)])
    counts = {"add": done.count("add"), "change": done.count("change"), "same": done.count("same")}
    audit.record(session, "dossiers.import", subject="API", after=counts)
    session.commit()
    return reply(Recorded(added=counts["add"], changed=counts["change"], unchanged=counts["same"]))


def _faults(given: list[DossierIn], rows: list[DossierRow], units: dict[str, Unit]) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for at, (told, row) in enumerate(zip(given, rows, strict=True)):
        loc = ("body", "dossiers", at)
        unit = units.get(told.unit)
        if unit is None:
            faults.append(Fault((*loc, "unit"), "unknown", UnitError.SENTENCES["unknown"], {"unit": told.unit}))
        elif not may("counter_scores.record", unit.path):
            faults.append(Fault((*loc, "unit"), "out_of_reach", OUT_OF_REACH, {"unit": told.unit}))
        elif (told.unit, told.code) in seen:
            faults.append(Fault(loc, "repeated", SENTENCES["repeated"], {}))
        else:
            try:
                check_dossier(unit, row)
            except CounterRecordError as error:
                faults.append(Fault((*loc, error.code), "invalid", error.sentence, error.parameters))
        seen.add((told.unit, told.code))
    return faults

"""The rule set of the one-stop counter's score as a province writes it down in YAML; read strictly, nothing guessed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from forms.notation import Loader
from forms.scorecard_definition import ScorecardFault
from forms.scorecard_notation import share

LONGEST = 20_000  # characters of a rule set
POINTS = 2  # the most an indicator gives
PER_DOSSIER = (1, 2, 3, 4, 6, 7)  # the mean over dossiers; a survey's answers stand beside these
PER_OFFICIAL = (1, 2, 3, 4, 7)
INDICATORS = tuple(range(1, 10))

LeftOut = Literal["scale", "keep"]
Points = Annotated[int, Field(ge=0, le=POINTS)]
Mark = Annotated[int, Field(ge=1, le=5)]
Title = Annotated[str, Field(min_length=1, max_length=500)]


class RulesFault(ValueError):
    """A rule set that cannot be used; the text says where and why."""


def _share(written: Any) -> Fraction:
    try:
        return share(str(written))
    except ScorecardFault as error:
        raise ValueError(f"{written!r} is no share such as 20%") from error


def _number(written: Any) -> Any:
    return written.replace(",", ".") if isinstance(written, str) else str(written)


Number = Annotated[Decimal, BeforeValidator(_number), Field(decimal_places=4)]
Share = Annotated[Fraction, BeforeValidator(_share), Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Name(_Part):
    """A wording in both languages."""

    vi: Title
    en: Title


class Band(_Part):
    """What a total from `at_least` on is called."""

    at_least: Annotated[Number, Field(ge=0, le=18)]
    name: Name


class Most(_Part):
    """At most so many for two points, and for one."""

    two: Annotated[int, Field(ge=0, le=99)]
    one: Annotated[int, Field(ge=0, le=99)]


class Least(_Part):
    """At least this share for two points, and for one."""

    two: Share
    one: Share


class Paces(_Part):
    """Points for a dossier returned before, on and after the day it was due."""

    early: Points
    on_time: Points
    late: Points


class Fewest(_Part):
    """A total of fewer indicators than these is not graded."""

    agency: Annotated[int, Field(ge=1, le=9)]
    official: Annotated[int, Field(ge=1, le=5)]


class OnTheSpot(_Part):
    """Indicator 5: the share of listed procedures handled on the spot that gives two points, by kind of unit."""

    province: Share
    department: Share
    commune: Share

    def asked_of(self, kind: str) -> Fraction:
        return {"province": self.province, "commune": self.commune}.get(kind, self.department)


class Online(_Part):
    """Indicator 9: the share of eligible procedures that must be online, and the share of dossiers sent online."""

    procedures: Share
    dossiers: Least


class Target(_Part):
    """What plans ask of dossiers returned on time."""

    least: Share
    most: Share
    reference: Title


class SatisfactionGroup(_Part):
    """The satisfaction group of Decision 766: the points of its three parts."""

    opinions: Annotated[Number, Field(ge=0, le=100)]
    content: Annotated[Number, Field(ge=0, le=100)]
    dossiers: Annotated[Number, Field(ge=0, le=100)]
    reference: Title


class SurveySource(_Part):
    """An indicator's points from the answers of citizens to a five-point item, or to the items of a factor: each answer
    among `two` gives two points, among `one` one, any other none. `use` says whether the survey goes before what
    dossiers and the agency tell ("first") or stands in where they tell nothing ("where_missing")."""

    indicator: Literal[1, 2, 3, 4, 6, 7]
    figure: Literal["item", "factor"]
    code: Annotated[str, Field(min_length=1, max_length=60)]
    two: Annotated[tuple[Mark, ...], Field(min_length=1, max_length=5)]
    one: Annotated[tuple[Mark, ...], Field(max_length=4)] = ()
    use: Literal["first", "where_missing"] = "where_missing"

    @model_validator(mode="after")
    def _marks_apart(self) -> Self:
        marks = (*self.two, *self.one)
        if len(set(marks)) < len(marks):
            raise ValueError("an answer gives two points or one, and is named once")
        return self


class CounterRules(_Part):
    """Everything the score depends on. `left_out` says what an indicator without sufficient data does to a total:
    "scale" takes its two points off the maximum and moves the bands in proportion, "keep" leaves both as they are."""

    name: Name
    reference: Title
    left_out: LeftOut
    minimum_dossiers: Annotated[int, Field(ge=1, le=1000)]
    fewest_indicators: Fewest
    pace: Paces
    agency_pace: Paces
    extra_contacts: Most
    agencies: Most
    on_the_spot: OnTheSpot
    attitude: Paces
    opinions: Least
    online: Online
    official_bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=10)]
    agency_bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=10)]
    on_time: Target
    satisfaction_group: SatisfactionGroup
    surveys: Annotated[tuple[SurveySource, ...], Field(max_length=len(PER_DOSSIER))] = ()

    @model_validator(mode="after")
    def _bands_fall(self) -> Self:
        for bands in (self.official_bands, self.agency_bands):
            if any(upper.at_least <= lower.at_least for upper, lower in pairwise(bands)) or bands[-1].at_least != 0:
                raise ValueError("bands stand from the best to the worst, and the last begins at 0")
        return self

    @model_validator(mode="after")
    def _one_survey_each(self) -> Self:
        numbers = [source.indicator for source in self.surveys]
        if len(set(numbers)) < len(numbers):
            raise ValueError("an indicator has one survey source")
        return self


def read_rules(text: str) -> CounterRules:
    """The rule set of a YAML document. Raises :class:`RulesFault`."""
    if len(text) > LONGEST:
        raise RulesFault(f"> {LONGEST}")
    try:
        return CounterRules.model_validate(yaml.load(text, Loader))  # noqa: S506 a SafeLoader that refuses more
    except ValidationError as error:
        said = (f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()[:5])
        raise RulesFault("; ".join(said)[:500]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RulesFault(" ".join(str(error).split())[:300]) from error

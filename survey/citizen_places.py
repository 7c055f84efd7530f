"""What stands behind a collector's code: the place it was hung up at, whether it takes answers, and what is asked.

A place is kept for a moment only (a collector may be revoked, a name mended); whether a ballot is taken is decided by
the statement that stores it. A published questionnaire never changes and is kept for good.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

import psycopg
from sqlalchemy import exc
from sqlalchemy.orm import Session

from forms.definition import Question, Questionnaire
from survey import models
from survey.database import engine
from survey.operations.collectors import find_collector
from survey.operations.poll_waves import is_poll
from survey.page_cache import PageShelf, ShortMemory

SECONDS_KEPT = 2.0
PLACES_KEPT = 5000
PAGES_KEPT = 1000
CODE_LENGTH = 12  # of the column, longer than codes made today
# What a database out of reach, locked or full raises, wrapped by SQLAlchemy or straight from its driver.
UNREACHABLE = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    sqlite3.OperationalError,
    psycopg.OperationalError,
)

# Ways in that a web page may serve. What `verified` and `present` promise (a token per dossier, the counter's own
# device) this form cannot prove, so it takes no ballot in their name.
CHANNELS = frozenset({"qr", "link", "kiosk", "phone", "interview"})
TRUST_LEVELS = frozenset({"open", "assisted"})

SHORT_WORDING = 24  # longer answers stand below each other, not in a row

State = Literal["open", "draft", "closed", "revoked", "elsewhere"]


class Heading(NamedTuple):
    """The top of a page: the one-stop unit large, unit and counter small above it, the unit by itself."""

    title: str
    lead: str
    unit: str


@dataclass(frozen=True, slots=True)
class Place:
    """A collector as its form shows it. Equal places show equal pages."""

    collector_id: int
    code: str
    state: State
    remembers: bool
    questionnaire_id: int
    unit: tuple[str, str]
    one_stop: tuple[str, str]
    counter: tuple[str, str]
    period: tuple[date, date]

    def heading(self, language: str) -> Heading:
        """The names in one language; what has no English name is called by its Vietnamese one."""
        unit, one_stop, counter = (
            (names[1] or names[0]) if language == "en" else names[0]
            for names in (self.unit, self.one_stop, self.counter)
        )
        small = [unit, counter] if one_stop else [counter]
        return Heading(one_stop or unit, " · ".join(name for name in small if name), unit)


@dataclass(frozen=True)
class Asked:
    """A published questionnaire, the ids its questions are stored under, and how its form lays them out.

    `numbers` counts the questions from 1, by field.
    """

    questionnaire: Questionnaire
    ids: Mapping[str, int]
    numbers: Mapping[str, int]

    @property
    def faces(self) -> bool:
        return any(choice.face for question in self.questionnaire.questions for choice in question.choices)

    def layout(self, question: Question) -> str:
        """Class of the answers' box: a row (r), a row with faces (r f), or one below the other (l)."""
        choices = question.scale_choices
        if any(choice.face for choice in choices):
            return "r f"
        longest = max(len(text) for choice in choices for text in (choice.wording.vi, choice.wording.en))
        in_row = question.kind in ("rating", "levels", "yes_no") and longest <= SHORT_WORDING
        return "r" if in_row else "l"


class Reception:
    """What one process remembers for its citizens."""

    def __init__(self) -> None:
        self.pages: PageShelf[tuple[Place, str]] = PageShelf(PAGES_KEPT)
        self._places: ShortMemory[str, Place] = ShortMemory(SECONDS_KEPT, PLACES_KEPT, forgive=UNREACHABLE)
        self._asked: dict[int, Asked] = {}

    def place(self, code: str) -> Place | None:
        """The place of a code as it is printed; None where there is none. Raises what :data:`UNREACHABLE` lists."""
        if not code.isalnum() or len(code) > CODE_LENGTH:
            return None  # nothing that the database need be asked
        return self._places.get(code, lambda: _load_place(code))

    def closed_place(self, place: Place) -> Place:
        """The place that just refused a ballot, read anew: revoked, closed, or not open yet."""
        self._places.forget(place.code)
        found = self.place(place.code)
        return found if found and found.state != "open" else replace(place, state="closed")

    def asked(self, place: Place) -> Asked:
        """What is asked there; raises what :data:`UNREACHABLE` lists."""
        asked = self._asked.get(place.questionnaire_id)
        if asked is None:
            asked = self._asked[place.questionnaire_id] = _load_asked(place.questionnaire_id)
        return asked


def _load_place(code: str) -> Place | None:
    # A session of its own: the request's session must not be reading when it begins to write.
    with Session(engine()) as session:
        collector = find_collector(session, code)
        if collector is None or collector.code != code:
            return None
        place = place_of(collector)
        return replace(place, state="elsewhere") if is_poll(session, collector.wave) else place


def place_of(collector: models.Collector) -> Place:
    """The collector as its form shows it."""
    unit, counter, wave = collector.unit, collector.counter, collector.wave
    return Place(
        collector_id=collector.id,
        code=collector.code,
        state=_state(collector),
        remembers=collector.channel != "kiosk",
        questionnaire_id=wave.questionnaire_id,
        unit=(unit.name_vi, unit.name_en),
        one_stop=(unit.one_stop_vi, unit.one_stop_en),
        counter=(counter.name_vi, counter.name_en) if counter else ("", ""),
        period=(wave.period_start, wave.period_end),
    )


def _state(collector: models.Collector) -> State:
    if collector.state == "revoked":
        return "revoked"
    if collector.channel not in CHANNELS or collector.trust not in TRUST_LEVELS:
        return "elsewhere"
    if collector.wave.state == "draft":
        return "draft"
    return "open" if collector.wave.state == "open" else "closed"


def _load_asked(questionnaire_id: int) -> Asked:
    with Session(engine()) as session:
        return asked_of(session.get_one(models.Questionnaire, questionnaire_id))


def asked_of(row: models.Questionnaire) -> Asked:
    """A stored questionnaire as its form asks it."""
    ids = {question.code: question.id for question in row.questions}
    questionnaire = Questionnaire.from_yaml(row.definition)
    numbers = {question.field: number for number, question in enumerate(questionnaire.questions, 1)}
    return Asked(questionnaire, ids, numbers)

"""What is known of a dialogue and of a unit's half-year of dialogues, as documents and pages show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from reports.catalogue import gettext, gettext_noop
from reports.figures import Figure, Language, Place, Text
from reports.wording import short_date

CommitmentState = Literal["open", "done", "dropped"]
QuestionState = Literal["received", "accepted", "answered", "later", "declined"]

_GROUPS = {
    "citizen": gettext_noop("Citizens"),
    "business": gettext_noop("Businesses"),
    "organisation": gettext_noop("Organisations, associations"),
    "delegate": gettext_noop("People's council delegates"),
    "official": gettext_noop("Officials, civil servants"),
    "press": gettext_noop("Press"),
}
_COMMITMENT_STATES: dict[CommitmentState, str] = {
    "open": gettext_noop("In progress"),
    "done": gettext_noop("Done"),
    "dropped": gettext_noop("Dropped"),
}


@dataclass(frozen=True, slots=True)
class HalfYear:
    year: int
    half: int

    @property
    def before(self) -> HalfYear:
        return HalfYear(self.year, 1) if self.half == 2 else HalfYear(self.year - 1, 2)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """People of a group; `present` is the larger of the secretary's count and of those who typed the room's code."""

    group: str
    invited: int
    present: int


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question that stands for itself and for `same` others of the same matter; without theme or unit: empty."""

    text: str
    asker_group: str
    theme: str
    state: QuestionState
    same: int = 0
    unit: Text = field(default_factory=lambda: Text(""))
    answer: str = ""
    due_on: date | None = None
    declined_reason: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """A promise; `percent` and `progress` are of its last line of progress, `ended` the evidence or the reason."""

    text: str
    owner: Text
    owner_name: str
    promised_on: date
    deadline_on: date
    state: CommitmentState
    late: bool = False
    percent: int | None = None
    progress: str = ""
    ended: str = ""
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class DialogueRecord:
    """One dialogue. Moments are the province's; `url` is what the QR code holds."""

    place: Place
    name: Text
    period: HalfYear
    code: str
    url: str
    chair: str
    chair_office: str
    secretary: str
    venue: str
    starts_at: datetime
    box_opens_on: date
    invited: str
    agenda: tuple[str, ...]
    groups: tuple[GroupLine, ...]
    questions: tuple[QuestionLine, ...]
    carried_over: tuple[CommitmentLine, ...]
    promises: tuple[CommitmentLine, ...]
    notes: str = ""
    conclusion: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def discussed(self) -> tuple[QuestionLine, ...]:
        """What came before the meeting."""
        return tuple(question for question in self.questions if question.state not in ("received", "declined"))

    @property
    def came_before_the_meeting(self) -> int:
        """How many questions: those grouped with another count, too."""
        return sum(1 + question.same for question in self.discussed)

    @property
    def declined(self) -> tuple[QuestionLine, ...]:
        return tuple(question for question in self.questions if question.state == "declined")

    def by_theme(self) -> Iterator[tuple[str, list[QuestionLine]]]:
        """What came before the meeting, by theme in the chair's order; the empty theme comes last."""
        themes: dict[str, list[QuestionLine]] = {}
        for question in self.discussed:
            themes.setdefault(question.theme, []).append(question)
        yield from sorted(themes.items(), key=lambda item: not item[0])


@dataclass(frozen=True, slots=True)
class HalfYearFigures:
    """What the dialogues of a unit, and of those below it, came to in a half-year.

    `questions` are all that were asked; those grouped with another are answered with it. `promises` are of this
    half-year's dialogues, and `kept` those of them that were done by their deadline.
    """

    period: HalfYear
    dialogues: int
    groups: tuple[GroupLine, ...]
    themes: tuple[tuple[str, int], ...]
    questions: int
    answered: int
    later: int
    overdue: int
    declined: int
    promises: int
    kept: int
    kept_late: int
    open: int
    late: int
    dropped: int
    poll: Figure | None = None

    @property
    def present(self) -> int:
        return sum(line.present for line in self.groups)

    @property
    def invited(self) -> int:
        return sum(line.invited for line in self.groups)

    @property
    def answered_share(self) -> Fraction | None:
        """Of the questions that were not declined, how many have their answer."""
        base = self.questions - self.declined
        return Fraction(self.answered, base) if base else None

    @property
    def kept_share(self) -> Fraction | None:
        """Of the promises that have ended or whose deadline is past, how many were kept by their deadline."""
        base = self.kept + self.kept_late + self.late + self.dropped
        return Fraction(self.kept, base) if base else None


@dataclass(frozen=True, slots=True)
class DialogueReview:
    """A unit's half-year of dialogues beside the one before, with the promises that were open in it.

    Of very many the first stand here, those still open before the others; `not_listed` says how many do not.
    """

    place: Place
    now: HalfYearFigures
    before: HalfYearFigures | None
    commitments: tuple[CommitmentLine, ...]
    as_of: date
    not_listed: int = 0


def attendee_group(code: str, language: Language) -> str:
    return gettext(_GROUPS[code], language)


def group_inside(code: str, language: Language) -> str:
    """The group's name inside a sentence: only its first letter loses its capital."""
    name = attendee_group(code, language)
    return name[:1].lower() + name[1:]


def commitment_state(line: CommitmentLine, language: Language) -> str:
    """The state in a word, with what goes with it: how late, how far, or when it ended."""
    word = gettext(_COMMITMENT_STATES[line.state], language)
    if line.ended_on is not None:
        return f"{word}, {short_date(line.ended_on, language)}"
    if line.percent is not None:
        word = f"{word}, {line.percent}%"
    late = gettext("late", language)
    return f"{word} – {late}" if line.late else word


def half_year(period: HalfYear, language: Language) -> str:
    """ "6 tháng đầu năm 2026"."""
    if period.half == 1:
        return gettext("the first six months of {year}", language, year=period.year)
    return gettext("the last six months of {year}", language, year=period.year)


def time_of_day(moment: datetime, language: Language) -> str:
    """ "08 giờ 00" or "08:00"."""
    return f"{moment:%H} giờ {moment:%M}" if language == "vi" else f"{moment:%H:%M}"

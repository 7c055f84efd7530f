"""The citizen's pages of a dialogue: their look, what is possible there now, and what it has led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext
from markupsafe import Markup

from reports.dialogue_record import CommitmentLine, QuestionLine, commitment_state
from reports.qr_code import qr_svg
from survey import dialogue_wording
from survey.citizen_pages import FORM_SCRIPT, answer, content_policy, render, style_sheet
from survey.models import Dialogue, DialogueQuestion, Unit
from survey.operations.dialogue_questions import box_source
from survey.operations.periods import province_today

STYLE = style_sheet("citizen.css", "dialogue.css")
POLICY = content_policy(STYLE, FORM_SCRIPT)
PUBLIC_STATES = ("announced", "running", "held", "concluded", "cancelled")


@dataclass(frozen=True, slots=True)
class Possible:
    """What a citizen can do on a day: ask (and by what road the question comes), say he is present, rate."""

    source: str | None
    checks_in: bool
    poll: str | None

    @classmethod
    def of(cls, dialogue: Dialogue, today: date, poll: str | None) -> Possible:
        return cls(box_source(dialogue, today), dialogue.state == "running", poll)


def page(template: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any) -> Response:
    """A page of the room; its style stands inside it, as on the other citizens' pages."""
    words = {
        "spoken": dialogue_wording,
        "unit_name": unit_name,
        "short_day": dialogue_wording.short_day,
        "today": province_today(),
    }
    text = render(template, style=STYLE, **{**words, **context})
    return answer(text, status, headers, policy=POLICY)


def unit_name(unit: Unit) -> str:
    return (unit.name_en or unit.name_vi) if dialogue_wording.language() == "en" else unit.name_vi


def dialogue_name(dialogue: Dialogue) -> str:
    english = dialogue_wording.language() == "en"
    return (dialogue.name_en or dialogue.name_vi) if english else dialogue.name_vi


def picture(url: str) -> Markup:
    """The QR code of an address to keep."""
    return Markup(qr_svg(url, gettext("QR code of the page to keep")))  # noqa: S704 our own drawing


def answered_by_theme(lines: Sequence[QuestionLine]) -> list[tuple[str, list[QuestionLine]]]:
    """The questions that have their answer, or a day for it, under their themes; those without a theme come last."""
    themes: dict[str, list[QuestionLine]] = {}
    for line in lines:
        if line.state in ("answered", "later"):
            themes.setdefault(line.theme, []).append(line)
    return sorted(themes.items(), key=lambda item: not item[0])


def commitment_words(line: CommitmentLine) -> str:
    """Where a commitment stands, in words: "In progress, 40% – late"."""
    return commitment_state(line, dialogue_wording.language())


def question_state(question: DialogueQuestion, today: date) -> str:
    """What has become of a question, for who asked it."""
    due = question.answer_due_on or today
    states: dict[str, str] = {
        "received": gettext("Your question was received. The unit reads it and puts it on the agenda of the meeting."),
        "accepted": gettext("Your question is on the agenda of the meeting."),
        "answered": gettext("Your question was answered."),
        "declined": gettext("Your question was not taken up."),
        "later": gettext("The answer follows by %(day)s.", day=dialogue_wording.short_day(due)),
    }
    if question.state == "later" and due < today:
        states["later"] = gettext("The answer was due on %(day)s and is late.", day=dialogue_wording.short_day(due))
    return states[question.state]

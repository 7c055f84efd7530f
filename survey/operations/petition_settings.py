"""What the province decides of its case work: classes with their time limits, texts to begin answers from."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from reports.wording import short_date
from survey.models import AnswerTemplate, Petition, PetitionClass, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code
from survey.operations.petitions import LONGEST_ANSWER

LONGEST_DAYS = 365
# What many provinces begin with; working days from the day of receipt. Theirs to change.
USUAL_CLASSES = (
    ("khan", "Khẩn: ảnh hưởng ngay đến người dân", "Urgent: affects people now", 3),
    ("thuong", "Thông thường", "Ordinary", 10),
    ("phuc-tap", "Phức tạp: phải xác minh hoặc phối hợp nhiều đơn vị", "Complex: to be verified, or several units", 20),
    ("kien-nghi", "Kiến nghị về quy định, chính sách", "Recommendation on rules or policies", 30),
)


class SettingError(OperationError):
    """What cannot be decided so, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "code_form": _n("%(written)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "code_taken": _n("There is a class with the code %(written)s already."),
        "days_range": _n("The time limit is 1 to %(most)s working days."),
        "classes_there": _n("There are classes already."),
        "name_missing": _n("Give it a name in Vietnamese."),
        "text_missing": _n("Write the text first."),
        "text_long": _n("The text is longer than %(most)s characters. Please shorten it."),
        "day_as_it_is": _n("%(day)s is that already by the calendar: nothing to write down."),
        "day_reason": _n("Say why, such as the decision that makes it so."),
    }


def create_class(
    session: Session, *, code: str, name_vi: str, working_days: int, name_en: str = "", reference_vi: str = ""
) -> PetitionClass:
    """A new class of opinions; raises :class:`SettingError`."""
    if not is_code(code):
        raise SettingError("code_form", written=code)
    if session.scalar(select(PetitionClass.id).where(PetitionClass.code == code)) is not None:
        raise SettingError("code_taken", written=code)
    made = PetitionClass(code=code, name_vi="", working_days=1, ended_on=None)
    change_class(made, name_vi=name_vi, name_en=name_en, reference_vi=reference_vi, working_days=working_days)
    session.add(made)
    session.flush()
    return made


def change_class(
    changed: PetitionClass,
    *,
    name_vi: str,
    name_en: str,
    reference_vi: str,
    working_days: int,
    ended_on: date | None = None,
) -> None:
    """Change a class, or end it; deadlines that are set stay as they are. Raises :class:`SettingError`."""
    if not clean_text(name_vi, lines=False):
        raise SettingError("name_missing")
    if not 1 <= working_days <= LONGEST_DAYS:
        raise SettingError("days_range", most=LONGEST_DAYS)
    changed.name_vi, changed.name_en, changed.reference_vi = name_vi, name_en, reference_vi
    changed.working_days, changed.ended_on = working_days, ended_on


def create_usual_classes(session: Session) -> list[PetitionClass]:
    """The classes many provinces begin with, where there are none; raises :class:`SettingError`."""
    if session.scalar(select(func.count()).select_from(PetitionClass)):
        raise SettingError("classes_there")
    return [
        create_class(session, code=code, name_vi=name_vi, name_en=name_en, working_days=days)
        for code, name_vi, name_en, days in USUAL_CLASSES
    ]


def classes_in_use(session: Session, today: date) -> list[PetitionClass]:
    """The classes to choose from, the shortest time limit first."""
    lives = PetitionClass.ended_on.is_(None) | (PetitionClass.ended_on >= today)
    return list(
        session.scalars(select(PetitionClass).where(lives).order_by(PetitionClass.working_days, PetitionClass.id))
    )


def save_template(
    session: Session, template: AnswerTemplate | None, *, unit: Unit | None, name_vi: str, text: str
) -> AnswerTemplate:
    """A new template of `unit` (None: everybody's), or another wording of one; raises :class:`SettingError`."""
    name, written = clean_text(name_vi, lines=False), clean_text(text, lines=True)
    if not name:
        raise SettingError("name_missing")
    if not written:
        raise SettingError("text_missing")
    if len(written) > LONGEST_ANSWER:
        raise SettingError("text_long", most=LONGEST_ANSWER)
    template = template or AnswerTemplate(unit_id=unit.id if unit else None)
    template.name_vi, template.text = name, written
    session.add(template)
    session.flush()
    return template


def templates_for(session: Session, petition: Petition) -> list[AnswerTemplate]:
    """The templates an answer may begin from: those of the holder, of the units above it, and everybody's."""
    steps = [int(step) for step in petition.holder.path.strip("/").split("/")]
    its = AnswerTemplate.unit_id.is_(None) | AnswerTemplate.unit_id.in_(steps)
    return list(session.scalars(select(AnswerTemplate).where(its).order_by(AnswerTemplate.name_vi, AnswerTemplate.id)))


PLACEHOLDERS: tuple[tuple[str, str], ...] = (
    ("[số hồ sơ]", _n("the case's number")),
    ("[đơn vị]", _n("the unit that answers")),
    ("[nơi phản ánh]", _n("the unit and the counter the opinion is about")),
    ("[ngày tiếp nhận]", _n("the day of receipt")),
    ("[hạn trả lời]", _n("the deadline")),
)


def filled(template: AnswerTemplate, petition: Petition) -> str:
    """The template's text with what is known of the case in the place of :data:`PLACEHOLDERS`; other brackets stay,
    to be filled in by hand."""
    about = petition.unit.name_vi + (f", {petition.counter.name_vi}" if petition.counter else "")
    known = (
        petition.reference,
        petition.holder.name_vi,
        about,
        short_date(petition.received_on, "vi"),
        short_date(petition.deadline_on, "vi"),
    )
    text = template.text
    for (placeholder, _meaning), value in zip(PLACEHOLDERS, known, strict=True):
        text = text.replace(placeholder, value)
    return text

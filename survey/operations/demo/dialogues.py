"""The dialogues of the sample province: one half-year concluded, the next under way, a commitment carried over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from survey.models import Dialogue, Unit
from survey.operations import commitments, dialogue_questions, dialogue_themes, dialogues
from survey.operations.demo.dialogue_texts import (
    AGENDA,
    CONCLUSION,
    DECLINED,
    EARLIER,
    INVITED,
    LATER,
    NEW,
    SAME,
    Asked,
)
from survey.operations.dialogues import Plan
from survey.operations.periods import PROVINCE_TIME, half_year, previous_half_year

SEED = 20260416
CHAIRS = ("Trần Văn Hòa", "Nguyễn Thị Lan Anh", "Phạm Quốc Toản", "Lê Minh Đức", "Võ Thị Hồng", "Đặng Hữu Nghĩa")
SECRETARIES = ("Lê Thị Minh", "Hoàng Gia Bảo", "Ngô Thanh Tú", "Bùi Thị Thảo")
# The last half-year: who held it, how many days after its first day; the last of them a fortnight too late.
HELD = {
    "BENTRA": 105,
    "CAUNGOI": 112,
    "SNNMT": 98,
    "SXD": 120,
    "STP": 125,
    "KIMSON": 130,
    "TANLOC": 140,
    "PHUDIEN": 150,
    "HOALAC": 160,
    "SYT": 165,
    "DONGXUAN": 195,
}
# This half-year: how far each has come, and how many days before (or, negative, after) today the meeting is.
NOW = {
    "CAUNGOI": ("concluded", 24),
    "SNNMT": ("held", 3),
    "BENTRA": ("running", 0),
    "TANLOC": ("announced", -9),
    "HOALAC": ("announced", -16),
    "STP": ("planned", -25),
    "KIMSON": ("planned", -30),
    "SXD": ("cancelled", -12),
}


def load_dialogues(session: Session, units: Mapping[str, Unit], today: date) -> None:
    """Two half-years of dialogues as they stand on `today`, the same for the same day."""
    rng = Random(SEED)  # noqa: S311 sample data, the same for the same day
    now = half_year(today)
    first = previous_half_year(now)[0]
    founded = min(unit.valid_from for unit in units.values())
    for code, days in HELD.items():
        day = first + timedelta(days)
        if founded <= day < today:
            _hold(session, units[code], (first.year, _half(first)), day, "concluded", EARLIER, rng, today)
    for code, (state, days) in NOW.items():
        day = min(max(today - timedelta(days), now[0]), now[1] + timedelta(30))
        reached = state if day <= today or state in ("planned", "announced", "cancelled") else "announced"
        _hold(session, units[code], (now[0].year, _half(now[0])), day, reached, LATER, rng, today)


def _half(first: date) -> int:
    return 1 if first.month == 1 else 2


def _hold(
    session: Session,
    unit: Unit,
    period: tuple[int, int],
    day: date,
    state: str,
    asked: Sequence[Asked],
    rng: Random,
    today: date,
) -> None:
    """One dialogue brought to `state` by the operations themselves."""
    begins = datetime.combine(day, time(8), PROVINCE_TIME)
    dialogue = dialogues.plan(
        session,
        unit=unit,
        year=period[0],
        half=period[1],
        terms=_terms(unit, begins, today, rng),
        invited={"citizen": rng.randrange(40, 80), "business": rng.randrange(8, 20), "organisation": 6, "delegate": 4,
                 "official": 7},
        rng=rng,
    )  # fmt: skip
    if state == "planned":
        return
    if state == "cancelled":
        dialogues.cancel(session, dialogue, "Trùng thời gian phòng, chống bão; sẽ tổ chức vào ngày khác trong kỳ.")
        return
    dialogues.announce(session, dialogue)
    _ask(session, dialogue, asked, rng, day)
    if state == "announced":
        return
    dialogues.start(session, dialogue, begins + timedelta(minutes=5), rng)
    numbers = {row.group: max(1, round(row.invited * rng.uniform(0.6, 1.05))) for row in dialogue.groups}
    if state == "running":
        for row in dialogue.groups:
            row.checked_in = numbers[row.group] // 2
        _finish_earlier(session, dialogue, day)
        return
    dialogues.count_present(session, dialogue, numbers | {"press": 1})
    _answer(session, dialogue, asked, day)
    dialogues.end(session, dialogue, begins + timedelta(hours=2, minutes=40))
    _finish_earlier(session, dialogue, day)
    if state == "concluded":
        dialogues.conclude(session, dialogue, CONCLUSION)
    _report(session, dialogue, today, rng)


def _terms(unit: Unit, begins: datetime, today: date, rng: Random) -> Plan:
    own = unit.kind == "commune"
    small = unit.name_vi[0].lower() + unit.name_vi[1:]
    return Plan(
        name_vi=f"Đối thoại giữa lãnh đạo {'UBND ' + small if own else unit.name_vi} với tổ chức, công dân",
        name_en=f"Dialogue of {unit.name_en} with citizens and organisations",
        chair=rng.choice(CHAIRS),
        chair_office=f"Chủ tịch UBND {small}" if own else "Giám đốc Sở",
        secretary=rng.choice(SECRETARIES),
        venue=f"Hội trường UBND {small}" if own else f"Hội trường {unit.name_vi}",
        starts_at=begins,
        box_opens_on=min(begins.date(), today) - timedelta(14),
        invited=INVITED,
        agenda=AGENDA,
    )


def _ask(session: Session, dialogue: Dialogue, asked: Sequence[Asked], rng: Random, day: date) -> None:
    """The questions beforehand under their themes; one of the same matter as the first, one that is declined."""
    names = dict.fromkeys(question.theme for question in asked)
    themes = {name: dialogue_themes.add_theme(session, dialogue, name) for name in names}
    made = []
    for place in asked:
        question = dialogue_questions.ask(
            session, dialogue, source="beforehand", asker_group=place.group, text=place.text, rng=rng,
            today=max(dialogue.box_opens_on, min(day, dialogue.box_opens_on + timedelta(rng.randrange(13)))),
        )  # fmt: skip
        dialogue_questions.accept(session, question)
        dialogue_questions.place(session, question, theme=themes[place.theme], answering_unit=dialogue.unit)
        made.append(question)
    more = {"source": "beforehand", "asker_group": "citizen", "today": dialogue.box_opens_on, "rng": rng}
    same = dialogue_questions.ask(session, dialogue, text=SAME, **more)  # type: ignore[arg-type]  # of one shape
    dialogue_questions.group_as_same(session, same, made[0])
    declined = dialogue_questions.ask(session, dialogue, text=DECLINED[0], **more)  # type: ignore[arg-type]
    dialogue_questions.decline(session, declined, DECLINED[1])
    if dialogue.starts_at.date() >= dialogue.box_opens_on + timedelta(14) and asked is LATER:
        for text in NEW:
            dialogue_questions.ask(session, dialogue, text=text, **more)  # type: ignore[arg-type]


def _answer(session: Session, dialogue: Dialogue, asked: Sequence[Asked], day: date) -> None:
    """What was answered and promised; the question about messages is answered later."""
    told = {place.text: place for place in asked}
    for question in dialogue_questions.standing_alone(session, dialogue):
        place = told.get(question.text)
        if place is None:
            if question.state == "received":
                dialogue_questions.accept(session, question)
                dialogue_questions.answer(session, question, "Đơn vị ghi nhận và thực hiện trong quý tới.", today=day)
            continue
        if "văn bản" in place.answer:
            dialogue_questions.answer_later(session, question, day + timedelta(30), text=place.answer, today=day)
            continue
        dialogue_questions.answer(session, question, place.answer, today=day)
        if place.promise:
            commitments.promise(
                session,
                dialogue,
                text=place.promise,
                owner_unit=dialogue.unit,
                owner_name=dialogue.secretary,
                deadline_on=day + timedelta(place.days),
                question=question,
            )


def _report(session: Session, dialogue: Dialogue, today: date, rng: Random) -> None:
    """How far the promises have come: that on land goes on, one is dropped, the others are kept in time."""
    slow, hard = {EARLIER[0].promise, LATER[0].promise}, EARLIER[3].promise
    for promise in commitments.promised_in(session, dialogue):
        half_way = dialogue.starts_at + timedelta((promise.deadline_on - dialogue.starts_at.date()).days / 2)
        if half_way.date() >= today:
            continue
        commitments.report_progress(
            session, promise, percent=rng.choice((30, 40, 50, 60)), text="Đã phân công và bắt đầu thực hiện.",
            account_id=None, at=half_way,
        )  # fmt: skip
        done = promise.deadline_on - timedelta(rng.randrange(2, 10))
        if promise.text in slow or done >= today:
            continue
        if promise.text == hard and dialogue.unit.code != "BENTRA":
            commitments.drop(session, promise, "Tỉnh đã nâng cấp cổng dịch vụ công, không còn cần thiết.", today=done)
        else:
            commitments.finish(
                session, promise, "Đã niêm yết và kiểm tra tại chỗ; ảnh chụp lưu tại văn phòng.", today=done
            )


def _finish_earlier(session: Session, dialogue: Dialogue, day: date) -> None:
    """At one dialogue what was carried over is reported done; elsewhere it stays on the table."""
    if dialogue.unit.code == "CAUNGOI":
        for promise in commitments.carried_over(session, dialogue):
            if promise.state == "open":
                commitments.finish(session, promise, "Hệ thống đã vận hành; báo cáo số 45 của văn phòng.", today=day)

"""Opinions of the sample province over two half-years, brought to where they stand by the operations themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.models import (
    AnswerTemplate,
    CalendarException,
    ContactKey,
    MailMessage,
    Petition,
    PetitionClass,
    PetitionConsent,
    PetitionContact,
    PetitionPhoto,
    Unit,
)
from survey.operations import contacts, petitions
from survey.operations.demo.petition_texts import ANSWERS, CAUSES, MATTERS, NAMES, NOTES, TEMPLATES, Matter
from survey.operations.demo.places import PLACES
from survey.operations.periods import PROVINCE_TIME, half_year, previous_half_year
from survey.operations.petition_cases import is_late, open_case
from survey.operations.petition_deadlines import ESCALATE_DAYS
from survey.operations.petition_settings import create_usual_classes
from survey.operations.working_days import WorkingCalendar, calendar

CASES = 130
RECENT = 30  # days from which every third case comes, so that something waits
LEFT_LYING = 0.2  # of the recent ones: nobody answers them
ENTERED = 9  # every ninth came on paper or by phone
SEED = 20250702
CONSENT_VERSION = "mau"
SLOW = {"TRUNGNGHIA": 1.7, "SNNMT-DKDD": 1.6, "KIMSON": 1.3, "PHUDIEN": 1.1, "BENTRA": 1.0}  # share of the time limit
USUAL_PACE = 0.55


def load_petitions(session: Session, today: date, officials: Mapping[str, int], *, cases: int = CASES) -> int:
    """Load about `cases` opinions received in this half-year and the last one, as they stand on `today`; returns how
    many. `officials` are the account ids of who handles opinions, by the code of the unit. Does nothing where there
    are opinions already. Does not commit."""
    if session.scalar(select(Petition.id).limit(1)) is not None:
        return 0
    rng = Random(SEED)  # noqa: S311 sample data, the same for the same day
    classes = {made.code: made for made in create_usual_classes(session)}
    session.add_all(AnswerTemplate(name_vi=name, text=text) for name, text in TEMPLATES)
    first = previous_half_year(half_year(today))[0]
    session.add(
        CalendarException(
            day=_saturday(first + timedelta(days=70)), is_working=True, reason="Làm bù theo lịch của tỉnh (dữ liệu mẫu)"
        )
    )
    session.flush()
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    sample = _Sample(session, today, rng, classes, units, officials, calendar(session), contacts.current_key(session))
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    received = sorted(rng.choice(days if number % 3 else days[-RECENT:]) for number in range(cases))
    received[-3:] = [today - timedelta(days=1), today, today]  # what waits to be classified
    for number, day in enumerate(received):
        sample.live(day, entered=number % ENTERED == 0)
    # What has been told long ago need not wait in the outbox.
    told = datetime.combine(today - timedelta(days=1), time(), PROVINCE_TIME)
    session.execute(
        update(MailMessage)
        .where(MailMessage.petition_id.is_not(None) | MailMessage.key.startswith("petition:"))
        .where(MailMessage.created_at < told)
        .values(state="sent", sent_at=MailMessage.created_at)
        .execution_options(synchronize_session=False)
    )
    return cases


@dataclass(frozen=True, slots=True)
class _Sample:
    session: Session
    today: date
    rng: Random
    classes: Mapping[str, PetitionClass]
    units: Mapping[str, Unit]
    officials: Mapping[str, int]
    days: WorkingCalendar
    key: ContactKey | None

    def live(self, received_on: date, *, entered: bool) -> None:
        """One opinion from its receipt to where it stands today; `entered` by an official."""
        rng = self.rng
        places = [place for place in PLACES if place.counters]
        place = rng.choices(places, [place.share or 0.2 for place in places])[0]
        unit = self.units[place.code]
        matter = rng.choice(MATTERS)
        petition = open_case(
            self.session,
            unit=unit,
            counter=rng.choice(unit.counters),
            kind=matter.kind,
            text=matter.text,
            wants_answer=rng.random() < 0.7,
            language="vi",
            today=received_on,
            source="staff" if entered else "web",
            account_id=self.officials[unit.code] if entered else None,
            now=_at(received_on, 8) if entered else None,
            rng=rng,
        )
        if matter.photo:
            self._add_photo(petition)
        if petition.wants_answer and self.key is not None:
            self._add_contact(petition)
        self._work(petition, matter)

    def _work(self, petition: Petition, matter: Matter) -> None:
        rng, session = self.rng, self.session
        day = self.days.after(petition.received_on, rng.choice((0, 1, 1, 2)))
        if not self.days.is_working(day):
            day = self.days.after(day, 1)
        if day > self.today:
            return
        if rng.random() < 0.05:
            reason = "Nội dung là đơn tố cáo, không phải phản ánh, kiến nghị. Đề nghị ông/bà gửi Thanh tra tỉnh."
            petitions.reject(session, petition, reason, **self._by(petition, day))
            return
        petitions.classify(session, petition, self.classes[matter.class_code], **self._by(petition, day))
        if matter.competent and matter.competent != petition.holder.code and rng.random() < 0.8:
            to = self.units[matter.competent]
            why = "Nội dung thuộc thẩm quyền giải quyết của quý đơn vị."
            petitions.transfer(session, petition, to, why, **self._by(petition, day))
        day = self.days.after(day, rng.choice((0, 1, 1, 2, 3)))
        if day > self.today:
            self._wait(petition)
            return
        who = self.officials[petition.holder.code]
        petitions.take(session, petition, who, **self._by(petition, day))
        if rng.random() < 0.3:
            petitions.note(session, petition, rng.choice(NOTES), **self._by(petition, day))
        self._answer(petition, matter, day)

    def _answer(self, petition: Petition, matter: Matter, taken_on: date) -> None:
        """Answer at the pace of the unit, publish, be rated and sometimes sent back."""
        rng, session = self.rng, self.session
        assert petition.petition_class is not None
        pace = SLOW.get(petition.holder.code, USUAL_PACE) * rng.uniform(0.5, 1.5)
        ready = self.days.after(petition.received_on, max(1, round(petition.petition_class.working_days * pace)))
        ready = max(ready, taken_on)
        if pace > 0.95 and rng.random() < 0.3 and petition.deadline_on <= self.today:
            before = self.days.before(petition.deadline_on, 1)
            if before >= taken_on:
                why = "Cần xác minh thêm tại thực địa và lấy ý kiến đơn vị phối hợp."
                extra = max(2, petition.petition_class.working_days // 2)
                petitions.extend(session, petition, extra, why, **self._by(petition, before))
        recent = petition.received_on > self.today - timedelta(days=2 * RECENT)
        if ready > self.today or (recent and rng.random() < LEFT_LYING):
            self._wait(petition)
            return
        self._tell_lateness(petition, ready)
        usual = rng.choice(ANSWERS[matter.kind])
        petitions.answer(session, petition, matter.answer or usual, **self._by(petition, ready))
        published_on = self.days.after(ready, 1)
        if published_on <= self.today and rng.random() < 0.75:
            petitions.publish(session, petition, matter.text, petition.answer, **self._by(petition, published_on))
        rated_on = ready + timedelta(days=rng.randint(1, 9))
        if rated_on > self.today or rng.random() < 0.4:
            return
        late = is_late(petition, self.today)
        if late and rng.random() < 0.35:
            self._send_back(petition, rated_on)
            return
        rating = rng.choices(range(1, 6), (8, 14, 20, 38, 20) if late else (2, 5, 12, 46, 35))[0]
        petitions.rate(session, petition, rating, "", today=rated_on)

    def _send_back(self, petition: Petition, day: date) -> None:
        """The citizen is not content; the case is answered a second time."""
        session = self.session
        petitions.reopen(session, petition, "Câu trả lời chưa nói rõ khi nào làm xong.", today=day)
        again = self.days.after(day, 4)
        if again <= self.today:
            text = "Bổ sung trả lời: việc này sẽ làm xong trong tháng, đơn vị sẽ nhắn tin báo kết quả."
            petitions.answer(session, petition, text, **self._by(petition, again))

    def _wait(self, petition: Petition) -> None:
        """What becomes of a case that nobody has answered yet."""
        self._tell_lateness(petition, self.today)
        if is_late(petition, self.today) and self.rng.random() < 0.75:
            cause = self.rng.choice(CAUSES)
            petitions.explain(self.session, petition, cause, **self._by(petition, self.today))

    def _tell_lateness(self, petition: Petition, until: date) -> None:
        day, above = petition.deadline_on + timedelta(days=1), petition.holder.parent
        while day < until and above is not None:
            petitions.escalate(self.session, petition, above, now=_at(day))
            day, above = self.days.after(day, ESCALATE_DAYS), above.parent

    def _by(self, petition: Petition, day: date) -> dict[str, Any]:
        """Who takes the next step, and when: some hour of the day, after the step before."""
        last = max((step.at for step in petition.steps if step.at is not None), default=None)
        now = _at(day, self.rng.randint(8, 16))
        later = now if last is None else max(now, last + timedelta(minutes=20))
        return {"account_id": self.officials[petition.holder.code], "now": later}

    def _add_contact(self, petition: Petition) -> None:
        assert self.key is not None
        fields = {"name": self.rng.choice(NAMES), "phone": f"09{self.rng.randint(10_000_000, 99_999_999)}"}
        sealed = contacts.seal(self.key.public_key, self.key.id, fields, petition.id)
        contact = PetitionContact(petition_id=petition.id, key_id=self.key.id, sealed=sealed)
        contact.consents = [
            PetitionConsent(purpose="answer", text_version=CONSENT_VERSION, given_on=petition.received_on)
        ]
        self.session.add(contact)

    def _add_photo(self, petition: Petition) -> None:
        jpeg, (width, height) = _waiting_room(self.rng)
        self.session.add(PetitionPhoto(petition_id=petition.id, number=1, width=width, height=height, jpeg=jpeg))


def _saturday(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def _at(day: date, hour: int = 7) -> datetime:
    return datetime.combine(day, time(hour), PROVINCE_TIME)


def _waiting_room(rng: Random) -> tuple[bytes, tuple[int, int]]:
    """A drawn waiting room with too few chairs, as a photo, and its size."""
    size = (640, 420)
    picture = Image.new("RGB", size, (214, 222, 228))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 290, 640, 420), fill=(176, 160, 140))
    pen.rectangle((360, 90, 610, 300), fill=(120, 92, 66))
    pen.rectangle((380, 110, 590, 200), fill=(232, 240, 245))
    for place in range(rng.randint(2, 4)):
        left = 40 + 80 * place
        pen.rectangle((left, 250, left + 55, 300), fill=(31, 95, 159))
        pen.rectangle((left, 300, left + 6, 345), fill=(70, 70, 70))
        pen.rectangle((left + 49, 300, left + 55, 345), fill=(70, 70, 70))
    target = BytesIO()
    picture.save(target, "JPEG", quality=80)
    return target.getvalue(), size

"""The sample province's periodic reports: of the published waves, and of a quick survey that waits for publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Filing, TransactionCount, Unit, Wave
from survey.operations import closing, filing_corrections, filing_figures, filings
from survey.operations.batches import store_submissions
from survey.operations.collectors import make_collector
from survey.operations.demo.month_wave import ballot, open_month_wave
from survey.operations.demo.places import PROVINCE
from survey.operations.periods import PROVINCE_TIME, half_year, noon, previous_half_year
from survey.operations.transactions import set_transactions
from survey.operations.writing import begin_write

PEOPLE = 60  # in each unit
_MARKS = (1, 2, 3, 4, 4, 4, 5, 5)
_EXPLAINED = (
    "Giờ cao điểm buổi sáng chỉ có hai công chức trực, người dân chờ lâu. Đơn vị đã bố trí thêm một quầy từ 8 giờ đến "
    "10 giờ và niêm yết lại giờ làm việc."
)
_RETURNED = "Nêu rõ thời gian hoàn thành việc bố trí thêm quầy và người phụ trách."
_LATE = "Đơn vị chưa nộp báo cáo khi hết hạn; số liệu được duyệt đúng như đã khóa."
_CORRECTED = "Đơn vị báo lại số hồ sơ của kỳ: lần trước chưa tính hồ sơ tiếp nhận trực tuyến."


def load_filings(engine: Engine, today: date, people: Mapping[str, int]) -> None:
    """Reports in every state; `people` are ids of accounts: two compilers ("asks", "confirms") and "unit". Loaded ones
    are left alone. In transactions of its own."""
    with Session(engine) as session:
        if session.scalar(select(Filing.id).limit(1)) is not None:
            return
        first, last = previous_half_year(half_year(today))
    period = (date(last.year, last.month, 1), last)
    closed = noon(last + timedelta(days=1))
    filing_figures.freeze_due(engine, closed)
    with Session(engine) as session:
        begin_write(session)
        _correct(session, people, first, noon(today))
        wave_id = _quick_wave(session, period).id
        session.commit()
    closing.finish_wave(engine, wave_id, closed)
    with Session(engine) as session:
        begin_write(session)
        _decide(session, session.get_one(Wave, wave_id), people, today)
        session.commit()


def _correct(session: Session, people: Mapping[str, int], first: date, at: datetime) -> None:
    """A unit found more transactions after the publication of the first quarter."""
    wave = session.scalars(select(Wave).where(Wave.state == "published", Wave.period_start == first)).one()
    count = session.scalars(
        select(TransactionCount)
        .where(TransactionCount.period_start == wave.period_start, TransactionCount.period_end == wave.period_end)
        .join(TransactionCount.unit)
        .order_by(Unit.code)
        .limit(1)
    ).one()
    more = count.transactions + count.transactions // 5
    set_transactions(session, count.unit, count.period_start, count.period_end, more, reason=_CORRECTED)
    request = filing_corrections.ask_correction(session, wave, _CORRECTED, account_id=people["asks"], at=at)
    filing_corrections.confirm_correction(session, request, account_id=people["confirms"], at=at)


def _quick_wave(session: Session, period: tuple[date, date]) -> Wave:
    """One question at every one-stop counter in the last month of the half-year."""
    start, _end = period
    rng = Random(f"quick {start}")  # noqa: S311 sample data
    opened = datetime.combine(start, time(7), PROVINCE_TIME)
    province = session.scalars(select(Unit).where(Unit.code == PROVINCE)).one()
    units = session.scalars(select(Unit).where(Unit.parent_id == province.id).order_by(Unit.code)).all()
    units = [unit for unit in units if unit.counters]
    wave = open_month_wave(
        session,
        "one-tap",
        period,
        opened,
        code=f"{start:%Y-%m}-NHANH",
        name_vi=f"Khảo sát nhanh tại quầy, tháng {start:%m/%Y}",
        name_en=f"Quick survey at the counters, {start:%m/%Y}",
        owner=province,
        units=units,
    )
    overall = next(question.id for question in wave.questionnaire.questions if question.kind == "rating")
    ballots = []
    for place, unit in enumerate(units):
        way = make_collector(
            session, wave, unit, counter=unit.counters[0], channel="qr", trust="open", at=opened, rng=rng
        )
        for _ in range(PEOPLE):
            at = opened + timedelta(days=rng.randint(0, 27), minutes=rng.randint(0, 560))
            mark = rng.choice(_MARKS[1 + place % 3 :] if place % 4 else _MARKS)
            ballots.append(ballot(way, at, rng.randint(4, 30), {overall: mark}))
    store_submissions(session.connection(), sorted(ballots, key=lambda ballot: ballot.received_at))
    return wave


def _decide(session: Session, wave: Wave, people: Mapping[str, int], today: date) -> None:
    """In turn: left to the unit, handed in, approved, returned, approved ex officio."""
    query = select(Filing).where(Filing.wave_id == wave.id).join(Filing.unit).order_by(Unit.code)
    for place, filing in enumerate(session.scalars(query).all()):
        at = noon(wave.period_end + timedelta(days=4 + place % 5))
        if place % 5 == 4:
            late = filing.deadline_on + timedelta(days=1)
            filings.approve_ex_officio(session, filing, _LATE, account_id=people["confirms"], at=noon(late), today=late)
        elif place % 5:
            filings.explain(session, filing, _EXPLAINED, {}, ())
            filings.submit(session, filing, account_id=people["unit"], at=at)
            if place % 5 == 2:
                filings.approve(session, filing, account_id=people["asks"], at=at + timedelta(days=1))
            elif place % 5 == 3:
                later = at + timedelta(days=1)
                filings.return_filing(session, filing, _RETURNED, account_id=people["asks"], at=later)
    filings.set_deadline(
        session, wave, filing_figures.default_deadline(session, today + timedelta(days=1)), today=today
    )

"""The sample province's emulation of this year: an open campaign of the communes, some of which have reported."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.emulation_figures import Part
from survey.models import EmulationCampaign, Unit, Wave
from survey.operations import emulation, emulation_reports
from survey.operations.demo.places import PROVINCE
from survey.operations.emulation import Terms
from survey.operations.emulation_reports import Mark
from survey.operations.periods import noon
from survey.operations.poll_waves import IS_SURVEY

_AWARDS = ("Cờ thi đua của Ủy ban nhân dân tỉnh", "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh", "Giấy khen")
_PARTS = (
    Part("sipas_target", Decimal(50)),
    Part("opinions_on_time", Decimal(20)),
    Part("dialogues_held", Decimal(20)),
    Part("manual", Decimal(10), "Sáng kiến cải cách hành chính"),
)
# What the unit says, the reward it asks for, and the council's mark with its reason and proposal, where there is one.
_REPORTS: dict[str, tuple[str, str, tuple[str, str, str] | None]] = {
    "BENTRA": (
        "Bố trí thêm quầy vào giờ cao điểm, thời gian chờ còn 18 phút. Văn phòng theo dõi phản ánh hằng tuần.",
        _AWARDS[1],
        ("90", "Hai sáng kiến được công nhận cấp tỉnh", _AWARDS[1]),
    ),
    "CAUNGOI": (
        "Trả kết quả tại nhà cho người cao tuổi và người khuyết tật; niêm yết lại toàn bộ thủ tục bằng mã QR.",
        _AWARDS[0],
        ("80", "Một sáng kiến được nhân rộng", _AWARDS[2]),
    ),
    "KIMSON": ("Rút ngắn thời gian giải quyết thủ tục đất đai; còn hồ sơ trễ hạn do chờ liên ngành.", _AWARDS[2], None),
}


def load_emulation(session: Session, today: date) -> None:
    """Invented and said to be so; nothing where there is a campaign. Needs the periodic reports of a published wave."""
    if session.scalar(select(EmulationCampaign.id).limit(1)) is not None:
        return
    query = select(Wave).where(Wave.state == "published", IS_SURVEY).order_by(Wave.period_end.desc(), Wave.id)
    wave = session.scalars(query.limit(1)).one()
    owner = session.scalars(select(Unit).where(Unit.code == PROVINCE)).one()
    terms = Terms(
        year=today.year,
        unit_kind="commune",
        name_vi=f"Thi đua cải cách hành chính năm {today.year} (số liệu minh họa)",
        name_en=f"Emulation in administrative reform {today.year} (sample data)",
        reference="Kế hoạch thi đua của tỉnh mẫu (minh họa)",
        deadline_on=date(today.year, 12, 10),
        wave_code=wave.code,
        awards=_AWARDS,
        parts=_PARTS,
    )
    campaign = emulation.create_campaign(session, owner, terms)
    emulation.open_campaign(session, campaign, account_id=None, now=noon(today - timedelta(days=20)))
    for code, (said, asked_for, judged) in _REPORTS.items():
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        report = emulation_reports.save_report(session, campaign, unit, explanation=said, award=asked_for)
        emulation_reports.submit_report(session, report, account_id=None, now=noon(today - timedelta(days=5)))
        if judged:
            percent, reason, award = judged
            mark = Mark(len(_PARTS), Decimal(percent), reason)
            emulation_reports.judge(session, report, award=award, marks=[mark], account_id=None)

"""The sample province's scorecards of this year: one template for communes, four communes in different states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.scorecard_definition import CriterionDefinition, Ratio, Survey, TemplateDefinition
from forms.scorecard_notation import read, rule_of
from survey.analysis.scorecard_cards import computed, last_scores
from survey.analysis.scorecards import scale_points
from survey.models import Criterion, Scorecard, ScorecardTemplate, Unit, Wave
from survey.operations import scorecard_scores, scorecard_templates, scorecards
from survey.operations.demo.group_waves import group_wave_codes
from survey.operations.demo.places import PROVINCE
from survey.operations.periods import PROVINCE_TIME
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.scorecard_scores import Row

_FILE = Path(__file__).with_name("scorecard_commune.yaml")
_WORDS = {
    "1.1": ("Ban hành chậm 05 ngày so với quy định.", "Ban hành kế hoạch trước ngày 15 tháng 01."),
    "1.2": ("Còn 02 nhiệm vụ chưa hoàn thành.", "Giao lãnh đạo phụ trách từng nhiệm vụ, rà soát hằng tháng."),
    "1.3": ("Mới tổ chức một kỳ đối thoại.", "Đưa lịch đối thoại vào chương trình công tác năm."),
    "1.4": ("Một cam kết hoàn thành chậm.", "Theo dõi cam kết tại giao ban tuần."),
    "2.1": ("06 thủ tục mới chưa niêm yết tại Trung tâm.", "Cập nhật bảng niêm yết trong 05 ngày khi có thủ tục mới."),
    "2.2": ("Hồ sơ đất đai trễ hạn do chờ ý kiến liên ngành.", "Ký quy chế phối hợp, đặt hạn trả lời nội bộ 03 ngày."),
    "2.3": ("Tỷ lệ 11,3% so với quy định 20%.", "Hướng dẫn người dân sử dụng dịch vụ bưu chính công ích."),
    "2.4": ("Một số phản ánh trả lời sau hạn.", "Phân công một đầu mối theo dõi hạn trả lời."),
    "3.2": ("Hai công chức chưa lập hồ sơ công việc.", "Tập huấn và kiểm tra hằng quý."),
    "3.3": ("Có giải pháp chưa hoàn thành.", "Rà soát lại thời hạn từng giải pháp."),
    "4.1": ("Người dân còn chờ lâu vào buổi sáng.", "Bố trí thêm quầy trong giờ cao điểm."),
}
# Points or the two numbers of each criterion that the unit states, by unit; what is missing was not scored yet.
_TYPED: dict[str, dict[str, tuple[str, ...]]] = {
    "BENTRA": {"1.1": ("2.5",), "1.2": ("16", "18"), "2.1": ("4",), "2.2": ("5210", "5403"), "2.3": ("611", "5403")},
    "CAUNGOI": {
        "1.1": ("3",), "1.2": ("17", "18"), "2.1": ("4",), "2.2": ("4120", "4190"), "2.3": ("920", "4190"),
        "3.1": ("4",), "3.2": ("24", "26"),
    },
    "KIMSON": {
        "1.1": ("3",), "1.2": ("14", "18"), "2.1": ("3",), "2.2": ("3010", "3260"), "2.3": ("368", "3260"),
        "3.1": ("4",), "3.2": ("19", "24"),
    },
    "TANLOC": {
        "1.1": ("3",), "1.2": ("18", "18"), "2.1": ("4",), "2.2": ("1490", "1502"), "2.3": ("340", "1502"),
        "3.1": ("4",), "3.2": ("18", "18"),
    },
}  # fmt: skip


def load_scorecards(session: Session, today: date) -> None:
    """The template in use, and cards being scored, submitted, appraised and final; nothing where there are any.

    Needs the waves of all respondent groups closed and the opinions loaded.
    """
    if session.scalar(select(ScorecardTemplate.id).limit(1)) is not None:
        return
    published = select(Wave).where(Wave.state == "published", IS_SURVEY).order_by(Wave.period_end.desc()).limit(1)
    waves = {**group_wave_codes(today), "citizen": session.scalars(published).one().code}
    owner = session.scalars(select(Unit).where(Unit.code == PROVINCE)).one()
    template = scorecard_templates.create_template(session, _definition(today, waves), owner)
    scorecard_templates.put_in_use(session, template, now=_at(today - timedelta(days=12)))
    cards = {code: _card(session, template, code) for code in _TYPED}
    for code, card in cards.items():
        _score(session, card, _TYPED[code], _at(today - timedelta(days=9)))
    for code in ("CAUNGOI", "KIMSON", "TANLOC"):
        scorecards.submit(session, cards[code], account_id=None, now=_at(today - timedelta(days=7)))
    kimson, tanloc = cards["KIMSON"], cards["TANLOC"]
    appraised = _at(today - timedelta(days=4))
    _appraise(
        session,
        kimson,
        "2.1",
        "2",
        "Kiểm tra ngày làm việc: 06 thủ tục niêm yết tại Trung tâm đã hết hiệu lực.",
        appraised,
    )
    _appraise(session, kimson, "1.1", "2.5", "Kế hoạch không phân công người chịu trách nhiệm.", appraised)
    _appraise(session, tanloc, "1.1", "2.5", "Kế hoạch ban hành chậm 03 ngày.", appraised)
    for card in (kimson, tanloc):
        scorecards.appraise(session, card, account_id=None, now=appraised)
    explained = _at(today - timedelta(days=2))
    text = "Kế hoạch đã ký ngày 12 tháng 01; bản gửi Hội đồng là bản phát hành lại do lỗi thể thức."
    scorecard_scores.explain_row(session, tanloc, _line(tanloc, "1.1"), text, account_id=None, now=explained)
    scorecards.explain(session, tanloc, account_id=None, now=explained)
    _appraise(session, tanloc, "1.1", "3", "Chấp nhận giải trình, có văn bản kèm theo.", explained)
    scores = last_scores(session, tanloc)
    for line in scorecards.criteria_of(tanloc):
        if scores[line.id, "appraisal"].points is None:
            _appraise(session, tanloc, line.number, "0", "Trong năm không phát sinh, không có căn cứ chấm.", explained)
    scorecards.finish(session, tanloc, account_id=None, now=_at(today - timedelta(days=1)))


def _definition(today: date, waves: Mapping[str, str]) -> TemplateDefinition:
    definition = read(_FILE.read_text(encoding="utf-8"))
    return replace(
        definition,
        year=today.year,
        self_due_on=today + timedelta(days=5),
        explanation_due_on=today + timedelta(days=15),
        final_due_on=today + timedelta(days=30),
        criteria=tuple(_with_waves(line, waves) for line in definition.criteria),
    )


def _with_waves(line: CriterionDefinition, waves: Mapping[str, str]) -> CriterionDefinition:
    below = tuple(_with_waves(each, waves) for each in line.criteria)
    if not isinstance(line.rule, Survey):
        return replace(line, criteria=below)
    groups = tuple(replace(source, waves=(waves[source.group],)) for source in line.rule.groups)
    return replace(line, rule=Survey(groups))


def _score(session: Session, card: Scorecard, typed: dict[str, tuple[str, ...]], now: datetime) -> None:
    """The typed criteria, with words where points are missing."""
    for line in scorecards.criteria_of(card):
        values = [Decimal(value) for value in typed.get(line.number, ())]
        if line.rule in ("survey", "measure"):
            row, found = Row(), computed(session, card, line, now.date())[0]
        elif len(values) == 1:
            row, found = Row(points=values[0]), values[0]
        elif values:
            row, rule = Row(counted=values[0], base=values[1]), rule_of(line.rule, line.terms, line.number)
            assert isinstance(rule, Ratio)
            found = scale_points(rule.scale, Fraction(values[0] / values[1]), line.maximum or values[0], "half_up_2")
        else:
            continue
        if found is None or found < (line.maximum or 0):
            reason, remedy = _WORDS[line.number]
            row = replace(row, reason=reason, remedy=remedy)
        elif line.rule in ("survey", "measure"):
            continue
        scorecard_scores.score_row(session, card, line, row, account_id=None, now=now)


def _appraise(session: Session, card: Scorecard, number: str, points: str, reason: str, now: datetime) -> None:
    line = _line(card, number)
    scorecard_scores.appraise_row(session, card, line, Decimal(points), reason, account_id=None, now=now)


def _card(session: Session, template: ScorecardTemplate, code: str) -> Scorecard:
    query = select(Scorecard).join(Unit, Unit.id == Scorecard.unit_id)
    return session.scalars(query.where(Scorecard.template_id == template.id, Unit.code == code)).one()


def _line(card: Scorecard, number: str) -> Criterion:
    return next(line for line in card.template.criteria if line.number == number)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), PROVINCE_TIME)

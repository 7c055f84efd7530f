"""The annex of Đồng Tháp 2021 as a template, the waves of its row 6, and a card for the matrix of the policy."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from forms.scorecard_definition import (
    CriterionDefinition,
    GroupSource,
    Manual,
    Name,
    Ratio,
    Rule,
    Scale,
    Step,
    Survey,
    TemplateDefinition,
)
from survey.models import Collector, Criterion, Scorecard, ScorecardTemplate, Unit, Wave
from survey.operations import collectors, scorecard_scores, scorecard_templates, scorecards
from survey.operations.scorecard_scores import Row
from tests.factories import NOW, make_definition, make_questionnaire, make_response, make_unit, make_wave
from tests.published_waves import finish

ANNEX = Path(__file__).parent / "data/dong_thap_2021_scorecard.csv"
AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
TODAY = date(2026, 8, 3)
# Group: its wave, weight, people, satisfied ones. 33.5 × (0.2 × 43/50 + 0.3 × 33/40 + 0.5 × 53/61) = 28.6065… → 28.61
ROW_SIX: Mapping[str, tuple[str, Fraction, int, int]] = {
    "delegate": ("DB", Fraction(1, 5), 50, 43),
    "official": ("CC", Fraction(3, 10), 40, 33),
    "citizen": ("ND", Fraction(1, 2), 61, 53),
}
RATIOS = {  # number: scale, counted, base, as the reasons of the annex tell them
    "4": (Scale(full_at=Fraction(1)), Decimal(10), Decimal(12)),
    "5": (
        Scale(steps=(Step(Fraction(1, 10), Decimal("0.5")), Step(Fraction(1, 5), Decimal(1)))),
        Decimal(113),
        Decimal(1000),
    ),
}


def annex() -> list[dict[str, str]]:
    with ANNEX.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def survey_rule() -> Survey:
    return Survey(tuple(GroupSource(group, weight, (wave,)) for group, (wave, weight, _, _) in ROW_SIX.items()))


def annex_definition(*, survey: Survey | None = None, code: str = "par-so", year: int = 2026) -> TemplateDefinition:
    """The annex, all of it below one heading; row 6 is fed by the three waves unless `survey` says otherwise."""

    def rule(number: str) -> Rule:
        if number == "6":
            return survey or survey_rule()
        return Ratio(RATIOS[number][0]) if number in RATIOS else Manual()

    criteria = tuple(
        CriterionDefinition(row["stt"], Name(row["criterion"]), Decimal(row["max_points"]), rule(row["stt"]))
        for row in annex()
    )
    return TemplateDefinition(
        code=code,
        version=1,
        year=year,
        unit_kind="department",
        name=Name("Bảng điểm xác định Chỉ số cải cách hành chính", "Scorecard of the administrative reform index"),
        reference=Name("Quyết định mẫu"),
        council="Tổ chấm điểm",
        self_due_on=date(year, 8, 10),
        explanation_due_on=date(year, 8, 20),
        final_due_on=date(year, 8, 31),
        criteria=(CriterionDefinition("I", Name("Kết quả thực hiện"), criteria=criteria),),
    )


def make_department(session: Session, *, code: str = "SO", parent: Unit | None = None) -> Unit:
    above = parent or make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    return make_unit(session, code=code, kind="department", parent=above, name_vi=f"Sở {code}")


def answer_group(session: Session, wave: Wave, unit: Unit, group: str, people: int, satisfied: int) -> None:
    """Ballots of a respondent group through a collector of its own."""
    collector = collectors.make_collector(
        session, wave, unit, channel="link", trust="open", respondent_group=group, at=NOW
    )
    session.flush()
    stored = session.get_one(Collector, collector.id)
    for number in range(people):
        make_response(session, stored, answers={"results_1": 4 if number < satisfied else 2})


def make_survey_wave(session: Session, unit: Unit, code: str) -> Wave:
    like = session.scalar(select(Wave))
    questionnaire = like.questionnaire if like else make_questionnaire(session, make_definition(factors={"results": 1}))
    return make_wave(session, code=code, units=[unit], questionnaire=questionnaire, state="open")


def row_six_waves(session: Session, engine: Engine, unit: Unit) -> None:
    """Three real waves, one per respondent group, closed."""
    for group, (code, _weight, people, satisfied) in ROW_SIX.items():
        wave = make_survey_wave(session, unit, code)
        answer_group(session, wave, unit, group, people, satisfied)
        finish(session, engine, wave, publish=False)


def card_of(session: Session, template: ScorecardTemplate, unit: Unit) -> Scorecard:
    query = select(Scorecard).where(Scorecard.template_id == template.id, Scorecard.unit_id == unit.id)
    return session.scalars(query).one()


def line_of(card: Scorecard, number: str) -> Criterion:
    return next(line for line in card.template.criteria if line.number == number)


def score_annex(session: Session, card: Scorecard, *, account_id: int | None = None) -> None:
    """What the unit typed in 2021; row 6 is computed, and only has its words."""
    for row in annex():
        number, words = row["stt"], {"reason": row["reason"], "remedy": row["remedy"]}
        if number == "6":
            typed = Row(**words)
        elif number in RATIOS:
            typed = Row(counted=RATIOS[number][1], base=RATIOS[number][2], **words)
        else:
            typed = Row(points=Decimal(row["points"]), **words)
        scorecard_scores.score_row(session, card, line_of(card, number), typed, account_id=account_id, now=AT)


def scorecard_objects(session: Session, unit: Unit) -> dict[str, object]:
    """A card of the unit in use, a file of evidence, and a draft template owned by the unit, for the matrix."""
    card = one_criterion_card(session, unit, "matrix")
    line = line_of(card, "1")
    file = scorecard_scores.add_evidence(
        session, card, line, file_name="a.pdf", content=b"%PDF-1.4 mau", account_id=None, now=AT
    )
    ratio = CriterionDefinition("1", Name("Tiêu chí"), Decimal(10), Ratio(Scale(full_at=Fraction(1))))
    definition = replace(annex_definition(code="draft"), unit_kind=card.template.unit_kind, criteria=(ratio,))
    draft = scorecard_templates.create_template(session, definition, unit)
    return {
        "scorecard_id": card.id,
        "criterion_id": line.id,
        "evidence_id": file.id,
        "scorecard_template_id": draft.id,
        "line_id": draft.criteria[0].id,
    }


def one_criterion_card(session: Session, unit: Unit, code: str) -> Scorecard:
    """A card of the unit, or of one below it, whose only criterion is set by hand; the unit's own council appraises."""
    manual = CriterionDefinition("1", Name("Tiêu chí"), Decimal(10), Manual())
    kind = unit.kind if unit.kind == "department" else "commune"
    definition = replace(annex_definition(code=code), unit_kind=kind, criteria=(manual,))
    template = scorecard_templates.create_template(session, definition, unit)
    cards = scorecard_templates.put_in_use(session, template, now=AT)
    return next((each for each in cards if each.unit is unit), cards[0])


def submitted_card(session: Session, unit: Unit, code: str = "submitted") -> Scorecard:
    card = one_criterion_card(session, unit, code)
    row = Row(points=Decimal(5), reason="Chưa đạt")
    scorecard_scores.score_row(session, card, line_of(card, "1"), row, account_id=None, now=AT)
    scorecards.submit(session, card, account_id=None, now=AT)
    return card


def appraised_card(session: Session, unit: Unit) -> dict[str, object]:
    """A card that the unit may explain and the council set the final points of, as arguments of addresses."""
    card = submitted_card(session, unit, "appraised")
    scorecards.appraise(session, card, account_id=None, now=AT)
    return {"scorecard_id": card.id, "criterion_id": line_of(card, "1").id}

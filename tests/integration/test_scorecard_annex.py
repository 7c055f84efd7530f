"""The Đồng Tháp annex to the digit: 39.5 → 30.44, its row 6 fed by three waves, one per respondent group."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.scorecard_definition import GroupSource, Survey
from reports.scorecard_figures import Sum
from survey.analysis.scorecard_cards import board, read_card
from survey.analysis.scorecard_sources import read_group
from survey.models import ScorecardScore, Unit
from survey.operations import scorecard_templates, scorecards
from survey.operations.scorecards import ScorecardError
from tests.published_waves import finish
from tests.scorecards import (
    AT,
    TODAY,
    annex,
    annex_definition,
    answer_group,
    card_of,
    line_of,
    make_department,
    make_survey_wave,
    row_six_waves,
    score_annex,
)
from tests.staff import make_account


def test_the_annex_of_dong_thap_to_the_digit(session: Session, engine: Engine) -> None:
    unit = make_department(session)
    row_six_waves(session, engine, unit)
    template = scorecard_templates.create_template(session, annex_definition(), unit.parent or unit)
    scorecard_templates.put_in_use(session, template, now=AT)
    card = card_of(session, template, unit)
    manager = make_account(session, "manager", unit)
    score_annex(session, card, account_id=manager.id)
    scorecards.submit(session, card, account_id=manager.id, now=AT)
    session.commit()
    session.expire_all()
    shown = read_card(session, card, TODAY, for_council=False)
    lines = {line.number: line for line in shown.lines}
    for row in annex():
        line = lines[row["stt"]]
        assert line.maximum == Decimal(row["max_points"]), row
        assert line.points["self"] == Decimal(row["points"]), row
        assert (line.reason, line.remedy) == (row["reason"], row["remedy"])
    assert (lines["I"].maximum, lines["I"].points["self"]) == (Decimal("39.5"), Decimal("30.44"))
    assert (str(shown.total.maximum), str(shown.total.points["self"])) == ("39.50", "30.44")
    basis = lines["6"].basis
    assert basis is not None
    found = {group.group: (group.value, group.people) for group in basis.groups}
    assert found == {
        "delegate": (Fraction(43, 50), 50),
        "official": (Fraction(33, 40), 40),
        "citizen": (Fraction(53, 61), 61),
    }
    assert all(group.lower < group.value < group.upper for group in basis.groups)  # type: ignore[operator]

    council = make_account(session, "compiler", unit.parent)
    with pytest.raises(ScorecardError, match="another person"):
        scorecards.appraise(session, card, account_id=manager.id, now=AT)
    scorecards.appraise(session, card, account_id=council.id, now=AT)
    scorecards.explain(session, card, account_id=manager.id, now=AT)
    scorecards.finish(session, card, account_id=council.id, now=AT)
    [line] = board(session, template, Unit.id > 0)
    assert (line.sum, line.rank) == (Sum(Decimal("30.44"), Decimal("39.5"), Decimal("39.5"), 0), 1)
    session.commit()

    for statement in (
        "UPDATE scorecard_score SET points = 33.5",
        "DELETE FROM scorecard_score",
        "UPDATE scorecard_step SET text = 'x'",
        "UPDATE scorecard_template SET council = 'x'",
        "UPDATE scorecard_criterion SET maximum = 40 WHERE number = '6'",
        "DELETE FROM scorecard_criterion WHERE number = '7'",
        f"INSERT INTO scorecard_criterion VALUES (9999, {template.id}, NULL, 99, '99', 'x', '', 1, 'manual', '')",
    ):
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()


def test_what_gives_no_points_says_why(session: Session, engine: Engine) -> None:
    unit = make_department(session)
    other = make_department(session, code="SO2", parent=unit.parent)
    mixed, few = make_survey_wave(session, unit, "MIXED"), make_survey_wave(session, unit, "FEW")
    later, running = make_survey_wave(session, unit, "LATER"), make_survey_wave(session, unit, "RUNNING")
    answer_group(session, mixed, unit, "delegate", 10, 8)
    answer_group(session, mixed, unit, "citizen", 30, 15)
    answer_group(session, few, unit, "delegate", 3, 3)
    answer_group(session, later, unit, "delegate", 10, 10)
    for wave in (mixed, few, later):
        finish(session, engine, wave, publish=False)
    source = GroupSource("delegate", Fraction(1), ("MIXED",))

    def read(**changes: object) -> tuple[object, int, str | None]:
        found = read_group(session, replace(source, **changes), unit)  # type: ignore[arg-type]
        return found.value, found.people, found.gap

    assert read() == (Fraction(4, 5), 10, None)  # the delegates of a wave that asks citizens too
    assert read(waves=("MIXED", "LATER")) == (Fraction(9, 10), 20, None)
    assert read(figure="factor", code="results") == (Fraction(4, 5), 10, None)
    assert read(waves=("FEW",)) == (None, 0, "hidden")
    assert read(waves=("MIXED", "FEW")) == (None, 0, "hidden")
    assert read(group="official") == (None, 0, "no_answers")
    assert read(waves=("RUNNING",)) == (None, 0, "wave_running")
    assert read(waves=("NONE",)) == (None, 0, "wave_missing")
    assert read(figure="item", code="nothing") == (None, 0, "not_asked")
    assert read_group(session, source, other).gap == "no_part"
    assert running.state == "open"

    hidden = Survey((GroupSource("delegate", Fraction(1), ("FEW",)),))
    template = scorecard_templates.create_template(session, annex_definition(survey=hidden), unit.parent or unit)
    scorecard_templates.put_in_use(session, template, now=AT)
    card = card_of(session, template, unit)
    score_annex(session, card)
    scorecards.submit(session, card, account_id=None, now=AT)
    shown = read_card(session, card, TODAY, for_council=False)
    assert [line.number for line in shown.open_lines("self")] == ["6"]
    assert shown.total.points["self"] == Decimal("1.83")
    scorecards.appraise(session, card, account_id=None, now=AT)
    scorecards.explain(session, card, account_id=None, now=AT)
    with pytest.raises(ScorecardError, match=r"have no points: 6\."):
        scorecards.finish(session, card, account_id=None, now=AT)
    session.add(
        ScorecardScore(
            scorecard_id=card.id, criterion_id=line_of(card, "6").id, stage="final", points=Decimal(-1), at=AT
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()

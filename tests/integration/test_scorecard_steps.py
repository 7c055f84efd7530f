"""The way of a card from state to state, against a table written by hand; what a return makes void; evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.scorecard_definition import CriterionDefinition, Manual, Measure, Name, Scale
from reports.scorecard_figures import Sum
from survey.analysis.scorecard_cards import board, last_scores, read_card
from survey.models import AuditEntry, Scorecard, ScorecardEvidence, ScorecardStep, Unit
from survey.operations import audit, scorecard_scores, scorecard_templates, scorecards
from survey.operations.scorecard_checks import TemplateError
from survey.operations.scorecard_scores import MOST_FILES, Row
from survey.operations.scorecards import ScorecardError
from tests.factories import make_unit
from tests.scorecards import AT, TODAY, annex_definition, card_of, line_of, make_department
from tests.staff import make_account

POSSIBLE = {
    "scoring": {"submit"},
    "submitted": {"return", "appraise"},
    "appraised": {"explain", "finish"},
    "explained": {"finish"},
    "final": {"reopen"},
}
LATE = AT + timedelta(days=60)  # after every deadline


def make_card(session: Session, *more: CriterionDefinition) -> Scorecard:
    unit = make_department(session)
    manual = tuple(CriterionDefinition(str(number), Name("Tiêu chí"), Decimal(2), Manual()) for number in (1, 2))
    definition = replace(annex_definition(), criteria=(*manual, *more))
    template = scorecard_templates.create_template(session, definition, unit.parent or unit)
    scorecard_templates.put_in_use(session, template, now=AT)
    return card_of(session, template, unit)


def score(session: Session, card: Scorecard, number: str, points: str) -> None:
    row = Row(points=Decimal(points), reason="Chưa đạt")
    scorecard_scores.score_row(session, card, line_of(card, number), row, account_id=None, now=AT)


def appraised(session: Session, card: Scorecard, number: str, points: str) -> None:
    line = line_of(card, number)
    scorecard_scores.appraise_row(session, card, line, Decimal(points), "Thẩm định", account_id=None, now=AT)


def test_only_the_steps_of_the_table_are_possible(session: Session) -> None:
    card = make_card(session)
    score(session, card, "1", "1.5")
    score(session, card, "2", "2")
    plain: dict[str, Callable[..., None]] = {
        "submit": scorecards.submit,
        "appraise": scorecards.appraise,
        "explain": scorecards.explain,
        "finish": scorecards.finish,
    }
    worded: dict[str, Callable[..., None]] = {"return": scorecards.send_back, "reopen": scorecards.reopen}

    def take(step: str) -> None:
        if step in plain:
            plain[step](session, card, account_id=None, now=LATE)
        else:
            worded[step](session, card, "Lý do", account_id=None, now=LATE)

    way = ["submit", "return", "submit", "appraise", "explain", "finish", "reopen", "finish"]
    for step in way:
        for other in {*plain, *worded} - POSSIBLE[card.state]:
            with pytest.raises(ScorecardError, match="not possible"):
                take(other)
        assert scorecards.possible(card) == POSSIBLE[card.state]
        take(step)
    assert card.state == "final"
    assert list(session.scalars(select(ScorecardStep.step).order_by(ScorecardStep.id))) == way
    with pytest.raises(ScorecardError, match="not possible"):
        score(session, card, "1", "2")
    with pytest.raises(ScorecardError, match="not possible"):
        appraised(session, card, "1", "2")
    early = make_card_again(session, card)
    scorecards.submit(session, early, account_id=None, now=AT)
    scorecards.appraise(session, early, account_id=None, now=AT)
    with pytest.raises(ScorecardError, match="20/08/2026"):
        scorecards.finish(session, early, account_id=None, now=AT)
    scorecards.finish(session, early, account_id=None, now=AT + timedelta(days=18))  # its time to explain is over


def test_the_board_sums_a_card_as_the_card_itself_does(session: Session) -> None:
    """A measure without a case has no points, and stands outside the sum and the share."""
    without_cases = CriterionDefinition(
        "3", Name("Phản ánh"), Decimal(3), Measure("opinions_on_time", Scale(full_at=Fraction(1)))
    )
    card = make_card(session, without_cases)
    score(session, card, "1", "1.5")
    score(session, card, "2", "2")
    for step, stage in ((scorecards.submit, "self"), (scorecards.appraise, "appraisal")):
        step(session, card, account_id=None, now=AT)
        (line,) = board(session, card.template, Unit.id > 0)
        assert line.sum == read_card(session, card, TODAY, for_council=False).sum(line.stage)
        assert (line.stage, line.sum) == (stage, Sum(Decimal("3.5"), Decimal(4), Decimal(7), 1))


def make_card_again(session: Session, card: Scorecard) -> Scorecard:
    """Another unit's card by the same template, scored."""
    unit = make_unit(session, code="SO-9", kind="department", parent=card.template.owner)
    other = scorecard_templates.add_unit(session, card.template, unit)
    with pytest.raises(TemplateError, match="already"):
        scorecard_templates.add_unit(session, card.template, unit)
    score(session, other, "1", "1")
    score(session, other, "2", "2")
    return other


def test_what_the_council_wrote_before_a_return_is_void_where_the_unit_scored_anew(session: Session) -> None:
    card = make_card(session)
    score(session, card, "1", "1")
    score(session, card, "2", "1")
    scorecards.submit(session, card, account_id=None, now=AT)
    appraised(session, card, "1", "0.5")
    appraised(session, card, "2", "0.25")
    assert read_card(session, card, TODAY, for_council=True).total.points["appraisal"] == Decimal("0.75")
    assert read_card(session, card, TODAY, for_council=False).total.points["appraisal"] is None
    scorecards.send_back(session, card, "Chấm lại", account_id=None, now=AT)
    score(session, card, "1", "1.75")
    scorecards.submit(session, card, account_id=None, now=AT)
    scorecards.appraise(session, card, account_id=None, now=AT)
    scores = last_scores(session, card)
    found = {number: scores[line_of(card, number).id, "appraisal"].points for number in ("1", "2")}
    assert found == {"1": Decimal("1.75"), "2": Decimal("0.25")}
    explained = line_of(card, "2")
    scorecard_scores.explain_row(session, card, explained, "Đã nộp bổ sung", account_id=None, now=AT)
    line = next(each for each in read_card(session, card, TODAY, for_council=False).lines if each.number == "2")
    assert (line.explanation, line.council_reason) == ("Đã nộp bổ sung", "Thẩm định")


def test_who_wrote_for_the_unit_does_not_appraise(session: Session) -> None:
    card = make_card(session)
    scorer, explainer, submitter, council = (make_account(session, "manager", card.unit).id for _ in range(4))
    row = Row(points=Decimal(1), reason="Chưa đạt")
    for number in ("1", "2"):
        scorecard_scores.score_row(session, card, line_of(card, number), row, account_id=scorer, now=AT)
    scorecards.submit(session, card, account_id=submitter, now=AT)
    line = line_of(card, "1")
    for person in (scorer, submitter):
        with pytest.raises(ScorecardError, match="another person"):
            scorecards.appraise(session, card, account_id=person, now=AT)
        with pytest.raises(ScorecardError, match="another person"):
            scorecard_scores.appraise_row(session, card, line, Decimal(2), "Thẩm định", account_id=person, now=AT)
    scorecards.appraise(session, card, account_id=council, now=AT)
    scorecard_scores.explain_row(session, card, line_of(card, "1"), "Đã nộp", account_id=explainer, now=AT)
    scorecards.explain(session, card, account_id=submitter, now=AT)
    with pytest.raises(ScorecardError, match="another person"):
        scorecards.finish(session, card, account_id=explainer, now=AT)
    scorecards.finish(session, card, account_id=council, now=AT)


def test_evidence_is_bounded_and_its_removal_noted(session: Session) -> None:
    card = make_card(session)
    line = line_of(card, "1")
    audit.attribute(session, audit.SYSTEM)

    def add(content: bytes, name: str = "a.pdf") -> None:
        scorecard_scores.add_evidence(session, card, line, file_name=name, content=content, account_id=None, now=AT)

    for content, message in ((b"", "empty"), (b"MZ", "PDF, JPEG or PNG"), (b"%PDF-" + bytes(6 * 2**20), "5 MB")):
        with pytest.raises(ScorecardError, match=message):
            add(content)
    for number in range(MOST_FILES):
        add(b"%PDF-" + bytes([number]), "../../thư mục\\tệp.pdf")
    with pytest.raises(ScorecardError, match="already"):
        add(b"%PDF-\x00")
    with pytest.raises(ScorecardError, match="takes 5 files"):
        add(b"\x89PNG\r\n\x1a\n")
    [first, *_rest] = read_card(session, card, TODAY, for_council=False).lines[0].evidence
    assert first.file_name == "tệp.pdf"
    stored = session.get_one(ScorecardEvidence, first.key)
    scorecard_scores.remove_evidence(session, card, stored)
    noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "scorecard_evidence.delete")).one()
    assert noted.unit_path == session.get_one(Unit, card.unit_id).path
    assert stored.digest in (noted.before or "")

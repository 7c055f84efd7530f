"""Waves: each step is refused while it makes no sense, with the reason, and none goes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.models import Choice, Question, Questionnaire, Response, Scope, ScopeItem, Unit, Wave
from survey.operations import questionnaires, targets, units, wave_drafts, waves
from survey.operations.responses import CollectorClosed
from survey.operations.waves import WaveError
from survey.operations.writing import begin_write
from tests.factories import (
    NOW,
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_target,
    make_unit,
    make_wave,
)


@pytest.fixture
def commune(session: Session) -> Unit:
    return make_unit(session, code="X1")


def test_a_published_questionnaire_is_spelled_out_in_rows(session: Session) -> None:
    asked = make_definition(factors={"access": 2, "results": 1}, questions=[make_rating("overall", in_index=False)])
    published = questionnaires.publish_questionnaire(session, asked, NOW)
    questions = session.scalars(select(Question).order_by(Question.position)).all()
    assert [(question.code, question.in_index) for question in questions] == [
        ("access_1", True),
        ("access_2", True),
        ("results_1", True),
        ("overall", False),
    ]
    assert [choice.value for choice in questions[0].choices] == [0, 1, 2, 3, 4, 5]
    scopes = session.scalars(select(Scope).order_by(Scope.position)).all()
    codes = {question.id: question.code for question in questions}
    members = {scope.code: sorted(codes[item.question_id] for item in scope.items) for scope in scopes}
    assert members == {
        "access": ["access_1", "access_2"],
        "results": ["results_1"],
        "index": ["access_1", "access_2", "results_1"],
    }
    assert published.digest == asked.digest
    assert published.published_at == NOW


def test_publishing_again_gives_the_first_and_other_content_is_refused(session: Session) -> None:
    first = make_questionnaire(session)
    assert make_questionnaire(session) is first
    with pytest.raises(questionnaires.QuestionnaireError) as refused:
        make_questionnaire(session, make_definition(factors={"access": 3}))
    assert refused.value.code == "version_taken"
    assert len(session.scalars(select(Questionnaire)).all()) == 1


def test_the_newest_version_valid_on_the_day_is_found(session: Session) -> None:
    old = make_questionnaire(session, make_definition(version="1.0", valid_until=date(2025, 12, 31)))
    new = make_questionnaire(session, make_definition(version="2.0", valid_from=date(2026, 1, 1)))
    assert questionnaires.find_questionnaire(session, "sample") is new
    assert questionnaires.find_questionnaire(session, "sample", on=date(2025, 12, 31)) is old
    with pytest.raises(questionnaires.QuestionnaireError):
        questionnaires.find_questionnaire(session, "other")


@pytest.mark.parametrize(
    "statement",
    [
        update(Questionnaire).values(digest="0" * 64),
        update(Question).values(code="other"),
        update(Choice).values(value=9),
        update(Scope).values(code="other"),
        update(ScopeItem).values(scope_id=1),
    ],
    ids=["questionnaire", "question", "choice", "scope", "scope_item"],
)
def test_the_database_refuses_to_change_what_is_published(session: Session, statement: object) -> None:
    make_questionnaire(session)
    with pytest.raises(IntegrityError, match="immutable"):
        session.execute(statement)  # type: ignore[call-overload]


def test_a_wave_goes_through_its_states(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="W", units=[commune], state="published")
    assert (wave.opened_at, wave.closed_at, wave.published_at) == (NOW, NOW, NOW)
    session.commit()
    assert session.scalar(select(Wave.state)) == "published"


@pytest.mark.parametrize(
    ("state", "step", "code"),
    [
        ("draft", waves.close_wave, "not_open"),
        ("draft", waves.publish_wave, "not_closed"),
        ("open", waves.open_wave, "not_draft"),
        ("open", waves.publish_wave, "not_closed"),
        ("closed", waves.open_wave, "not_draft"),
        ("closed", waves.close_wave, "not_open"),
        ("published", waves.publish_wave, "not_closed"),
    ],
)
def test_no_step_is_taken_out_of_turn(session: Session, commune: Unit, state: str, step: object, code: str) -> None:
    wave = make_wave(session, code="W", units=[commune], state=state)
    with pytest.raises(WaveError) as refused:
        step(session, wave, NOW)  # type: ignore[operator]
    assert refused.value.code == code
    assert refused.value.parameters == {"wave": "W", "state": state}
    assert wave.state == state


def test_opening_needs_units(session: Session) -> None:
    with pytest.raises(WaveError) as refused:
        waves.open_wave(session, make_wave(session, code="W"), NOW)
    assert refused.value.code == "no_units"


def test_opening_needs_a_trust_level(session: Session, commune: Unit) -> None:
    with pytest.raises(WaveError) as refused:
        waves.open_wave(session, make_wave(session, code="W", units=[commune], trust_levels=()), NOW)
    assert refused.value.code == "no_trust_levels"


def test_opening_needs_a_target_in_force_to_the_end_of_the_period(session: Session, commune: Unit) -> None:
    target = targets.create_target(
        session,
        code="old",
        value=Decimal("0.8"),
        reference_vi="Kế hoạch cũ",
        valid_from=date(2025, 1, 1),
        valid_until=date(2026, 6, 29),
    )
    with pytest.raises(WaveError) as refused:
        waves.open_wave(session, make_wave(session, code="W", units=[commune], target=target), NOW)
    assert refused.value.code == "target_not_in_force"


def test_opening_needs_a_questionnaire_that_is_valid(session: Session, commune: Unit) -> None:
    old = make_questionnaire(session, make_definition(valid_until=date(2025, 12, 31)))
    with pytest.raises(WaveError) as refused:
        waves.open_wave(session, make_wave(session, code="W", units=[commune], questionnaire=old), NOW)
    assert refused.value.code == "questionnaire_not_valid"


def test_opening_needs_a_published_questionnaire(session: Session, commune: Unit) -> None:
    unpublished = Questionnaire(code="new", version="1.0", definition="", digest="0" * 64, valid_from=date(2026, 1, 1))
    session.add(unpublished)
    with pytest.raises(WaveError) as refused:
        waves.open_wave(session, make_wave(session, code="W", units=[commune], questionnaire=unpublished), NOW)
    assert refused.value.code == "questionnaire_not_published"


def test_a_subtree_brings_the_units_that_have_counters(session: Session) -> None:
    province = make_unit(session, code="T", kind="province")
    with_counter = make_unit(session, code="A", parent=province)
    make_unit(session, code="B", parent=province)
    closed = make_unit(session, code="C", parent=province)
    elsewhere = make_unit(session, code="D")
    for unit in (with_counter, closed, elsewhere):
        make_counter(session, unit, code="Q1")
    session.refresh(closed)
    units.close_unit(session, closed, date(2025, 12, 31))
    wave = make_wave(session, code="W")
    assert waves.add_subtree(session, wave, province) == 1
    assert waves.add_subtree(session, wave, province) == 0
    assert [row.unit_id for row in wave.units] == [with_counter.id]


def test_a_unit_that_ended_before_the_period_takes_no_part(session: Session, commune: Unit) -> None:
    units.close_unit(session, commune, date(2025, 12, 31))
    with pytest.raises(WaveError) as refused:
        waves.add_units(session, make_wave(session, code="W"), [commune])
    assert refused.value.code == "unit_not_valid"


def test_units_are_fixed_once_the_wave_is_closed(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="W", units=[commune], state="closed")
    with pytest.raises(WaveError) as refused:
        waves.add_units(session, wave, [make_unit(session, code="X2")])
    assert refused.value.code == "finished"


def test_a_unit_leaves_a_draft_unless_it_has_collectors(session: Session, commune: Unit) -> None:
    other = make_unit(session, code="X2")
    wave = make_wave(session, code="W", units=[commune, other])
    make_collector(session, wave, commune)
    assert wave_drafts.choose_units(session, wave, [other.id], []) == (0, 1)
    assert [row.unit_id for row in wave.units] == [commune.id]
    with pytest.raises(WaveError) as refused:
        wave_drafts.choose_units(session, wave, [commune.id], [])
    assert refused.value.code == "unit_has_collectors"


def test_trust_levels_are_replaced_and_then_fixed(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="W", units=[commune], trust_levels=["open", "paper"])
    waves.set_trust_levels(session, wave, ["paper", "present"])
    assert [level.trust for level in wave.trust_levels] == ["paper", "present"]
    with pytest.raises(WaveError) as refused:
        waves.set_trust_levels(session, wave, ["anything"])
    assert refused.value.code == "trust_unknown"
    waves.open_wave(session, wave, NOW)
    with pytest.raises(WaveError) as refused:
        waves.set_trust_levels(session, wave, ["open"])
    assert refused.value.code == "not_draft"


def test_the_database_keeps_what_decides_the_headline(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="W", units=[commune], state="open")
    wave.headline_weighting = "weighted"
    with pytest.raises(IntegrityError, match="fixed once it is open"):
        session.flush()


def test_a_wave_is_run_by_the_root_of_its_units_unless_another_is_named(session: Session) -> None:
    province, other = make_unit(session, code="T", kind="province"), make_unit(session, code="U", kind="province")
    below = make_unit(session, code="A", parent=other)
    wave = make_wave(session, code="W")
    assert wave.owner is None
    waves.add_units(session, wave, [below])
    assert wave.owner is other
    wave.owner = province
    waves.open_wave(session, wave, NOW)
    wave.owner = other
    with pytest.raises(IntegrityError, match="fixed once it is open"):
        session.flush()


def test_a_wave_does_not_close_before_it_opens(session: Session, commune: Unit) -> None:
    with pytest.raises(WaveError) as refused:
        waves.check_schedule(date(2026, 3, 2), date(2026, 3, 1))
    assert refused.value.code == "schedule"
    wave = make_wave(session, code="W", units=[commune])
    wave.opens_on, wave.closes_on = date(2026, 3, 2), date(2026, 3, 1)
    with pytest.raises(IntegrityError, match=r"ck_wave_schedule|CHECK"):
        session.flush()


def test_unknown_and_repeated_codes_are_refused(session: Session) -> None:
    make_wave(session, code="W")
    with pytest.raises(WaveError) as refused:
        make_wave(session, code="W")
    assert refused.value.code == "code_taken"
    with pytest.raises(WaveError) as refused:
        make_wave(session, code="W/1")
    assert refused.value.code == "code_form"
    with pytest.raises(WaveError) as refused:
        waves.find_wave(session, "V")
    assert str(refused.value) == "There is no wave with the code V."
    with pytest.raises(WaveError) as refused:
        make_wave(session, code="V", period=(date(2026, 6, 30), date(2026, 1, 1)))
    assert refused.value.code == "period"


def test_the_newest_target_in_force_is_found(session: Session) -> None:
    make_target(session)
    later = targets.create_target(
        session, code="sipas-90", value=Decimal("0.9"), reference_vi="Kế hoạch mới", valid_from=date(2026, 1, 1)
    )
    assert targets.target_in_force(session, date(2025, 12, 31)).code == "sipas-80"
    assert targets.target_in_force(session, date(2026, 1, 1)) is later
    for change, code in (
        (lambda: targets.target_in_force(session, date(2024, 1, 1)), "none_in_force"),
        (lambda: make_target(session), "code_taken"),
        (lambda: make_target(session, code="80 %"), "code_form"),
        (lambda: make_target(session, code="t", value="80"), "value"),
        (lambda: targets.find_target(session, "t"), "unknown"),
    ):
        with pytest.raises(targets.TargetError) as refused:
            change()
        assert refused.value.code == code


def test_closing_waits_for_the_ballot_that_is_being_stored(session: Session, engine: Engine, commune: Unit) -> None:
    collector = make_collector(session, make_wave(session, code="W", units=[commune], state="open"), commune)
    session.commit()
    make_response(session, collector, answers={"access_1": 5})

    def close() -> int | None:
        with Session(engine) as own:
            begin_write(own)
            waves.close_wave(own, waves.find_wave(own, "W"), NOW)
            counted = own.scalar(select(func.count()).select_from(Response))
            own.commit()
            return counted

    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(close)
        with pytest.raises(TimeoutError):
            closing.result(0.5)
        session.commit()
        assert closing.result(20) == 1
    with pytest.raises(CollectorClosed):
        make_response(session, collector, answers={"access_1": 5})

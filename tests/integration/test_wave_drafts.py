"""Draft waves: proposed whole, copied from an earlier one, changed without losing anything, deleted while unused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Unit, Wave, WaveUnit
from survey.operations import field, units, wave_drafts, waves
from survey.operations.waves import WaveError
from tests.factories import NOW, make_collector, make_questionnaire, make_target, make_unit, make_wave

TODAY = date(2026, 11, 21)


@pytest.fixture
def commune(session: Session) -> Unit:
    return make_unit(session, code="X1")


def test_a_draft_begins_with_a_proposal_for_everything(session: Session, commune: Unit) -> None:
    target = make_target(session)
    draft = wave_drafts.begin_draft(session, make_questionnaire(session), None, TODAY)
    assert (draft.code, draft.state, draft.target, draft.owner) == ("2026-H2", "draft", target, commune)
    assert (draft.period_start, draft.period_end) == (date(2026, 7, 1), date(2026, 12, 31))
    assert draft.name_vi == "Khảo sát mức độ hài lòng 6 tháng cuối năm 2026"
    assert [level.trust for level in draft.trust_levels] == ["open", "paper", "present"]
    following = wave_drafts.begin_draft(session, draft.questionnaire, None, TODAY)
    assert (following.code, following.period_start) == ("2027-H1", date(2027, 1, 1))


def test_a_code_says_the_period_and_is_free(session: Session) -> None:
    make_wave(session, code="2026-H1")
    make_wave(session, code="2026-H1-2", questionnaire=session.scalars(select(Wave)).one().questionnaire)
    assert wave_drafts.proposed_code(session, date(2026, 1, 1), date(2026, 6, 30)) == "2026-H1-3"
    assert wave_drafts.proposed_code(session, date(2026, 1, 1), date(2026, 12, 31)) == "2026"
    assert wave_drafts.proposed_code(session, date(2026, 3, 1), date(2026, 4, 15)) == "2026-03"
    assert wave_drafts.proposed_names(date(2026, 1, 1), date(2026, 12, 31))[0].endswith("năm 2026")


def test_a_copy_takes_over_what_still_holds(session: Session, commune: Unit) -> None:
    gone = make_unit(session, code="X2")
    wave = make_wave(session, code="2026-H1", units=[commune, gone], headline_weighting="weighted", state="closed")
    wave.units[0].quota, wave.units[0].forms_issued = 90, 200
    units.close_unit(session, gone, date(2026, 6, 30))
    session.flush()
    copy = wave_drafts.copy_wave(session, wave, date(2026, 3, 1))
    assert (copy.code, copy.state, copy.opens_on) == ("2026-H2", "draft", None)
    assert (copy.headline_weighting, copy.owner) == ("weighted", wave.owner)
    assert [(row.unit_id, row.quota, row.forms_issued) for row in copy.units] == [(commune.id, 90, None)]
    waves.open_wave(session, copy, NOW)


@pytest.mark.parametrize(
    ("period", "today", "code"),
    [
        ((date(2026, 1, 1), date(2026, 3, 31)), date(2026, 3, 1), "2026-Q2"),
        ((date(2026, 1, 1), date(2026, 3, 31)), date(2026, 11, 1), "2026-Q4"),
        ((date(2025, 10, 1), date(2025, 12, 31)), date(2025, 11, 1), "2026-Q1"),
        ((date(2025, 1, 1), date(2025, 12, 31)), date(2025, 11, 1), "2026"),
        ((date(2026, 2, 3), date(2026, 3, 4)), date(2026, 3, 1), "2026-H1"),
    ],
)
def test_a_copy_is_for_the_next_period_of_the_same_kind(
    session: Session, commune: Unit, period: tuple[date, date], today: date, code: str
) -> None:
    wave = make_wave(session, code="W", units=[commune], period=period)
    copy = wave_drafts.copy_wave(session, wave, today)
    assert copy.code == code
    assert wave_drafts.copy_wave(session, wave, today).period_start == copy.period_end + timedelta(days=1)


def test_a_copy_does_not_carry_a_target_that_ended(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="2026-H1", units=[commune])
    wave.target.valid_until = date(2026, 6, 30)
    newer = make_target(session, code="sipas-90", value="0.9")
    assert wave_drafts.copy_wave(session, wave, date(2026, 3, 1)).target is newer


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "a b"}, "code_form"),
        ({"code": "taken"}, "code_taken"),
        ({"period_end": date(2025, 1, 1)}, "period"),
        ({"opens_on": date(2026, 2, 1), "closes_on": date(2026, 1, 1)}, "schedule"),
    ],
)
def test_a_change_that_makes_no_sense_leaves_the_draft_as_it_was(
    session: Session, commune: Unit, changes: dict[str, Any], code: str
) -> None:
    draft = make_wave(session, code="W", units=[commune])
    make_wave(session, code="taken", questionnaire=draft.questionnaire)
    with pytest.raises(WaveError) as refused:
        wave_drafts.edit_draft(session, draft, name_vi="Tên khác", **changes)
    assert refused.value.code == code
    assert (draft.code, draft.name_vi, draft.period_end) == ("W", "Đợt W", date(2026, 6, 30))


def test_a_draft_changes_and_an_open_wave_does_not(session: Session, commune: Unit) -> None:
    draft = make_wave(session, code="W", units=[commune])
    wave_drafts.edit_draft(session, draft, code="2026-H1", design="census", opens_on=date(2026, 3, 1))
    assert (draft.code, draft.design, draft.opens_on) == ("2026-H1", "census", date(2026, 3, 1))
    waves.open_wave(session, draft, NOW)
    with pytest.raises(WaveError) as refused:
        wave_drafts.edit_draft(session, draft, name_vi="Tên khác")
    assert refused.value.code == "not_draft"
    wave_drafts.set_closing_day(session, draft, date(2026, 5, 1), date(2026, 5, 1))
    assert draft.closes_on == date(2026, 5, 1)
    with pytest.raises(WaveError) as refused:
        wave_drafts.set_closing_day(session, draft, date(2026, 4, 30), date(2026, 5, 1))
    assert refused.value.code == "schedule_past"
    wave_drafts.set_closing_day(session, draft, None, date(2026, 5, 1))
    assert draft.closes_on is None


def test_units_are_chosen_among_those_shown(session: Session, commune: Unit) -> None:
    others = [make_unit(session, code=f"X{number}", parent=commune) for number in (2, 3, 4)]
    draft = make_wave(session, code="W", units=[commune, others[0]])
    shown = [commune.id, others[1].id, others[2].id]
    assert wave_drafts.choose_units(session, draft, shown, [others[1].id]) == (1, 1)
    assert {row.unit_id for row in draft.units} == {others[0].id, others[1].id}
    make_collector(session, draft, others[1])
    with pytest.raises(WaveError) as refused:
        wave_drafts.choose_units(session, draft, shown, [])
    assert refused.value.code == "unit_has_collectors"
    waves.open_wave(session, draft, NOW)
    assert wave_drafts.choose_units(session, draft, shown, [commune.id, others[1].id]) == (1, 0)
    with pytest.raises(WaveError) as refused:
        wave_drafts.choose_units(session, draft, shown, [others[1].id])
    assert refused.value.code == "not_draft"


def test_a_unit_of_another_subtree_does_not_join(session: Session, commune: Unit) -> None:
    elsewhere, draft = make_unit(session, code="Y1"), make_wave(session, code="W", units=[commune])
    draft.owner = commune
    with pytest.raises(WaveError) as refused:
        wave_drafts.choose_units(session, draft, [elsewhere.id], [elsewhere.id])
    assert refused.value.code == "unit_elsewhere"
    assert [row.unit_id for row in draft.units] == [commune.id]


def test_a_draft_is_deleted_unless_its_codes_may_be_printed(session: Session, commune: Unit) -> None:
    draft = make_wave(session, code="W", units=[commune])
    used = make_wave(session, code="V", units=[commune], questionnaire=draft.questionnaire)
    make_collector(session, used, commune)
    wave_drafts.delete_draft(session, draft)
    assert session.scalars(select(Wave.code)).all() == ["V"]
    with pytest.raises(WaveError) as refused:
        wave_drafts.delete_draft(session, used)
    assert refused.value.code == "has_collectors"
    waves.open_wave(session, used, NOW)
    with pytest.raises(WaveError) as refused:
        wave_drafts.delete_draft(session, used)
    assert refused.value.code == "not_draft"


def test_quotas_and_forms_issued_are_recorded_until_it_is_too_late(session: Session, commune: Unit) -> None:
    wave = make_wave(session, code="W", units=[commune])
    stranger = make_unit(session, code="X9")
    assert field.set_quotas(session, wave, {commune.id: 90, stranger.id: 5}) == 1
    assert field.set_quotas(session, wave, {commune.id: 90}) == 0
    waves.open_wave(session, wave, NOW)
    assert field.set_quotas(session, wave, {commune.id: None}) == 1
    waves.close_wave(session, wave, NOW)
    with pytest.raises(WaveError) as refused:
        field.set_quotas(session, wave, {commune.id: 1})
    assert refused.value.code == "finished"
    assert field.set_forms_issued(session, wave, {commune.id: 120}) == 1
    waves.publish_wave(session, wave, datetime.now(NOW.tzinfo))
    with pytest.raises(WaveError) as refused:
        field.set_forms_issued(session, wave, {commune.id: 121})
    assert refused.value.code == "published"
    row = session.get_one(WaveUnit, (wave.id, commune.id))
    assert (row.quota, row.forms_issued) == (None, 120)

"""Over several versions only what kept its meaning is compared, and the trend breaks where a question did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from forms.draft import DraftQuestion, Words
from survey.analysis.summary import unit_report
from survey.models import QuestionContinuity, Questionnaire, Unit, Wave
from survey.operations.kept_statistics import keep_statistics
from survey.operations.questionnaire_drafts import (
    change_draft,
    documents,
    lock_core,
    next_version,
    start_draft,
    submit,
    supplement,
)
from survey.operations.questionnaire_publication import publish_draft
from survey.operations.waves import WaveError, close_wave
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.sample_waves import store

STARTS = [(2025, 7), (2026, 1), (2026, 7), (2027, 1), (2027, 7), (2028, 1)]
PERIODS = [(date(year, month, 1), date(year, month + 5, 30)) for year, month in STARTS]
ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")


@pytest.fixture
def province(session: Session) -> Unit:
    return make_unit(session, code="T", kind="province")


@pytest.fixture
def first(session: Session) -> Questionnaire:
    return make_questionnaire(session, make_definition())


def revised(session: Session, based_on: Questionnaire, owner: Unit, **changes: str) -> Questionnaire:
    """The next version, in which these questions are changed: `wording`, `meaning`, `scale`, or dropped."""
    document = next_version(session, based_on)
    document.valid_from = date(2020, 1, 1)
    for code, change in changes.items():
        question = next(asked for asked in document.questions if asked.code == code)
        if change == "drop":
            document.remove(question.key)
        elif change == "scale":
            first_choice, *others = question.choices
            question.choices = [replace(first_choice, words=Words("Rất tệ", "Terrible")), *others]
        else:
            question.wording = Words(f"{question.wording.vi} ({document.version})", question.wording.en)
            document.declared[code] = change
    draft = start_draft(session, document, owner=owner, by="Sở Nội vụ", at=NOW, based_on=based_on)
    return publish_draft(session, draft, at=NOW)


def wave_of(
    session: Session, questionnaire: Questionnaire, unit: Unit, period: int, good: dict[str, int], *, close: bool = True
) -> Wave:
    """A hundred people; `good` says how many are satisfied with each item."""
    start, end = PERIODS[period]
    wave = make_wave(
        session, code=f"W{period}", units=[unit], questionnaire=questionnaire, period=(start, end), state="open"
    )
    way = make_collector(session, wave, unit)
    rows = [{code: 5 if number < satisfied else 1 for code, satisfied in good.items()} for number in range(100)]
    store(session, way, rows, received_at=datetime(start.year, start.month, 20, tzinfo=UTC))
    session.commit()
    if close:
        close_wave(session, wave, NOW)
        keep_statistics(session, wave)
        session.commit()
    return wave


def rows_of(session: Session, questionnaire: Questionnaire) -> dict[str, str]:
    rows = session.query(QuestionContinuity).filter_by(questionnaire_id=questionnaire.id)
    return {row.code: row.change for row in rows}


def test_each_question_says_what_became_of_it(session: Session, first: Questionnaire, province: Unit) -> None:
    document = next_version(session, first)
    document.valid_from = date(2026, 1, 1)
    access, procedures = document.sections
    access.questions[0].wording = Words("Câu mới", "New words")
    document.declared["access_1"] = "wording"
    access.questions[1].choices = access.questions[1].choices[:4]
    access.questions[1].kind, access.questions[1].in_index = "levels", False
    document.remove(procedures.questions[1].key)
    words = Words("Câu thêm", "Another")
    procedures.questions.append(DraftQuestion("99", "extra", "long_text", words, words, max_length=100))
    draft = start_draft(session, document, owner=province, by="A", at=NOW, based_on=first)
    second = publish_draft(session, draft, at=NOW)
    assert rows_of(session, second) == {
        "access_1": "wording",
        "access_2": "scale",
        "procedures_1": "unchanged",
        "procedures_2": "dropped",
        "extra": "new",
    }


def test_what_was_settled_stays(session: Session, first: Questionnaire, province: Unit) -> None:
    second = revised(session, first, province, access_1="meaning")
    session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(
            update(QuestionContinuity)
            .where(QuestionContinuity.questionnaire_id == second.id)
            .values(change="unchanged", means_since=None)
        )


def test_an_item_of_another_meaning_is_not_compared(session: Session, first: Questionnaire, province: Unit) -> None:
    """By codes alone satisfaction would have risen by 25 points; on what was asked both times it did not move."""
    wave_of(session, first, province, 0, dict.fromkeys(ITEMS, 60) | {"access_1": 0})
    second = revised(session, first, province, access_1="meaning")
    wave = wave_of(session, second, province, 1, dict.fromkeys(ITEMS, 60) | {"access_1": 100}, close=False)
    report = unit_report(session, wave, province)
    (change,) = report.changes
    assert (change.common_items, change.changed_items, change.reworded_items) == (3, ("access_1",), ())
    assert change.dropped_items == ()
    assert (change.older.exact, change.newer.exact) == (Fraction(3, 5), Fraction(3, 5))
    assert [(point.breaks_before, point.reworded_before) for point in report.trend] == [(False, False), (True, False)]


def test_another_wording_is_compared_and_marked(session: Session, first: Questionnaire, province: Unit) -> None:
    wave_of(session, first, province, 0, dict.fromkeys(ITEMS, 60))
    second = revised(session, first, province, access_1="wording")
    wave = wave_of(session, second, province, 1, dict.fromkeys(ITEMS, 80), close=False)
    report = unit_report(session, wave, province)
    (change,) = report.changes
    assert (change.common_items, change.changed_items, change.reworded_items) == (4, (), ("access_1",))
    assert change.difference == pytest.approx(0.2)
    assert [(point.breaks_before, point.reworded_before) for point in report.trend] == [(False, False), (False, True)]


def test_the_chain_of_versions_is_followed(session: Session, first: Questionnaire, province: Unit) -> None:
    """The meaning changed in the second version; the third only words it otherwise, and is compared with the second
    alone."""
    second = revised(session, first, province, access_1="scale")
    third = revised(session, second, province, access_1="wording", procedures_1="wording")
    back = revised(session, first, province, access_2="wording")  # goes back to the first
    wave_of(session, first, province, 0, dict.fromkeys(ITEMS, 50))
    wave_of(session, second, province, 2, dict.fromkeys(ITEMS, 50) | {"access_1": 90})
    wave = wave_of(session, third, province, 4, dict.fromkeys(ITEMS, 50) | {"access_1": 90}, close=False)
    report = unit_report(session, wave, province)
    (previous,) = report.changes
    assert (previous.common_items, previous.changed_items) == (4, ())
    assert set(previous.reworded_items) == {"access_1", "procedures_1"}
    assert [(point.breaks_before, point.reworded_before) for point in report.trend] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    close_wave(session, wave, NOW)
    keep_statistics(session, wave)
    last = wave_of(session, back, province, 5, dict.fromkeys(ITEMS, 50), close=False)
    (change,) = unit_report(session, last, province).changes
    assert (change.common_items, change.changed_items) == (3, ("access_1",))
    assert set(change.reworded_items) == {"access_2", "procedures_1"}


def test_one_version_asks_the_database_nothing_more(session: Session, first: Questionnaire, province: Unit) -> None:
    wave_of(session, first, province, 0, dict.fromkeys(ITEMS, 50))
    wave = wave_of(session, first, province, 1, dict.fromkeys(ITEMS, 50), close=False)
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    unit_report(session, wave, province)
    assert not [statement for statement in statements if "FROM question_continuity" in statement]


def local_questionnaire(session: Session, core: Questionnaire, owner: Unit) -> Questionnaire:
    """A local supplement with one rating of the unit's own."""
    lock_core(session, core, frozenset({"access", "procedures"}))
    document = supplement(session, core, owner)
    document.valid_from = date(2020, 1, 1)
    words = Words("Chỗ gửi xe", "Parking")
    choices = document.sections[0].questions[0].choices
    local = DraftQuestion("90", "local_parking", "rating", words, words, choices=[*choices])
    document.sections[-1].questions.append(local)
    draft = start_draft(session, document, owner=owner, by="UBND", at=NOW, core=core)
    submit(session, draft, by="UBND", at=NOW)
    return publish_draft(session, draft, at=NOW)


def test_a_local_supplement_leaves_the_index_and_its_series_as_they_are(
    session: Session, first: Questionnaire, province: Unit
) -> None:
    commune = make_unit(session, code="X", parent=province)
    local = local_questionnaire(session, first, commune)
    answers = dict.fromkeys(ITEMS, 60) | {"access_2": 30}
    before = wave_of(session, first, commune, 0, answers)
    plain = wave_of(session, first, commune, 1, answers)
    with_more = wave_of(session, local, commune, 2, answers | {"local_parking": 1})
    index = unit_report(session, plain, commune).index
    assert unit_report(session, with_more, commune).index.estimate == index.estimate
    assert [figure.estimate for figure in unit_report(session, with_more, commune).factors] == [
        figure.estimate for figure in unit_report(session, before, commune).factors
    ]
    change = unit_report(session, with_more, commune).changes[0]
    assert (change.wave_code, change.common_items, change.changed_items) == ("W1", 4, ())
    assert change.difference == 0
    # The province's own series does not run through one unit's supplement; the unit's does.
    after = wave_of(session, first, commune, 3, answers, close=False)
    assert unit_report(session, after, commune).changes[0].wave_code == "W2"
    assert unit_report(session, after, province).changes[0].wave_code == "W1"


def test_a_supplement_follows_the_meanings_of_its_core(session: Session, first: Questionnaire, province: Unit) -> None:
    commune = make_unit(session, code="X", parent=province)
    second = revised(session, first, province, access_1="meaning")
    wave_of(session, first, commune, 0, dict.fromkeys(ITEMS, 60))
    wave = wave_of(session, local_questionnaire(session, second, commune), commune, 1, dict.fromkeys(ITEMS, 60))
    (change,) = unit_report(session, wave, commune).changes
    assert change.changed_items == ("access_1",)


def test_a_supplement_is_asked_below_its_unit_alone(session: Session, first: Questionnaire, province: Unit) -> None:
    commune, other = make_unit(session, code="X", parent=province), make_unit(session, code="Y", parent=province)
    room = make_unit(session, code="X-1", kind="room", parent=commune)
    local = local_questionnaire(session, first, commune)
    make_wave(session, code="OK", units=[commune, room], questionnaire=local, state="open")
    with pytest.raises(WaveError, match="does not belong to it"):
        make_wave(session, code="NO", units=[commune, other], questionnaire=local, state="open")


def test_whoever_read_an_older_state_does_not_overwrite(session: Session, first: Questionnaire, province: Unit) -> None:
    draft = start_draft(session, next_version(session, first), owner=province, by="A", at=NOW, based_on=first)
    change_draft(session, draft, documents(draft), revision=draft.revision, by="B", at=NOW)
    session.commit()
    with pytest.raises(Exception, match="B saved this draft meanwhile"):
        change_draft(session, draft, documents(draft), revision=1, by="A", at=NOW)

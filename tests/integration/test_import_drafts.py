"""A file of another tool on its way in: guessed, tried, imported once and whole, and withdrawn as a whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from forms.answer_files import Plan
from forms.library import standard
from survey.accounts.models import Account
from survey.models import (
    Answer,
    Collector,
    FlagNote,
    ImportDraft,
    ImportedResponse,
    ImportRun,
    ItemTally,
    Response,
    Unit,
    Wave,
)
from survey.operations import import_drafts, import_plans, import_runs, import_trials, ledger
from survey.operations.errors import OperationError
from survey.operations.import_trials import Trial
from survey.operations.imports import ImportResult
from survey.operations.periods import PROVINCE_TIME
from survey.operations.recount import recount
from survey.operations.submission import half_month
from survey.operations.waves import close_wave
from tests.factories import make_counter, make_questionnaire, make_unit, make_wave
from tests.staff import make_account

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
AT = datetime(2026, 5, 4, 10, tzinfo=PROVINCE_TIME)
DAY = date(2026, 5, 4)


@pytest.fixture
def province(session: Session) -> Unit:
    """A province with the two communes of the exports, and one outside the wave."""
    province = make_unit(session, code="T", kind="province")
    make_unit(session, code="TP", parent=province, name_vi="UBND phường Trần Phú")
    make_unit(session, code="ST", parent=province, name_vi="UBND xã Sông Trà")
    make_unit(session, code="NN", parent=province, name_vi="UBND xã Nước Ngọt")
    return province


@pytest.fixture
def wave(session: Session, province: Unit) -> Wave:
    units = session.scalars(select(Unit).where(Unit.code.in_(("TP", "ST")))).all()
    questionnaire = make_questionnaire(session, standard("counter"))
    return make_wave(session, code="W", units=units, questionnaire=questionnaire, state="open")


@pytest.fixture
def clerk(session: Session, province: Unit) -> Account:
    return make_account(session, "entry", province)


@pytest.fixture
def start(session: Session, wave: Wave, province: Unit, clerk: Account) -> Callable[..., ImportDraft]:
    def start(content: bytes | str, *, channel: str = "import", trust: str = "open", unit: Unit | None = None) -> Any:
        draft = import_drafts.start_import(
            session,
            wave,
            unit or province,
            file_name="biểu mẫu.csv",
            content=content if isinstance(content, bytes) else content.encode(),
            channel=channel,
            trust=trust,
            account_id=clerk.id,
            at=AT,
        )
        session.commit()
        return draft

    return start


def plan_of(session: Session, draft: ImportDraft, **changes: Any) -> Plan:
    found = import_drafts.describe(draft.content)
    plan = replace(import_plans.guess_plan(session, draft, found), **changes)
    import_plans.keep_plan(session, draft, plan, DAY, AT)
    kept = import_plans.kept_plan(draft)
    assert kept == (plan, DAY)
    return plan


def trial(session: Session, draft: ImportDraft, **changes: Any) -> Trial:
    plan = plan_of(session, draft, **changes)
    reading = import_trials.read_draft(
        session, draft, plan, [column.name for column in import_drafts.describe(draft.content).columns]
    )
    return import_trials.try_import(session, draft, reading, plan)


def finish(session: Session, draft: ImportDraft, **changes: Any) -> ImportResult:
    reading = import_trials.read_draft(session, draft, plan_of(session, draft, **changes))
    session.commit()
    result = import_trials.finish_import(session, draft, reading, DAY, AT)
    session.commit()
    return result


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(OperationError) as error:
        action()
    return error.value.code


def responses(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Response)).one()


def test_a_google_form_comes_in_by_what_is_guessed(
    session: Session, engine: Engine, wave: Wave, clerk: Account, start: Callable[..., ImportDraft]
) -> None:
    draft = start((EXPORTS / "google_forms.csv").read_bytes())
    tried = trial(session, draft)
    assert (tried.read, tried.new, tried.known, tried.fault_count, tried.is_good) == (24, 24, 0, 0, True)
    assert dict(tried.units) == {"TP": 12, "ST": 12}
    assert responses(session) == session.scalars(select(func.count()).select_from(Collector)).one() == 0
    assert finish(session, draft) == ImportResult(24, 24, 0)
    ledger.seal_all(engine)
    run = session.scalars(select(ImportRun)).one()
    assert (run.account_id, run.unit.code if run.unit else "", run.channel, run.trust) == (
        clerk.id,
        "T",
        "import",
        "open",
    )
    assert session.scalars(select(func.count()).select_from(ImportedResponse)).one() == 24
    assert session.scalars(select(func.count()).select_from(ImportDraft)).one() == 0
    first = session.scalars(select(Response).order_by(Response.id).limit(1)).one()
    assert datetime.fromtimestamp(first.received_at, PROVINCE_TIME) == datetime(
        2026, 3, 3, 0, 38, 29, tzinfo=PROVINCE_TIME
    )
    assert first.half_month == half_month(first.received_at) == 2026 * 24 + 2 * 2
    with Session(engine) as fresh:
        assert recount(fresh) == []


def test_the_same_file_is_refused_and_the_same_rows_add_nothing(
    session: Session, start: Callable[..., ImportDraft]
) -> None:
    content = (EXPORTS / "google_forms.csv").read_bytes()
    waiting = start(content)
    finish(session, start(content))
    assert refused(lambda: start(content)) == "already_imported"
    assert refused(lambda: start(content, channel="paper", trust="paper")) == "already_imported"
    assert refused(lambda: finish(session, waiting)) == "already_imported"
    session.rollback()
    lines = content.decode().splitlines(keepends=True)
    tried = trial(session, start((EXPORTS / "google_forms.xlsx").read_bytes()))
    assert (tried.new, tried.known) == (0, 24)
    longer = start("".join([*lines, lines[-1]]))
    assert (trial(session, longer).new, trial(session, longer).known) == (1, 24)
    assert finish(session, longer).rows_added == 1


def test_columns_in_another_order_are_the_same_rows(session: Session, start: Callable[..., ImportDraft]) -> None:
    finish(session, start("unit,q01,q02\nTP,5,4\nST,3,x\n"))
    tried = trial(session, start("q02;unit;q01\n4;UBND phường Trần Phú;5\nx;UBND xã Sông Trà;3\n"))
    assert (tried.new, tried.known) == (0, 2)


def test_nothing_is_imported_where_anything_is_wrong(session: Session, start: Callable[..., ImportDraft]) -> None:
    draft = start("unit,q01,q02\nTP,5,4\nST,7,4\nNN,5,5\nXX,5,5\n,5,5\n")
    tried = trial(session, draft)
    assert [(fault.cell, fault.column, fault.code) for fault in tried.faults] == [
        ("B3", "q01", "word"),
        ("A4", "", "unit_not_in_wave"),
        ("A5", "", "unit_unknown"),
        ("A6", "", "unit_missing"),
    ]
    assert (tried.new, tried.is_good) == (0, False)
    assert refused(lambda: finish(session, draft)) == "faults"
    session.rollback()
    draft = start("unit,q01\nTP,5\nNN,5\n")
    assert refused(lambda: finish(session, draft)) == "faults"
    session.rollback()
    assert responses(session) == 0


def test_an_import_reaches_only_the_unit_it_is_for(session: Session, start: Callable[..., ImportDraft]) -> None:
    commune = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    tried = trial(session, start("unit,q01\nTP,5\nST,5\n", unit=commune))
    assert [(fault.cell, fault.code) for fault in tried.faults] == [("A3", "unit_out_of_reach")]
    assert refused(lambda: finish(session, start("unit,q01\nTP,4\nST,5\n", unit=commune))) == "faults"
    session.rollback()
    assert finish(session, start("q01\n5\n4\n", unit=commune)).rows_added == 2
    assert session.scalars(select(Collector)).one().unit_id == commune.id


def test_unknown_words_are_listed_and_assigned(session: Session, start: Callable[..., ImportDraft]) -> None:
    draft = start("đơn vị,q01,q02\nTP,Tuyệt vời,5\nphường TP,Tuyệt vời,Chán\n")
    found = import_drafts.describe(draft.content)
    plan = import_plans.guess_plan(session, draft, found)
    unknown = import_plans.unknown_words(session, draft, found, plan)
    assert [(each.word, each.times, each.scale) for each in unknown] == [
        ("phường TP", 1, ""),
        ("Tuyệt vời", 2, "satisfaction"),
        ("Chán", 1, "satisfaction"),
    ]
    words = {"satisfaction": {"tuyet voi": "5", "chan": ""}}
    assert finish(session, draft, words=words, places={"phuong tp": "TP"}).rows_added == 2
    choices = session.scalars(select(Answer.choice).order_by(Answer.response_id, Answer.question_id)).all()
    assert choices == [5, 5, 5]


def test_a_counter_is_named_by_code_or_name(session: Session, start: Callable[..., ImportDraft]) -> None:
    commune = session.scalars(select(Unit).where(Unit.code == "TP")).one()
    counter = make_counter(session, commune, code="2", name_vi="Quầy Hộ tịch")
    draft = start("unit,quầy,q01\nTP,Quầy hộ tịch,5\nTP,2,4\nTP,,3\n")
    assert finish(session, draft).rows_added == 3
    collectors = session.execute(select(Collector.counter_id, func.count()).join(Response).group_by(Collector.id)).all()
    assert sorted(collectors, key=str) == [(counter.id, 2), (None, 1)]
    tried = trial(session, start("unit,quầy,q01\nTP,9,5\n"))
    assert [(fault.cell, fault.code) for fault in tried.faults] == [("B2", "counter_unknown")]


def test_days_outside_the_period_are_faults_and_rows_without_a_day_get_the_one_given(
    session: Session, start: Callable[..., ImportDraft]
) -> None:
    tried = trial(session, start("unit,ngày,q01\nTP,31/12/2025,5\nTP,01/07/2026,5\n"))
    assert [(fault.cell, fault.code) for fault in tried.faults] == [("B2", "outside_period"), ("B3", "outside_period")]
    finish(session, start("unit,ngày,q01\nTP,30/06/2026 23:59:59,5\nTP,,4\n"))
    received = session.scalars(select(Response.half_month).order_by(Response.id)).all()
    assert received == [2026 * 24 + 5 * 2 + 1, 2026 * 24 + 4 * 2]


def test_a_plan_that_makes_no_sense_is_refused(session: Session, start: Callable[..., ImportDraft]) -> None:
    draft = start("a,b,c\n5,5,TP\n")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"columns": ("", "", "")}, "no_question"),
        ({"columns": (":unit", "", "")}, "no_question"),
        ({"columns": ("access_signs", "access_signs", ":unit")}, "twice"),
        ({"columns": ("nonsense", "", ":unit")}, "target"),
        ({"columns": ("access_signs=1", "", ":unit")}, "target"),
        ({"columns": ("access_signs", "", "")}, "no_unit"),
        ({"columns": ("access_signs", "", ":unit"), "words": {"satisfaction": {"a": "9"}}}, "word"),
        ({"columns": ("access_signs", "", ":unit"), "words": {"nonsense": {"a": "1"}}}, "word"),
        ({"columns": ("access_signs", "", ":unit"), "places": {"a": "NN"}}, "place"),
    ]
    for changes, code in cases:
        assert refused(lambda changes=changes: plan_of(session, draft, **changes)) == code  # type: ignore[misc]
    good = Plan(columns=("access_signs", "", ":unit"))
    for day in (date(2025, 12, 31), date(2026, 5, 5)):
        assert refused(lambda day=day: import_plans.keep_plan(session, draft, good, day, AT)) == "day"  # type: ignore[misc]


def test_two_confirmations_at_once_import_the_file_once(
    session: Session, engine: Engine, start: Callable[..., ImportDraft]
) -> None:
    content = "unit,q01\n" + "TP,5\nST,4\n" * 100
    drafts = [start(content), start(content)]
    readings = [import_trials.read_draft(session, draft, plan_of(session, draft)) for draft in drafts]
    session.commit()
    begin = Barrier(2)

    def run(number: int) -> str:
        with Session(engine) as own:
            begin.wait()
            own.connection(execution_options={"write": True})
            try:
                draft = own.get_one(ImportDraft, drafts[number].id)
                result = import_trials.finish_import(own, draft, readings[number], DAY, AT)
                own.commit()
            except OperationError as error:
                return error.code
            return str(result.rows_added)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2)))[0] in ("0", "200")
    assert responses(session) == 200


def test_a_withdrawn_import_is_counted_apart_and_its_file_may_come_again(
    session: Session, engine: Engine, clerk: Account, start: Callable[..., ImportDraft]
) -> None:
    content = "unit,q01\nTP,5\nST,4\n"
    other = "unit,q01\nTP,1\n"
    finish(session, start(content))
    finish(session, start(other))
    ledger.seal_all(engine)
    run = session.scalars(select(ImportRun).order_by(ImportRun.id).limit(1)).one()
    withdraw = lambda reason: import_runs.withdraw_import(session, run, reason, account_id=clerk.id, at=AT)  # noqa: E731
    assert refused(lambda: withdraw("")) == "reason"
    assert withdraw("Nhầm tệp của đợt khác") == 2
    session.commit()
    assert refused(lambda: withdraw("Lần nữa")) == "withdrawn"
    session.rollback()
    with Session(engine) as fresh:
        counted = fresh.execute(select(ItemTally.flagged, func.sum(ItemTally.people)).group_by(ItemTally.flagged)).all()
        assert sorted(counted) == [(False, 1), (True, 2)]
        assert recount(fresh) == []
        assert {note.reason for note in fresh.scalars(select(FlagNote))} == {"Nhầm tệp của đợt khác"}
    assert trial(session, start(content)).new == 2
    assert finish(session, start(content)).rows_added == 2
    assert refused(lambda: start(content)) == "already_imported"
    run = session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()
    close_wave(session, run.wave, AT)
    session.commit()
    assert refused(lambda: withdraw("Muộn rồi")) == "not_open"


def test_a_corrected_file_brings_back_every_row_of_a_withdrawn_one(
    session: Session, clerk: Account, start: Callable[..., ImportDraft]
) -> None:
    content = "unit,q01\n" + "TP,5\nST,4\n" * 10  # identical rows are different people
    finish(session, start(content))
    for last in ("TP,1\n", "TP,2\n"):  # withdrawn twice: the third time, too, all of it is new
        run = session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()
        import_runs.withdraw_import(session, run, "Sai một dòng", account_id=clerk.id, at=AT)
        session.commit()
        assert trial(session, start(content + last)).new == 21
        assert finish(session, start(content + last)).rows_added == 21
        again = trial(session, start(content + last + "ST,1\n"))
        assert (again.new, again.known, again.known_flagged) == (1, 21, 0)
    assert responses(session) == 20 + 21 + 21
    assert session.scalars(select(func.count()).select_from(FlagNote)).one() == 20 + 21


def test_drafts_do_not_lie_about_for_ever(session: Session, start: Callable[..., ImportDraft]) -> None:
    old = start("a\n1\n")
    old.created_at = AT - import_drafts.KEPT * 2
    session.commit()
    start("b\n1\n")
    assert session.scalars(select(func.count()).select_from(ImportDraft)).one() == 1


def test_a_closed_wave_and_an_empty_file_are_refused(
    session: Session, wave: Wave, start: Callable[..., ImportDraft]
) -> None:
    assert refused(lambda: start("")) == "empty"
    draft = start("unit,q01\nTP,5\n")
    close_wave(session, wave, AT)
    session.commit()
    assert refused(lambda: start("a\n1\n")) == "wave_not_open"
    assert refused(lambda: finish(session, draft)) == "wave_not_open"

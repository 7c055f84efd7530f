"""Units edited, merged after a look, reopened; files of places in and out; transactions and their corrections."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.sheets import Cell, sheets_xlsx, table_csv
from survey.accounts.models import Account
from survey.models import Counter, PlaceUpload, ProcedureField, Service, TransactionCorrection, TransactionCount, Unit
from survey.operations import audit
from survey.operations.bounded import BoundedError
from survey.operations.place_tables import Outcome, RowChange, TableError
from survey.operations.place_uploads import UploadError, find_upload, fingerprint, keep_upload
from survey.operations.service_files import import_services, service_rows
from survey.operations.transaction_files import import_transactions
from survey.operations.transactions import TransactionRow, TransactionsError, record_transactions, set_transactions
from survey.operations.unit_edits import UnitEditError, edit_unit, merge_preview, reopen_unit
from survey.operations.unit_files import import_units, unit_rows
from survey.operations.units import UnitError, close_unit, find_unit, merge_units
from tests.factories import make_counter, make_unit, make_wave
from tests.staff import make_account

DAY = date(2026, 9, 30)
HALF = (date(2026, 1, 1), date(2026, 6, 30))
HOSTILE = ("=1+1", "'=1+1", '+"x";y', "-2,5", "@SUM(A1)", "a\tb", 'Nói "vâng", rồi đi', "Xã\u00a0Ba")


@pytest.fixture
def tree(session: Session) -> Session:
    """T with X1 (counter Q1, rooms X1-P and X1-Q), X2, X3; X1-P took part in the published wave W."""
    province = make_unit(session, code="T", kind="province")
    first, *_ = (make_unit(session, code=code, parent=province) for code in ("X1", "X2", "X3"))
    room = make_unit(session, code="X1-P", kind="room", parent=first)
    make_unit(session, code="X1-Q", kind="room", parent=first)
    make_counter(session, first, code="Q1")
    make_wave(session, code="W", units=[room], state="published")
    session.commit()
    return session


def table(rows: Sequence[Sequence[Cell]], kind: str) -> bytes:
    return sheets_xlsx({"x": rows}) if kind == "xlsx" else table_csv(rows)


def units_of(session: Session) -> list[Unit]:
    session.expire_all()
    return list(session.scalars(select(Unit).order_by(func.length(Unit.path), Unit.path)))


def counted(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.count("add"), outcome.count("change"), outcome.count("close"), outcome.count("same")


def test_a_preview_of_a_merger_says_what_is_done_and_does_nothing(tree: Session) -> None:
    first, second = find_unit(tree, "X1"), find_unit(tree, "X2")
    preview = merge_preview(tree, [first], second, DAY)
    assert [(unit.code, unit.counters) for unit in preview.closed] == [("X1", 1), ("X1-P", 0)]
    assert [unit.code for unit in preview.moved] == ["X1-Q"]
    assert [unit.valid_until for unit in units_of(tree)] == [None] * 6
    merge_units(tree, [find_unit(tree, "X1")], find_unit(tree, "X2"), DAY)
    closed = [unit.code for unit in units_of(tree) if unit.valid_until]
    assert sorted(closed) == sorted(unit.code for unit in preview.closed)
    with pytest.raises(UnitEditError, match="at least one"):
        merge_preview(tree, [], second, DAY)
    with pytest.raises(UnitError, match="itself"):
        merge_preview(tree, [second], second, DAY)


def test_what_was_closed_by_mistake_is_reopened_until_its_successor_lives_on(tree: Session) -> None:
    merge_units(tree, [find_unit(tree, "X1")], find_unit(tree, "X2"), DAY)
    with pytest.raises(UnitEditError, match="X1, which it belongs to"):
        reopen_unit(tree, find_unit(tree, "X1-P"))
    reopen_unit(tree, find_unit(tree, "X1"))
    reopened = find_unit(tree, "X1")
    assert (reopened.valid_until, reopened.successor) == (None, None)
    assert [counter.valid_until for counter in reopened.counters] == [None]
    with pytest.raises(UnitEditError, match="not closed"):
        reopen_unit(tree, reopened)
    set_transactions(tree, find_unit(tree, "X2"), date(2026, 10, 1), date(2026, 12, 31), 5)
    with pytest.raises(UnitEditError, match="cannot be reopened"):
        reopen_unit(tree, find_unit(tree, "X1-P"))


def test_a_code_in_use_is_fixed_and_no_two_units_share_one(tree: Session) -> None:
    names = {"kind": "room", "name_vi": "Phòng"}
    with pytest.raises(UnitEditError, match="in use"):
        edit_unit(tree, find_unit(tree, "X1-P"), code="X9", **names)
    with pytest.raises(UnitError, match="already"):
        edit_unit(tree, find_unit(tree, "X1-Q"), code="X2", **names)
    with pytest.raises(UnitError, match="cannot be a code"):
        edit_unit(tree, find_unit(tree, "X1-Q"), code="a b", **names)
    edit_unit(tree, find_unit(tree, "X1-Q"), code="X9", **names)
    assert find_unit(tree, "X9").name_vi == "Phòng"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_in_unchanged_however_hostile(tree: Session, kind: str) -> None:
    parent = find_unit(tree, "T")
    for number, name in enumerate(HOSTILE):
        unit = make_unit(tree, code=f"H{number}", parent=parent, name_vi=name)
        make_counter(tree, unit, code="Q", name_vi=name)
    close_unit(tree, find_unit(tree, "H0"), DAY, find_unit(tree, "H1"))
    tree.commit()
    before = [(unit.code, unit.name_vi, unit.valid_until) for unit in units_of(tree)]
    content = table(list(unit_rows(units_of(tree))), kind)
    outcome = import_units(tree, content, DAY)
    tree.commit()
    assert counted(outcome) == (0, 0, 0, len(before) + 1 + len(HOSTILE))
    assert [(unit.code, unit.name_vi, unit.valid_until) for unit in units_of(tree)] == before


def test_the_exported_tree_makes_the_same_tree_elsewhere(tree: Session) -> None:
    merge_units(tree, [find_unit(tree, "X1")], find_unit(tree, "X2"), DAY)
    rows = list(unit_rows(units_of(tree)))
    for row in rows[1:]:
        row[0], row[1], row[9] = (f"N{cell}" if cell else cell for cell in (row[0], row[1], row[9]))
    outcome = import_units(tree, table(rows, "xlsx"), DAY)
    assert counted(outcome) == (7, 0, 0, 0)
    copied, moved = find_unit(tree, "NX1"), find_unit(tree, "NX1-Q")
    assert copied.successor is not None
    assert moved.parent is not None
    assert (copied.valid_until, copied.successor.code, moved.parent.code) == (DAY, "NX2", "NX2")
    assert moved.path == f"{find_unit(tree, 'NX2').path}{moved.id}/"
    assert counted(import_units(tree, table(rows, "xlsx"), DAY)) == (0, 0, 0, 7)


def test_a_file_adds_changes_and_closes_and_one_spelling_is_one_name(tree: Session) -> None:
    rows = [["code", "parent", "kind", "name_vi", "valid_until"], ["X3", "T", "commune", "Xã Đổi", ""]]
    rows += [["X2", "T", "commune", "Đơn vị X2", "31/12/2026"], ["X4", "X3", "room", "Phòng", ""]]
    decomposed = [[unicodedata.normalize("NFD", cell) for cell in row] for row in rows]
    assert counted(import_units(tree, table(decomposed, "csv"), DAY)) == (1, 1, 1, 0)
    assert (find_unit(tree, "X3").name_vi, find_unit(tree, "X2").valid_until) == ("Xã Đổi", date(2026, 12, 31))
    tree.commit()
    assert counted(import_units(tree, table(rows, "csv"), DAY)) == (0, 0, 0, 3)


def test_every_fault_of_a_file_is_named_and_nothing_is_done(tree: Session) -> None:
    rows = [
        ["Mã", "Mã đơn vị cấp trên", "Loại", "Tên", "Đến ngày"],
        ["Y1", "T", "commune", "x" * 301, ""],
        ["a b", "T", "commune", "Tên", "hôm qua"],
        ["X1-Q", "X2", "room", "Đơn vị X1-Q", ""],
        ["Q7", "", "Quầy", "Quầy", ""],
        ["Y2", "T", "room", "Tên", ""],
        ["Y2", "T", "room", "Tên", ""],
    ]
    with pytest.raises(TableError) as caught:
        import_units(tree, table(rows, "csv"), DAY)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "Tên"),
        (3, "Mã"),
        (3, "Đến ngày"),
        (4, "Mã đơn vị cấp trên"),
        (5, "Mã đơn vị cấp trên"),
        (7, "Mã"),
    ]
    tree.rollback()
    assert len(units_of(tree)) == 6
    with pytest.raises(TableError, match="1 errors") as refused:
        import_units(tree, table([rows[0], ["T", "", "province", "Đơn vị T", "2026-09-30"]], "csv"), DAY)
    assert "still has" in str(refused.value.faults[0])
    with pytest.raises(BoundedError):
        import_units(tree, b"\0" * (6 << 20), DAY)


def test_nothing_outside_the_administered_units_is_touched(tree: Session) -> None:
    within = (find_unit(tree, "X1").path,)
    head = ["code", "parent", "kind", "name_vi"]
    for row in (["X2", "T", "commune", "Mới"], ["N", "T", "commune", "Mới"], ["N", "", "province", "Mới"]):
        with pytest.raises(TableError, match="1 errors"):
            import_units(tree, table([head, row], "csv"), DAY, within)
        tree.rollback()
    inside = [head, ["N", "X1", "room", "Mới"], ["N2", "N", "room", "Mới"], ["Q2", "X1", "counter", "Quầy"]]
    assert counted(import_units(tree, table(inside, "csv"), DAY, within)) == (3, 0, 0, 0)


def test_a_catalogue_of_procedures_comes_in_unchanged(session: Session) -> None:
    rows = [["Mã", "Mã lĩnh vực", "Tên", "Đến ngày"], ["HT", "", HOSTILE[0], ""], ["1.1", "HT", HOSTILE[1], ""]]
    assert counted(import_services(session, table(rows, "csv"), DAY)) == (2, 0, 0, 0)
    session.commit()
    fields, services = session.scalars(select(ProcedureField)).all(), session.scalars(select(Service)).all()
    exported = list(service_rows(fields, services))
    for kind in ("csv", "xlsx"):
        assert counted(import_services(session, table(exported, kind), DAY)) == (0, 0, 0, 2)
    rows[2] = ["1.1", "HT", "Khai sinh", "31/12/2026"]
    assert counted(import_services(session, table(rows, "csv"), DAY)) == (0, 0, 1, 1)
    assert (services[0].name_vi, services[0].valid_until) == ("Khai sinh", date(2026, 12, 31))


def test_a_number_of_a_published_wave_is_changed_only_as_a_correction(tree: Session) -> None:
    audit.attribute(tree, audit.Actor("account", "Lê Tổng Hợp"))
    for code, refused in (("X1-P", True), ("X1", True), ("T", True), ("X1-Q", False), ("X2", False)):
        unit = find_unit(tree, code)
        if refused:
            with pytest.raises(TransactionsError, match="give the reason"):
                set_transactions(tree, unit, *HALF, 10)
        else:
            set_transactions(tree, unit, *HALF, 10)
    month = (date(2026, 2, 1), date(2026, 2, 28))
    with pytest.raises(TransactionsError, match="give the reason"):
        set_transactions(tree, find_unit(tree, "X1-P"), *month, 10, reason=" \n ")
    set_transactions(tree, find_unit(tree, "X1-P"), date(2026, 7, 1), date(2026, 12, 31), 10)
    set_transactions(tree, find_unit(tree, "X1-P"), *HALF, 10, reason="Cộng nhầm")
    set_transactions(tree, find_unit(tree, "X1-P"), *HALF, 10)
    set_transactions(tree, find_unit(tree, "X1-P"), *HALF, 12, reason="Bổ sung")
    tree.commit()
    kept = tree.scalars(select(TransactionCorrection).order_by(TransactionCorrection.id)).all()
    assert [(one.before, one.after, one.reason, one.corrected_by) for one in kept] == [
        (None, 10, "Cộng nhầm", "Lê Tổng Hợp"),
        (10, 12, "Bổ sung", "Lê Tổng Hợp"),
    ]


def test_numbers_are_recorded_all_or_none_within_reach(tree: Session) -> None:
    within = (find_unit(tree, "X2").path,)
    rows = [TransactionRow(1, "X2", *HALF, 5), TransactionRow(2, "X3", *HALF, 5), TransactionRow(3, "X2", *HALF, 6)]
    with pytest.raises(TableError) as caught:
        record_transactions(tree, rows, within)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "unit"), (3, "unit")]
    tree.rollback()
    assert tree.scalar(select(func.count()).select_from(TransactionCount)) == 0
    with pytest.raises(TableError) as caught:
        record_transactions(tree, [TransactionRow(4, "X1-P", *HALF, 5), TransactionRow(5, "X2", *reversed(HALF), 5)])
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(4, "reason"), (5, "period")]
    tree.rollback()
    assert counted(record_transactions(tree, rows[:2])) == (2, 0, 0, 0)
    tree.commit()
    changed = [TransactionRow(1, "X2", *HALF, 5), TransactionRow(2, "X3", *HALF, 7)]
    assert counted(record_transactions(tree, changed)) == (0, 1, 0, 1)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_numbers_come_from_a_file(tree: Session, kind: str) -> None:
    head = ["Mã đơn vị", "Tên đơn vị", "Từ ngày", "Đến ngày", "Số hồ sơ", "Lý do điều chỉnh"]
    rows: list[list[Cell]] = [head, ["X2", "", *HALF, 12500, ""], ["X3", "", *HALF, None, ""]]
    rows.append(["X1-P", "", "01/01/2026", "30/06/2026", "1.250", "Bổ sung"])
    assert counted(import_transactions(tree, table(rows, kind))) == (2, 0, 0, 0)
    tree.commit()
    numbers = select(Unit.code, TransactionCount.transactions).join(TransactionCount.unit).order_by(Unit.code)
    assert [tuple(row) for row in tree.execute(numbers)] == [("X1-P", 1250), ("X2", 12500)]
    with pytest.raises(TableError) as caught:
        import_transactions(tree, table([head, ["X1-P", "", *HALF, 9, ""], ["X9", "", *HALF, 9, ""]], kind))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, head[5]), (3, head[0])]


def test_an_upload_is_its_owners_alone_and_for_a_day(session: Session) -> None:
    root = make_unit(session, code="T", kind="province")
    owner, other = (make_account(session, "administrator", root).id for _ in range(2))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    kept = keep_upload(session, account_id=owner, kind="units", file_name="a.csv", content=b"a", at=now)
    assert find_upload(session, kept.id, account_id=owner, kind="units", at=now).content == b"a"
    for who, kind, at in ((other, "units", now), (owner, "services", now), (owner, "units", now + timedelta(days=2))):
        with pytest.raises(UploadError, match="too long"):
            find_upload(session, kept.id, account_id=who, kind=kind, at=at)
    keep_upload(session, account_id=other, kind="units", file_name="b", content=b"b", at=now + timedelta(days=2))
    assert session.scalars(select(PlaceUpload.account_id)).all() == [other]
    assert session.get(Account, owner) is not None


def test_the_same_changes_have_the_same_fingerprint() -> None:
    one = RowChange(2, "change", "commune", "X1", "Xã", (("name_vi", "Xa", "Xã"),))
    other = RowChange(2, "change", "commune", "X1", "Xã", (("name_vi", "Xo", "Xã"),))
    assert fingerprint(Outcome([one])) == fingerprint(Outcome([one])) != fingerprint(Outcome([other]))


def test_a_large_tree_is_imported_in_one_go(session: Session) -> None:
    rows = [["code", "parent", "kind", "name_vi"], ["T", "", "province", "Tỉnh"]]
    rows += [[f"X{number}", "T", "commune", f"Xã {number}"] for number in range(1500)]
    rows += [["Q", f"X{number}", "counter", "Quầy"] for number in range(1500)]
    content = io.StringIO()
    csv.writer(content).writerows(rows)
    assert counted(import_units(session, content.getvalue().encode(), DAY)) == (3001, 0, 0, 0)
    assert session.scalar(select(func.count()).select_from(Counter)) == 1500

"""Thousands of places at once: planned while others write, written whole, and noted as if each were changed by hand."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.models import AuditEntry, Counter, TransactionCount, Unit
from survey.operations import place_writing, unit_files
from survey.operations.audit import Actor, attribute
from survey.operations.place_tables import TableError
from survey.operations.transaction_files import import_transactions
from survey.operations.unit_files import import_units
from survey.operations.units import close_unit, find_unit
from survey.operations.writing import begin_write
from tests.factories import make_counter, make_unit

DAY = date(2026, 9, 30)
HEAD = ["code", "parent", "kind", "name_vi", "valid_until", "successor"]


def table(*rows: list[str], head: list[str] = HEAD) -> bytes:
    content = io.StringIO()
    csv.writer(content).writerows([head, *rows])
    return content.getvalue().encode()


@pytest.fixture
def province(session: Session) -> Session:
    """T with X1 (counter Q1) and X2."""
    top = make_unit(session, code="T", kind="province", name_vi="Tỉnh")
    first, _ = (make_unit(session, code=code, parent=top, name_vi=f"Xã {code}") for code in ("X1", "X2"))
    make_counter(session, first, code="Q1", name_vi="Quầy")
    session.commit()
    attribute(session, Actor("command", "an operator"))
    return session


def names(session: Session) -> dict[str, str]:
    session.rollback()
    return {row.code: row.name_vi for row in session.execute(select(Unit.code, Unit.name_vi))}


def test_what_a_file_does_is_noted_as_what_is_done_by_hand(province: Session) -> None:
    content = table(
        ["X1", "T", "commune", "Xã Một", "", ""],
        ["Q1", "X1", "counter", "Quầy", "2026-10-31", ""],
        ["X2", "T", "commune", "Xã X2", "2026-12-31", "X3"],
        ["X3", "T", "commune", "Xã Ba", "", ""],
        ["P", "X3", "room", "Phòng", "", ""],
        ["Q2", "P", "counter", "Quầy", "", ""],
    )
    import_units(province, content, DAY)
    province.commit()
    noted = {(entry.action, entry.subject): entry for entry in province.scalars(select(AuditEntry))}
    assert len(noted) == province.scalar(select(func.count()).select_from(AuditEntry)) == 6
    room, new = find_unit(province, "P"), find_unit(province, "X3")
    desk = province.scalars(select(Counter).where(Counter.code == "Q2")).one()
    assert (room.path, new.path) == (f"{new.path}{room.id}/", f"{find_unit(province, 'T').path}{new.id}/")
    assert find_unit(province, "X2").successor is new

    added = noted["unit.create", "P"]
    assert (added.actor, added.unit_path, added.before) == ("an operator", room.path, None)
    told = {"id": room.id, "code": "P", "parent_id": new.id, "path": room.path, "kind": "room", "name_vi": "Phòng"}
    told |= {"name_en": "", "one_stop_vi": "", "one_stop_en": "", "valid_from": DAY.isoformat()}
    assert json.loads(added.after or "") == told
    assert noted["counter.create", "Q2"].unit_path == room.path
    assert json.loads(noted["counter.create", "Q2"].after or "")["unit_id"] == desk.unit_id == room.id
    renamed = noted["unit.change", "X1"]
    assert (json.loads(renamed.before or ""), json.loads(renamed.after or "")) == (
        {"name_vi": "Xã X1"},
        {"name_vi": "Xã Một"},
    )
    closed = noted["unit.change", "X2"]
    assert json.loads(closed.before or "") == {"successor_id": None, "valid_until": None}
    assert json.loads(closed.after or "") == {"successor_id": new.id, "valid_until": "2026-12-31"}
    assert json.loads(noted["counter.change", "Q1"].after or "") == {"valid_until": "2026-10-31"}


def test_others_write_while_a_file_is_read_and_planned(
    province: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, written = unit_files._planned, []

    def planned(*arguments: object) -> object:
        with Session(engine) as other:
            begin_write(other)
            make_unit(other, code=f"N{len(written)}")
            other.commit()
            written.append(True)
        monkeypatch.setattr(unit_files, "_planned", plan)
        return plan(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(unit_files, "_planned", planned)
    import_units(province, table(["X1", "T", "commune", "Xã Một", "", ""]), DAY)
    province.commit()
    assert names(province) == {"T": "Tỉnh", "X1": "Xã Một", "X2": "Xã X2", "N0": "Đơn vị N0"}


def test_what_others_changed_meanwhile_is_looked_at_again(
    province: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed_before(session: Session) -> None:
        with Session(engine) as other:
            begin_write(other)
            close_unit(other, find_unit(other, "X2"), DAY)
            other.commit()
        begin_write(session)

    monkeypatch.setattr(unit_files, "begin_write", closed_before)
    with pytest.raises(TableError) as caught:
        import_units(province, table(["X3", "T", "commune", "Ba", "", ""], ["P", "X2", "room", "P", "", ""]), DAY)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "parent")]
    assert sorted(names(province)) == ["T", "X1", "X2"]


def test_a_fault_while_it_is_written_leaves_nothing(province: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(place_writing, "record_all", broken)
    with pytest.raises(RuntimeError):
        import_units(province, table(["X1", "T", "commune", "Một", "", ""], ["X3", "T", "commune", "Ba", "", ""]), DAY)
    assert names(province) == {"T": "Tỉnh", "X1": "Xã X1", "X2": "Xã X2"}
    assert province.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_new_numbers_of_transactions_are_noted_each(province: Session) -> None:
    head = ["unit", "period_start", "period_end", "transactions"]
    half = ["2026-01-01", "2026-06-30"]
    import_transactions(province, table(["X1", *half, "5"], ["X2", *half, "7"], head=head))
    province.commit()
    stored = {row.unit.path: row for row in province.scalars(select(TransactionCount))}
    noted = province.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in noted] == ["transaction_count.create"] * 2
    for entry in noted:
        row = stored[entry.unit_path or ""]
        assert entry.subject == str(row.id)
        days = {"period_start": half[0], "period_end": half[1]}
        told = {"id": row.id, "unit_id": row.unit_id, **days, "transactions": row.transactions}
        assert json.loads(entry.after or "") == told

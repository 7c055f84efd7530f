"""The tree of units: paths follow moves, mergers keep history, nonsense is refused with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from survey.models import TransactionCount, Unit
from survey.operations import services, transactions, units
from survey.operations.units import UnitError
from tests.factories import make_counter, make_unit

PERIOD = (date(2026, 1, 1), date(2026, 6, 30))


@pytest.fixture
def province(session: Session) -> Unit:
    return make_unit(session, code="T", kind="province")


def test_a_path_spells_the_ids_from_the_root(session: Session, province: Unit) -> None:
    department = make_unit(session, code="SNV", kind="department", parent=province)
    room = make_unit(session, code="SNV-P1", kind="room", parent=department)
    assert province.path == f"/{province.id}/"
    assert room.path == f"/{province.id}/{department.id}/{room.id}/"
    assert [unit.code for unit in units.subtree(session, department)] == ["SNV", "SNV-P1"]


def test_a_code_is_taken_once(session: Session, province: Unit) -> None:
    with pytest.raises(UnitError) as refused:
        make_unit(session, code="T")
    assert refused.value.code == "code_taken"
    assert str(refused.value) == "There is a unit with the code T already."


@pytest.mark.parametrize("code", ["", "a/b", "-a", "a b", "a" * 41])
def test_a_code_can_stand_in_an_address(session: Session, province: Unit, code: str) -> None:
    for change in (lambda: make_unit(session, code=code), lambda: make_counter(session, province, code=code)):
        with pytest.raises(UnitError) as refused:
            change()
        assert refused.value.code == "code_form"
    assert make_unit(session, code="Đ.1-a_b").code == "Đ.1-a_b"


def test_moving_a_unit_takes_everything_below_it_along(session: Session, province: Unit) -> None:
    old = make_unit(session, code="A", parent=province)
    new = make_unit(session, code="B", parent=province)
    child = make_unit(session, code="C", kind="room", parent=old)
    grandchild = make_unit(session, code="D", kind="room", parent=child)
    beside = make_unit(session, code="E", kind="room", parent=old)
    units.move_unit(session, child, new)
    session.expire_all()
    assert child.path == f"/{province.id}/{new.id}/{child.id}/"
    assert grandchild.path == f"/{province.id}/{new.id}/{child.id}/{grandchild.id}/"
    assert beside.path == f"/{province.id}/{old.id}/{beside.id}/"
    assert child.parent_id == new.id


def test_a_unit_moves_to_the_root(session: Session, province: Unit) -> None:
    child = make_unit(session, code="A", parent=province)
    grandchild = make_unit(session, code="B", kind="room", parent=child)
    units.move_unit(session, child, None)
    session.expire_all()
    assert (child.path, grandchild.path) == (f"/{child.id}/", f"/{child.id}/{grandchild.id}/")


@pytest.mark.parametrize("target", ["A", "B"])
def test_no_unit_hangs_under_itself(session: Session, province: Unit, target: str) -> None:
    unit = make_unit(session, code="A", parent=province)
    make_unit(session, code="B", kind="room", parent=unit)
    with pytest.raises(UnitError) as refused:
        units.move_unit(session, unit, units.find_unit(session, target))
    assert refused.value.code == "below_itself"


def test_a_merger_keeps_the_old_units_and_hands_over_what_is_below(session: Session, province: Unit) -> None:
    first = make_unit(session, code="X1", parent=province)
    second = make_unit(session, code="X2", parent=province)
    room = make_unit(session, code="X1-P", kind="room", parent=first)
    counter = make_counter(session, first, code="Q1")
    session.refresh(first)
    units.merge_units(session, [first], second, date(2026, 6, 30))
    session.expire_all()
    assert (first.valid_until, first.successor_id) == (date(2026, 6, 30), second.id)
    assert counter.valid_until == date(2026, 6, 30)
    assert room.parent_id == second.id
    assert room.path.startswith(second.path)
    assert room.valid_until is None
    existing = {unit.code for unit in units.subtree(session, province, on=date(2026, 7, 1))}
    assert existing == {"T", "X2", "X1-P"}
    assert "X1" in {unit.code for unit in units.subtree(session, province, on=date(2026, 6, 30))}


def test_a_unit_with_units_below_it_is_not_closed(session: Session, province: Unit) -> None:
    make_unit(session, code="A", parent=province)
    with pytest.raises(UnitError) as refused:
        units.close_unit(session, province, date(2026, 6, 30))
    assert (refused.value.code, refused.value.parameters["count"]) == ("has_units", 1)


def test_what_is_closed_takes_nothing_new(session: Session, province: Unit) -> None:
    unit = make_unit(session, code="A", parent=province)
    units.close_unit(session, unit, date(2026, 6, 30))
    for change, code in (
        (lambda: make_unit(session, code="B", parent=unit), "parent_closed"),
        (lambda: make_counter(session, unit, code="Q"), "closed"),
        (lambda: units.close_unit(session, unit, date(2026, 7, 1)), "closed"),
        (lambda: units.move_unit(session, province, unit), "below_itself"),
    ):
        with pytest.raises(UnitError) as refused:
            change()
        assert refused.value.code == code


def test_nothing_ends_before_it_began(session: Session, province: Unit) -> None:
    counter = make_counter(session, province, code="Q1")
    for change in (
        lambda: units.close_unit(session, province, date(2020, 1, 1)),
        lambda: units.close_counter(session, counter, date(2020, 1, 1)),
    ):
        with pytest.raises(UnitError) as refused:
            change()
        assert refused.value.code == "before_it_began"


def test_a_counter_code_is_unique_in_its_unit_only(session: Session, province: Unit) -> None:
    other = make_unit(session, code="A", parent=province)
    make_counter(session, province, code="Q1")
    assert make_counter(session, other, code="Q1").unit_id == other.id
    with pytest.raises(UnitError) as refused:
        make_counter(session, province, code="Q1")
    assert refused.value.code == "counter_code_taken"
    assert units.find_counter(session, other, "Q1").unit_id == other.id
    with pytest.raises(UnitError):
        units.find_counter(session, other, "Q9")


def test_transactions_are_replaced_by_set_and_defended_by_confirm(session: Session, province: Unit) -> None:
    transactions.confirm_transactions(session, province, *PERIOD, 120)
    transactions.confirm_transactions(session, province, *PERIOD, 120)
    with pytest.raises(transactions.TransactionsError) as refused:
        transactions.confirm_transactions(session, province, *PERIOD, 121)
    assert (refused.value.code, refused.value.parameters["known"]) == ("contradicts", 120)
    transactions.set_transactions(session, province, *PERIOD, 121)
    assert [row.transactions for row in session.query(TransactionCount)] == [121]
    with pytest.raises(transactions.TransactionsError):
        transactions.set_transactions(session, province, *PERIOD, -1)


def test_services_belong_to_fields_and_end(session: Session) -> None:
    field = services.create_field(session, code="HT", name_vi="Hộ tịch")
    service = services.create_service(
        session, field, code="1.001193", name_vi="Đăng ký khai sinh", valid_from=date(2025, 7, 1)
    )
    with pytest.raises(services.ServiceError) as refused:
        services.create_field(session, code="HT", name_vi="Hộ tịch")
    assert refused.value.code == "field_taken"
    services.close_service(session, service, date(2026, 1, 1))
    with pytest.raises(services.ServiceError) as refused:
        services.close_service(session, service, date(2026, 1, 2))
    assert refused.value.code == "closed"

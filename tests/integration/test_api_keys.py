"""API keys: made within reach, kept as hashes, let in until their last day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from survey.accounts import api_keys
from survey.accounts.api_keys import ApiKeyError, make_key, read_key
from survey.accounts.policy import Grant
from survey.accounts.scope import Scope
from survey.models import ApiKey, Unit
from tests.factories import make_unit

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
TODAY = date(2026, 3, 16)


@pytest.fixture
def unit(session: Session) -> Unit:
    return make_unit(session, code="X01", parent=make_unit(session, code="T", kind="province"))


def made(session: Session, unit: Unit, **changes: object) -> tuple[ApiKey, str]:
    terms: dict[str, object] = {
        "name": "Máy tính bảng",
        "roles": ["entry"],
        "valid_until": date(2026, 12, 31),
        "reach": [Grant("administrator", "/")],
        "made_by_id": None,
        "at": NOW,
        "today": TODAY,
    }
    return make_key(session, unit=unit, **(terms | changes))  # type: ignore[arg-type]


def test_a_key_opens_and_its_text_stands_in_no_column(session: Session, unit: Unit) -> None:
    key, text = made(session, unit, roles=["viewer", "entry", "viewer"])
    session.commit()
    found = read_key(session, text, TODAY)
    assert found is key
    assert sorted(api_keys.grants_of(key)) == [Grant("entry", unit.path), Grant("viewer", unit.path)]
    secret = text.split("_", 2)[2]
    assert len(secret) >= 43
    for column in inspect(ApiKey).columns:
        value = getattr(key, column.key)
        assert secret not in str(value)
        assert secret.encode() != value


def test_two_keys_never_share_a_text(session: Session, unit: Unit) -> None:
    assert len({made(session, unit)[1] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "text", ["", "sipas", "sipas__", "sipas_12345678", "sipas_12345678_", "x_12345678_y", "sipas_\0_y"]
)
def test_other_texts_open_nothing(session: Session, unit: Unit, text: str) -> None:
    made(session, unit)
    assert read_key(session, text, TODAY) is None


def test_a_key_ends_with_its_last_day_or_when_it_is_revoked(session: Session, unit: Unit) -> None:
    key, text = made(session, unit)
    assert read_key(session, text, date(2026, 12, 31)) is key
    assert read_key(session, text, date(2027, 1, 1)) is None
    api_keys.revoke_key(session, key, NOW)
    assert read_key(session, text, TODAY) is None
    with pytest.raises(ApiKeyError, match="revoked"):
        api_keys.revoke_key(session, key, NOW)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"roles": []}, "no_role"),
        ({"roles": ["emperor"]}, "role_unknown"),
        ({"name": "\u200b"}, "no_name"),
        ({"valid_until": date(2026, 3, 15)}, "past"),
        ({"valid_until": date(2028, 3, 17)}, "too_long"),
        ({"reach": []}, "out_of_reach"),
        ({"reach": [Grant("manager", "/")]}, "out_of_reach"),
        ({"reach": [Grant("administrator", "/999/")]}, "out_of_reach"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    session: Session, unit: Unit, change: dict[str, object], code: str
) -> None:
    with pytest.raises(ApiKeyError) as refused:
        made(session, unit, **change)
    assert refused.value.code == code


def test_an_administrator_of_the_unit_makes_keys_for_what_is_below_and_not_above(session: Session, unit: Unit) -> None:
    room = make_unit(session, code="X01.P", kind="room", parent=unit)
    own = [Grant("administrator", unit.path)]
    made(session, room, reach=own)
    assert unit.parent is not None
    with pytest.raises(ApiKeyError):
        made(session, unit.parent, reach=own)


def test_a_moved_unit_takes_its_key_along(session: Session, unit: Unit) -> None:
    key, _ = made(session, unit)
    unit.path = "/7/8/"
    assert api_keys.grants_of(key) == (Grant("entry", "/7/8/"),)


def test_keys_are_listed_in_pages_within_reach(session: Session, unit: Unit) -> None:
    other = make_unit(session, code="X02", parent=unit.parent)
    mine = [made(session, unit)[0].id for _ in range(api_keys.PAGE + 1)]
    made(session, other)
    first, following = api_keys.keys(session, Scope((unit.path,)))
    assert [key.id for key in first] == mine[:0:-1]
    rest, end = api_keys.keys(session, Scope((unit.path,)), following)
    assert ([key.id for key in rest], end) == (mine[:1], None)
    assert api_keys.keys(session, Scope(()))[0] == []

"""What a commune's reader is shown of the province's waves: numbers and offers of its own units, and of no others."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.models import PaperBatch, Unit
from tests.factories import NOW, make_collector, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in

SignedIn = Callable[[str, str], CheckingClient]


@pytest.fixture
def units(staff_session: Session) -> dict[str, Unit]:
    """A province T with the communes X1 and X2. The wave W asks both, by one collector and two; V asks X2 alone, of
    which there is a batch of paper forms."""
    session = staff_session
    root = make_unit(session, code="T", kind="province")
    units = {"T": root} | {code: make_unit(session, code=code, parent=root) for code in ("X1", "X2")}
    asked = make_questionnaire(session)
    both = make_wave(session, code="W", units=[units["X1"], units["X2"]], questionnaire=asked, state="open")
    other = make_wave(session, code="V", units=[units["X2"]], questionnaire=asked, state="open")
    for code in ("X1", "X2", "X2"):
        make_collector(session, both, units[code])
    day = NOW.date()
    session.add(
        PaperBatch(
            code="B7KQ2", wave=other, unit=units["X2"], forms_expected=1, collected_from=day, collected_until=day,
            created_at=NOW, created_by_id=make_account(session, "entry", root).id,
        )
    )  # fmt: skip
    session.commit()
    return units


@pytest.fixture
def signed_in(staff_app: Flask, staff_session: Session, units: dict[str, Unit]) -> SignedIn:
    def enter(role: str, code: str) -> CheckingClient:
        client = staff_app.test_client()
        assert isinstance(client, CheckingClient)
        sign_in(client, make_account(staff_session, role, units[code]))
        return client

    return enter


def text(client: CheckingClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return html_of(answer)


@pytest.mark.parametrize(("place", "units_asked", "collectors"), [("X1", 1, 1), ("T", 2, 3)])
def test_a_wave_is_counted_within_reach(signed_in: SignedIn, place: str, units_asked: int, collectors: int) -> None:
    client = signed_in("viewer", place)
    row = re.search(r'<a href="/staff/dot/W">.*?</tr>', text(client, "/staff/dot/"), re.DOTALL)
    assert row
    assert re.findall(r'<td class="number">(\d+)</td>', row[0]) == [str(units_asked), str(collectors)]
    page = text(client, "/staff/dot/W")
    assert f"{units_asked} đơn vị tham gia" in page
    assert f"{collectors} điểm thu" in page


def test_collectors_are_not_counted_for_whoever_may_not_read_them(signed_in: SignedIn) -> None:
    page = text(signed_in("reviewer", "X1"), "/staff/dot/")
    row = re.search(r'<a href="/staff/dot/W">.*?</tr>', page, re.DOTALL)
    assert row
    assert re.findall(r'<td class="number">(\d+)</td>', row[0]) == ["1"]


@pytest.mark.parametrize(("place", "offered"), [("X1", ["W"]), ("X2", ["V", "W"]), ("T", ["V", "W"])])
@pytest.mark.parametrize("address", ["/staff/nhap-phieu/moi", "/staff/nhap-tep/moi"])
def test_only_waves_that_ask_ones_units_take_forms_and_files(
    signed_in: SignedIn, address: str, place: str, offered: list[str]
) -> None:
    page = text(signed_in("entry", place), address)
    assert sorted(re.findall(r'<option[^>]* value="(\w)">', page)) == offered


def test_a_batch_is_begun_only_where_the_wave_asks(signed_in: SignedIn) -> None:
    own, above = signed_in("entry", "X1"), signed_in("entry", "T")
    assert above.get("/staff/nhap-phieu/moi?wave=V&unit=X2").location == "/staff/nhap-phieu/moi/V/X2"
    assert "Đơn vị X1 không tham gia đợt V" in text(above, "/staff/nhap-phieu/moi?wave=V&unit=X1")
    assert own.get("/staff/nhap-phieu/moi/W/X1").status_code == 200
    assert own.get("/staff/nhap-phieu/moi/V/X1").status_code == 404


@pytest.mark.parametrize(("place", "listed"), [("X1", []), ("X2", ["V"])])
def test_batches_are_filtered_by_waves_that_have_some_within_reach(
    signed_in: SignedIn, place: str, listed: list[str]
) -> None:
    page = text(signed_in("entry", place), "/staff/nhap-phieu/?state=open")
    assert re.findall(r'<option[^>]* value="(V|W)">', page) == listed

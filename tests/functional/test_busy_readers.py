"""Where as many files are being read as may be, pages say so with 503 and keep what was typed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ImportRun, Unit
from survey.operations import bounded
from survey.operations.slots import held_slot
from tests.factories import make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

SENTENCE = "Đang có tệp khác được đọc, xin thử lại sau ít phút."
PLACES = "/staff/don-vi/-/nhap"
IMPORTS = "/staff/nhap-tep"


@pytest.fixture
def root(staff_session: Session) -> Unit:
    root = make_unit(staff_session, code="T", kind="province")
    make_wave(staff_session, code="W", units=[root], state="open")
    staff_session.commit()
    return root


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ExitStack]:
    """Other people's files, read until this is closed; nobody waits for them."""
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    monkeypatch.setattr(bounded, "WAIT_SECONDS", 0)
    with ExitStack() as reading:
        yield reading


def read_others(others: ExitStack, folder: Path) -> None:
    for _ in range(bounded.AT_ONCE):
        others.enter_context(held_slot(folder, "reader", bounded.AT_ONCE, 0))


def uploaded(content: str, **typed: str) -> dict[str, object]:
    return {**typed, "file": (io.BytesIO(content.encode()), "tep.csv")}


def test_a_file_of_places_waits_at_the_look_and_at_the_confirmation(
    staff_session: Session, staff_client: CheckingClient, root: Unit, others: ExitStack, tmp_path: Path
) -> None:
    sign_in(staff_client, make_account(staff_session, "administrator", root))
    table = "code,parent,kind,name_vi\nX9,T,commune,Xã Chín\n"
    seen = html_of(post(staff_client, PLACES, uploaded(table), content_type="multipart/form-data"))
    fields = {name: re.search(rf'name="{name}" value="(\w+)"', seen)[1] for name in ("upload", "seen")}  # type: ignore[index]
    read_others(others, tmp_path)
    refused = post(staff_client, PLACES, uploaded(table), content_type="multipart/form-data")
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert SENTENCE in html_of(refused)
    refused = post(staff_client, PLACES, fields)
    assert refused.status_code == 503
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html_of(refused)))
    assert fields.items() <= kept.items()
    others.close()
    assert staff_client.post(PLACES, data=kept).status_code == 302
    assert staff_session.scalar(select(Unit.name_vi).where(Unit.code == "X9")) == "Xã Chín"


def test_a_file_of_answers_waits_at_each_step(
    staff_session: Session, staff_client: CheckingClient, root: Unit, others: ExitStack, tmp_path: Path
) -> None:
    sign_in(staff_client, make_account(staff_session, "entry", root))
    typed = {"wave": "W", "unit": "T – Đơn vị T", "channel": "phone", "trust": "assisted"}
    sent = uploaded("access_1\n5\n4\n", **typed)
    read_others(others, tmp_path)
    refused = post(staff_client, f"{IMPORTS}/moi", sent, content_type="multipart/form-data")
    assert refused.status_code == 503
    page = html_of(refused)
    assert SENTENCE in page
    assert re.search(r'<option selected value="phone"', page)
    others.close()
    sent = uploaded("access_1\n5\n4\n", **typed)
    columns = post(staff_client, f"{IMPORTS}/moi", sent, content_type="multipart/form-data").location
    plan = {"column": "access_1", "day": "2026-03-10", "date_order": "dmy", "step": "try"}
    trial = post(staff_client, columns, plan).location
    file = columns.removesuffix("/cot")
    read_others(others, tmp_path)
    assert staff_client.get(columns).status_code == 503
    assert staff_client.get(trial).status_code == 503
    others.close()
    token = re.search(r'name="csrf_token" value="([^"]+)"', html_of(staff_client.get(trial)))
    assert token is not None
    read_others(others, tmp_path)
    for step, more in (("cot", {**plan, "column": ["access_1", "<b>"]}), ("nhap", {})):
        refused = staff_client.post(f"{file}/{step}", data={"csrf_token": token[1], **more})
        assert refused.status_code == 503
        assert SENTENCE in html_of(refused)
        assert html_of(refused).count('name="column"') == len(more.get("column", []))
    assert staff_session.scalar(select(ImportRun.id)) is None
    others.close()
    assert staff_client.post(f"{file}/nhap", data={"csrf_token": token[1]}).location == f"{IMPORTS}/"

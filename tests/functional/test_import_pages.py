"""The import wizard by HTTP: a file looked at, mapped, tried, imported or given up; hostile cells; who may what."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library import standard
from survey.accounts.models import Account
from survey.models import AuditEntry, ImportDraft, ImportRun, Response, Seal, Unit, Wave
from tests.factories import NOW, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

ROOT = "/staff/nhap-tep"
EXPORTS = Path(__file__).parents[1] / "data" / "exports"
HOSTILE = '<script>alert(1)</script>"=HYPERLINK("x")'


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the pages write is tested on both databases below them."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _within_the_period():  # type: ignore[no-untyped-def]
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def wave(session: Session) -> Wave:
    top = make_unit(session, code="T", kind="province")
    names = {"TP": "UBND phường Trần Phú", "ST": "UBND xã Sông Trà"}
    units = [make_unit(session, code=code, parent=top, name_vi=name) for code, name in names.items()]
    wave = make_wave(
        session, code="W", units=units, questionnaire=make_questionnaire(session, standard("counter")), state="open"
    )
    session.commit()
    return wave


@pytest.fixture
def enter(session: Session, staff_app: Flask, wave: Wave) -> Callable[..., CheckingClient]:
    """Sign somebody in with a role on a unit."""

    def enter(role: str = "entry", unit: str = "T", account: Account | None = None) -> CheckingClient:
        client = staff_app.test_client()
        assert isinstance(client, CheckingClient)
        place = session.scalars(select(Unit).where(Unit.code == unit)).one()
        sign_in(client, account or make_account(session, role, place))
        return client

    return enter


def upload(client: CheckingClient, content: bytes | str, name: str = "phieu.csv", **changes: str) -> object:
    body = content if isinstance(content, bytes) else content.encode()
    data = {"wave": "W", "unit": "T – Đơn vị T", "channel": "import", "trust": "open", **changes}
    return post(client, f"{ROOT}/moi", {**data, "file": (io.BytesIO(body), name)}, content_type="multipart/form-data")


def said(answer: object) -> str:
    return html_of(answer)  # type: ignore[arg-type]


def map_columns(client: CheckingClient, file: str, **data: object) -> str:
    answer = post(client, f"{file}/cot", {"step": "try", "day": "2026-03-10", "date_order": "dmy", **data})
    return answer.headers.get("Location") or html_of(answer)


def test_a_file_goes_through_the_steps(enter: Callable[..., CheckingClient], session: Session) -> None:
    client = enter()
    assert "Chưa nhập tệp nào" in html_of(client.get(f"{ROOT}/"))
    location = upload(client, "unit,q01,q02\nTP,5,Tuyệt\nST,4,5\n").headers["Location"]  # type: ignore[attr-defined]
    file = location.removesuffix("/cot")
    page = html_of(client.get(location))
    assert '<option value="access_signs" selected>' in page
    assert "Tuyệt" in page
    targets = [":unit", "access_signs", "access_seats"]
    assert "Xin cho biết các từ đánh dấu bên dưới" in map_columns(client, file, column=targets)
    word = {"column": targets, "word": "satisfaction\ttuyet", "meaning": "5"}
    assert map_columns(client, file, **word) == f"{file}/thu"
    page = html_of(client.get(f"{file}/thu"))
    assert "UBND phường Trần Phú" in page
    assert "Nhập phiếu" in page
    assert '<option value="5" selected>5 – Rất hài lòng' in html_of(client.get(f"{file}/cot"))
    page = html_of(post(client, f"{file}/nhap", page=f"{file}/thu", follow_redirects=True))
    assert "Đã nhập 2 phiếu mới; 0 phiếu đã có từ trước." in page
    assert session.scalars(select(func.count()).select_from(Response)).one() == 2
    assert session.scalars(select(Seal.leaves)).all() == [2]
    assert session.scalars(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "import_run.create")
    ).one()
    again = said(upload(client, "unit,q01,q02\nTP,5,Tuyệt\nST,4,5\n", channel="paper", trust="paper"))
    assert "Chính tệp này đã được nhập vào đợt ngày" in again


def test_errors_are_named_by_cell_and_nothing_is_imported(
    enter: Callable[..., CheckingClient], session: Session
) -> None:
    client = enter()
    location = upload(client, f"unit,ngày,q01\nTP,31/12/2025,5\nXX,1/3/2026,5\n{HOSTILE},1/3/2026,5\n").headers[
        "Location"
    ]  # type: ignore[attr-defined]
    file = location.removesuffix("/cot")
    places = {"word": ["\txx", "\tscript alert 1 script hyperlink x"], "meaning": ["TP", "TP – UBND"]}
    page = map_columns(client, file, column=[":unit", ":date", "access_signs"], **places)
    assert page == f"{file}/thu"
    page = html_of(client.get(f"{file}/thu"))
    assert ">B2</th>" in page
    assert "nằm ngoài thời gian của đợt" in page
    assert "Nhập phiếu</button>" not in page
    answer = post(client, f"{file}/nhap", page=f"{file}/thu", follow_redirects=True)
    assert "Tệp có 1 lỗi: chưa nhập phiếu nào." in html_of(answer)
    session.rollback()
    assert session.scalars(select(func.count()).select_from(Response)).one() == 0


def test_hostile_cells_are_shown_as_text(enter: Callable[..., CheckingClient]) -> None:
    client = enter()
    cell = HOSTILE.replace('"', '""')
    content = f'"{cell}",q01,unit\n"{cell}",{HOSTILE[:25]},<b>\n'
    location = upload(client, content, name=f"{HOSTILE}.csv").headers["Location"]  # type: ignore[attr-defined]
    pages = [html_of(client.get(location)), html_of(client.get(f"{ROOT}/"))]
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "Tệp không phải CSV, cũng không phải XLSX"),
        (b"", "Tệp trống"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "Excel cũ"),
        (b"a\n" + b"x" * 20_000, "dấu ngoặc kép chưa đóng"),
    ],
)
def test_what_is_no_table_is_refused_on_the_form(
    enter: Callable[..., CheckingClient], session: Session, content: bytes, sentence: str
) -> None:
    page = said(upload(enter(), content))
    assert sentence in page or "Bảng trống" in page
    assert '<option selected value="W">' in page or 'value="W"' in page
    assert session.scalars(select(func.count()).select_from(ImportDraft)).one() == 0


def test_a_file_beyond_the_limit_is_refused(enter: Callable[..., CheckingClient]) -> None:
    answer = enter().post(
        f"{ROOT}/moi",
        data=b"--x",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(11 * 1024 * 1024)},
    )
    assert answer.status_code == 413


def test_a_clerk_imports_for_his_own_unit_only(enter: Callable[..., CheckingClient], session: Session) -> None:
    client = enter("entry", "TP")
    assert "Không có đơn vị nào như vậy" in said(upload(client, "unit,q01\nST,5\n", unit="ST"))
    file = upload(client, "unit,q01\nST,5\nTP,5\n", unit="TP").headers["Location"].removesuffix("/cot")  # type: ignore[attr-defined]
    other = enter("entry", "TP")
    for path in (f"{file}/cot", f"{file}/thu"):
        assert other.get(path).status_code == 404
    assert enter("entry", "ST").get(f"{file}/cot").status_code == 403
    map_columns(client, file, column=[":unit", "access_signs"], word="\tst", meaning="TP")
    page = html_of(client.get(f"{file}/thu"))
    assert "Nhập phiếu</button>" in page  # the word "ST" was assigned to the clerk's own unit by himself
    assert map_columns(client, file, column=[":unit", "access_signs"], word="\tst", meaning="ST").count("Trong đợt này")


def test_a_file_may_be_given_up(enter: Callable[..., CheckingClient], session: Session) -> None:
    client = enter()
    location = upload(client, (EXPORTS / "google_forms.xlsx").read_bytes(), name="gf.xlsx").headers["Location"]  # type: ignore[attr-defined]
    assert "gf.xlsx" in html_of(client.get(f"{ROOT}/"))
    page = html_of(post(client, location.replace("/cot", "/bo"), page=location, follow_redirects=True))
    assert "Đã bỏ tệp" in page
    assert session.scalars(select(func.count()).select_from(ImportDraft)).one() == 0


def test_only_the_compiler_withdraws_an_import(enter: Callable[..., CheckingClient], session: Session) -> None:
    clerk, compiler = enter(), enter("compiler")
    file = upload(clerk, "unit,q01\nTP,5\n").headers["Location"].removesuffix("/cot")  # type: ignore[attr-defined]
    map_columns(clerk, file, column=[":unit", "access_signs"])
    post(clerk, f"{file}/nhap", page=f"{file}/thu")
    run = session.scalars(select(ImportRun)).one()
    url = f"{ROOT}/lan/{run.id}"
    assert "Nhập nhầm?" not in html_of(clerk.get(url))
    assert post(clerk, f"{url}/rut", {"reason": "x"}, page=f"{ROOT}/moi").status_code == 403
    assert "Rút lại lần nhập" in html_of(post(compiler, f"{url}/rut", {"reason": " "}, page=url))
    page = html_of(post(compiler, f"{url}/rut", {"reason": "Nhầm <đợt>"}, page=url, follow_redirects=True))
    assert "Đã đánh dấu 1 phiếu" in page
    assert "Nhầm &lt;đợt&gt;" in page
    assert "đã rút lại" in html_of(clerk.get(f"{ROOT}/"))


def test_an_encoding_may_be_chosen(enter: Callable[..., CheckingClient]) -> None:
    client = enter()
    location = upload(client, "unit,q01\nTP,5 \n").headers["Location"]  # type: ignore[attr-defined]
    page = html_of(post(client, location, {"step": "reread", "encoding": "utf-16"}, follow_redirects=True))
    assert "Không đọc được chữ của tệp theo bảng mã UTF-16" in page
    page = html_of(post(client, location, {"step": "reread", "encoding": "cp1252"}))
    assert '<option value="cp1252" selected>' in page

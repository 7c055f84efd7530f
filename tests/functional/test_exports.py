"""The export page and its addresses: who may take what, what the files hold, and what the audit log says of it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyreadstat
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from forms.definition import Choice, Wording
from survey.analysis import rows as rows_module
from survey.models import Answer, AuditEntry, BatchResponse, PaperBatch, Question, Response, ResponseFlag, Unit, Wave
from tests.factories import (
    make_collector,
    make_counter,
    make_definition,
    make_questionnaire,
    make_rating,
    make_response,
    make_unit,
    make_wave,
)
from tests.hostile_texts import ATTACK, open_hostile_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
GENDER = definition.Question(
    code="gender",
    kind="single",
    label=Wording("Giới tính", "Gender"),
    wording=Wording("Giới tính của ông/bà?", "Your gender?"),
    choices=(Choice(1, Wording("Nam", "Male")), Choice(2, Wording("Nữ", "Female"))),
)
COMMENT = definition.Question(
    code="comment", kind="long_text", label=Wording("Ý kiến", "Comment"), wording=Wording("Ý kiến?", "Comment?"),
    max_length=2000,
)  # fmt: skip
HOSTILE = '=HYPERLINK("https://evil.example") <b>ệ</b>;"x"\n+1'


SignedIn = Callable[[str, Unit], CheckingClient]


class Province:
    """A province with three communes in an open wave: twelve responses in the first, three in each of the others."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.top = make_unit(session, code="T", kind="province")
        self.first = make_unit(session, code="X1", parent=self.top, name_vi="Xã Sông Trà")
        self.second = make_unit(session, code="X2", parent=self.top)
        third = make_unit(session, code="X3", parent=self.top)
        asked = make_definition(questions=[make_rating("overall_satisfaction", in_index=False), GENDER, COMMENT])
        self.wave: Wave = make_wave(
            session,
            code="W",
            units=[self.top, self.first, self.second, third],
            questionnaire=make_questionnaire(session, asked),
            state="open",
        )
        counter = make_counter(session, self.first, code="Q1", name_vi="Quầy số 1")
        self.here = make_collector(session, self.wave, self.first, counter=counter)
        for number in range(12):
            answers = {"access_1": 1 + number % 5, "access_2": 0, "procedures_1": 4, "gender": 1 + number % 2}
            moment = START + timedelta(days=number * 2)
            texts = {"comment": HOSTILE} if number == 3 else {}
            flags = ("too_fast",) if number == 11 else ()
            make_response(session, self.here, answers=answers, texts=texts, received_at=moment, flags=flags)
        for unit in (self.second, third):
            there = make_collector(session, self.wave, unit, channel="paper", trust="paper")
            for _ in range(3):
                make_response(session, there, answers={"access_1": 5, "procedures_2": 3}, received_at=START)
        session.commit()


@pytest.fixture
def province(staff_session: Session) -> Province:
    return Province(staff_session)


@pytest.fixture
def signed_in(staff_client: CheckingClient, province: Province) -> SignedIn:
    def as_role(role: str, unit: Unit) -> CheckingClient:
        sign_in(staff_client, make_account(province.session, role, unit))
        return staff_client

    return as_role


def csv_of(data: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


ROWS = "/staff/xuat/W/{}/phieu-tra-loi"
IDENTIFYING = {
    "counter_code",
    "channel",
    "respondent_group",
    "flags",
    "day",
    "batch",
    "language",
    "seconds",
    "gender",
    "comment",
}


def audited(session: Session) -> list[AuditEntry]:
    session.rollback()
    return [entry for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)) if "export" in entry.action]


def test_the_page_offers_the_files_with_their_sizes(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    page = html_of(client.get("/staff/xuat/?wave=W&unit=T&what=rows&identifying=y&trust=open"))
    assert "11 phiếu trả lời" in page
    for form in ("csv", "xlsx", "sav", "jsonl"):
        assert f"identifying=y&amp;form={form}" in page or f"form={form}" in page
    assert page.count(" kB") == 4
    for what, forms in (("unit", 3), ("overview", 3), ("items", 3), ("codebook", 2)):
        page = html_of(client.get(f"/staff/xuat/?wave=W&unit=X1&what={what}"))
        assert page.count('download=""') + page.count(" download>") == forms


def test_every_link_of_the_page_is_a_file(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    links = set()
    for what in ("unit", "overview", "items", "codebook", "rows"):
        page = html_of(client.get(f"/staff/xuat/?wave=W&unit=T&what={what}&values=words&separator=comma"))
        links |= {link.replace("&amp;", "&") for link in re.findall(r'href="(/staff/xuat/W/[^"]+)"', page)}
    assert len(links) == 15
    for link in links:
        response = client.get(link)
        assert response.status_code == 200, link
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Cache-Control"] == "no-store"
        assert len(response.data) > 100
    assert len(audited(province.session)) == 15


def test_rows_hold_what_was_answered(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    response = client.get(ROWS.format("T") + "?identifying=y&flagged=y")
    rows = csv_of(response.data)
    assert response.headers["Content-Disposition"].endswith("sipas-W-T-phieu-tra-loi-18-dong.csv")
    assert response.headers["X-Rows"] == "18"
    assert [row["row"] for row in rows] == [str(number) for number in range(1, 19)]
    assert rows[0].keys() >= IDENTIFYING
    first = [row for row in rows if row["unit_code"] == "X1"]
    assert [row["day"] for row in first] == [f"2026-01-{5 + 2 * number:02}" for number in range(12)]
    assert [row["access_1"] for row in first] == [str(1 + number % 5) for number in range(12)]
    assert {row["access_2"] for row in first} == {"0"}
    assert {row["procedures_2"] for row in first} == {""}
    assert {row["counter_code"] for row in first} == {"Q1"}
    assert [row["flags"] for row in first if row["flagged"] == "1"] == ["too_fast"]
    assert {row["comment"] for row in first} == {"", f"'{HOSTILE}"}
    assert {(row["channel"], row["trust"]) for row in rows if row["unit_code"] == "X2"} == {("paper", "paper")}


def test_rows_name_the_batch_they_were_typed_from(province: Province, signed_in: SignedIn) -> None:
    session = province.session
    paper = session.scalars(select(Response).where(Response.collector_id != province.here.id)).all()
    typist = make_account(session, "entry", province.top)
    batch = PaperBatch(
        code="B7KQ2", wave=province.wave, unit=province.second, forms_expected=1, collected_from=START.date(),
        collected_until=START.date(), created_at=START, created_by_id=typist.id,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.add(BatchResponse(response_id=paper[0].id, batch_id=batch.id, serial=1))
    session.commit()
    rows = csv_of(signed_in("compiler", province.top).get(ROWS.format("T") + "?identifying=y").data)
    assert sorted(row["batch"] for row in rows) == [""] * 16 + ["B7KQ2"]


def test_no_row_tells_what_finds_a_ballot_again(province: Province, signed_in: SignedIn) -> None:
    """No id, time of day, submission id or digest: nothing a receipt or the ledger could be held against."""
    client = signed_in("compiler", province.top)
    names = csv_of(client.get(ROWS.format("T") + "?identifying=y").data)[0].keys()
    assert not {"id", "response_id", "submission_id", "received_at", "digest", "salt"} & names


def test_without_what_could_name_somebody_the_order_tells_nothing(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    rows = csv_of(client.get(ROWS.format("X1")).data)
    assert not IDENTIFYING & rows[0].keys()
    assert len(rows) == 11
    province.session.rollback()
    by_salt = province.session.execute(
        select(Answer.choice)
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.code == "access_1", Response.collector_id == province.here.id)
        .where(Response.id.not_in(select(ResponseFlag.response_id)))
        .order_by(Response.salt)
    ).scalars()
    assert [row["access_1"] for row in rows] == [str(choice) for choice in by_salt]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 17),
        ("flagged=y", 18),
        ("trust=paper", 6),
        ("trust=paper&trust=open&flagged=y", 18),
        ("trust=assisted", 0),
        ("first=2026-01-2", 6),
        ("last=2026-01-1", 11),
        ("first=2026-01-1&last=2026-01-1&trust=open", 5),
        ("first=2026-02-1", 0),
    ],
)
def test_rows_are_narrowed(province: Province, signed_in: SignedIn, query: str, number: int) -> None:
    response = signed_in("compiler", province.top).get(f"{ROWS.format('T')}?{query}")
    assert len(csv_of(response.data)) == int(response.headers["X-Rows"]) == number


@pytest.mark.parametrize(
    "query", ["first=2026-01-2&last=2026-01-1", "first=nonsense", "trust=sure", "values=pictures", "separator=tab"]
)
def test_an_address_that_contradicts_itself_is_refused(province: Province, signed_in: SignedIn, query: str) -> None:
    client = signed_in("compiler", province.top)
    assert client.get(f"{ROWS.format('T')}?{query}").status_code == 400
    assert audited(province.session) == []


def test_unknown_forms_tables_units_and_waves_are_not_found(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    alone = make_unit(province.session, code="X9", parent=province.top)
    make_wave(province.session, code="DRAFT", units=[alone], questionnaire=province.wave.questionnaire)
    province.session.commit()
    for address in (
        f"{ROWS.format('T')}?form=exe",
        "/staff/xuat/W/T/so-lieu?table=account",
        "/staff/xuat/W/T/bang-ma?form=csv",
        ROWS.format("NOWHERE"),
        ROWS.format("X9"),  # took no part
        "/staff/xuat/NEVER/T/so-lieu",
        "/staff/xuat/DRAFT/X9/so-lieu",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("role", ["administrator", "manager", "reviewer", "entry", "viewer", "auditor"])
def test_rows_are_the_compilers_alone(province: Province, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role, province.top)
    assert client.get(ROWS.format("X1")).status_code == 403
    assert client.get(ROWS.format("T") + "?form=sav").status_code == 403
    may_see_figures = role not in ("administrator", "entry")
    assert client.get("/staff/xuat/W/X1/so-lieu").status_code == (200 if may_see_figures else 403)
    if may_see_figures:
        assert "what=rows" not in html_of(client.get("/staff/xuat/"))
        page = html_of(client.get("/staff/xuat/?wave=W&unit=X1&what=rows"))
        assert "/staff/xuat/W/" not in page
        codebook = json.loads(client.get("/staff/xuat/W/X1/bang-ma?form=json").data)
        assert codebook["responses"] is None
        assert {variable["answered"] for variable in codebook["variables"]} == {None}


def test_a_compiler_of_one_unit_takes_the_rows_of_that_unit(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.first)
    assert client.get(ROWS.format("X1")).status_code == 200
    assert client.get(ROWS.format("X2")).status_code == 403
    assert client.get(ROWS.format("T")).status_code == 403
    page = html_of(client.get("/staff/xuat/?wave=W&unit=X2&what=unit"))
    assert "Không có đơn vị nào" in page


def test_small_figures_are_hidden_in_tables(province: Province, signed_in: SignedIn) -> None:
    """Three people answered in X2: the table keeps the rows and has no number, even for who sees exact figures."""
    client = signed_in("auditor", province.second)
    table = json.loads(client.get("/staff/xuat/W/X2/so-lieu?form=json").data)
    index = table["rows"][0]
    assert (index["part"], index["hidden"], index["verdict"]) == ("index", True, "inconclusive")
    for row in table["rows"]:
        assert {row[name] for name in ("people", "answers", "satisfied", "estimate", "lower", "upper", "n5")} == {None}
        assert (row["wave"], row["unit"], row["rule"]) == ("W", "X2", "top_two" if row["part"] != "choice" else None)
        assert row["period_start"] == "2026-01-01"


def test_tables_of_an_open_wave_are_released_in_steps(province: Province, signed_in: SignedIn) -> None:
    """Nothing was released yet: a manager sees no people where the compiler sees eleven."""

    def people(role: str) -> object:
        table = json.loads(signed_in(role, province.top).get("/staff/xuat/W/X1/so-lieu?form=json").data)
        return table["rows"][0]["people"]

    assert people("manager") in (None, 0)
    assert people("compiler") == 11


def test_tables_carry_count_base_interval_rule_period_and_trust(province: Province, signed_in: SignedIn) -> None:
    rows = csv_of(signed_in("compiler", province.top).get("/staff/xuat/W/X1/so-lieu?table=unit&lang=en").data)
    item = next(row for row in rows if row["Code"] == "procedures_1")
    assert (item["People (base)"], item["Satisfied answers"], item["Level 4"], item["Share"]) == (
        "11",
        "11",
        "11",
        "1,0",
    )
    assert item["Lower bound 95%"].startswith("0,7")
    assert (item["From"], item["Until"]) == ("2026-01-01", "2026-06-30")
    assert item["Trust levels counted"] == "Open access, Paper form, Present at the counter"
    comma = signed_in("compiler", province.top).get("/staff/xuat/W/X1/so-lieu?lang=en&separator=comma")
    assert any(row["Share"] == "1.0" for row in csv_of(comma.data, ","))


def test_every_export_is_in_the_audit_log(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    client.get(ROWS.format("X1") + "?identifying=y&trust=open&form=sav&first=2026-01-1")
    client.get("/staff/xuat/W/T/so-lieu?table=items&form=xlsx")
    client.get("/staff/xuat/W/T/bang-ma")
    rows, items, codebook = audited(province.session)
    assert (rows.action, rows.subject, rows.unit_path) == ("responses.export", "W", province.first.path)
    assert json.loads(rows.after or "") == {
        "what": "rows", "format": "sav", "unit": "X1", "first": ["2026-01-1"], "trust": ["open"], "identifying": ["y"],
        "rows": 11,
    }  # fmt: skip
    assert (items.action, json.loads(items.after or "")["what"]) == ("figures.export", "items")
    assert json.loads(codebook.after or "")["what"] == "codebook"
    assert rows.account_id is not None


def test_the_auditor_finds_what_was_taken(province: Province, signed_in: SignedIn) -> None:
    signed_in("compiler", province.top).get(ROWS.format("X1"))
    client = signed_in("auditor", province.top)
    assert "/staff/nhat-ky/?kind=responses" in html_of(client.get("/staff/xuat/"))
    log = html_of(client.get("/staff/nhat-ky/?kind=responses"))
    assert "W" in log
    assert "csv" in log
    assert "/staff/nhat-ky/" not in html_of(signed_in("viewer", province.top).get("/staff/xuat/"))


def test_what_cannot_be_written_down_is_not_handed_out(
    province: Province, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("compiler", province.top)

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("survey.operations.audit.record", full)
    with pytest.raises(OSError, match="disk full"):
        client.get(ROWS.format("X1"))


def test_the_connection_breaks_off_when_reading_fails(
    province: Province, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file must not end like a whole one: the error passes through to the server, which closes the socket."""
    client = signed_in("compiler", province.top)
    read = rows_module._fill

    def fail(session: Session, layout: object, found: dict[int, object]) -> None:
        read(session, layout, found)  # type: ignore[arg-type]
        raise ConnectionError("the database went away")

    monkeypatch.setattr(rows_module, "_fill", fail)
    with pytest.raises(ConnectionError):
        _ = client.get(ROWS.format("T")).data


def test_rows_of_one_moment_are_exported_while_more_come_in(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    response = client.get(ROWS.format("T"), buffered=False)
    make_response(province.session, province.here, answers={"access_1": 1})
    province.session.commit()
    assert len(csv_of(response.data)) == 17


def test_hostile_texts_stay_texts_in_every_format(
    staff_client: CheckingClient, staff_session: Session, tmp_path: Path
) -> None:
    hostile = open_hostile_wave(staff_session)
    top = staff_session.scalars(select(Unit).where(Unit.code == "T")).one()
    make_response(staff_session, hostile.collector, answers={"item_1": 5}, texts={"comment": ATTACK})
    sign_in(staff_client, make_account(staff_session, "compiler", top))
    address = "/staff/xuat/W/T/phieu-tra-loi?identifying=y&values=words"
    written = csv_of(staff_client.get(address).data)
    label = "'-1+1|cmd ý kiến"  # a head is a text as well
    assert f"'{ATTACK}" in {row[label] for row in written}
    assert {row["Tên đơn vị"] for row in written} == {f"'{hostile.texts['unit']}"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(staff_client.get(f"{address}&form=xlsx").data))
    assert ATTACK in {cell for row in book.get_sheet_by_index(0).to_python() for cell in row}
    archive = zipfile.ZipFile(io.BytesIO(staff_client.get(f"{address}&form=xlsx").data))
    assert not any(b"<f>" in archive.read(name) or b"hyperlink" in archive.read(name) for name in archive.namelist())
    lines = staff_client.get(f"{address}&form=jsonl").data.decode().splitlines()
    assert ATTACK in {json.loads(line).get("comment") for line in lines}
    path = tmp_path / "rows.sav"
    path.write_bytes(staff_client.get(f"{address}&form=sav").data)
    columns, about = pyreadstat.read_sav(path, output_format="dict")
    assert ATTACK in columns["comment"]
    assert about.column_names_to_labels["comment"] == "-1+1|cmd ý kiến"
    for table in ("unit", "overview", "items"):
        assert "'=HYPERLINK" in staff_client.get(f"/staff/xuat/W/T/so-lieu?table={table}").data.decode()


def test_spss_files_say_what_codes_mean(province: Province, signed_in: SignedIn, tmp_path: Path) -> None:
    client = signed_in("compiler", province.top)
    path = tmp_path / "rows.sav"
    path.write_bytes(client.get(ROWS.format("T") + "?form=sav&identifying=y&flagged=y&values=words").data)
    columns, about = pyreadstat.read_sav(path, output_format="dict", user_missing=True)
    assert about.number_rows == 18
    assert about.column_names_to_labels["access_1"] == "Câu hỏi access_1"
    assert about.variable_value_labels["gender"] == {1: "Nam", 2: "Nữ"}
    assert about.missing_ranges["access_2"] == [{"lo": 0, "hi": 0}]
    assert columns["access_2"].count(0) == 12
    assert columns["access_2"].count(None) == 6
    assert HOSTILE in columns["comment"]
    assert columns["day"][0] == date(2026, 1, 5)


def test_the_codebook_counts_for_the_compiler(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    book = json.loads(client.get("/staff/xuat/W/T/bang-ma?form=json").data)
    assert book["responses"] == 17
    by_name = {variable["name"]: variable for variable in book["variables"]}
    gender = by_name["gender"]
    assert [(value["label"]["vi"], value["count"]) for value in gender["values"]] == [("Nam", 6), ("Nữ", 5)]
    assert [value["count"] for value in by_name["access_2"]["values"] if value["missing"]] == [11]
    assert by_name["access_1"]["scopes"][-1]["code"] == "index"
    assert by_name["access_1"]["versions"] == ["1.0"]
    assert by_name["access_1"]["wording"] == {"vi": "Câu hỏi access_1", "en": "Question access_1"}
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/staff/xuat/W/T/bang-ma").data))
    assert workbook.sheet_names == ["Phiếu khảo sát", "Biến", "Mã trả lời"]


def test_units_are_found_by_a_part_of_their_name(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    assert "X1-so-lieu" in client.get(first_link(client, "sông trà")).headers["Content-Disposition"]
    several = html_of(client.get("/staff/xuat/?wave=W&unit=X&what=unit"))
    assert "unit=X1" in several
    assert "unit=X2" in several
    assert "Không có đơn vị nào" in html_of(client.get("/staff/xuat/?wave=W&unit=Atlantis&what=unit"))


def first_link(client: CheckingClient, unit: str) -> str:
    page = html_of(client.get("/staff/xuat/", query_string={"wave": "W", "unit": unit, "what": "unit"}))
    (link, *_) = re.findall(r'href="(/staff/xuat/W/[^"]+)"', page)
    return str(link).replace("&amp;", "&")


def test_mistakes_on_the_page_are_said_and_kept(province: Province, signed_in: SignedIn) -> None:
    client = signed_in("compiler", province.top)
    page = html_of(client.get("/staff/xuat/?wave=W&unit=T&what=rows&first=2026-02-1&last=2026-01-1"))
    assert "trước thời điểm bắt đầu" in page
    assert '<option selected value="2026-02-1">' in page
    assert "/staff/xuat/W/" not in page
    assert "form-errors" in html_of(client.get("/staff/xuat/?wave=W&unit=&what=unit"))


def test_without_waves_the_page_says_what_comes_next(staff_client: CheckingClient, staff_session: Session) -> None:
    top = make_unit(staff_session, code="T", kind="province")
    sign_in(staff_client, make_account(staff_session, "viewer", top))
    assert "Chưa có đợt" in html_of(staff_client.get("/staff/xuat/"))

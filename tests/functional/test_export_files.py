"""What exported files hold: rows, tables, the codebook, in every format."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pyreadstat
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Answer, BatchResponse, PaperBatch, Question, Response, ResponseFlag, Unit
from tests.export_province import HOSTILE, IDENTIFYING, ROWS, START, Province, SignedIn, csv_of
from tests.factories import (
    make_response,
)
from tests.hostile_texts import ATTACK, open_hostile_wave
from tests.page_rules import CheckingClient
from tests.staff import make_account, sign_in


@pytest.fixture
def province(staff_session: Session) -> Province:
    return Province(staff_session)


@pytest.fixture
def signed_in(staff_client: CheckingClient, province: Province) -> SignedIn:
    def as_role(role: str, unit: Unit) -> CheckingClient:
        sign_in(staff_client, make_account(province.session, role, unit))
        return staff_client

    return as_role


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

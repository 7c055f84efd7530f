"""Opinions and dialogues in public: the page by unit, the files of a half-year, the catalogue."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reports.open_columns import DIALOGUES, OPINIONS
from survey.blueprints import open_statistics as pages
from survey.operations import open_statistics, petitions
from tests.dialogues import make_dialogue
from tests.factories import make_unit
from tests.page_rules import CheckingClient
from tests.petition_cases import MONDAY, at, make_petition

HOSTILE = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def text_of(client: CheckingClient, url: str) -> str:
    return " ".join(unescape(client.get(url).text).split())


def test_a_half_year_on_its_page_and_in_files(
    client: CheckingClient, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Chưa công bố" in text_of(client, "/y-kien-doi-thoai/")
    assert client.get("/y-kien-doi-thoai/?ky=2026-H1").status_code == 404
    assert client.get("/du-lieu/ky/2026-H1").status_code == 404
    names = {"A": "Xã Sông Trà", "B": "Xã Bình Sơn", "C": "Xã Đức Phổ", "D": HOSTILE}
    units = {code: make_unit(session, code=code, name_vi=name) for code, name in names.items()}
    for code, opinions in (("A", 7), ("B", 3), ("C", 6)):
        for _ in range(opinions):
            case = make_petition(session, units[code], state="answered", on=MONDAY)
            petitions.rate(session, case, 5, "", today=MONDAY + timedelta(days=1))
    make_dialogue(session, units["A"], state="concluded")
    session.commit()
    open_statistics.freeze_due(engine, at(date(2026, 10, 1)))
    page = text_of(client, "/y-kien-doi-thoai/")
    assert "6 tháng đầu năm 2026" in page
    assert "1 trên 4 đơn vị" in page  # dialogues held
    assert "16 trên 16; 16 người đánh giá" in page.replace("</span>", "").replace('<span class="muted">', "")
    assert '<td class="n" data-label="Trả lời đúng hạn">' in page
    assert '<td class="n none" data-label="Cam kết thực hiện đúng hạn">' in page
    assert 'href="/ket-qua/">Tất cả các đợt</a></li><li aria-current="page">' in page
    hidden = "ẩn để bảo vệ người gửi"
    assert hidden in text_of(client, "/y-kien-doi-thoai/?tim=duc+pho")  # six, told with three by the rest
    assert hidden not in text_of(client, "/y-kien-doi-thoai/?tim=song+tra")
    assert "Không có đơn vị nào" in text_of(client, "/y-kien-doi-thoai/?tim=zzz")
    assert client.get("/y-kien-doi-thoai/?ky=2026-H1&lang=en").status_code == 200
    monkeypatch.setattr(pages, "PAGE", 2)
    assert "Xã Đức Phổ" not in (first := text_of(client, "/y-kien-doi-thoai/"))
    assert "sau=B" in first
    assert "Xã Đức Phổ" in text_of(client, "/y-kien-doi-thoai/?ky=2026-H1&sau=B")

    def table(name: str) -> list[dict[str, str]]:
        content = client.get(f"/du-lieu/ky/2026-H1/{name}").get_data().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content)))

    opinions, dialogues = table("y-kien.csv"), table("doi-thoai.csv")
    assert list(opinions[0]) == [column.name for column in OPINIONS]
    assert list(dialogues[0]) == [column.name for column in DIALOGUES]
    assert [(row["unit"], row["received"], row["rated"], row["hidden"]) for row in opinions] == [
        ("", "16", "16", "false"), ("B", "", "", "true"), ("C", "", "", "true"), ("A", "7", "7", "false"),
    ]  # fmt: skip
    assert {row["unit"]: row["held"] for row in dialogues} == {
        "": "", "A": "held", "B": "not_held", "C": "not_held", "D": "not_held",
    }  # fmt: skip
    assert f"'{HOSTILE}" in {row["unit_name_vi"] for row in dialogues}  # a spreadsheet reads it as text
    told = client.get("/du-lieu/ky/2026-H1/y-kien.json")
    assert told.get_json()["schema"] == "sipas-open-statistics/1"
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    tag = {"If-None-Match": told.headers["ETag"]}
    assert client.get("/du-lieu/ky/2026-H1/y-kien.json", headers=tag).status_code == 304
    schema = client.get("/du-lieu/ky/2026-H1/doi-thoai.csv-metadata.json").get_json(force=True)
    assert schema["tableSchema"]["primaryKey"] == ["row", "unit"]
    assert "y-kien.csv" in text_of(client, "/du-lieu/ky/2026-H1")
    assert "/du-lieu/ky/2026-H1" in text_of(client, "/du-lieu/")
    catalogue = client.get("/du-lieu/danh-muc.jsonld").get_json(force=True)
    (dataset,) = catalogue["dcat:dataset"]
    assert len(dataset["dcat:distribution"]) == 4
    record = client.get("/du-lieu/ky/2026-H1/dcat.jsonld").get_json(force=True)
    assert record["dcat:distribution"][0]["spdx:checksum"]
    book = client.get("/du-lieu/tu-dien.csv").get_data().decode("utf-8-sig")
    assert "dialogues,promises_kept,integer" in book
    assert "not_held" in book

"""Open data: the same figures as the pages, nothing before the publication, and editions that never change."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reports.open_columns import FIGURES
from reports.open_table import SCHEMA
from survey.blueprints import results
from survey.models import Wave
from survey.operations import filing_corrections, wave_publication
from survey.operations.transactions import set_transactions
from tests.filing_office import NOW, FilingOffice
from tests.page_rules import CheckingClient, html_of

HOSTILE = '=HYPERLINK("http://evil.example")'
FILES = ("so-lieu.csv", "so-lieu.json", "don-vi.csv", "don-vi.json")
SHARE = re.compile(rb"\b\d{1,2},\d\d%")  # a percentage as a page prints it


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def office(session: Session, engine: Engine) -> FilingOffice:
    office = FilingOffice(session, engine)
    office.units["A"].name_vi = HOSTILE
    session.commit()
    return office


def table(client: CheckingClient, url: str) -> list[dict[str, str]]:
    response = client.get(url)
    assert response.status_code == 200, url
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))


def correct(office: FilingOffice) -> None:
    """Two people take over another number of transactions."""
    period = (office.wave.period_start, office.wave.period_end)
    set_transactions(office.session, office.units["B"], *period, 4000, reason="Nhập nhầm")
    later = NOW + timedelta(days=3)
    request = filing_corrections.ask_correction(
        office.session, office.wave, "Nhập nhầm số hồ sơ", account_id=office.compiler.id, at=later
    )
    filing_corrections.confirm_correction(office.session, request, account_id=office.second.id, at=later)
    office.session.commit()


def test_files_say_what_the_pages_say_and_name_their_terms(client: CheckingClient, office: FilingOffice) -> None:
    office.close()
    office.publish()
    rows = table(client, "/du-lieu/dot/W/so-lieu.csv")
    assert list(rows[0]) == [column.name for column in FIGURES]
    (headline,) = (row for row in rows if row["unit"] == "B" and row["part"] == "index")
    assert (headline["estimate"], headline["people"], headline["verdict"]) == ("0.4", "50", "not_met")
    item = next(row for row in rows if row["unit"] == "B" and row["part"] == "item")
    assert [item[f"n{k}"] for k in range(1, 6)] == ["10"] * 5
    assert (item["rule"], item["period_start"], item["target"], item["hidden"]) == (
        "top_two", f"{office.wave.period_start}", "0.8", "false",
    )  # fmt: skip
    assert item["trust_levels"]
    # The province's figures are the sum of its units': no page counts it as one of them.
    assert "Hiển thị 3 đơn vị" in html_of(client.get("/ket-qua/W"))
    assert "số liệu của 3 đơn vị và số gộp của 1 đơn vị cấp trên" in html_of(client.get("/du-lieu/"))
    named = {row["unit_name_vi"] for row in rows if row["unit"] == "A"}
    assert named == {f"'{HOSTILE}"}  # a spreadsheet reads it as text
    told = client.get("/du-lieu/dot/W/so-lieu.json").get_json()
    assert told["schema"] == SCHEMA
    assert len(told["rows"]) == len(rows)
    assert [row["code"] for row in told["rows"]] == [row["code"] for row in rows]
    units = table(client, "/du-lieu/dot/W/don-vi.csv")
    assert [row["unit"] for row in units] == ["A", "B", "C", "P"]
    assert {row["unit"]: row["transactions"] for row in units}["B"] == "400"
    frozen = client.get("/du-lieu/dot/W/don-vi/B.json")
    assert hashlib.sha256(frozen.get_data()).hexdigest() == units[1]["figures_sha256"]
    assert units[1]["figures_sha256"] in client.get("/ket-qua/W/B").text

    record = client.get("/du-lieu/dot/W/dcat.jsonld").get_json()
    for part in record["dcat:distribution"]:
        url = part["dcat:downloadURL"]["@id"].removeprefix(client.application.config["BASE_URL"])
        content = client.get(url).get_data()
        assert part["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(content).hexdigest()
        assert part["dcat:byteSize"]["@value"] == str(len(content))
        assert part["dct:license"] == {"@id": client.application.config["OPEN_DATA_LICENCE"]}
    assert record["dct:temporal"]["dcat:startDate"]["@value"] == f"{office.wave.period_start}"
    assert [dataset["dct:identifier"] for dataset in listed(client)] == ["W"]
    schema = client.get("/du-lieu/dot/W/so-lieu.csv-metadata.json").get_json()
    for row in rows:
        for column in schema["tableSchema"]["columns"]:
            assert_fits(row[column["name"]], column)
    pages = ("/du-lieu/", "/du-lieu/dot/W", "/du-lieu/tu-dien")
    assert all(client.get(f"{page}{language}").status_code == 200 for page in pages for language in ("", "?lang=en"))
    assert table(client, "/du-lieu/tu-dien.csv")[0]["column"] == "wave"


def listed(client: CheckingClient) -> list[dict[str, str]]:
    catalogue = client.get("/du-lieu/danh-muc.jsonld")
    assert catalogue.mimetype == "application/ld+json"
    found: list[dict[str, str]] = json.loads(catalogue.get_data())["dcat:dataset"]
    return found


def assert_fits(value: str, column: dict[str, object]) -> None:
    """The value is what the schema says of its column."""
    kind = column["datatype"]
    if not value:
        assert not column["required"], column["name"]
    elif isinstance(kind, dict):
        assert value in str(kind["format"]).split("|"), column["name"]
    elif kind in ("integer", "number"):
        (int if kind == "integer" else float)(value)
    elif kind == "boolean":
        assert value in ("true", "false")


def test_an_edition_stays_where_it_is_and_as_it_is(client: CheckingClient, office: FilingOffice) -> None:
    office.close()
    office.publish()
    first = {name: client.get(f"/du-lieu/dot/W/phien-ban/1/{name}") for name in FILES}
    kept = first["so-lieu.csv"].headers["ETag"]
    assert "Content-Length" not in first["so-lieu.csv"].headers  # it is streamed, and nobody holds it whole
    assert client.get("/du-lieu/dot/W/so-lieu.csv", headers={"If-None-Match": kept}).status_code == 304
    assert client.get("/du-lieu/dot/W/phien-ban/2/so-lieu.csv").status_code == 404
    correct(office)
    for name, response in first.items():
        again = client.get(f"/du-lieu/dot/W/phien-ban/1/{name}")
        assert again.get_data() == response.get_data()
        assert "max-age" in again.headers["Cache-Control"]
    newest = client.get("/du-lieu/dot/W/so-lieu.csv", headers={"If-None-Match": kept})
    assert newest.status_code == 200
    assert newest.headers["Cache-Control"] == "no-cache"
    assert newest.get_data() == client.get("/du-lieu/dot/W/phien-ban/2/so-lieu.csv").get_data()
    versions = {row["unit"]: row["version"] for row in table(client, "/du-lieu/dot/W/don-vi.csv")}
    assert versions == {"A": "1", "B": "2", "C": "1", "P": "2"}
    assert "Nhập nhầm số hồ sơ" in client.get("/du-lieu/dot/W").text
    (dataset,) = listed(client)
    assert dataset["dcat:version"] == "2"
    assert "phien-ban/1/" in json.dumps(dataset["dcat:previousVersion"])


def crawled(client: CheckingClient, start: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Everything that can be read from these addresses by following links; what answers 404 included."""
    waiting, seen = list(start), set(start)
    while waiting:
        url = waiting.pop()
        response = client.get(url)
        body = response.get_data()
        yield url, body
        for link in re.findall(rb'(?:href|action)="(/[^"#]*)|"@id": "[a-z]+://[^/"]+(/[^"#]*)"', body):
            found = next(part for part in link if part).decode().replace("&amp;", "&")
            if found not in seen and not found.startswith(("/static", "/staff")):
                seen.add(found)
                waiting.append(found)


def test_nothing_of_a_wave_is_public_before_its_publication(
    client: CheckingClient, office: FilingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each state everything public is read; the controls leave a door open, and publish."""
    known = [
        "/ket-qua/W", "/ket-qua/W/B", "/ket-qua/W/B/bao-cao.pdf", "/ket-qua/W/B/so-lieu.xlsx", "/du-lieu/dot/W",
        "/du-lieu/dot/W/dcat.jsonld", "/du-lieu/dot/W/don-vi/B.json", "/du-lieu/dot/W/phien-ban/1/don-vi/B.json",
        "/du-lieu/dot/W/bao-cao/B.json", *(f"/du-lieu/dot/W/{name}" for name in FILES),
        *(f"/du-lieu/dot/W/phien-ban/1/{name}" for name in FILES), "/du-lieu/dot/W/so-lieu.csv-metadata.json",
    ]  # fmt: skip
    start = ("/ket-qua/", "/du-lieu/", "/du-lieu/danh-muc.jsonld", "/y-kien/", "/doi-thoai/", "/xac-thuc/", *known)

    def leaks() -> set[str]:
        name = office.wave.name_vi.encode()
        pages = {url: body for url, body in crawled(client, start) if not url.startswith("/phuong-phap")}  # an example
        office.session.rollback()
        return {url for url, body in pages.items() if SHARE.search(body) or name in body or b"0.4," in body}

    assert office.session.get_one(Wave, office.wave.id).state == "open"
    assert leaks() == set()
    office.close()
    assert leaks() == set()
    office.approve_all()
    assert leaks() == set()
    with monkeypatch.context() as planted:  # a door left open: the reading must find what stands behind it
        planted.setattr(results, "published_wave", lambda session, code: session.get_one(Wave, office.wave.id))
        found = leaks()
    assert "/ket-qua/W/B" in found
    assert not any(url.startswith("/du-lieu") for url in found)  # these have a second lock
    request = wave_publication.ask(office.session, office.wave, account_id=office.compiler.id, at=NOW)
    wave_publication.confirm(office.session, request, account_id=office.second.id, at=NOW)
    office.session.commit()
    assert {"/ket-qua/", "/ket-qua/W/B", "/du-lieu/dot/W/so-lieu.csv", "/du-lieu/dot/W/don-vi/B.json"} <= leaks()

"""The public results: what is shown, what is found, and what nobody may see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from reports.figures import ChoiceFigures, ChoiceOption, Text
from survey.analysis.summary import unit_report
from survey.blueprints.results import renderers
from survey.models import Unit, Wave
from tests.factories import make_unit, make_wave
from tests.page_rules import CheckingClient
from tests.published_waves import answer_alike, finish, publish_province

PAGES = ("", "/bao-cao.pdf", "/so-lieu.xlsx")
IN_ORDER = ["Sở Tài chính", "Phường Ánh Dương", "Xã Bình Sơn", "Xã Đức Phổ Hai", "Xã Đức Phổ Một", "Xã Sông Trà"]
SEARCHES = (
    ("q=song+tra", ["Xã Sông Trà"]),
    ("q=SÔNG TRÀ", ["Xã Sông Trà"]),
    ("q=tra+song", ["Xã Sông Trà"]),
    ("q=So%CC%82ng+Tra%CC%80", ["Xã Sông Trà"]),  # decomposed, as some phones type it
    ("q=duc pho", ["Xã Đức Phổ Hai", "Xã Đức Phổ Một"]),
    ("q=%C4%91ức+phổ", ["Xã Đức Phổ Hai", "Xã Đức Phổ Một"]),
    ("q=finance", ["Sở Tài chính"]),
    ("q=z1", ["Sở Tài chính"]),
    ("q=%20%20", IN_ORDER),
    ("kind=department", ["Sở Tài chính"]),
    ("kind=commune&q=tai", []),
    ("verdict=met", ["Sở Tài chính"]),
    ("verdict=not_met", ["Xã Sông Trà"]),
    ("verdict=inconclusive&q=anh", ["Phường Ánh Dương"]),
    ("verdict=nonsense", []),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are looked at here; that both databases give the same figures is tested with the digits."""
    return sqlite_url


@pytest.fixture
def province(session: Session, engine: Engine) -> Mapping[str, Unit]:
    return publish_province(session, engine)


def parsed(html: str) -> Element:
    page: Element = html5lib.parse(html, namespaceHTMLElements=False)
    return page


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def by_class(page: Element, name: str) -> Iterator[Element]:
    return (element for element in page.iter() if name in (element.get("class") or "").split())


def listed(html: str) -> list[str]:
    """The names of the units in the list of a wave's page."""
    return [text_of(next(element for element in line.iter("a"))) for line in by_class(parsed(html), "line")]


def pdf_text(document: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages).split())


def cells(workbook: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_before_anything_is_published_the_page_says_so(client: CheckingClient) -> None:
    assert "Chưa công bố kết quả nào" in client.get("/ket-qua/").text
    assert "Nothing is published yet" in client.get("/ket-qua/?lang=en").text
    assert client.get("/ket-qua?lang=en").location.endswith("/ket-qua/?lang=en")


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_only_what_is_published_is_seen(client: CheckingClient, session: Session, engine: Engine, state: str) -> None:
    unit = make_unit(session, code="U", name_vi="Xã Chưa Công Bố")
    wave = make_wave(session, code="W", units=[unit], state="draft" if state == "draft" else "open")
    if state != "draft":
        answer_alike(session, wave, unit, (0, 0, 0, 20, 20))
    if state == "closed":
        finish(session, engine, wave, publish=False)
    session.commit()
    assert "Đợt W" not in client.get("/ket-qua/").text
    for address in ("/ket-qua/W", *(f"/ket-qua/W/U{page}" for page in PAGES)):
        response = client.get(address)
        assert response.status_code == 404, address
        assert "Không có kết quả này" in response.text
        assert "Xã Chưa Công Bố" not in response.text
    if state == "closed":
        wave.state, wave.published_at = "published", wave.closed_at
        session.commit()
        for address in ("/ket-qua/W", *(f"/ket-qua/W/U{page}" for page in PAGES)):
            assert client.get(address).status_code == 200, address


def test_what_is_unknown_or_took_no_part_is_a_kind_page(
    client: CheckingClient, session: Session, province: Mapping[str, Unit]
) -> None:
    make_unit(session, code="elsewhere", name_vi="Xã Khác", parent=province["T"])
    session.commit()
    for address in ("/ket-qua/never", "/ket-qua/never/T", "/ket-qua/now/never", "/ket-qua/now/elsewhere"):
        response = client.get(f"{address}?lang=en")
        assert response.status_code == 404
        assert "No such result" in response.text
        assert 'href="/ket-qua/?lang=en"' in response.text
    assert client.get("/ket-qua/now/A6/nothing.pdf").status_code == 404


def test_units_stand_in_an_order_that_ranks_nobody(client: CheckingClient, province: Mapping[str, Unit]) -> None:
    page = client.get("/ket-qua/now").text
    assert listed(page) == IN_ORDER
    assert "6 đơn vị" in text_of(parsed(page))


def test_units_are_found_and_filtered(client: CheckingClient, province: Mapping[str, Unit]) -> None:
    for query, found in SEARCHES:
        page = client.get(f"/ket-qua/now?{query}").text
        assert listed(page) == found, query
        assert ("Không có đơn vị nào phù hợp" in page) is not bool(found)


def test_what_was_searched_stays_in_the_fields_and_in_the_other_language(
    client: CheckingClient, province: Mapping[str, Unit]
) -> None:
    page = parsed(client.get("/ket-qua/now?q=xa&kind=commune&verdict=met&lang=en").text)
    fields = {field.get("name"): field for field in page.iter("input")}
    assert fields["q"].get("value") == "xa"
    assert fields["lang"].get("value") == "en"
    chosen = {option.get("value") for option in page.iter("option") if option.get("selected") is not None}
    assert chosen == {"commune", "met"}
    other = next(by_class(page, "tongue")).get("href")
    assert other == "/ket-qua/now?q=xa&kind=commune&verdict=met&lang=vi"


def test_both_languages_say_the_same_and_links_keep_the_chosen_one(
    client: CheckingClient, province: Mapping[str, Unit]
) -> None:
    for address in ("/ket-qua/", "/ket-qua/now", "/ket-qua/now/C3", "/ket-qua/now/T"):
        vietnamese, english = (parsed(client.get(f"{address}?lang={code}").text) for code in ("vi", "en"))
        assert (vietnamese.get("lang"), english.get("lang")) == ("vi", "en")
        said = text_of(vietnamese).replace(".", "\0").replace(",", ".").replace("\0", ",")
        percentages = re.findall(r"\d[\d.,]*%", text_of(english))
        assert len(percentages) > 3
        assert re.findall(r"\d[\d.,]*%", said) == percentages
        switches = set(by_class(english, "tongue"))
        links = [link for link in english.iter("a") if link not in switches and link.get("href") != "#main"]
        assert len(links) > 2
        assert not [
            link.get("href") for link in links if not (link.get("href") or "").endswith(("?lang=en", "&lang=en"))
        ]
    assert "Sunlight Ward" in text_of(parsed(client.get("/ket-qua/now/C3?lang=en").text))
    by_wish = client.get("/ket-qua/now/C3", headers={"Accept-Language": "en-GB,en;q=0.9,vi;q=0.5"})
    assert parsed(by_wish.text).get("lang") == "en"
    assert "?lang=" not in by_wish.text.replace("?lang=vi", "", 1)  # but for the switch: nothing was chosen by hand


def test_a_unit_shows_the_hand_counted_share(client: CheckingClient, province: Mapping[str, Unit]) -> None:
    """C3: 30 + 10 satisfied of 50, on the target to the digit; T: 20 + 48 + 40 + 4 satisfied of 157."""
    assert text_of(next(by_class(parsed(client.get("/ket-qua/now/C3").text), "number"))) == "80,00%"
    top = parsed(client.get("/ket-qua/now/T").text)
    assert text_of(next(by_class(top, "number"))) == "71,34%"
    assert "157 người" in text_of(next(by_class(top, "headline")))
    department = parsed(client.get("/ket-qua/now/Z1?lang=en").text)
    assert text_of(next(by_class(department, "number"))) == "96.00%"
    assert "Met" in text_of(next(by_class(department, "chip")))


def test_on_a_phone_every_number_of_a_choice_table_says_what_it_is(app: Flask) -> None:
    options = (ChoiceOption(1, Text("Cá nhân"), 30), ChoiceOption(2, Text("Tổ chức"), 10))
    question = ChoiceFigures("who", Text("Đối tượng trả lời"), 40, options, several=False)
    with app.test_request_context("/ket-qua/"):
        drawn = vars(app.jinja_env.get_template("results/sections.html").make_module(renderers()))["choices"](question)
    (table,) = by_class(parsed(drawn), "told")
    assert [(cell.get("data-label"), text_of(cell)) for cell in table.iter("td")] == [
        ("Số người", "30"),
        ("Tỷ lệ", "75,00%"),
        ("Số người", "10"),
        ("Tỷ lệ", "25,00%"),
    ]


def test_counters_stand_under_their_unit_and_other_waves_are_linked(
    client: CheckingClient, province: Mapping[str, Unit]
) -> None:
    page = parsed(client.get("/ket-qua/now/B2").text)
    lines = [text_of(line) for line in by_class(page, "line")]
    assert [re.sub(r" .*?(\d+ người).* (\S+%).*", r": \1, \2", line) for line in lines] == [
        "Quầy: 25 người, 40,00%",
        "Quầy: 25 người, 40,00%",
    ]
    assert "/ket-qua/before/B2" in {link.get("href") for link in page.iter("a")}
    assert [text_of(link) for link in page.iter("a") if link.get("href") == "/ket-qua/now/T"] == ["Tỉnh Mẫu"]


def test_units_under_no_common_top_are_listed_under_the_whole_wave(
    client: CheckingClient, session: Session, engine: Engine
) -> None:
    """As an imported file makes them: the total is everybody's, 30 of 40, and no unit stands for the others."""
    units = [make_unit(session, code=code) for code in ("U1", "U2")]
    wave = make_wave(session, code="W", units=units, state="open")
    for unit, satisfied in zip(units, (10, 20), strict=True):
        answer_alike(session, wave, unit, (0, 20 - satisfied, 0, satisfied, 0))
    finish(session, engine, wave)
    for address in ("/ket-qua/", "/ket-qua/W"):
        page = parsed(client.get(address).text)
        assert text_of(next(by_class(page, "number"))) == "75,00%"
    assert "Toàn đợt khảo sát" in text_of(page)
    assert listed(client.get("/ket-qua/W").text) == ["Đơn vị U1", "Đơn vị U2"]
    links = {link.get("href") or "" for link in page.iter("a")}
    assert {href for href in links if href.startswith("/ket-qua/W/")} == {"/ket-qua/W/U1", "/ket-qua/W/U2"}


def test_a_unit_without_answers_says_so_and_shows_no_figure(
    client: CheckingClient, province: Mapping[str, Unit]
) -> None:
    page = text_of(parsed(client.get("/ket-qua/now/A6").text))
    assert "Chưa có câu trả lời hợp lệ" in page
    assert set(re.findall(r"\d[\d,]*%", page)) <= {"80%", "95%"}
    for address in ("/bao-cao.pdf", "/so-lieu.xlsx"):
        assert client.get(f"/ket-qua/now/A6{address}").status_code == 200


def test_nothing_about_a_hidden_unit_depends_on_what_its_people_answered(
    app: Flask, client: CheckingClient, province: Mapping[str, Unit]
) -> None:
    """A4: three people gave 1 throughout; A5: four people gave 5. But for the name, no output tells them apart."""
    names = re.compile(r"\b(một|hai|one|two|a4|a5)\b", re.IGNORECASE)

    def outputs(code: str) -> Iterator[str]:
        for language in ("vi", "en"):
            page, document, workbook = (client.get(f"/ket-qua/now/{code}{part}?lang={language}") for part in PAGES)
            analysed = app.test_cli_runner().invoke(
                args=["analyse", "now", "--unit", code, "--json", "--lang", language]
            )
            assert analysed.exit_code == 0
            for text in (page.text, pdf_text(document.data), repr(cells(workbook.data)), analysed.output):
                yield names.sub("#", text)

    for first, second in zip(outputs("A4"), outputs("A5"), strict=True):
        assert first == second
    for first, second in zip(outputs("B2"), outputs("C3"), strict=True):
        assert first != second
    page = text_of(parsed(client.get("/ket-qua/now/A4").text))
    assert "để không suy ra được câu trả lời của từng người" in page
    assert set(re.findall(r"\d[\d,]*%", page)) <= {"80%", "95%"}


def test_a_hidden_unit_is_hidden_in_every_list(client: CheckingClient, province: Mapping[str, Unit]) -> None:
    for address in ("/ket-qua/now", "/ket-qua/now/T"):
        lines = [
            text_of(line)
            for line in by_class(parsed(client.get(address).text), "line")
            if "Đức Phổ" in "".join(line.itertext())
        ]
        assert len(lines) == 2
        assert lines[0].replace("Hai", "Một") == lines[1] or lines[1].replace("Hai", "Một") == lines[0]
        assert set(re.findall(r"\d[\d,]*%", lines[0])) <= {"80%"}
    head, *rows = cells(client.get("/ket-qua/now/T/so-lieu.xlsx?lang=en").data)["Units"]
    hidden = {str(row[0]): dict(zip(map(str, head), row, strict=True)) for row in rows if row[0] in ("A4", "A5")}
    for row in hidden.values():
        assert row["As printed"] == "hidden"
        assert {row[name] for name in ("People", "Answers", "Satisfaction", "Lower bound 95%")} == {""}
    assert len(hidden) == 2


def test_documents_carry_their_type_their_name_and_the_page_they_come_from(
    client: CheckingClient, app: Flask, province: Mapping[str, Unit]
) -> None:
    app.config["BASE_URL"] = "https://hailong.example"
    document = client.get("/ket-qua/now/C3/bao-cao.pdf")
    assert document.mimetype == "application/pdf"
    assert "bao-cao-now-C3.pdf" in document.headers["Content-Disposition"]
    assert "https://hailong.example/ket-qua/now/C3" in pdf_text(document.data).replace(" ", "")
    assert client.get("/ket-qua/now/C3/bao-cao.pdf").data == document.data
    workbook = client.get("/ket-qua/now/C3/so-lieu.xlsx")
    assert workbook.headers["Content-Disposition"].startswith("attachment")
    assert "so-lieu-now-C3.xlsx" in workbook.headers["Content-Disposition"]


def test_answers_are_compressed_and_set_no_cookie(app: Flask, province: Mapping[str, Unit]) -> None:
    client = Client(app)
    addresses = ("/ket-qua/", "/ket-qua/now", "/ket-qua/now/C3")
    for address in (*addresses, "/ket-qua/now/C3/bao-cao.pdf", "/ket-qua/now/C3/so-lieu.xlsx"):
        assert "Set-Cookie" not in client.get(address).headers
    for address in addresses:
        plain = client.get(address)
        for encoding in ("gzip", "br"):
            response = client.get(address, headers={"Accept-Encoding": encoding})
            assert response.headers["Content-Encoding"] == encoding
            assert "Accept-Encoding" in response.headers["Vary"]
            assert len(response.data) < 0.6 * len(plain.data)


@pytest.mark.parametrize(
    "query", ["_external=1", "wave_code=x", "unit_code=x", "endpoint=x", "lang=en&_scheme=javascript&q=a"]
)
def test_nothing_of_the_query_but_filters_reaches_the_language_switch(
    client: CheckingClient, province: Mapping[str, Unit], query: str
) -> None:
    for address in ("/ket-qua/", "/ket-qua/P1", "/ket-qua/nothing"):
        page = client.get(f"{address}?{query}", headers={"Host": "evil.example"})
        assert page.status_code in (200, 404)
        assert "evil.example" not in page.text
        assert "javascript" not in page.text
        assert "endpoint" not in page.text


def test_caches_keep_the_languages_apart(client: CheckingClient, province: Mapping[str, Unit]) -> None:
    page = client.get("/ket-qua/", headers={"Accept-Language": "en"})
    assert {"Accept-Language", "Accept-Encoding"} <= set(page.vary)
    assert page.headers["Content-Language"] == "en"
    assert page.headers["Cache-Control"] == "no-cache"


def test_not_even_the_months_of_a_hidden_unit_are_told(session: Session, province: Mapping[str, Unit]) -> None:
    wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
    hidden = unit_report(session, wave, session.scalars(select(Unit).where(Unit.code == "A4")).one())
    shown = unit_report(session, wave, session.scalars(select(Unit).where(Unit.code == "B2")).one())
    assert (hidden.changes, hidden.trend, hidden.breakdowns) == ((), (), ())
    assert shown.changes
    assert shown.trend

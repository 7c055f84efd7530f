"""Hostile text in every field that a person or an office types appears literally wherever it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.models import TextAnswer, Unit, Wave
from tests.hostile_texts import (
    ATTACK,
    LONG_WORD,
    SEEN,
    UNSEEN,
    hostile_definition,
    open_hostile_wave,
    publish_hostile_wave,
)
from tests.page_rules import CheckingClient
from tests.scanning import token_of

# What the attacks would add to a page; our own pages hold none of these.
FOREIGN = ("img", "iframe", "para", "object", "embed")


def parsed(response: TestResponse) -> Element:
    """The page as a browser reads it; the client has refused scripts and attributes that the page did not bring."""
    page: Element = html5lib.parse(response.text, namespaceHTMLElements=False)
    assert not [element for tag in FOREIGN for element in page.iter(tag)]
    assert not [element for element in page.iter() if element.get("onerror") or element.get("onload")]
    return page


def seen(page: Element) -> str:
    return without_blanks(" ".join(page.itertext()))


def without_blanks(text: str) -> str:
    """Lines are broken where the paper or the screen ends, a long word too; soft hyphens say where it may be."""
    return "".join(text.replace("\u00ad", "").split())


def assert_seen(expected: str, text: str) -> None:
    assert without_blanks(expected) in text, expected


def wordings() -> Iterator[str]:
    """What the form shows of the hostile questionnaire."""
    asked = hostile_definition()
    yield from (asked.introduction.vi, asked.legal_reference.vi)
    for section in asked.sections:
        yield section.title.vi
        for question in section.questions:
            yield question.wording.vi
            yield question.help.vi if question.help else ""
            yield from (choice.wording.vi for choice in question.choices)


@pytest.mark.parametrize("attack", [ATTACK, LONG_WORD])
def test_on_the_form_its_errors_and_its_thanks(client: CheckingClient, session: Session, attack: str) -> None:
    hostile = open_hostile_wave(session, attack)
    address = f"/s/{hostile.collector.code}"
    form = client.get(address)
    text = seen(parsed(form))
    for expected in (hostile.texts["unit"], hostile.texts["one_stop"], hostile.texts["counter"], *wordings()):
        assert_seen(expected, text)
    comment = hostile.texts["comment"]
    filled = {"q_item_1": "7", "q_comment": comment, "token": token_of(form.text)}
    again = client.post(address, data=filled)
    assert again.status_code == 422
    page = parsed(again)
    assert [(area.text or "").strip("\n") for area in page.iter("textarea")] == [comment]
    assert_seen(hostile.texts["one_stop"], seen(page))
    sent = client.post(address, data={**filled, "q_item_1": "4"}, follow_redirects=True)
    assert sent.status_code == 200
    page = parsed(sent)
    assert_seen(hostile.texts["unit"], seen(page))
    assert session.scalars(select(TextAnswer.text)).all() == [comment]


def test_on_the_pages_around_the_form(client: CheckingClient, session: Session, engine: Engine) -> None:
    hostile = publish_hostile_wave(session, engine)
    refusal = client.get(f"/s/{hostile.collector.code}")
    assert refusal.status_code == 410
    assert_seen(hostile.texts["one_stop"], seen(parsed(refusal)))
    # A code that is hostile itself, as deep as an address can carry it.
    unknown = client.get("/s/%3Cscript%3Ealert(1)", follow_redirects=True)
    assert unknown.status_code == 404
    assert "<script>alert(1)".upper() in seen(parsed(unknown)).upper()


@pytest.mark.parametrize("attack", [ATTACK, LONG_WORD])
def test_on_the_pages_of_results(client: CheckingClient, session: Session, engine: Engine, attack: str) -> None:
    hostile = publish_hostile_wave(session, engine, attack)
    labels = [question.label.vi for question in hostile_definition().questions if question.in_index]
    shown = {
        "/ket-qua/": ("wave",),
        "/ket-qua/W": ("wave", "unit", "superior"),
        "/ket-qua/W/X1": ("wave", "unit", "superior", "counter", "target"),
    }
    for address, names in shown.items():
        text = seen(parsed(client.get(address)))
        for name in names:
            assert_seen(hostile.texts[name], text)
    for expected in (*labels, hostile_definition().title.vi, hostile_definition().sections[0].title.vi):
        assert_seen(expected, text)
    searched = client.get("/ket-qua/W", query_string={"q": attack, "kind": attack, "verdict": attack})
    assert [field.get("value") for field in parsed(searched).iter("input")] == [attack]


@pytest.mark.parametrize("attack", [ATTACK, LONG_WORD])
def test_in_documents(client: CheckingClient, session: Session, engine: Engine, attack: str) -> None:
    hostile = publish_hostile_wave(session, engine, attack)
    labels = [question.label.vi for question in hostile_definition().questions if question.in_index]
    document = client.get("/ket-qua/W/X1/bao-cao.pdf").data
    text = without_blanks(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages))
    for name in ("wave", "unit", "counter", "target"):
        assert_seen(hostile.texts[name], text)
    assert_seen(hostile.texts["superior"].upper(), text.upper())
    for expected in (*labels, hostile_definition().title.vi):
        assert_seen(expected, text)

    workbook = client.get("/ket-qua/W/X1/so-lieu.xlsx").data
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    cells = [
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str)
    ]
    assert {hostile.texts["unit"], hostile.texts["counter"], *labels} <= set(cells)
    for name in ("wave", "target"):
        assert any(hostile.texts[name] in cell for cell in cells), name


def test_on_the_terminal_and_in_json(app: Flask, session: Session, engine: Engine) -> None:
    hostile = publish_hostile_wave(session, engine)

    def run(*arguments: str) -> str:
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output
        return result.output

    analysed = json.loads(run("analyse", "W", "--unit", "X1", "--json"))
    assert analysed["place"]["name"]["vi"] == hostile.texts["unit"]
    assert analysed["wave"]["name"]["vi"] == hostile.texts["wave"]
    assert analysed["method"]["target_reference"]["vi"] == hostile.texts["target"]
    labels = [question.label.vi for question in hostile_definition().questions if question.in_index]
    assert [item["label"]["vi"] for item in analysed["items"]] == labels
    printed = without_blanks(run("analyse", "W", "--unit", "X1"))
    for expected in (hostile.texts["unit"], hostile.texts["wave"], hostile.texts["target"], *labels):
        assert_seen(expected, printed)
    for command, names in {
        ("units", "list"): ("unit", "superior", "counter"),
        ("wave", "list"): ("wave",),
        ("collectors", "list", "W"): ("unit", "counter"),
    }.items():
        printed = run(*command)
        for name in names:
            assert f"{{0}} ${{x}} [red] <para> {name}" in " ".join(printed.split()), command


def test_what_cannot_be_seen_is_not_kept_and_letters_are_composed(
    client: CheckingClient, session: Session, engine: Engine
) -> None:
    publish_hostile_wave(session, engine, UNSEEN)
    session.expire_all()
    assert session.scalars(select(Unit.name_vi).where(Unit.code == "X1")).one() == f"{SEEN} unit"
    assert session.scalars(select(Wave.name_vi)).one() == f"{SEEN} wave"
    page = parsed(client.get("/ket-qua/W/X1"))
    assert_seen(f"{SEEN} unit", seen(page))
    assert_seen(f"{SEEN} unit", seen(parsed(client.get("/ket-qua/W?q=song+tra"))))
    document = client.get("/ket-qua/W/X1/bao-cao.pdf").data
    text = without_blanks(" ".join(leaf.extract_text() for leaf in PdfReader(BytesIO(document)).pages))
    assert_seen(f"{SEEN} unit", text)
    assert_seen(hostile_definition().title.vi, text)

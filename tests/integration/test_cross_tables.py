"""Cross-tables equal what the answers say, and from all of them nobody learns what a few people answered."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from forms.definition import Choice, Question, Wording
from reports.cross_figures import CrossTable
from reports.heat_workbook import cross_xlsx
from survey.analysis import cross_counting, cross_disclosure
from survey.analysis.cross_counting import crossed
from survey.analysis.cross_tables import cross_table
from survey.analysis.instrument import read_instrument
from survey.analysis.summary import unit_report
from survey.models import CrossRun, Unit, Wave
from survey.operations.cross_tables import count_requested, keep_cross_tables, request_cross_tables
from survey.operations.kept_statistics import keep_statistics
from survey.operations.ledger import seal_all
from survey.operations.waves import close_wave
from tests.attacker import given_away
from tests.factories import NOW, make_collector, make_definition, make_questionnaire, make_unit, make_wave
from tests.sample_waves import store

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
SILENT = 0
# Unit, age (0: did not say), the items answered: people. Small groups lie in different corners of the tree.
Kind = tuple[str, int, tuple[str, ...]]
PEOPLE: dict[Kind, int] = {
    ("A", 1, ITEMS): 3,
    ("A", 2, ITEMS): 6,
    ("A", 3, ITEMS): 40,
    ("B", 1, ITEMS): 30,
    ("B", 2, ITEMS): 3,
    ("B", 2, ITEMS[1:]): 20,
    ("B", 3, ITEMS): 25,
    ("B", SILENT, ITEMS): 2,
    ("C", 1, ITEMS): 40,
    ("C", 2, ITEMS): 40,
    ("C", 3, ITEMS): 3,
    ("C", 3, ITEMS[:2]): 40,
    ("C", SILENT, ITEMS): 12,
}  # fmt: skip


def words(text: str) -> Wording:
    return Wording(text, text)


def age() -> Question:
    choices = tuple(Choice(value, words(f"Tuổi {value}")) for value in (1, 2, 3))
    return Question(code="age", kind="single", label=words("Tuổi"), wording=words("Tuổi"), choices=choices)


class Place:
    """The units A, B and C under T, with the answers of :data:`PEOPLE`."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session, self.engine = session, engine
        top = make_unit(session, code="T", kind="province")
        self.units: dict[str, Unit] = {"T": top} | {code: make_unit(session, code=code, parent=top) for code in "ABC"}
        below = [self.units[code] for code in "ABC"]
        questionnaire = make_questionnaire(session, make_definition(questions=[age()]))
        self.wave: Wave = make_wave(session, code="W", units=below, questionnaire=questionnaire, state="open")
        ways = {code: make_collector(session, self.wave, self.units[code]) for code in "ABC"}
        for (code, said, items), people in PEOPLE.items():
            row = dict.fromkeys(items, 4 if said != 2 else 2) | ({"age": said} if said else {})
            store(session, ways[code], [row] * people)
        session.commit()
        seal_all(engine)

    def close(self) -> None:
        close_wave(self.session, self.wave, NOW)
        keep_statistics(self.session, self.wave)
        keep_cross_tables(self.session, self.wave)
        self.session.commit()

    def table(self, code: str) -> CrossTable:
        (question,) = crossed(read_instrument(self.session, self.wave.questionnaire))
        found = cross_table(self.session, self.wave, self.units[code], question)
        assert found is not None
        return found


Atom = tuple[str, int, tuple[str, ...], str]  # a kind of people, and one item they answered


def atoms() -> dict[Atom, int]:
    return {(*kind, item): people for kind, people in PEOPLE.items() for item in kind[2]}


def of_column(code: str) -> tuple[str, ...]:
    return tuple(item for item in ITEMS if code in ("index", item) or item.startswith(code))


def of_cell(unit: str, said: int | None, column: str) -> set[Hashable]:
    return {
        atom for atom in atoms() if unit in ("T", atom[0]) and said in (None, atom[1]) and atom[3] in of_column(column)
    }


def published(place: Place) -> Iterator[set[Hashable]]:
    for code, unit in place.units.items():
        report = unit_report(place.session, place.wave, unit)
        for figure in (report.index, *report.factors, *report.items):
            if not figure.suppressed:
                yield of_cell(code, None, figure.code)
        table = place.table(code)
        for said, row in ((None, table.everybody), *enumerate(table.rows, 1)):
            for column, cell in zip(table.columns, row.cells, strict=True):
                if not cell.suppressed:
                    yield of_cell(code, said, column.code)
        if table.silent is not None:
            yield of_cell(code, SILENT, "index")


def secrets() -> dict[str, set[Hashable]]:
    """Every cell of an item, of the index or of those who did not say with one to four people."""
    found = {}
    for unit in "ABC":
        for said in (SILENT, 1, 2, 3):
            for column in ("index", *ITEMS):
                of = of_column(column)
                people = sum(
                    n for (u, s, items), n in PEOPLE.items() if (u, s) == (unit, said) and set(of) & set(items)
                )
                if 0 < people < 5:
                    found[f"{unit} {said} {column}"] = of_cell(unit, said, column)
    return found


def test_a_table_equals_what_the_answers_say(session: Session, engine: Engine) -> None:
    place = Place(session, engine)
    place.close()
    table = place.table("C")
    assert [column.code for column in table.columns] == ["index", "access", "procedures", *ITEMS]
    assert [row.label.vi for row in table.rows] == ["Tuổi 1", "Tuổi 2", "Tuổi 3"]
    cells = dict(zip((column.code for column in table.columns), table.rows[0].cells, strict=True))
    assert (cells["index"].people, cells["index"].estimate.exact, cells["access_1"].people) == (40, 1, 40)
    compared = 0
    for code in "TABC":
        found = place.table(code)
        for said, row in enumerate(found.rows, 1):
            for column, cell in zip(found.columns, row.cells, strict=True):
                of = set(of_column(column.code))
                kinds = {
                    kind: people
                    for kind, people in PEOPLE.items()
                    if code in ("T", kind[0]) and kind[1] == said and of & set(kind[2])
                }
                if not cell.suppressed:
                    assert cell.people == sum(kinds.values())
                    assert cell.estimate.exact == (0 if said == 2 else 1)
                    compared += 1
    assert compared > 20


def test_nothing_hidden_follows_from_all_tables_and_reports(session: Session, engine: Engine) -> None:
    place = Place(session, engine)
    place.close()
    assert {"A 1 index", "B 2 access_1", "C 3 procedures_1", "B 0 index"} <= set(secrets())
    assert given_away(atoms(), published(place), secrets()) == []
    shown = [cell for code in "TABC" for row in place.table(code).rows for cell in row.cells if not cell.suppressed]
    assert len(shown) > 20


def test_the_attacker_finds_what_small_cells_alone_would_give_away(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_small(known: cross_disclosure.CrossPeople) -> frozenset[cross_disclosure.Cell]:
        small = ((place, n) for place, n in known.sites.items() if 0 < n < 5 and place[1] != cross_disclosure.SILENT)
        return frozenset((str(unit_id), choice, figure) for (unit_id, choice, figure), _ in small)

    monkeypatch.setattr(cross_counting, "hidden_cells", only_small)
    place = Place(session, engine)
    place.close()
    assert set(given_away(atoms(), published(place), secrets())) >= {"A 1 index", "B 2 access_1", "B 0 index"}


def test_everybody_stands_beside_the_groups_with_the_number_of_those_who_did_not_say(
    session: Session, engine: Engine
) -> None:
    place = Place(session, engine)
    place.close()
    table = place.table("C")
    everybody = dict(zip((column.code for column in table.columns), table.everybody.cells, strict=True))
    report = unit_report(session, place.wave, place.units["C"])
    assert everybody["index"].people == report.index.people == 135
    assert everybody["access_1"].people == {item.code: item.people for item in report.items}["access_1"] == 135
    told = {code: place.table(code).silent for code in "TABC"}
    assert set(told.values()) <= {None, 0, 2, 12, 14}
    assert told["B"] is None  # two people
    assert all(
        told[code] is None or not any(row.cells[0].suppressed for row in place.table(code).rows) for code in told
    )
    sheet = load_workbook(BytesIO(cross_xlsx(table, "vi"))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[0][:3] == ["Tất cả", table.columns[0].label.vi, pytest.approx(table.everybody.cells[0].estimate.value)]
    assert rows[-1] == ["Không trả lời câu hỏi này", None, None, None, None, table.silent]


def test_whoever_did_not_say_is_told_where_every_group_is(session: Session, engine: Engine) -> None:
    """The number is then no more than the difference that anybody can form."""
    unit = make_unit(session, code="A")
    questionnaire = make_questionnaire(session, make_definition(questions=[age()]))
    wave = make_wave(session, code="W", units=[unit], questionnaire=questionnaire, state="open")
    way = make_collector(session, wave, unit)
    for said, people in ((1, 20), (2, 15), (None, 9)):
        store(session, way, [{**dict.fromkeys(ITEMS, 4), **({"age": said} if said else {})}] * people)
    session.commit()
    seal_all(engine)
    keep_cross_tables(session, wave)
    (question,) = crossed(read_instrument(session, wave.questionnaire))
    table = cross_table(session, wave, unit, question)
    assert table is not None
    assert table.silent == 9


def test_the_attacker_finds_a_hidden_group_by_the_number_of_those_who_did_not_say(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve are many, but with everybody and the other groups they give the three of the first group."""
    monkeypatch.setitem(PEOPLE, ("A", SILENT, ITEMS), 12)
    place = Place(session, engine)
    place.close()
    assert place.table("A").silent is None
    assert given_away(atoms(), published(place), secrets()) == []
    told = [*published(place), of_cell("A", SILENT, "index"), *(of_cell("A", said, "index") for said in (2, 3))]
    assert "A 1 index" in given_away(atoms(), told, secrets())


def test_a_group_is_held_against_the_units_own_channels(session: Session, engine: Engine) -> None:
    """All on paper are of the second group, but for one: the difference would tell what that one answered."""
    unit = make_unit(session, code="A")
    questionnaire = make_questionnaire(session, make_definition(questions=[age()]))
    wave = make_wave(session, code="W", units=[unit], questionnaire=questionnaire, state="open")
    qr, paper = make_collector(session, wave, unit), make_collector(session, wave, unit, channel="paper", trust="paper")
    for way, said, people in ((qr, 1, 40), (qr, 2, 1), (paper, 2, 9), (paper, 1, 0), (qr, 3, 12)):
        store(session, way, [{**dict.fromkeys(ITEMS, 4), "age": said}] * people)
    session.commit()
    seal_all(engine)
    close_wave(session, wave, NOW)
    keep_statistics(session, wave)
    keep_cross_tables(session, wave)
    session.commit()
    channels = {figure.code: figure for figure in dict(unit_report(session, wave, unit).breakdowns)["channel"]}
    assert not channels["paper"].suppressed
    (question,) = crossed(read_instrument(session, wave.questionnaire))
    table = cross_table(session, wave, unit, question)
    assert table is not None
    assert table.rows[1].cells[0].suppressed
    assert not all(row.cells[0].suppressed for row in table.rows)


def test_an_open_wave_is_counted_when_asked_and_a_closed_one_by_itself(session: Session, engine: Engine) -> None:
    place = Place(session, engine)
    assert count_requested(engine) is False
    assert request_cross_tables(session, place.wave, NOW) is True
    assert request_cross_tables(session, place.wave, NOW) is False
    session.commit()
    assert count_requested(engine) is True
    assert count_requested(engine) is False
    run = session.get_one(CrossRun, place.wave.id)
    session.refresh(run)
    assert (run.done, run.total, run.finished_at is not None) == (264, 264, True)
    session.rollback()
    assert place.table("T").counted_at == run.finished_at
    session.rollback()
    close_wave(session, place.wave, run.finished_at.replace(year=run.finished_at.year + 1))
    session.commit()
    assert count_requested(engine) is True

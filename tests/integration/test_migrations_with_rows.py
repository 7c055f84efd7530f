"""What stood in the database before filings, scores and documents came stays through them, down and up again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, MetaData, inspect, select
from sqlalchemy.orm import Session

from survey import database
from survey.analysis.frozen_figures import unpacked
from survey.models import FilingVersion, PetitionStep, PlaceUpload, Wave
from survey.operations import dialogue_polls, filing_figures
from survey.operations.transactions import set_transactions
from tests.dialogues import make_dialogue
from tests.factories import NOW, make_definition, make_questionnaire, make_wave
from tests.hostile_objects import make_more
from tests.policy_objects import make_objects, make_tree
from tests.published_waves import answer_alike, finish
from tests.staff import make_account

BEFORE_FILINGS = "0013"
SUMMER = (date(2025, 7, 1), date(2025, 9, 30))
ALTERED_LATER = ("dialogue_poll", "mail_message", "petition", "petition_step", "place_upload")

Rows = dict[str, list[tuple[object, ...]]]


def rows_of(engine: Engine, columns: dict[str, list[str]] | None = None) -> Rows:
    """Every row of every table, in an order of its own; of these tables and columns, if they are given."""
    found = MetaData()
    found.reflect(engine)
    kept: Rows = {}
    with engine.connect() as connection:
        for table in found.sorted_tables:
            if table.name != "alembic_version" and (columns is None or table.name in columns):
                wanted = [table.c[name] for name in columns[table.name]] if columns else list(table.c)
                kept[table.name] = sorted((tuple(row) for row in connection.execute(select(*wanted))), key=repr)
    return kept


def columns_of(engine: Engine) -> dict[str, list[str]]:
    inspector = inspect(engine)
    return {name: [column["name"] for column in inspector.get_columns(name)] for name in inspector.get_table_names()}


def frozen(engine: Engine) -> dict[str, str]:
    """Digests of the figures that the filings of the finished waves hold."""
    with Session(engine) as session:
        waves = session.scalars(select(Wave).where(Wave.state == "published").order_by(Wave.code)).all()
        assert [found for wave in waves for found in filing_figures.verify(session, wave)] == []
        versions = session.scalars(select(FilingVersion)).all()
        return {
            f"{document['wave']['code']} {document['place']['code']}": version.figures_digest
            for version in versions
            if (document := unpacked(version.figures))["wave"]["code"] != "W"
        }


def fill(session: Session, engine: Engine) -> None:
    """A published wave from before there were filings, an open one, and what every room keeps; with a step and a file
    that only later revisions know."""
    tree = make_tree(session)
    old = make_wave(
        session, code="CU", units=[tree["own"], tree["elsewhere"]], period=SUMMER, state="open",
        questionnaire=make_questionnaire(session, make_definition(code="old")),
    )  # fmt: skip
    for code, counts in (("own", (0, 1, 9, 30, 10)), ("elsewhere", (3, 0, 0, 0, 4))):
        answer_alike(session, old, tree[code], counts)
        set_transactions(session, tree[code], *SUMMER, 400)
    finish(session, engine, old)
    values = make_objects(session, tree["own"])
    make_more(session, tree, values)
    dialogue_polls.open_poll(session, make_dialogue(session, tree["own"], state="running"), "exit", NOW)
    case = session.scalars(select(PetitionStep).limit(1)).one()
    told = {"petition_id": case.petition_id, "number": 99, "day": NOW.date(), "state": case.state}
    session.add(PetitionStep(step="rescheduled", holder_id=case.holder_id, deadline_on=case.deadline_on, **told))
    person = make_account(session, "compiler", tree["above"])
    for kind in ("units", "dossiers"):
        session.add(PlaceUpload(account_id=person.id, kind=kind, file_name="a", content=b"a", uploaded_at=NOW))
    session.commit()


def test_a_filled_database_goes_up_down_and_up_again(engine: Engine, database_url: str) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fill(session, engine)
    filing_figures.freeze_due(engine, NOW)
    first = frozen(engine)
    assert first.keys() == {"CU T", "CU X1", "CU X2", "P T", "P X1"}
    database.downgrade(database_url, BEFORE_FILINGS)
    before, columns = rows_of(engine), columns_of(engine)
    assert all(before[name] for name in ALTERED_LATER)
    assert {row[columns["place_upload"].index("kind")] for row in before["place_upload"]} == {"units"}
    assert "note" in {row[columns["petition_step"].index("step")] for row in before["petition_step"]}
    for again in (False, True):
        if again:
            database.downgrade(database_url, BEFORE_FILINGS)
            assert rows_of(engine) == before
        database.upgrade(database_url)
        assert rows_of(engine, columns) == before
        assert frozen(engine) == {}
        filing_figures.freeze_due(engine, NOW)
        assert frozen(engine) == first

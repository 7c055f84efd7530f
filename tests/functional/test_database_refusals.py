"""What the database refuses the two roles, whatever their processes ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from survey.models import Base, grants
from tests.database_roles import connection_url, prepare


@pytest.fixture
def connect(postgresql_url: str) -> Iterator[Callable[[str], psycopg.Connection]]:
    prepare(postgresql_url)
    opened = []

    def to(role: str) -> psycopg.Connection:
        url = (
            make_url(connection_url(postgresql_url, role))
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
        )
        opened.append(psycopg.connect(url, autocommit=True))
        return opened[-1]

    yield to
    for connection in opened:
        connection.close()


def test_every_table_says_what_the_roles_may_do() -> None:
    tables = {table.name for table in Base.metadata.sorted_tables} | {"alembic_version"}
    assert set(grants.GRANTS) == tables
    assert all(
        "UPDATE" not in rights and "DELETE" not in rights for table in BALLOTS for rights in grants.GRANTS[table]
    )


BALLOTS = (
    "response", "answer", "several_answer", "text_answer", "response_flag", "response_conflict", "flag_note",
    "imported_response", "batch_response", "seal", "audit_entry",
)  # fmt: skip


NOT_THE_PUBLICS = (
    "SELECT text FROM petition",
    "SELECT handled_by_id FROM petition",
    "SELECT counter_id FROM petition",
    "SELECT reference FROM petition",
    "SELECT xmin FROM petition",
    "SELECT text FROM petition_step",
    "SELECT account_id FROM petition_step",
    "SELECT sealed FROM petition_contact",
    "SELECT jpeg FROM petition_photo",
    "SELECT text_version FROM petition_consent",
    "SELECT subject FROM mail_message",
    "INSERT INTO mail_message (key) VALUES ('x')",
    "SELECT cause FROM remedy",
    "SELECT owner_name FROM remedy",
    "SELECT notes FROM dialogue",
    "SELECT notes FROM dialogue_question",
    "SELECT account_id FROM commitment_progress",
    "UPDATE petition SET answer = ''",
    "UPDATE petition SET holder_id = unit_id",
    "DELETE FROM petition_contact",
    "DELETE FROM petition",
    "SELECT email FROM account",
    "SELECT * FROM audit_entry",
    "SELECT * FROM api_key",
    "SELECT * FROM questionnaire_draft",
    "SELECT * FROM import_draft",
    "SELECT * FROM released_item_tally",
    "SELECT text FROM text_answer",
    "SELECT choice FROM answer",
    "SELECT salt FROM response",
    "SELECT collector_id FROM response",
    "UPDATE response SET seconds = 1",
    "UPDATE answer SET choice = 5",
    "DELETE FROM response",
    "DELETE FROM text_answer",
    "TRUNCATE answer",
    "UPDATE wave SET state = 'open'",
    "UPDATE item_tally SET n5 = n5 + 1",
    "INSERT INTO seal (sequence) VALUES (99)",
    "DROP TABLE response_flag",
    "CREATE TABLE mine (id int)",
)
NOT_THE_STAFFS = (
    "UPDATE petition_step SET text = ''",
    "DELETE FROM petition_step",
    "DELETE FROM petition",
    "UPDATE petition_photo SET jpeg = ''",
    "UPDATE response SET seconds = 1",
    "UPDATE answer SET choice = 5",
    "UPDATE several_answer SET choice = 5",
    "UPDATE text_answer SET text = ''",
    "UPDATE response_flag SET kind = 'manual'",
    "UPDATE response_conflict SET content = ''",
    "UPDATE seal SET leaves = 1",
    "UPDATE audit_entry SET action = ''",
    "DELETE FROM response",
    "DELETE FROM answer",
    "DELETE FROM text_answer",
    "DELETE FROM response_flag",
    "DELETE FROM seal",
    "DELETE FROM audit_entry",
    "TRUNCATE response",
    "ALTER TABLE response DISABLE TRIGGER ALL",
    "DROP TRIGGER response_no_update ON response",
    "INSERT INTO seal (sequence) VALUES (99)",
)


@pytest.mark.parametrize(("role", "statements"), [(grants.PUBLIC, NOT_THE_PUBLICS), (grants.STAFF, NOT_THE_STAFFS)])
def test_the_database_refuses_what_is_not_a_role_s_own(connect, role: str, statements: tuple[str, ...]) -> None:
    connection = connect(role)
    assert connection.execute("SELECT count(*) FROM unit").fetchone() == (3,)
    for statement in statements:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # SQLSTATE 42501
            connection.execute(statement)

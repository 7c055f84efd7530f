"""The migrations and the models describe the same database: tables, columns, constraints, indexes and triggers."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, Table, inspect, text

from survey.models import TRIGGERS, Base

TRIGGER_NAMES = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    ),
}


def checks(table: Table) -> set[str]:
    return {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}


def test_head_equals_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_has_every_check_of_the_models(engine: Engine) -> None:
    """Alembic compares no CHECK, yet they are where the database refuses nonsense."""
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        migrated = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert migrated == checks(table), table.name


def test_head_has_every_trigger_and_no_other(engine: Engine) -> None:
    """A batch change on SQLite drops a table's triggers without a word."""
    expected = {(name, trigger.table) for name, trigger in TRIGGERS[engine.dialect.name].items()}
    with engine.connect() as connection:
        migrated = {(name, table) for name, table in connection.execute(text(TRIGGER_NAMES[engine.dialect.name]))}
    assert migrated == expected

"""Alembic's environment: one transaction, one migrator at a time, foreign keys checked at the end on SQLite."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from survey.accounts import models as _accounts  # noqa: F401 their tables belong to the schema
from survey.config import from_environment
from survey.database import make_engine
from survey.models import Base, grants, row_policies

MIGRATION_LOCK = 7283645190


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()


def run() -> None:
    """Migrate under a lock. SQLite: foreign keys off (a batch change replaces the parent table), then checked."""
    url = context.config.attributes.get("url") or from_environment()["DATABASE_URL"]
    engine = make_engine(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection = connection.execution_options(write=True)
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                migrate(connection)
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration leaves broken references: {broken[:5]}")
            raw.execute("PRAGMA foreign_keys=ON")
        else:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                row_policies.lift(connection)
                migrate(connection)
                grants.apply(connection)
    engine.dispose()


run()

"""The database: one engine per application, one session per request, and the migrations.

SQLite is opened in WAL with `synchronous=FULL` (an acknowledged ballot survives a power cut), foreign keys and
recursive triggers on (INSERT OR REPLACE would slip past a DELETE trigger). Its writers begin IMMEDIATE, see
`survey.operations.writing`: a deferred transaction that reads and then writes fails at once, whatever the timeout.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
BUSY_SECONDS = 15


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (psycopg 3) with the settings this project relies on.

    Its errors show no parameters: the log would keep, with the moment, what a citizen wrote.
    """
    options.setdefault("hide_parameters", True)
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    options.setdefault("connect_args", {"timeout": BUSY_SECONDS, "check_same_thread": False})
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: psycopg.Connection[Any], _record: object) -> None:
    # Without it whoever meets a lock waits for as long as it is held, and a few citizens hold every thread.
    connection.execute(f"SET lock_timeout = {BUSY_SECONDS * 1000:.0f}".encode())
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


def alembic_config(url: str) -> Config:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`; run before a server starts, never by each worker."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(alembic_config(url), revision)


def init_app(app: Flask) -> None:
    """Give the application its engine and close each request's session."""
    app.extensions["engine"] = app.config.get("ENGINE") or make_engine(app.config["DATABASE_URL"])
    app.teardown_appcontext(_close_session)


def snapshot(engine: Engine) -> Session:
    """A session whose reads, however long they take, all see one moment; on PostgreSQL it cannot write."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Session(engine, expire_on_commit=False)


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found


def current_session() -> Session:
    """The session of this request (or of this application context), made on first use. Never commits by itself."""
    if "session" not in g:
        g.session = Session(engine(), expire_on_commit=False)
    session: Session = g.session
    return session


def _close_session(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()

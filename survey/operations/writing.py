"""Writers' transactions: on SQLite they must say so when they begin."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.orm import Session


def begin_write(session: Session) -> Connection:
    """The session's connection, in a transaction that may write.

    A session without a transaction begins one as a writer (BEGIN IMMEDIATE on SQLite, see survey.database): a
    deferred transaction there that reads and then writes fails at once, whatever the timeout.
    """
    if session.in_transaction():
        return session.connection()
    return session.connection(execution_options={"write": True})


def begin_by_driver(engine: Engine) -> PoolProxiedConnection:
    """A pooled connection in a transaction that may write, without what SQLAlchemy keeps around one: for the citizen's
    ballot, of whose time that takes a fifth. Closing it takes back what was not committed."""
    pooled = engine.raw_connection()
    if engine.dialect.name == "sqlite":  # psycopg begins by itself
        try:
            pooled.cursor().execute("BEGIN IMMEDIATE")
        except BaseException:
            pooled.close()
            raise
    return pooled

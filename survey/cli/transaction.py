"""What commands share: a transaction that writes all or nothing, a file to write, refusals said in one sentence."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from flask import current_app
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.database import current_session
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.writing import begin_write

DAY = click.DateTime(["%Y-%m-%d"])


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def writing(*, dry_run: bool = False, at_once: bool = True) -> Iterator[Session]:
    """A write transaction that commits at the end (rolls back for a dry run); a refusal ends the command.

    With `at_once` false the operation itself begins to write, when it has read what takes long.
    """
    session = current_session()
    if at_once:
        begin_write(session)
    audit.attribute(session, audit.Actor("command", operator()))
    try:
        yield session
    except OperationError as error:
        session.rollback()
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        session.rollback()
        raise without_schema(error) from error
    except BaseException:
        session.rollback()
        raise
    if dry_run:
        session.rollback()
    else:
        session.commit()


def operator() -> str:
    """The login name of whoever gave the command; a container may run under a number that has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@contextmanager
def reading() -> Iterator[Session]:
    """The session of a command that changes nothing; a refusal ends the command."""
    try:
        yield current_session()
    except OperationError as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        raise without_schema(error) from error


def without_schema(error: DBAPIError) -> Exception:
    """One sentence for a database whose tables were never made; any other error as it is."""
    if isinstance(error.orig, psycopg.errors.UndefinedTable) or "no such table" in str(error.orig):
        place = make_url(current_app.config["DATABASE_URL"]).render_as_string(hide_password=True)
        return click.ClickException(f"The database {place} is empty. Run: sipas db upgrade")
    return error


def write_file(path: Path, content: bytes) -> None:
    """Write what a command was asked for; where that cannot be, end in one sentence."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error

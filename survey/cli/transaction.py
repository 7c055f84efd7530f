"""The transaction of a command: it writes all or nothing, and a refusal is said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from survey.database import current_session
from survey.operations.errors import OperationError
from survey.operations.writing import begin_write

DAY = click.DateTime(["%Y-%m-%d"])


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def writing(*, dry_run: bool = False) -> Iterator[Session]:
    """A write transaction that commits at the end (rolls back for a dry run); a refusal ends the command."""
    session = current_session()
    begin_write(session)
    try:
        yield session
    except OperationError as error:
        session.rollback()
        raise click.ClickException(str(error)) from error
    except BaseException:
        session.rollback()
        raise
    if dry_run:
        session.rollback()
    else:
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """The session of a command that changes nothing; a refusal ends the command."""
    try:
        yield current_session()
    except OperationError as error:
        raise click.ClickException(str(error)) from error

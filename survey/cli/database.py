"""`sipas db …`: the schema, and the database roles that may use it."""

from __future__ import annotations

import os

import click
import psycopg
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import ProgrammingError

from survey import database
from survey.models import grants

group = AppGroup("db", help="Bring the database's schema up or down, and make the roles that use it.")


@group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate up to REVISION (default: the newest). Example: sipas db upgrade"""
    database.upgrade(current_app.config["DATABASE_URL"], revision)
    click.echo(f"schema at {revision}")


@group.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Migrate down to REVISION. Example: sipas db downgrade base"""
    database.downgrade(current_app.config["DATABASE_URL"], revision)
    click.echo(f"schema at {revision}")


@group.command("roles")
def roles() -> None:
    """Make the two PostgreSQL roles of the web processes, and give each what it needs and no more.

    sipas_public takes ballots and reads published figures; sipas_staff runs the back office. Run it as the owner of the
    tables; migrations renew the rights afterwards, and running it again changes nothing.

    A role whose password is given (SIPAS_PUBLIC_PASSWORD, SIPAS_STAFF_PASSWORD) may log in. Without, it is a group:
    make login roles of your own and say GRANT sipas_public TO yours.

    \b
    Example:
      SIPAS_PUBLIC_PASSWORD=… SIPAS_STAFF_PASSWORD=… sipas db roles
    """
    with database.engine().begin() as connection:
        if connection.dialect.name != "postgresql":
            raise click.ClickException("SQLite has no roles: there triggers alone keep ballots as they are.")
        given = {role: os.environ.get(f"{role.upper()}_PASSWORD", "").strip() for role in grants.ROLES}
        try:
            new = grants.create(connection, {role: password for role, password in given.items() if password})
            grants.apply(connection)
        except ProgrammingError as error:
            raise click.ClickException(f"The roles could not be made or given their rights: {error.orig}") from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise click.ClickException(f"The roles could not be made: {error}") from error
    for role in grants.ROLES:
        made = "made" if role in new else "was there"
        click.echo(f"{role}: {made}, {'may log in' if given[role] else 'rights given'}")

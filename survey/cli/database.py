"""`sipas db …`: the schema."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from survey import database

group = AppGroup("db", help="Bring the database's schema up or down.")


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

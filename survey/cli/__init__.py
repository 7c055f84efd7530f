"""The `sipas` command: everything an operator does without a browser."""

from __future__ import annotations

from flask import Flask
from flask.cli import FlaskGroup

from survey.cli import database


def init_app(app: Flask) -> None:
    """Register every command with the application."""
    app.cli.add_command(database.group)


def main() -> None:
    """Entry point of the console command `sipas`."""
    from survey import create_app

    FlaskGroup(
        name="sipas",
        create_app=create_app,
        add_default_commands=False,
        help="Survey and satisfaction measurement for public administration.",
    )()

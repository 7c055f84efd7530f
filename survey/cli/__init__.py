"""The `sipas` command: everything an operator does without a browser."""

from __future__ import annotations

from flask import Flask
from flask.cli import FlaskGroup

from survey.cli import collectors, database, demo, poster, responses, seal, serve, units, wave

GROUPS = (collectors.group, database.group, responses.group, units.group, wave.group)
COMMANDS = (demo.command, poster.command, seal.command, serve.command)


def init_app(app: Flask) -> None:
    """Register every command with the application."""
    for command in (*GROUPS, *COMMANDS):
        app.cli.add_command(command)


def main() -> None:
    """Entry point of the console command `sipas`."""
    from survey import create_app

    FlaskGroup(
        name="sipas",
        create_app=create_app,
        add_default_commands=False,
        help="Survey and satisfaction measurement for public administration.",
    )()

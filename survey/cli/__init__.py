"""The `sipas` command: everything an operator does without a browser."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import FlaskGroup

from survey.cli import (
    analysis,
    collectors,
    contacts,
    database,
    demo,
    documents,
    export,
    filings,
    mail,
    poster,
    recount,
    reference,
    responses,
    seal,
    serve,
    services,
    units,
    wave,
)

GROUPS = (
    analysis.report_group,
    collectors.group,
    contacts.group,
    database.group,
    documents.group,
    export.group,
    filings.group,
    mail.group,
    reference.group,
    responses.group,
    services.group,
    units.group,
    wave.group,
)
COMMANDS = (
    analysis.analyse,
    analysis.percent,
    demo.command,
    poster.command,
    recount.command,
    seal.command,
    serve.command,
)

EXAMPLES = """
\b
Examples:
  sipas db upgrade && sipas demo && sipas serve
  sipas responses import stratified_wave.csv --wave W --create --design probability
  sipas analyse W --weighted
  sipas COMMAND --help   for each command's own examples
"""


def init_app(app: Flask) -> None:
    """Register every command with the application."""
    for command in (*GROUPS, *COMMANDS):
        app.cli.add_command(command)


def make_app() -> Flask:
    """The application of the commands; a setting nobody should run with ends them in one sentence."""
    from survey import create_app
    from survey.config import SettingsError

    try:
        return create_app()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def main() -> None:
    """Entry point of the console command `sipas`."""
    FlaskGroup(
        name="sipas",
        create_app=make_app,
        add_default_commands=False,
        add_version_option=False,
        help="Survey and satisfaction measurement for public administration.",
        epilog=EXAMPLES,
    )()

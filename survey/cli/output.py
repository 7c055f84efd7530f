"""Tables on the terminal; piped into a file or another program they are as wide as they need to be."""

from __future__ import annotations

import sys

import click
from rich.console import Console, RenderableType
from rich.table import Table

from forms.ballot import clean_text
from survey.operations.place_tables import TableError

PIPED_WIDTH = 400


def table(*headings: str) -> Table:
    """An empty table without lines; nothing in it is cut off."""
    made = Table(box=None)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def show(what: RenderableType) -> None:
    """Print to standard output."""
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(what)


def show_faults(refused: TableError) -> None:
    """What is wrong in a file, a line each."""
    for fault in refused.faults:
        column = f", column {fault.column}" if fault.column else ""
        click.echo(clean_text(f"line {fault.row}{column}: {fault}", lines=False), err=True)

"""`sipas filings …`: freezing what waves closed before, and proving that frozen figures are what the data say."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from survey.cli.transaction import now, reading
from survey.database import engine
from survey.operations import filing_figures, waves

group = AppGroup("filings", help="Prove the frozen figures of the units' periodic reports.")


@group.command("verify")
@click.argument("code", metavar="WAVE")
def verify(code: str) -> None:
    """Compute every unit's figures of WAVE anew and compare them with what was frozen. Exit code 1 where they differ.

    The figures come from the sealed tallies; `sipas recount` proves the tallies from the rows.

    Example: sipas filings verify 2026-H1
    """
    with reading() as session:
        found = [(each.unit.code, each.kind) for each in filing_figures.verify(session, waves.find_wave(session, code))]
    for unit, kind in found:
        click.echo(f"{kind}: {unit}")
    if found:
        click.echo(f"{len(found)} differences", err=True)
        sys.exit(1)
    click.echo("no difference")


@group.command("freeze")
def freeze() -> None:
    """Give waves that were closed before there were reports theirs; the server does so by itself.

    Example: sipas filings freeze
    """
    click.echo(f"{filing_figures.freeze_due(engine(), now())} reports made")

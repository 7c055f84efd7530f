"""`sipas recount`: everything the ledger says, computed again from the rows."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from survey.cli.transaction import reading
from survey.models import Seal
from survey.operations.recount import recount


class Head(click.ParamType):
    """SEQUENCE:HEX, as this command prints it."""

    name = "sequence:head"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, bytes]:
        sequence, _, head = value.partition(":")
        try:
            return int(sequence), bytes.fromhex(head)
        except ValueError:
            self.fail(f"{value!r} is not of the form 12:9f86d081…", param, ctx)


@click.command("recount")
@click.option("--published", type=Head(), multiple=True, help="A head kept outside this database; may be given again.")
@with_appcontext
def command(published: tuple[tuple[int, bytes], ...]) -> None:
    """Recount the rows, and compare tallies, answers, seals and their chain. Exit code 1 where they differ.

    \b
    Examples:
      sipas recount
      sipas recount --published 12:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    with reading() as session:
        differences = recount(session, dict(published))
        newest = session.scalar(select(Seal).order_by(Seal.sequence.desc()).limit(1))
    for difference in differences:
        click.echo(f"{difference.kind}: {difference.place}: {difference.detail}")
    if newest is not None:
        click.echo(f"head {newest.sequence}:{newest.head.hex()}")
    if differences:
        click.echo(f"{len(differences)} differences", err=True)
        sys.exit(1)
    click.echo("no difference")

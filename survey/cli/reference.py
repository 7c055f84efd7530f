"""`sipas reference …`: published figures of others, from a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.output import show_faults
from survey.cli.transaction import writing
from survey.operations.place_tables import TableError
from survey.operations.reference_series import import_reference

group = AppGroup("reference", help="Published figures that stand beside one's own over the years.")


@group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
def load(file: Path, dry_run: bool) -> None:
    """Add and correct the published figures of FILE.csv (or .xlsx): all of it or nothing.

    Columns: scope, content, year, percent, method, and if wanted index (SIPAS), minimum_province, maximum_province,
    respondents, source.

    Example: sipas reference load sipas_published.csv
    """
    with writing(dry_run=dry_run, at_once=False) as session:
        try:
            outcome = import_reference(session, file.read_bytes())
        except TableError as refused:
            show_faults(refused)
            raise SystemExit(1) from refused
    said = "would add" if dry_run else "added"
    click.echo(f"{said} {outcome.count('add')} figures, {outcome.count('change')} corrected")

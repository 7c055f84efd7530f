"""`sipas services …`: the catalogue of procedures, from a file and as a list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from survey.cli.output import show, show_faults, table
from survey.cli.transaction import DAY, now, reading, writing
from survey.models import ProcedureField, Service
from survey.operations.periods import province_day
from survey.operations.place_tables import TableError
from survey.operations.service_files import import_services

group = AppGroup("services", help="Fields of procedures and the procedures that belong to them.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "start", type=DAY, help="Since when the new procedures exist [today].")
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
def import_file(file: Path, start: datetime | None, dry_run: bool) -> None:
    """Add and change the fields and procedures of FILE.csv (or .xlsx): all of it or nothing.

    Columns: code, field, name_vi, and if wanted name_en, valid_from, valid_until. A row without a field is itself a
    field of procedures.

    Example: sipas services import services.csv
    """
    with writing(dry_run=dry_run, at_once=False) as session:
        try:
            outcome = import_services(session, file.read_bytes(), start.date() if start else province_day(now()))
        except TableError as refused:
            show_faults(refused)
            raise SystemExit(1) from refused
    said = "would add" if dry_run else "added"
    click.echo(f"{said} {outcome.count('add')} fields and procedures ({outcome.count('same')} were there already)")


@group.command("list")
def list_services() -> None:
    """Every field with its procedures. Example: sipas services list"""
    lines = table("code", "field", "name", "from", "until")
    with reading() as session:
        for field in session.scalars(select(ProcedureField).order_by(ProcedureField.code)):
            lines.add_row(escape(field.code), "", escape(field.name_vi), "", "")
        query = select(Service).join(Service.field).options(joinedload(Service.field))
        for service in session.scalars(query.order_by(ProcedureField.code, Service.code)):
            until = str(service.valid_until or "")
            lines.add_row(
                escape(service.code),
                escape(service.field.code),
                escape(service.name_vi),
                str(service.valid_from),
                until,
            )
    show(lines)

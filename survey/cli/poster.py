"""`sipas poster`: the QR codes of a wave, ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from reports.poster import Size, posters_pdf
from survey.analysis.posters import posters
from survey.cli.transaction import reading, write_file
from survey.models import Collector, Counter, Unit
from survey.operations.units import find_unit
from survey.operations.waves import find_wave


@click.command("poster")
@click.option("--wave", "wave_code", required=True, metavar="CODE")
@click.option("--unit", "unit_code", metavar="CODE", help="Only this unit and those below it.")
@click.option("--size", type=click.Choice(get_args(Size)), default="a4", show_default=True)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.pdf")
@with_appcontext
def command(wave_code: str, unit_code: str | None, size: Size, output: Path) -> None:
    """Print a poster for every active QR collector of a wave, all in one PDF.

    The codes begin with BASE_URL: set it to the address citizens reach before printing.

    Example: sipas poster --wave 2026-H1 --unit X01 --size a5 -o posters.pdf
    """
    base = current_app.config["BASE_URL"]
    with reading() as session:
        wave = find_wave(session, wave_code)
        query = (
            select(Collector)
            .join(Collector.unit)
            .outerjoin(Counter, Counter.id == Collector.counter_id)
            .where(Collector.wave_id == wave.id, Collector.channel == "qr", Collector.state == "active")
            .options(joinedload(Collector.unit), joinedload(Collector.counter))
            .order_by(Unit.path, Counter.code, Collector.id)
        )
        if unit_code:
            query = query.where(Unit.path.like(f"{find_unit(session, unit_code).path}%"))
        printed = posters(session.scalars(query), base)
    if not printed:
        raise click.ClickException(f"No active QR collector there. Run: sipas collectors make {wave_code}")
    write_file(output, posters_pdf(printed, size))
    click.echo(f"{output}: {len(printed)} posters for {base}")
    if urlsplit(base).hostname in ("127.0.0.1", "localhost", "::1"):
        click.echo(
            f"Nobody but this machine reaches {base}. Set BASE_URL and print again before hanging them up.", err=True
        )

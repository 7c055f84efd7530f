"""`sipas units …`: the tree of units and their counters, from a file and as a list."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.markup import escape
from rich.tree import Tree
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from survey.cli.output import show, show_faults
from survey.cli.transaction import DAY, now, reading, writing
from survey.models import Unit, WaveUnit
from survey.operations import field, transactions, waves
from survey.operations import units as tree
from survey.operations.periods import province_day
from survey.operations.place_tables import TableError
from survey.operations.unit_files import import_units
from survey.operations.units import find_unit

ON = click.option("--on", "on", type=DAY, help="The last day of what ends [today].")

group = AppGroup("units", help="Departments, communes, rooms and their counters.")


@group.command("list")
@click.option("--all", "everything", is_flag=True, help="Closed units and counters too.")
def list_units(everything: bool) -> None:
    """The tree of units with their counters. Example: sipas units list"""
    branches: dict[int, Tree] = {}
    roots = []
    with reading() as session:
        query = select(Unit).options(selectinload(Unit.counters)).order_by(Unit.path)
        for unit in session.scalars(query):
            if unit.valid_until is not None and not everything:
                continue
            closed = f" [dim](until {unit.valid_until})[/dim]" if unit.valid_until else ""
            label = f"[bold]{escape(unit.code)}[/bold] {escape(unit.name_vi)}{closed}"
            above = branches.get(unit.parent_id or 0)
            branches[unit.id] = above.add(label) if above else Tree(label)
            if above is None:
                roots.append(branches[unit.id])
            for counter in unit.counters:
                if everything or counter.valid_until is None:
                    branches[unit.id].add(f"[dim]{escape(f'{counter.code} {counter.name_vi}')}[/dim]")
    for root in roots:
        show(root)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "start", type=DAY, help="Since when the new ones exist [today].")
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
def import_file(file: Path, start: datetime | None, dry_run: bool) -> None:
    """Add and change the units and counters of FILE.csv (or .xlsx): all of it or nothing.

    Columns: code, parent, kind (province, department, commune, room, counter), name_vi, and if wanted name_en,
    one_stop_vi, one_stop_en, valid_from, valid_until, successor. A counter's parent is its unit. What the file does
    not hold stays as it is.

    Example: sipas units import units.csv
    """
    with writing(dry_run=dry_run, at_once=False) as session:
        try:
            outcome = import_units(session, file.read_bytes(), start.date() if start else province_day(now()))
        except TableError as refused:
            show_faults(refused)
            raise SystemExit(1) from refused
    would = "would have " if dry_run else ""
    known = f"{outcome.count('same')} were there already"
    click.echo(f"{'would add' if dry_run else 'added'} {outcome.count('add')} units and counters ({known})")
    if number := outcome.count("change"):
        click.echo(f"{would}changed {number}")
    if number := outcome.count("close"):
        click.echo(f"{would}closed {number}")


@group.command("transactions")
@click.argument("unit")
@click.argument("number", type=click.IntRange(min=0))
@click.option("--from", "start", type=DAY, required=True, help="First day of the period.")
@click.option("--until", "end", type=DAY, required=True, help="Last day of the period.")
@click.option("--reason", default="", help="Why a number that a published wave counts is corrected.")
def set_transactions(unit: str, number: int, start: datetime, end: datetime, reason: str) -> None:
    """Record how many dossiers UNIT handled over a period.

    Example: sipas units transactions X01 1250 --from 2026-01-01 --until 2026-06-30
    """
    with writing() as session:
        found = find_unit(session, unit)
        transactions.set_transactions(session, found, start.date(), end.date(), number, reason=reason)
    click.echo(f"{unit}: {number} transactions from {start.date()} to {end.date()}")


@group.command("issued")
@click.argument("unit")
@click.argument("number", type=click.IntRange(min=0))
@click.option("--wave", "wave_code", required=True, metavar="CODE")
def set_forms_issued(unit: str, number: int, wave_code: str) -> None:
    """Record how many paper forms UNIT issued in a wave; the response rate follows from it.

    Example: sipas units issued X01 400 --wave 2026-H1
    """
    with writing() as session:
        wave, found = waves.find_wave(session, wave_code), find_unit(session, unit)
        if session.get(WaveUnit, (wave.id, found.id)) is None:
            raise waves.WaveError("unit_not_in_wave", unit=unit, wave=wave_code)
        field.set_forms_issued(session, wave, {found.id: number})
    click.echo(f"{unit}: {number} forms issued in {wave_code}")


@group.command("close")
@click.argument("unit")
@ON
@click.option("--successor", metavar="CODE", help="The unit that carries on.")
def close(unit: str, on: datetime | None, successor: str | None) -> None:
    """End UNIT and its counters; its answers and figures stay. Example: sipas units close X01 --on 2026-06-30"""
    last = _day(on)
    with writing() as session:
        into = find_unit(session, successor) if successor else None
        tree.close_unit(session, find_unit(session, unit), last, into)
    click.echo(f"{unit} is closed after {last}")


@group.command("merge")
@click.argument("unit_codes", nargs=-1, required=True, metavar="UNIT…")
@click.option("--into", "into_code", required=True, metavar="CODE", help="The unit that takes them over.")
@ON
def merge(unit_codes: tuple[str, ...], into_code: str, on: datetime | None) -> None:
    """Close units with one successor, which takes over the units below them.

    Those that took part in a wave keep their place and are closed as well, so that no published figure changes.

    Example: sipas units merge X01 X02 --into X03 --on 2026-06-30
    """
    last = _day(on)
    with writing() as session:
        found = [find_unit(session, code) for code in unit_codes]
        tree.merge_units(session, found, find_unit(session, into_code), last)
    click.echo(f"{', '.join(unit_codes)} merged into {into_code} after {last}")


@group.command("succeed")
@click.argument("unit")
@click.argument("code")
@click.option("--under", metavar="CODE", help="Its new parent [the parent of UNIT].")
@ON
def succeed(unit: str, code: str, under: str | None, on: datetime | None) -> None:
    """Close UNIT and make its successor CODE with the same names, elsewhere in the tree if wanted.

    The successor's counters, and its part in waves, are made anew.

    Example: sipas units succeed X01-P1 X03-P1 --under X03 --on 2026-06-30
    """
    last = _day(on)
    with writing() as session:
        old = find_unit(session, unit)
        parent = find_unit(session, under) if under else old.parent
        tree.succeed_unit(session, old, code=code, parent=parent, on=last)
    click.echo(f"{unit} is closed after {last}; {code} succeeds it")


@group.command("move")
@click.argument("unit")
@click.option("--under", required=True, metavar="CODE", help="Its new parent.")
def move(unit: str, under: str) -> None:
    """Hang UNIT, which no wave has asked yet, under another unit. Example: sipas units move X01-P1 --under X03"""
    with writing() as session:
        tree.move_unit(session, find_unit(session, unit), find_unit(session, under))
    click.echo(f"{unit} is under {under}")


def _day(given: datetime | None) -> date:
    return given.date() if given else province_day(now())

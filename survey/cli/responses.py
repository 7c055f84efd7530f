"""`sipas responses import`: responses that were collected elsewhere come in from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from forms.definition import Questionnaire
from survey.cli.import_errors import describe_all
from survey.cli.sealing import seal_everything
from survey.cli.transaction import DAY, now, writing
from survey.cli.wave import finish_wave
from survey.models import TRUST_LEVELS, Wave
from survey.models.wave import DESIGNS, WEIGHTINGS
from survey.operations import imports, questionnaires, targets, waves
from survey.operations.periods import half_year, noon, province_day
from survey.operations.response_files import Layout, ResponseFileError, ResponseRow, read_responses

CHANNELS = ("import", "paper", "phone", "interview")

group = AppGroup("responses", help="Bring in responses that were collected elsewhere.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wave", "wave_code", required=True, metavar="CODE", help="The wave the responses belong to.")
@click.option("--create", is_flag=True, help="Make the wave, its units and their transactions from the file.")
@click.option("--questionnaire", default="counter", show_default=True, help="With --create: what was asked.")
@click.option("--from", "start", type=DAY, help="With --create: first day of the period [this half-year].")
@click.option("--until", "end", type=DAY, help="With --create: last day of the period.")
@click.option("--design", type=click.Choice(DESIGNS), default="self_selected", show_default=True, help="With --create.")
@click.option(
    "--headline", type=click.Choice(WEIGHTINGS), help="With --create [weighted if the file has transactions]."
)
@click.option(
    "--channel",
    type=click.Choice(CHANNELS),
    default="import",
    show_default=True,
    help="How the answers were collected.",
)
@click.option("--trust", type=click.Choice(TRUST_LEVELS), default="paper", show_default=True)
@click.option("--unit-column", default="unit", show_default=True, metavar="NAME")
@click.option("--transactions-column", default="transactions", show_default=True, metavar="NAME")
@click.option("--unit", default="", metavar="CODE", help="One unit for the whole file.")
@click.option(
    "--map", "mapping", multiple=True, metavar="COLUMN=QUESTION", help="May be given again; COLUMN= skips it."
)
@click.option("--received", type=DAY, help="The day the responses were given [today, or the period's last day].")
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
@click.option("--close", is_flag=True, help="Close the wave afterwards.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Of error messages.")
def import_file(
    file: Path,
    wave_code: str,
    create: bool,
    channel: str,
    trust: str,
    unit_column: str,
    transactions_column: str,
    unit: str,
    mapping: tuple[str, ...],
    received: datetime | None,
    dry_run: bool,
    close: bool,
    lang: str,
    **creation: Any,
) -> None:
    """Import FILE.csv: all of it or nothing, and the same file twice adds nothing.

    A row is a response; a cell is 1–5, x for no opinion, empty for skipped. Columns are question codes, or q01, q02 …
    by the position of the items of the index. On SQLite citizens wait while the file is stored (20,000 rows a second).

    \b
    Examples:
      sipas responses import paper.csv --wave 2026-H1 --channel paper
      sipas responses import stratified_wave.csv --wave W --create --questionnaire counter --design probability
      sipas responses import export.csv --wave W --map "Câu 1=access_signs" --map "Ghi chú=" --dry-run
    """
    content = file.read_bytes()
    layout = Layout(unit=unit_column, transactions=transactions_column, questions=_mapping(mapping))
    at = now()
    with writing(dry_run=dry_run) as session:
        try:
            wave = waves.find_wave(session, wave_code)
        except waves.WaveError:
            if not create:
                raise
            weighted = transactions_column in content.partition(b"\n")[0].decode(errors="replace")
            wave = _create_wave(session, wave_code, trust, weighted, at, **creation)
        asked = Questionnaire.from_yaml(wave.questionnaire.definition)
        try:
            rows = read_responses(content, asked, imports.question_ids(session, wave), layout, unit=unit)
            result = _import(
                session,
                wave,
                rows,
                file,
                content,
                create,
                _received_at(wave, received, at),
                at,
                trust=trust,
                channel=channel,
            )
        except ResponseFileError as refused:
            click.echo(describe_all(refused, lang), err=True)
            raise SystemExit(1) from refused
    _report(result, dry_run)
    if not dry_run:
        seal_everything()
        if close:
            finish_wave(wave_code)


def _import(
    session: Session,
    wave: Wave,
    rows: list[ResponseRow],
    file: Path,
    content: bytes,
    create: bool,
    received_at: datetime,
    at: datetime,
    **way_in: Any,
) -> imports.ImportResult:
    with _progress(len(rows)) as advance:
        return imports.import_responses(
            session,
            wave,
            rows,
            at=at,
            received_at=received_at,
            file_name=file.name,
            file_digest=hashlib.sha256(content).hexdigest(),
            create=create,
            progress=advance,
            **way_in,
        )


def _create_wave(
    session: Session,
    code: str,
    trust: str,
    weighted: bool,
    at: datetime,
    *,
    questionnaire: str,
    start: datetime | None,
    end: datetime | None,
    design: str,
    headline: str | None,
) -> Wave:
    first, last = half_year(province_day(at))
    period_start = start.date() if start else first
    period_end = end.date() if end else (half_year(period_start)[1] if start else last)
    return waves.create_wave(
        session,
        code=code,
        name_vi=f"Đợt khảo sát {code}",
        name_en=f"Survey wave {code}",
        questionnaire=questionnaires.published_questionnaire(session, questionnaire, period_start, at),
        target=targets.target_or_default(session, period_start),
        period_start=period_start,
        period_end=period_end,
        design=design,
        headline_weighting=headline or ("weighted" if weighted else "unweighted"),
        trust_levels=(trust,),
    )


def _mapping(given: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for pair in given:
        column, equals, question = pair.rpartition("=")
        if not equals or not column:
            raise click.BadParameter(f"{pair!r} is not of the form COLUMN=QUESTION", param_hint="--map")
        mapping[column.strip()] = question.strip()
    return mapping


def _received_at(wave: Wave, received: datetime | None, at: datetime) -> datetime:
    """The day given; else now while the wave's period runs, and its last day afterwards."""
    if received is not None:
        return noon(received.date())
    return at if province_day(at) <= wave.period_end else noon(wave.period_end)


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    columns = (TextColumn("responses"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("import", total=total)
        yield lambda done: bar.advance(task, done)


def _report(result: imports.ImportResult, dry_run: bool) -> None:
    known = result.rows_read - result.rows_added
    said = "would add" if dry_run else "added"
    click.echo(f"{result.rows_read} rows read, {said} {result.rows_added} responses ({known} were there already)")
    if result.units_created:
        click.echo(f"{'would make' if dry_run else 'made'} {result.units_created} units")

"""`sipas export …`: the files of the back office's export page, written by whoever runs the server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from reports.codebook import codebook_json, codebook_xlsx
from reports.figure_rows import (
    TABLE_FORMATS,
    TableFormat,
    TableStyle,
    table_chunks,
)
from reports.figures import Language
from reports.row_files import ROW_FORMATS, RowFormat, Style, row_chunks
from survey.analysis.codebook import read_codebook
from survey.analysis.exportable import TABLES, bounds, half_months
from survey.analysis.row_layout import Extract
from survey.analysis.rows import read_rows
from survey.cli.transaction import now, reading, writing
from survey.database import engine, snapshot
from survey.models import TRUST_LEVELS, Unit, Wave
from survey.operations.exports import note_export
from survey.operations.units import find_unit
from survey.operations.waves import find_wave

group = AppGroup("export", help="Write responses, figures and codebooks to files; each is noted in the audit log.")

wave_argument = click.argument("wave_code", metavar="WAVE")
unit_option = click.option(
    "--unit", "unit_code", metavar="CODE", help="This unit with everything below it; default: the whole wave."
)
language_option = click.option(
    "--lang", "language", type=click.Choice(get_args(Language)), default="vi", show_default=True, help="Of the words."
)
comma_option = click.option("--comma", is_flag=True, help="CSV with commas and decimal points instead of semicolons.")
output_option = click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE"
)


@group.command("rows")
@wave_argument
@unit_option
@click.option("--format", "form", type=click.Choice(ROW_FORMATS), default="csv", show_default=True)
@click.option("--from", "first", metavar="HALF-MONTH", help="2026-03-1 (from day 1) or 2026-03-2 (from day 15).")
@click.option("--until", "last", metavar="HALF-MONTH", help="The last half-month, included.")
@click.option("--trust", type=click.Choice(TRUST_LEVELS), multiple=True, help="Only this trust level; may be repeated.")
@click.option("--flagged", is_flag=True, help="With flagged responses.")
@click.option("--identifying", is_flag=True, help="With counter, day, demographics and free text.")
@click.option("--words", is_flag=True, help="Answers as words, not as codes (not in SPSS files).")
@comma_option
@language_option
@output_option
def rows(
    wave_code: str, unit_code: str | None, form: RowFormat, first: str | None, last: str | None,
    trust: tuple[str, ...], flagged: bool, identifying: bool, words: bool, comma: bool, language: Language,
    output: Path,
) -> None:  # fmt: skip
    """Write the single responses to WAVE, one a row.

    \b
    Examples:
      sipas export rows 2026-H1 -o phieu.csv
      sipas export rows 2026-H1 --unit X01 --format sav --identifying -o phieu.sav
      sipas export rows 2026-H1 --from 2026-03-1 --until 2026-05-2 --trust open --words -o phieu.csv
    """
    with reading(), snapshot(engine()) as session:
        wave, unit = _asked_for(session, wave_code, unit_code)
        extract = Extract(
            wave=wave,
            unit=unit,
            half_months=_bounds(wave, first, last),
            trust=trust or None,
            flagged=flagged,
            identifying=identifying,
            words=language if words and form != "sav" else None,
        )
        dataset = read_rows(session, extract, now(), with_widths=form == "sav")
        terms = {"from": first, "until": last, "trust": trust, "flagged": flagged, "identifying": identifying}
        _note(wave_code, unit_code, "rows", form, {**terms, "rows": dataset.count})
        _write(output, row_chunks(dataset, form, Style(language, extract.words is not None, "," if comma else ";")))
    click.echo(f"{output}: {dataset.count} responses")


@group.command("figures")
@wave_argument
@unit_option
@click.option(
    "--table",
    type=click.Choice(tuple(TABLES)),
    default="unit",
    show_default=True,
    help="The result of the unit, the index of every unit below it, or every item of those.",
)
@click.option("--format", "form", type=click.Choice(TABLE_FORMATS), default="csv", show_default=True)
@comma_option
@language_option
@output_option
def figures(
    wave_code: str, unit_code: str | None, table: str, form: TableFormat, comma: bool, language: Language, output: Path
) -> None:
    """Write the percentages of WAVE as a table: each row with its count, base, interval, rule, period and trust levels.

    \b
    Examples:
      sipas export figures 2026-H1 --unit X01 -o x01.csv
      sipas export figures 2026-H1 --table items --format xlsx -o tieu-chi.xlsx
    """
    with reading(), snapshot(engine()) as session:
        wave, unit = _asked_for(session, wave_code, unit_code)
        found = list(TABLES[table](session, wave, unit, "exact"))
        _note(wave_code, unit_code, table, form, {"rows": len(found)})
    _write(output, table_chunks(found, form, TableStyle(now(), language, "," if comma else ";")))
    click.echo(f"{output}: {len(found)} rows")


@group.command("codebook")
@wave_argument
@click.option("--format", "form", type=click.Choice(("xlsx", "json")), default="xlsx", show_default=True)
@language_option
@output_option
def codebook(wave_code: str, form: str, language: Language, output: Path) -> None:
    """Write what the columns of WAVE's rows mean: questions, answers, codes, scopes, versions, counts.

    \b
    Example:
      sipas export codebook 2026-H1 -o bang-ma.xlsx
    """
    with reading(), snapshot(engine()) as session:
        wave, _ = _asked_for(session, wave_code, None)
        book = read_codebook(session, Extract(wave=wave), with_counts=True)
        _note(wave_code, None, "codebook", form, {})
    _write(output, [codebook_json(book)] if form == "json" else codebook_xlsx(book, language, now()))
    click.echo(f"{output}: {len(book.entries)} variables")


def _asked_for(session: Session, wave_code: str, unit_code: str | None) -> tuple[Wave, Unit | None]:
    return find_wave(session, wave_code), find_unit(session, unit_code) if unit_code else None


def _bounds(wave: Wave, first: str | None, last: str | None) -> tuple[int, int] | None:
    try:
        return bounds(wave, first, last)
    except KeyError as error:
        raise click.BadParameter(
            f"{error} is none of {', '.join(half_months(wave))}", param_hint="--from, --until"
        ) from error


def _note(wave_code: str, unit_code: str | None, what: str, form: str, terms: dict[str, object]) -> None:
    """Nothing is written unless it is noted who took it."""
    with writing() as session:
        wave, unit = _asked_for(session, wave_code, unit_code)
        note_export(session, wave, unit, what=what, form=form, terms=terms)


def _write(output: Path, chunks: Iterable[bytes]) -> None:
    """Under another name until it is whole: a half-made file must not pass for one."""
    growing = output.with_name(f"{output.name}.part")
    try:
        with growing.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        growing.replace(output)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        growing.unlink(missing_ok=True)

"""`sipas analyse`, `sipas percent`, `sipas report unit`: the figures on the terminal, as JSON and as documents."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import click
from flask.cli import AppGroup, with_appcontext
from rich.markup import escape
from rich.table import Table

from reports.figures import Aggregation, Counts, Design, Figure, Language, Rule, Text, Weighting
from reports.notes import method_note
from reports.report_figures import UnitReport
from reports.unit_report import unit_report_pdf
from reports.wording import (
    change_sentence,
    count,
    figure_percent,
    interval,
    point_score,
    target_percent,
    verdict_label,
    verdict_sentence,
)
from reports.workbook import unit_report_xlsx
from survey.analysis.export import as_json, figure_json
from survey.analysis.statistics import PersonSums, unweighted
from survey.analysis.summary import unit_report
from survey.analysis.verdict import MINIMUM_PEOPLE, judge
from survey.cli.output import show, table
from survey.cli.transaction import reading, write_file
from survey.models import CHANNELS, RESPONDENT_GROUPS, TRUST_LEVELS
from survey.operations.units import find_unit
from survey.operations.waves import find_wave

HEADINGS = {
    "vi": ("Nội dung", "Tỷ lệ", "Khoảng tin cậy 95%", "Số người", "Câu trả lời", "Đánh giá"),
    "en": ("What", "Share", "95% interval", "People", "Answers", "Verdict"),
}
COUNTS = Text("Số câu trả lời đã nhập", "The counts given")

language_option = click.option(
    "--lang", "language", type=click.Choice(get_args(Language)), default="vi", show_default=True, help="Of the words."
)
json_option = click.option("--json", "as_data", is_flag=True, help="Print JSON, unrounded (docs/analysis-json.md).")
rule_option = click.option("--rule", type=click.Choice(get_args(Rule)), help="Default: the wave's, or top_two.")


@click.command("analyse")
@click.argument("wave_code", metavar="WAVE")
@click.option(
    "--unit", "unit_code", metavar="CODE", help="This unit with everything below it; default: the whole wave."
)
@rule_option
@click.option("--aggregation", type=click.Choice(get_args(Aggregation)), help="Default: the wave's.")
@click.option("--weighted/--unweighted", "weighted", default=None, help="Default: the wave's headline.")
@click.option("--design", type=click.Choice(get_args(Design)), help="Default: the wave's.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only answers of this channel.")
@click.option(
    "--trust", type=click.Choice(TRUST_LEVELS), multiple=True, help="Count this trust level; default: the wave's."
)
@click.option("--group", type=click.Choice(RESPONDENT_GROUPS), help="Only answers of this respondent group.")
@language_option
@json_option
@with_appcontext
def analyse(wave_code: str, unit_code: str | None, language: Language, as_data: bool, **terms: Any) -> None:
    """Print the satisfaction figures of WAVE: index, factors, items, with intervals and verdicts.

    \b
    Examples:
      sipas analyse 2026-H1
      sipas analyse 2026-H1 --unit X01 --weighted --json
      sipas analyse 2026-H1 --rule scaled_mean --design probability
    """
    weighted = terms.pop("weighted")
    weighting: Weighting | None = None if weighted is None else "weighted" if weighted else "unweighted"
    terms["trust"] = terms["trust"] or None
    with reading() as session:
        wave = find_wave(session, wave_code)
        unit = find_unit(session, unit_code) if unit_code else None
        report = unit_report(session, wave, unit, weighting=weighting, **terms)
    if as_data:
        click.echo(_dumped(as_json(report, language)))
    else:
        _print(report, language)


@click.command("percent")
@click.argument("counts", nargs=5, type=click.IntRange(min=0), metavar="N1 N2 N3 N4 N5")
@rule_option
@click.option("--target", default="80", show_default=True, metavar="PERCENT", help="What to reach, in percent.")
@language_option
@json_option
def percent(counts: tuple[int, ...], rule: Rule | None, target: str, language: Language, as_data: bool) -> None:
    """Print the satisfaction percentage of five counts, N1 (very dissatisfied) to N5 (very satisfied).

    \b
    Examples:
      sipas percent 1 2 5 40 52
      sipas percent 1 2 5 40 52 --rule scaled_mean --target 90 --json
    """
    figure = _figure_of(counts, rule or "top_two", _fraction(target))
    if as_data:
        click.echo(_dumped(figure_json(figure, language)))
        return
    found = _table(language)
    _add(found, figure, language)
    show(found)
    _explain(figure, language)


report_group = AppGroup("report", help="Write official documents.")


@report_group.command("unit")
@click.argument("unit_code", metavar="CODE")
@click.option("--wave", "wave_code", required=True, metavar="CODE")
@language_option
@click.option("--xlsx", is_flag=True, help="A workbook instead of a PDF.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
def report_unit(unit_code: str, wave_code: str, language: Language, xlsx: bool, output: Path) -> None:
    """Write a unit's report of a wave as PDF or XLSX.

    \b
    Examples:
      sipas report unit X01 --wave 2026-H1 -o report.pdf
      sipas report unit X01 --wave 2026-H1 --lang en --xlsx -o report.xlsx
    """
    with reading() as session:
        report = unit_report(session, find_wave(session, wave_code), find_unit(session, unit_code))
    write_file(output, unit_report_xlsx(report, language) if xlsx else unit_report_pdf(report, language))
    click.echo(f"{output}: {figure_percent(report.index, language)}")


def _dumped(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _fraction(percentage: str) -> Fraction:
    try:
        value = Fraction(Decimal(percentage.replace(",", ".").removesuffix("%"))) / 100
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise click.BadParameter(f"{percentage!r} is not a percentage", param_hint="--target") from error
    if not 0 < value < 1:
        raise click.BadParameter("a target lies between 0 and 100", param_hint="--target")
    return value


def _figure_of(counts: tuple[int, ...], rule: Rule, target: Fraction) -> Figure:
    n1, n2, n3, n4, n5 = counts
    people = sum(counts)
    estimate = unweighted(PersonSums.of_counts(counts), people, rule, item=True)
    verdict = judge(estimate, people, target, MINIMUM_PEOPLE)
    given = Counts((n1, n2, n3, n4, n5))
    return Figure(
        "counts", COUNTS, "item", rule, "pool_answers", "unweighted", people, people, given, estimate, verdict
    )


def _print(report: UnitReport, language: Language) -> None:
    index = report.index
    target = target_percent(index.verdict.target, language)
    place, wave = escape(report.place.name[language]), escape(report.wave.name[language])
    show(f"[bold]{place}[/bold] · {wave} · ≥ {target}")
    show(f"[bold]{figure_percent(index, language)}[/bold]  {verdict_label(index.verdict.state, language)}")
    _explain(index, language)
    for change in report.changes:
        show(escape(f"{change.wave_name[language]}: {change_sentence(change, language)}"))
    found = _table(language)
    beside = [figure for figure in (report.beside, report.overall, report.all_satisfied) if figure]
    for figure in (index, *beside, *report.contents, *report.factors, *report.items):
        _add(found, figure, language)
    for line in report.children:
        _add(found, line.index, language, label=f"{line.place.code} {line.place.name[language]}")
    show(found)
    for sentence in method_note(report, language):
        show(escape(sentence))


def _explain(figure: Figure, language: Language) -> None:
    """Why the verdict is what it is, and how far the point lies from the target."""
    for sentence in (verdict_sentence(figure.verdict, language, figure.people), point_score(figure, language)):
        if sentence:
            show(sentence)


def _table(language: Language) -> Table:
    return table(*HEADINGS[language])


def _add(found: Table, figure: Figure, language: Language, label: str = "") -> None:
    weighted = {"vi": " (có trọng số)", "en": " (weighted)"}[language] if figure.weighting == "weighted" else ""
    found.add_row(
        escape(label or figure.label[language]) + weighted,
        figure_percent(figure, language),
        interval(figure.estimate, language, figure.verdict.target),
        "–" if figure.suppressed else count(figure.people, language),
        "–" if figure.suppressed else count(figure.answers, language),
        verdict_label(figure.verdict.state, language),
    )

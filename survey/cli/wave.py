"""`sipas wave …`: a survey wave from its first day to its publication."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import click
from flask.cli import AppGroup
from rich.markup import escape
from sqlalchemy import func, select, true

from survey.cli.output import show, table
from survey.cli.transaction import DAY, now, reading, writing
from survey.database import engine
from survey.models import TRUST_LEVELS, Collector, Wave, WaveUnit
from survey.models.wave import AGGREGATIONS, DESIGNS, RULES, WEIGHTINGS
from survey.operations import closing, questionnaires, targets, units, wave_publication, waves
from survey.operations.poll_waves import IS_SURVEY

group = AppGroup("wave", help="Prepare, open, close and publish survey waves.")


def finish_wave(code: str) -> None:
    """Close the wave, seal what came in, and keep the statistics that need a scan of the rows."""
    with reading() as session:
        wave_id = waves.find_wave(session, code).id
        session.rollback()
        sealed = closing.finish_wave(engine(), wave_id, now(), session.info.get("actor"))
    click.echo(f"wave {code} is closed ({sealed} responses sealed)")


@group.command("list")
@click.option("--all", "with_polls", is_flag=True, help="The polls of dialogues, too.")
def list_waves(with_polls: bool) -> None:
    """Every survey with its state, units and collectors. Example: sipas wave list"""
    lines = table("code", "name", "period", "state", "design", "units", "collectors")
    with reading() as session:
        query = select(Wave).where(true() if with_polls else IS_SURVEY)
        for wave in session.scalars(query.order_by(Wave.period_start, Wave.code)):
            taking_part = session.scalar(select(func.count()).where(WaveUnit.wave_id == wave.id))
            ways_in = session.scalar(select(func.count()).where(Collector.wave_id == wave.id))
            period = f"{wave.period_start}…{wave.period_end:%m-%d}"
            lines.add_row(
                escape(wave.code), escape(wave.name_vi), period, wave.state, wave.design, str(taking_part), str(ways_in)
            )
    show(lines)


@group.command("create")
@click.argument("code")
@click.option("--name", required=True, help="Its Vietnamese name.")
@click.option("--name-en", default="", help="Its English name.")
@click.option("--questionnaire", default="counter", show_default=True)
@click.option("--from", "start", type=DAY, required=True, help="First day of the period.")
@click.option("--until", "end", type=DAY, required=True, help="Last day of the period.")
@click.option("--target", metavar="CODE", help="The target [the one in force when the period begins].")
@click.option("--design", type=click.Choice(DESIGNS), default="self_selected", show_default=True)
@click.option("--headline", type=click.Choice(WEIGHTINGS), default="unweighted", show_default=True)
@click.option("--rule", type=click.Choice(RULES), default="top_two", show_default=True)
@click.option("--aggregation", type=click.Choice(AGGREGATIONS), default="pool_answers", show_default=True)
@click.option(
    "--trust",
    type=click.Choice(TRUST_LEVELS),
    multiple=True,
    default=("present", "open", "paper"),
    show_default=True,
    help="A trust level that counts in the headline; may be given again.",
)
@click.option(
    "--minimum-people",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    metavar="N",
    help="With fewer people there is no verdict.",
)
@click.option("--owner", metavar="UNIT", help="The unit that runs it [the root of its units].")
@click.option("--opens", type=DAY, help="Open it by itself on this day.")
@click.option("--closes", type=DAY, help="Close it by itself after this day.")
def create(
    code: str,
    name: str,
    name_en: str,
    questionnaire: str,
    start: datetime,
    end: datetime,
    target: str | None,
    design: str,
    headline: str,
    rule: str,
    aggregation: str,
    trust: tuple[str, ...],
    minimum_people: int,
    owner: str | None,
    opens: datetime | None,
    closes: datetime | None,
) -> None:
    """Make the draft wave CODE.

    Example: sipas wave create 2026-H1 --name "Đợt 1 năm 2026" --from 2026-01-01 --until 2026-06-30
    """
    with writing() as session:
        waves.create_wave(
            session,
            code=code,
            name_vi=name,
            name_en=name_en,
            questionnaire=questionnaires.published_questionnaire(session, questionnaire, start.date(), now()),
            target=targets.find_target(session, target) if target else targets.target_or_default(session, start.date()),
            period_start=start.date(),
            period_end=end.date(),
            design=design,
            headline_weighting=headline,
            rule=rule,
            aggregation=aggregation,
            trust_levels=trust,
            minimum_people=minimum_people,
            owner=units.find_unit(session, owner) if owner else None,
            opens_on=opens.date() if opens else None,
            closes_on=closes.date() if closes else None,
        )
    click.echo(f"wave {code} is a draft; next: sipas wave add-units {code} UNIT …")


@group.command("add-units")
@click.argument("code")
@click.argument("unit_codes", nargs=-1, required=True, metavar="UNIT…")
@click.option("--subtree", is_flag=True, help="With every unit below them that has a counter.")
def add_units(code: str, unit_codes: tuple[str, ...], subtree: bool) -> None:
    """Let units take part in the wave CODE. Example: sipas wave add-units 2026-H1 T --subtree"""
    with writing() as session:
        wave = waves.find_wave(session, code)
        found = [units.find_unit(session, unit) for unit in unit_codes]
        if subtree:
            added = sum(waves.add_subtree(session, wave, unit) for unit in found)
        else:
            added = waves.add_units(session, wave, found)
    click.echo(f"added {added} units to {code}")


@group.command("open")
@click.argument("code")
def open_(code: str) -> None:
    """Open the wave CODE: what decides its headline is fixed from here on. Example: sipas wave open 2026-H1"""
    with writing() as session:
        waves.open_wave(session, waves.find_wave(session, code), now())
    click.echo(f"wave {code} is open")


@group.command("close")
@click.argument("code")
def close(code: str) -> None:
    """Close the wave CODE and seal it. Example: sipas wave close 2026-H1"""
    finish_wave(code)


@group.command("publish")
@click.argument("code")
def publish(code: str) -> None:
    """Show the results of the closed wave CODE to everybody. Example: sipas wave publish 2026-H1

    In the back office this takes two people and every unit's approved report; here, what is missing is approved ex
    officio. The audit log keeps it.
    """
    with writing() as session:
        wave_publication.publish_by_operator(session, waves.find_wave(session, code), now())
    click.echo(f"wave {code} is published")


@group.command("target")
@click.argument("code")
@click.option("--percent", type=Decimal, required=True, help="Such as 80.")
@click.option("--reference", required=True, help="The decision that sets it.")
@click.option("--from", "start", type=DAY, required=True)
@click.option("--until", "end", type=DAY)
def target(code: str, percent: Decimal, reference: str, start: datetime, end: datetime | None) -> None:
    """Record a target CODE. Example: sipas wave target sipas-90 --percent 90 --reference "…" --from 2027-01-01"""
    with writing() as session:
        targets.create_target(
            session,
            code=code,
            value=percent / 100,
            reference_vi=reference,
            valid_from=start.date(),
            valid_until=end.date() if end else None,
        )
    click.echo(f"target {code} is {percent}% from {start.date()}")

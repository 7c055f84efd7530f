"""`sipas collectors …`: the codes and links citizens answer through."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from survey.cli.output import show, table
from survey.cli.transaction import now, reading, writing
from survey.models import CHANNELS, RESPONDENT_GROUPS, TRUST_LEVELS, Collector, Wave
from survey.operations import collectors, units, waves

group = AppGroup("collectors", help="Make, list, revoke and replace the ways into a wave.")


def _found(session: Session, code: str) -> Collector:
    collector = collectors.find_collector(session, code)
    if collector is None:
        raise collectors.CollectorError("unknown", collector=code)
    return collector


def _one(session: Session, wave: Wave, *, unit: str, counter: str | None, **how: Any) -> list[Collector]:
    place = units.find_unit(session, unit)
    desk = units.find_counter(session, place, counter) if counter else None
    return [collectors.make_collector(session, wave, place, counter=desk, **how)]


@group.command("make")
@click.argument("wave_code", metavar="WAVE")
@click.option("--unit", metavar="CODE", help="One collector for this unit, instead of one for every counter.")
@click.option("--counter", metavar="CODE", help="With --unit: for this counter.")
@click.option("--channel", type=click.Choice(CHANNELS), default="qr", show_default=True)
@click.option("--trust", type=click.Choice(TRUST_LEVELS), default="open", show_default=True)
@click.option("--group", "respondent_group", type=click.Choice(RESPONDENT_GROUPS), default="citizen", show_default=True)
def make(
    wave_code: str, unit: str | None, counter: str | None, channel: str, trust: str, respondent_group: str
) -> None:
    """Give every counter of the wave's units a collector, if it has none of the channel and respondent group.

    \b
    Examples:
      sipas collectors make 2026-H1
      sipas collectors make 2026-H1 --unit X01 --channel paper --trust paper
      sipas collectors make DB-2026 --unit HDND --channel link --group delegate
    """
    with writing() as session:
        wave = waves.find_wave(session, wave_code)
        make_for = collectors.make_collectors if unit is None else partial(_one, unit=unit, counter=counter)
        made = make_for(session, wave, at=now(), channel=channel, trust=trust, respondent_group=respondent_group)
    click.echo(f"made {len(made)} collectors")


@group.command("list")
@click.argument("wave_code", metavar="WAVE")
def list_collectors(wave_code: str) -> None:
    """Every collector of the wave with its link. Example: sipas collectors list 2026-H1"""
    lines = table("code", "unit", "counter", "channel", "trust", "group", "state", "link")
    base = current_app.config["BASE_URL"]
    with reading() as session:
        wave = waves.find_wave(session, wave_code)
        query = select(Collector).where(Collector.wave_id == wave.id).order_by(Collector.id)
        for row in session.scalars(query.options(joinedload(Collector.unit), joinedload(Collector.counter))):
            unit = escape(row.unit.name_vi)
            counter = escape(row.counter.name_vi) if row.counter else ""
            link = f"{base}/s/{row.code}"
            lines.add_row(row.code, unit, counter, row.channel, row.trust, row.respondent_group, row.state, link)
    show(lines)


REASON = click.option(
    "--reason", default="by an operator's command", show_default=True, help="Kept with the collector."
)


@group.command("revoke")
@click.argument("code")
@REASON
def revoke(code: str, reason: str) -> None:
    """Let nothing more in through the collector CODE. Example: sipas collectors revoke 7KQ2M9F"""
    with writing() as session:
        collectors.revoke_collector(session, _found(session, code), now(), reason)
    click.echo(f"collector {code} is revoked")


@group.command("rotate")
@click.argument("code")
@REASON
def rotate(code: str, reason: str) -> None:
    """Replace the collector CODE by one with a new code. Example: sipas collectors rotate 7KQ2M9F"""
    with writing() as session:
        new = collectors.rotate_collector(session, _found(session, code), now(), reason)
    click.echo(f"collector {code} is revoked; the new code is {new.code}")

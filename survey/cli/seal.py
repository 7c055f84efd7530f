"""`sipas seal`: seals the unsealed tail, once, or beside a server, where it moves the released figures daily too."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from survey.analysis.quality import keep_disclosure
from survey.cli.sealing import seal_everything
from survey.cli.transaction import now
from survey.database import engine
from survey.operations.ledger import LedgerBusy
from survey.operations.periods import province_day
from survey.operations.release import release_due

log = logging.getLogger(__name__)


@click.command("seal")
@click.option("--every", type=click.FloatRange(min=0.5), metavar="SECONDS", help="Go on until stopped.")
@click.option("--parent", type=int, metavar="PID", help="With --every: stop when it is no child of this process.")
@with_appcontext
def command(every: float | None, parent: int | None) -> None:
    """Seal every response that is stored but not sealed yet; with --every, also release figures once a day.

    \b
    Examples:
      sipas seal
      sipas seal --every 3
    """
    if every is None:
        click.echo(f"sealed {seal_everything()} responses")
        return
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    while not stop.is_set() and parent in (None, os.getppid()):
        try:
            seal_everything(patience=0)
            release_due(engine(), province_day(now()), then=keep_disclosure)
        except (LedgerBusy, SQLAlchemyError) as error:
            log.warning("sealing is tried again in %s s: %s", every, error)
        stop.wait(every)

"""`sipas seal`: seals the unsealed tail, once, or beside a server, where it does what is due by date too."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.cli.document_workers import makers
from survey.cli.sealing import seal_everything
from survey.cli.transaction import now
from survey.database import engine
from survey.models import Wave
from survey.operations import (
    contacts,
    dialogue_polls,
    dialogue_reminders,
    filing_figures,
    filing_reminders,
    mail,
    notices,
    open_statistics,
    petition_deadlines,
    theme_counting,
    wave_publication,
)
from survey.operations.comments import attend_comments, release_comments
from survey.operations.cross_tables import count_requested
from survey.operations.document_runs import run_next
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import LedgerBusy
from survey.operations.mail_delivery import send_due
from survey.operations.periods import province_day
from survey.operations.release import release_due
from survey.operations.remedies import judge_due
from survey.operations.schedule import run_due
from survey.operations.webhook_delivery import Post, delivering, installation_keys

log = logging.getLogger(__name__)

SECONDS_AFTER_FAILURE = 900  # before a wave's cross-tables are counted again


@click.command("seal")
@click.option("--every", type=click.FloatRange(min=0.5), metavar="SECONDS", help="Go on until stopped.")
@click.option("--parent", type=int, metavar="PID", help="With --every: stop when it is no child of this process.")
@with_appcontext
def command(every: float | None, parent: int | None) -> None:
    """Seal every response that is stored but not sealed yet; with --every, also what is due by date.

    That is: the daily release of an open wave's figures and comments, waves that open or close on their day, closings
    and cross-tables that were asked for in the back office, webhooks, mail, and contacts kept long enough.

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
    schedule, cross_tables, outbox = _schedule(every), _cross_tables(every), _mail(every)
    themes, judging, documents = _themes(every), _judging(every), _documents(every)
    dates = [_hourly(work) for work in by_date()]
    with delivering(engine(), post()):
        while not stop.is_set() and parent in (None, os.getppid()):
            for work in (_seal, _release, schedule, cross_tables, outbox, *dates, themes, judging, documents):
                _try(work, every)
            stop.wait(every)


def _seal() -> None:
    seal_everything(patience=0)


def _release() -> None:
    today = province_day(now())

    def then(session: Session, wave: Wave) -> None:
        keep_disclosure(session, wave)
        release_comments(session, wave, today)

    attend_comments(engine(), today)
    release_due(engine(), today, then=then)


def _cross_tables(every: float) -> Callable[[], None]:
    """Counting what was asked for, one wave at a time; one that failed waits."""
    source = engine()
    waits: dict[int, float] = {}  # wave ids, until when by the monotonic clock

    def count() -> None:
        begun: list[int] = []
        try:
            count_requested(source, begun, [wave_id for wave_id, until in waits.items() if until > time.monotonic()])
        except Exception:
            waits.update(dict.fromkeys(begun, time.monotonic() + SECONDS_AFTER_FAILURE))
            raise

    return _beside(count, every)


def _schedule(every: float) -> Callable[[], None]:
    """Opening, closing and publishing waves, one after the other; what was begun before the process died is finished,
    and waves that were closed before there were filings get theirs."""
    source = engine()

    def due() -> None:
        run_due(source, now())
        wave_publication.publish_due(source, now())
        filing_figures.freeze_due(source, now())

    return _beside(due, every)


def _mail(every: float) -> Callable[[], None]:
    """Sending the outbox; a slow mail server holds up nothing else."""
    source, server = engine(), current_app.config["MAIL"]
    return _beside(lambda: send_due(source, server, now()), every)


def _themes(every: float) -> Callable[[], None]:
    """Counting the themes of new comments."""
    source = engine()
    return _beside(lambda: theme_counting.run_due(source, now()), every)


def _judging(every: float) -> Callable[[], None]:
    """Judging remedies by waves that have closed; those that no wave can judge yet are looked at every hour."""
    source = engine()
    return _hourly(_beside(lambda: judge_due(source), every))


def _documents(every: float) -> Callable[[], None]:
    """Making documents, in processes of their own."""
    source, settings = engine(), current_app.config
    return _beside(lambda: run_next(source, settings["BASE_URL"], makers(settings["DATABASE_URL"])), every)


def by_date() -> Sequence[Callable[[], object]]:
    """What is due by the day, each by itself: late opinions told upwards, the morning's notices, reminders of
    dialogues, half-years of opinions and dialogues to be told, contacts and mail kept long enough."""
    source, contact_days, mail_days = engine(), current_app.config["CONTACT_DAYS"], current_app.config["MAIL_DAYS"]
    return (
        lambda: petition_deadlines.run_due(source, now()),
        lambda: notices.run_due(source, now()),
        lambda: dialogue_reminders.run_due(source, now()),
        lambda: dialogue_polls.run_due(source, now()),
        lambda: filing_reminders.run_due(source, now()),
        lambda: open_statistics.freeze_due(source, now()),
        lambda: contacts.run_due(source, now(), contact_days),
        lambda: mail.run_due(source, now(), mail_days),
    )


def _hourly(work: Callable[[], object]) -> Callable[[], None]:
    """The work at once and then every hour; every minute where it failed."""
    due = 0.0

    def start() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 60
            work()
            due = time.monotonic() + 3600

    return start


def _beside(work: Callable[[], object], every: float) -> Callable[[], None]:
    """Start the work in a thread of its own, unless it is still under way: it may read all rows of a wave (23 s for a
    million responses), and ballots of other waves are sealed meanwhile."""
    running: list[threading.Thread] = []

    def start() -> None:
        if not (running and running[0].is_alive()):
            running[:] = [threading.Thread(target=_try, args=(work, every), daemon=True)]
            running[0].start()

    return start


def _try(work: Callable[[], object], every: float) -> None:
    """One failure keeps neither the others nor the next round from being tried."""
    try:
        work()
    except (LedgerBusy, SQLAlchemyError) as error:
        log.warning("sealing is tried again in %s s: %s", every, error)
    except Exception:
        log.exception("what the process does beside the server failed, and is tried again in %s s", every)


def post() -> Post:
    """How this installation signs webhooks, and which hosts beside the public ones it may send to."""
    keys = installation_keys(current_app.config["SECRET_KEY"], current_app.config.get("SECRET_KEY_FALLBACKS"))
    return Post(keys, frozenset(current_app.config["WEBHOOK_HOSTS"]))

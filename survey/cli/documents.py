"""`sipas documents …`: making sets of documents, and signing what was queued, by whoever holds the key."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.cli.document_workers import makers
from survey.cli.transaction import now, operator, reading, writing
from survey.database import engine
from survey.models import DocumentRun
from survey.operations.audit import Actor
from survey.operations.document_kinds import KINDS
from survey.operations.document_runs import UNDER_WAY, MakeAll, request_run, run_next
from survey.operations.units import find_unit
from survey.operations.waves import find_wave

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko.sign.timestamps import TimeStamper

    from reports.figures import Language
    from reports.signing import Signed

LOOK_SECONDS = 0.5

group = AppGroup("documents", help="Documents to issue: made in sets, signed.")


@group.command("make")
@click.argument("wave_code", metavar="WAVE")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="May be given again [all].")
@click.option("--unit", "unit_codes", multiple=True, metavar="CODE", help="Of these units alone; may be given again.")
@click.option("--lang", "language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@with_appcontext
def make(wave_code: str, kinds: tuple[str, ...], unit_codes: tuple[str, ...], language: Language) -> None:
    """Make the documents of every unit of a closed wave; Ctrl-C stops, the back office or `sipas serve` goes on.

    \b
    Examples:
      sipas documents make 2026-H1
      sipas documents make 2026-H1 --kind unit_report --unit X01 --lang en
    """
    with writing() as session:
        units = [find_unit(session, code) for code in unit_codes] or None
        wave = find_wave(session, wave_code)
        run = request_run(session, wave, kinds or list(KINDS), language, account_id=None, at=now(), units=units)
        run_id, total = run.id, run.total
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("documents", total=total)
        source, settings = engine(), current_app.config
        making = makers(settings["DATABASE_URL"])
        worker = threading.Thread(target=_make_until, args=(source, run_id, settings["BASE_URL"], making), daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(LOOK_SECONDS)
            bar.update(shown, completed=_look(source, run_id).done)
    made = _look(source, run_id)
    click.echo(f"made {made.done} of {made.total} documents; next: sign them")
    if made.state != "made":
        raise click.ClickException("Some documents could not be made; the back office says which and why.")


def _make_until(source: Engine, run_id: int, base_url: str, making: MakeAll) -> None:
    while _look(source, run_id).state in UNDER_WAY:
        if not run_next(source, base_url, making):
            time.sleep(LOOK_SECONDS)  # the server is at it already


def _look(source: Engine, run_id: int) -> DocumentRun:
    with Session(source, expire_on_commit=False) as session:
        return session.get_one(DocumentRun, run_id)


@group.command("sign")
@click.option("--every", type=click.FloatRange(min=1), metavar="SECONDS", help="Go on until stopped.")
@with_appcontext
def sign(every: float | None) -> None:
    """Sign the documents that were queued in the back office. Run it under an account that alone reads the key.

    The key is a PKCS#12 file, SIGNING_KEY_FILE with SIGNING_PASSPHRASE (asked for where it is not set), or a token:
    SIGNING_PKCS11_LIBRARY, SIGNING_TOKEN and SIGNING_CERTIFICATE (labels), SIGNING_PIN (asked for). Where
    SIGNING_TIMESTAMP_URL names an authority, it stamps the time of each signature.

    \b
    Examples:
      SIGNING_KEY_FILE=/srv/sipas-signer/so-noi-vu.p12 sipas documents sign
      SIGNING_KEY_FILE=… SIGNING_TIMESTAMP_URL=… sipas documents sign --every 5
    """
    from reports.signing import KeyUnusable
    from survey.operations.signing import queued, sign_queued

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    actor = Actor("command", operator())
    with reading() as session:
        waiting = queued(session)
        session.rollback()
    try:
        by_key = _by_key(os.environ)
        while True:
            try:
                signed, altered, outdated = sign_queued(engine(), by_key, actor)
            except (OSError, OperationalError) as error:  # no time-stamp, or no database: what is queued stays queued
                if every is None:
                    raise click.ClickException(str(error)) from error
                click.echo(f"{error} It is tried again in {every:g} s.", err=True)
            else:
                if altered:
                    click.echo(f"not signed, their bytes are not those that were made: {', '.join(altered)}", err=True)
                if outdated:
                    click.echo(f"not signed, their figures were corrected since: {', '.join(outdated)}", err=True)
                if signed or every is None:
                    click.echo(f"signed {signed} documents" + (f" of {waiting}" if every is None else ""))
            if every is None and (altered or outdated):
                raise click.ClickException("Some documents were not signed; the back office says which and why.")
            if every is None or stop.wait(every):
                return
    except KeyUnusable as error:
        raise click.ClickException(str(error)) from error


def _by_key(environment: Mapping[str, str]) -> Callable[[bytes, Language, datetime], Signed]:
    """How a document is signed with the key the environment names."""
    from reports.signing import TimestampAuthority, sign_pdf

    signer = _signer(environment)
    url = environment.get("SIGNING_TIMESTAMP_URL", "").strip()
    authority: TimeStamper | None = TimestampAuthority(url) if url else None

    def by_key(content: bytes, language: Language, at: datetime) -> Signed:
        return sign_pdf(content, signer, at=at, language=language, timestamper=authority)

    return by_key


def _signer(environment: Mapping[str, str]) -> Signer:
    from reports.signing import KeyUnusable, key_of_file, key_of_token

    file, library = (environment.get(name, "").strip() for name in ("SIGNING_KEY_FILE", "SIGNING_PKCS11_LIBRARY"))
    if library:
        token, certificate = (environment.get(name, "") for name in ("SIGNING_TOKEN", "SIGNING_CERTIFICATE"))
        return key_of_token(Path(library), token, certificate, _secret(environment, "SIGNING_PIN", "PIN of the token"))
    if file:
        return key_of_file(Path(file), _secret(environment, "SIGNING_PASSPHRASE", "Passphrase of the key"))
    raise KeyUnusable("No key is set. Set SIGNING_KEY_FILE or SIGNING_PKCS11_LIBRARY; see sipas documents sign --help.")


def _secret(environment: Mapping[str, str], name: str, prompt: str) -> str:
    return environment[name] if name in environment else str(click.prompt(prompt, hide_input=True, err=True))

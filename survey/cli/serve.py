"""`sipas serve`: gunicorn with the application's workers, and one sealer beside them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from survey.config import SURFACES
from survey.database import alembic_config, engine
from survey.garbage import spare_loaded

SEAL_SECONDS = 3
SIGNING_SETTINGS = ("SIGNING_KEY_FILE", "SIGNING_PASSPHRASE", "SIGNING_PKCS11_LIBRARY", "SIGNING_PIN")
STOP_SECONDS = 20  # longer than a writer waits for the database (survey.database.BUSY_SECONDS)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 to be reached from other machines.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Or the variable PORT.")
@click.option(
    "--workers", type=click.IntRange(min=1), envvar="WEB_CONCURRENCY", help="Or WEB_CONCURRENCY [cores, ≤ 4]."
)
@click.option(
    "--surface",
    type=click.Choice([*SURFACES, "app"]),
    default="app",
    show_default=True,
    envvar="SIPAS_SURFACE",
    help="Citizens' pages, the back office, or both (app); one surface alone leaves the sealing to `sipas seal`.",
)
@click.option("--threads", type=click.IntRange(min=1), default=4, show_default=True, help="Of a worker.")
@with_appcontext
def command(host: str, port: int, workers: int | None, surface: str, threads: int) -> None:
    """Serve citizens, results and the back office until Ctrl-C, sealing what comes in.

    A worker's threads hold slow phones without holding each other up; behind a proxy that buffers, --threads 1 answers
    short requests faster.

    \b
    Examples:
      sipas serve
      PORT=8080 WEB_CONCURRENCY=2 sipas serve --host 0.0.0.0
      sipas serve --surface staff --port 8001
    """
    require_no_signing_key(os.environ)
    require_current_schema()
    require_free_port(host, port)
    os.environ["PORT"] = str(port)  # the workers read their settings themselves
    url = os.environ.get("BASE_URL") or f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 compared, not bound
    Server(
        {
            "bind": f"{host}:{port}",
            "workers": workers or min(4, os.cpu_count() or 1),
            "threads": threads,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 gunicorn's heartbeat
            "graceful_timeout": STOP_SECONDS,
            "loglevel": "warning",
            "proc_name": "sipas",
            "when_ready": lambda _arbiter: click.echo(url),
        },
        surface,
    ).run()


def require_no_signing_key(environment: Mapping[str, str]) -> None:
    """Refuse to serve pages where the key that signs documents, or what opens it, is within reach."""
    found = [name for name in SIGNING_SETTINGS if environment.get(name)]
    if found:
        raise click.ClickException(
            f"{', '.join(found)} must not be set here: only `sipas documents sign` may have the key, "
            "under an account of its own."
        )


def require_free_port(host: str, port: int) -> None:
    """Refuse at once, in one sentence; gunicorn alone would try for five seconds."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise click.ClickException(
            f"Port {port} of {host} cannot be used ({error.strerror}). Try PORT=8001."
        ) from error


def require_current_schema() -> None:
    """Refuse to serve a database that waits for a migration."""
    head = ScriptDirectory.from_config(alembic_config(current_app.config["DATABASE_URL"])).get_current_head()
    with engine().connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    engine().dispose()  # no connection may be shared with the workers
    if revision != head:
        raise click.ClickException(
            f"The database is at revision {revision or 'none'}, this version needs {head}. Run: sipas db upgrade"
        )


class Server(BaseApplication):
    """Gunicorn configured by a mapping; each worker builds its own application after the fork."""

    def __init__(self, options: dict[str, Any], surface: str = "app") -> None:
        self.options = options
        self.surface = surface
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        from survey import create_app

        application = create_app(surfaces=SURFACES if self.surface == "app" else (self.surface,))
        spare_loaded()
        return application

    def run(self) -> None:
        if self.surface != "app":  # its database role may not seal
            super().run()
            return
        sealer = Sealer()
        self.cfg.set("on_exit", lambda _arbiter: sealer.stop())
        KeepingArbiter(self, sealer).run()


class Sealer:
    """The one process that seals: started anew if it dies, stopped with the server."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "survey.cli", "seal"]
            command += ["--every", str(SEAL_SECONDS), "--parent", str(os.getpid())]
            # A session of its own: Ctrl-C reaches the server alone, which stops it after the last ballot is in.
            self.process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 our own command

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()


class KeepingArbiter(Arbiter):
    """Gunicorn's arbiter, which looks after the sealer whenever it looks after its workers."""

    def __init__(self, application: Server, sealer: Sealer) -> None:
        super().__init__(application)
        self.sealer = sealer

    def manage_workers(self) -> None:
        super().manage_workers()
        self.sealer.keep()

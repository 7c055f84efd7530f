"""The client of the load: raw sockets, so that it costs the second processor less than the server costs the first."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Load:
    """What came back: how many answers of each status, over how many seconds, and each answer's time in seconds."""

    seconds: float
    statuses: dict[int, int]
    times: list[float]
    last: bytes

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def expect(self, *statuses: int) -> None:
        """Refuse to measure errors."""
        if unexpected := set(self.statuses) - set(statuses):
            raise RuntimeError(f"unexpected statuses {unexpected} among {self.statuses}: {self.last[:2000]!r}")


def send(port: int, requests: Sequence[bytes], concurrency: int) -> Load:
    """Send each request once over a connection of its own, at most `concurrency` at a time."""
    waiting = iter(requests)
    lock = threading.Lock()
    statuses: Counter[int] = Counter()
    times: list[float] = []
    last = [b""]
    errors: list[OSError] = []

    def work() -> None:
        while not errors:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            begun = time.perf_counter()
            try:
                answer = exchange(port, request)
            except OSError as error:
                errors.append(error)
                return
            took = time.perf_counter() - begun
            with lock:
                statuses[int(answer[9:12])] += 1
                times.append(took)
                last[0] = answer

    start = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return Load(time.perf_counter() - start, dict(statuses), times, last[0])


def exchange(port: int, request: bytes) -> bytes:
    """One request, and the whole answer until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    if not parts:
        raise ConnectionError("the server closed without an answer")
    return b"".join(parts)

"""Citizens who write down what they sent and what was confirmed, outside the tested storage, and what is missing then.

LOST = acknowledged − stored, DUP = stored − distinct ids, GHOST = stored − sent. Nothing of the service is used here:
the form is read, filled in and posted over HTTP, and the database is read by its bare driver.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import sqlite3
import threading
import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

import psycopg

THREADS = 8
PATIENCE = 25.0  # seconds after which a citizen gives up
PAUSE = 0.05
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Filled:
    """A form that is filled in: its token, the id the token carries, and the choices by question code."""

    token: str
    answers: Mapping[str, int]

    @property
    def id(self) -> str:
        return urlsafe_b64decode(self.token + "=")[:16].hex()


@dataclass(frozen=True)
class Verdict:
    lost: frozenset[str] = frozenset()
    duplicates: int = 0
    ghosts: frozenset[str] = frozenset()


SOUND = Verdict()


class Journal:
    """What was sent and what was acknowledged, a line each, on the disk before anything else happens."""

    def __init__(self, folder: Path) -> None:
        self._sent, self._acknowledged = folder / "sent.jsonl", folder / "acknowledged.txt"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._files = {path: os.open(path, flags, 0o600) for path in (self._sent, self._acknowledged)}

    def sending(self, form: Filled) -> None:
        self._write(self._sent, json.dumps([form.id, form.answers]))

    def acknowledged(self, form: Filled) -> None:
        self._write(self._acknowledged, form.id)

    def _write(self, path: Path, line: str) -> None:
        os.write(self._files[path], f"{line}\n".encode())
        os.fsync(self._files[path])

    def sent_answers(self) -> dict[str, dict[str, int]]:
        """The answers by id."""
        return dict(json.loads(line) for line in self._sent.read_text().splitlines())

    def acknowledged_ids(self) -> set[str]:
        return set(self._acknowledged.read_text().split())

    def verdict(self, stored: Sequence[str]) -> Verdict:
        """The arithmetic, for the ids stored when nobody posts any more, each as often as it is."""
        distinct = set(stored)
        return Verdict(
            lost=frozenset(self.acknowledged_ids() - distinct),
            duplicates=len(stored) - len(distinct),
            ghosts=frozenset(distinct - self.sent_answers().keys()),
        )

    def counted_by_hand(self, stored: Collection[str]) -> Counter[tuple[str, int]]:
        """How often each choice of each question is in the ballots that are stored."""
        sent = self.sent_answers()
        return Counter(answer for each in set(stored) for answer in sent[each].items())

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for descriptor in self._files.values():
            os.close(descriptor)


def stored_ids(url: str, table: str = "response") -> list[str]:
    query = f"SELECT submission_id FROM {table}"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            rows = file.execute(query).fetchall()
    else:
        with psycopg.connect(url) as connection:
            rows = connection.execute(query.encode()).fetchall()
    return [bytes(row[0]).hex() for row in rows]


@dataclass
class Citizens:
    """Eight threads at a form; `outcomes` counts the statuses they were given, 0 where the connection broke."""

    port: int
    code: str
    questions: Sequence[str]
    journal: Journal
    outcomes: Counter[int] = field(default_factory=Counter)
    receipts: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fill_in(self, number: int, seed: int = 20260316) -> list[Filled]:
        """Open the form so often, each with a token of its own, and choose answers."""
        chance = random.Random(seed)
        with ThreadPoolExecutor(THREADS) as pool:
            tokens = list(pool.map(lambda _: self._open(), range(number)))
        return [Filled(token, {code: chance.randint(1, 5) for code in self.questions}) for token in tokens]

    def post_twice(self, forms: Sequence[Filled], meanwhile: Callable[[int], None] = lambda _quarter: None) -> None:
        """Post each form twice: the first half both times at once, the rest again when all are sent.

        `meanwhile` is called with 1, 2, 3 when a quarter, a half, three quarters of the posts are answered.
        """
        half = len(forms) // 2
        order = [form for form in forms[:half] for _ in range(2)] + [*forms[half:], *forms[half:]]
        with ThreadPoolExecutor(THREADS) as pool:
            posted = [pool.submit(self.post, form) for form in order]
            try:
                for quarter in (1, 2, 3):
                    _wait_for(posted, len(order) * quarter // 4)
                    meanwhile(quarter)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for each in posted:
            each.result()

    def post(self, form: Filled) -> bool:
        """Post until a receipt is shown or the patience is over: whether there was one."""
        body = urlencode({"token": form.token, **{f"q_{code}": choice for code, choice in form.answers.items()}})
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.journal.sending(form)
            status, location, _ = self._request("POST", body)
            receipt = re.search(r"/cam-on/([0-9A-Z-]{14})\?", location)
            if status == 303 and receipt:
                self.journal.acknowledged(form)
                with self._lock:
                    self.receipts.setdefault(form.id, set()).add(receipt[1])
                return True
            time.sleep(PAUSE)
        return False

    def _open(self) -> str:
        status, _, page = self._request("GET")
        token = re.search(r"name=token value=([\w-]+)", page)
        assert token, f"no form: {status}"
        return token[1]

    def _request(self, method: str, body: str | None = None) -> tuple[int, str, str]:
        """Status, Location and page; status 0 where there was no whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, f"/s/{self.code}", body, HEADERS if body else {})
            answer = connection.getresponse()
            found = answer.status, answer.getheader("Location", ""), answer.read().decode()
        except (OSError, http.client.HTTPException):
            found = 0, "", ""
        finally:
            connection.close()
        with self._lock:
            self.outcomes[found[0]] += 1
        return found


def _wait_for(posted: Iterable[Future[bool]], number: int) -> None:
    """Until so many of them are done."""
    while sum(each.done() for each in posted) < number:
        time.sleep(0.01)

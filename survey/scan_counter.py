"""Counts how often each collector's form is opened, in memory, and adds it to the database every half a minute.

Opening a form is the platform's busiest request: it appends a number to a queue and does nothing else. A thread of each
worker empties the queue; what the database does not take is kept and tried again. A worker that is killed loses what it
counted since the last time (:data:`SECONDS`), one that ends as it should loses nothing.
"""

from __future__ import annotations

import atexit
import logging
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from survey.operations.periods import province_today
from survey.operations.scans import add_scans
from survey.operations.writing import begin_write

SECONDS = 30.0
# Programs that open a link to show what is behind it, or to index it, by what they call themselves; read, never kept.
_PROGRAMS = re.compile(r"bot\b|crawl|spider|preview|externalhit|headless|python|curl|wget", re.IGNORECASE)
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # browsers that load a page before anybody asks for it

log = logging.getLogger(__name__)


def opened_by_a_person(method: str, headers: Headers | Mapping[str, str]) -> bool:
    """Whether a request for a form counts: no HEAD, no page loaded ahead, no program that says it is one."""
    if method != "GET" or _PROGRAMS.search(headers.get("User-Agent") or ""):
        return False
    return not any("pre" in (headers.get(name) or "").lower() for name in _AHEAD)


class ScanCounter:
    """What one process counts; the thread that stores it begins with the first form, after the server has forked.

    With no `seconds` there is no thread, and whoever made it calls :meth:`flush`.
    """

    def __init__(
        self, engine: Callable[[], Engine], seconds: float = SECONDS, today: Callable[[], date] = province_today
    ) -> None:
        self._engine = engine
        self._seconds = seconds
        self._today = today
        self._opened: deque[int] = deque()
        self._waiting: Counter[tuple[int, date]] = Counter()
        self._storing = threading.Lock()
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, collector_id: int) -> None:
        """One more opened form; costs about as much as appending to a list."""
        self._opened.append(collector_id)
        if self._thread is None and self._seconds:
            self._start()

    def flush(self) -> None:
        """Store what was counted; what cannot be stored now is kept. Raises nothing of the database's."""
        with self._storing:
            day = self._today()
            while self._opened:
                self._waiting[self._opened.popleft(), day] += 1
            if not self._waiting:
                return
            try:
                with Session(self._engine()) as session:
                    begin_write(session)
                    add_scans(session, self._waiting)
                    session.commit()
            except SQLAlchemyError as error:
                log.warning("scans are stored later: %s", error)
            else:
                self._waiting.clear()

    def close(self) -> None:
        """Store the rest and end the thread."""
        self._stop.set()
        self.flush()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="scans", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _work(self) -> None:
        while not self._stop.wait(self._seconds):
            self.flush()

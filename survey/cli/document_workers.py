"""The processes in which documents are made: drawing a PDF takes a processor whole, which no server can spare."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from sqlalchemy import Engine

from survey.database import make_engine, snapshot
from survey.operations.document_runs import Outcome, Task, make_document

PROCESSES = 2
AT_HAND = 8  # tasks given out: a set that is stopped wastes no more
ORPHAN_SECONDS = 2.0

_engine: Engine | None = None  # of a worker process


def makers(url: str) -> Callable[[Sequence[Task]], Generator[Outcome]]:
    """What makes a set's documents in processes of its own, which end with the set; `url` is the database's."""

    def make_all(tasks: Sequence[Task]) -> Generator[Outcome]:
        with _pool(url, min(PROCESSES, len(tasks))) as pool:
            waiting = iter(tasks)
            running: dict[Future[Outcome], Task] = {}
            while True:
                for task in waiting:
                    running[_submit(pool, task)] = task
                    if len(running) >= AT_HAND:
                        break
                if not running:
                    return
                finished = next(as_completed(running))
                yield _outcome(finished, running.pop(finished))

    return make_all


@contextmanager
def _pool(url: str, processes: int) -> Iterator[ProcessPoolExecutor]:
    context = get_context("spawn")
    pool = ProcessPoolExecutor(max(1, processes), mp_context=context, initializer=_begin, initargs=(url, os.getpid()))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, task: Task) -> Future[Outcome]:
    try:
        return pool.submit(_make, task)
    except BrokenProcessPool as error:
        failed: Future[Outcome] = Future()
        failed.set_exception(error)
        return failed


def _outcome(finished: Future[Outcome], task: Task) -> Outcome:
    """What the process brought; a process that was killed takes what the pool had in hand with it."""
    try:
        return finished.result()
    except BrokenProcessPool:
        return Outcome(task.document_id, failure="The process that made it was killed.")


def _begin(url: str, parent: int) -> None:
    global _engine
    _engine = make_engine(url)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it has died: nobody waits for its documents any more."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_SECONDS)
    os._exit(1)


def _make(task: Task) -> Outcome:
    assert _engine is not None
    with snapshot(_engine) as session:
        return make_document(session, task)

"""A few slots that all processes of this host share, so that what is dear runs only so many times at once."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.05


@contextmanager
def held_slot(folder: Path, name: str, at_once: int, wait: float) -> Iterator[int | None]:
    """The descriptor of a slot that is held inside the block; None where none came free within `wait` seconds.

    A slot is a lock on a file of the folder. A child process that inherits the descriptor holds it too: the slot is
    free when the last holder has closed it or died, however that happened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait
    descriptor = _free_slot(folder, name, at_once)
    while descriptor is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)
        descriptor = _free_slot(folder, name, at_once)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _free_slot(folder: Path, name: str, at_once: int) -> int | None:
    for number in range(at_once):
        descriptor = os.open(folder / f"{name}-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return descriptor
    return None

"""Slots that processes of a host share: so many at once, waited for, and free again however their holder ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from survey.operations import bounded
from survey.operations.bounded import ReadersBusy, run_bounded
from survey.operations.slots import held_slot
from tests.serving import wait_until

ROOT = Path(__file__).parents[2]
READER = """
from survey.operations.bounded import run_bounded
run_bounded("tests.misbehaving_readers:call", b"", {"function": "time:sleep", "argument": 60})
"""


def free(folder: Path, at_once: int, wait: float = 0) -> bool:
    with held_slot(folder, "reader", at_once, wait) as slot:
        return slot is not None


def test_there_are_as_many_slots_as_were_asked_for(tmp_path: Path) -> None:
    with ExitStack() as held:
        for _ in range(2):
            assert held.enter_context(held_slot(tmp_path / "new", "reader", 2, 0)) is not None
        assert not free(tmp_path / "new", 2)
        assert free(tmp_path / "new", 3)
        assert free(tmp_path / "another", 2)
    assert free(tmp_path / "new", 2)


def test_a_slot_is_waited_for(tmp_path: Path) -> None:
    with ExitStack() as held:
        held.enter_context(held_slot(tmp_path, "reader", 1, 0))
        threading.Timer(0.2, held.pop_all().close).start()
        begun = time.monotonic()
        assert free(tmp_path, 1, 10)
        assert 0.1 < time.monotonic() - begun < 5


def test_a_reader_keeps_the_slot_of_a_parent_that_was_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "INSTANCE_PATH": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", READER], cwd=ROOT, env=environment) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        wait_until(lambda: bool(children.read_text().strip()), 30)
        reader = int(children.read_text())
        parent.kill()
        parent.wait()
        assert not free(tmp_path, 1)
        os.kill(reader, signal.SIGKILL)
        assert free(tmp_path, 1, 5)


def test_of_many_files_at_once_only_so_many_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    monkeypatch.setattr(bounded, "WAIT_SECONDS", 0)
    with ExitStack() as held:
        for _ in range(bounded.AT_ONCE):
            held.enter_context(held_slot(tmp_path, "reader", bounded.AT_ONCE, 0))
        with pytest.raises(ReadersBusy):
            run_bounded("forms.tables:read_table", b"a\nb\n")
    assert run_bounded("forms.tables:read_table", b"a\nb\n")["header"] == ["a"]
    monkeypatch.setattr(bounded, "AT_ONCE", 1)
    finished: list[object] = []

    def read() -> None:
        try:
            arguments = {"function": "time:sleep", "argument": 1}
            finished.append(run_bounded("tests.misbehaving_readers:call", b"", arguments))
        except ReadersBusy as busy:
            finished.append(busy.code)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, finished)) == ["None", "busy", "busy"]

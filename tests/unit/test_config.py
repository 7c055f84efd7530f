"""Settings: one whole secret key for every process, and an empty variable says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey.config import SettingsError, from_environment, secret_key

STARTERS = 8


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    instance = tmp_path / "deep" / "instance"
    key = secret_key(instance)
    assert len(key) == 64
    assert secret_key(instance) == key
    assert [path.name for path in instance.iterdir()] == ["secret.key"]
    assert (instance / "secret.key").stat().st_mode & 0o777 == 0o600


def test_threads_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    for attempt in range(20):
        together = threading.Barrier(STARTERS)

        def start(instance: Path = tmp_path / str(attempt), together: threading.Barrier = together) -> str:
            together.wait()
            return secret_key(instance)

        with ThreadPoolExecutor(STARTERS) as pool:
            keys = {future.result() for future in [pool.submit(start) for _ in range(STARTERS)]}
        assert [len(key) for key in keys] == [64]


def test_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from survey.config import secret_key; "
        "print('ready', flush=True); sys.stdin.readline(); print(secret_key(Path(sys.argv[1])))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    keys = {process.communicate()[0].strip() for process in started}
    assert [len(key) for key in keys] == [64]


def test_a_key_appears_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_descriptor: int) -> None:
        assert not (tmp_path / "secret.key").exists()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space"):
            secret_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(secret_key(tmp_path)) == 64


@pytest.mark.parametrize("content", ["", "\n", "0123456789abcdef"])
def test_half_a_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(SettingsError, match="at least 32 are needed"):
        secret_key(tmp_path)


def test_a_short_key_of_the_environment_is_refused(tmp_path: Path) -> None:
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "x" * 31}
    with pytest.raises(SettingsError, match="SECRET_KEY has 31 characters"):
        from_environment(settings)
    assert from_environment({**settings, "SECRET_KEY": "x" * 32})["SECRET_KEY"] == "x" * 32
    assert list(tmp_path.iterdir()) == []


def test_an_empty_variable_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.config.ROOT", tmp_path)
    names = ("BASE_URL", "DATABASE_URL", "INSTANCE_PATH", "PORT", "SECRET_KEY")
    nothing = from_environment(dict.fromkeys(names, " "))
    assert nothing == from_environment({})
    assert nothing["BASE_URL"] == "http://127.0.0.1:8000"
    assert nothing["INSTANCE_PATH"] == str(tmp_path / "instance")
    assert from_environment({"BASE_URL": "", "PORT": "9000"})["BASE_URL"] == "http://127.0.0.1:9000"
    assert from_environment({"BASE_URL": "https://a.vn/"})["BASE_URL"] == "https://a.vn"


def test_a_password_may_not_be_set_too_short(tmp_path: Path) -> None:
    surroundings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    assert from_environment(surroundings)["PASSWORD_LENGTH"] == 12
    assert from_environment({**surroundings, "PASSWORD_LENGTH": "15"})["PASSWORD_LENGTH"] == 15
    for wrong in ("7", "twelve", "-12"):
        with pytest.raises(SettingsError, match="PASSWORD_LENGTH"):
            from_environment({**surroundings, "PASSWORD_LENGTH": wrong})


def test_sample_accounts_are_let_in_by_one_word_only(tmp_path: Path) -> None:
    surroundings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    for given, welcome in (
        ({}, False),
        ({"SIPAS_SAMPLE_ACCOUNTS": "0"}, False),
        ({"SIPAS_SAMPLE_ACCOUNTS": "1"}, True),
    ):
        assert from_environment({**surroundings, **given})["SAMPLE_ACCOUNTS"] is welcome

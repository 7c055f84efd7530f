"""The locks pin every package by version and hash, agree with each other, and hold all that is asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Each package of a lock: its version, with marker, and how many hashes stand under it. Nothing else may."""
    found: dict[str, tuple[str, int]] = {}
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    for line in joined.splitlines():
        words = re.split(r"\s+(?=--)", line.strip())
        pin = PIN.fullmatch(words[0])
        assert pin, f"{lock}: {line[:80]!r} is no pin"
        assert all(HASH.fullmatch(word) for word in words[1:]), f"{lock}: {line[:80]!r} holds more than hashes"
        key = f"{pin['name']} ; {pin['marker']}" if pin["marker"] else pin["name"]
        found[key] = (pin["version"], len(words) - 1)
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    found = pins(lock)
    assert found
    assert not [name for name, (_version, hashes) in found.items() if hashes == 0]


def test_the_runtime_is_a_part_of_what_is_tested() -> None:
    runtime, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    runtime_names = {name.split(" ; ")[0]: version for name, (version, _hashes) in runtime.items()}
    tested_names = {name.split(" ; ")[0]: version for name, (version, _hashes) in tested.items()}
    assert runtime_names.items() <= tested_names.items()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "requirements-build.lock": settings["dependency-groups"]["build"],
        "requirements.lock": settings["project"]["dependencies"],
        "requirements-dev.lock": settings["project"]["optional-dependencies"]["dev"],
    }
    for lock, requirements in asked.items():
        locked = {name.split(" ; ")[0] for name in pins(lock)}
        assert names(requirements) <= locked, lock

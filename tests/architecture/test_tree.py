"""What may stand where in the tree, and what no file may say."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "bench",
    "docs",
    "forms",
    "migrations",
    "pyproject.toml",
    "reports",
    "requirements-build.lock",
    "requirements-dev.lock",
    "requirements.lock",
    "survey",
    "tests",
    "wsgi.py",
}
TEST_ROOMS = {"architecture", "browser", "data", "functional", "integration", "unit"}
NO_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
# Put together here, so that this file does not say them either.
HOSTS = [
    ".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"))
]
INDEX_OPTION = re.compile(r"^\s*(--(extra-)?index-url|--find-links|--trusted-host|-i )", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.>}/])/(?:home|root|work)/[\w.]+")


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository: tracked, or new and not ignored; relative to its root."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted({Path(name) for name in names if name and (ROOT / name).is_file()}))


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def text_of(path: Path) -> str | None:
    """The file's text; None where it is no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_the_top_level_holds_what_the_design_names() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


def test_the_tests_stand_in_their_rooms() -> None:
    folders = {path.parts[1] for path in tracked() if path.parts[0] == "tests" and len(path.parts) > 2}
    assert folders <= TEST_ROOMS
    files = [path for path in modules() if path.parts[0] == "tests"]
    assert not [path for path in files if path.name == "__init__.py"]
    names = [path.name for path in files if path.name != "conftest.py"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", modules(), ids=str)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert docstring, f"{path} has no docstring"


def test_no_module_is_named_for_nothing_in_particular() -> None:
    assert not [path for path in modules() if NO_NAMES & {*path.parts[:-1], path.stem}]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in tracked():
        text = text_of(path)
        if text is None:
            continue
        found += [f"{path}: {host}" for host in HOSTS if host in text]
        found += [f"{path}: {match.group().strip()}" for match in INDEX_OPTION.finditer(text)]
        found += [f"{path}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_nothing_that_was_made_is_committed() -> None:
    made = {".mo", ".pot", ".pyc", ".sqlite", ".woff", ".woff2", ".ttf", ".otf"}
    assert not [path for path in tracked() if path.suffix in made or path.name.endswith((".min.js", ".min.css"))]


def test_continuous_integration_says_the_command_that_the_readme_shows() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]
    assert len(commands) == 1
    assert commands[0].endswith("make test")
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    assert any("make run" in line for line in first_screen)
    assert any("make test" in line for line in first_screen)

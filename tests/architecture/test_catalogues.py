"""The Vietnamese catalogues are complete: every wording is translated, none is a guess, none is left over."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
PACKAGES = ("forms", "reports", "survey")
# Catalogues whose wordings stand in a library's source, not in ours.
FOREIGN = {"wtforms"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def catalogue_files(package: str) -> list[Path]:
    return sorted((ROOT / package / "translations").glob("vi/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="vi")


def singular(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def extracted(package: str) -> set[str]:
    """The wordings in the package's sources, found by the settings that `make messages` uses."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    methods = [(mapping["pattern"], mapping["method"]) for mapping in settings["tool"]["babel"]["mappings"]]
    own = re.search(r"^KEYWORDS := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert own
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(own.group(1).split())}
    found = extract_from_dir(ROOT / package, method_map=methods, keywords=keywords)
    return {singular(message_id) for _file, _line, message_id, _comments, _context in found}


@pytest.mark.parametrize("path", [path for package in PACKAGES for path in catalogue_files(package)], ids=str)
def test_every_entry_is_translated(path: Path) -> None:
    catalogue = read(path)
    assert not catalogue.fuzzy
    assert not catalogue.obsolete
    entries = [message for message in catalogue if message.id]
    assert entries
    for message in entries:
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(strings), message.id
        assert not message.fuzzy, message.id
        wanted = sorted(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        assert all(sorted(PLACEHOLDER.findall(string)) == wanted for string in strings), message.id


@pytest.mark.parametrize("packages", [("reports",), ("forms", "survey")], ids=" and ".join)
def test_every_wording_stands_in_a_catalogue_and_no_other_does(packages: tuple[str, ...]) -> None:
    """The forms of the back office speak from the service's catalogues."""
    translated = {
        singular(message.id)
        for package in packages
        for path in catalogue_files(package)
        if path.stem not in FOREIGN
        for message in read(path)
        if message.id
    }
    assert translated == set().union(*map(extracted, packages))


def test_one_wording_reads_the_same_in_every_room() -> None:
    """Flask-Babel joins the rooms' catalogues: of two translations, one would appear in the other's room."""
    translations: dict[tuple[object, object], dict[str, str]] = {}
    for path in catalogue_files("survey"):
        for message in read(path):
            if message.id:
                translations.setdefault((message.context, message.id), {})[path.stem] = str(message.string)
    assert {key: rooms for key, rooms in translations.items() if len(set(rooms.values())) > 1} == {}


def test_no_two_rooms_extract_from_the_same_file() -> None:
    """Or `make messages` would put the one room's wordings into the other's catalogue as well."""
    show = "rooms:;$(foreach room,$(ROOMS),$(info $(room): $(ROOM_$(room))))"
    told = subprocess.run(
        ["make", "-s", "--no-print-directory", "--eval", show, "rooms"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.partition(": ") for line in told.stdout.splitlines() if ": " in line)
    rooms = {room: set(files.split()) for room, _, files in lines}
    assert "survey/ballot_pages.py" in rooms["citizen"]
    assert {pair: both for pair in combinations(rooms, 2) if (both := rooms[pair[0]] & rooms[pair[1]])} == {}

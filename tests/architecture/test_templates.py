"""Every template is used, and whatever names a template finds it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SURVEY = Path(__file__).parents[2] / "survey"
TEMPLATES = SURVEY / "templates"
NAMED_IN_TEMPLATE = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)[\"']")
SUFFIXES = (".html", ".svg", ".txt", ".xml")


def existing() -> set[str]:
    return {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}


def named() -> set[str]:
    """The templates named in string literals of the service, and by each other."""
    found = set()
    for path in SURVEY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[\w/-]+\.\w+", node.value)
            ):
                found.add(node.value)
    for path in TEMPLATES.rglob("*"):
        if path.is_file():
            found.update(NAMED_IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    return {name for name in found if name.endswith(SUFFIXES) and "/" in name}


def test_every_template_is_named_by_a_view_or_another_template() -> None:
    assert existing() - named() == set()


def test_every_template_that_is_named_exists() -> None:
    assert named() - existing() == set()

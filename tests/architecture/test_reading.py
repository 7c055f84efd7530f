"""What reads never writes: no module of survey/analysis adds, changes, deletes, flushes or commits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
METHODS = {"add", "add_all", "begin_nested", "bulk_save_objects", "commit", "flush", "merge", "rollback"}
STATEMENTS = {"delete", "insert", "update", "begin_write"}


def writing(source: str) -> Iterator[str]:
    """Calls in the source that write to the database: on a session, or of a statement that is imported to write."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            on = node.func.value
            if isinstance(on, ast.Name) and "session" in on.id:
                yield f"{on.id}.{node.func.attr}"
        if isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if origin.startswith("sqlalchemy") or origin == "survey.operations.writing":
                yield from (alias.name for alias in node.names if alias.name in STATEMENTS)


def test_analysis_reads_and_never_writes() -> None:
    found = {
        path.name: calls
        for path in sorted((ROOT / "survey/analysis").glob("*.py"))
        if (calls := list(writing(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_the_rule_finds_what_writes() -> None:
    """The operations that keep what analysis found do write."""
    source = (ROOT / "survey/operations/cross_tables.py").read_text(encoding="utf-8")
    assert {"delete", "insert", "update", "begin_write", "session.add", "session.flush"} <= set(writing(source))
    assert list(writing("session.execute(select(1)); found.add(1); names.update(more)")) == []

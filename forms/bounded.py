"""The child process that reads what strangers send: it takes its limits, runs one reader, and answers in JSON.

It is started by `survey.operations.bounded`. Readers live in this package, which knows no database and no network.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from typing import Any

OPEN_FILES = 64


class Refused(ValueError):
    """A reader will not take the content; `code` and `parameters` reach whoever asked for the reading."""

    def __init__(self, code: str, **parameters: str | int) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(code)


def main() -> None:
    """Read a line of JSON (`function` as "module:name", `arguments`, `memory` in bytes, `seconds`) and the content
    from standard input; write {"result": …} or {"refused": code, "parameters": …} to standard output."""
    request = json.loads(sys.stdin.buffer.readline())
    _limit(request["memory"], request["seconds"])
    module, _, name = request["function"].partition(":")
    function = getattr(import_module(module), name)
    answer: dict[str, Any]
    try:
        answer = {"result": function(sys.stdin.buffer.read(), **request["arguments"])}
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    except Refused as refused:
        text = json.dumps({"refused": refused.code, "parameters": refused.parameters})
    except MemoryError:
        text = '{"refused": "memory", "parameters": {}}'
    sys.stdout.buffer.write(text.encode(errors="replace"))


def _limit(memory: int, seconds: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (limit, limit))

"""Reading a stranger's file in a child process that may use only so much time and memory, and has no database.

A zip bomb, an endless row or a parser's fault then costs one process that nobody misses, and becomes a sentence. Only
so many run at once on a host, whichever worker starts them: together they exhaust nothing either.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, ClassVar

from survey.config import instance_folder
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.slots import held_slot

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024
AT_ONCE = 2  # of a queue on this host: 1.5 GB at most, see Limits.memory
WAIT_SECONDS = 3.0  # most files are read in less; a waiting request holds a thread of its worker

_logger = logging.getLogger(__name__)
_COMMAND = (sys.executable, "-E", "-s", "-B", "-X", "utf8", "-c", "from forms.bounded import main; main()")


class BoundedError(OperationError):
    """The content was not read; nothing happened besides."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "too_large": _n("The file has %(size)s MB; at most %(limit)s MB are accepted. Split it and import the parts."),
        "time": _n(
            "Reading the file took longer than %(seconds)s seconds and was stopped. Split it and import the parts."
        ),
        "memory": _n(
            "The file needs too much memory to be read. Delete empty rows and columns outside the table, "
            "or save it as CSV."
        ),
        "crashed": _n(
            "The file is damaged: it could not be read to its end. Open it in a spreadsheet and save it again."
        ),
        "not_a_table": _n("This is no CSV and no XLSX file. Save the table as “CSV UTF-8” or as a workbook (.xlsx)."),
        "old_excel": _n(
            "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password."
        ),
        "encoding": _n(
            "The characters of the file cannot be read as %(encoding)s. Choose another encoding, "
            "or save it as “CSV UTF-8”."
        ),
        "csv": _n(
            "Row %(row)s cannot be read: a cell has more than %(limit)s characters, or a quotation mark is not closed."
        ),
        "packed_too_tightly": _n("The workbook unpacks to far more than it should (%(size)s MB); it was not opened."),
        "forbidden_xml": _n(
            "The workbook holds a document type declaration, which no spreadsheet writes; it was not opened."
        ),
        "too_many_rows": _n("The table has more than %(limit)s rows. Split it and import the parts."),
        "too_many_columns": _n("The table has %(columns)s columns; at most %(limit)s are accepted."),
        "too_many_cells": _n("The table has more than %(limit)s cells. Leave out columns, or split it."),
        "cell_too_long": _n("Cell %(cell)s has more than %(limit)s characters."),
        "no_header": _n("The table is empty: the first row must hold the columns' names."),
        "no_sheet": _n("The workbook has no sheet called %(sheet)s."),
        "invalid": _n("The file cannot be read: %(reason)s"),
    }


class ReadersBusy(OperationError):
    """As many files are being read as may be: the content was not looked at, and may be sent again."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "busy": _n("Other files are being read just now. Please try again in a few minutes."),
    }

    def __init__(self) -> None:
        super().__init__("busy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a reader may use: `size` of the content and `output` in bytes, wall-clock `seconds`, `memory` in bytes."""

    size: int = 10 * MEGABYTE
    seconds: int = 20
    memory: int = 768 * MEGABYTE
    output: int = 64 * MEGABYTE


DEFAULT = Limits()


def run_bounded(
    function: str,
    content: bytes,
    arguments: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT,
    queue: str = "reader",
) -> Any:
    """What `function` ("forms.tables:read_table"), called with the content and the arguments, returns, as JSON does.

    The function must stand in `forms`, take and return what JSON can say, and raise
    :class:`~forms.bounded.Refused` with a code of :class:`BoundedError` for what it will not take. Raises
    :class:`BoundedError`, and :class:`ReadersBusy` where :data:`AT_ONCE` files of the same `queue` are being read on
    this host already.
    """
    if len(content) > limits.size:
        raise BoundedError("too_large", size=-(-len(content) // MEGABYTE), limit=limits.size // MEGABYTE)
    request = {
        "function": function,
        "arguments": dict(arguments or {}),
        "memory": limits.memory,
        "seconds": limits.seconds,
    }
    with (
        held_slot(instance_folder(), queue, AT_ONCE, WAIT_SECONDS) as slot,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as complaints,
    ):
        if slot is None:
            raise ReadersBusy
        given.write(json.dumps(request).encode() + b"\n")
        given.write(content)
        given.seek(0)
        output, status, stopped = _run(given, complaints, limits, slot)
        if status == 0 and len(output) <= limits.output:
            answer = json.loads(output)
            if "refused" in answer:
                raise BoundedError(answer["refused"], **answer["parameters"])
            return answer["result"]
        complaints.seek(0)
        said = complaints.read(2000).decode(errors="replace")
    if stopped or status == -signal.SIGXCPU:
        raise BoundedError("time", seconds=limits.seconds)
    if len(output) > limits.output or status == -signal.SIGABRT or "MemoryError" in said:
        raise BoundedError("memory")  # Rust aborts where it gets none
    _logger.warning("The reader %s ended with %s: %s", function, status, said)
    raise BoundedError("crashed")


def _run(given: Any, complaints: Any, limits: Limits, slot: int) -> tuple[bytes, int, bool]:
    """Output (one byte more than allowed, if there is more), exit status, and whether time ran out.

    The child holds the slot too, in case this process dies before it.
    """
    environment = {"PATH": "/usr/bin:/bin", "RUST_BACKTRACE": "0"}  # no DATABASE_URL, no SECRET_KEY
    with subprocess.Popen(  # noqa: S603 a literal command; the content comes by standard input
        _COMMAND, stdin=given, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT, env=environment, pass_fds=(slot,)
    ) as child:
        stopped = False

        def stop() -> None:
            nonlocal stopped
            stopped = True
            child.kill()

        timer = Timer(limits.seconds, stop)
        timer.start()
        try:
            assert child.stdout is not None
            output = child.stdout.read(limits.output + 1)
            if len(output) > limits.output:
                child.kill()
            status = child.wait()
        finally:
            timer.cancel()
            child.kill()
    return output, status, stopped

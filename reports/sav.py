"""Rows as an SPSS system file (.sav), written as they come, so that a million of them need no more memory than one.

The layout follows "System File Format" in the PSPP developers' guide. Strings are UTF-8; those over 255 bytes are the
format's "very long strings". Cases are compressed by its bytecode: a small number takes one byte. The number of cases
stands in the head, so that a file which breaks off is known for it. docs/decisions/0013-own-writers-of-rows.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from reports.dataset import Cell, Incomplete, Row, Variable, batches
from reports.figures import Language

LONGEST_TEXT = 32767  # bytes SPSS keeps of a string
LONGEST_STRING = 255  # what is longer is spread over several variables
_SEGMENT = 252  # bytes of a very long string that each of them stands for
_LABEL, _VALUE_LABEL = 255, 120  # bytes of labels

_ELEMENT = 8
_BIAS = 100
_BLANK, _LITERAL, _SYSTEM_MISSING = 254, 253, 255
_SMALL: dict[Cell, int] = {
    None: _SYSTEM_MISSING,
    **{number: number + _BIAS for number in range(1 - _BIAS, 252 - _BIAS)},
}
_LARGEST = struct.unpack("<d", b"\xff\xff\xff\xff\xff\xff\xef\x7f")[0]
_LOWEST = struct.unpack("<d", b"\xfe\xff\xff\xff\xff\xff\xef\xff")[0]
_FIRST_DAY = date(1582, 10, 14).toordinal()
_SECONDS_A_DAY = 86_400

_STRING, _NUMBER, _DATE = 1, 5, 38  # print formats A, F and EDATE (dd.mm.yyyy)
_MEASURES = {"nominal": 1, "ordinal": 2, "scale": 3}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEPT_WORDINGS = 4096

Encoder = Callable[[str], tuple[bytes, tuple[bytes, ...]]]


def sav_chunks(
    variables: Sequence[Variable], rows: Iterable[Row], count: int, *, title: str, made: datetime, language: Language
) -> Iterator[bytes]:
    """The file in chunks: `count` cases, labels in one language; `title` and `made` stand in its head.

    Skipped answers are system-missing, a variable's `missing` codes user-missing. A text beyond its variable's width is
    cut between letters. Raises :class:`Incomplete` if other than `count` rows come.
    """
    yield _dictionary(variables, count, title, made, language)
    yield from _cases(variables, rows, count)


def _dictionary(variables: Sequence[Variable], count: int, title: str, made: datetime, language: Language) -> bytes:
    columns = _columns(variables)
    elements = sum(_elements(width) for _, widths in columns for width in widths)
    parts = [_head(elements, count, title, made)]
    parts += [
        _variable(variable, language if not at else None, f"V{first + at}", width)
        for (first, widths), variable in zip(columns, variables, strict=True)
        for at, width in enumerate(widths)
    ]
    parts += _value_labels(variables, columns, language)
    parts += _extensions(variables, columns, count)
    parts.append(struct.pack("<2i", 999, 0))
    return b"".join(parts)


def _columns(variables: Sequence[Variable]) -> list[tuple[int, list[int]]]:
    """Of each variable, the number of the first short name it takes and the widths of its segments (0: a number)."""
    found, number = [], 1
    for variable in variables:
        widths = _segments(variable)
        found.append((number, widths))
        number += len(widths)
    return found


def _segments(variable: Variable) -> list[int]:
    if variable.form != "text":
        return [0]
    width = max(1, min(variable.width, LONGEST_TEXT))
    if width <= LONGEST_STRING:
        return [width]
    last = -(-width // _SEGMENT) - 1
    return [LONGEST_STRING] * last + [width - last * _SEGMENT]


def _elements(width: int) -> int:
    return max(1, -(-width // _ELEMENT))


def _head(elements: int, count: int, title: str, made: datetime) -> bytes:
    day = f"{made.day:02} {_MONTHS[made.month - 1]} {made.year % 100:02}"
    return struct.pack(
        "<4s60s5id9s8s64s3x",
        b"$FL2",
        b"@(#) SPSS DATA FILE sipas".ljust(60),
        2,
        elements,
        1,
        0,
        count,
        float(_BIAS),
        day.encode(),
        f"{made:%H:%M:%S}".encode(),
        _cut(title, 64).ljust(64),
    )


def _variable(variable: Variable, language: Language | None, name: str, width: int) -> bytes:
    """A variable record with its continuations; the further segments of a very long string have no label."""
    label = _cut(variable.label[language], _LABEL) if language else b""
    missing = variable.missing if language else ()
    form = _format(variable, width)
    record = struct.pack("<6i8s", 2, width, bool(label), len(missing), form, form, name.encode().ljust(8))
    if label:
        record += struct.pack("<i", len(label)) + label + bytes(-len(label) % 4)
    record += struct.pack(f"<{len(missing)}d", *missing)
    return record + struct.pack("<6i8s", 2, -1, 0, 0, 0, 0, b" " * 8) * (_elements(width) - 1)


def _format(variable: Variable, width: int) -> int:
    if width:
        return _STRING << 16 | width << 8
    if variable.form == "date":
        return _DATE << 16 | 10 << 8
    return _NUMBER << 16 | 8 << 8


def _value_labels(
    variables: Sequence[Variable], columns: Sequence[tuple[int, Sequence[int]]], language: Language
) -> Iterator[bytes]:
    """One set of labels for all the variables that share it; variables are counted in elements from 1."""
    element, sharing = 1, dict[tuple[tuple[int, bytes], ...], list[int]]()
    for variable, (_, widths) in zip(variables, columns, strict=True):
        labels = tuple((code, _cut(label[language], _VALUE_LABEL)) for code, label in variable.values)
        if labels:
            sharing.setdefault(labels, []).append(element)
        element += sum(_elements(width) for width in widths)
    for labels, elements in sharing.items():
        record = struct.pack("<2i", 3, len(labels))
        for code, label in labels:
            record += struct.pack("<dB", code, len(label)) + label + b" " * (-(len(label) + 1) % _ELEMENT)
        yield record + struct.pack(f"<2i{len(elements)}i", 4, len(elements), *elements)


def _extensions(
    variables: Sequence[Variable], columns: Sequence[tuple[int, Sequence[int]]], count: int
) -> Iterator[bytes]:
    yield _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))  # little-endian IEEE 754, UTF-8
    yield _extension(4, 8, struct.pack("<3d", -_LARGEST, _LARGEST, _LOWEST))
    display = [
        (_MEASURES[variable.measure], min(max(width, 8), 40), 0 if width else 1)
        for variable, (_, widths) in zip(variables, columns, strict=True)
        for width in widths
    ]
    yield _extension(11, 4, b"".join(struct.pack("<3i", *each) for each in display))
    names = zip(variables, columns, strict=True)
    yield _extension(13, 1, "\t".join(f"V{first}={variable.name}" for variable, (first, _) in names).encode())
    long = [
        f"V{first}={min(variable.width, LONGEST_TEXT):05}\0\t"
        for variable, (first, widths) in zip(variables, columns, strict=True)
        if len(widths) > 1
    ]
    if long:
        yield _extension(14, 1, "".join(long).encode())
    yield _extension(16, 8, struct.pack("<2q", 1, count))
    yield _extension(20, 1, b"UTF-8")


def _extension(subtype: int, size: int, data: bytes) -> bytes:
    return struct.pack("<4i", 7, subtype, size, len(data) // size) + data


def _cases(variables: Sequence[Variable], rows: Iterable[Row], count: int) -> Iterator[bytes]:
    encoders = [_text_encoder(variable) if variable.form == "text" else None for variable in variables]
    commands, literals, written = bytearray(), list[bytes](), 0
    for batch in batches(rows):
        for row in batch:
            _encode(row, encoders, commands, literals)
        written += len(batch)
        whole = len(commands) - len(commands) % _ELEMENT
        yield _blocks(commands[:whole], literals)
        del commands[:whole]
    if commands:
        yield _blocks(commands.ljust(_ELEMENT, b"\0"), literals)
    if written != count:
        raise Incomplete(f"{written} rows came, {count} were announced")


def _encode(row: Row, encoders: Sequence[Encoder | None], commands: bytearray, literals: list[bytes]) -> None:
    """Append a case: a command an element, and the eight bytes of those that are literal."""
    for encoder, cell in zip(encoders, row, strict=True):
        if encoder is not None:
            text_commands, text_literals = encoder(cell if isinstance(cell, str) else "")
            commands += text_commands
            literals += text_literals
        elif (command := _SMALL.get(cell)) is not None:
            commands.append(command)
        else:
            commands.append(_LITERAL)
            literals.append(struct.pack("<d", _seconds(cell) if isinstance(cell, date) else cell))


def _blocks(commands: bytes | bytearray, literals: list[bytes]) -> bytes:
    """Eight commands, then their literals, and so on; literals of commands yet to come stay in the list."""
    parts, rest = list[bytes](), iter(literals)
    for at in range(0, len(commands), _ELEMENT):
        block = bytes(commands[at : at + _ELEMENT])
        parts.append(block)
        if needed := block.count(_LITERAL):
            parts.extend(islice(rest, needed))
    literals[:] = list(rest)
    return b"".join(parts)


@lru_cache(_KEPT_WORDINGS)
def _seconds(day: date) -> int:
    """What SPSS keeps of a date: the seconds since 14 October 1582."""
    return (day.toordinal() - _FIRST_DAY) * _SECONDS_A_DAY


def _text_encoder(variable: Variable) -> Encoder:
    """What turns a text into commands and literals; wordings that recur, such as codes of units, are kept."""
    widths = _segments(variable)
    width = min(variable.width, LONGEST_TEXT)

    def encode(text: str) -> tuple[bytes, tuple[bytes, ...]]:
        data, commands, literals = _cut(text, width), bytearray(), list[bytes]()
        for each in widths:
            segment, data = data[:LONGEST_STRING], data[LONGEST_STRING:]
            filled = [segment[at : at + _ELEMENT].ljust(_ELEMENT) for at in range(0, len(segment), _ELEMENT)]
            commands += bytes([_LITERAL]) * len(filled) + bytes([_BLANK]) * (_elements(each) - len(filled))
            literals += filled
        return bytes(commands), tuple(literals)

    return lru_cache(_KEPT_WORDINGS)(encode) if len(widths) == 1 else encode


def _cut(text: str, size: int) -> bytes:
    """At most `size` bytes of UTF-8, none of them half a letter."""
    return text.encode()[:size].decode(errors="ignore").encode()

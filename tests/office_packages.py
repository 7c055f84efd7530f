"""Packed office documents for tests, and lists of parts without end."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

_ENTRY = "<4s4B4HL2L5H2L"


def packed(*names: str) -> bytes:
    """A ZIP file with empty parts of these names."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name in names:
            package.writestr(name, b"")
    return file.getvalue()


def many_parts(number: int, *, said: int | None = None, zip64: bool = False) -> bytes:
    """Nothing but the list of `number` parts and those of a text document. The end record may say another number of
    parts, or leave number and size to the 64-bit record."""
    names = [b"%d" % key for key in range(number)] + [b"[Content_Types].xml", b"word/document.xml"]
    held = b"".join(
        struct.pack(_ENTRY, b"PK\x01\x02", 20, 0, 20, *[0] * 8, len(name), *[0] * 6) + name for name in names
    )
    count = min(len(names) if said is None else said, 0xFFFF)
    if not zip64:
        return held + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(held), 0, 0)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, len(names), len(names), len(held), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(held), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 100, 0xFFFFFFFF, 0)  # what no reader believes
    return held + record + locator + end

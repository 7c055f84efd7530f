"""Which office document a stranger's file is, told by its parts; meant for the bounded child process."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

# Of a document people write: a workbook of 100 sheets with as many pictures has some 500 parts.
MOST_PARTS = 2_000
LONGEST_DIRECTORY = 512 * 1024  # bytes of the list of parts
_FOLDERS = {"word": "docx", "xl": "xlsx"}  # of an office document's own parts
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _LONGEST_COMMENT = 22, 20, 65_535


def office_kind(content: bytes) -> str:
    """ "docx", "xlsx", "macros" for one that holds macros, "" for anything else."""
    if not has_few_parts(content):
        return ""
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        return "macros"
    folders = {name.partition("/")[0] for name in names}
    found = [kind for folder, kind in _FOLDERS.items() if folder in folders]
    return found[0] if len(found) == 1 and "[Content_Types].xml" in names else ""


def has_few_parts(content: bytes) -> bool:
    """Whether the end record of a ZIP file announces a short list of parts, before anything parses the list.

    A reader goes by the list's size in bytes, not by the number of parts, and by the 64-bit record where there is one:
    all three are looked at (APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16).
    """
    end = content.rfind(_END, max(0, len(content) - _END_SIZE - _LONGEST_COMMENT))
    if end < 0 or end + _END_SIZE > len(content):
        return False
    parts, size = struct.unpack_from("<HL", content, end + 10)
    is_zip64 = content[max(0, end - _LOCATOR_SIZE) :].startswith(_LOCATOR)
    return not is_zip64 and parts <= MOST_PARTS and size <= LONGEST_DIRECTORY

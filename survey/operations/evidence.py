"""Files of evidence: told by their content, and named by what they are, whatever they were called."""

from __future__ import annotations

from forms.ballot import clean_text

_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
_SIGNATURES = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
LONGEST_STEM = 150


def kind_by_signature(content: bytes) -> str | None:
    """The extension of a document or picture by how it begins; None for anything else."""
    return next((kind for signature, kind in _SIGNATURES.items() if content.startswith(signature)), None)


def named(name: str, kind: str) -> str:
    """The name without folders, with the extension of what the file is: a PDF may well be a web page, too, and would
    be opened as one by another name."""
    stem = clean_text(name.replace("\\", "/").rpartition("/")[2], lines=False)
    for extension in (f".{kind}", ".jpeg"):
        if stem.casefold().endswith(extension):
            stem = stem[: -len(extension)]
    return f"{stem[:LONGEST_STEM].strip('. ') or 'minh-chung'}.{kind}"

"""Verifying a document: whether a file is the published one, and what its signature says where it is not."""

from __future__ import annotations

import hashlib
import ssl
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from survey.analysis.published_documents import find_by_digest
from survey.models import PublishedDocument
from survey.operations.bounded import MEGABYTE, BoundedError, Limits, run_bounded

LIMITS = Limits(size=20 * MEGABYTE, seconds=20, memory=640 * MEGABYTE, output=MEGABYTE)
QUEUE = "verifier"
CERTIFICATES = ("*.pem", "*.crt", "*.cer")
DIGEST_LENGTH = 64


class Finding(NamedTuple):
    """What was found out about a file.

    `code`: "identical" to the document asked about; "other": identical to another published one; "appended": the
    published bytes, or bytes with a signature that fits, with more behind them; "genuine": not the published bytes, but
    signed by the same signer and unchanged; "other_signer": the same, signed by somebody else whom an authority knows;
    and what :func:`forms.signed_pdf.inspect` finds.
    """

    code: str
    signer: str = ""
    signed_at: datetime | None = None
    other: str = ""  # the code of the other document


def check_file(session: Session, published: PublishedDocument, content: bytes, trust_folder: Path) -> Finding:
    """Compare the file with what was published; where it differs, read its signature in a bounded child process.

    Raises :class:`~survey.operations.bounded.ReadersBusy`.
    """
    compared = check_digest(session, published, hashlib.sha256(content).hexdigest())
    if compared.code != "different":
        return compared
    if hashlib.sha256(content[: published.size]).hexdigest() == published.sha256:
        return Finding("appended")
    try:
        found = run_bounded(
            "forms.signed_pdf:inspect", content, {"anchors": anchors(trust_folder)}, LIMITS, queue=QUEUE
        )
    except BoundedError as error:
        return Finding("too_large" if error.code == "too_large" else "damaged")
    code, signer = found["finding"], found.get("signer", "")
    if code == "genuine" and signer != published.document.signer:
        code = "other_signer"
    stated = found.get("signed_at", "")
    return Finding(code, signer, datetime.fromisoformat(stated) if stated else None)


def check_digest(session: Session, published: PublishedDocument, digest: str) -> Finding:
    """Compare a file's SHA-256, as somebody typed or computed it: "identical", "other", "different", or "no_digest"."""
    digest = "".join(digest.split()).lower()
    if len(digest) != DIGEST_LENGTH or not set(digest) <= set("0123456789abcdef"):
        return Finding("no_digest")
    if digest == published.sha256:
        return Finding("identical")
    other = find_by_digest(session, digest)
    return Finding("other", other=other.document.code) if other else Finding("different")


def anchors(folder: Path) -> list[str]:
    """The certificates (PEM) of the authorities that the operator trusts: the files of the folder, PEM or DER."""
    files = sorted(file for pattern in CERTIFICATES for file in folder.glob(pattern)) if folder.is_dir() else []
    return [_as_pem(file.read_bytes()) for file in files]


def _as_pem(content: bytes) -> str:
    return content.decode("ascii") if content.startswith(b"-----BEGIN") else ssl.DER_cert_to_PEM_cert(content)

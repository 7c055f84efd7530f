"""What the digital signature of a stranger's PDF says; runs in the bounded child process (:mod:`forms.bounded`).

One rule, stricter than a viewer's: a document of ours has one signature, which covers every byte of the file. So an
appended revision, whatever it claims to change, is found by arithmetic and not by judging the change (incremental
saving, shadow and evil-annotation attacks: Mainka, Mladenov, Rohlmann, NDSS 2021; Rohlmann et al., IEEE S&P 2021).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

KEY_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})
# The child process may write nothing but its answer, and what is wrong with a stranger's file is no news.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
_UNREADABLE = (PdfError, SigningError, SignatureValidationError, ValueError, TypeError, LookupError, AttributeError)


def inspect(content: bytes, anchors: Sequence[str]) -> dict[str, Any]:
    """What is found: `finding` and, of a signature that fits the file, `signer` (the certificate's subject) and
    `signed_at` (ISO 8601; the authority's time where a trusted one stamped it, the signer's own otherwise).

    "not_pdf"; "damaged": not to be read to its end, or encrypted; "unsigned"; "broken": the signature does not fit the
    content; "appended": something was added after signing, or there is a second signature; "untrusted": the
    certificate leads to none of the `anchors` (PEM), is out of date or not meant for signing; "genuine".
    """
    if not content.startswith(b"%PDF-"):
        return {"finding": "not_pdf"}
    try:
        reader = PdfFileReader(BytesIO(content))
        signatures = [] if reader.encrypted else list(reader.embedded_signatures)
    except (*_UNREADABLE, RecursionError):
        return {"finding": "damaged"}
    if reader.encrypted:
        return {"finding": "damaged"}
    if not signatures:
        return {"finding": "unsigned"}
    trusted = ValidationContext(trust_roots=[_certificate(text) for text in anchors], allow_fetching=False)
    try:
        status = validate_pdf_signature(signatures[0], trusted, skip_diff=True, key_usage_settings=KEY_USAGE)
    except (*_UNREADABLE, RecursionError):
        return {"finding": "broken"}
    if not (status.intact and status.valid):
        return {"finding": "broken"}
    stamp = status.timestamp_validity
    moment = stamp.timestamp if stamp is not None and stamp.trusted else status.signer_reported_dt
    who = {
        "signer": _subject(status.signing_cert),
        "signed_at": moment.isoformat() if moment is not None else "",
    }
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or len(signatures) > 1:
        return {"finding": "appended", **who}
    return {"finding": "genuine" if status.trusted else "untrusted", **who}


def _subject(certificate: Certificate) -> str:
    """The certificate's subject from the name to the country, as :mod:`reports.signing` notes it."""
    values = (part if isinstance(part, str) else ", ".join(part) for part in certificate.subject.native.values())
    return ", ".join(reversed(list(values)))[:500]


def _certificate(text: str) -> Certificate:
    _kind, _headers, der = pem.unarmor(text.encode())
    return Certificate.load(der)

"""Signing a finished PDF by PAdES: bytes and a key in, bytes out; the last thing that happens to a document.

PAdES B-B (ETSI EN 319 142-1), B-T with an authority's time-stamp. The signature certifies the document and permits no
change to it, so that every reader shows what was added later. It is shown in the upper right corner of the first page,
upright, 10 pt and black, with the signer and the time of Viet Nam as Decree 30/2020/NĐ-CP, annex I, words it.
"""

from __future__ import annotations

from asyncio import to_thread
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from asn1crypto import tsp
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports.catalogue import gettext
from reports.figures import Language
from reports.fonts import serif, wrap
from reports.page import RIGHT

FIELD = "Signature"
FONT_SIZE, LEADING = 10, 12.5
BOX_WIDTH, BOX_TOP, BOX_HEIGHT = 86 * mm, 5 * mm, 14.5 * mm  # within the top margin of 22 mm
LONGEST_NAME = 2  # lines
LONGEST_SUBJECT = 500
TIME_OF_VIET_NAM = timezone(timedelta(hours=7))
TIMESTAMP_SECONDS = 10
LARGEST_TIMESTAMP = 1024 * 1024


class KeyUnusable(Exception):
    """The key cannot sign; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document: its bytes begin with those that were signed. `subject` is the certificate's."""

    content: bytes
    subject: str
    at: datetime
    is_timestamped: bool


class TimestampAuthority(TimeStamper):
    """An authority asked by HTTP (RFC 3161). What it answers is checked by the library; it raises
    TimestampRequestError where it gives no answer."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        if self.url.scheme not in ("https", "http") or not self.url.hostname:
            raise KeyUnusable(f"The time-stamp authority's address must begin with https:// or http://, not {url!r}.")
        super().__init__()  # type: ignore[no-untyped-call]  # the library leaves it without types

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return await to_thread(self._ask, req.dump())

    def _ask(self, body: bytes) -> tsp.TimeStampResp:
        opened = HTTPSConnection if self.url.scheme == "https" else HTTPConnection
        connection = opened(str(self.url.hostname), self.url.port, timeout=TIMESTAMP_SECONDS)
        path = f"{self.url.path or '/'}{f'?{self.url.query}' if self.url.query else ''}"
        try:
            connection.request("POST", path, body, {"Content-Type": "application/timestamp-query"})
            with connection.getresponse() as answer:
                if answer.status != HTTPStatus.OK:
                    raise ValueError(f"it says {answer.status} {answer.reason}")
                return tsp.TimeStampResp.load(answer.read(LARGEST_TIMESTAMP))
        except (OSError, HTTPException, ValueError) as error:
            raise TimestampRequestError(
                f"The time-stamp authority {self.url.netloc} gave no answer: {error}"
            ) from error
        finally:
            connection.close()


def key_of_file(file: Path, passphrase: str) -> Signer:
    """The key and certificate of a PKCS#12 file. Raises :class:`KeyUnusable`."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise KeyUnusable(f"The key file {file} cannot be read: {error.strerror}.") from error
    try:
        return cast("Signer", SimpleSigner.load_pkcs12_data(content, [], passphrase.encode() or None))
    except ValueError as error:
        raise KeyUnusable(f"{file} is no PKCS#12 file, or the passphrase is wrong.") from error


def key_of_token(library: Path, token: str, certificate: str, pin: str) -> Signer:
    """The key of a PKCS#11 token (a card, an HSM): the vendor's library, the labels of token and certificate, the PIN.
    Raises :class:`KeyUnusable`."""
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise KeyUnusable("A PKCS#11 token needs the package python-pkcs11, which is not installed.") from error
    try:
        session = open_pkcs11_session(str(library), token_criteria=TokenCriteria(label=token), user_pin=pin)
        return cast("Signer", PKCS11Signer(session, cert_label=certificate))
    except Exception as error:  # whatever the vendor's library raises
        raise KeyUnusable(f"The token {token!r} cannot be used by {library}: {error}") from error


def sign_pdf(
    content: bytes,
    signer: Signer,
    *,
    at: datetime,
    language: Language = "vi",
    timestamper: TimeStamper | None = None,
) -> Signed:
    """Sign the finished document `content` at the moment `at`, which stands on it.

    Raises :class:`KeyUnusable` for a certificate out of date, TimestampRequestError (an OSError) where the authority
    gives no time-stamp, and pyHanko's SigningError for a document that is signed already.
    """
    certificate = signer.signing_cert
    assert certificate is not None
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise KeyUnusable(f"The certificate of {_name(certificate)} is valid until {certificate.not_valid_after:%F}.")
    right = A4[0] - RIGHT
    box = tuple(round(edge) for edge in (right - BOX_WIDTH, A4[1] - BOX_TOP - BOX_HEIGHT, right, A4[1] - BOX_TOP))
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            name=_name(certificate),
        ),
        signer,
        timestamper=timestamper,
        stamp_style=_appearance(_name(certificate), at, language),
        new_field_spec=SigFieldSpec(FIELD, on_page=0, box=cast("tuple[int, int, int, int]", box)),
    )
    output = BytesIO()
    # The library runs an event loop of its own, which a thread that has one already (an ASGI server's) refuses.
    with ThreadPoolExecutor(max_workers=1) as own_thread:
        own_thread.submit(pdf_signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(content)), output=output).result()
    signed = output.getvalue()
    assert signed.startswith(content)
    return Signed(signed, subject_of(certificate), at, timestamper is not None)


def subject_of(certificate: Any) -> str:
    """The certificate's subject from the name to the country, as :mod:`forms.signed_pdf` reads it from a signature."""
    values = (part if isinstance(part, str) else ", ".join(part) for part in certificate.subject.native.values())
    return ", ".join(reversed(list(values)))[:LONGEST_SUBJECT]


def _name(certificate: Any) -> str:
    """Who signs, as his certificate calls him."""
    subject = certificate.subject.native
    name = subject.get("common_name") or subject.get("organization_name") or certificate.subject.human_friendly
    return str(name)


def _appearance(name: str, at: datetime, language: Language) -> StaticStampStyle:
    by = gettext("Signed by: {name}", language, name=name)
    font = serif().regular
    moment = at.astimezone(TIME_OF_VIET_NAM).isoformat(sep=" ", timespec="seconds")
    lines = [
        *wrap(by, font, FONT_SIZE, BOX_WIDTH, most_lines=LONGEST_NAME),
        gettext("Time of signing: {time}", language, time=moment),
    ]
    target = BytesIO()
    canvas = Canvas(target, pagesize=(BOX_WIDTH, BOX_HEIGHT), invariant=1)
    canvas.setFont(font, FONT_SIZE)
    for k, line in enumerate(lines, 1):
        canvas.drawRightString(BOX_WIDTH, BOX_HEIGHT - k * LEADING, line)
    canvas.save()
    placed = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins(0, 0, 0, 0))
    return StaticStampStyle(border_width=0, background=_Drawn(target.getvalue()), background_layout=placed)


class _Drawn(PdfContent):
    """A page of ours as the picture of the signature, its font embedded: the library's own text box takes a font's
    widths wrongly."""

    def __init__(self, page: bytes) -> None:
        super().__init__(box=BoxConstraints(width=BOX_WIDTH, height=BOX_HEIGHT))
        self.page = page

    def render(self) -> bytes:
        assert self.writer is not None
        drawn = self.writer.import_page_as_xobject(PdfFileReader(BytesIO(self.page)))
        self.resources.xobject["/Drawn"] = drawn
        return b"/Drawn Do"

"""A genuine signature is recognised; every way of changing a signed document is found, each beside the genuine file."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from forms.signed_pdf import inspect
from reports.signing import KeyUnusable, TimestampAuthority, key_of_file, key_of_token, sign_pdf
from tests.certificates import PASSPHRASE, SIGNER, Authority, authority

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def document() -> bytes:
    target = BytesIO()
    canvas = Canvas(target, invariant=1, pageCompression=0)
    canvas.drawString(100, 700, "Index 83.52 percent")
    canvas.save()
    return target.getvalue()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signers.Signer:
    return key_of_file(authority().key_file(tmp_path_factory.mktemp("key")), PASSPHRASE)


@pytest.fixture(scope="module")
def signed(document: bytes, key: signers.Signer) -> bytes:
    return sign_pdf(document, key, at=NOW).content


P = ParamSpec("P")
R = TypeVar("R")


def apart(do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `do` gives in a thread of its own: the library runs an event loop, and the browser's tests leave theirs."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(do, *args, **kwargs).result()


def finding(content: bytes, *trusted: Authority) -> str:
    found = apart(inspect, content, [each.pem for each in trusted or (authority(),)])
    return str(found["finding"])


def test_a_thread_with_an_event_loop_signs_too(document: bytes, key: signers.Signer) -> None:
    async def sign() -> bytes:
        return sign_pdf(document, key, at=NOW).content

    assert finding(apart(asyncio.run, sign())) == "genuine"


def test_a_signed_document_is_genuine_and_says_who_signed_it(document: bytes, key: signers.Signer) -> None:
    begun = datetime.now(UTC)
    signed = sign_pdf(document, key, at=begun).content
    found = apart(inspect, signed, [authority().pem])
    assert found["finding"] == "genuine"
    assert SIGNER in found["signer"]
    assert begun - timedelta(seconds=1) <= datetime.fromisoformat(found["signed_at"]) <= datetime.now(UTC)
    assert signed.startswith(document)


def test_the_signature_stands_in_the_upper_right_corner_in_an_embedded_font(signed: bytes) -> None:
    page = PdfReader(BytesIO(signed)).pages[0]
    (field,) = (each.get_object() for each in page["/Annots"])
    left, bottom, right, _top = (float(edge) for edge in field["/Rect"])
    assert left > float(page.mediabox.width) / 2 - 80
    assert right < float(page.mediabox.width)
    assert bottom > float(page.mediabox.height) - 22 / 25.4 * 72  # within the decree's top margin
    assert b"/FontFile2" in signed
    assert b"ETSI.CAdES.detached" in signed  # PAdES


def test_a_changed_byte_is_found(signed: bytes) -> None:
    for before, after in ((b"83.52", b"93.52"), (b"/MediaBox", b"/MediaBux"), (b"Decode", b"decode")):
        assert before in signed
        assert finding(signed.replace(before, after, 1)) in ("broken", "damaged")
    assert finding(signed) == "genuine"


def test_every_byte_outside_of_the_signature_itself_is_covered(signed: bytes) -> None:
    start = signed.index(b"/Contents <")
    end = signed.index(b">", start)
    for at in (*range(0, start, start // 30), start - 1, *range(end, len(signed), 40), len(signed) - 1):
        flipped = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        assert finding(flipped) != "genuine", at


def test_an_appended_revision_is_refused(signed: bytes) -> None:
    """Incremental saving: a viewer shows the later revision, the signature still fits the first one."""
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/MediaBox"] = generic.ArrayObject(generic.NumberObject(edge) for edge in (0, 0, 100, 100))
    writer.update_container(page)
    target = BytesIO()
    writer.write(target)
    assert target.getvalue().startswith(signed)
    assert finding(target.getvalue()) == "appended"


def test_an_annotation_over_the_figures_is_refused(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(edge) for edge in (90, 690, 300, 720)),
            generic.pdf_name("/Contents"): generic.pdf_string("Index 99.99 percent"),
        }
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(note))
    target = BytesIO()
    writer.write(target)
    assert finding(target.getvalue()) == "appended"


def test_bytes_behind_the_end_are_refused(signed: bytes) -> None:
    for more in (b"\n", b"\n% a remark\n%%EOF\n", b"\0" * 100):
        assert finding(signed + more) in ("appended", "damaged")


def test_a_shadow_document_is_refused(key: signers.Signer) -> None:
    """The attacker has two contents prepared, and turns the pages to the other by a short later revision."""
    target = BytesIO()
    canvas = Canvas(target, invariant=1, pageCompression=0)
    for figure in ("83.52", "99.99"):
        canvas.drawString(100, 700, f"Index {figure} percent")
        canvas.showPage()
    canvas.save()
    both = sign_pdf(target.getvalue(), key, at=NOW).content
    writer = IncrementalPdfFileWriter(BytesIO(both))
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject([pages["/Kids"].raw_get(1)])
    pages["/Count"] = generic.NumberObject(1)
    writer.update_container(pages)
    turned = BytesIO()
    writer.write(turned)
    assert "99.99" in PdfReader(BytesIO(turned.getvalue())).pages[0].extract_text()
    assert finding(both) == "genuine"
    assert finding(turned.getvalue()) == "appended"


def test_a_signature_wrapped_around_other_content_is_refused(signed: bytes) -> None:
    """The second range is moved behind inserted bytes, and the byte range says so."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\s*\]", signed)
    assert found is not None
    _first, second, _length = map(int, found.groups())
    inserted = b"\n9 0 obj<</Type/Catalog>>endobj\n"
    moved = signed[:second] + inserted + signed[second:]
    digits = str(second + len(inserted)).rjust(len(found.group(2)), b"0".decode()).encode()
    assert len(digits) == len(found.group(2))
    moved = moved.replace(b" " + found.group(2) + b" ", b" " + digits + b" ", 1)
    assert finding(moved) in ("broken", "damaged", "appended")


def test_a_signature_without_content_or_range_is_refused(signed: bytes) -> None:
    """Universal forgery: some viewers took an empty signature, or none at all in its field, for a valid one."""
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", start)
    emptied = signed[:start] + b"0" * (end - start) + signed[end:]
    unranged = signed.replace(b"/ByteRange", b"/ByteRangX", 1)
    assert finding(emptied) in ("broken", "damaged")
    assert finding(unranged) in ("broken", "damaged")


def test_a_second_signature_is_refused(document: bytes, tmp_path: Path) -> None:
    """Somebody else signs a certified document once more; even a trusted certificate changes what we published."""
    own = key_of_file(authority().key_file(tmp_path), PASSPHRASE)
    plain = BytesIO()
    apart(
        signers.sign_pdf,
        IncrementalPdfFileWriter(BytesIO(document)),
        signers.PdfSignatureMetadata(field_name="A"),
        own,
        output=plain,
    )
    twice = BytesIO()
    apart(
        signers.sign_pdf,
        IncrementalPdfFileWriter(BytesIO(plain.getvalue())),
        signers.PdfSignatureMetadata(field_name="B"),
        own,
        output=twice,
    )
    assert finding(plain.getvalue()) == "genuine"
    assert finding(twice.getvalue()) == "appended"


def test_another_authority_of_the_same_name_is_not_trusted(document: bytes, tmp_path: Path) -> None:
    forger = Authority()  # the same names, another key
    forged = sign_pdf(document, key_of_file(forger.key_file(tmp_path), PASSPHRASE), at=NOW).content
    assert finding(forged) == "untrusted"
    assert finding(forged, forger) == "genuine"
    assert apart(inspect, forged, [])["finding"] == "untrusted"  # without anchors nobody is, least of all the system's


def test_what_is_not_signed_or_no_pdf_is_said(document: bytes, signed: bytes) -> None:
    assert finding(document) == "unsigned"
    assert finding(b"PK\x03\x04") == "not_pdf"
    assert finding(b"%PDF-1.4\nnothing") == "damaged"
    assert finding(signed[: len(signed) // 2]) != "genuine"


def test_a_key_that_cannot_sign_says_why(document: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="cannot be read"):
        key_of_file(tmp_path / "none.p12", PASSPHRASE)
    file = authority().key_file(tmp_path)
    with pytest.raises(KeyUnusable, match="passphrase"):
        key_of_file(file, "sai")
    old = key_of_file(authority().key_file(tmp_path, until=NOW - timedelta(days=1)), PASSPHRASE)
    with pytest.raises(KeyUnusable, match="valid until"):
        sign_pdf(document, old, at=NOW)
    with pytest.raises(KeyUnusable, match="python-pkcs11"):
        key_of_token(tmp_path / "module.so", "token", "certificate", "1234")


def test_an_authority_stamps_the_time(document: bytes, key: signers.Signer) -> None:
    stamping, certificate = authority().issue_stamping("Cơ quan cấp dấu thời gian")
    private = stamping.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    at = (NOW - timedelta(days=2)).replace(microsecond=0)
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)), PrivateKeyInfo.load(private), fixed_dt=at
    )
    stamped = sign_pdf(document, key, at=NOW, timestamper=stamper)
    assert stamped.is_timestamped
    found = apart(inspect, stamped.content, [authority().pem])
    assert found["finding"] == "genuine"
    assert datetime.fromisoformat(found["signed_at"]) == at


class _Stamping(BaseHTTPRequestHandler):
    """An authority on this machine, behind the library's stamping dummy."""

    stamper: DummyTimeStamper

    def do_POST(self) -> None:
        asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        answer = asyncio.run(self.stamper.async_request_tsa_response(asked)).dump() if self.path == "/tsa" else b""
        self.send_response(200 if answer else 404)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None: ...


def test_an_authority_is_asked_by_http(document: bytes, key: signers.Signer) -> None:
    stamping, certificate = authority().issue_stamping("Cơ quan cấp dấu thời gian")
    private = stamping.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    _Stamping.stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)), PrivateKeyInfo.load(private)
    )
    with HTTPServer(("127.0.0.1", 0), _Stamping) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            stamped = sign_pdf(document, key, at=NOW, timestamper=TimestampAuthority(f"{address}/tsa"))
            with pytest.raises(OSError, match="it says 404"):
                sign_pdf(document, key, at=NOW, timestamper=TimestampAuthority(f"{address}/other"))
        finally:
            server.shutdown()
            thread.join()
    assert finding(stamped.content) == "genuine"
    with pytest.raises(KeyUnusable, match="https://"):
        TimestampAuthority("file:///etc/passwd")

"""A few signed documents of the sample province, by a key and an authority made for trying out: their names say so."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reports.figures import Language
from reports.signing import Signed, key_of_file, sign_pdf
from survey.models import Document, DocumentRun, Unit, Wave
from survey.operations import document_runs, document_settings, documents, signing
from survey.operations.audit import SYSTEM
from survey.operations.demo.places import PROVINCE
from survey.operations.document_settings import IssuerTerms
from survey.operations.writing import begin_write

UNITS = (PROVINCE, "BENTRA", "STP")
PASSPHRASE = "chứng thư thử nghiệm"  # noqa: S105 printed in docs/documents.md: the key is worth nothing
KEY_FILE = "chung-thu-thu-nghiem.p12"
ANCHOR_FILE = "chung-thu-thu-nghiem.pem"
SIGNER = "Sở Nội vụ tỉnh Sông Trà (chứng thư thử nghiệm)"
AUTHORITY = "Cơ quan chứng thực mẫu (chứng thư thử nghiệm)"
YEARS = 10
ISSUER = IssuerTerms(
    name_vi="Sở Nội vụ",
    name_en="Interior Department",
    abbreviation="SNV",
    superior_vi="UBND tỉnh Sông Trà",
    superior_en="People's Committee of Sông Trà Province",
    locality="Sông Trà",
    position_vi="Giám đốc",
    position_en="Director",
    authority_vi="Giám đốc Sở Nội vụ",
    authority_en="Director of the Interior Department",
)


def load_documents(engine: Engine, base_url: str, key_folder: Path, trust_folder: Path, seed: int) -> None:
    """Make, sign and publish the reports of the last published wave, of the province and a few units, unless there are
    documents.

    The key lies in `key_folder`, the authority's certificate in `trust_folder`; made where they are missing. In
    transactions of its own.
    """
    with Session(engine) as session:
        begin_write(session)
        if session.scalar(select(DocumentRun.id).limit(1)) is not None:
            return
        newest = select(Wave).where(Wave.state == "published").order_by(Wave.period_end.desc(), Wave.id).limit(1)
        wave = session.scalars(newest).one()
        units = session.scalars(select(Unit).where(Unit.code.in_(UNITS))).all()
        now, rng = datetime.now(UTC), Random(f"{seed} documents")  # noqa: S311 sample data, the same for the same seed
        assert wave.owner is not None
        document_settings.set_issuer(session, wave.owner, ISSUER, account_id=None, at=now)
        run = document_runs.request_run(
            session, wave, ["province_report", "unit_report"], "vi", account_id=None, at=now, units=units, rng=rng
        )
        run_id = run.id
        session.commit()
    with Session(engine) as reading:
        document_runs.run_next(engine, base_url, partial(document_runs.make_here, reading))
    with Session(engine) as session:
        begin_write(session)
        run = session.get_one(DocumentRun, run_id)
        documents.request_signing(session, run, documents.check(session, run), account_id=None, at=now)
        session.commit()
    signing.sign_queued(engine, _by_sample_key(key_folder, trust_folder), SYSTEM)
    with Session(engine) as session:
        begin_write(session)
        run = session.get_one(DocumentRun, run_id)
        documents.publish_run(session, run, documents.check(session, run), account_id=None, at=datetime.now(UTC))
        session.commit()


def sample_code(session: Session) -> str | None:
    """The code of a published document of the commune that is shown."""
    query = select(Document.code).join(Document.unit).where(Unit.code == UNITS[1], Document.state == "published")
    return session.scalar(query.order_by(Document.id).limit(1))


def _by_sample_key(key_folder: Path, trust_folder: Path) -> signing.Sign:
    file = key_folder / KEY_FILE
    if not file.exists() or not (trust_folder / ANCHOR_FILE).exists():
        _make_key(file, trust_folder)
    signer = key_of_file(file, PASSPHRASE)

    def sign(content: bytes, language: Language, at: datetime) -> Signed:
        return sign_pdf(content, signer, at=at, language=language)

    return sign


def _make_key(file: Path, trust_folder: Path) -> None:
    """An authority whose key is forgotten at once, and one key it certified."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _named(AUTHORITY)
    root = _certificate(issuer, issuer, authority.public_key(), ("key_cert_sign", "crl_sign"), authority, is_root=True)
    own = _certificate(_named(SIGNER), issuer, key.public_key(), ("digital_signature", "content_commitment"), authority)
    for folder in (file.parent, trust_folder):
        folder.mkdir(parents=True, exist_ok=True)
    (trust_folder / ANCHOR_FILE).write_bytes(root.public_bytes(Encoding.PEM))
    encryption = BestAvailableEncryption(PASSPHRASE.encode())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(pkcs12.serialize_key_and_certificates(b"sipas", key, own, [root], encryption))


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    usages: Sequence[str],
    by: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{name: name in usages for name in names}), critical=True)
        .sign(by, hashes.SHA256())
    )

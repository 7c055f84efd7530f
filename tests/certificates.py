"""A certificate authority of the tests' own, and the keys it gives out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = "mật khẩu của khóa ký"
SIGNER = "Sở Nội vụ tỉnh Mẫu"


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """An authority; two of the same name differ by their keys alone."""

    def __init__(self, name: str = "Cơ quan chứng thực của bài kiểm thử") -> None:
        self.name, self.key = named(name), ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = (
            self._certificate(self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def _certificate(
        self, subject: x509.Name, key: CertificatePublicKeyTypes, until: datetime | None = None
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(until or now + timedelta(days=30))
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(
        self, name: str = SIGNER, *, until: datetime | None = None
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """A key to sign documents by, and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        built = self._certificate(named(name), key.public_key(), until).add_extension(usage, critical=True)
        return key, built.sign(self.key, hashes.SHA256())

    def issue_stamping(self, name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        """A key to stamp the time by (RSA: the library's stamping dummy takes no other), and its certificate."""
        key = rsa.generate_private_key(65537, 2048)
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = self._certificate(named(name), key.public_key()).add_extension(usage, critical=True)
        return key, built.add_extension(stamps, critical=True).sign(self.key, hashes.SHA256())

    def key_file(self, folder: Path, name: str = SIGNER, *, until: datetime | None = None) -> Path:
        """A PKCS#12 file with the key, its certificate and ours, under :data:`PASSPHRASE`."""
        key, certificate = self.issue(name, until=until)
        encryption = BestAvailableEncryption(PASSPHRASE.encode())
        file = folder / "signing.p12"
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(b"sipas", key, certificate, [self.certificate], encryption)
        )
        return file


@cache
def authority() -> Authority:
    return Authority()

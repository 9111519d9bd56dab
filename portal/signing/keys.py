"""Keys and certificates of the local test authority, kept as files of mode 0600 under a folder of mode 0700.

Elliptic keys (P-256): small certificates, small signatures. Every name says that it is a test.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.signing.base import Signer

MARK = "THỬ NGHIỆM"
CA_NAME = f"[{MARK}] CA trình diễn Cổng Dịch vụ công"
ORGANISATION = "Chứng thư không có giá trị pháp lý"
CA_YEARS, END_YEARS = 20, 5
COMMON_NAME_BYTES = 64  # RFC 5280 ub-common-name


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class KeyFolder:
    """The authority and its certificates; what is missing is made on first use, once even with many workers."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root) / "test-signing"

    def authority(self) -> KeyPair:
        """The test authority."""
        return self._load("ca") or self._make("ca", None)

    def pair_of(self, signer: Signer) -> KeyPair:
        """The certificate of a signer."""
        name = hashlib.sha256(signer.key.encode()).hexdigest()[:32]
        return self._load(name) or self._make(name, signer)

    def _load(self, name: str) -> KeyPair | None:
        try:
            data = (self._root / f"{name}.pem").read_bytes()
        except FileNotFoundError:
            return None
        key = serialization.load_pem_private_key(data, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"unexpected kind of key in {name}.pem")
        return KeyPair(key, x509.load_pem_x509_certificate(data))

    def _make(self, name: str, signer: Signer | None) -> KeyPair:
        authority = self.authority() if signer else None
        with self._locked():
            return self._load(name) or self._save(name, _new_pair(signer, authority))

    def _save(self, name: str, pair: KeyPair) -> KeyPair:
        """Key and certificate in one file, so that there is never one without the other."""
        key = pair.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        part = self._root / f"{name}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key + pair.certificate.public_bytes(serialization.Encoding.PEM))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._root / f"{name}.pem")
        return pair

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def common_name(signer: Signer) -> str:
    """The certificate's name, cut to 64 bytes at a whole letter; the full name is its organisation."""
    name = f"[{MARK}] {signer.name}"
    if len(name.encode()) <= COMMON_NAME_BYTES:
        return name
    return name.encode()[: COMMON_NAME_BYTES - 3].decode(errors="ignore") + "…"


def _subject(signer: Signer | None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
    if signer is None:
        parts += [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME),
        ]
        return x509.Name(parts)
    parts += [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, signer.organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name(signer)),
    ]
    if signer.title:
        parts.append(x509.NameAttribute(NameOID.TITLE, signer.title))
    return x509.Name(parts)


def _new_pair(signer: Signer | None, authority: KeyPair | None) -> KeyPair:
    """A new key with its certificate, signed by the authority; without one it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(signer)
    issuer = authority.certificate.subject if authority else subject
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    years = END_YEARS if authority else CA_YEARS
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(_usage(authority is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    parent = authority.key if authority else key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key())
    return KeyPair(key, builder.add_extension(identifier, critical=False).sign(parent, hashes.SHA256()))


def _usage(authority: bool) -> x509.KeyUsage:
    """An authority signs certificates, all others sign documents (digital signature, non-repudiation)."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )

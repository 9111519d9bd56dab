"""The local adapter: PAdES baseline B and XML signatures with certificates of a test authority made on first use.

For development, demonstration and tests. The certificates say so in their names, and production refuses them
unless the setting SIGNING_ALLOW_TEST_KEYS allows it in words.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from portal.signing.base import Seal, Signer, SigningError
from portal.signing.keys import KeyFolder, KeyPair, common_name

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.validation import EmbeddedPdfSignature

T = TypeVar("T")
SIGNATURE_BYTES = 6_000  # room for the CMS object as hexadecimal: certificate, authority, attributes


class LocalAdapter:
    """See the module. Imports pyHanko only when something is signed or checked: it costs half a second."""

    def __init__(self, keys_root: str | Path) -> None:
        self._keys = KeyFolder(keys_root)

    def name_of(self, signer: Signer) -> str:
        """The certificate's name."""
        return common_name(signer)

    def sign_xml(self, data: bytes, signer: Signer) -> bytes:
        """`data` with an enveloped signature over the whole document, see `portal.signing.xml`."""
        _refuse_in_production()
        from portal.signing import xml

        return xml.sign(data, self._keys.pair_of(signer))

    def xml_seal(self, data: bytes) -> Seal | None:
        """The signature of an XML document, checked against the test authority."""
        from portal.signing import xml

        return xml.seal_of(data, self._keys.authority())

    def sign_pdf(self, data: bytes, signer: Signer, *, reason: str, location: str) -> bytes:
        """`data` with one more signature; the field is named after the kind of signer."""
        _refuse_in_production()
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers

        metadata = signers.PdfSignatureMetadata(
            field_name="CoQuan" if signer.is_unit else "NguoiKy",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
        )
        key = _simple_signer(self._keys.pair_of(signer), self._keys.authority())
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        out = _off_loop(
            lambda: signers.sign_pdf(writer, metadata, signer=key, bytes_reserved=SIGNATURE_BYTES)
        )
        return bytes(out.getvalue())

    def seals(self, data: bytes) -> list[Seal]:
        """Every signature, oldest first, checked against the test authority.

        A file that cannot be read has none; a signature that cannot be read is not intact.
        """
        from pyhanko.pdf_utils.reader import PdfFileReader

        root = _asn1_certificate(self._keys.authority())
        try:
            found = PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures
        except _unreadable():
            return []
        return [_seal(signature, root) for signature in found]


def _refuse_in_production() -> None:
    if settings.PRODUCTION and not settings.SIGNING_ALLOW_TEST_KEYS:
        raise SigningError("test certificates may not sign in production")


def _off_loop(call: Callable[[], T]) -> T:
    """Run `call` here, or in a thread of its own where an event loop runs: pyHanko starts one itself."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(call).result()


def _unreadable() -> tuple[type[Exception], ...]:
    """What pyHanko raises for files that are no PDF or signatures that are none."""
    from pyhanko.pdf_utils.misc import PdfError

    return (PdfError, ValueError, TypeError, LookupError, AttributeError, OSError)


def _seal(signature: EmbeddedPdfSignature, root: Any) -> Seal:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    try:
        context = ValidationContext(trust_roots=[root], allow_fetching=False)
        status = _off_loop(lambda: validate_pdf_signature(signature, context))
        name = str(status.signing_cert.subject.native.get("common_name", ""))
        whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        return Seal(name, status.intact and status.valid and status.bottom_line, status.trusted, whole)
    except _unreadable():
        return Seal("", intact=False, trusted=False, covers_all=False)


def _asn1_certificate(pair: KeyPair) -> Any:
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives.serialization import Encoding

    return asn1.Certificate.load(pair.certificate.public_bytes(Encoding.DER))


def _simple_signer(pair: KeyPair, authority: KeyPair) -> SimpleSigner:
    from asn1crypto.keys import PrivateKeyInfo
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_asn1_certificate(authority))
    key = pair.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(_asn1_certificate(pair), PrivateKeyInfo.load(key), store)

"""XML signatures (XMLDSig, enveloped, exclusive C14N, ECDSA with SHA-256) by signxml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml.algorithms import SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from portal.signing.base import Seal

if TYPE_CHECKING:
    from portal.signing.keys import KeyPair

NAMESPACE = "{http://www.w3.org/2000/09/xmldsig#}"
MOST_BYTES = 1024 * 1024


def parse(data: bytes) -> etree._Element:
    """The root of a document of ours: no entities, no network. Raises ValueError for anything else."""
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error


def sign(data: bytes, pair: KeyPair) -> bytes:
    """`data` with the signature of `pair` as the last child of its root."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped, signature_algorithm=SignatureMethod.ECDSA_SHA256
    )
    key = pair.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = pair.certificate.public_bytes(serialization.Encoding.PEM)
    signed = signer.sign(parse(data), key=key, cert=certificate.decode())
    written: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
    return written


def seal_of(data: bytes, authority: KeyPair) -> Seal | None:
    """The signature of a document; None when there is none. Trusted: its certificate is the authority's."""
    try:
        root = parse(data)
    except ValueError:
        return None
    certificate = _certificate_in(root)
    if certificate is None:
        return None
    config = SignatureConfiguration(signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}))
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    try:
        XMLVerifier().verify(root, x509_cert=pem, expect_config=config)
        intact = True
    except (SignXMLException, InvalidSignature, ValueError):
        intact = False
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Seal(
        str(names[0].value) if names else "", intact, _issued_by(certificate, authority), covers_all=intact
    )


def _certificate_in(root: etree._Element) -> x509.Certificate | None:
    text = root.findtext(f"{NAMESPACE}Signature//{NAMESPACE}X509Certificate")
    if not text:
        return None
    body = "".join(text.split())
    try:
        return x509.load_pem_x509_certificate(
            f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()
        )
    except ValueError:
        return None


def _issued_by(certificate: x509.Certificate, authority: KeyPair) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True

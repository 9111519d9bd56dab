"""What a signing service is to the portal. An adapter never touches the ORM or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Signer:
    """Who signs: an organisation's seal or an officer's own signature.

    `key` names the certificate and never changes ("unit:00004", "officer:badinh.lanhdao"); the words are what
    the certificate and the paper show.
    """

    key: str
    name: str
    organisation: str
    title: str = ""

    @property
    def is_unit(self) -> bool:
        """Whether this is an organisation's seal."""
        return self.key.startswith("unit:")


@dataclass(frozen=True)
class Seal:
    """One signature found in a PDF. `intact`: the signed bytes are unchanged; `trusted`: by an authority of ours."""

    name: str
    intact: bool
    trusted: bool
    covers_all: bool


class SigningError(Exception):
    """The signing service refused or failed; the outbox tries again."""


class SigningAdapter(Protocol):
    """A signing service: remote signing at a licensed authority, an HSM, or the local test authority."""

    def sign_pdf(self, data: bytes, signer: Signer, *, reason: str, location: str) -> bytes:
        """`data` with one more PAdES signature, as an incremental update. Raises SigningError."""

    def name_of(self, signer: Signer) -> str:
        """The name as on the certificate, for the paper and the verification page."""

    def seals(self, data: bytes) -> list[Seal]:
        """Every signature of a PDF, oldest first; empty for an unsigned or unreadable one."""

    def sign_xml(self, data: bytes, signer: Signer) -> bytes:
        """The XML document `data` with one enveloped XML signature (XMLDSig). Raises SigningError."""

    def xml_seal(self, data: bytes) -> Seal | None:
        """The signature of an XML document; None for an unsigned or unreadable one."""


def unit_signer(code: str, name: str) -> Signer:
    """The seal of a unit."""
    return Signer(f"unit:{code}", name, name)


def officer_signer(username: str, name: str, title: str, unit_name: str) -> Signer:
    """The signature of an officer in a unit."""
    return Signer(f"officer:{username}", name, unit_name, title)

"""What an issued document carries inside its PDF. Apps to the right say so about their own kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from portal.lib.pdf import Enclosure

if TYPE_CHECKING:
    from dossiers.models import Document
    from portal.signing import SigningAdapter

Maker = Callable[["Document", "SigningAdapter"], list[Enclosure]]
_makers: dict[str, Maker] = {}


def carries(kind: str) -> Callable[[Maker], Maker]:
    """Register the decorated function for a kind: from the document and the signing service to enclosures."""

    def register(maker: Maker) -> Maker:
        _makers[kind] = maker
        return maker

    return register


def enclosures_of(document: Document, signing: SigningAdapter) -> list[Enclosure]:
    """What the PDF of `document` carries, signed where its kind asks for it."""
    maker = _makers.get(document.kind)
    return maker(document, signing) if maker else []

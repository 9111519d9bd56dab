"""The signed XML data part inside the PDF of every receipt (NĐ 254/2026/NĐ-CP art. 23, before NĐ 123/2020/NĐ-CP)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossiers.documents.enclosures import carries
from dossiers.models import DocumentKind
from payments import receipt_xml
from portal.lib.pdf import Enclosure
from portal.signing import unit_signer

if TYPE_CHECKING:
    from dossiers.models import Document
    from portal.signing import SigningAdapter


@carries(DocumentKind.RECEIPT)
def receipt_data(document: Document, signing: SigningAdapter) -> list[Enclosure]:
    """The data part with the collecting organisation's XML signature."""
    data = receipt_xml.receipt(document.context["receipt"], f"BL{document.pk}")
    signed = signing.sign_xml(data, unit_signer(document.unit.code, document.unit.full_name))
    return [Enclosure(receipt_xml.NAME, signed, "Dữ liệu biên lai điện tử có chữ ký số")]

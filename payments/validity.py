"""Whether an issued receipt still holds, for the public verification page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dossiers.documents.validity import judges
from dossiers.models import DocumentKind
from payments.models import CorrectionKind, ReceiptCorrection

if TYPE_CHECKING:
    from dossiers.models import Document


@judges(DocumentKind.RECEIPT)
def fault_of_receipt(document: Document) -> str:
    """Why the receipt no longer holds: replaced or cancelled; a notice of error alone leaves it in force."""
    ended = (
        ReceiptCorrection.objects.filter(receipt__document=document, approved=True)
        .exclude(kind=CorrectionKind.NOTICE)
        .select_related("replacement__book")
        .first()
    )
    if ended is None:
        return ""
    if ended.replacement is None:
        return _("Biên lai đã bị hủy.")
    return _("Biên lai đã được thay thế bằng biên lai số %(number)s.") % {
        "number": ended.replacement.full_number
    }

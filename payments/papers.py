"""What is printed on a receipt, as plain JSON frozen with the document (domain facts 6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import translation

from dossiers.documents import common
from dossiers.models import DocumentKind, PartyRole
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierParty
    from payments.collecting import Transfer
    from payments.models import Receipt
    from payments.querysets import FeeSummary

TEMPLATE = "payments/print/receipt.html"
TITLES = {FeeKind.FEE: "Biên lai thu phí", FeeKind.CHARGE: "Biên lai thu lệ phí"}


def title(kind: FeeKind) -> str:
    """The name of the receipt; documents are Vietnamese."""
    return TITLES[kind]


def payer(dossier: Dossier) -> DossierParty | None:
    """Who pays unless told otherwise: the filer, or the owner."""
    parties = {party.role: party for party in dossier.parties.all()}
    return parties.get(PartyRole.FILER) or parties.get(PartyRole.OWNER)


def payer_name(dossier: Dossier) -> str:
    """The name for the receipt."""
    found = payer(dossier)
    return found.name if found else dossier.owner_name


def payer_address(dossier: Dossier) -> str:
    """The payer's address, empty when the dossier holds none."""
    found = payer(dossier)
    return found.address if found else ""


def vnd(amount: int) -> str:
    """Digits with dots, as on Vietnamese receipts."""
    return f"{amount:,}".replace(",", ".")


def _in_vietnamese(text: Callable[[], str]) -> str:
    with translation.override("vi"):
        return text()


def receipt(row: Receipt) -> dict[str, Any]:
    """The contents a receipt must have, in their final wording."""
    return {
        "receipt": {
            "title": title(FeeKind(row.kind)).upper(),
            "template_symbol": row.book.template_symbol,
            "symbol": row.book.symbol,
            "number": row.padded,
            "is_sample": row.book.is_sample,
            "collector": row.unit.full_name,
            "collector_tax_code": row.unit.tax_code,
            "collector_address": row.unit.address,
            "payer": row.payer_name,
            "payer_address": row.payer_address,
            "procedure": f"{row.dossier.procedure.code} – {row.dossier.procedure.name}",
            "lines": [{"name": line["name"], "amount": vnd(line["amount"])} for line in row.lines],
            "total": vnd(row.total),
            "words": row.total_in_words,
            "method": _in_vietnamese(row.payment.get_provider_display),
            "reference": row.payment.reference,
            "day": f"{row.collected_on:%d}",
            "month": f"{row.collected_on:%m}",
            "year": f"{row.collected_on:%Y}",
            "cashier": row.issued_by.full_name if row.issued_by else "",
        }
    }


def payment_slip(fee: FeeSummary, transfer: Transfer | None) -> dict[str, Any]:
    """What is printed on a payment slip: no name, for it may be handed to anybody who pays."""
    dossier = fee.dossier
    return {
        **common(dossier, DocumentKind.RECEIPT, dossier.receiving_unit, clock.today()),
        "form": "",
        "number": transfer.spaced if transfer else dossier.code,
        "procedure": dossier.procedure.title,
        "lines": [
            {"name": line["name"], "amount": vnd(line["payable"])} for line in fee.lines if line["payable"]
        ],
        "total": vnd(fee.owed),
        "unit": dossier.receiving_unit.full_name,
        "transfer": _transfer_lines(transfer) if transfer else None,
        "printed_on": f"{clock.today():%d/%m/%Y}",
    }


def _transfer_lines(transfer: Transfer) -> dict[str, str]:
    account = transfer.account
    return {
        "collector": account.unit.full_name if transfer.delegated else "",
        "bank": account.bank.short_name,
        "account": account.number,
        "holder": account.holder,
        "text": transfer.code,
        "payload": transfer.payload,
    }

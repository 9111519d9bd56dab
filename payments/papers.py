"""What is printed on a receipt, as plain JSON frozen with the document (domain facts 6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import translation

from dossiers.documents import common
from dossiers.models import DocumentKind, PartyRole
from payments import corrections
from payments.models import CorrectionKind
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierParty
    from payments.collecting import Transfer
    from payments.models import Receipt, ReceiptCorrection
    from payments.querysets import FeeSummary

TEMPLATE = "payments/print/receipt.html"
NOTICE_TEMPLATE = "payments/print/receipt_notice.html"
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


def _delegate(row: Receipt) -> dict[str, str]:
    """Who collects in the principal's name: shown with name and address (NĐ 254/2026/NĐ-CP art. 25)."""
    if row.book.delegated_from is None:
        return {}
    return {"delegate": row.unit.full_name, "delegate_address": row.unit.address}


def replaced(old: Receipt) -> dict[str, str]:
    """The receipt another one replaces, as the other names it."""
    return {
        "template_symbol": old.book.template_symbol,
        "symbol": old.book.symbol,
        "number": old.padded,
        "date": old.collected_on.isoformat(),
        "day": f"{old.collected_on:%d/%m/%Y}",
    }


def receipt(row: Receipt) -> dict[str, Any]:
    """The contents a receipt must have, in their final wording."""
    return {
        "receipt": {
            "title": title(FeeKind(row.kind)).upper(),
            "template_symbol": row.book.template_symbol,
            "symbol": row.book.symbol,
            "number": row.padded,
            "is_sample": row.book.is_sample,
            "collector": row.book.principal.full_name,
            "collector_tax_code": row.book.principal.tax_code,
            "collector_address": row.book.principal.address,
            **_delegate(row),
            "payer": row.payer_name,
            "payer_address": row.payer_address,
            "procedure": f"{row.dossier.procedure.code} – {row.dossier.procedure.name}",
            "lines": [
                {"name": line["name"], "amount": vnd(line["amount"]), "vnd": line["amount"]}
                for line in row.lines
            ],
            "total": vnd(row.total),
            "total_vnd": row.total,
            "date": row.collected_on.isoformat(),
            "replaces": replaced(row.replaces) if row.replaces else {},
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


FIELD_NAMES = {
    "payer_name": "Tên người nộp",
    "payer_address": "Địa chỉ người nộp",
    "line_names": "Tên khoản thu",
}


def notice_title(correction: ReceiptCorrection) -> str:
    """What the notice is called."""
    if correction.kind == CorrectionKind.CANCEL:
        return "Thông báo hủy biên lai điện tử"
    return "Thông báo biên lai điện tử có sai sót"


def notice(correction: ReceiptCorrection, row: Receipt) -> dict[str, Any]:
    """A notice to the payer and the tax authority about a wrong or cancelled receipt."""
    rule = corrections.rule_on(clock.today())
    return {
        "form": f"Mẫu {rule.form}" if rule.form else "",
        "basis": rule.basis,
        "receipt": {
            **replaced(row),
            "title": title(FeeKind(row.kind)),
            "collector": row.book.principal.full_name,
            "collector_tax_code": row.book.principal.tax_code,
            "payer": row.payer_name,
            "total": vnd(row.total),
        },
        "cancelled": correction.kind == CorrectionKind.CANCEL,
        "reason": correction.reason,
        "changes": [
            {
                "name": FIELD_NAMES[change["field"]],
                "wrong": _one_text(change["wrong"]),
                "right": _one_text(change["right"]),
            }
            for change in correction.changes
        ],
    }


def _one_text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "; ".join(value)

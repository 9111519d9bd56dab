"""Correcting receipts: asked by one person, decided by another; the wrong receipt itself never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from dossiers.actions.documents import issue_document
from dossiers.models import DocumentKind
from dossiers.workflow import ActionError
from payments import corrections, papers
from payments.access import get_issued_receipt
from payments.actions.incidents import open_incident
from payments.actions.receipts import replace_receipt
from payments.models import CorrectionKind, IncidentKind, Receipt, ReceiptCorrection, Refund
from payments.workflow import RefundState
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def ask_correction(*, by: User, token: str, reason: str, right: Mapping[str, Any]) -> ReceiptCorrection:
    """Ask to correct a receipt: `right` holds what should have been printed (`payer_name`, `payer_address`,
    `line_names`: one name a line).

    Whether a notice suffices or a replacement is needed follows from the rule in force. An open request is
    returned as it is. Raises ActionError naming the field when nothing differs, a word is missing or the receipt
    was ended before.
    """
    receipt = _locked(by, token)
    if (waiting := receipt.corrections.filter(decided_at=None).first()) is not None:
        return waiting
    changes = _differences(receipt, right)
    if not changes:
        raise ActionError(_("Chưa có nội dung nào khác với biên lai."), field="payer_name")
    kind = corrections.rule_on(clock.today()).kind_for(frozenset(change["field"] for change in changes))
    return _ask(receipt, kind, reason, changes, by=by)


@transaction.atomic
def ask_cancellation(*, by: User, token: str, reason: str) -> ReceiptCorrection:
    """Ask to cancel a receipt whose money goes back; an open request is returned as it is."""
    receipt = _locked(by, token)
    waiting = receipt.corrections.filter(decided_at=None).first()
    return waiting or _ask(receipt, CorrectionKind.CANCEL, reason, [], by=by)


def _locked(by: User, token: str) -> Receipt:
    receipt = get_issued_receipt(by, token, lock=True)
    check(by, Permission.COLLECT, receipt.unit_id)
    if not Receipt.objects.in_force().filter(pk=receipt.pk).exists():
        raise ActionError(_("Biên lai này đã được thay thế hoặc đã hủy."))
    return receipt


def _ask(
    receipt: Receipt, kind: CorrectionKind, reason: str, changes: list[dict[str, Any]], *, by: User
) -> ReceiptCorrection:
    if not reason.strip():
        raise ActionError(_("Hãy ghi lý do."), field="reason")
    return ReceiptCorrection.objects.create(
        receipt=receipt, kind=kind, reason=reason.strip(), changes=changes, asked_by=by, asked_at=clock.now()
    )


def _differences(receipt: Receipt, right: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [line["name"] for line in receipt.lines]
    printed = {
        "payer_name": receipt.payer_name,
        "payer_address": receipt.payer_address,
        "line_names": names,
    }
    found = []
    for field in corrections.FIELDS:
        value = right.get(field, printed[field])
        if field == "payer_name" and not value.strip():
            raise ActionError(_("Hãy ghi tên người nộp."), field="payer_name")
        if field == "line_names" and (len(value) != len(names) or not all(value)):
            raise ActionError(_("Ghi tên từng khoản thu, mỗi khoản một dòng."), field="line_names")
        if value != printed[field]:
            found.append({"field": field, "wrong": printed[field], "right": value})
    return found


@transaction.atomic
def decide_correction(*, by: User, token: str, correction_id: int, approve: bool) -> ReceiptCorrection:
    """Approve or decline what another person asked for; deciding again returns it as it was decided.

    Approved, a replacement is issued at once, or the notice to the payer and the tax authority.
    """
    receipt = get_issued_receipt(by, token, lock=True)
    check(by, Permission.APPROVE_MONEY, receipt.unit_id)
    correction = (
        receipt.corrections.select_for_update(of=("self",), no_key=True).filter(pk=correction_id).first()
    )
    if correction is None:
        raise ActionError(_("Chưa có đề nghị nào về biên lai này."))
    if correction.decided_at is not None:
        return correction
    if correction.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    correction.decided_by, correction.decided_at, correction.approved = by, clock.now(), approve
    if approve:
        _carry_out(correction, receipt, by)
    correction.save(update_fields=["decided_by", "decided_at", "approved", "replacement", "document"])
    return correction


def _carry_out(correction: ReceiptCorrection, receipt: Receipt, by: User) -> None:
    """Issue what the correction asks for; money of a cancelled receipt that nobody gave back is a work item."""
    if correction.kind == CorrectionKind.REPLACE:
        correction.replacement = replace_receipt(
            receipt, changes=_columns(receipt, correction.changes), by=by
        )
    else:
        correction.document = issue_document(
            dossier=receipt.dossier,
            kind=DocumentKind.RECEIPT_NOTICE,
            template=papers.NOTICE_TEMPLATE,
            context=papers.notice(correction, receipt),
            title=papers.notice_title(correction),
            by=by,
            unit=receipt.unit,
        )
    if correction.kind == CorrectionKind.CANCEL and not _given_back(receipt):
        open_incident(IncidentKind.REFUND, key=f"cancelled:{receipt.pk}", payment=receipt.payment)


def _given_back(receipt: Receipt) -> bool:
    """Whether refunds of this receipt gave all of it back."""
    done = Refund.objects.filter(receipt=receipt, state=RefundState.DONE)
    return (done.aggregate(total=Sum("amount"))["total"] or 0) == receipt.total


def _columns(receipt: Receipt, changes: list[dict[str, Any]]) -> dict[str, Any]:
    right = {change["field"]: change["right"] for change in changes}
    if "line_names" in right:
        names = right.pop("line_names")
        right["lines"] = [{**line, "name": name} for line, name in zip(receipt.lines, names, strict=True)]
    return right

"""The doors to money: one per object. Outside one's scope it does not exist (404); a missing right is 403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_own_dossier, get_readable_dossier
from dossiers.models import Dossier
from payments.models import (
    CashShift,
    CollectionAccount,
    PayLink,
    Payment,
    PaymentGroup,
    PaymentIncident,
    Receipt,
    ReceiptBook,
    Refund,
    Statement,
    StatementLine,
    TaxSummary,
)
from payments.querysets import (
    accounts_visible_to,
    incidents_visible_to,
    lines_visible_to,
    money_units,
    refunds_visible_to,
    shifts_readable_by,
    shifts_visible_to,
    statements_visible_to,
)
from payments.querysets_receipts import books_visible_to, issued_receipts_visible_to, summaries_visible_to
from portal.accounts.access import check, units_with
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import Unit, User

    AnyUser = User | AnonymousUser


def get_payable_dossier(user: AnyUser, code: str, *, lock: bool = False) -> Dossier:
    """A citizen's own dossier, to pay for; Http404 for any other."""
    return get_own_dossier(user, code, lock=lock)


def get_collectable_dossier(user: AnyUser, code: str, *, lock: bool = False) -> Dossier:
    """A dossier whose fee a cashier may take: 404 outside his units, 403 when his unit does not collect it."""
    dossier = get_dossier(user, code, lock=lock)
    check(user, Permission.COLLECT, dossier.receiving_unit_id)
    return dossier


def get_payment(user: AnyUser, reference: str) -> Payment:
    """An attempt of one's own dossier, or of one an officer may see; else Http404."""
    payment = (
        Payment.objects.filter(reference=reference).select_related("dossier__procedure", "assessment").first()
    )
    if payment is None:
        raise Http404(_("Không tìm thấy lần thanh toán này."))
    get_readable_dossier(user, payment.dossier.code)
    return payment


def get_receipt(user: AnyUser, token: str) -> Receipt:
    """A receipt by the token of its document, for the owner of the dossier or an officer who sees it.

    It names the payer: an officer who may not see people's data gets PermissionDenied.
    """
    receipt = (
        Receipt.objects.filter(document__token=token).select_related("document", "book", "dossier").first()
    )
    if receipt is None:
        raise Http404(_("Không tìm thấy biên lai này."))
    dossier = get_readable_dossier(user, receipt.dossier.code)
    if dossier.account_id != user.pk:
        get_dossier(user, dossier.code, Permission.SEE_PERSONAL_DATA)
    return receipt


def get_book(user: AnyUser, book_id: int, *, lock: bool = False) -> ReceiptBook:
    """A receipt book of a unit whose money one handles or approves, or a range of its series; else Http404."""
    rows = books_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    book = rows.filter(pk=book_id).first()
    if book is None:
        raise Http404(_("Không tìm thấy quyển biên lai này."))
    return book


def get_issued_receipt(user: AnyUser, token: str, *, lock: bool = False) -> Receipt:
    """A receipt of a unit whose money one handles or approves, by the token of its document; else Http404."""
    rows = issued_receipts_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    receipt = rows.filter(document__token=token.replace("\x00", "")).first()
    if receipt is None:
        raise Http404(_("Không tìm thấy biên lai này."))
    return receipt


def get_summary(user: AnyUser, summary_id: int, *, lock: bool = False) -> TaxSummary:
    """A daily summary of a unit whose money one handles or approves; else Http404."""
    rows = summaries_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=summary_id).first()
    if found is None:
        raise Http404(_("Không tìm thấy bảng tổng hợp này."))
    return found


def get_shift(user: AnyUser, shift_id: int, *, lock: bool = False) -> CashShift:
    """One's own shift, or one of a unit whose money one approves; else Http404."""
    rows = shifts_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    shift = rows.filter(pk=shift_id).first()
    if shift is None:
        raise Http404(_("Không tìm thấy ca thu này."))
    return shift


def get_incident(user: AnyUser, incident_id: int, *, lock: bool = False) -> PaymentIncident:
    """A work item of one's units, else Http404."""
    rows = incidents_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    incident = rows.filter(pk=incident_id).first()
    if incident is None:
        raise Http404(_("Không tìm thấy việc này."))
    return incident


def get_money_unit(user: AnyUser, code: str) -> Unit:
    """A unit whose collecting one may look at; else Http404."""
    unit = money_units(user).filter(code=code.replace("\x00", "")).first()
    if unit is None:
        raise Http404(_("Không tìm thấy đơn vị này."))
    return unit


def get_collection_account(user: AnyUser, account_id: int, *, lock: bool = False) -> CollectionAccount:
    """An account of a unit whose collecting one may look at; else Http404."""
    rows = accounts_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    account = rows.filter(pk=account_id).first()
    if account is None:
        raise Http404(_("Không tìm thấy tài khoản này."))
    return account


def get_line(user: AnyUser, line_id: int, *, lock: bool = False) -> StatementLine:
    """A movement of an account whose money one collects or approves; else Http404."""
    rows = lines_visible_to(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    line = rows.filter(pk=line_id).first()
    if line is None:
        raise Http404(_("Không tìm thấy dòng sao kê này."))
    return line


def get_statement(user: AnyUser, statement_id: int) -> Statement:
    """An imported file of an account whose money one collects or approves; else Http404."""
    found = statements_visible_to(user).filter(pk=statement_id).first()
    if found is None:
        raise Http404(_("Không tìm thấy tệp sao kê này."))
    return found


def get_handed_shift(user: AnyUser, shift_id: int, *, lock: bool = False) -> CashShift:
    """A shift one may look at: one's own, one handed over to oneself, or of a unit whose money one approves."""
    rows = shifts_readable_by(user)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    shift = rows.filter(pk=shift_id).first()
    if shift is None:
        raise Http404(_("Không tìm thấy ca thu này."))
    return shift


def get_desk_unit(user: AnyUser, code: str) -> Unit:
    """A unit whose cash desk one works at or approves; else Http404."""
    units = units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY)
    unit = units.filter(code=code.replace("\x00", "")).first()
    if unit is None:
        raise Http404(_("Không tìm thấy đơn vị này."))
    return unit


def get_refundable_payment(user: AnyUser, reference: str) -> Payment:
    """A settled payment of a unit whose money one handles or approves; else Http404."""
    units = units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY)
    rows = Payment.objects.filter(state="settled", unit__in=units.values("pk")).select_related(
        "dossier", "unit"
    )
    payment = rows.filter(reference=reference.replace("\x00", "")).first()
    if payment is None:
        raise Http404(_("Không tìm thấy lần thanh toán này."))
    return payment


def get_refund(user: AnyUser, refund_id: int) -> Refund:
    """A refund of a unit whose money one handles or approves; else Http404."""
    found = refunds_visible_to(user).filter(pk=refund_id).first()
    if found is None:
        raise Http404(_("Không tìm thấy khoản hoàn này."))
    return found


def get_pay_link(token: str) -> PayLink:
    """A valid address to pay for somebody; Http404 for one that is unknown, revoked or over."""
    rows = PayLink.objects.filter(revoked_at=None, expires_at__gt=clock.now())
    found = rows.filter(token=token.replace("\x00", "")).select_related(
        "dossier__procedure", "dossier__receiving_unit", "dossier__version"
    )
    link = found.first()
    if link is None:
        raise Http404(_("Đường dẫn nộp hộ không còn hiệu lực."))
    return link


def get_group(user: AnyUser, reference: str) -> PaymentGroup:
    """One's own attempt for several dossiers; else Http404."""
    group = PaymentGroup.objects.filter(reference=reference.replace("\x00", ""), made_by=user.pk).first()
    if group is None:
        raise Http404(_("Không tìm thấy lần thanh toán này."))
    return group

"""The doors to money: one per object. Outside one's scope it does not exist (404); a missing right is 403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_own_dossier, get_readable_dossier
from dossiers.models import Dossier
from payments.models import CashShift, Payment, PaymentIncident, Receipt
from payments.querysets import incidents_visible_to, shifts_visible_to
from portal.accounts.access import check
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

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

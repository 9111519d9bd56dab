"""Refunds of surplus payments: asked by one person, approved by another, sent until the gateway answers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import bookkeeping
from payments.access import get_incident
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.gateways import GATEWAYS, GatewayError, RefundAnswer, RefundOrder, gateway
from payments.models import EntryKind, IncidentKind, Payment, Refund
from payments.workflow import RefundState, refund_may
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

PAUSE = datetime.timedelta(minutes=5)
MOST_TRIES = 12


@transaction.atomic
def ask_refund(*, by: User, incident_id: int, reason: str) -> Refund:
    """Ask for the refund of the surplus payment of a work item; a second asking returns the first.

    Raises ActionError for a payment that is no surplus, or that no gateway can give back.
    """
    payment = _locked_surplus(by, incident_id)
    check(by, Permission.COLLECT, payment.unit_id)
    if not reason.strip():
        raise ActionError(_("Hãy ghi lý do hoàn tiền."), field="reason")
    refund, _made = Refund.objects.get_or_create(
        payment=payment,
        defaults={
            "amount": payment.amount,
            "reason": reason.strip(),
            "asked_by": by,
            "asked_at": clock.now(),
        },
    )
    return refund


def _locked_surplus(by: User, incident_id: int) -> Payment:
    incident = get_incident(by, incident_id)
    payment = Payment.objects.select_for_update(of=("self",), no_key=True).filter(incidents=incident).first()
    if payment is None or not payment.is_surplus or payment.provider not in GATEWAYS:
        raise ActionError(_("Chỉ hoàn được khoản nộp thừa qua cổng thanh toán."))
    return payment


@transaction.atomic
def decide_refund(*, by: User, incident_id: int, approve: bool) -> Refund:
    """Approve or decline what another person asked for; deciding again returns it as it was decided."""
    payment = _locked_surplus(by, incident_id)
    check(by, Permission.APPROVE_MONEY, payment.unit_id)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).filter(payment=payment).first()
    if refund is None:
        raise ActionError(_("Chưa có đề nghị hoàn tiền."))
    to = RefundState.SENDING if approve else RefundState.DECLINED
    if not refund_may(refund.state, to):
        return refund
    if refund.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    refund.state, refund.decided_by, refund.decided_at = to, by, clock.now()
    refund.tries, refund.next_try_at = 0, clock.now() if approve else None
    refund.save(update_fields=["state", "decided_by", "decided_at", "tries", "next_try_at"])
    return refund


@transaction.atomic
def claim_refunds(*, now: datetime.datetime, limit: int) -> list[int]:
    """Keys of refunds to send now; each gets its next time first."""
    due = list(
        Refund.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state=RefundState.SENDING, next_try_at__lte=now)
        .order_by("next_try_at")[:limit]
    )
    for refund in due:
        refund.tries, refund.next_try_at = refund.tries + 1, now + PAUSE
        refund.save(update_fields=["tries", "next_try_at"])
    return [refund.pk for refund in due]


def send_refund(*, refund_id: int) -> Refund:
    """Ask the gateway to give the money back, outside any transaction, and book its answer."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    payment = refund.payment
    order = RefundOrder(
        reference=payment.reference,
        amount=refund.amount,
        provider_reference=payment.provider_reference,
        created_at=payment.created_at,
        now=clock.now(),
        request_id=refund.request_id,
        by=f"user{refund.asked_by_id}",
    )
    try:
        answer = gateway(payment.provider).refund(order)
    except GatewayError:
        return _finish(refund_id, None)
    return _finish(refund_id, answer)


@transaction.atomic
def _finish(refund_id: int, answer: RefundAnswer | None) -> Refund:
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)
    payment = Payment.objects.select_related("dossier").get(pk=refund.payment_id)
    if refund.state != RefundState.SENDING:
        return refund
    if answer is not None and answer.taken:
        refund.state, refund.code, refund.done_at = RefundState.DONE, answer.code, clock.now()
        post(
            EntryKind.REFUNDED,
            bookkeeping.surplus_refunded(refund.amount),
            unit_id=payment.unit_id,
            dossier=payment.dossier,
            payment=payment,
        )
    elif answer is not None or refund.tries >= MOST_TRIES:
        refund.state, refund.code = RefundState.PERSON, answer.code if answer else "silent"
        key = f"refund:{refund.pk}:{refund.decided_at}"
        open_incident(IncidentKind.REFUND_REFUSED, key=key, payment=payment, facts={"code": refund.code})
    refund.save(update_fields=["state", "code", "done_at"])
    return refund

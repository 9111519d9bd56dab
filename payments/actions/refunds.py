"""Giving back: asked by one person, approved by another above the limit, paid out by the road that was chosen.

The payment's row is locked for every step, so that refunds asked at the same moment never exceed it.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.access import get_dossier
from dossiers.actions import finance
from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import bookkeeping, papers
from payments.access import get_refund, get_refundable_payment
from payments.actions.checkout import new_reference
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.actions.settling import settle
from payments.gateways import (
    GATEWAYS,
    GatewayError,
    GatewayFacts,
    Outcome,
    RefundAnswer,
    RefundOrder,
    gateway,
)
from payments.models import (
    CashShift,
    EntryKind,
    IncidentKind,
    Payment,
    Provider,
    Receipt,
    Refund,
    RefundWay,
)
from payments.querysets import current_assessment, is_paid, refundable, same_payer
from payments.workflow import RefundState, refund_may
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from portal.accounts.models import User

PAUSE = datetime.timedelta(minutes=5)
MOST_TRIES = 12
APPROVED = {RefundWay.GATEWAY: RefundState.SENDING}  # the others wait for somebody to pay out


@transaction.atomic
def ask_refund(
    *,
    by: User,
    reference: str,
    amount: int,
    way: str,
    reason: str,
    client_key: uuid.UUID,
    receipt: Receipt | None = None,
    target: str = "",
) -> Refund:
    """Ask for `amount` VND of a settled payment: of its surplus, or of one of its receipts.

    At or below `PAYMENTS_TWO_PERSONS_ABOVE` the asker's word is enough. A second click (`client_key`) returns the
    first. Raises ActionError beside the field at fault.
    """
    applied = _other_dossier(by, target) if way == RefundWay.APPLY else None
    payment = _locked(get_refundable_payment(by, reference).pk, applied)
    check(by, Permission.COLLECT, payment.unit_id)
    done = Refund.objects.filter(client_key=client_key, payment=payment).first()
    if done is not None:
        return done
    if not reason.strip():
        raise ActionError(_("Hãy ghi lý do hoàn tiền."), field="reason")
    if receipt is not None and receipt.payment_id != payment.pk:
        raise ActionError(_("Biên lai này không thuộc khoản nộp."), field="receipt")
    if not 0 < amount <= refundable(payment, receipt):
        raise ActionError(_("Số tiền hoàn vượt quá số còn có thể hoàn."), field="amount")
    if applied is not None:
        _check_target(payment, applied, amount)
    _check_way(payment, receipt, way)
    needs_two = amount > settings.PAYMENTS_TWO_PERSONS_ABOVE
    refund = Refund.objects.create(
        payment=payment,
        receipt=receipt,
        amount=amount,
        way=way,
        target=applied,
        reason=reason.strip(),
        client_key=client_key,
        needs_two=needs_two,
        asked_by=by,
        asked_at=clock.now(),
    )
    return refund if needs_two else _approve(refund, by)


def _locked(key: int, also: Dossier | None = None) -> Payment:
    """The payment with its dossier (and another one), all locked: dossiers first, in the order of their keys."""
    dossier_id = Payment.objects.values_list("dossier_id", flat=True).get(pk=key)
    keys = {dossier_id, also.pk if also else dossier_id}
    locked = Dossier.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    dossier = {row.pk: row for row in locked.order_by("pk")}[dossier_id]
    rows = Payment.objects.select_for_update(of=("self",), no_key=True).select_related("assessment", "line")
    payment = rows.get(pk=key)
    payment.dossier = dossier
    return payment


def _check_way(payment: Payment, receipt: Receipt | None, way: str) -> None:
    """Raises ActionError for a road this money cannot go."""
    if way == RefundWay.GATEWAY and payment.provider not in GATEWAYS:
        raise ActionError(_("Khoản này không nộp qua cổng thanh toán, hãy chọn cách khác."), field="way")
    if way == RefundWay.APPLY and (receipt is not None or not payment.is_surplus):
        raise ActionError(_("Chỉ khoản nộp thừa mới dùng được cho hồ sơ khác."), field="way")


def _other_dossier(by: User, code: str) -> Dossier:
    """The dossier of a typed code, as far as `by` may see it. Raises ActionError."""
    try:
        return get_dossier(by, code.strip())
    except Http404 as error:
        raise ActionError(_("Hãy ghi mã một hồ sơ khác của cùng người nộp."), field="target") from error


def _check_target(payment: Payment, target: Dossier, amount: int) -> None:
    """Raises ActionError unless it is another dossier of the same payer that owes exactly `amount`."""
    if target.pk == payment.dossier_id or not same_payer(target, payment.dossier):
        raise ActionError(_("Hãy ghi mã một hồ sơ khác của cùng người nộp."), field="target")
    assessment = current_assessment(target)
    if is_paid(target) or assessment is None or assessment.payable != amount:
        raise ActionError(_("Hồ sơ đó không còn nợ đúng số tiền này."), field="target")


@transaction.atomic
def decide_refund(*, by: User, refund_id: int, approve: bool) -> Refund:
    """Approve or decline what another person asked for; deciding again returns it as it was decided.

    A refund the gateway refused can be sent again or declined, so that another road can be asked for.
    """
    found = get_refund(by, refund_id)
    check(by, Permission.APPROVE_MONEY, found.payment.unit_id)
    payment = _locked(found.payment_id, found.target)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    refund.payment = payment
    to = APPROVED.get(RefundWay(refund.way), RefundState.APPROVED) if approve else RefundState.DECLINED
    if not refund_may(refund.state, to):
        return refund
    if refund.needs_two and refund.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    if approve:
        return _approve(refund, by)
    refund.state, refund.decided_by, refund.decided_at, refund.next_try_at = to, by, clock.now(), None
    refund.save(update_fields=["state", "decided_by", "decided_at", "next_try_at"])
    return refund


def _approve(refund: Refund, by: User) -> Refund:
    refund.state = APPROVED.get(RefundWay(refund.way), RefundState.APPROVED)
    refund.decided_by, refund.decided_at = by, clock.now()
    refund.tries, refund.next_try_at = 0, clock.now() if refund.state == RefundState.SENDING else None
    refund.save(update_fields=["state", "decided_by", "decided_at", "tries", "next_try_at"])
    return _apply(refund, by) if refund.way == RefundWay.APPLY else refund


def _apply(refund: Refund, by: User) -> Refund:
    """Use a surplus for another dossier: a payment of its own road, through `settle` like every other.

    Its dossier is locked by `settle` in the same transaction; a dossier paid meanwhile refuses the whole step.
    """
    target, source = refund.target, refund.payment
    assert target is not None  # noqa: S101 - constraint
    assessment = current_assessment(target)
    if assessment is None or assessment.payable != refund.amount:
        raise ActionError(_("Hồ sơ đó không còn nợ đúng số tiền này."), field="target")
    payment = Payment.objects.create(
        dossier=target,
        assessment=assessment,
        unit_id=target.receiving_unit_id,
        provider=Provider.SURPLUS,
        merchant=target.receiving_unit.code,
        reference=new_reference(target, clock.now()),
        amount=refund.amount,
        payer_name=papers.payer_name(target),
        started_by=by,
        created_at=clock.now(),
    )
    facts = GatewayFacts(
        provider=Provider.SURPLUS,
        reference=payment.reference,
        outcome=Outcome.PAID,
        amount=payment.amount,
        currency=payment.currency,
        merchant=payment.merchant,
        provider_reference=f"{source.reference}.{refund.pk}",
        paid_at=payment.created_at,
    )
    settled = settle(facts=facts, source="surplus", by=by).payment
    if settled is None or settled.is_surplus:
        raise ActionError(_("Hồ sơ đó không còn nợ đúng số tiền này."), field="target")
    return _done(refund, by)


@transaction.atomic
def pay_out(*, by: User, refund_id: int, paid_reference: str = "") -> Refund:
    """Cash from one's own open drawer, or a transfer with the bank's number; doing it again changes nothing."""
    found = get_refund(by, refund_id)
    check(by, Permission.COLLECT, found.payment.unit_id)
    payment = _locked(found.payment_id)
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    refund.payment = payment
    if refund.state == RefundState.DONE:
        return refund
    if refund.state != RefundState.APPROVED:
        raise ActionError(_("Khoản hoàn này chưa được duyệt hoặc không chi tại đây."))
    if refund.way == RefundWay.CASH:
        refund.shift = _open_shift(by, payment.unit_id)
    else:
        refund.paid_reference = paid_reference.strip()
        if not refund.paid_reference:
            raise ActionError(_("Hãy ghi mã giao dịch của ngân hàng."), field="paid_reference")
        if Refund.objects.filter(paid_reference=refund.paid_reference).exclude(pk=refund.pk).exists():
            raise ActionError(_("Mã giao dịch này đã ghi cho một khoản hoàn khác."), field="paid_reference")
    return _done(refund, by)


def _open_shift(by: User, unit_id: int) -> CashShift:
    rows = CashShift.objects.select_for_update(of=("self",), no_key=True)
    shift = rows.filter(cashier=by, unit=unit_id, closed_at=None).first()
    if shift is None:
        raise ActionError(_("Hãy mở ca thu tại đơn vị này trước khi chi tiền."))
    return shift


def _done(refund: Refund, by: User | None) -> Refund:
    """Book what went back; a receipt whose money went back is a work item, for it must be cancelled or replaced."""
    payment = refund.payment
    refund.state, refund.done_at, refund.done_by = RefundState.DONE, clock.now(), by
    refund.save(update_fields=["state", "code", "done_at", "done_by", "shift", "paid_reference"])
    kind = FeeKind(refund.receipt.kind) if refund.receipt else None
    post(
        EntryKind.REFUNDED,
        bookkeeping.refunded(refund.way, refund.amount, kind),
        unit_id=payment.unit_id,
        dossier=payment.dossier,
        payment=payment,
        shift=refund.shift,
    )
    if refund.receipt is not None:
        facts = {"amount": refund.amount, "reference": payment.reference}
        open_incident(IncidentKind.RECEIPT, key=f"{refund.pk}", payment=payment, facts=facts)
        given = sum(payment.refunds.filter(state=RefundState.DONE).values_list("amount", flat=True))
        if given == payment.amount:
            finance.fee_refunded(dossier=payment.dossier, amount=given, by=by)
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
    refund = Refund.objects.select_related("payment__group").get(pk=refund_id)
    payment = refund.payment
    order = RefundOrder(
        reference=payment.order_reference,
        amount=refund.amount,
        provider_reference=payment.order_provider_reference,
        created_at=payment.created_at,
        now=clock.now(),
        request_id=refund.request_id,
        by=f"user{refund.asked_by_id}",
        partial=payment.group_id is not None or refund.amount != payment.amount,
    )
    try:
        answer = gateway(payment.provider).refund(order)
    except GatewayError:
        return _finish(refund_id, None)
    return _finish(refund_id, answer)


@transaction.atomic
def _finish(refund_id: int, answer: RefundAnswer | None) -> Refund:
    payment = _locked(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)
    refund.payment = payment
    if refund.state != RefundState.SENDING:
        return refund
    if answer is not None and answer.taken:
        refund.code = answer.code
        return _done(refund, None)
    if answer is not None or refund.tries >= MOST_TRIES:
        refund.state, refund.code = RefundState.PERSON, answer.code if answer else "silent"
        key = f"refund:{refund.pk}:{refund.decided_at}"
        open_incident(IncidentKind.REFUND_REFUSED, key=key, payment=payment, facts={"code": refund.code})
    refund.save(update_fields=["state", "code"])
    return refund

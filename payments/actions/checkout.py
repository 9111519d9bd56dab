"""Starting an attempt at a gateway, and asking the gateway about it."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import papers
from payments.access import get_payable_dossier
from payments.actions.settling import Ending, Settlement, close_unpaid, settle
from payments.bills import bill_of
from payments.gateways import GATEWAYS, GatewayError, Order, Query, gateway
from payments.models import Payment, Provider
from payments.querysets import current_assessment, is_paid
from payments.rules import LIFETIME, given_up, next_check
from payments.workflow import Move, PaymentState
from portal.lib import clock

if TYPE_CHECKING:
    import datetime

    from dossiers.models import Dossier
    from portal.accounts.models import User

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def start_payment(*, by: User, code: str, merchant: str, provider: str = Provider.VNPAY) -> Payment:
    """The attempt to send the payer to the gateway `provider` with: the open one, or a new one.

    A second click gets the first one's attempt. An open attempt past its time is asked about first, so that
    money on its way is not asked for twice. Raises ActionError when nothing is owed or the gateway does not
    answer about the earlier attempt.
    """
    if not merchant or provider not in GATEWAYS:
        raise GatewayError(f"{provider} is not configured")
    dossier = get_payable_dossier(by, code)
    pending = _pending(dossier, provider)
    if pending is not None and _is_over(pending, clock.now()):
        check_payment(reference=pending.reference, source="return")
    return _start(by=by, code=code, merchant=merchant, provider=provider)


@transaction.atomic
def _start(*, by: User, code: str, merchant: str, provider: str) -> Payment:
    dossier = get_payable_dossier(by, code, lock=True)
    assessment = current_assessment(dossier)
    if assessment is None or not assessment.payable:
        raise ActionError(_("Hồ sơ này không phải nộp phí, lệ phí."))
    if is_paid(dossier):
        raise ActionError(_("Hồ sơ này đã nộp đủ phí, lệ phí."))
    now, pending = clock.now(), _pending(dossier, provider)
    if pending is not None:
        if _is_over(pending, now):
            raise ActionError(_("Cổng thanh toán chưa cho biết kết quả lần trước. Hãy thử lại sau ít phút."))
        return pending
    return Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=provider,
        merchant=merchant,
        reference=new_reference(dossier, now),
        amount=assessment.payable,
        payer_name=papers.payer_name(dossier),
        started_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
        next_check_at=next_check(now, 0, now),
    )


def _pending(dossier: Dossier, provider: str) -> Payment | None:
    return dossier.payments.filter(provider=provider, state=PaymentState.PENDING).first()


def _is_over(payment: Payment, now: datetime.datetime) -> bool:
    return payment.expires_at is not None and payment.expires_at <= now


def new_reference(dossier: Dossier, now: datetime.datetime) -> str:
    """Letters and digits of the dossier code, the time, and four characters against a restored database."""
    code = re.sub(r"[^A-Za-z0-9]", "", dossier.code)[-50:]
    tail = "".join(secrets.choice(LETTERS) for _position in range(4))
    return f"{code}{now:%y%m%d%H%M%S}{tail}"


def order_of(payment: Payment, *, return_url: str, ip: str, language: str) -> Order:
    """What a gateway is told about an attempt; the text is plain ASCII, as VNPAY demands."""
    assert payment.expires_at is not None  # noqa: S101 - attempts at a gateway expire
    return Order(
        reference=payment.reference,
        amount=payment.amount,
        info=f"Nop phi le phi ho so {payment.dossier.code}",
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        return_url=return_url,
        ip=ip,
        language=language,
        bill=bill_of(payment) if payment.provider == Provider.NATIONAL else None,
    )


def check_payment(*, reference: str, source: str) -> Settlement | None:
    """Ask the gateway about an attempt, outside any transaction, and settle with its answer.

    An attempt that is over and not paid expires; one nobody could learn about for a day goes to a person.
    None when the gateway gave no answer that can be believed.
    """
    payment = Payment.objects.get(reference=reference)
    if payment.provider not in GATEWAYS:
        return None
    now = clock.now()
    try:
        facts = gateway(payment.provider).ask(
            Query(reference, payment.created_at, now, request_id=secrets.token_hex(16))
        )
    except GatewayError:
        if given_up(payment.created_at, now):
            close_unpaid(reference=reference, move=Move.ESCALATE)
        return None
    settlement = settle(facts=facts, source=source)
    if _is_over(payment, now):
        _close(settlement)
    return settlement


def _close(settlement: Settlement) -> None:
    """An attempt whose time is over: not paid means expired; an answer we refused is for a person."""
    if settlement.payment is None:
        return
    reference = settlement.payment.reference
    if settlement.ending is Ending.WAITING:
        close_unpaid(reference=reference, move=Move.EXPIRE)
    elif settlement.ending in {Ending.REFUSED, Ending.WRONG_AMOUNT}:
        close_unpaid(reference=reference, move=Move.ESCALATE)


@transaction.atomic
def claim_due(*, now: datetime.datetime, limit: int) -> list[str]:
    """References of attempts to ask about now; each gets its next time first, so two pollers share the work."""
    due = list(
        Payment.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state=PaymentState.PENDING, next_check_at__lte=now)
        .order_by("next_check_at")[:limit]
    )
    for payment in due:
        payment.checks += 1
        payment.checked_at, payment.next_check_at = now, next_check(payment.created_at, payment.checks, now)
        payment.save(update_fields=["checks", "checked_at", "next_check_at"])
    return [payment.reference for payment in due]

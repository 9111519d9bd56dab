"""Starting an attempt at a gateway, and asking the gateway about it."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import Dossier
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

    from payments.models import PayLink
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
    ask_about_earlier(dossier=dossier, provider=provider)
    return start_locked(dossier_id=dossier.pk, by=by, merchant=merchant, provider=provider)


def ask_about_earlier(*, dossier: Dossier, provider: str) -> None:
    """Ask about an open attempt that is past its time, outside any transaction."""
    pending = _pending(dossier, provider)
    if pending is not None and _is_over(pending, clock.now()):
        check_payment(reference=pending.reference, source="return")


@transaction.atomic
def start_locked(
    *,
    dossier_id: int,
    by: User | None,
    merchant: str,
    provider: str,
    payer_name: str = "",
    link: PayLink | None = None,
) -> Payment:
    """The attempt of a dossier whose right to pay was checked. `by` None: somebody with the address `link`."""
    rows = Dossier.objects.select_for_update(of=("self",), no_key=True).select_related("receiving_unit")
    dossier = rows.get(pk=dossier_id)
    assessment = current_assessment(dossier)
    if assessment is None or not assessment.payable:
        raise ActionError(_("Hồ sơ này không phải nộp phí, lệ phí."))
    if is_paid(dossier):
        raise ActionError(_("Hồ sơ này đã nộp đủ phí, lệ phí."))
    now, pending = clock.now(), _pending(dossier, provider)
    if pending is not None:
        if _is_over(pending, now):
            raise ActionError(_("Cổng thanh toán chưa cho biết kết quả lần trước. Hãy thử lại sau ít phút."))
        if link is not None and pending.link_id != link.pk:
            raise ActionError(_("Hồ sơ đang có một lần thanh toán khác chưa xong. Hãy thử lại sau ít phút."))
        return pending
    return Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=provider,
        merchant=merchant,
        reference=new_reference(dossier, now),
        amount=assessment.payable,
        payer_name=payer_name or papers.payer_name(dossier),
        started_by=by,
        link=link,
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
    parts = list(payment.group.parts.order_by("pk")) if payment.group else [payment]
    what = f"{len(parts)} ho so" if payment.group else f"ho so {payment.dossier.code}"
    return Order(
        reference=payment.order_reference,
        amount=sum(part.amount for part in parts),
        info=f"Nop phi le phi {what}",
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        return_url=return_url,
        ip=ip,
        language=language,
        bill=bill_of(parts) if payment.provider == Provider.NATIONAL else None,
    )


def check_payment(*, reference: str, source: str) -> Settlement | None:
    """Ask the gateway about an attempt, outside any transaction, and settle with its answer.

    An attempt that is over and not paid expires; one nobody could learn about for a day goes to a person.
    None when the gateway gave no answer that can be believed.
    """
    payment = Payment.objects.select_related("group").get(reference=reference)
    if payment.provider not in GATEWAYS:
        return None
    now = clock.now()
    try:
        facts = gateway(payment.provider).ask(
            Query(payment.order_reference, payment.created_at, now, request_id=secrets.token_hex(16))
        )
    except GatewayError:
        if given_up(payment.created_at, now):
            _close_all(payment, Move.ESCALATE)
        return None
    settlement = settle(facts=facts, source=source)
    if _is_over(payment, now):
        _close(payment, settlement)
    return settlement


def _close(payment: Payment, settlement: Settlement) -> None:
    """An attempt whose time is over: not paid means expired; an answer we refused is for a person."""
    if settlement.ending is Ending.WAITING:
        _close_all(payment, Move.EXPIRE)
    elif settlement.ending in {Ending.REFUSED, Ending.WRONG_AMOUNT}:
        _close_all(payment, Move.ESCALATE)


def _close_all(payment: Payment, move: Move) -> None:
    """The attempt, and with a part of a group every other part."""
    parts = payment.group.parts.order_by("pk") if payment.group else [payment]
    for reference in [part.reference for part in parts]:
        close_unpaid(reference=reference, move=move)


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

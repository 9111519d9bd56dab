"""Paying for several dossiers at once: one attempt at the gateway, a part for each dossier, all or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import papers
from payments.actions.checkout import LETTERS, new_reference
from payments.gateways import GATEWAYS, GatewayError, merchant_of
from payments.models import Payment, PaymentGroup
from payments.querysets import current_assessment, is_paid
from payments.rules import LIFETIME, next_check
from payments.workflow import PaymentState
from portal.lib import clock

if TYPE_CHECKING:
    import datetime

    from portal.accounts.models import User

MOST = 20


@transaction.atomic
def start_group(*, by: User, codes: Sequence[str], provider: str) -> PaymentGroup:
    """One attempt for several of one's own dossiers; the open group of exactly these is returned (a second click).

    Dossiers are locked in the order of their keys. Raises ActionError for fewer than two or more than twenty, one
    that owes nothing, or one with another attempt under way.
    """
    merchant = merchant_of(provider)
    if provider not in GATEWAYS or not merchant:
        raise GatewayError(f"{provider} is not configured")
    wanted = set(codes)
    if not 2 <= len(wanted) <= MOST:
        raise ActionError(_("Chọn từ 2 đến 20 hồ sơ."))
    dossiers = list(
        Dossier.objects.of_account(by)
        .filter(code__in=wanted)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    if len(dossiers) != len(wanted):
        raise ActionError(_("Có hồ sơ không phải của bạn."))
    known = _open_group(dossiers, provider)
    if known is not None:
        return known
    return _start(by, dossiers, provider, merchant)


def _open_group(dossiers: Sequence[Dossier], provider: str) -> PaymentGroup | None:
    """The group of exactly these dossiers that is still open. Raises ActionError for any other open attempt."""
    pending = Payment.objects.filter(dossier__in=dossiers, provider=provider, state=PaymentState.PENDING)
    rows = list(pending.select_related("group", "dossier"))
    if not rows:
        return None
    group = rows[0].group
    if group is not None and {row.group_id for row in rows} == {group.pk} and len(rows) == len(dossiers):
        parts = group.parts.count()
        if parts == len(dossiers) and (rows[0].expires_at or clock.now()) > clock.now():
            return group
    text = _("Hồ sơ %(code)s đang có một lần thanh toán chưa xong. Hãy đợi kết quả hoặc bỏ chọn hồ sơ này.")
    raise ActionError(text % {"code": rows[0].dossier.code})


def _start(by: User, dossiers: Sequence[Dossier], provider: str, merchant: str) -> PaymentGroup:
    now = clock.now()
    tail = "".join(secrets.choice(LETTERS) for _place in range(6))
    group = PaymentGroup.objects.create(
        reference=f"NHIEU{now:%y%m%d%H%M%S}{tail}", made_by=by, created_at=now
    )
    for number, dossier in enumerate(dossiers):
        _part(group, dossier, provider, merchant, by=by, now=now, leads=number == 0)
    return group


def _part(
    group: PaymentGroup,
    dossier: Dossier,
    provider: str,
    merchant: str,
    *,
    by: User,
    now: datetime.datetime,
    leads: bool,
) -> None:
    """The part of one dossier; only the first one is polled, for all."""
    assessment = current_assessment(dossier)
    if assessment is None or not assessment.payable or is_paid(dossier):
        raise ActionError(_("Hồ sơ %(code)s không còn khoản phải nộp.") % {"code": dossier.code})
    Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=provider,
        merchant=merchant,
        reference=new_reference(dossier, now),
        amount=assessment.payable,
        payer_name=papers.payer_name(dossier),
        started_by=by,
        group=group,
        created_at=now,
        expires_at=now + LIFETIME,
        next_check_at=next_check(now, 0, now) if leads else None,
    )

"""Letting somebody else pay: an address nobody can guess, for one dossier, for a while."""

from __future__ import annotations

import datetime
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_pay_link, get_payable_dossier
from payments.actions.checkout import ask_about_earlier, start_locked
from payments.gateways import GatewayError, merchant_of
from payments.models import PayLink
from payments.querysets import current_assessment, is_paid
from portal.lib import clock

if TYPE_CHECKING:
    from payments.models import Payment
    from portal.accounts.models import User

LIFETIME = datetime.timedelta(days=7)


@transaction.atomic
def make_link(*, by: User, code: str) -> PayLink:
    """The open address for one's dossier that lets somebody else pay; a second click gets the same.

    Raises ActionError when nothing is owed.
    """
    dossier = get_payable_dossier(by, code, lock=True)
    assessment = current_assessment(dossier)
    if is_paid(dossier) or assessment is None or not assessment.payable:
        raise ActionError(_("Hồ sơ này không có khoản nào phải nộp."))
    now = clock.now()
    found = PayLink.objects.filter(dossier=dossier, revoked_at=None).first()
    if found is not None and found.expires_at > now:
        return found
    if found is not None:
        _revoke(found, by)
    return PayLink.objects.create(
        token=secrets.token_urlsafe(32), dossier=dossier, made_by=by, made_at=now, expires_at=now + LIFETIME
    )


def _revoke(link: PayLink, by: User) -> None:
    link.revoked_at, link.revoked_by = clock.now(), by
    link.save(update_fields=["revoked_at", "revoked_by"])


@transaction.atomic
def revoke_link(*, by: User, code: str) -> None:
    """End the address; nothing when there is none. A payment that is under way may still arrive."""
    dossier = get_payable_dossier(by, code, lock=True)
    found = PayLink.objects.filter(dossier=dossier, revoked_at=None).first()
    if found is not None:
        _revoke(found, by)


def pay_by_link(*, token: str, provider: str, payer_name: str = "") -> Payment:
    """The attempt of whoever holds the address: the open one of the dossier, or a new one. Nobody is signed in.

    Raises Http404 for an address that ended, ActionError when nothing is owed, GatewayError without a gateway.
    """
    merchant = merchant_of(provider)
    if not merchant:
        raise GatewayError(f"{provider} is not configured")
    link = get_pay_link(token)
    ask_about_earlier(dossier=link.dossier, provider=provider)
    return start_locked(
        dossier_id=link.dossier_id,
        by=None,
        merchant=merchant,
        provider=provider,
        payer_name=payer_name.strip(),
        link=link,
    )

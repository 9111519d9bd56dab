"""Periodic work: asking gateways about open attempts, sending refunds."""

from __future__ import annotations

import datetime

from celery import shared_task

from payments.actions.checkout import check_payment, claim_due
from payments.actions.reconciling import reconcile
from payments.actions.refunds import claim_refunds, send_refund
from payments.actions.statements import match_untried
from portal.lib import clock

MOST_AT_ONCE = 50


@shared_task
def reconcile_yesterday() -> int:
    """The nightly three-way check; returns how many sums of yesterday differ. Safe to run twice."""
    rows = reconcile(day=clock.today() - datetime.timedelta(days=1))
    return sum(not row.agrees for row in rows)


@shared_task
def poll_pending() -> int:
    """Ask about open attempts whose time has come, send approved refunds, look at bank lines left over.

    Safe to run twice at once.

    Returns how many attempts were asked about.
    """
    references = claim_due(now=clock.now(), limit=MOST_AT_ONCE)
    for reference in references:
        check_payment(reference=reference, source="poll")
    for refund_id in claim_refunds(now=clock.now(), limit=MOST_AT_ONCE):
        send_refund(refund_id=refund_id)
    match_untried()
    return len(references)

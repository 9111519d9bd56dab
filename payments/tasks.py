"""Periodic work: asking gateways about open attempts, sending refunds, summaries for the tax authority."""

from __future__ import annotations

import datetime

from celery import shared_task
from django.utils import timezone

from payments.actions.checkout import check_payment, claim_due
from payments.actions.reconciling import reconcile
from payments.actions.refunds import claim_refunds, send_refund
from payments.actions.statements import match_untried
from payments.actions.tax import claim_summaries, make_summary, send_summary, waiting_units
from portal.lib import clock

MOST_AT_ONCE = 50
EVENING = 21  # the hour from which today's receipts are summed up; later ones make a second part


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


@shared_task
def make_tax_summaries() -> int:
    """Summaries of yesterday and, in the evening, of today, for every unit that owes one; how many were made."""
    local = timezone.localtime(clock.now())
    days = [local.date() - datetime.timedelta(days=1)]
    if local.hour >= EVENING:
        days.append(local.date())
    made = [make_summary(unit_id=unit, day=day) for day in days for unit in waiting_units(day)]
    return len([one for one in made if one is not None])


@shared_task
def send_tax_summaries() -> int:
    """Send what waits; safe to run twice at once. Returns how many were tried."""
    claimed = claim_summaries(now=clock.now(), limit=MOST_AT_ONCE)
    for summary_id in claimed:
        send_summary(summary_id=summary_id)
    return len(claimed)

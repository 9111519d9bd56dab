"""Periodic work: asking gateways about open attempts."""

from __future__ import annotations

from celery import shared_task

from payments.actions.checkout import check_payment, claim_due
from portal.lib import clock

MOST_AT_ONCE = 50


@shared_task
def poll_pending() -> int:
    """Ask about every open attempt whose time has come; returns how many were asked. Safe to run twice at once."""
    references = claim_due(now=clock.now(), limit=MOST_AT_ONCE)
    for reference in references:
        check_payment(reference=reference, source="poll")
    return len(references)

"""Pure decisions about attempts: do the facts fit, when to ask again, when did the payer pay."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from payments.models import IncidentKind

if TYPE_CHECKING:
    from payments.gateways import GatewayFacts
    from payments.models import Payment

LIFETIME = datetime.timedelta(minutes=15)
# After creation; then hourly. 16: just after the gateway stops taking money for the attempt.
ASK_AFTER = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 3, 10, 16, 30))
HOUR = datetime.timedelta(hours=1)
GIVE_UP_AFTER = datetime.timedelta(hours=24)
CLOCK_SLACK = datetime.timedelta(minutes=10)


def mismatch(payment: Payment, facts: GatewayFacts) -> IncidentKind | None:
    """What in a message contradicts our own row, None when it fits."""
    if facts.provider != payment.provider or facts.merchant != payment.merchant:
        return IncidentKind.MERCHANT
    if facts.currency != payment.currency:
        return IncidentKind.CURRENCY
    return IncidentKind.AMOUNT if facts.amount != payment.amount else None


def next_check(created_at: datetime.datetime, checks: int, now: datetime.datetime) -> datetime.datetime:
    """When to ask after `checks` questions were asked: 1, 3, 10, 16, 30 minutes after creation, then hourly."""
    if checks < len(ASK_AFTER):
        return max(created_at + ASK_AFTER[checks], now)
    return now + HOUR


def given_up(created_at: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether an attempt without any answer goes to a person."""
    return now - created_at >= GIVE_UP_AFTER


def paid_at(facts: GatewayFacts, created_at: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
    """When the payer paid: the provider's time where it can be true, else now.

    It dates the receipt, so a time before the attempt or after this moment (beyond ten minutes of clock
    difference) is not believed.
    """
    told = facts.paid_at
    if told is not None and created_at - CLOCK_SLACK <= told <= now + CLOCK_SLACK:
        return told
    return now

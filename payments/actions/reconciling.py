"""The nightly three-way check: every difference becomes a work item with an owner."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction

from payments import reconciling
from payments.actions.incidents import open_incident
from payments.gateways import GatewayError, Reported, configured, gateway
from payments.models import DayBalance, GatewayReport, GatewayReportLine, IncidentKind, Provider
from portal.accounts.models import Unit
from portal.lib import clock


def reconcile(*, day: datetime.date) -> list[DayBalance]:
    """Fetch every configured gateway's list of `day`, compare, open work items. Safe any number of times.

    A gateway that gives no list is a work item too: its side of the day is not proved.
    """
    for provider in configured():
        try:
            lines = gateway(provider).report(day)
        except GatewayError:
            _no_report(provider, day)
            continue
        take_report(provider=provider, day=day, lines=lines)
    return check_day(day=day)


@transaction.atomic
def take_report(*, provider: str, day: datetime.date, lines: Iterable[Reported]) -> GatewayReport:
    """Keep a gateway's list of a day; a newer list of the same day takes the place of the older one."""
    report, _made = GatewayReport.objects.select_for_update().get_or_create(
        provider=provider, day=day, defaults={"read_at": clock.now()}
    )
    report.read_at = clock.now()
    report.save(update_fields=["read_at"])
    report.lines.all().delete()
    GatewayReportLine.objects.bulk_create(
        [
            GatewayReportLine(
                report=report,
                reference=line.reference,
                provider_reference=line.provider_reference,
                amount=line.amount,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    return report


def _no_report(provider: str, day: datetime.date) -> None:
    if not GatewayReport.objects.filter(provider=provider, day=day).exists():
        facts = {"day": f"{day:%d/%m/%Y}", "provider": str(Provider(provider).label)}
        open_incident(IncidentKind.NO_REPORT, key=f"{provider}:{day}", facts=facts)


@transaction.atomic
def check_day(*, day: datetime.date) -> list[DayBalance]:
    """Write the day's balances anew and open a work item for each difference, once."""
    reported = set(GatewayReport.objects.filter(day=day).values_list("provider", flat=True))
    for provider in sorted(reported):
        for found in reconciling.differences(day, provider):
            facts = {
                "reference": found.reference,
                "there": found.there,
                "here": found.here,
                "day": f"{day:%d/%m/%Y}",
            }
            key = f"{provider}:{found.reference}:{day}"
            open_incident(IncidentKind.DIFFERENCE, key=key, unit=_unit(found.unit_id), facts=facts)
    rows = []
    for balance in reconciling.balances(day, reported):
        row, _made = DayBalance.objects.update_or_create(
            unit=_unit(balance.unit_id),
            day=day,
            provider=balance.provider,
            defaults={
                "outside": balance.outside,
                "ledger": balance.ledger,
                "receipts": balance.receipts,
                "checked_at": clock.now(),
            },
        )
        rows.append(row)
        if not row.agrees:
            _differs(row)
    return rows


def _unit(unit_id: int | None) -> Unit | None:
    return Unit.objects.filter(pk=unit_id).first() if unit_id else None


def _differs(row: DayBalance) -> None:
    facts = {
        "day": f"{row.day:%d/%m/%Y}",
        "provider": str(Provider(row.provider).label),
        "there": row.outside,
        "ledger": row.ledger,
        "receipts": row.receipts,
    }
    key = f"sum:{row.unit_id}:{row.provider}:{row.day}"
    open_incident(IncidentKind.DIFFERENCE, key=key, unit=row.unit, facts=facts)

"""The difference board, and what each unit remits."""

from __future__ import annotations

import csv
import datetime
import io

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from payments import reconciling
from payments.models import IncidentKind, Provider
from payments.querysets import day_balances_visible_to, incidents_visible_to, money_units
from payments.views.people import money_watcher
from portal.lib import clock
from portal.lib.reads_writes import reads

DIFFERENCES = (IncidentKind.DIFFERENCE, IncidentKind.NO_REPORT)


def _asked_day(request: HttpRequest) -> datetime.date:
    """The day in `?day=`; yesterday, the last one the night looked at, when there is none that can be read."""
    yesterday = clock.today() - datetime.timedelta(days=1)
    try:
        return min(datetime.date.fromisoformat(request.GET.get("day", "")), clock.today())
    except ValueError:
        return yesterday


@login_required
@reads
def board(request: HttpRequest) -> HttpResponse:
    """Gateway, ledger and receipts of a day by unit and road, differences first; the open work items about them."""
    user, day = money_watcher(request), _asked_day(request)
    rows = list(day_balances_visible_to(user).filter(day=day))
    rows.sort(key=lambda row: (row.agrees, row.unit.sort_key if row.unit else ""))
    context = {
        "day": day,
        "before": day - datetime.timedelta(days=1),
        "after": day + datetime.timedelta(days=1) if day < clock.today() else None,
        "rows": [(row, Provider(row.provider).label) for row in rows],
        "differs": sum(not row.agrees for row in rows),
        "items": incidents_visible_to(user)
        .filter(kind__in=DIFFERENCES, settled_at=None)
        .order_by("opened_at"),
        "unproved": [
            Provider(name).label
            for name in sorted({row.provider for row in rows if row.outside is None})
            if reconciling.is_gateway(name)
        ],
    }
    return render(request, "payments/reconciliation/board.html", context)


def _month(text: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of "2026-11"; of this month when it cannot be read."""
    try:
        first = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        first = clock.today().replace(day=1)
    following = (first + datetime.timedelta(days=32)).replace(day=1)
    return first, following - datetime.timedelta(days=1)


@login_required
@reads
def remittance(request: HttpRequest) -> HttpResponse:
    """What each unit collected in a month, keeps and remits; `?format=csv` the same as a file."""
    user = money_watcher(request)
    first, last = _month(request.GET.get("month", ""))
    rows = reconciling.remittance(money_units(user), first, last)
    if request.GET.get("format") == "csv":
        return _csv(rows, first)
    context = {
        "rows": rows,
        "first": first,
        "before": (first - datetime.timedelta(days=1)).replace(day=1),
        "after": last + datetime.timedelta(days=1) if last < clock.today() else None,
        "collected": sum(row.collected for row in rows),
        "remitted": sum(row.remitted or 0 for row in rows),
        "unknown": sum(row.collected for row in rows if row.percent is None),
    }
    return render(request, "payments/reconciliation/remittance.html", context)


def _csv(rows: list[reconciling.Remittance], first: datetime.date) -> HttpResponse:
    """Amounts as bare digits, an unknown share empty; texts cannot start a formula, for they are our own names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["unit_code", "unit", "kind", "fee_code", "fee", "collected", "percent", "retained", "remitted"]
    )
    for row in rows:
        numbers = (row.collected, row.percent, row.retained, row.remitted)
        texts = (row.unit.code, row.unit.full_name, row.kind, row.code, row.name)
        writer.writerow([*texts, *("" if number is None else number for number in numbers)])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="nop-ngan-sach-{first:%Y-%m}.csv"'
    return answer

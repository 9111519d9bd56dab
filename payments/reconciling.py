"""Three lists of one day side by side, and the month's remittance. Reads only."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, Sum

from payments.bookkeeping import INTO, REVENUE
from payments.gateways import GATEWAYS
from payments.models import (
    Account,
    EntryKind,
    GatewayReportLine,
    LedgerEntry,
    Payment,
    Provider,
    Receipt,
    Refund,
    RetainedShare,
    StatementLine,
)
from payments.workflow import RefundState
from portal.accounts.models import Unit
from procedures.models import FeeKind

Sums = dict[tuple[int | None, str], int]


@dataclass(frozen=True)
class Balance:
    """The sums of one unit and road on one day; `outside` None where nobody outside keeps a list."""

    unit_id: int | None
    provider: str
    outside: int | None
    ledger: int
    receipts: int


@dataclass(frozen=True)
class Difference:
    """One payment the gateway and we see differently; whole VND, None: not known there."""

    provider: str
    reference: str
    there: int | None
    here: int | None
    unit_id: int | None


def balances(day: datetime.date, reported: Iterable[str]) -> list[Balance]:
    """Every unit and road with money on `day`; `reported` are the gateways whose list of the day is at hand."""
    ledger, receipts = _ledger(day), _receipts(day)
    outside = _reported(day) | _banked(day)
    known = {*reported, Provider.TRANSFER}
    rows = []
    for key in sorted({*ledger, *receipts, *outside}, key=lambda pair: (pair[0] or 0, pair[1])):
        unit_id, provider = key
        said = outside.get(key, 0) if provider in known else None
        rows.append(Balance(unit_id, provider, said, ledger.get(key, 0), receipts.get(key, 0)))
    return rows


def _ledger(day: datetime.date) -> Sums:
    """What the ledger took in, by the day the payer paid."""
    accounts = {*INTO.values(), Account.GATEWAY}
    rows = (
        LedgerEntry.objects.filter(
            kind__in=[EntryKind.SETTLED, EntryKind.SURPLUS], account__in=accounts, payment__paid_at__date=day
        )
        .order_by()
        .values("unit", "payment__provider")
        .annotate(total=Sum("amount"))
    )
    return {(row["unit"], row["payment__provider"]): row["total"] for row in rows}


def _receipts(day: datetime.date) -> Sums:
    """What receipts of the day say, and surpluses, which rightly have none."""
    found: Counter[tuple[int | None, str]] = Counter()
    issued = Receipt.objects.filter(collected_on=day).order_by().values_list("unit", "payment__provider")
    surplus = (
        Payment.objects.filter(is_surplus=True, paid_at__date=day).order_by().values_list("unit", "provider")
    )
    for rows in (issued.annotate(Sum("total")), surplus.annotate(Sum("amount"))):
        for unit_id, provider, total in rows:
            found[unit_id, provider] += total
    return dict(found)


def _reported(day: datetime.date) -> Sums:
    """What gateways reported, by the unit of the attempt it names; unknown ones belong to no unit."""
    lines = list(
        GatewayReportLine.objects.filter(report__day=day).values_list(
            "report__provider", "reference", "amount"
        )
    )
    parts = _parts([reference for _provider, reference, _amount in lines])
    found: Counter[tuple[int | None, str]] = Counter()
    for provider, reference, amount in lines:
        known = parts.get(reference, [])
        for unit_id, part in known:
            found[unit_id, provider] += part
        rest = amount - sum(part for _unit, part in known)
        if rest:  # not ours, or another amount: it shows at the first unit, or at none
            found[known[0][0] if known else None, provider] += rest
    return dict(found)


def _parts(references: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Unit and amount of each dossier an attempt or group was for."""
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = Payment.objects.filter(Q(reference__in=references) | Q(group__reference__in=references))
    for reference, group, unit_id, amount in rows.values_list(
        "reference", "group__reference", "unit", "amount"
    ):
        found[group or reference].append((unit_id, amount))
    return found


def _banked(day: datetime.date) -> Sums:
    """What banks reported for the day: assigned lines by the unit they pay for, open ones by the account's."""
    found: Counter[tuple[int | None, str]] = Counter()
    lines = StatementLine.objects.filter(booked_at__date=day, currency="VND", state="open").order_by()
    paid = Payment.objects.filter(line__booked_at__date=day, line__state="assigned").order_by()
    for rows in (
        lines.values_list("account__unit").annotate(Sum("amount")),
        paid.values_list("unit").annotate(Sum("amount")),
    ):
        for unit_id, total in rows:
            found[unit_id, Provider.TRANSFER] += total
    return dict(found)


def differences(day: datetime.date, provider: str) -> list[Difference]:
    """Payments of the gateway's list and ours that are not in both with the same amount.

    One we booked on another day with the same amount is in both: only its day is told differently.
    """
    theirs: Counter[str] = Counter()
    lines = GatewayReportLine.objects.filter(report__day=day, report__provider=provider)
    for reference, amount in lines.values_list("reference", "amount"):
        theirs[reference] += amount
    named = Q(reference__in=list(theirs)) | Q(group__reference__in=list(theirs))
    settled = Payment.objects.filter(named | Q(paid_at__date=day), provider=provider, state="settled")
    ours: Counter[str] = Counter()
    for reference, group, amount in settled.values_list("reference", "group__reference", "amount"):
        ours[group or reference] += amount
    parts = _parts([*theirs, *ours])
    found = []
    for reference in sorted({*theirs, *ours}):
        there, here = theirs.get(reference), ours.get(reference)
        if there != here:
            known = parts.get(reference)
            found.append(Difference(provider, reference, there, here, known[0][0] if known else None))
    return found


def is_gateway(provider: str) -> bool:
    """Whether somebody outside keeps a list of this road that we can ask for."""
    return provider in GATEWAYS


@dataclass(frozen=True)
class Remittance:
    """One fee of a unit in a period. `percent` None: nobody confirmed what the collector keeps."""

    unit: Unit
    kind: str
    code: str
    name: str
    collected: int
    percent: int | None

    @property
    def retained(self) -> int | None:
        """VND the collector keeps, rounded down to whole đồng in favour of the State."""
        return None if self.percent is None else self.collected * self.percent // 100

    @property
    def remitted(self) -> int | None:
        """VND that goes to the State budget."""
        return None if self.retained is None else self.collected - self.retained


def remittance(units: Iterable[Unit], first: datetime.date, last: datetime.date) -> list[Remittance]:
    """What each unit collected from `first` to `last` by fee, refunds of the period subtracted, and what it remits.

    A fee whose share changed within the period has one row a share.
    """
    by_key = {unit.pk: unit for unit in units}
    shares = _shares()
    sums: Counter[tuple[int, str, str, str, int | None]] = Counter()
    receipts = Receipt.objects.filter(unit__in=by_key, collected_on__range=(first, last))
    for unit_id, kind, lines, day in receipts.values_list("unit", "kind", "lines", "collected_on"):
        for line in lines:
            percent = _percent(shares, kind, line["code"], day)
            sums[unit_id, kind, line["code"], line["name"], percent] += line["amount"]
    refunds = Refund.objects.filter(
        state=RefundState.DONE,
        receipt__unit__in=by_key,
        done_at__date__range=(first, last),
    ).select_related("receipt")
    for refund in refunds:
        for key, amount in _given_back(refund, shares):
            sums[key] -= amount
    rows = [
        Remittance(by_key[unit_id], kind, code, name, total, percent)
        for (unit_id, kind, code, name, percent), total in sums.items()
    ]
    return sorted(rows, key=lambda row: (row.unit.sort_key, row.kind, row.code, row.percent or 0))


def given_back(units: Iterable[Unit], first: datetime.date, last: datetime.date) -> dict[int, int]:
    """VND each unit gave back of receipted fees from `first` to `last`; one query."""
    done = Refund.objects.filter(
        state=RefundState.DONE,
        receipt__unit__in=[unit.pk for unit in units],
        done_at__date__range=(first, last),
    )
    return dict(done.order_by().values_list("receipt__unit").annotate(sum=Sum("amount")))


def net_booked(units: Iterable[Unit], first: datetime.date, last: datetime.date) -> int:
    """VND of fees the ledger has as taken less given back, by the days receipts and refunds go by; two queries."""
    entries = LedgerEntry.objects.filter(unit__in=[unit.pk for unit in units])
    taken = entries.filter(
        kind=EntryKind.SETTLED, account=Account.RECEIVABLE, payment__paid_at__date__range=(first, last)
    ).aggregate(sum=Sum("amount"))["sum"]
    back = entries.filter(
        kind=EntryKind.REFUNDED, account__in=REVENUE.values(), at__date__range=(first, last)
    ).aggregate(sum=Sum("amount"))["sum"]
    return -(taken or 0) - (back or 0)


def _given_back(
    refund: Refund, shares: dict[str, list[RetainedShare]]
) -> Iterable[tuple[tuple[int, str, str, str, int | None], int]]:
    """A refund spread over the lines of its receipt, from the first on."""
    receipt, rest = refund.receipt, refund.amount
    if receipt is None:
        return
    for line in receipt.lines:
        part = min(rest, line["amount"])
        rest -= part
        if part:
            percent = _percent(shares, receipt.kind, line["code"], receipt.collected_on)
            yield (receipt.unit_id, receipt.kind, line["code"], line["name"], percent), part


def _shares() -> dict[str, list[RetainedShare]]:
    found: defaultdict[str, list[RetainedShare]] = defaultdict(list)
    for share in RetainedShare.objects.all():
        found[share.code].append(share)
    return found


def _percent(shares: dict[str, list[RetainedShare]], kind: str, code: str, day: datetime.date) -> int | None:
    """0 for a lệ phí (Law 97/2015/QH13: the whole goes to the State); for a phí by its rule of the day."""
    if kind == FeeKind.CHARGE:
        return 0
    for share in shares.get(code, []):
        if share.valid_from <= day and (share.valid_to is None or day < share.valid_to):
            return share.percent
    return None

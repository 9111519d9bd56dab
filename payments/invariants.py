"""What must hold over all the money, read by `manage.py verify` (I2, I3 of the reliability targets).

Each check returns what it counted and every finding; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce

from payments.gateways import GATEWAYS
from payments.models import Account, EntryKind, LedgerEntry, Payment, Receipt, ReceiptBook


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: which invariant, and what is wrong in words with keys, no personal data."""

    invariant: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What one check looked at."""

    invariant: str
    counted: dict[str, int]
    findings: list[Finding] = field(default_factory=list)


def money_agrees(report: Iterable[tuple[str, int]] | None = None) -> Checked:
    """I2: paid rows = ledger = receipts, per payment; and = the gateway's own list when `report` is given.

    `report` are (our reference, VND) of everything the gateway says it took.
    """
    counted = {
        "settled": Payment.objects.filter(state="settled").count(),
        "receipts": Receipt.objects.count(),
        "ledger lines": LedgerEntry.objects.count(),
    }
    findings = [Finding("I2", text) for text in _payment_faults()]
    if report is not None:
        taken = dict(report)
        counted["gateway"] = len(taken)
        findings += [Finding("I2", text) for text in _gateway_faults(taken)]
    return Checked("I2", counted, findings)


_PAYMENTS = f"""
    SELECT p.id, p.amount, p.is_surplus, p.state = 'settled' AS settled,
           coalesce((SELECT sum(r.total) FROM payments_receipt r WHERE r.payment_id = p.id AND NOT EXISTS
                     (SELECT 1 FROM payments_receipt n WHERE n.replaces_id = r.id)), 0) AS receipts,
           coalesce((SELECT sum(l.amount) FROM payments_ledgerentry l WHERE l.payment_id = p.id
                     AND l.account IN ('{Account.GATEWAY}', '{Account.DRAWER}', '{Account.CARD}',
                                       '{Account.TO_ASSIGN}', '{Account.BETWEEN}')
                     AND l.kind IN ('{EntryKind.SETTLED}', '{EntryKind.SURPLUS}')), 0) AS booked
      FROM payments_payment p
"""  # noqa: S608 - constants of our own


def _payment_faults() -> Iterator[str]:
    """Settled attempts whose ledger or receipts differ from the amount, and others that have any."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({_PAYMENTS}) AS p WHERE booked <> CASE WHEN settled THEN amount ELSE 0 END"  # noqa: S608
            " OR receipts <> CASE WHEN settled AND NOT is_surplus THEN amount ELSE 0 END ORDER BY id"
        )
        for key, amount, surplus, settled, receipts, booked in cursor.fetchall():
            kind = ("surplus" if surplus else "settled") if settled else "not settled"
            yield f"payment {key} ({kind}, {amount}): ledger {booked}, receipts {receipts}"


def _gateway_faults(taken: dict[str, int]) -> Iterator[str]:
    settled = Payment.objects.filter(state="settled", provider__in=GATEWAYS).order_by()
    known = settled.values_list(Coalesce("group__reference", "reference")).annotate(Sum("amount"))
    ours = {str(reference): int(total) for reference, total in known}
    for reference in sorted(taken.keys() | ours.keys()):
        there, here = taken.get(reference), ours.get(reference)
        if there != here:
            yield f"reference {reference}: gateway {there}, portal {here}"


_BOOKS = """
    SELECT b.id, b.symbol, b.next_number, count(r.id), count(DISTINCT r.number),
           coalesce(max(r.number), b.first_number - 1)
      FROM payments_receiptbook b LEFT JOIN payments_receipt r ON r.book_id = b.id
     GROUP BY b.id
    HAVING NOT (count(r.id) = count(DISTINCT r.number)
                AND count(r.id) = coalesce(max(r.number), b.first_number - 1) - b.first_number + 1
                AND b.next_number = b.first_number + count(r.id))
"""

_RANGES = """
    SELECT a.id, b.id FROM payments_receiptbook a JOIN payments_receiptbook b
        ON a.id < b.id AND coalesce(a.delegated_from_id, a.id) = coalesce(b.delegated_from_id, b.id)
       AND a.first_number <= coalesce(b.last_number, 99999999)
       AND b.first_number <= coalesce(a.last_number, 99999999)
"""


def receipts_have_no_gap() -> Checked:
    """I3: in every book first to highest number = count = distinct, the next number follows, no ranges overlap."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS)
        findings = [
            Finding(
                "I3",
                f"book {key} {symbol}: highest {highest}, count {count}, distinct {distinct}, next {following}",
            )
            for key, symbol, following, count, distinct, highest in cursor.fetchall()
        ]
        cursor.execute(_RANGES)
        findings += [
            Finding("I3", f"books {one} and {other} share numbers") for one, other in cursor.fetchall()
        ]
    counted = {"books": ReceiptBook.objects.count(), "receipts": Receipt.objects.count()}
    return Checked("I3", counted, findings)


def ledger_balances() -> Checked:
    """Every transaction of the ledger adds up to zero, and so do all accounts together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transaction, sum(amount) FROM payments_ledgerentry GROUP BY transaction HAVING sum(amount) <> 0"
        )
        findings = [
            Finding("I2", f"transaction {key} adds up to {total}") for key, total in cursor.fetchall()
        ]
        cursor.execute("SELECT count(DISTINCT transaction) FROM payments_ledgerentry")
        (transactions,) = cursor.fetchone()
    return Checked("I2", {"transactions": transactions}, findings)


def paid_dossiers_agree() -> Checked:
    """A dossier says "paid" exactly when a settled payment of its assessment exists."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM dossiers_dossier d WHERE (d.money = 'paid') <> EXISTS (SELECT 1 FROM payments_payment p"
            " WHERE p.dossier_id = d.id AND p.state = 'settled' AND NOT p.is_surplus) AND d.money <> 'refunded'"
        )
        findings = [
            Finding("I2", f"dossier {key}: money state and payments differ") for (key,) in cursor.fetchall()
        ]
    return Checked("I2", {}, findings)


def check_all(report: Iterable[tuple[str, int]] | None = None) -> list[Checked]:
    """Every check of this app."""
    return [money_agrees(report), receipts_have_no_gap(), ledger_balances(), paid_dossiers_agree()]

"""What PostgreSQL itself refuses about money."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from payments import invariants
from payments.models import Account, EntryKind, FeeAssessment, LedgerEntry, Payment, Receipt
from tests.payments.conftest import pay

pytestmark = pytest.mark.django_db


def line(payment: Payment, amount: int, transaction_id: uuid.UUID) -> None:
    LedgerEntry.objects.create(
        transaction=transaction_id,
        kind=EntryKind.SETTLED,
        account=Account.GATEWAY,
        amount=amount,
        unit=payment.unit,
        at=timezone.now(),
    )


def committed(payment: Payment, amounts: list[int], transaction_id: uuid.UUID) -> None:
    """Write the lines and check what COMMIT would check."""
    with transaction.atomic():
        for amount in amounts:
            line(payment, amount, transaction_id)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("amounts", [[5], [5, -4], [5, -3, -1]])
def test_a_transaction_that_is_not_zero_is_refused(attempt: Payment, amounts: list[int]) -> None:
    key = uuid.uuid4()
    with pytest.raises(IntegrityError, match="adds up to"):
        committed(attempt, amounts, key)


def test_a_line_cannot_be_added_to_an_old_transaction(attempt: Payment) -> None:
    pay(attempt)
    old = LedgerEntry.objects.order_by("id").first()
    assert old is not None
    with pytest.raises(IntegrityError, match="adds up to"):
        committed(attempt, [1], old.transaction)


@pytest.mark.parametrize("model", [LedgerEntry, Receipt, FeeAssessment])
def test_rows_of_record_are_never_changed_or_deleted(attempt: Payment, model: Any) -> None:
    pay(attempt)
    table = model._meta.db_table
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_line_of_nothing_is_refused(attempt: Payment) -> None:
    with pytest.raises(IntegrityError, match="not_zero"), transaction.atomic():
        line(attempt, 0, uuid.uuid4())


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "settled"}, "settled_exactly_when"),
        ({"is_surplus": True}, "settled_exactly_when"),
        ({"state": "paid"}, "state_known"),
        ({"amount": 0}, "amount_positive"),
        ({"reference": "H26.01"}, "reference_form"),
    ],
)
def test_impossible_attempts_are_refused(attempt: Payment, changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Payment.objects.filter(pk=attempt.pk).update(**changes)


def test_a_second_open_attempt_is_refused(attempt: Payment) -> None:
    attempt.pk, attempt.reference = None, "OTHER"
    with pytest.raises(IntegrityError, match="one_pending"), transaction.atomic():
        attempt.save(force_insert=True)


TABLES = ("payments_receipt", "payments_ledgerentry", "payments_payment", "dossiers_dossier")


def broken(statement: str) -> None:
    """Break rows behind the triggers' back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("DELETE FROM payments_receipt", "money_agrees"),
        ("UPDATE payments_ledgerentry SET amount = amount + 1 WHERE amount > 0", "ledger_balances"),
        ("DELETE FROM payments_ledgerentry WHERE kind = 'settled'", "money_agrees"),
        ("UPDATE payments_payment SET amount = amount - 1", "money_agrees"),
        ("UPDATE payments_receiptbook SET next_number = 5", "receipts_have_no_gap"),
        ("UPDATE payments_receipt SET number = 2", "receipts_have_no_gap"),
        ("UPDATE dossiers_dossier SET money = 'due'", "paid_dossiers_agree"),
    ],
)
def test_the_invariants_see_damage(attempt: Payment, damage: str, check: str) -> None:
    pay(attempt)
    assert getattr(invariants, check)().findings == []
    broken(damage)
    assert getattr(invariants, check)().findings


def test_the_gateways_own_list_is_compared(attempt: Payment) -> None:
    pay(attempt)
    reference, amount = attempt.reference, attempt.amount
    assert invariants.money_agrees([(reference, amount)]).findings == []
    for report in ([], [(reference, amount + 1)], [(reference, amount), ("X", 5)]):
        assert len(invariants.money_agrees(report).findings) == 1

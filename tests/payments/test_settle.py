"""`settle`: every message has a defined end; nothing lost, nothing doubled, never silence."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from dossiers.actions import intake
from dossiers.models import Document, Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.assessing import assess
from payments.actions.checkout import start_payment
from payments.actions.settling import Ending, settle
from payments.gateways import Outcome
from payments.models import Account, LedgerEntry, Payment, PaymentIncident, Receipt, ReceiptBook
from payments.workflow import PaymentState
from portal.lib import clock
from tests.cast import Cast
from tests.factories import dossiers as factories
from tests.payments import make
from tests.payments.conftest import TMN, facts_of, pay
from tests.payments.facts import paid_facts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books_hold(db: None) -> Any:
    """After every test the invariants hold."""
    yield
    for checked in invariants.check_all():
        assert checked.findings == []


def state_of(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


def test_acceptance_assesses_the_fee(owing: Dossier) -> None:
    assessment = owing.assessments.get()
    assert (assessment.gross, assessment.payable, assessment.subsidised) == (100_000, 100_000, 0)
    assert assessment.lines[0]["legal_basis"]
    assert owing.events.filter(kind="fee_assessed").exists()


def test_a_paid_attempt_settles_and_gives_a_receipt(attempt: Payment, owing: Dossier) -> None:
    settlement = pay(attempt)
    assert settlement.ending is Ending.SETTLED
    owing.refresh_from_db()
    assert owing.money == "paid"
    assert owing.events.filter(kind="paid").count() == 1
    receipt = Receipt.objects.get()
    assert (receipt.number, receipt.kind, receipt.total) == (1, "le_phi", 100_000)
    assert receipt.total_in_words == "Một trăm nghìn đồng"
    assert receipt.full_number == "26TAB 00000001"
    assert receipt.book.is_sample
    assert receipt.document.context["receipt"]["collector"] == owing.receiving_unit.full_name


def test_the_ledger_of_a_payment(attempt: Payment) -> None:
    pay(attempt)
    balance = dict.fromkeys(Account, 0)
    for entry in LedgerEntry.objects.all():
        balance[Account(entry.account)] += entry.amount
    moved = {account: amount for account, amount in balance.items() if amount}
    assert moved == {Account.GATEWAY: 100_000, Account.REVENUE_CHARGE: -100_000}


def test_phi_and_le_phi_have_separate_receipts(cast: Cast) -> None:
    dossier = make.both_kinds(cast)
    payment = start_payment(by=cast.citizen, code=dossier.code, merchant=TMN)
    assert payment.amount == 108_000
    pay(payment)
    found = {row.kind: (row.total, row.book.symbol) for row in Receipt.objects.select_related("book")}
    assert found == {"phi": (8000, "26TAA"), "le_phi": (100_000, "26TAB")}


def test_a_duplicate_changes_nothing(attempt: Payment) -> None:
    pay(attempt)
    before = (LedgerEntry.objects.count(), Receipt.objects.count(), Document.objects.count())
    assert [pay(attempt, source).ending for source in ("ipn", "return", "poll")] == [Ending.ALREADY] * 3
    assert (LedgerEntry.objects.count(), Receipt.objects.count(), Document.objects.count()) == before
    assert not PaymentIncident.objects.exists()


@pytest.mark.parametrize("first", [Outcome.FAILED, Outcome.SUSPECT])
def test_success_after_failure_still_settles(attempt: Payment, first: Outcome) -> None:
    pay(attempt, outcome=first)
    assert state_of(attempt) != PaymentState.SETTLED
    assert pay(attempt).ending is Ending.SETTLED


@pytest.mark.parametrize("late", [Outcome.FAILED, Outcome.WAITING, Outcome.SUSPECT])
def test_nothing_moves_a_settled_payment_back(attempt: Payment, late: Outcome) -> None:
    pay(attempt)
    pay(attempt, outcome=late)
    assert state_of(attempt) == PaymentState.SETTLED
    assert PaymentIncident.objects.filter(kind="suspect").exists() == (late is Outcome.SUSPECT)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount": 99_999}, "amount"),
        ({"amount": 100_001}, "amount"),
        ({"amount": -1}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"merchant": "OTHERTMN"}, "merchant"),
        ({"provider": "cash"}, "merchant"),
    ],
)
def test_what_contradicts_our_row_is_refused_and_becomes_work(
    attempt: Payment, changes: dict[str, Any], kind: str
) -> None:
    for _again in range(2):
        assert pay(attempt, **changes).ending in {Ending.REFUSED, Ending.WRONG_AMOUNT}
    assert state_of(attempt) == PaymentState.PENDING
    assert PaymentIncident.objects.get().kind == kind
    assert not Receipt.objects.exists()


def test_an_unknown_reference_is_work_only_when_money_came() -> None:
    assert settle(facts=paid_facts(outcome=Outcome.FAILED), source="ipn").ending is Ending.UNKNOWN
    assert not PaymentIncident.objects.exists()
    assert settle(facts=paid_facts(), source="ipn").ending is Ending.UNKNOWN
    assert PaymentIncident.objects.get().kind == "unknown"


def test_paying_twice_by_two_attempts_is_a_surplus(cast: Cast, attempt: Payment, owing: Dossier) -> None:
    pay(attempt, outcome=Outcome.FAILED)
    second = start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    assert second.pk != attempt.pk
    assert pay(second).ending is Ending.SETTLED
    assert pay(attempt).ending is Ending.SURPLUS
    attempt.refresh_from_db()
    assert attempt.is_surplus
    assert Receipt.objects.count() == 1
    assert PaymentIncident.objects.get().kind == "surplus"
    surplus = LedgerEntry.objects.get(account=Account.SURPLUS)
    assert surplus.amount == -100_000


def test_one_attempt_paid_under_two_numbers_of_the_gateway_is_work(attempt: Payment) -> None:
    pay(attempt, provider_reference="111")
    assert pay(attempt, provider_reference="222").ending is Ending.ALREADY
    assert PaymentIncident.objects.get().kind == "surplus"


def test_a_number_of_the_gateway_serves_one_payment_only(cast: Cast, attempt: Payment) -> None:
    pay(attempt, provider_reference="111")
    other = start_payment(by=cast.citizen, code=make.owing(cast).code, merchant=TMN)
    assert pay(other, provider_reference="111").ending is Ending.REFUSED
    assert state_of(other) == PaymentState.PENDING
    assert PaymentIncident.objects.get().kind == "reused"


def test_the_receipt_is_dated_by_the_gateway_at_midnight_and_new_year(attempt: Payment) -> None:
    paid = datetime.datetime(2026, 12, 31, 16, 59, 30, tzinfo=datetime.UTC)  # 23:59:30 in Hanoi
    Payment.objects.filter(pk=attempt.pk).update(created_at=paid - datetime.timedelta(minutes=2))
    with clock.at(paid + datetime.timedelta(minutes=3)):
        pay(attempt, paid_at=paid)
    receipt = Receipt.objects.get()
    assert receipt.collected_on == datetime.date(2026, 12, 31)
    assert receipt.book.symbol == "26TAB"
    assert timezone.localdate(receipt.issued_at) == datetime.date(2027, 1, 1)


def test_the_books_of_the_two_periods_of_2026(cast: Cast) -> None:
    for month, symbol in ((6, "AB-26E"), (7, "26TAB")):
        with clock.at(datetime.datetime(2026, month, 30 if month == 6 else 1, 3, tzinfo=datetime.UTC)):
            payment = start_payment(by=cast.citizen, code=make.owing(cast).code, merchant=TMN)
            pay(payment)
        assert Receipt.objects.get(payment=payment).book.symbol == symbol
    assert set(ReceiptBook.objects.values_list("next_number", flat=True)) == {2}


def test_a_replaced_assessment_is_reversed_and_its_late_payment_is_a_surplus(
    cast: Cast, attempt: Payment, owing: Dossier
) -> None:
    second = assess(dossier=owing, by=cast.office.cashier)
    assert second.supersedes == attempt.assessment
    owed = LedgerEntry.objects.filter(account=Account.RECEIVABLE).values_list("amount", flat=True)
    assert sum(owed) == 100_000
    assert pay(attempt).ending is Ending.SURPLUS


def test_a_free_dossier_has_no_payment_step(cast: Cast) -> None:
    dossier = factories.accepted(cast)
    assert dossier.money == "none"
    with pytest.raises(ActionError):
        start_payment(by=cast.citizen, code=dossier.code, merchant=TMN)
    assert not Payment.objects.exists()


def test_what_is_kept_of_a_message_names_no_person(attempt: Payment) -> None:
    pay(attempt)
    attempt.refresh_from_db()
    assert attempt.payer_name not in str(attempt.facts)
    assert facts_of(attempt).provider_reference in str(attempt.facts)


def test_withdrawing_lets_an_unpaid_fee_fall_away(cast: Cast, attempt: Payment, owing: Dossier) -> None:
    intake.withdraw(code=owing.code, by=cast.citizen, reason="Không còn nhu cầu")
    owing.refresh_from_db()
    assert (owing.state, owing.money) == ("withdrawn", "none")
    with pytest.raises(ActionError):
        start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    assert pay(attempt).ending is Ending.SURPLUS


def test_withdrawing_after_paying_is_for_a_person_to_decide(
    cast: Cast, attempt: Payment, owing: Dossier
) -> None:
    pay(attempt)
    intake.withdraw(code=owing.code, by=cast.citizen, reason="Không còn nhu cầu")
    owing.refresh_from_db()
    assert owing.money == "paid"
    assert PaymentIncident.objects.get().kind == "refund"

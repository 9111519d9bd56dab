"""Asking the gateway: when, by whom, and what an answer or its absence leads to."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments.actions import checkout
from payments.actions.checkout import claim_due, start_payment
from payments.gateways import GatewayError, Outcome
from payments.models import Payment, PaymentIncident
from payments.tasks import poll_pending
from payments.workflow import PaymentState
from portal.lib import clock
from tests.cast import Cast
from tests.payments.conftest import TMN, facts_of

pytestmark = pytest.mark.django_db


class Told:
    """A gateway whose answers a test sets; None means silence."""

    def __init__(self) -> None:
        self.changes: dict[str, Any] | None = {"outcome": Outcome.WAITING}
        self.asked = 0

    def ask(self, query: Any) -> Any:
        self.asked += 1
        if self.changes is None:
            raise GatewayError("silence")
        return facts_of(Payment.objects.get(reference=query.reference), **self.changes)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(checkout, "gateway", lambda _provider: told)
    return told


def poll(payment: Payment, minutes: float) -> str:
    """Run the poller `minutes` after the attempt began; the attempt's state then."""
    with clock.at(payment.created_at + datetime.timedelta(minutes=minutes)):
        poll_pending()
    payment.refresh_from_db()
    return payment.state


def test_the_rhythm(attempt: Payment, gateway: Told) -> None:
    counts = []
    for minutes in (0.5, 1, 1.5, 3, 5, 10, 12):
        assert poll(attempt, minutes) == PaymentState.PENDING
        counts.append(gateway.asked)
    assert counts == [0, 1, 1, 2, 2, 3, 3]


def test_a_lost_notice_is_found_by_asking(attempt: Payment, gateway: Told) -> None:
    gateway.changes = {}
    assert poll(attempt, 1) == PaymentState.SETTLED
    assert attempt.source == "poll"
    assert poll(attempt, 30) == PaymentState.SETTLED
    assert gateway.asked == 1


def test_expiry_asks_first(attempt: Payment, gateway: Told) -> None:
    assert poll(attempt, 16) == PaymentState.EXPIRED
    assert gateway.asked == 1
    assert poll(attempt, 120) == PaymentState.EXPIRED
    assert gateway.asked == 1


def test_a_refusal_at_the_gateway_fails_the_attempt(attempt: Payment, gateway: Told) -> None:
    gateway.changes = {"outcome": Outcome.FAILED}
    assert poll(attempt, 1) == PaymentState.FAILED


def test_silence_is_asked_hourly_and_then_goes_to_a_person(attempt: Payment, gateway: Told) -> None:
    gateway.changes = None
    for minutes in (1, 3, 10, 16, 30, *range(90, 24 * 60, 60)):
        assert poll(attempt, minutes) == PaymentState.PENDING
    asked_before = gateway.asked
    assert asked_before == 5 + len(range(90, 24 * 60, 60))
    assert poll(attempt, 24 * 60 + 31) == PaymentState.NEEDS_PERSON
    assert PaymentIncident.objects.get().kind == "silent"


def test_an_answer_we_cannot_accept_goes_to_a_person(attempt: Payment, gateway: Told) -> None:
    gateway.changes = {"amount": 1}
    assert poll(attempt, 1) == PaymentState.PENDING
    assert poll(attempt, 16) == PaymentState.NEEDS_PERSON
    assert PaymentIncident.objects.get().kind == "amount"


def test_two_pollers_do_not_ask_about_the_same(attempt: Payment) -> None:
    now = attempt.created_at + datetime.timedelta(minutes=1)
    assert claim_due(now=now, limit=10) == [attempt.reference]
    assert claim_due(now=now, limit=10) == []


def test_a_second_click_gets_the_same_attempt(cast: Cast, attempt: Payment, owing: Dossier) -> None:
    again = start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    assert again.pk == attempt.pk
    assert Payment.objects.count() == 1


def test_a_new_attempt_after_expiry_asks_about_the_old_one(
    cast: Cast, attempt: Payment, owing: Dossier, gateway: Told
) -> None:
    with clock.at(attempt.created_at + datetime.timedelta(minutes=15)):
        fresh = start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    assert gateway.asked == 1
    assert fresh.pk != attempt.pk
    attempt.refresh_from_db()
    assert attempt.state == PaymentState.EXPIRED


def test_money_on_its_way_is_not_asked_for_twice(
    cast: Cast, attempt: Payment, owing: Dossier, gateway: Told
) -> None:
    later = attempt.created_at + datetime.timedelta(minutes=15)
    gateway.changes = None
    with clock.at(later), pytest.raises(ActionError):
        start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    gateway.changes = {}
    with clock.at(later), pytest.raises(ActionError):
        start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    attempt.refresh_from_db()
    assert attempt.state == PaymentState.SETTLED

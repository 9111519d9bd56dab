"""The notice and the payer's way back, through the real views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from payments.actions import checkout
from payments.actions.settling import Ending
from payments.gateways import GatewayError
from payments.models import Payment, PaymentIncident, Receipt
from payments.views import callbacks
from payments.workflow import PaymentState
from tests.payments.conftest import facts_of
from tests.payments.messages import notice

pytestmark = pytest.mark.django_db
IPN, BACK = "/thanh-toan/vnpay/thong-bao/", "/thanh-toan/vnpay/ket-qua/"


def answer(client: Client, fields: Mapping[str, Any]) -> tuple[str, str]:
    response = client.get(IPN, fields)
    assert response.status_code == 200
    assert set(response.json()) == {"RspCode", "Message"}
    return response.json()["RspCode"], response.json()["Message"]


def state_of(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


def test_every_ending_has_its_code() -> None:
    assert set(callbacks.CODES) == set(Ending)
    assert set(callbacks.CODES.values()) <= set(callbacks.ANSWERS)


def test_a_notice_settles_and_its_copy_is_confirmed(client: Client, attempt: Payment) -> None:
    assert answer(client, notice(attempt)) == ("00", "Confirm Success")
    assert state_of(attempt) == PaymentState.SETTLED
    assert answer(client, notice(attempt)) == ("02", "Order already confirmed")
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vnp_Amount": "9999900"}, "04"),
        ({"vnp_Amount": "10000001"}, "04"),
        ({"vnp_TxnRef": "NOBODY"}, "01"),
        ({"vnp_TmnCode": "OTHERTMN"}, "99"),
        ({"vnp_CurrCode": "USD"}, "99"),
    ],
)
def test_what_does_not_fit_is_refused_by_code(
    client: Client, attempt: Payment, changes: dict[str, str], code: str
) -> None:
    assert answer(client, notice(attempt, **changes))[0] == code
    assert state_of(attempt) == PaymentState.PENDING
    assert PaymentIncident.objects.count() == 1


def test_a_forged_notice_is_refused(client: Client, attempt: Payment) -> None:
    fields = notice(attempt)
    for forged in (
        {**fields, "vnp_Amount": "1"},
        {**fields, "vnp_SecureHash": "0" * 128},
        {name: value for name, value in fields.items() if name != "vnp_SecureHash"},
        {**fields, "vnp_ResponseCode": ["24", "00"]},
        {},
    ):
        assert answer(client, forged)[0] == "97"
    assert answer(client, {"vnp_TxnRef": "NOBODY"})[0] == "97"
    assert answer(client, {"vnp_TxnRef": "A\x00B"})[0] == "97"
    assert state_of(attempt) == PaymentState.PENDING
    assert PaymentIncident.objects.get().kind == "signature"


def test_failure_then_success_in_any_order(client: Client, attempt: Payment) -> None:
    failed = notice(attempt, vnp_ResponseCode="24", vnp_TransactionStatus="02")
    assert answer(client, failed)[0] == "00"
    assert state_of(attempt) == PaymentState.FAILED
    assert answer(client, failed)[0] == "02"
    assert answer(client, notice(attempt))[0] == "00"
    assert answer(client, failed)[0] == "02"
    assert state_of(attempt) == PaymentState.SETTLED


def test_a_fault_of_ours_asks_for_another_notice(
    client: Client, attempt: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_facts: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(callbacks, "settle", broken)
    assert answer(client, notice(attempt))[0] == "99"


def test_the_notice_takes_get_only(client: Client) -> None:
    assert client.post(IPN).status_code == 405
    assert client.post(BACK).status_code == 405


def asked(payment: Payment, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[str]:
    """Let the gateway answer questions with these facts; the references it was asked about."""
    seen: list[str] = []

    class Told:
        def ask(self, query: Any) -> Any:
            seen.append(query.reference)
            return facts_of(payment, **changes)

    monkeypatch.setattr(checkout, "gateway", lambda _provider: Told())
    return seen


def test_the_return_address_alone_settles_nothing(client: Client, attempt: Payment) -> None:
    """The gateway does not answer here: a signed success in the address changes nothing."""
    response = client.get(BACK, notice(attempt))
    assert response.status_code == 302
    assert response["Location"].endswith(f"/lan/{attempt.reference}/")
    assert state_of(attempt) == PaymentState.PENDING


def test_the_return_asks_the_gateway(
    client: Client, attempt: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = asked(attempt, monkeypatch)
    client.get(BACK, notice(attempt, vnp_ResponseCode="24", vnp_TransactionStatus="02"))
    assert seen == [attempt.reference]
    assert state_of(attempt) == PaymentState.SETTLED
    attempt.refresh_from_db()
    assert attempt.source == "return"


def test_a_return_without_the_gateways_signature_is_a_page_that_says_so(
    client: Client, attempt: Payment
) -> None:
    forged = {**notice(attempt), "vnp_TxnRef": "OTHER"}
    assert client.get(BACK, forged).status_code == 400
    assert client.get(BACK, notice(attempt, vnp_TxnRef="OTHER")).status_code == 404


def test_without_a_configured_gateway_the_pages_still_answer(
    client: Client, attempt: Payment, settings: Any
) -> None:
    settings.VNPAY_SECRET = ""
    assert answer(client, notice(attempt))[0] == "99"
    assert client.get(BACK, notice(attempt)).status_code == 400
    with pytest.raises(GatewayError):
        checkout.gateway("vnpay")

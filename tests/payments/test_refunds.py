"""Giving back a surplus: two persons, once, until the gateway has answered."""

from __future__ import annotations

import datetime
import urllib.request
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.checkout import start_payment
from payments.actions.desk import collect_cash, open_shift
from payments.actions.refunds import ask_refund, decide_refund
from payments.models import Account, LedgerEntry, Payment, PaymentIncident, Refund
from payments.tasks import poll_pending
from payments.workflow import RefundState
from portal.lib import clock
from tests.cast import Cast
from tests.payments.conftest import TMN, Simulator, eventually, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def surplus(cast: Cast, attempt: Payment, owing: Dossier) -> PaymentIncident:
    """Paid in cash while the citizen paid online too."""
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=owing.code, tendered=100_000, client_key=uuid.uuid4())
    pay(attempt)
    return PaymentIncident.objects.get(kind="surplus")


def asked(cast: Cast, incident: PaymentIncident) -> Refund:
    return ask_refund(by=cast.office.cashier, incident_id=incident.pk, reason="Nộp hai lần")


def test_one_asks_another_approves(cast: Cast, surplus: PaymentIncident) -> None:
    refund = asked(cast, surplus)
    assert asked(cast, surplus) == refund
    assert refund.state == RefundState.ASKED
    decided = decide_refund(by=cast.office.head, incident_id=surplus.pk, approve=True)
    assert decided.state == RefundState.SENDING
    assert decide_refund(by=cast.office.head, incident_id=surplus.pk, approve=False).state == "sending"


def test_who_may_not(cast: Cast, surplus: PaymentIncident) -> None:
    with pytest.raises(Http404):
        ask_refund(by=cast.other_office.cashier, incident_id=surplus.pk, reason="x")
    with pytest.raises(PermissionDenied):
        ask_refund(by=cast.office.head, incident_id=surplus.pk, reason="x")
    with pytest.raises(ActionError):
        decide_refund(by=cast.office.head, incident_id=surplus.pk, approve=True)
    asked(cast, surplus)
    with pytest.raises(PermissionDenied):
        decide_refund(by=cast.office.cashier, incident_id=surplus.pk, approve=True)
    with pytest.raises(Http404):
        decide_refund(by=cast.other_office.head, incident_id=surplus.pk, approve=True)


def test_the_database_demands_two_persons(cast: Cast, surplus: PaymentIncident) -> None:
    refund = asked(cast, surplus)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(
            state="sending", decided_by=refund.asked_by, decided_at=refund.asked_at
        )


def test_an_owed_payment_is_no_surplus(cast: Cast, attempt: Payment) -> None:
    pay(attempt, amount=1)
    with pytest.raises(ActionError):
        ask_refund(by=cast.office.cashier, incident_id=PaymentIncident.objects.get().pk, reason="x")


def test_silence_is_tried_again_and_then_goes_to_a_person(cast: Cast, surplus: PaymentIncident) -> None:
    refund = asked(cast, surplus)
    decide_refund(by=cast.office.head, incident_id=surplus.pk, approve=True)
    now = clock.now()
    for turn in range(12):
        with clock.at(now + datetime.timedelta(minutes=6 * turn)):
            poll_pending()
    refund.refresh_from_db()
    assert (refund.state, refund.tries, refund.code) == (RefundState.PERSON, 12, "silent")
    assert PaymentIncident.objects.filter(kind="no_refund").count() == 1
    again = decide_refund(by=cast.office.head, incident_id=surplus.pk, approve=True)
    assert again.state == RefundState.SENDING


def test_the_pages(cast: Cast, surplus: PaymentIncident) -> None:
    cashier, head = Client(), Client()
    cashier.force_login(cast.office.cashier)
    head.force_login(cast.office.head)
    url = f"/thanh-toan/viec/{surplus.pk}/"
    assert "Đề nghị hoàn tiền" in cashier.get(url).content.decode()
    assert cashier.post(f"{url}hoan/", {"reason": ""}).status_code == 422
    assert (
        "Duyệt hoàn tiền"
        not in cashier.post(f"{url}hoan/", {"reason": "Hai lần"}, follow=True).content.decode()
    )
    assert cashier.post(f"{url}hoan/duyet/", {"decision": "approve"}).status_code == 403
    assert "Duyệt hoàn tiền" in head.get(url).content.decode()
    head.post(f"{url}hoan/duyet/", {"decision": "decline"})
    assert Refund.objects.get().state == RefundState.DECLINED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer_lost", [False, True])
def test_the_gateway_gives_back_once(
    cast: Cast, owing: Dossier, simulator: Simulator, answer_lost: bool
) -> None:
    """Through the simulator: the answer arrives, or is forged on the way and comes again as "already done"."""
    client = Client()
    client.force_login(cast.citizen)
    address = client.post(f"/thanh-toan/{owing.code}/nop/")["Location"]
    payment = start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - loopback
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=owing.code, tendered=100_000, client_key=uuid.uuid4())
    simulator.control("pay", reference=payment.reference)
    eventually(lambda: PaymentIncident.objects.filter(kind="surplus").exists())
    incident = PaymentIncident.objects.get(kind="surplus")
    asked(cast, incident)
    decide_refund(by=cast.office.head, incident_id=incident.pk, approve=True)
    now = clock.now()
    if answer_lost:
        simulator.control("switches", api="forged")
    poll_pending()
    simulator.control("reset")
    with clock.at(now + datetime.timedelta(minutes=6)):
        poll_pending()
    refund = Refund.objects.get()
    assert (refund.state, refund.code) == (RefundState.DONE, "94" if answer_lost else "00")
    assert simulator.control()["refunded"] == {payment.reference: 100_000}
    left: dict[str, Any] = {
        row["account"]: row["total"]
        for row in LedgerEntry.objects.order_by().values("account").annotate(total=Sum("amount"))
        if row["total"]
    }
    assert left == {Account.DRAWER: 100_000, Account.REVENUE_CHARGE: -100_000}
    for checked in invariants.check_all(simulator.settled()):
        assert checked.findings == []

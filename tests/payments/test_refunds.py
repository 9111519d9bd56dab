"""Giving back: full and partial, two persons above the limit, never more than was paid, by every road."""

from __future__ import annotations

import datetime
import urllib.request
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.checkout import start_payment
from payments.actions.desk import close_shift, collect_cash, open_shift
from payments.actions.refunds import ask_refund, decide_refund, pay_out
from payments.models import Account, CashShift, LedgerEntry, Payment, PaymentIncident, Receipt, Refund
from payments.querysets import refundable
from payments.tasks import poll_pending
from payments.workflow import RefundState
from portal.lib import clock
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import TMN, Simulator, eventually, pay
from tests.payments.test_at_once import at_once
from tests.payments.test_desk import balances

pytestmark = pytest.mark.django_db


def take_cash(cast: Cast, dossier: Dossier) -> Payment:
    owed = dossier.assessments.get(superseded_by=None).payable
    return collect_cash(by=cast.office.cashier, code=dossier.code, tendered=owed, client_key=uuid.uuid4())


@pytest.fixture
def surplus(cast: Cast, attempt: Payment, owing: Dossier) -> Payment:
    """Paid in cash while the citizen paid online too."""
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=500_000)
    take_cash(cast, owing)
    pay(attempt)
    return Payment.objects.get(is_surplus=True)


def asked(cast: Cast, payment: Payment, **changes: Any) -> Refund:
    values = {"amount": payment.amount, "way": "gateway", "reason": "Nộp hai lần", "client_key": uuid.uuid4()}
    return ask_refund(by=cast.office.cashier, reference=payment.reference, **{**values, **changes})


def decided(cast: Cast, refund: Refund, *, approve: bool = True) -> Refund:
    return decide_refund(by=cast.office.head, refund_id=refund.pk, approve=approve)


def holds() -> None:
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


def test_one_asks_another_approves(cast: Cast, surplus: Payment) -> None:
    key = uuid.uuid4()
    refund = asked(cast, surplus, client_key=key)
    assert asked(cast, surplus, client_key=key) == refund
    assert refund.state == RefundState.ASKED
    assert decided(cast, refund).state == RefundState.SENDING
    assert decided(cast, refund, approve=False).state == RefundState.SENDING


def test_who_may_not(cast: Cast, surplus: Payment) -> None:
    values: dict[str, Any] = {"amount": 1, "way": "gateway", "reason": "x", "client_key": uuid.uuid4()}
    with pytest.raises(Http404):
        ask_refund(by=cast.other_office.cashier, reference=surplus.reference, **values)
    with pytest.raises(PermissionDenied):
        ask_refund(by=cast.office.head, reference=surplus.reference, **values)
    refund = asked(cast, surplus)
    with pytest.raises(PermissionDenied):
        decide_refund(by=cast.office.cashier, refund_id=refund.pk, approve=True)
    with pytest.raises(Http404):
        decide_refund(by=cast.other_office.head, refund_id=refund.pk, approve=True)
    with pytest.raises(PermissionDenied):
        pay_out(by=cast.office.head, refund_id=refund.pk)


def test_below_the_limit_one_person_is_enough(cast: Cast, surplus: Payment, settings: Any) -> None:
    settings.PAYMENTS_TWO_PERSONS_ABOVE = 60_000
    small = asked(cast, surplus, amount=60_000)
    assert (small.needs_two, small.state, small.decided_by) == (False, "sending", cast.office.cashier)
    assert asked(cast, surplus, amount=40_000, way="cash").state == "approved"
    holds()


def test_the_database_demands_two_persons(cast: Cast, surplus: Payment) -> None:
    refund = asked(cast, surplus)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(
            state="sending", decided_by=refund.asked_by, decided_at=refund.asked_at
        )


def test_never_more_than_was_paid(cast: Cast, surplus: Payment) -> None:
    first = asked(cast, surplus, amount=70_000)
    for amount in (30_001, 0, -5):
        with pytest.raises(ActionError) as refused:
            asked(cast, surplus, amount=amount)
        assert refused.value.field == "amount"
    decided(cast, first, approve=False)
    assert refundable(surplus, None) == 100_000
    asked(cast, surplus, amount=100_000)
    assert refundable(surplus, None) == 0


def test_cash_leaves_the_drawer_and_the_shift_counts_right(cast: Cast, surplus: Payment) -> None:
    refund = decided(cast, asked(cast, surplus, amount=40_000, way="cash"))
    assert pay_out(by=cast.office.cashier, refund_id=refund.pk).state == "done"
    assert pay_out(by=cast.office.cashier, refund_id=refund.pk).done_by == cast.office.cashier
    assert balances()[Account.DRAWER] == 60_000
    assert balances()[Account.SURPLUS] == -60_000
    shift = CashShift.objects.get()
    assert close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=560_000).difference == 0
    holds()


def test_a_transfer_back_has_the_banks_number_once(cast: Cast, surplus: Payment) -> None:
    refunds = [decided(cast, asked(cast, surplus, amount=50_000, way="transfer")) for _number in range(2)]
    with pytest.raises(ActionError) as missing:
        pay_out(by=cast.office.cashier, refund_id=refunds[0].pk)
    assert missing.value.field == "paid_reference"
    pay_out(by=cast.office.cashier, refund_id=refunds[0].pk, paid_reference="FT26329001")
    with pytest.raises(ActionError):
        pay_out(by=cast.office.cashier, refund_id=refunds[1].pk, paid_reference="FT26329001")
    assert balances()[Account.BANK] == -50_000


def test_a_receipted_fee_goes_back_by_its_receipt(cast: Cast) -> None:
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    dossier = make.both_kinds(cast)
    payment = take_cash(cast, dossier)
    fee, charge = Receipt.objects.filter(payment=payment).order_by("kind")[::-1]
    if fee.kind != "phi":
        fee, charge = charge, fee
    assert refundable(payment, None) == 0
    with pytest.raises(ActionError):
        asked(cast, payment, amount=1, way="cash")
    with pytest.raises(ActionError):
        asked(cast, payment, amount=8001, way="cash", receipt=fee)
    part = decided(cast, asked(cast, payment, amount=8000, way="cash", receipt=fee))
    pay_out(by=cast.office.cashier, refund_id=part.pk)
    dossier.refresh_from_db()
    assert dossier.money == "paid"
    assert PaymentIncident.objects.get().kind == "receipt"
    rest = decided(cast, asked(cast, payment, amount=100_000, way="cash", receipt=charge))
    pay_out(by=cast.office.cashier, refund_id=rest.pk)
    dossier.refresh_from_db()
    assert dossier.money == "refunded"
    assert balances() == {}
    holds()


def test_a_surplus_pays_another_dossier_of_the_payer(cast: Cast, surplus: Payment) -> None:
    target = make.owing(cast)
    refund = asked(cast, surplus, way="apply", target=target.code)
    done = decided(cast, refund)
    assert done.state == "done"
    target.refresh_from_db()
    assert target.money == "paid"
    payment = Payment.objects.get(dossier=target)
    assert (payment.provider, payment.source) == ("surplus", "surplus")
    assert Receipt.objects.filter(payment=payment).count() == 1
    assert Account.SURPLUS not in balances()
    assert Account.BETWEEN not in balances()
    assert decided(cast, refund).pk == refund.pk
    assert Payment.objects.filter(dossier=target).count() == 1
    holds()


def test_what_a_surplus_is_not_used_for(cast: Cast, surplus: Payment, owing: Dossier) -> None:
    target = make.owing(cast)
    for changes in (
        {"target": ""},
        {"target": owing.code},
        {"target": "H26-0"},
        {"target": target.code, "amount": 99},
    ):
        with pytest.raises(ActionError) as refused:
            asked(cast, surplus, way="apply", **changes)
        assert refused.value.field == "target"
    stranger = make.owing(cast)
    Dossier.objects.filter(pk=stranger.pk).update(account=cast.other_citizen)
    stranger.parties.update(id_number="001085054321")
    with pytest.raises(ActionError):
        asked(cast, surplus, way="apply", target=stranger.code)
    take_cash(cast, target)
    with pytest.raises(ActionError):
        asked(cast, surplus, way="apply", target=target.code)


def test_a_target_paid_meanwhile_stops_the_use(cast: Cast, surplus: Payment) -> None:
    target = make.owing(cast)
    refund = asked(cast, surplus, way="apply", target=target.code)
    take_cash(cast, target)
    with pytest.raises(ActionError):
        decided(cast, refund)
    refund.refresh_from_db()
    assert refund.state == RefundState.ASKED
    assert Payment.objects.filter(dossier=target).count() == 1
    holds()


def test_silence_is_tried_again_and_then_another_road_is_open(cast: Cast, surplus: Payment) -> None:
    refund = decided(cast, asked(cast, surplus))
    now = clock.now()
    for turn in range(12):
        with clock.at(now + datetime.timedelta(minutes=6 * turn)):
            poll_pending()
    refund.refresh_from_db()
    assert (refund.state, refund.tries, refund.code) == (RefundState.PERSON, 12, "silent")
    assert PaymentIncident.objects.filter(kind="no_refund").count() == 1
    assert decided(cast, refund).state == RefundState.SENDING
    Refund.objects.filter(pk=refund.pk).update(state="person")
    assert decided(cast, refund, approve=False).state == RefundState.DECLINED
    assert asked(cast, surplus, way="cash").state == RefundState.ASKED


def test_the_pages(cast: Cast, surplus: Payment) -> None:
    cashier, head = Client(), Client()
    cashier.force_login(cast.office.cashier)
    head.force_login(cast.office.head)
    url = f"/thanh-toan/hoan/khoan/{surplus.reference}/"
    item = PaymentIncident.objects.get(kind="surplus")
    assert url in cashier.get(f"/thanh-toan/viec/{item.pk}/").content.decode()
    form = {"amount": "100.000", "way": "cash", "reason": "Hai lần", "client_key": str(uuid.uuid4())}
    assert cashier.post(url, {**form, "reason": ""}).status_code == 422
    too_much = cashier.post(url, {**form, "amount": "100.001"})
    assert "vượt quá" in too_much.content.decode()
    page = cashier.post(url, form, follow=True).content.decode()
    assert "Duyệt hoàn tiền" not in page
    refund = Refund.objects.get()
    assert surplus.dossier.code in cashier.get("/thanh-toan/hoan/").content.decode()
    decide = f"/thanh-toan/hoan/{refund.pk}/duyet/"
    assert cashier.post(decide, {"decision": "approve"}).status_code == 403
    assert "Duyệt hoàn tiền" in head.get(url).content.decode()
    head.post(decide, {"decision": "approve"})
    assert "Đã chi tiền mặt từ két" in cashier.get(url).content.decode()
    cashier.post(f"/thanh-toan/hoan/{refund.pk}/chi/", {"paid_reference": ""})
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert cashier.get("/thanh-toan/hoan/khoan/NONE/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_refunds_asked_at_once_never_exceed_the_payment(cast: Cast, surplus: Payment) -> None:
    results = at_once(6, lambda _index: asked(cast, surplus, amount=40_000))
    assert sum(isinstance(result, Refund) for result in results) == 2
    assert sum(isinstance(result, ActionError) for result in results) == 4
    refund = Refund.objects.earliest("pk")
    at_once(4, lambda index: decided(cast, refund, approve=index % 2 == 0))
    assert Refund.history.filter(id=refund.pk).count() == 2


@pytest.mark.django_db(transaction=True)
def test_paid_out_once(cast: Cast, surplus: Payment) -> None:
    refund = decided(cast, asked(cast, surplus, way="cash"))
    at_once(4, lambda _index: pay_out(by=cast.office.cashier, refund_id=refund.pk))
    assert LedgerEntry.objects.filter(kind="refunded").count() == 2
    holds()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer_lost", [False, True])
def test_the_gateway_gives_back_in_parts_and_once(
    cast: Cast, owing: Dossier, simulator: Simulator, answer_lost: bool
) -> None:
    """Through the simulator: the answer arrives, or is forged on the way and comes again as "already done"."""
    client = Client()
    client.force_login(cast.citizen)
    address = client.post(f"/thanh-toan/{owing.code}/nop/")["Location"]
    payment = start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - loopback
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    take_cash(cast, owing)
    simulator.control("pay", reference=payment.reference)
    eventually(lambda: PaymentIncident.objects.filter(kind="surplus").exists())
    payment.refresh_from_db()
    for amount in (30_000, 70_000):
        decided(cast, asked(cast, payment, amount=amount))
    now = clock.now()
    if answer_lost:
        simulator.control("switches", api="forged")
    poll_pending()
    simulator.control("reset")
    with clock.at(now + datetime.timedelta(minutes=6)):
        poll_pending()
    code = "94" if answer_lost else "00"
    assert list(Refund.objects.values_list("state", "code")) == [(RefundState.DONE, code)] * 2
    assert simulator.control()["refunded"] == {payment.reference: 100_000}
    assert balances() == {Account.DRAWER: 100_000, Account.REVENUE_CHARGE: -100_000}
    for checked in invariants.check_all(simulator.settled()):
        assert checked.findings == []

"""Paying for several dossiers at once, and by somebody else's hand."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Sum
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.checkout import check_payment, start_payment
from payments.actions.groups import start_group
from payments.actions.links import make_link, pay_by_link, revoke_link
from payments.actions.settling import Ending, settle
from payments.gateways import GatewayFacts, Outcome
from payments.models import PayLink, Payment, PaymentGroup, PaymentIncident, Receipt
from payments.tasks import poll_pending
from portal.lib import clock
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import TMN, Simulator, eventually
from tests.payments.test_at_once import at_once
from tests.payments.test_refunds import asked, decided
from tests.payments.test_simulator import fetch

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(cast: Cast) -> list[Dossier]:
    return [make.owing(cast) for _number in range(2)] + [make.both_kinds(cast)]


@pytest.fixture
def group(cast: Cast, three: list[Dossier]) -> PaymentGroup:
    return start_group(by=cast.citizen, codes=[each.code for each in three], provider="vnpay")


def facts(group: PaymentGroup, **changes: Any) -> GatewayFacts:
    values = {
        "provider": "vnpay",
        "reference": group.reference,
        "outcome": Outcome.PAID,
        "amount": group.parts.aggregate(total=Sum("amount"))["total"],
        "currency": "VND",
        "merchant": TMN,
        "provider_reference": "14422574",
        "paid_at": group.created_at,
        **changes,
    }
    return GatewayFacts(**values)


def states(group: PaymentGroup) -> set[str]:
    return set(group.parts.values_list("state", flat=True))


def holds(report: list[tuple[str, int]] | None = None) -> None:
    for checked in invariants.check_all(report):
        assert checked.findings == []


def test_one_message_settles_every_part(group: PaymentGroup, three: list[Dossier]) -> None:
    assert settle(facts=facts(group), source="ipn").ending is Ending.SETTLED
    assert settle(facts=facts(group), source="ipn").ending is Ending.ALREADY
    assert states(group) == {"settled"}
    assert Receipt.objects.count() == 4
    assert set(
        Dossier.objects.filter(pk__in=[each.pk for each in three]).values_list("money", flat=True)
    ) == {"paid"}
    assert not PaymentIncident.objects.exists()
    holds([(group.reference, 308_000)])


@pytest.mark.parametrize(
    "changes", [{"amount": 307_999}, {"amount": 308_001}, {"merchant": "X"}, {"currency": "USD"}]
)
def test_a_wrong_whole_settles_nothing(group: PaymentGroup, changes: dict[str, Any]) -> None:
    assert settle(facts=facts(group, **changes), source="ipn").ending in {Ending.WRONG_AMOUNT, Ending.REFUSED}
    assert states(group) == {"pending"}
    assert PaymentIncident.objects.count() == 1
    assert settle(facts=facts(group), source="ipn").ending is Ending.SETTLED


def test_a_part_paid_meanwhile_is_a_surplus(cast: Cast, group: PaymentGroup) -> None:
    part = group.parts.earliest("pk")
    single = GatewayFacts("vnpay", part.reference, Outcome.PAID, part.amount, "VND", TMN, "77")
    settle(facts=single, source="ipn")
    assert settle(facts=facts(group), source="ipn").ending is Ending.SETTLED
    assert PaymentIncident.objects.get().kind == "surplus"
    holds()


def test_the_gateways_number_counts_once(cast: Cast, group: PaymentGroup) -> None:
    settle(facts=facts(group), source="ipn")
    other = start_payment(by=cast.citizen, code=make.owing(cast).code, merchant=TMN)
    again = GatewayFacts("vnpay", other.reference, Outcome.PAID, other.amount, "VND", TMN, "14422574")
    assert settle(facts=again, source="ipn").ending is Ending.REFUSED


def test_a_failure_fails_every_part_and_success_may_follow(group: PaymentGroup) -> None:
    settle(facts=facts(group, outcome=Outcome.FAILED), source="ipn")
    assert states(group) == {"failed"}
    settle(facts=facts(group), source="ipn")
    assert states(group) == {"settled"}


def test_what_is_no_group(cast: Cast, three: list[Dossier], group: PaymentGroup) -> None:
    codes = [each.code for each in three]
    assert start_group(by=cast.citizen, codes=codes, provider="vnpay") == group
    for wrong in (codes[:1], codes[:2], [*codes, "H26-0"], []):
        with pytest.raises(ActionError):
            start_group(by=cast.citizen, codes=wrong, provider="vnpay")
    with pytest.raises(ActionError):
        start_group(by=cast.other_citizen, codes=codes, provider="vnpay")


def test_the_single_page_leads_into_the_same_attempt(cast: Cast, group: PaymentGroup, client: Client) -> None:
    """Paying one dossier of an open group opens the group at the gateway: nothing is asked for twice."""
    client.force_login(cast.citizen)
    code = group.parts.earliest("pk").dossier.code
    query = parse_qs(urlsplit(client.post(f"/thanh-toan/{code}/nop/")["Location"]).query)
    assert (query["vnp_TxnRef"], query["vnp_Amount"]) == ([group.reference], ["30800000"])


def test_the_pages_of_a_group(cast: Cast, three: list[Dossier], client: Client) -> None:
    client.force_login(cast.citizen)
    page = client.get("/thanh-toan/nhieu/").content.decode()
    assert all(each.code in page for each in three)
    assert client.post("/thanh-toan/nhieu/", {"code": three[0].code, "provider": "vnpay"}).status_code == 422
    codes = [each.code for each in three]
    address = client.post("/thanh-toan/nhieu/", {"code": codes, "provider": "vnpay"})["Location"]
    group = PaymentGroup.objects.get()
    assert parse_qs(urlsplit(address).query)["vnp_TxnRef"] == [group.reference]
    assert "308.000" in client.get(f"/thanh-toan/nhieu/{group.reference}/").content.decode()
    client.force_login(cast.other_citizen)
    assert client.get(f"/thanh-toan/nhieu/{group.reference}/").status_code == 404
    assert "308.000" not in client.get("/thanh-toan/nhieu/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_and_sixteen_notices_at_once(cast: Cast, three: list[Dossier]) -> None:
    codes = [each.code for each in three]
    groups = at_once(4, lambda _index: start_group(by=cast.citizen, codes=codes[::-1], provider="vnpay"))
    assert len({group.pk for group in groups}) == 1
    endings = at_once(16, lambda _index: settle(facts=facts(groups[0]), source="ipn").ending)
    assert Counter(endings) == {Ending.SETTLED: 1, Ending.ALREADY: 15}
    assert Receipt.objects.count() == 4
    holds()


@pytest.mark.django_db(transaction=True)
def test_a_group_over_sockets_lost_notice_and_partial_refund(
    cast: Cast, three: list[Dossier], simulator: Simulator, client: Client
) -> None:
    client.force_login(cast.citizen)
    codes = [each.code for each in three]
    fetch(client.post("/thanh-toan/nhieu/", {"code": codes, "provider": "vnpay"})["Location"])
    group = PaymentGroup.objects.get()
    simulator.control("switches", drop=True)
    simulator.control("pay", reference=group.reference)
    check_payment(reference=group.parts.earliest("pk").reference, source="poll")
    assert states(group) == {"settled"}
    simulator.control("reset")
    assert simulator.control("notify", reference=group.reference)["answers"] == ["02"]
    part = group.parts.earliest("pk")
    receipt = part.receipts.get()
    decided(cast, asked(cast, part, receipt=receipt, amount=receipt.total))
    poll_pending()
    eventually(lambda: simulator.control()["refunded"] == {group.reference: 100_000})
    part.dossier.refresh_from_db()
    assert part.dossier.money == "refunded"
    holds(simulator.settled())


def test_a_group_that_is_over_expires_as_one(
    cast: Cast, group: PaymentGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = facts(group, outcome=Outcome.WAITING)
    monkeypatch.setattr("payments.gateways.vnpay.Vnpay.ask", lambda _self, _query: waiting)
    with clock.at(group.created_at + datetime.timedelta(minutes=16)):
        check_payment(reference=group.parts.earliest("pk").reference, source="poll")
    assert states(group) == {"expired"}


# --- By somebody else ---


def test_an_address_shows_no_person_and_pays(cast: Cast, owing: Dossier) -> None:
    owner, stranger = Client(), Client()
    owner.force_login(cast.citizen)
    owner.post(f"/thanh-toan/{owing.code}/nho-nop/")
    link = PayLink.objects.get()
    url = f"/thanh-toan/nop-ho/{link.token}/"
    assert url in owner.get(f"/thanh-toan/{owing.code}/").content.decode()
    page = stranger.get(url).content.decode()
    assert "100.000" in page
    for secret in (owing.code, owing.owner_name, cast.citizen.full_name, cast.citizen.id_number):
        assert secret not in page
    address = stranger.post(url, {"provider": "vnpay", "payer_name": "Bà Ngoại"})["Location"]
    payment = Payment.objects.get()
    assert parse_qs(urlsplit(address).query)["vnp_TxnRef"] == [payment.reference]
    assert (payment.started_by, payment.link, payment.payer_name) == (None, link, "Bà Ngoại")
    paid = GatewayFacts("vnpay", payment.reference, Outcome.PAID, payment.amount, "VND", TMN, "9")
    settle(facts=paid, source="ipn")
    assert Receipt.objects.get().payer_name == "Bà Ngoại"
    assert "không còn khoản nào" in stranger.get(url).content.decode()
    assert stranger.get(f"/thanh-toan/lan/{payment.reference}/").status_code == 302


def test_an_address_ends(cast: Cast, owing: Dossier, client: Client) -> None:
    first = make_link(by=cast.citizen, code=owing.code)
    assert make_link(by=cast.citizen, code=owing.code) == first
    with clock.at(first.expires_at + datetime.timedelta(seconds=1)):
        assert client.get(f"/thanh-toan/nop-ho/{first.token}/").status_code == 404
        second = make_link(by=cast.citizen, code=owing.code)
    assert second.token != first.token
    revoke_link(by=cast.citizen, code=owing.code)
    assert client.get(f"/thanh-toan/nop-ho/{second.token}/").status_code == 404
    with pytest.raises(Http404):
        pay_by_link(token=second.token, provider="vnpay")
    with pytest.raises(Http404):
        make_link(by=cast.other_citizen, code=owing.code)
    assert client.get("/thanh-toan/nop-ho/khong-co/").status_code == 404


def test_an_address_does_not_open_the_owners_attempt(cast: Cast, owing: Dossier) -> None:
    start_payment(by=cast.citizen, code=owing.code, merchant=TMN)
    link = make_link(by=cast.citizen, code=owing.code)
    with pytest.raises(ActionError):
        pay_by_link(token=link.token, provider="vnpay")


@pytest.mark.django_db(transaction=True)
def test_one_address_and_one_attempt_at_once(cast: Cast, owing: Dossier) -> None:
    links = at_once(4, lambda _index: make_link(by=cast.citizen, code=owing.code))
    assert len({link.pk for link in links}) == 1
    token = links[0].token
    at_once(4, lambda _index: pay_by_link(token=token, provider="vnpay"))
    assert Payment.objects.count() == 1

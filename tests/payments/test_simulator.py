"""Accidents over real sockets: the simulator is a process of its own, the portal a live server.

Each test ends with the gateway's own list, the paid rows, the receipts and the ledger agreeing (I2, I3).
"""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dossiers.models import Dossier
from payments import invariants
from payments.actions.checkout import check_payment
from payments.models import Payment, PaymentIncident, Receipt
from payments.workflow import PaymentState
from tests.cast import Cast
from tests.payments.conftest import Simulator, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _everything_agrees(simulator: Simulator) -> Iterator[None]:
    yield
    for checked in invariants.check_all(simulator.settled()):
        assert checked.findings == []


@pytest.fixture
def ordered(cast: Cast, owing: Dossier, simulator: Simulator) -> Payment:
    """The citizen pressed "pay" and stands on the gateway's page."""
    client = Client()
    client.force_login(cast.citizen)
    address = client.post(f"/thanh-toan/{owing.code}/nop/")["Location"]
    page = fetch(address)
    assert "100.000 VND" in page
    return Payment.objects.get()


def fetch(url: str, data: dict[str, str] | None = None) -> str:
    body = urllib.parse.urlencode(data).encode() if data else None
    with urllib.request.urlopen(url, body, timeout=20) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def state_of(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


def settled(payment: Payment) -> bool:
    return state_of(payment) == PaymentState.SETTLED


def test_the_notice_alone_settles_though_the_browser_never_returns(
    simulator: Simulator, ordered: Payment
) -> None:
    simulator.control("pay", reference=ordered.reference)
    eventually(lambda: settled(ordered))
    assert ordered.source == "ipn"
    eventually(lambda: simulator.order(ordered.reference)["acknowledged"] == "00")
    assert ordered.provider_reference == simulator.order(ordered.reference)["transaction_no"]


def test_the_return_settles_by_asking_when_no_notice_comes(
    simulator: Simulator, ordered: Payment, cast: Cast, live_server: Any
) -> None:
    simulator.control("switches", drop=True)
    opener = urllib.request.build_opener(NoRedirect)
    choice = {"reference": ordered.reference, "choice": "success", "bank": "NCB"}
    with pytest.raises(urllib.error.HTTPError) as gone:
        opener.open(f"{simulator.url}/paymentv2/pay", urllib.parse.urlencode(choice).encode())
    back = gone.value.headers["Location"]
    gone.value.close()
    assert back.startswith("http://testserver/thanh-toan/vnpay/ket-qua/")
    fetch(back.replace("http://testserver", live_server.url))
    assert settled(ordered)
    assert ordered.source == "return"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def test_neither_notice_nor_return_is_found_by_asking(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", drop=True)
    simulator.control("pay", reference=ordered.reference)
    assert state_of(ordered) == PaymentState.PENDING
    check_payment(reference=ordered.reference, source="poll")
    assert settled(ordered)


def test_twenty_copies_of_a_notice(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", duplicates=19)
    simulator.control("pay", reference=ordered.reference)
    eventually(lambda: len(simulator.control()["notices"]) == 20)
    assert Counter(row["answer"] for row in simulator.control()["notices"]) == {"00": 1, "02": 19}
    assert Receipt.objects.count() == 1


def test_sixteen_notices_at_the_same_moment(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", drop=True)
    simulator.control("pay", reference=ordered.reference)
    answers = simulator.control("notify", reference=ordered.reference, times=16)["answers"]
    assert Counter(answers) == {"00": 1, "02": 15}


def test_a_delayed_notice_after_the_return(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", delay_seconds=0.6)
    simulator.control("pay", reference=ordered.reference)
    check_payment(reference=ordered.reference, source="return")
    assert settled(ordered)
    eventually(lambda: simulator.order(ordered.reference)["acknowledged"] == "02")
    assert ordered.source == "return"


def test_a_failure_told_after_success_changes_nothing(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("pay", reference=ordered.reference)
    eventually(lambda: settled(ordered))
    late = {"vnp_ResponseCode": "24", "vnp_TransactionStatus": "02"}
    assert simulator.control("notify", reference=ordered.reference, fields=late)["answers"] == ["02"]
    assert settled(ordered)


def test_a_cancelled_payment_fails_and_can_be_begun_again(
    simulator: Simulator, ordered: Payment, cast: Cast
) -> None:
    simulator.control("pay", reference=ordered.reference, choice="cancel")
    eventually(lambda: state_of(ordered) == PaymentState.FAILED)
    client = Client()
    client.force_login(cast.citizen)
    fetch(client.post(f"/thanh-toan/{ordered.dossier.code}/nop/")["Location"])
    second = Payment.objects.exclude(pk=ordered.pk).get()
    simulator.control("pay", reference=second.reference)
    eventually(lambda: settled(second))


def test_a_forged_notice_is_refused_until_an_honest_one_comes(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", forge=True)
    simulator.control("pay", reference=ordered.reference)
    eventually(lambda: len(simulator.control()["notices"]) >= 1)
    assert {row["answer"] for row in simulator.control()["notices"]} == {"97"}
    assert state_of(ordered) == PaymentState.PENDING
    simulator.control("reset")
    eventually(lambda: settled(ordered))


@pytest.mark.parametrize(
    ("switch", "code", "kind"),
    [
        ({"amount_off": -1}, "04", "amount"),
        ({"amount_off": 1}, "04", "amount"),
        ({"currency": "USD"}, "99", "currency"),
        ({"merchant": "OTHERTMN"}, "99", "merchant"),
    ],
)
def test_a_notice_that_contradicts_our_row(
    simulator: Simulator, ordered: Payment, switch: dict[str, Any], code: str, kind: str
) -> None:
    simulator.control("switches", **switch)
    simulator.control("pay", reference=ordered.reference)
    eventually(lambda: [row["answer"] for row in simulator.control()["notices"]].count(code) >= 2)
    assert state_of(ordered) == PaymentState.PENDING
    assert PaymentIncident.objects.get().kind == kind
    simulator.control("reset")
    eventually(lambda: settled(ordered))


def test_a_gateway_that_fails_after_taking_the_money(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("switches", error_after_paid=True, drop=True, api="down")
    choice = {"reference": ordered.reference, "choice": "success"}
    with pytest.raises(urllib.error.HTTPError) as fault:
        fetch(f"{simulator.url}/paymentv2/pay", choice)
    fault.value.close()
    assert fault.value.code == 500
    assert check_payment(reference=ordered.reference, source="poll") is None
    assert state_of(ordered) == PaymentState.PENDING
    simulator.control("reset")
    check_payment(reference=ordered.reference, source="poll")
    assert settled(ordered)


def test_an_answer_that_is_forged_or_late_is_no_answer(
    simulator: Simulator, ordered: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.control("switches", drop=True, api="forged")
    simulator.control("pay", reference=ordered.reference)
    assert check_payment(reference=ordered.reference, source="poll") is None
    monkeypatch.setattr("payments.gateways.http.TIMEOUT_SECONDS", 0.3)
    simulator.control("switches", api="slow", slow_seconds=1.0)
    assert check_payment(reference=ordered.reference, source="poll") is None
    assert state_of(ordered) == PaymentState.PENDING
    simulator.control("reset")
    monkeypatch.undo()
    check_payment(reference=ordered.reference, source="poll")


def test_notices_in_the_wrong_order(simulator: Simulator, cast: Cast, ordered: Payment) -> None:
    """The first attempt fails, the second succeeds, and the news comes the other way round."""
    simulator.control("switches", hold=True)
    simulator.control("pay", reference=ordered.reference, choice="fail")
    check_payment(reference=ordered.reference, source="poll")
    client = Client()
    client.force_login(cast.citizen)
    fetch(client.post(f"/thanh-toan/{ordered.dossier.code}/nop/")["Location"])
    second = Payment.objects.exclude(pk=ordered.pk).get()
    simulator.control("pay", reference=second.reference)
    assert simulator.control("release")["released"] == [second.reference, ordered.reference]
    assert settled(second)
    assert state_of(ordered) == PaymentState.FAILED


def test_a_suspected_payment_waits_for_a_person(simulator: Simulator, ordered: Payment) -> None:
    simulator.control("pay", reference=ordered.reference, choice="suspect")
    eventually(lambda: state_of(ordered) == PaymentState.NEEDS_PERSON)
    assert PaymentIncident.objects.get().kind == "suspect"


def test_the_gateway_refuses_what_was_tampered_with(
    simulator: Simulator, ordered: Payment, cast: Cast
) -> None:
    client = Client()
    client.force_login(cast.citizen)
    address = client.post(f"/thanh-toan/{ordered.dossier.code}/nop/")["Location"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(address.replace("vnp_Amount=10000000", "vnp_Amount=10000"))
    assert "(70)" in refused.value.read().decode()
    refused.value.close()


def test_the_simulator_imports_nothing_of_the_portal() -> None:
    folder = Path(invariants.__file__).parent / "simulator"
    for file in folder.glob("*.py"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith(("import ", "from ")) and "payments" in line:
                assert line.startswith("from payments.simulator"), f"{file.name}: {line}"
            assert "django" not in line.lower(), file.name


def test_an_unknown_switch_is_an_error(simulator: Simulator) -> None:
    for wrong in ({"dropp": True}, {"drop": "yes"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            simulator.control("switches", **wrong)
        refused.value.close()
        assert refused.value.code == 400

"""The national payment platform: the signed strings, and the accidents over real sockets."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dossiers.models import Dossier
from payments import invariants
from payments.actions.checkout import check_payment
from payments.gateways import BadSignatureError, Bill, BillLine, GatewayError, Order, Outcome, Query
from payments.gateways.national import RESULT_FIELDS, National, sign
from payments.models import Payment, PaymentIncident, Receipt
from payments.workflow import PaymentState
from tests.cast import Cast
from tests.payments.conftest import PARTNER, SECRET, Simulator, eventually
from tests.payments.test_simulator import NoRedirect, fetch, settled, state_of

NOW = datetime.datetime(2026, 11, 25, 3, 4, 5, tzinfo=datetime.UTC)
BILL = Bill(
    dossier_code="H26.00.01-261125-0001",
    service_code="1.001612",
    service_name="Đăng ký hộ kinh doanh",
    procedure_code="1.001612",
    procedure_name="Đăng ký hộ kinh doanh",
    unit_code="H26.1",
    unit_name="Phường Ba Đình",
    account="190368686868",
    bank="970432",
    holder="UBND PHUONG BA DINH",
    payer_name="Nguyễn Thị Ánh",
    payer_id="001190012345",
    payer_address="Số 1",
    fees=(BillLine("le_phi", "lephi", "Lệ phí", 100_000),),
)
ORDER = Order("H26X1", 100_000, "Nop phi", NOW, NOW, "http://x/", "127.0.0.1", bill=BILL)
QUERY = Query("H26X1", NOW, NOW, request_id="r")
RESULT = {
    "LoaiBanTin": "RESULT",
    "MaLoi": "00",
    "MaDoiTac": PARTNER,
    "MaThamChieu": "H26X1",
    "SoTien": "100000",
    "MaTienTe": "VND",
    "MaGiaoDich": "77",
    "MaNganHang": "VPB",
    "ThoiGianGD": "20261125100405",
    "ThongTinGiaoDich": "Nop phi",
}


def platform(answer: Mapping[str, str] | None = None) -> National:
    return National("http://cong/api", PARTNER, SECRET, lambda _url, _message: answer or {})


def signed(**changes: str) -> dict[str, str]:
    message = {**RESULT, **changes}
    return {**message, "MaXacThuc": sign(SECRET, message, RESULT_FIELDS)}


def test_the_string_that_is_signed() -> None:
    """Our own vector by the rule: fields joined with "|", the secret last, SHA-256 in lower-case hex."""
    text = f"RESULT|00|{PARTNER}|H26X1|100000|VND|77|VPB|20261125100405|Nop phi|{SECRET}"
    assert signed()["MaXacThuc"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_result_is_read() -> None:
    facts = platform().read(signed())
    assert (facts.outcome, facts.amount, facts.merchant, facts.provider_reference) == (
        Outcome.PAID,
        100_000,
        PARTNER,
        "77",
    )
    assert facts.paid_at == NOW
    outcomes = {code: platform().read(signed(MaLoi=code)).outcome for code in ("01", "07", "24", "99", "")}
    assert list(outcomes.values()) == [Outcome.WAITING, Outcome.SUSPECT, *[Outcome.FAILED] * 3]
    assert platform().read(signed(SoTien="1e5")).amount == -1


@given(st.sampled_from(RESULT_FIELDS), st.text(min_size=1, max_size=3))
def test_every_change_is_refused(name: str, more: str) -> None:
    message = signed()
    with pytest.raises(BadSignatureError):
        platform().read({**message, name: message[name] + more})


def test_init_says_whose_fee_it_is() -> None:
    message = platform().init_message(ORDER)
    bill = message["ThongTinBienLai"]
    assert (bill["MaHoSo"], bill["TKThuHuong"], bill["PhiLePhi"][0]["SoTien"]) == (
        BILL.dossier_code,
        "190368686868",
        "100000",
    )
    assert message["SoTien"] == "100000"
    assert "ThongTinBienLai" not in platform().init_message(dataclasses.replace(ORDER, bill=None))


@pytest.mark.parametrize(
    "changes",
    [{"MaLoi": "97"}, {"MaThamChieu": "X"}, {"UrlThanhToan": "http://elsewhere/pay"}, {"forged": "1"}],
)
def test_an_init_answer_that_cannot_be_believed(changes: dict[str, str]) -> None:
    fields = ("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "UrlThanhToan")
    answer = {
        "LoaiBanTin": "INIT",
        "MaLoi": "00",
        "MaDoiTac": PARTNER,
        "MaThamChieu": "H26X1",
        "UrlThanhToan": "http://cong/pay",
    }
    good = {**answer, "MaXacThuc": sign(SECRET, answer, fields)}
    assert platform(good).start(ORDER) == "http://cong/pay"
    bad = {**answer, **changes}
    bad["MaXacThuc"] = sign("other" if "forged" in changes else SECRET, bad, fields)
    with pytest.raises(GatewayError):
        platform(bad).start(ORDER)


def test_an_answer_about_another_order_is_no_answer() -> None:
    assert platform(signed()).ask(QUERY).outcome is Outcome.PAID
    with pytest.raises(GatewayError):
        platform(signed(MaThamChieu="H26X2")).ask(QUERY)
    with pytest.raises(GatewayError):
        platform({"MaLoi": "91"}).ask(QUERY)


# --- Over real sockets ---

sockets = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agreeing(simulator: Simulator) -> Iterator[None]:
    yield
    for checked in invariants.check_all(simulator.settled()):
        assert checked.findings == []


@pytest.fixture
def sent(cast: Cast, owing: Dossier, simulator: Simulator, agreeing: None) -> Payment:
    """The citizen chose the national platform and stands on its page."""
    client = Client()
    client.force_login(cast.citizen)
    assert "Nền tảng thanh toán quốc gia" in client.get(f"/thanh-toan/{owing.code}/").content.decode()
    address = client.post(f"/thanh-toan/{owing.code}/nop/", {"provider": "national"})["Location"]
    assert "100.000 VND" in fetch(address)
    return Payment.objects.get()


@sockets
def test_the_notice_settles(simulator: Simulator, sent: Payment) -> None:
    simulator.control("pay", reference=sent.reference)
    eventually(lambda: settled(sent))
    eventually(lambda: simulator.order(sent.reference)["acknowledged"] == "00")
    assert (sent.source, sent.provider, sent.merchant) == ("ipn", "national", PARTNER)
    assert sent.provider_reference == simulator.order(sent.reference)["transaction_no"]
    assert Receipt.objects.count() == 1


@sockets
def test_sixteen_at_once_and_a_late_failure(simulator: Simulator, sent: Payment) -> None:
    simulator.control("switches", drop=True)
    simulator.control("pay", reference=sent.reference)
    answers = simulator.control("notify", reference=sent.reference, times=16)["answers"]
    assert Counter(answers) == {"00": 1, "02": 15}
    late = simulator.control("notify", reference=sent.reference, fields={"MaLoi": "24"})["answers"]
    assert late == ["02"]
    assert settled(sent)


@sockets
def test_no_notice_and_the_browser_comes_back(simulator: Simulator, sent: Payment) -> None:
    simulator.control("switches", drop=True)
    opener = urllib.request.build_opener(NoRedirect)
    choice = {"reference": sent.reference, "choice": "success", "bank": "VPB"}
    with pytest.raises(urllib.error.HTTPError) as gone:
        opener.open(f"{simulator.url}/paymentv2/pay", urllib.parse.urlencode(choice).encode())
    back = gone.value.headers["Location"]
    gone.value.close()
    assert "/thanh-toan/quoc-gia/ket-qua/" in back
    fetch(back)
    assert settled(sent)
    assert sent.source == "return"


@sockets
def test_neither_notice_nor_return(simulator: Simulator, sent: Payment) -> None:
    simulator.control("switches", drop=True, api="forged")
    simulator.control("pay", reference=sent.reference)
    assert check_payment(reference=sent.reference, source="poll") is None
    simulator.control("switches", api="down")
    assert check_payment(reference=sent.reference, source="poll") is None
    assert state_of(sent) == PaymentState.PENDING
    simulator.control("reset")
    check_payment(reference=sent.reference, source="poll")
    assert settled(sent)


@sockets
@pytest.mark.parametrize(
    ("switch", "code", "kind"),
    [
        ({"amount_off": -1}, "04", "amount"),
        ({"amount_off": 1}, "04", "amount"),
        ({"currency": "USD"}, "99", "currency"),
        ({"merchant": "OTHER"}, "99", "merchant"),
        ({"forge": True}, "97", "signature"),
    ],
)
def test_a_notice_that_is_wrong(
    simulator: Simulator, sent: Payment, switch: dict[str, Any], code: str, kind: str
) -> None:
    simulator.control("switches", **switch)
    simulator.control("pay", reference=sent.reference)
    eventually(lambda: any(row["answer"] == code for row in simulator.control()["notices"]))
    assert state_of(sent) == PaymentState.PENDING
    assert PaymentIncident.objects.get().kind == kind
    simulator.control("reset")
    eventually(lambda: settled(sent))


@sockets
def test_cancelled_and_suspected(simulator: Simulator, sent: Payment) -> None:
    simulator.control("pay", reference=sent.reference, choice="suspect")
    eventually(lambda: state_of(sent) == PaymentState.NEEDS_PERSON)
    assert PaymentIncident.objects.get().kind == "suspect"


@sockets
def test_what_is_no_notice(simulator: Simulator, sent: Payment, client: Client) -> None:
    url = "/thanh-toan/quoc-gia/thong-bao/"
    for body in (
        "",
        "[]",
        "not json",
        json.dumps({"MaThamChieu": {"a": 1}}),
        json.dumps({"MaThamChieu": "\x00"}),
    ):
        assert client.post(url, body, content_type="application/json").json()["MaLoi"] == "97"
    assert client.get(url).status_code == 405
    assert client.get("/thanh-toan/quoc-gia/ket-qua/").status_code == 400
    assert state_of(sent) == PaymentState.PENDING


@pytest.mark.django_db
def test_a_platform_that_is_not_configured_is_not_offered(cast: Cast, owing: Dossier, client: Client) -> None:
    client.force_login(cast.citizen)
    assert "quốc gia" not in client.get(f"/thanh-toan/{owing.code}/").content.decode()
    page = client.post(f"/thanh-toan/{owing.code}/nop/", {"provider": "national"}, follow=True)
    assert "Cổng thanh toán chưa sẵn sàng" in page.content.decode()
    assert not Payment.objects.exists()

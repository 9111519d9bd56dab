"""The payer's pages and the doors: works, another's 404, without the right 403, GET writes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dossiers.models import Dossier
from payments.actions.incidents import open_incident
from payments.models import IncidentKind, Payment, PaymentIncident, Receipt
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as factories
from tests.payments.conftest import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen(client: Client, cast: Cast) -> Client:
    client.force_login(cast.citizen)
    return client


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_checkout_says_what_why_and_how_much(citizen: Client, owing: Dossier) -> None:
    text = citizen.get(f"/thanh-toan/{owing.code}/").content.decode()
    line = owing.assessments.get().lines[0]
    for part in (
        line["name"],
        line["legal_basis"],
        line["explanation"],
        "100.000",
        str(owing.receiving_unit),
    ):
        assert part in text


def test_paying_leads_to_the_gateway_and_a_second_click_to_the_same_attempt(
    citizen: Client, owing: Dossier
) -> None:
    url = f"/thanh-toan/{owing.code}/nop/"
    first, second = (citizen.post(url)["Location"] for _click in range(2))
    references = {parse_qs(urlsplit(address).query)["vnp_TxnRef"][0] for address in (first, second)}
    assert references == {Payment.objects.get().reference}
    assert parse_qs(urlsplit(first).query)["vnp_Amount"] == ["10000000"]


def test_opening_the_pay_address_pays_nothing(citizen: Client, owing: Dossier) -> None:
    assert citizen.get(f"/thanh-toan/{owing.code}/nop/").status_code == 302
    assert not Payment.objects.exists()


def test_without_a_gateway_the_page_says_so(citizen: Client, owing: Dossier, settings: Any) -> None:
    settings.VNPAY_PAY_URL = ""
    page = citizen.post(f"/thanh-toan/{owing.code}/nop/", follow=True)
    assert "Cổng thanh toán chưa sẵn sàng" in page.content.decode()


def test_the_attempt_asks_itself_while_it_is_open_and_then_shows_the_receipt(
    citizen: Client, attempt: Payment
) -> None:
    url = f"/thanh-toan/lan/{attempt.reference}/"
    assert "hx-trigger" in citizen.get(url).content.decode()
    pay(attempt)
    part = citizen.get(url, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="payment_state"')
    assert "hx-trigger" not in part
    assert "26TAB 00000001" in part


def test_asking_again_while_the_gateway_is_silent_says_so(citizen: Client, attempt: Payment) -> None:
    page = citizen.post(f"/thanh-toan/lan/{attempt.reference}/hoi-lai/", follow=True)
    assert "Cổng thanh toán chưa trả lời" in page.content.decode()


def test_a_receipt_is_listed_and_downloaded_once_it_is_signed(citizen: Client, attempt: Payment) -> None:
    pay(attempt)
    receipt = Receipt.objects.select_related("document").get()
    url = f"/thanh-toan/bien-lai/{receipt.document.token}/"
    assert "26TAB 00000001" in citizen.get("/thanh-toan/bien-lai/").content.decode()
    assert citizen.get(url).status_code == 202
    drain_all()
    download = citizen.get(url)
    assert download.status_code == 200
    content = b"".join(download.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"%PDF-")
    assert len(content) < 90_000
    assert "attachment" in download["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["{code}/", "{code}/nop/", "khoan/{code}/", "lan/{reference}/", "bien-lai/{token}/"]
)
def test_another_persons_money_does_not_exist(cast: Cast, attempt: Payment, path: str) -> None:
    pay(attempt)
    token = Receipt.objects.get().document.token
    url = "/thanh-toan/" + path.format(code=attempt.dossier.code, reference=attempt.reference, token=token)
    for stranger in (cast.other_citizen, cast.other_office.cashier):
        assert signed_in(stranger).get(url).status_code == 404
        assert signed_in(stranger).post(url).status_code in {404, 405}
    assert Client().get(url)["Location"].startswith("/tai-khoan/dang-nhap/")


@pytest.mark.parametrize("path", ["thu-ngan/", "thu-ngan/ca/mo/", "viec/"])
def test_the_desk_is_for_those_who_handle_money(cast: Cast, path: str) -> None:
    for stranger in (cast.citizen, cast.office.counter, cast.office.specialist):
        assert signed_in(stranger).get(f"/thanh-toan/{path}").status_code == 403


def test_collecting_crosses_no_border(cast: Cast, owing: Dossier) -> None:
    url = f"/thanh-toan/thu-ngan/ho-so/{owing.code}/"
    assert signed_in(cast.office.cashier).get(url).status_code == 200
    assert signed_in(cast.other_office.cashier).get(url).status_code == 404
    assert signed_in(cast.office.counter).get(url).status_code == 403
    assert signed_in(cast.citizen).get(url).status_code == 403


def test_the_officers_of_the_unit_see_the_panel(cast: Cast, owing: Dossier) -> None:
    page = signed_in(cast.office.counter).get(f"/thanh-toan/khoan/{owing.code}/")
    assert 'id="fee_panel"' in page.content.decode()
    assert "100.000" in page.content.decode()


def test_work_items_are_settled_with_words(cast: Cast, attempt: Payment) -> None:
    open_incident(IncidentKind.SURPLUS, key="x", payment=attempt, facts={"amount": 100_000, "code": "00"})
    open_incident(IncidentKind.SURPLUS, key="x", payment=attempt)
    item = PaymentIncident.objects.get()
    mine, other = signed_in(cast.office.cashier), signed_in(cast.other_office.cashier)
    assert attempt.dossier.code in mine.get("/thanh-toan/viec/").content.decode()
    assert attempt.dossier.code not in other.get("/thanh-toan/viec/").content.decode()
    url = f"/thanh-toan/viec/{item.pk}/"
    assert other.get(url).status_code == 404
    assert "100.000 đ" in mine.get(url).content.decode()
    assert "Việc về tiền" in signed_in(cast.office.head).get(url).content.decode()
    assert mine.post(url, {"resolution": ""}).status_code == 422
    assert mine.post(url, {"resolution": "Đã hoàn tiền"}).status_code == 302
    mine.post(url, {"resolution": "Lần hai"})
    item.refresh_from_db()
    assert item.resolution == "Đã hoàn tiền"
    assert "Đã hoàn tiền" in mine.get(url).content.decode()


def test_a_free_dossier_says_so(citizen: Client, cast: Cast) -> None:
    dossier = factories.accepted(cast)
    assert "không phải nộp" in citizen.get(f"/thanh-toan/{dossier.code}/").content.decode()


@pytest.mark.parametrize("path", ["{code}/", "lan/{reference}/", "bien-lai/", "khoan/{code}/"])
def test_the_pages_ask_little_of_the_database(
    citizen: Client, attempt: Payment, django_assert_max_num_queries: Any, path: str
) -> None:
    url = "/thanh-toan/" + path.format(code=attempt.dossier.code, reference=attempt.reference)
    with django_assert_max_num_queries(10):
        assert citizen.get(url).status_code == 200


def test_the_pages_are_complete_in_english(citizen: Client, attempt: Payment) -> None:
    citizen.cookies["language"] = "en"
    text = citizen.get(f"/thanh-toan/lan/{attempt.reference}/").content.decode()
    assert "Payment result" in text
    assert "100,000 VND" in text

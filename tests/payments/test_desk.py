"""The cash desk: shifts, cash, change, and the books of a day."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.desk import close_shift, collect_cash, open_shift
from payments.forms import AmountField
from payments.models import Account, CashShift, LedgerEntry, Payment, PaymentIncident, Receipt
from tests.cast import Cast
from tests.factories import dossiers as factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift(cast: Cast) -> CashShift:
    return open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=50_000)


def collect(cast: Cast, dossier: Dossier, **values: Any) -> Payment:
    given = {"tendered": 200_000, "client_key": uuid.uuid4(), **values}
    return collect_cash(by=cast.office.cashier, code=dossier.code, **given)


def balances() -> dict[str, int]:
    rows = LedgerEntry.objects.order_by().values("account").annotate(total=Sum("amount"))
    return {row["account"]: row["total"] for row in rows if row["total"]}


def test_cash_gives_a_receipt_at_once(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    payment = collect(cast, owing, payer_name="Trần Thị Nộp Hộ")
    receipt = Receipt.objects.get()
    assert (payment.state, payment.source, payment.facts["tendered"]) == ("settled", "cashier", 200_000)
    assert (receipt.payment_id, receipt.payer_name, receipt.number) == (payment.pk, "Trần Thị Nộp Hộ", 1)
    assert receipt.issued_by == cast.office.cashier
    owing.refresh_from_db()
    assert owing.money == "paid"


def test_a_walk_in_pays_at_the_counter(cast: Cast, shift: CashShift) -> None:
    dossier = factories.at_counter(cast)
    payment = collect(cast, dossier)
    assert payment.amount == dossier.assessments.get().payable > 0
    assert Receipt.objects.get().kind == "phi"


def test_a_second_click_is_the_same_payment(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    key = uuid.uuid4()
    first, second = (collect(cast, owing, client_key=key) for _click in range(2))
    assert first == second
    assert Receipt.objects.count() == 1


def test_another_form_for_a_paid_dossier_is_refused(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    collect(cast, owing)
    with pytest.raises(ActionError):
        collect(cast, owing)
    assert Payment.objects.count() == 1


def test_too_little_money_is_refused_beside_its_field(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    with pytest.raises(ActionError) as refused:
        collect(cast, owing, tendered=99_999)
    assert refused.value.field == "tendered"


def test_no_shift_no_cash(cast: Cast, owing: Dossier) -> None:
    with pytest.raises(ActionError):
        collect(cast, owing)


def test_nobody_but_the_units_cashier_takes_its_money(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    values: dict[str, Any] = {"code": owing.code, "tendered": 200_000, "client_key": uuid.uuid4()}
    with pytest.raises(Http404):
        collect_cash(by=cast.other_office.cashier, **values)
    with pytest.raises(PermissionDenied):
        collect_cash(by=cast.office.counter, **values)
    with pytest.raises(Http404):
        collect_cash(by=cast.citizen, **values)
    with pytest.raises(PermissionDenied):
        open_shift(by=cast.office.cashier, unit=cast.other_office.unit, opening_float=0)


def test_a_cashier_has_one_open_shift(cast: Cast, shift: CashShift) -> None:
    again = open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=9)
    assert again == shift
    assert again.opening_float == 50_000


def test_a_shift_that_counts_right(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    collect(cast, owing)
    assert balances()[Account.DRAWER] == 100_000
    closed = close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=150_000)
    assert (closed.expected, closed.difference) == (150_000, 0)
    assert balances() == {Account.HANDED_OVER: 100_000, Account.REVENUE_CHARGE: -100_000}
    again = close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=1, note="lần hai")
    assert again.counted == 150_000
    assert not PaymentIncident.objects.exists()


def test_a_difference_is_explained_booked_and_work(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    collect(cast, owing)
    with pytest.raises(ActionError):
        close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=140_000)
    close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=140_000, note="Trả nhầm tiền thừa")
    assert balances()[Account.DIFFERENCE] == 10_000
    assert PaymentIncident.objects.get().kind == "cash"
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


def test_no_cash_into_a_closed_shift(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000)
    with pytest.raises(ActionError):
        collect(cast, owing)


def test_a_shift_belongs_to_its_cashier_and_the_head_of_the_unit(cast: Cast, shift: CashShift) -> None:
    with pytest.raises(Http404):
        close_shift(by=cast.other_office.cashier, shift_id=shift.pk, counted=50_000)
    assert close_shift(by=cast.office.head, shift_id=shift.pk, counted=50_000).closed_at


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("50000", 50_000), ("50.000", 50_000), ("1,250,000 đ", 1_250_000), (" 8 000 VND ", 8000), ("0", 0)],
)
def test_amounts_as_people_type_them(typed: str, amount: int) -> None:
    assert AmountField().clean(typed) == amount


@pytest.mark.parametrize("typed", ["", "năm mươi", "-5", "5.00", "1.2.3", "1e9", "９", "99999999999"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(ValidationError):
        AmountField().clean(typed)


def test_the_desk_in_the_browserless_web(client: Client, cast: Cast, owing: Dossier) -> None:
    client.force_login(cast.office.cashier)
    page = client.get("/thanh-toan/thu-ngan/")
    assert owing.code in page.content.decode()
    assert "100.000" in page.content.decode()
    unit = cast.office.unit.pk
    client.post("/thanh-toan/thu-ngan/ca/mo/", {"unit": unit, "opening_float": "50.000"})
    collect_url = f"/thanh-toan/thu-ngan/ho-so/{owing.code}/"
    key = client.get(collect_url).context["form"]["client_key"].value()
    change = client.get(f"{collect_url}tien-thua/", {"tendered": "150.000"})
    assert "50.000" in change.content.decode()
    too_little = client.post(collect_url, {"tendered": "5", "payer_name": "A", "client_key": str(key)})
    assert too_little.status_code == 422
    assert not Payment.objects.exists()
    done = client.post(
        collect_url, {"tendered": "150.000", "payer_name": "A", "client_key": str(key)}, follow=True
    )
    text = done.content.decode()
    assert "26TAB 00000001" in text
    assert done.context["change"] == 50_000
    shift = CashShift.objects.get()
    sheet = f"/thanh-toan/thu-ngan/ca/{shift.pk}/"
    assert client.post(sheet, {"counted": "1"}).status_code == 422
    closed = client.post(sheet, {"counted": "150000"}, follow=True).content.decode()
    assert "26TAB 00000001" in closed
    assert (
        owing.code not in client.get("/thanh-toan/thu-ngan/", headers={"HX-Request": "true"}).content.decode()
    )

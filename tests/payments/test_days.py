"""Card slips, handing over, closing the unit's day, closing sheets."""

from __future__ import annotations

import datetime
import io
import uuid
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.desk import close_day, close_shift, collect_card, confirm_handover, open_shift
from payments.models import Account, CashShift, Payment, Receipt, UnitDay
from payments.querysets import day_sheet
from portal.lib import clock
from tests.cast import Cast
from tests.payments import make
from tests.payments.test_at_once import at_once
from tests.payments.test_desk import balances, collect

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift(cast: Cast) -> CashShift:
    return open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=50_000)


def card(cast: Cast, dossier: Dossier, slip: str = "632811234567", terminal: str = "60012345") -> Payment:
    return collect_card(by=cast.office.cashier, code=dossier.code, terminal=terminal, slip=slip)


def close(cast: Cast, day: datetime.date | None = None, by: Any = None) -> UnitDay:
    return close_day(by=by or cast.office.head, unit_code=cast.office.unit.code, day=day or clock.today())


def test_a_slip_pays_once_for_one_dossier(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    payment = card(cast, owing)
    assert (payment.provider, payment.state, payment.provider_reference) == (
        "card",
        "settled",
        "60012345-632811234567",
    )
    assert card(cast, owing) == payment
    assert balances() == {Account.CARD: 100_000, Account.REVENUE_CHARGE: -100_000}
    with pytest.raises(ActionError) as refused:
        card(cast, make.owing(cast))
    assert refused.value.field == "slip"
    assert Receipt.objects.count() == 1
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


def test_a_card_fills_no_drawer(cast: Cast, shift: CashShift, owing: Dossier) -> None:
    card(cast, owing)
    closed = close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000)
    assert closed.difference == 0


def test_a_card_needs_a_shift_and_the_right(cast: Cast, owing: Dossier) -> None:
    with pytest.raises(ActionError):
        card(cast, owing)
    with pytest.raises(PermissionDenied):
        collect_card(by=cast.office.counter, code=owing.code, terminal="1234", slip="1234")
    with pytest.raises(Http404):
        collect_card(by=cast.other_office.cashier, code=owing.code, terminal="1234", slip="1234")


def test_handing_over_is_confirmed_by_the_receiver(cast: Cast, shift: CashShift) -> None:
    with pytest.raises(ActionError):
        close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000, handed_to=cast.office.cashier)
    with pytest.raises(ActionError):
        close_shift(
            by=cast.office.cashier, shift_id=shift.pk, counted=50_000, handed_to=cast.other_office.head
        )
    close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000, handed_to=cast.office.head)
    with pytest.raises(PermissionDenied):
        confirm_handover(by=cast.office.cashier, shift_id=shift.pk)
    with pytest.raises(Http404):
        confirm_handover(by=cast.other_office.head, shift_id=shift.pk)
    first = confirm_handover(by=cast.office.head, shift_id=shift.pk).received_at
    assert confirm_handover(by=cast.office.head, shift_id=shift.pk).received_at == first


def test_a_day_is_closed_when_every_shift_is(cast: Cast, shift: CashShift) -> None:
    with pytest.raises(ActionError):
        close(cast)
    close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000, handed_to=cast.office.head)
    with pytest.raises(ActionError):
        close(cast)
    confirm_handover(by=cast.office.head, shift_id=shift.pk)
    with pytest.raises(PermissionDenied):
        close(cast, by=cast.office.cashier)
    with pytest.raises(Http404):
        close(cast, by=cast.other_office.head)
    with pytest.raises(ActionError):
        close(cast, clock.today() + datetime.timedelta(days=1))
    day = close(cast)
    assert close(cast).closed_at == day.closed_at
    with pytest.raises(ActionError):
        open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)


def test_the_database_locks_the_day(cast: Cast, shift: CashShift) -> None:
    day = shift.day
    with pytest.raises(IntegrityError, match="open or its cash"), transaction.atomic():
        UnitDay.objects.filter(pk=day.pk).update(closed_at=clock.now(), closed_by=cast.office.head)
    close_shift(by=cast.office.cashier, shift_id=shift.pk, counted=50_000)
    close(cast)
    with pytest.raises(IntegrityError, match="day is closed"), transaction.atomic():
        CashShift.objects.create(
            cashier=cast.office.cashier, unit=cast.office.unit, day=day, opened_at=clock.now()
        )
    for change in ({"closed_at": None, "closed_by": None}, {"closed_by": cast.office.cashier}):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            UnitDay.objects.filter(pk=day.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_closing_the_day_and_opening_a_shift_at_once(cast: Cast) -> None:
    """Whichever comes first: never an open shift on a closed day."""

    def act(index: int) -> Any:
        if index % 2:
            return close(cast)
        return open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)

    results = at_once(6, act)
    assert all(isinstance(result, (CashShift, UnitDay, ActionError)) for result in results)
    day = UnitDay.objects.get()
    assert not (day.closed_at and day.shifts.filter(closed_at=None).exists())
    assert day.shifts.count() + bool(day.closed_at) == 1


@pytest.mark.django_db(transaction=True)
def test_one_slip_at_two_dossiers_at_once(cast: Cast, shift: CashShift) -> None:
    dossiers = [make.owing(cast) for _number in range(2)]
    results = at_once(4, lambda index: card(cast, dossiers[index % 2]))
    assert Payment.objects.filter(provider="card", state="settled", is_surplus=False).count() == 1
    assert Receipt.objects.count() == 1
    assert sum(isinstance(result, Payment) for result in results) >= 1
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


def test_the_pages_and_sheets(cast: Cast, owing: Dossier, client: Client) -> None:
    client.force_login(cast.office.cashier)
    shift = open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    url = f"/thanh-toan/thu-ngan/ho-so/{owing.code}/"
    form = {
        "method": "card",
        "payer_name": "A",
        "client_key": str(uuid.uuid4()),
        "terminal": "",
        "slip": "12 34",
    }
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert {"terminal", "slip"} <= refused.context["form"].errors.keys()
    assert client.post(url, {**form, "terminal": "60012345", "slip": "632811234567"}).status_code == 302
    collect(cast, make.owing(cast))
    sheet = f"/thanh-toan/thu-ngan/ca/{shift.pk}/"
    assert client.get(f"{sheet}bang-ke/").status_code == 404
    client.post(sheet, {"counted": "100.000", "handed_to": cast.office.head.pk})
    data = client.get(f"{sheet}bang-ke/").content
    assert len(pikepdf.open(io.BytesIO(data)).pages) == 1
    head = Client()
    head.force_login(cast.office.head)
    assert "Xác nhận đã nhận đủ tiền" in head.get(sheet).content.decode()
    head.post(f"{sheet}nhan/")
    day = f"/thanh-toan/thu-ngan/ngay/{cast.office.unit.code}/{clock.today()}/"
    assert "Khóa sổ ngày" in head.get(day).content.decode()
    assert "Khóa sổ ngày" not in client.get(day).content.decode()
    head.post(day)
    assert "Đã khóa sổ" in head.get(day).content.decode()
    assert head.get(f"{day}bang-ke/").content.startswith(b"%PDF-")
    assert head.get(day.replace(str(clock.today()), "2026-13-01")).status_code == 404
    totals = day_sheet(cast.office.unit, clock.today())
    assert (totals.total, sorted(road for road, _count, _sum in totals.by_road)) == (
        200_000,
        ["card", "cash"],
    )

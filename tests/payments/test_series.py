"""Registered series and allotted ranges: two persons, one in use, small to large, no number twice."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import invariants
from payments.actions.desk import collect_cash, open_shift
from payments.actions.receipts import SeriesFullError, take_number
from payments.actions.series import allot_range, decide_series, propose_series
from payments.models import Receipt, ReceiptBook
from portal.lib import clock
from procedures.models import FeeKind
from tests.cast import Cast
from tests.dossiers.test_two_at_once import at_once

pytestmark = pytest.mark.django_db


def propose(cast: Cast, **changes: Any) -> ReceiptBook:
    known = {
        "by": cast.office.cashier,
        "unit": cast.office.unit,
        "kind": FeeKind.CHARGE,
        "symbol": f"{clock.today():%y}TBC",
        "year": clock.today().year,
        "registration": "12/TB-CT ngày 01/08/2026",
    }
    return propose_series(**{**known, **changes})


def approved(cast: Cast, **changes: Any) -> ReceiptBook:
    return decide_series(by=cast.office.head, book_id=propose(cast, **changes).pk, approve=True)


def collect(cast: Cast, dossier: Dossier) -> Receipt:
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=dossier.code, tendered=100_000, client_key=uuid.uuid4())
    return Receipt.objects.latest("pk")


def test_an_approved_series_takes_the_place_of_the_sample(cast: Cast, owing: Dossier) -> None:
    with transaction.atomic():
        sample, _number = take_number(cast.office.unit.pk, FeeKind.CHARGE, clock.today())
    assert sample.is_sample
    book = approved(cast)
    assert book.opened_at is not None
    receipt = collect(cast, owing)
    assert (receipt.book, receipt.number) == (book, 1)
    sample.refresh_from_db()
    assert sample.closed_at is not None
    assert decide_series(by=cast.office.head, book_id=book.pk, approve=False).closed_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"symbol": "AA-26E"}, "symbol"),
        ({"symbol": "19TAA"}, "symbol"),
        ({"symbol": f"{clock.today():%y}TIO"}, "symbol"),
        ({"year": 2020}, "year"),
        ({"registration": " "}, "registration"),
        ({"last": 100_000_000}, "last_number"),
    ],
)
def test_what_cannot_be_declared(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ActionError) as refused:
        propose(cast, **changes)
    assert refused.value.field == field


def test_two_persons_of_the_unit(cast: Cast) -> None:
    book = propose(cast)
    with pytest.raises(ActionError, match="đã được khai"):
        propose(cast)
    with pytest.raises(PermissionDenied):
        propose(cast, by=cast.office.head)
    with pytest.raises(PermissionDenied):
        decide_series(by=cast.office.cashier, book_id=book.pk, approve=True)
    with pytest.raises(Http404):
        decide_series(by=cast.other_office.head, book_id=book.pk, approve=True)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        ReceiptBook.objects.filter(pk=book.pk).update(approved_by=book.proposed_by, approved_at=clock.now())
    with pytest.raises(IntegrityError, match="open_when_approved"), transaction.atomic():
        ReceiptBook.objects.filter(pk=book.pk).update(opened_at=clock.now())


def test_ranges_go_from_small_to_large_and_show_the_principal(cast: Cast) -> None:
    series = approved(cast, last=100)
    other = cast.other_office
    first = allot_range(
        by=cast.office.cashier, book_id=series.pk, unit=other.unit, count=2, registration="UN 1"
    )
    second = allot_range(
        by=cast.office.cashier, book_id=series.pk, unit=other.unit, count=50, registration="UN 2"
    )
    assert [(one.first_number, one.last_number) for one in (first, second)] == [(101, 102), (103, 152)]
    for one in (first, second):
        decide_series(by=cast.office.head, book_id=one.pk, approve=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.opened_at is not None
    assert second.opened_at is None
    assert first.principal == cast.office.unit
    taken = []
    for _ in range(3):
        with transaction.atomic():
            taken.append(take_number(other.unit.pk, FeeKind.CHARGE, clock.today())[1])
    assert taken == [101, 102, 103]
    assert not [one for one in invariants.receipts_have_no_gap().findings if "share" in one.message]


def test_a_used_up_series_is_an_error_not_a_longer_number(cast: Cast) -> None:
    series = approved(cast, last=1)
    ReceiptBook.objects.filter(pk=series.pk).update(next_number=2)
    with pytest.raises(SeriesFullError), transaction.atomic():
        take_number(cast.office.unit.pk, FeeKind.CHARGE, clock.today())
    with pytest.raises(IntegrityError, match="within_range"), transaction.atomic():
        ReceiptBook.objects.filter(pk=series.pk).update(next_number=3)


def test_only_a_limited_registered_series_can_be_divided(cast: Cast) -> None:
    unlimited = approved(cast)
    with pytest.raises(ActionError):
        allot_range(
            by=cast.office.cashier,
            book_id=unlimited.pk,
            unit=cast.other_office.unit,
            count=5,
            registration="x",
        )
    limited = approved(cast, symbol=f"{clock.today():%y}TBD", last=10)
    with pytest.raises(ActionError) as own:
        allot_range(
            by=cast.office.cashier, book_id=limited.pk, unit=cast.office.unit, count=5, registration="x"
        )
    assert own.value.field == "unit"
    with pytest.raises(ActionError) as many:
        allot_range(
            by=cast.office.cashier,
            book_id=limited.pk,
            unit=cast.other_office.unit,
            count=99_999_999,
            registration="x",
        )
    assert many.value.field == "count"


@pytest.mark.django_db(transaction=True)
def test_eight_ranges_at_once_share_no_number(cast: Cast) -> None:
    series = approved(cast, last=10)
    outcomes = at_once(
        8,
        lambda _n: allot_range(
            by=cast.office.cashier, book_id=series.pk, unit=cast.other_office.unit, count=5, registration="UN"
        ),
    )
    assert sorted(one.first_number for one in outcomes) == [11, 16, 21, 26, 31, 36, 41, 46]


@pytest.mark.django_db(transaction=True)
def test_approving_while_numbers_are_taken_leaves_one_book_in_use(cast: Cast) -> None:
    book = propose(cast)

    def work(number: int) -> int:
        if number == 0:
            return decide_series(by=cast.office.head, book_id=book.pk, approve=True).pk
        with transaction.atomic():
            return take_number(cast.office.unit.pk, FeeKind.CHARGE, clock.today())[0].pk

    outcomes = at_once(6, work)
    assert all(isinstance(one, int) for one in outcomes), outcomes
    assert ReceiptBook.objects.in_use().get() == book


def test_the_screens(cast: Cast, client: Client) -> None:
    client.force_login(cast.office.cashier)
    form = {
        "unit": cast.office.unit.pk,
        "kind": "le_phi",
        "year": clock.today().year,
        "symbol": f"{clock.today():%y} tbc",
        "last_number": 100,
        "registration": "12/TB-CT",
    }
    bad = client.post(reverse("payments:declare-series"), {**form, "symbol": "XX"})
    assert bad.status_code == 422
    assert 'value="12/TB-CT"' in bad.content.decode()
    assert client.post(reverse("payments:declare-series"), form).status_code == 302
    book = ReceiptBook.objects.get()
    address = reverse("payments:book", args=[book.pk])
    assert "Chờ duyệt" in client.get(address).content.decode()
    client.force_login(cast.office.head)
    client.post(reverse("payments:decide-series", args=[book.pk]), {"decision": "approve"})
    client.force_login(cast.office.cashier)
    assert client.post(address, {"unit_code": "99999", "count": 5, "registration": "x"}).status_code == 422
    given = {"unit_code": cast.other_office.unit.code, "count": 5, "registration": "UN 1"}
    assert client.post(address, given).status_code == 302
    text = client.get(reverse("payments:books")).content.decode()
    assert "101" in text
    assert "105" in text

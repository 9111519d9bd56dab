"""Collection accounts: two persons, one at a time, verified before money goes there; VietQR on screen and paper."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import codes, collecting, vietqr
from payments.actions.accounts import decide_account, payment_code, verify_account
from payments.models import Bank, CollectionAccount, PaymentCode
from portal.accounts.models import Unit
from portal.lib import clock
from tests.cast import Cast, Office
from tests.factories import dossiers as factories
from tests.payments import make
from tests.payments.make import open_account, proposed
from tests.payments.test_at_once import at_once

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_proposes_another_approves_and_verifies(cast: Cast) -> None:
    account = proposed(cast.office)
    assert proposed(cast.office) == account
    with pytest.raises(ActionError):
        proposed(cast.office, number="999888777")
    assert collecting.account_for(cast.office.unit, clock.today()) is None
    decide_account(by=cast.office.head, account_id=account.pk, approve=True)
    assert collecting.account_for(cast.office.unit, clock.today()) is None  # approved, but nobody compared it
    verify_account(by=cast.office.head, account_id=account.pk, fits=True, evidence="Công văn 12/VPB")
    assert collecting.account_for(cast.office.unit, clock.today()) == account
    verify_account(
        by=cast.office.head, account_id=account.pk, fits=False, evidence="Điện thoại của ngân hàng"
    )
    assert collecting.account_for(cast.office.unit, clock.today()) is None


def test_who_may_not(cast: Cast) -> None:
    account = proposed(cast.office)
    with pytest.raises(PermissionDenied):
        proposed(Office(**{**vars(cast.office), "unit": cast.other_office.unit}))
    with pytest.raises(PermissionDenied):
        decide_account(by=cast.office.cashier, account_id=account.pk, approve=True)
    with pytest.raises(Http404):
        decide_account(by=cast.other_office.head, account_id=account.pk, approve=True)
    with pytest.raises(PermissionDenied):
        decide_account(by=cast.monitor, account_id=account.pk, approve=True)
    with pytest.raises(ActionError):
        verify_account(by=cast.office.head, account_id=account.pk, fits=True, evidence="x")


def test_the_database_demands_two_persons_and_a_known_bank(cast: Cast) -> None:
    account = proposed(cast.office)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        CollectionAccount.objects.filter(pk=account.pk).update(
            state="active", decided_by=account.asked_by, decided_at=clock.now()
        )
    CollectionAccount.objects.filter(pk=account.pk).update(bank="123456")
    with pytest.raises(IntegrityError):
        transaction.get_connection().check_constraints()


def test_a_new_account_ends_the_old_one_on_its_first_day(cast: Cast) -> None:
    old = open_account(cast.office)
    later = clock.today() + datetime.timedelta(days=3)
    new = open_account(cast.office, number="555666777", valid_from=later)
    old.refresh_from_db()
    assert old.valid_to == later
    assert collecting.account_for(cast.office.unit, clock.today()) == old
    assert collecting.account_for(cast.office.unit, later) == new
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        CollectionAccount.objects.filter(pk=old.pk).update(valid_to=None)


def test_an_account_of_the_past_and_a_bank_without_vietqr_are_refused(cast: Cast) -> None:
    with pytest.raises(ActionError) as past:
        proposed(cast.office, valid_from=clock.today() - datetime.timedelta(days=1))
    assert past.value.field == "valid_from"
    with pytest.raises(ActionError) as bank:
        proposed(cast.office, bank=Bank.objects.filter(transfer=False).first())
    assert bank.value.field == "bank"


def test_units_without_an_account_go_where_the_city_decides(
    cast: Cast, settings: Any, owing: Dossier
) -> None:
    assert collecting.transfer_of(owing, 100_000) is None
    open_account(cast.other_office)
    settings.PAYMENTS_DEFAULT_UNIT = cast.other_office.unit.code
    transfer = collecting.transfer_of(owing, 100_000)
    assert transfer is not None
    assert transfer.delegated
    assert transfer.account.unit == cast.other_office.unit
    state = collecting.states([cast.office.unit])[0]
    assert (state.usable, state.goes_to, state.ready) == (False, cast.other_office.unit, False)
    open_account(cast.office)
    assert not collecting.transfer_of(owing, 100_000).delegated  # type: ignore[union-attr]


def test_the_payload_carries_amount_account_and_code(cast: Cast, owing: Dossier) -> None:
    open_account(cast.office)
    transfer = collecting.transfer_of(owing, 100_000)
    assert transfer is not None
    fields = vietqr.parse(transfer.payload)
    assert (fields["38.01.00"], fields["38.01.01"], fields["54"]) == ("970432", "190368686868", "100000")
    assert codes.found_in(fields["62.08"]) == [PaymentCode.objects.get(dossier=owing).code]
    assert payment_code(dossier=owing).code == transfer.code


def test_qr_on_the_screen_and_on_the_slip(cast: Cast, owing: Dossier) -> None:
    url = f"/thanh-toan/{owing.code}/"
    slip = f"/thanh-toan/phieu/{owing.code}/"
    citizen = signed_in(cast.citizen)
    assert "VietQR" not in citizen.get(url).content.decode()
    assert citizen.get(slip).content.startswith(b"%PDF-")
    open_account(cast.office)
    page = citizen.get(url).content.decode()
    assert PaymentCode.objects.get(dossier=owing).code in page
    assert 'class="qr"' in page
    data = citizen.get(slip).content
    assert len(pikepdf.open(io.BytesIO(data)).pages) == 1
    assert signed_in(cast.other_citizen).get(slip).status_code == 404
    counter = signed_in(cast.office.cashier).get(f"/thanh-toan/thu-ngan/ho-so/{owing.code}/")
    assert "VietQR" in counter.content.decode()


def test_a_slip_of_nothing_does_not_exist(cast: Cast) -> None:
    dossier = factories.accepted(cast)
    assert signed_in(cast.citizen).get(f"/thanh-toan/phieu/{dossier.code}/").status_code == 404


def test_the_board_and_the_pages(cast: Cast, django_assert_max_num_queries: Any) -> None:
    city = signed_in(cast.monitor)
    with django_assert_max_num_queries(16):
        board = city.get("/thanh-toan/tai-khoan/")
    assert board.context["counts"]["without"] == len(board.context["rows"]) >= 126
    assert signed_in(cast.office.head).get("/thanh-toan/tai-khoan/").context["counts"]["all"] == 1
    assert signed_in(cast.citizen).get("/thanh-toan/tai-khoan/").status_code == 403
    cashier, head = signed_in(cast.office.cashier), signed_in(cast.office.head)
    url = f"/thanh-toan/tai-khoan/don-vi/{cast.office.unit.code}/"
    values = {
        "bank": "970432",
        "number": "1903 6868",
        "again": "19036869",
        "holder": "UBND",
        "valid_from": f"{clock.today():%d/%m/%Y}",
        "reason": "Công điện tháng 7",
    }
    wrong = cashier.post(url, values)
    assert wrong.status_code == 422
    assert "không giống nhau" in wrong.content.decode()
    assert "1903 6868" in wrong.content.decode()
    assert cashier.post(url, {**values, "again": "19036868"}).status_code == 302
    account = CollectionAccount.objects.get()
    assert "Duyệt tài khoản" not in cashier.get(url).content.decode()
    assert "Duyệt tài khoản" in head.get(url).content.decode()
    head.post(f"/thanh-toan/tai-khoan/{account.pk}/duyet/", {"decision": "approve", "evidence": ""})
    assert head.post(f"/thanh-toan/tai-khoan/{account.pk}/doi-chieu/", {"fits": "yes"}).status_code == 422
    head.post(f"/thanh-toan/tai-khoan/{account.pk}/doi-chieu/", {"fits": "yes", "evidence": "CV 1"})
    account.refresh_from_db()
    assert (account.state, account.verification) == ("active", "verified")
    assert signed_in(cast.other_office.head).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_propose_and_two_approve_at_once(cast: Cast) -> None:
    results = at_once(4, lambda index: proposed(cast.office, number=f"12345{index}"))
    account = CollectionAccount.objects.get()
    assert sum(result == account for result in results) == 1
    assert sum(isinstance(result, ActionError) for result in results) == 3
    at_once(
        4, lambda index: decide_account(by=cast.office.head, account_id=account.pk, approve=index % 2 == 0)
    )
    account.refresh_from_db()
    assert account.state in {"active", "declined"}
    assert CollectionAccount.history.filter(id=account.pk).count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_code_however_many_ask(cast: Cast) -> None:
    dossier = make.owing(cast)
    PaymentCode.objects.all().delete()
    found = {row.code for row in at_once(6, lambda _index: payment_code(dossier=dossier))}
    assert found == {PaymentCode.objects.get().code}


def test_readiness_counts_people(cast: Cast) -> None:
    state = collecting.states(Unit.objects.filter(pk=cast.office.unit.pk))[0]
    assert (state.cashiers, state.approvers, state.registered) == (1, 1, False)

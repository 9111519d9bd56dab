"""Three lists of one day: equal, or a work item with an owner; what each unit remits; what the role may do."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from dossiers.models import Dossier
from payments import reconciling
from payments.actions.desk import open_shift
from payments.actions.reconciling import check_day, reconcile, take_report
from payments.actions.refunds import pay_out
from payments.actions.statements import import_statement
from payments.gateways import Reported
from payments.management.commands.app_role import ONLY_GROWS
from payments.models import DayBalance, Payment, PaymentIncident, Receipt, RetainedShare
from payments.querysets import owner_for
from portal.accounts.models import Unit
from portal.lib import clock
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import Simulator, eventually, pay
from tests.payments.make import csv_of, one_line, open_account
from tests.payments.test_at_once import at_once
from tests.payments.test_refunds import asked, decided, take_cash
from tests.payments.test_simulator import fetch

pytestmark = pytest.mark.django_db


def report(*lines: tuple[str, int]) -> list[Reported]:
    return [Reported(reference, f"9{number}", amount) for number, (reference, amount) in enumerate(lines)]


def today() -> datetime.date:
    return clock.today()


def balance(provider: str) -> DayBalance:
    return DayBalance.objects.get(provider=provider, day=today(), unit__isnull=False)


def test_a_day_that_agrees(cast: Cast, attempt: Payment) -> None:
    pay(attempt)
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    take_cash(cast, make.both_kinds(cast))
    take_report(provider="vnpay", day=today(), lines=report((attempt.reference, 100_000)))
    check_day(day=today())
    check_day(day=today())
    assert [
        (row.provider, row.outside, row.ledger, row.receipts)
        for row in DayBalance.objects.order_by("provider")
    ] == [
        ("cash", None, 108_000, 108_000),
        ("vnpay", 100_000, 100_000, 100_000),
    ]
    assert all(row.agrees for row in DayBalance.objects.all())
    assert not PaymentIncident.objects.exists()


@pytest.mark.parametrize(
    ("lines", "there", "here"),
    [
        (lambda _reference: [], None, 100_000),
        (lambda reference: [(reference, 99_999)], 99_999, 100_000),
        (lambda reference: [(reference, 100_001)], 100_001, 100_000),
        (lambda reference: [(reference, 100_000), ("LA1", 5000)], 5000, None),
    ],
    ids=["missing there", "less there", "more there", "missing here"],
)
def test_every_difference_is_work_with_an_owner(
    cast: Cast, attempt: Payment, lines: Any, there: int | None, here: int | None
) -> None:
    pay(attempt)
    take_report(provider="vnpay", day=today(), lines=report(*lines(attempt.reference)))
    for _time in range(2):
        check_day(day=today())
    items = list(PaymentIncident.objects.filter(kind="difference"))
    assert {(item.facts.get("there"), item.facts.get("here")) for item in items} >= {(there, here)}
    for item in items:
        assert item.owner == (cast.office.cashier if item.unit else cast.system)
    assert not all(row.agrees for row in DayBalance.objects.all())


def test_a_receipt_that_is_missing_shows(cast: Cast, attempt: Payment) -> None:
    pay(attempt)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_receipt DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_receipt SET total = total - 1")
    check_day(day=today())
    row = balance("vnpay")
    assert (row.outside, row.ledger, row.receipts, row.agrees) == (None, 100_000, 99_999, False)


def test_a_surplus_needs_no_receipt(cast: Cast, attempt: Payment, owing: Dossier) -> None:
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    take_cash(cast, owing)
    pay(attempt)
    take_report(provider="vnpay", day=today(), lines=report((attempt.reference, 100_000)))
    assert all(row.agrees for row in check_day(day=today()))


def test_transfers_agree_once_they_are_assigned(cast: Cast, owing: Dossier) -> None:
    account = open_account(cast.office)
    day = f"{today():%d/%m/%Y}"
    code = owing.payment_code.code
    import_statement(by=None, account=account, name="a", data=csv_of(f"{day};100000;;{code};FT1;A"))
    check_day(day=today())
    assert balance("transfer").agrees
    one_line(account)
    check_day(day=today())
    row = balance("transfer")
    assert (row.outside, row.ledger, row.agrees) == (112_345, 100_000, False)


def test_a_gateway_without_a_list_is_work(cast: Cast, attempt: Payment) -> None:
    pay(attempt)
    reconcile(day=today())
    reconcile(day=today())
    item = PaymentIncident.objects.get()
    assert (item.kind, item.owner) == ("no_report", cast.system)
    assert balance("vnpay").outside is None


def test_who_gets_the_work(cast: Cast) -> None:
    assert owner_for(cast.office.unit.pk) == cast.office.cashier
    cast.office.cashier.is_active = False
    cast.office.cashier.save(update_fields=["is_active"])
    assert owner_for(cast.office.unit.pk) == cast.office.head
    assert owner_for(Unit.objects.get(code="00008").pk) is None
    assert owner_for(None) == cast.system


@pytest.mark.django_db(transaction=True)
def test_the_list_comes_over_sockets(
    cast: Cast, owing: Dossier, simulator: Simulator, client: Client, settings: Any
) -> None:
    settings.VNPAY_REPORT_URL = f"{simulator.url}/danh-sach?provider=vnpay"
    settings.NATIONAL_PAY_REPORT_URL = f"{simulator.url}/danh-sach?provider=national"
    client.force_login(cast.citizen)
    fetch(client.post(f"/thanh-toan/{owing.code}/nop/")["Location"])
    payment = Payment.objects.get()
    simulator.control("pay", reference=payment.reference)
    eventually(lambda: Receipt.objects.exists())
    day = clock.today()
    assert all(row.agrees for row in reconcile(day=day))
    assert balance("vnpay").outside == 100_000
    assert not PaymentIncident.objects.exists()
    out = io.StringIO()
    call_command("reconcile", "--day", str(day), stdout=out)
    assert "outside 100000, ledger 100000, receipts 100000: agrees" in out.getvalue()


def test_the_command_reads_a_file_and_fails_on_a_difference(attempt: Payment, tmp_path: Path) -> None:
    pay(attempt)
    file = tmp_path / "list.csv"
    file.write_text(f"reference,provider_reference,amount\n{attempt.reference},1,1\n")
    out = io.StringIO()
    arguments = ["--day", str(today()), "--provider", "vnpay", "--report", str(file)]
    with pytest.raises(CommandError, match="differs"):
        call_command("reconcile", *arguments, stdout=out)
    assert "DIFFERS" in out.getvalue()
    file.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="cannot read"):
        call_command("reconcile", *arguments)


def test_remittance_keeps_the_share_of_the_day(cast: Cast) -> None:
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    payment = take_cash(cast, make.both_kinds(cast))
    first, last = today().replace(day=1), today()

    def rows() -> dict[str, tuple[int, int | None, int | None]]:
        found = reconciling.remittance([cast.office.unit], first, last)
        return {row.code: (row.collected, row.retained, row.remitted) for row in found}

    assert rows() == {"phi": (8000, None, None), "lephi": (100_000, 0, 100_000)}
    RetainedShare.objects.create(
        code="phi", percent=50, legal_basis="Thử", valid_from=datetime.date(2020, 1, 1), valid_to=today()
    )
    RetainedShare.objects.create(code="phi", percent=33, legal_basis="Thử", valid_from=today())
    assert rows()["phi"] == (8000, 2640, 5360)
    refund = decided(
        cast, asked(cast, payment, way="cash", amount=3000, receipt=payment.receipts.get(kind="phi"))
    )
    pay_out(by=cast.office.cashier, refund_id=refund.pk)
    assert rows()["phi"] == (5000, 1650, 3350)
    assert reconciling.remittance([cast.other_office.unit], first, last) == []


def test_the_pages(cast: Cast, attempt: Payment) -> None:
    pay(attempt)
    take_report(provider="vnpay", day=today(), lines=report((attempt.reference, 1)))
    check_day(day=today())
    head, far, city = Client(), Client(), Client()
    for client, user in ((head, cast.office.head), (far, cast.other_office.head), (city, cast.monitor)):
        client.force_login(user)
    url = f"/thanh-toan/doi-soat/?day={today()}"
    page = head.get(url).content.decode()
    assert "Chênh lệch" in page
    assert attempt.reference in page
    assert cast.office.cashier.full_name in page
    assert "100.000" in city.get(url).content.decode()
    assert "100.000" not in far.get(url).content.decode()
    assert head.get("/thanh-toan/doi-soat/?day=x").status_code == 200
    month = head.get(f"/thanh-toan/nop-ngan-sach/?month={today():%Y-%m}").content.decode()
    assert "100.000" in month
    file = head.get(f"/thanh-toan/nop-ngan-sach/?month={today():%Y-%m}&format=csv").content.decode()
    assert ",100000,0,0,100000" in file
    assert head.get("/thanh-toan/nop-ngan-sach/?month=2026-13").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_checks_at_once(cast: Cast, attempt: Payment) -> None:
    pay(attempt)
    lines = report((attempt.reference, 1))

    def act(_index: int) -> Any:
        take_report(provider="vnpay", day=today(), lines=lines)
        return check_day(day=today())

    assert all(isinstance(result, list) for result in at_once(4, act))
    assert DayBalance.objects.count() == 1
    assert PaymentIncident.objects.filter(kind="difference").count() == 2


def test_the_grants_let_the_ledger_only_grow() -> None:
    out = io.StringIO()
    call_command("app_role", "portal_app", stdout=out)
    lines = out.getvalue().splitlines()
    for table in ONLY_GROWS:
        assert f'GRANT SELECT, INSERT ON "{table}" TO "portal_app";' in lines
        assert f'REVOKE ALL ON "{table}" FROM "portal_app";' in lines
    assert 'GRANT SELECT, INSERT, UPDATE, DELETE ON "payments_payment" TO "portal_app";' in lines


def test_the_applications_role_may_only_add_to_the_ledger(attempt: Payment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("this server's account makes no roles; the external run does")
        cursor.execute("CREATE ROLE app_role_of_a_test NOLOGIN")
        call_command("app_role", "app_role_of_a_test", "--apply", stdout=io.StringIO())
        cursor.execute("SET LOCAL ROLE app_role_of_a_test")
        cursor.execute("SELECT count(*) FROM payments_ledgerentry")
        for statement in (
            "UPDATE payments_ledgerentry SET amount = 1",
            "DELETE FROM payments_receipt",
            "TRUNCATE payments_ledgerentry",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("UPDATE payments_payment SET checks = checks")
        cursor.execute("RESET ROLE")
    with pytest.raises(CommandError):
        call_command("app_role", "x; DROP TABLE y")

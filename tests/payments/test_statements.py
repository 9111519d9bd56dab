"""Bank statements: once whatever comes twice, sure matches, near misses for a person, splits; all through settle."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import Http404
from django.test import Client

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import codes, invariants, matching
from payments.actions.desk import open_shift
from payments.actions.statements import assign_line, import_statement, match_untried, set_line_aside
from payments.matching import Why
from payments.models import (
    Account,
    CollectionAccount,
    LedgerEntry,
    Payment,
    PaymentCode,
    PaymentIncident,
    Receipt,
    Statement,
    StatementLine,
)
from payments.statements import StatementError
from portal.lib import clock
from tests.cast import Cast
from tests.payments import make
from tests.payments.make import csv_of, one_line, open_account
from tests.payments.test_at_once import at_once
from tests.payments.test_desk import collect

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(cast: Cast) -> CollectionAccount:
    return open_account(cast.office)


def code_of(dossier: Dossier) -> str:
    return PaymentCode.objects.get(dossier=dossier).code


def row(text: str, amount: int = 100_000, reference: str = "FT1", payer: str = "TRAN THI LA") -> str:
    return f"{clock.today():%d/%m/%Y};{amount};;{text};{reference};{payer}"


def take(account: CollectionAccount, *rows: str, name: str = "sao-ke.csv") -> Statement:
    return import_statement(by=None, account=account, name=name, data=csv_of(*rows))


def balances() -> dict[str, int]:
    rows = LedgerEntry.objects.order_by().values("account").annotate(total=Sum("amount"))
    return {found["account"]: found["total"] for found in rows if found["total"]}


def holds() -> None:
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4
    waiting = (
        StatementLine.objects.filter(state="open", currency="VND").aggregate(total=Sum("amount"))["total"]
        or 0
    )
    assert balances().get(Account.TO_ASSIGN, 0) == -waiting
    for line in StatementLine.objects.filter(state="assigned"):
        assert line.payments.aggregate(total=Sum("amount"))["total"] == line.amount


def test_a_transfer_with_its_code_pays(account: CollectionAccount, owing: Dossier) -> None:
    found = take(account, row(f"MBVCB.1.{code_of(owing).lower()}.CT tu 0011"))
    assert (found.rows_new, found.rows_known, found.bad_rows) == (1, 0, [])
    owing.refresh_from_db()
    assert owing.money == "paid"
    payment = Payment.objects.get()
    assert (payment.provider, payment.source, payment.state) == ("transfer", "bank", "settled")
    assert Receipt.objects.get().payment == payment
    assert balances() == {Account.BANK: 100_000, Account.REVENUE_CHARGE: -100_000}
    assert not PaymentIncident.objects.exists()
    holds()


def test_same_file_overlapping_file_same_line(account: CollectionAccount, cast: Cast, owing: Dossier) -> None:
    other = make.owing(cast)
    one, two = row(code_of(owing)), row(code_of(other), reference="FT2")
    first = take(account, one)
    assert take(account, one, name="lan-hai.csv") == first
    second = take(account, one, two, two)
    assert (second.rows_new, second.rows_known) == (1, 2)
    assert StatementLine.objects.count() == Payment.objects.count() == 2
    assert balances()[Account.BANK] == 200_000
    holds()


def test_damaged_lines_are_named_and_the_rest_goes_in(account: CollectionAccount, owing: Dossier) -> None:
    found = take(account, "hôm qua;1;;x;FT9;", row(code_of(owing)), f"{clock.today():%d/%m/%Y};mười;;y;FT8;")
    assert found.bad_rows == [[4, "day"], [6, "amount"]]
    assert found.lines.get().state == "assigned"


def test_a_statement_of_another_account_is_refused(account: CollectionAccount) -> None:
    data = b"So tai khoan: 99998888\n" + csv_of(row("x"))
    with pytest.raises(StatementError, match="other_account"):
        import_statement(by=None, account=account, name="x.csv", data=data)
    assert not Statement.objects.exists()


@pytest.mark.parametrize("off", [-1, 1])
def test_amount_off_by_one_is_a_proposal(
    account: CollectionAccount, cast: Cast, owing: Dossier, off: int
) -> None:
    line = take(account, row(code_of(owing), 100_000 + off)).lines.get()
    assert line.state == "open"
    assert PaymentIncident.objects.get().kind == "transfer"
    assert [one.why for one in matching.proposals(line)] == [Why.AMOUNT_OFF]
    holds()
    assign_line(by=cast.office.cashier, line_id=line.pk, parts=[(code_of(owing), 100_000 + off)])
    owing.refresh_from_db()
    payment = Payment.objects.get()
    assert (owing.money, payment.is_surplus) == ("due", True)  # not what is owed: it waits as a surplus
    assert not Receipt.objects.exists()
    assert PaymentIncident.objects.get(kind="transfer").settled_by == cast.office.cashier
    holds()


def test_too_much_pays_and_the_rest_is_a_surplus(
    account: CollectionAccount, cast: Cast, owing: Dossier
) -> None:
    line = take(account, row(code_of(owing), 150_000)).lines.get()
    parts = [(owing.code, 100_000), (owing.code, 50_000)]
    assign_line(by=cast.office.cashier, line_id=line.pk, parts=parts)
    owing.refresh_from_db()
    assert owing.money == "paid"
    assert sorted(Payment.objects.values_list("amount", "is_surplus")) == [(50_000, True), (100_000, False)]
    assert balances()[Account.SURPLUS] == -50_000
    holds()


def test_near_code_and_name_are_proposed(account: CollectionAccount, cast: Cast, owing: Dossier) -> None:
    code = code_of(owing)
    wrong = code[:5] + next(letter for letter in codes.ALPHABET if letter != code[5]) + code[6:]
    near = take(account, row(wrong)).lines.get()
    assert [(one.dossier, one.why) for one in matching.proposals(near)] == [(owing, Why.NEAR_CODE)]
    named = take(account, row("nop phi", reference="FT2", payer="NGUYEN THI NGOC ANH")).lines.get()
    assert [(one.dossier, one.why) for one in matching.proposals(named)] == [(owing, Why.NAME)]
    nobody = take(account, row("nop phi", reference="FT3", payer="LE VAN XA")).lines.get()
    assert matching.proposals(nobody) == []
    assign_line(by=cast.office.cashier, line_id=near.pk, parts=[(owing.code, 100_000)])
    owing.refresh_from_db()
    assert owing.money == "paid"
    holds()


def test_one_transfer_for_several_dossiers(account: CollectionAccount, cast: Cast, owing: Dossier) -> None:
    others = [make.owing(cast) for _number in range(2)]
    text = " ".join(code_of(each) for each in (owing, others[0]))
    sure = take(account, row(text, 200_000)).lines.get()
    assert (sure.state, sure.payments.count(), sure.done_by) == ("assigned", 2, None)
    third = take(account, row(f"{code_of(others[1])} va no cu", 250_000, "FT2")).lines.get()
    assert third.state == "open"
    holds()


def test_a_paid_dossier_paid_again_is_a_surplus(account: CollectionAccount, owing: Dossier) -> None:
    take(account, row(code_of(owing)))
    take(account, row(code_of(owing), reference="FT2"))
    assert Payment.objects.filter(is_surplus=True).count() == Receipt.objects.count() == 1
    assert PaymentIncident.objects.get().kind == "surplus"
    holds()


def test_what_a_person_may_not_say(account: CollectionAccount, cast: Cast, owing: Dossier) -> None:
    line = take(account, row("gi do")).lines.get()
    cashier = cast.office.cashier
    for parts in (
        [],
        [(owing.code, 99_999)],
        [(owing.code, 100_001), (owing.code, -1)],
        [("HNP22222222", 100_000)],
    ):
        with pytest.raises(ActionError):
            assign_line(by=cashier, line_id=line.pk, parts=parts)
    with pytest.raises(Http404):
        assign_line(by=cast.other_office.cashier, line_id=line.pk, parts=[(owing.code, 100_000)])
    with pytest.raises(PermissionDenied):
        assign_line(by=cast.office.head, line_id=line.pk, parts=[(owing.code, 100_000)])
    with pytest.raises(Http404):
        set_line_aside(by=cast.monitor, line_id=line.pk, note="x")
    with pytest.raises(PermissionDenied):
        import_statement(by=cast.other_office.cashier, account=account, name="x", data=csv_of(row("y")))
    assert not Payment.objects.exists()


def test_another_units_dossier_only_where_the_city_said_so(cast: Cast, owing: Dossier, settings: Any) -> None:
    far = open_account(cast.other_office)
    line = take(far, row(code_of(owing))).lines.get()
    assert line.state == "open"
    assert matching.proposals(line) == []
    with pytest.raises(ActionError):
        assign_line(by=cast.other_office.cashier, line_id=line.pk, parts=[(code_of(owing), 100_000)])
    settings.PAYMENTS_DEFAULT_UNIT = cast.other_office.unit.code
    assign_line(by=cast.other_office.cashier, line_id=line.pk, parts=[(code_of(owing), 100_000)])
    assert Receipt.objects.get().unit == cast.office.unit
    holds()


def test_no_fee_is_set_aside_with_words(account: CollectionAccount, cast: Cast) -> None:
    line = one_line(account)
    with pytest.raises(ActionError):
        set_line_aside(by=cast.office.cashier, line_id=line.pk, note=" ")
    for words in ("Lãi tiền gửi", "lần hai"):
        assert set_line_aside(by=cast.office.cashier, line_id=line.pk, note=words).note == "Lãi tiền gửi"
    assert balances() == {Account.BANK: 12_345, Account.OTHER: -12_345}
    assert not PaymentIncident.objects.filter(settled_at=None).exists()
    holds()


def test_equal_lines_without_a_reference_are_for_a_person(account: CollectionAccount, owing: Dossier) -> None:
    same = row(code_of(owing), reference="")
    found = take(account, same, same)
    assert sorted(found.lines.values_list("doubtful", "state")) == [(False, "assigned"), (True, "open")]
    assert take(account, same, row("khac", reference="FT7"), same).rows_known == 2


def test_foreign_money_is_a_work_item(account: CollectionAccount, cast: Cast, owing: Dossier) -> None:
    day = f"{clock.today():%d/%m/%Y}"
    data = f"Ngày,Số tiền,Nội dung,Loại tiền,Số tham chiếu\n{day},100000,{code_of(owing)},USD,F1".encode()
    line = import_statement(by=None, account=account, name="usd.csv", data=data).lines.get()
    assert (line.state, PaymentIncident.objects.get().kind) == ("open", "currency")
    with pytest.raises(ActionError):
        assign_line(by=cast.office.cashier, line_id=line.pk, parts=[(owing.code, 100_000)])
    set_line_aside(by=cast.office.cashier, line_id=line.pk, note="Ngoại tệ, đã báo ngân hàng")
    assert balances() == {Account.RECEIVABLE: 100_000, Account.REVENUE_CHARGE: -100_000}


def test_money_of_the_old_year_gets_a_receipt_of_the_old_year(cast: Cast) -> None:
    hanoi = datetime.timezone(datetime.timedelta(hours=7))
    with clock.at(datetime.datetime(2026, 12, 31, 9, tzinfo=hanoi)):
        account = open_account(cast.office)
        dossier = make.owing(cast)
    with clock.at(datetime.datetime(2027, 1, 2, 9, tzinfo=hanoi)):
        take(account, f"31/12/2026 23:59:59;100000;;{code_of(dossier)};FT1;A")
    receipt = Receipt.objects.get()
    assert (receipt.collected_on, receipt.book.year) == (datetime.date(2026, 12, 31), 2026)


def test_what_the_bank_said_is_never_changed(account: CollectionAccount) -> None:
    line = one_line(account)
    for change in ({"amount": 1}, {"text": "y"}, {"key": "z"}):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            StatementLine.objects.filter(pk=line.pk).update(**change)


def test_lines_of_a_cut_off_import_are_looked_at_later(
    account: CollectionAccount, owing: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(**_values: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("payments.actions.statements.match_line", cut_off)
        with pytest.raises(ConnectionError):
            take(account, row(code_of(owing)), row("x", reference="FT2"))
    assert set(StatementLine.objects.values_list("state", flat=True)) == {"open"}
    assert (match_untried(), match_untried()) == (2, 0)
    assert StatementLine.objects.get(reference="FT1").state == "assigned"
    holds()


def test_the_command(account: CollectionAccount, owing: Dossier, tmp_path: Path) -> None:
    file = tmp_path / "sao-ke.csv"
    file.write_bytes(csv_of(row(code_of(owing)), "x;1;;a;b;c"))
    out = io.StringIO()
    call_command("import_statement", str(file), account=account.number, stdout=out)
    assert "1 new lines, 0 known, 1 damaged" in out.getvalue()
    assert "line 5: day" in out.getvalue()
    for wrong in ({"account": "1234"}, {"account": account.number, "file": str(tmp_path / "none")}):
        with pytest.raises(CommandError):
            call_command("import_statement", wrong.get("file", str(file)), account=wrong["account"])


def test_the_pages(account: CollectionAccount, cast: Cast, owing: Dossier, client: Client) -> None:
    client.force_login(cast.office.cashier)
    url = "/thanh-toan/sao-ke/nap/"
    bad = io.BytesIO(b"a,b\n1,2")
    bad.name = "x.csv"
    refused = client.post(url, {"account": account.pk, "file": bad})
    assert refused.status_code == 422
    assert "dòng tiêu đề" in refused.content.decode()
    file = io.BytesIO(csv_of(row("nop phi", payer="NGUYEN THI NGOC ANH"), "x;1;;a;b;c"))
    file.name = "thang-11.csv"
    page = client.post(url, {"account": account.pk, "file": file}, follow=True).content.decode()
    assert "Dòng 5: Không đọc được ngày" in page
    line = StatementLine.objects.get()
    assert "thang-11.csv" in client.get("/thanh-toan/sao-ke/").content.decode()
    url = f"/thanh-toan/sao-ke/dong/{line.pk}/"
    shown = client.get(url).content.decode()
    assert owing.code in shown
    assert "Cùng số tiền và tên người nộp" in shown
    form = {"part-TOTAL_FORMS": "4", "part-INITIAL_FORMS": "0", "part-0-code": owing.code}
    half = client.post(url, {**form, "part-0-amount": "90.000"})
    assert half.status_code == 422
    assert "Tổng các khoản" in half.content.decode()
    assert client.post(url, {**form, "part-0-amount": ""}).status_code == 422
    assert client.post(f"{url}khong-phai/", {"note": ""}).status_code == 422
    assert client.post(url, {**form, "part-0-amount": "100.000"}).status_code == 302
    assert owing.code in client.get(url).content.decode()
    assert Receipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_overlapping_files_at_once(account: CollectionAccount, cast: Cast) -> None:
    dossiers = [make.owing(cast) for _number in range(3)]
    rows = [row(code_of(each), reference=f"FT{each.pk}") for each in dossiers]
    results = at_once(4, lambda index: take(account, *rows[index % 2 : 2 + index % 2]))
    assert all(isinstance(result, Statement) for result in results)
    assert StatementLine.objects.count() == Payment.objects.count() == Receipt.objects.count() == 3
    holds()


@pytest.mark.django_db(transaction=True)
def test_a_line_is_assigned_once_while_the_cashier_takes_cash(
    account: CollectionAccount, cast: Cast, owing: Dossier
) -> None:
    line = one_line(account, "khong ma", 100_000)
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)

    def act(index: int) -> Any:
        if index == 3:
            return collect(cast, owing)
        return assign_line(by=cast.office.cashier, line_id=line.pk, parts=[(owing.code, 100_000)])

    at_once(4, act)
    assert line.payments.count() == 1
    assert Receipt.objects.count() == 1
    holds()

"""Dossiers that owe money."""

from __future__ import annotations

import datetime
import uuid
from typing import Any
from unittest import mock

from dossiers.models import Dossier
from payments.actions import assessing
from payments.actions.accounts import decide_account, propose_account
from payments.actions.statements import import_statement
from payments.models import Bank, CollectionAccount, StatementLine
from portal.lib import clock
from procedures.models import FeeRule
from tests.cast import Cast, Office
from tests.factories import dossiers as factories


def owing(cast: Cast) -> Dossier:
    """A household-business dossier of the citizen, accepted: lệ phí of 100,000 VND due."""
    dossier = factories.accepted(cast, factories.HOUSEHOLD)
    assert dossier.money == "due"
    return dossier


def both_kinds(cast: Cast, **changes: Any) -> Dossier:
    """One that owes a phí of 8,000 and a lệ phí of 100,000 VND."""
    rules = [
        FeeRule(
            code="phi", name="Phí thử", kind="phi", tiers=[{"upto": None, "amount": 8000}], **BASE, **changes
        ),
        FeeRule(
            code="lephi", name="Lệ phí thử", kind="le_phi", tiers=[{"upto": None, "amount": 100_000}], **BASE
        ),
    ]
    with mock.patch.object(assessing.fees, "rules_for", return_value=rules):
        return owing(cast)


BASE: dict[str, Any] = {
    "authority": "btc",
    "legal_basis": "Thông tư thử",
    "valid_from": datetime.date(2020, 1, 1),
}


def proposed(office: Office, **changes: Any) -> CollectionAccount:
    """A collection account the cashier of the office proposed, at VPBank from today on."""
    values = {
        "bank": Bank.objects.get(bin="970432"),
        "number": "190368686868",
        "holder": "UBND PHUONG THU NGHIEM",
        "valid_from": clock.today(),
        "reason": "Công điện tháng 7",
        **changes,
    }
    return propose_account(by=office.cashier, unit=office.unit, **values)


def open_account(office: Office, **changes: Any) -> CollectionAccount:
    """… approved and verified by the head."""
    account = proposed(office, **changes)
    return decide_account(by=office.head, account_id=account.pk, approve=True, evidence="Công văn 12/VPB")


def csv_of(*rows: str) -> bytes:
    """A bank's CSV: day, credit, debit, text, reference, payer; the heading stands on line 3."""
    head = ["Sao kê tài khoản", "", "Ngày giao dịch;Ghi có;Ghi nợ;Nội dung;Số tham chiếu;Tên người chuyển"]
    return "\n".join([*head, *rows]).encode()


def one_line(account: CollectionAccount, text: str = "chuyen tien", amount: int = 12_345) -> StatementLine:
    """A line nobody can place."""
    data = csv_of(f"{clock.today():%d/%m/%Y};{amount};;{text};FT{uuid.uuid4().hex[:8]};TRAN THI LA")
    return import_statement(by=None, account=account, name="sao-ke.csv", data=data).lines.get()

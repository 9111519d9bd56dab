"""The money report against the books: taken, given back, kept and remitted, to the đồng."""

from __future__ import annotations

import datetime

import pytest

from payments.actions.desk import open_shift
from payments.actions.refunds import pay_out
from payments.models import RetainedShare
from portal.lib import clock
from reporting.periods import Period
from reporting.sheets.base import Asked
from reporting.sheets.kinds import build
from tests.cast import Cast
from tests.payments.make import both_kinds
from tests.payments.test_refunds import asked, decided, take_cash

pytestmark = pytest.mark.django_db


def test_money_taken_given_back_and_remitted_agrees_with_the_books(cast: Cast, filled: None) -> None:
    """8,000 of a phí and 100,000 of a lệ phí in cash; 3,000 of the phí given back; the collector keeps a third."""
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    payment = take_cash(cast, both_kinds(cast))
    RetainedShare.objects.create(
        code="phi", percent=33, legal_basis="Thử", valid_from=datetime.date(2020, 1, 1)
    )
    receipt = payment.receipts.get(kind="phi")
    refund = decided(cast, asked(cast, payment, way="cash", amount=3000, receipt=receipt))
    pay_out(by=cast.office.cashier, refund_id=refund.pk)
    today = clock.today()
    asked_about = Asked(
        Period(today.replace(day=1), today),
        cast.office.unit,
        frozenset({cast.office.unit.pk}),
        (cast.office.unit,),
    )
    sheet = build("money", asked_about)
    balance = sheet.tables[1]
    assert balance.total is not None
    assert balance.total.values == (108_000, 3_000, 105_000, 1_650, 103_350, 0)
    assert [line.values for line in balance.lines] == [balance.total.values]
    assert [(one.left, one.right) for one in sheet.checks] == [(105_000, 105_000)] * 2

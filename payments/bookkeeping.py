"""Which accounts a fact moves. Pure: amounts in whole VND, debit positive, credit negative, sum always zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from payments.models import Account, Provider
from procedures.models import FeeKind

REVENUE = {FeeKind.FEE: Account.REVENUE_FEE, FeeKind.CHARGE: Account.REVENUE_CHARGE}

Lines = Mapping[Account, int]


def assessed(lines: Iterable[Mapping[str, Any]]) -> Lines:
    """A fee falls due: the payer owes his part, the city the subsidised part; phí and lệ phí earn apart."""
    moved: Counter[Account] = Counter()
    for line in lines:
        moved[Account.RECEIVABLE] += line["payable"]
        moved[Account.SUBSIDY] += line["subsidised"]
        moved[REVENUE[FeeKind(line["kind"])]] -= line["payable"] + line["subsidised"]
    return moved


def received(provider: str, amount: int, *, surplus: bool) -> Lines:
    """Money came in: into the drawer or at the gateway, against what was owed or as a surplus."""
    into = Account.DRAWER if provider == Provider.CASH else Account.GATEWAY
    return {into: amount, Account.SURPLUS if surplus else Account.RECEIVABLE: -amount}


def surplus_refunded(amount: int) -> Lines:
    """A surplus was given back by the gateway."""
    return {Account.SURPLUS: amount, Account.GATEWAY: -amount}


def shift_closed(*, taken: int, handed_over: int) -> Lines:
    """The drawer is emptied; what was counted beside what was taken shows as a difference."""
    return {
        Account.DRAWER: -taken,
        Account.HANDED_OVER: handed_over,
        Account.DIFFERENCE: taken - handed_over,
    }


def reversed_(lines: Lines) -> Lines:
    """The counter-entry."""
    return {account: -amount for account, amount in lines.items()}

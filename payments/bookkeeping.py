"""Which accounts a fact moves. Pure: amounts in whole VND, debit positive, credit negative, sum always zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from payments.models import Account, Provider, RefundWay
from procedures.models import FeeKind

REVENUE = {FeeKind.FEE: Account.REVENUE_FEE, FeeKind.CHARGE: Account.REVENUE_CHARGE}

# Where the money of a road lies when it is settled; a transfer was booked into the bank when it was imported.
INTO = {
    Provider.CASH: Account.DRAWER,
    Provider.CARD: Account.CARD,
    Provider.TRANSFER: Account.TO_ASSIGN,
    Provider.SURPLUS: Account.BETWEEN,
}
# Where the money that goes back comes from; a surplus used for another dossier is met there by `received`.
OUT_OF = {
    RefundWay.GATEWAY: Account.GATEWAY,
    RefundWay.CASH: Account.DRAWER,
    RefundWay.TRANSFER: Account.BANK,
    RefundWay.APPLY: Account.BETWEEN,
}

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
    """Money came in: into the drawer, at the gateway, or out of what a bank reported, against what was owed."""
    return {
        INTO.get(Provider(provider), Account.GATEWAY): amount,
        Account.SURPLUS if surplus else Account.RECEIVABLE: -amount,
    }


def banked(amount: int) -> Lines:
    """The bank reported money whose dossier is not known yet."""
    return {Account.BANK: amount, Account.TO_ASSIGN: -amount}


def set_aside(amount: int) -> Lines:
    """Money at the bank that is no fee."""
    return {Account.TO_ASSIGN: amount, Account.OTHER: -amount}


def refunded(way: str, amount: int, kind: FeeKind | None) -> Lines:
    """Money went back by a road: of a surplus, or of a receipted fee of `kind`."""
    return {REVENUE[kind] if kind else Account.SURPLUS: amount, OUT_OF[RefundWay(way)]: -amount}


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

"""Whose money a transfer is: sure matches for the program, near misses for a person. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from rapidfuzz import fuzz

from dossiers.models import Dossier
from dossiers.states import Money
from payments import codes
from payments.models import CollectionAccount, FeeAssessment, PaymentCode
from portal.lib.text import fold

if TYPE_CHECKING:
    from payments.models import StatementLine

MOST = 5
LIKE_ENOUGH = 88
CANDIDATES = 500


class Why(Enum):
    """Why a dossier is proposed for a transfer."""

    CODE = "code"  # its code is in the text
    AMOUNT_OFF = "amount_off"  # its code is in the text, the amount is another
    PAID = "paid"  # its code is in the text, it is paid already
    NEAR_CODE = "near_code"  # a code one typing error away
    NAME = "name"  # same amount, and the payer bears a name of the dossier


@dataclass(frozen=True)
class Proposal:
    """A dossier a transfer may belong to; `owed` is what is still due, whole VND."""

    dossier: Dossier
    code: str
    owed: int
    why: Why


@dataclass(frozen=True)
class Part:
    """How much of a transfer pays for which dossier."""

    dossier: Dossier
    amount: int


def collects_for(account: CollectionAccount, unit_id: int) -> bool:
    """Whether fees of a unit go to this account: its own, or that of the city's default unit."""
    return account.unit_id == unit_id or (
        settings.PAYMENTS_DEFAULT_UNIT != "" and account.unit.code == settings.PAYMENTS_DEFAULT_UNIT
    )


def automatic(line: StatementLine) -> list[Part]:
    """The parts of a transfer nobody has to look at, else nothing.

    Every valid code of the text belongs to a dossier of this account, and the amount is exactly what they owe
    together. One paid dossier whose whole fee came a second time counts too: `settle` makes it a surplus.
    """
    found = codes.found_in(line.text)
    if not found or line.doubtful or line.currency != "VND":
        return []
    rows = _by_code(found)
    if len(rows) != len(found) or not all(collects_for(line.account, row.receiving_unit_id) for row in rows):
        return []
    parts = [Part(row, _payable(row)) for row in rows]
    if len(parts) > 1 and not all(part.dossier.money == Money.DUE for part in parts):
        return []
    return parts if sum(part.amount for part in parts) == line.amount else []


def _payable(dossier: Dossier) -> int:
    return int(getattr(dossier, "payable", 0) or 0)


def _with_amounts(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    in_force = FeeAssessment.objects.filter(dossier=OuterRef("pk"), superseded_by=None)
    return rows.annotate(payable=Subquery(in_force.values("payable")[:1])).select_related(
        "procedure", "receiving_unit", "payment_code"
    )


def _by_code(found: Iterable[str]) -> list[Dossier]:
    """Dossiers of these codes, in the order of their keys."""
    keys = PaymentCode.objects.filter(code__in=list(found)).values("dossier")
    return list(_with_amounts(Dossier.objects.filter(pk__in=keys)).order_by("pk"))


def proposals(line: StatementLine) -> list[Proposal]:
    """Dossiers of this account a person may want to choose, the likeliest first."""
    found: dict[int, Proposal] = {}
    for proposal in (*_of_codes(line), *_of_near_codes(line), *_of_names(line)):
        if collects_for(line.account, proposal.dossier.receiving_unit_id):
            found.setdefault(proposal.dossier.pk, proposal)
    return list(found.values())[:MOST]


def _of_codes(line: StatementLine) -> list[Proposal]:
    found = []
    for dossier in _by_code(codes.found_in(line.text)):
        due = dossier.money == Money.DUE
        why = Why.PAID if not due else (Why.CODE if _payable(dossier) == line.amount else Why.AMOUNT_OFF)
        found.append(_proposal(dossier, why))
    return found


def _of_near_codes(line: StatementLine) -> list[Proposal]:
    rows = [row for row in _by_code(codes.near(line.text)) if row.money == Money.DUE]
    rows.sort(key=lambda row: _payable(row) != line.amount)
    return [_proposal(row, Why.NEAR_CODE) for row in rows]


def _of_names(line: StatementLine) -> list[Proposal]:
    """Dossiers that owe this very amount and name somebody the transfer names."""
    said = fold(f"{line.payer} {line.text}")
    owing = Dossier.objects.filter(
        money=Money.DUE,
        payment_code__isnull=False,
        assessments__superseded_by=None,
        assessments__payable=line.amount,
    )
    due = _with_amounts(owing)
    if not settings.PAYMENTS_DEFAULT_UNIT or line.account.unit.code != settings.PAYMENTS_DEFAULT_UNIT:
        due = due.filter(receiving_unit=line.account.unit_id)
    found = []
    for dossier in due.prefetch_related("parties").order_by("-pk")[:CANDIDATES]:
        names = {dossier.owner_name, *(party.name for party in dossier.parties.all())}
        likeness = max(fuzz.partial_ratio(fold(name), said) for name in names if name)
        if likeness >= LIKE_ENOUGH:
            found.append((likeness, dossier))
    found.sort(key=lambda pair: -pair[0])
    return [_proposal(dossier, Why.NAME) for _likeness, dossier in found]


def _proposal(dossier: Dossier, why: Why) -> Proposal:
    owed = _payable(dossier) if dossier.money == Money.DUE else 0
    return Proposal(dossier, dossier.payment_code.code, owed, why)

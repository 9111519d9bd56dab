"""What the payments app tells a dossier. Called inside its transaction, with the dossier locked by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dossiers.actions.base import notify, record
from dossiers.models import Dossier, DossierEvent
from dossiers.states import EventKind, Money
from portal.outbox.actions import put

if TYPE_CHECKING:
    from portal.accounts.models import User


def fee_assessed(*, dossier: Dossier, payable: int, by: User | None) -> None:
    """Record what is owed (VND); nothing owed leaves no payment step."""
    event = _fact(dossier, EventKind.FEE_ASSESSED, Money.DUE if payable else Money.NONE, by, payable=payable)
    if payable:
        notify(dossier, event)


def fee_paid(*, dossier: Dossier, amount: int, reference: str, by: User | None) -> None:
    """Record that everything owed is paid (VND)."""
    event = _fact(dossier, EventKind.PAID, Money.PAID, by, amount=amount, reference=reference)
    notify(dossier, event)
    put("return_online", key=f"return:{dossier.pk}:paid:{event.seq}", payload={"dossier": dossier.pk})


def fee_refunded(*, dossier: Dossier, amount: int, by: User | None) -> None:
    """Record that what was paid has been given back (VND)."""
    notify(dossier, _fact(dossier, EventKind.REFUNDED, Money.REFUNDED, by, amount=amount))


def _fact(dossier: Dossier, kind: EventKind, money: Money, by: User | None, **data: Any) -> DossierEvent:
    """One event about money, which moves no business state, and the financial state it leaves."""
    if dossier.money != money:
        dossier.money = money
        dossier.save(update_fields=["money"])
    return record(dossier, kind, by=by, unit_id=dossier.receiving_unit_id, before=dossier.state, data=data)

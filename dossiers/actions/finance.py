"""What the payments app tells a dossier. Called inside its transaction, with the dossier locked by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossiers.actions.base import notify, record
from dossiers.models import Dossier
from dossiers.states import EventKind, Money
from portal.outbox.actions import put

if TYPE_CHECKING:
    from portal.accounts.models import User


def fee_assessed(*, dossier: Dossier, payable: int, by: User | None) -> None:
    """Record what is owed (VND); nothing owed leaves no payment step."""
    _set(dossier, Money.DUE if payable else Money.NONE)
    event = record(
        dossier,
        EventKind.FEE_ASSESSED,
        by=by,
        unit_id=dossier.receiving_unit_id,
        before=dossier.state,
        data={"payable": payable},
    )
    if payable:
        notify(dossier, event)


def fee_paid(*, dossier: Dossier, amount: int, reference: str, by: User | None) -> None:
    """Record that everything owed is paid (VND)."""
    _set(dossier, Money.PAID)
    event = record(
        dossier,
        EventKind.PAID,
        by=by,
        unit_id=dossier.receiving_unit_id,
        before=dossier.state,
        data={"amount": amount, "reference": reference},
    )
    notify(dossier, event)
    put("return_online", key=f"return:{dossier.pk}:paid:{event.seq}", payload={"dossier": dossier.pk})


def fee_refunded(*, dossier: Dossier, amount: int, by: User | None) -> None:
    """Record that what was paid has been given back (VND)."""
    _set(dossier, Money.REFUNDED)
    event = record(
        dossier,
        EventKind.REFUNDED,
        by=by,
        unit_id=dossier.receiving_unit_id,
        before=dossier.state,
        data={"amount": amount},
    )
    notify(dossier, event)


def _set(dossier: Dossier, money: Money) -> None:
    if dossier.money != money:
        dossier.money = money
        dossier.save(update_fields=["money"])

"""What payments does when a dossier announces something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from dossiers.signals import event_recorded
from dossiers.states import EventKind, Money
from payments.actions.assessing import assess, close_fee

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierEvent


ENDS_WITHOUT_RESULT = {EventKind.REFUSED, EventKind.WITHDRAWN, EventKind.STOPPED}


@receiver(event_recorded, dispatch_uid="payments.follow_dossier")
def follow_dossier(*, event: DossierEvent, dossier: Dossier, **_rest: Any) -> None:
    """An accepted dossier owes its fee from that moment; one that ends without a result owes nothing more."""
    if (
        event.kind == EventKind.ACCEPTED and dossier.money != Money.UNKNOWN
    ):  # no confirmed amount: nothing to assess
        assess(dossier=dossier, by=event.actor)
    elif event.kind in ENDS_WITHOUT_RESULT:
        close_fee(dossier=dossier, by=event.actor)

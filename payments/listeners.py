"""What payments does when a dossier announces something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from dossiers.signals import event_recorded
from dossiers.states import EventKind
from payments.actions.assessing import assess

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierEvent


@receiver(event_recorded, dispatch_uid="payments.assess_on_acceptance")
def assess_on_acceptance(*, event: DossierEvent, dossier: Dossier, **_rest: Any) -> None:
    """An accepted dossier owes its fee from that moment."""
    if event.kind == EventKind.ACCEPTED:
        assess(dossier=dossier, by=event.actor)

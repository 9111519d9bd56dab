"""Marking days whose counts change, in the transaction of the change."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_save

from dossiers.models import Document, DocumentKind, Dossier, DossierEvent, Rating
from dossiers.signals import event_recorded
from dossiers.states import EventKind
from payments.models import Payment
from procedures.calendar import HANOI
from reporting.bases import ACCEPTED, CLOSED, FILED, FINISHED, Basis
from reporting.models import DirtyDay

# Which days of a dossier an event changes the counts of. Facts about a pause or a step count only once the
# dossier is finished; a payment is marked when it is saved, see `payment_saved`.
TOUCHES: dict[EventKind, tuple[Basis, ...]] = {
    EventKind.FILED: (FILED,),
    EventKind.ACCEPTED: (ACCEPTED,),
    EventKind.REFUSED: (CLOSED,),
    EventKind.SUPPLEMENT_REQUESTED: (),
    EventKind.SUPPLEMENT_ANSWERED: (),
    EventKind.SUPPLEMENT_PROPOSED: (),
    EventKind.SUPPLEMENT_DECLINED: (),
    EventKind.SUPPLEMENT_REMINDED: (),
    EventKind.SUPPLEMENT_OVERDUE: (),
    EventKind.MESSAGE: (),
    EventKind.RESULT_RECEIVED: (),
    EventKind.RESULT_REVOKED: (),
    EventKind.ASSIGNED: (),
    EventKind.VERIFY_ASKED: (),
    EventKind.VERIFY_ANSWERED: (),
    EventKind.VERIFY_EXPIRED: (),
    EventKind.HELD: (),
    EventKind.RELEASED: (),
    EventKind.SUBMITTED: (),
    EventKind.CHECKED: (),
    EventKind.SENT_BACK: (),
    EventKind.SIGNED: (),
    EventKind.ISSUED: (FINISHED,),
    EventKind.RETURNED: (),
    EventKind.WITHDRAWN: (CLOSED,),
    EventKind.STOPPED: (CLOSED,),
    EventKind.OBLIGATION_SET: (),
    EventKind.OBLIGATION_MET: (),
    EventKind.EXTENDED: (),
    EventKind.CALENDAR_CHANGED: (),
    EventKind.FEE_ASSESSED: (ACCEPTED,),
    EventKind.PAID: (),
    EventKind.REFUNDED: (),
    EventKind.DOCUMENT_ISSUED: (),
    EventKind.TRANSFER_SENT: (),
    EventKind.TRANSFER_ACCEPTED: (),
    EventKind.TRANSFER_REFUSED: (),
    EventKind.TRANSFER_KEPT: (),
    EventKind.RESULT_SENT_BACK: (),
    EventKind.RESULT_BACK: (),
    EventKind.COLLECTION_MOVED: (),
    EventKind.PAPER_MISSING: (),
    EventKind.PAPER_FOUND: (),
}


def mark(pairs: Iterable[tuple[datetime.date, int]]) -> None:
    """Append a mark for each day of a unit; appending never waits for another writer."""
    DirtyDay.objects.bulk_create([DirtyDay(day=day, unit_id=unit) for day, unit in sorted(set(pairs))])


def day_of(moment: datetime.datetime) -> datetime.date:
    """The Hanoi day of an instant."""
    return moment.astimezone(HANOI).date()


def _pair(dossier: Dossier, basis: Basis) -> tuple[datetime.date, int] | None:
    moment: datetime.datetime | None = getattr(dossier, basis.moment)
    return (day_of(moment), getattr(dossier, f"{basis.unit}_id")) if moment else None


def event_seen(sender: Any, event: DossierEvent, dossier: Dossier, **kwargs: Any) -> None:  # noqa: ARG001
    """Mark the days of `dossier` that `event` changes."""
    pairs = [_pair(dossier, basis) for basis in TOUCHES[EventKind(event.kind)]]
    if any(pairs):
        mark(pair for pair in pairs if pair)


def payment_saved(sender: Any, instance: Payment, **kwargs: Any) -> None:  # noqa: ARG001
    """Mark the day a payment was booked, and those of its dossier, whose fee may now be paid."""
    if instance.settled_at:
        days = [_pair(instance.dossier, ACCEPTED), _pair(instance.dossier, FINISHED)]
        mark([(day_of(instance.settled_at), instance.unit_id), *(pair for pair in days if pair)])


def document_saved(sender: Any, instance: Document, created: bool, **kwargs: Any) -> None:  # noqa: ARG001
    """Mark the days a dossier was accepted and finished when the file of its result appears."""
    if instance.kind == DocumentKind.RESULT and not created:
        pairs = [_pair(instance.dossier, ACCEPTED), _pair(instance.dossier, FINISHED)]
        mark(pair for pair in pairs if pair)


def rating_saved(sender: Any, instance: Rating, **kwargs: Any) -> None:  # noqa: ARG001
    """Mark the day of a rating."""
    mark([(day_of(instance.at), instance.unit_id)])


def listen() -> None:
    """Connect the listeners; called once when the app is ready."""
    event_recorded.connect(event_seen, dispatch_uid="reporting.event_seen")
    post_save.connect(payment_saved, sender=Payment, dispatch_uid="reporting.payment_saved")
    post_save.connect(rating_saved, sender=Rating, dispatch_uid="reporting.rating_saved")
    post_save.connect(document_saved, sender=Document, dispatch_uid="reporting.document_saved")

"""Opening and settling work items."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_incident
from payments.models import IncidentKind, Payment, PaymentIncident
from payments.querysets import owner_for
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User

logger = logging.getLogger("payments")


def open_incident(
    kind: IncidentKind,
    *,
    key: str,
    payment: Payment | None = None,
    unit: Unit | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """A work item for a person, once per `key`. Logged without personal data."""
    _incident, made = PaymentIncident.objects.get_or_create(
        key=f"{kind}:{key}"[:160],
        defaults={
            "kind": kind,
            "payment": payment,
            "dossier_id": payment.dossier_id if payment else None,
            "unit_id": payment.unit_id if payment else (unit.pk if unit else None),
            "owner": owner_for(payment.unit_id if payment else (unit.pk if unit else None)),
            "facts": facts or {},
            "opened_at": clock.now(),
        },
    )
    if made:
        logger.warning("payment incident %s payment=%s", kind, payment.pk if payment else "-")


@transaction.atomic
def report_forgery(*, reference: str) -> None:
    """A notice nobody signed, about an attempt of ours: one work item an attempt and day; else a log line.

    Anybody can send such a message, so it never makes more rows than there are attempts.
    """
    logger.warning("payment notice with a wrong signature refused")
    payment = Payment.objects.filter(reference=reference.replace("\x00", "")).first()
    if payment is not None:
        key = f"{payment.reference}:{clock.today():%Y%m%d}"
        open_incident(IncidentKind.SIGNATURE, key=key, payment=payment)


@transaction.atomic
def settle_incident(*, by: User, incident_id: int, resolution: str) -> PaymentIncident:
    """A person says how the matter was ended. Doing it twice leaves the first words."""
    incident = get_incident(by, incident_id, lock=True)
    if incident.settled_at is not None:
        return incident
    if not resolution.strip():
        raise ActionError(_("Hãy ghi cách đã xử lý."), field="resolution")
    incident.settled_at, incident.settled_by, incident.resolution = clock.now(), by, resolution.strip()
    incident.save(update_fields=["settled_at", "settled_by", "resolution"])
    return incident


def close_incident(*, key: str, by: User, words: str) -> None:
    """End the work item of a cause that `by` just settled elsewhere; nothing when there is none."""
    found = PaymentIncident.objects.select_for_update(no_key=True).filter(key=key, settled_at=None).first()
    if found is not None:
        found.settled_at, found.settled_by, found.resolution = clock.now(), by, words
        found.save(update_fields=["settled_at", "settled_by", "resolution"])

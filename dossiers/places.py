"""Who can be the competent unit of a dossier, and which one an address speaks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.former import Found, in_address
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dossiers.models import Dossier
    from procedures.models import ProcedureVersion


def destinations(version: ProcedureVersion, receiving: Unit | None = None) -> QuerySet[Unit]:
    """The units that may decide a dossier of this version, other than the one that received it.

    A commune's procedure is decided by communes; a city's by the department the catalogue names, by any where it
    names none.
    """
    procedure = version.procedure
    units = Unit.objects.valid_on(clock.today())
    if receiving is not None:
        units = units.exclude(pk=receiving.pk)
    if procedure.at_commune:
        return units.filter(kind=UnitKind.COMMUNE).order_by("sort_key")
    if procedure.department_id:
        return units.filter(pk=procedure.department_id)
    return units.filter(kind=UnitKind.DEPARTMENT).order_by("sort_key")


def by_address(address: str) -> Found | None:
    """What an address, old or new, says about the unit; None when it names none."""
    return in_address(address) if address.strip() else None


def suggested(dossier: Dossier) -> Found | None:
    """The unit the owner's (else the filer's) address speaks for."""
    for party in dossier.parties.order_by("-role"):
        found = by_address(party.address)
        if found and found.code:
            return found
    return None

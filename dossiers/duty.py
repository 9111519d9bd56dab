"""Substitution as others ask about it: whose work does an officer do today besides his own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossiers.models import Absence
from portal.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dossiers.models import Dossier
    from portal.accounts.models import User


def covered(user: User) -> QuerySet[Absence]:
    """The absences `user` stands in for today."""
    return Absence.objects.on(clock.today()).filter(substitute=user.pk)


def absent_in(unit_id: int) -> set[int]:
    """The officers away from a unit today."""
    return set(Absence.objects.on(clock.today()).filter(unit=unit_id).values_list("officer", flat=True))


def in_the_name_of(by: User | None, dossier: Dossier) -> User | None:
    """The absent specialist of a dossier `by` stands in for; None for one's own and everybody else's work."""
    if by is None or dossier.assignee_id in {None, by.pk}:
        return None
    absences = covered(by).filter(officer=dossier.assignee_id, unit=dossier.competent_unit_id)
    found = absences.select_related("officer").first()
    return found.officer if found else None

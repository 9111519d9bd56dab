"""Lists of dossiers. Views use `visible_to` and `of_account`, never the bare manager."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from dossiers.states import State
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from dossiers.models import Dossier  # noqa: F401
    from portal.accounts.models import User


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Scopes and filters."""

    def visible_to(self, user: User | AnonymousUser) -> DossierQuerySet:
        """Dossiers an officer may see: those his units receive or decide (access table, SEE_DOSSIERS)."""
        from portal.accounts.access import unit_ids_with

        keys = unit_ids_with(user, Permission.SEE_DOSSIERS)
        if keys is None:
            return self.all()
        if not keys:
            return self.none()
        return self.filter(Q(receiving_unit__in=keys) | Q(competent_unit__in=keys))

    def of_account(self, user: User | AnonymousUser) -> DossierQuerySet:
        """A citizen's own dossiers."""
        return self.filter(account=user.pk) if user.is_authenticated else self.none()

    def open(self) -> DossierQuerySet:
        """Not finished and not closed."""
        return self.filter(finished_at=None, closed_at=None)

    def overdue(self, now: datetime.datetime) -> DossierQuerySet:
        """Open, not paused, and past the due instant: computed, never stored."""
        running = self.open().filter(due_at__lt=now, clock_paused=False)
        return running.exclude(state__in=[State.SUPPLEMENT, State.OBLIGATION])

    def step_overdue(self, now: datetime.datetime) -> DossierQuerySet:
        """Open, and the time of the present internal step is over (NULL while that clock stands still)."""
        return self.filter(closed_at=None, step_due_at__lt=now)

    def waiting_too_long(self, now: datetime.datetime) -> DossierQuerySet:
        """Filed and neither accepted, refused nor sent back within eight working hours."""
        return self.filter(state=State.FILED, accept_by__lt=now)

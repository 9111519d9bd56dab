"""Lists of petitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from dossiers.models import Petition  # noqa: F401
    from portal.accounts.models import User


class PetitionQuerySet(models.QuerySet["Petition"]):
    """Scopes."""

    def visible_to(self, user: User) -> PetitionQuerySet:
        """Those of the units whose petitions `user` answers."""
        from portal.accounts.access import units_with

        return self.filter(unit__in=units_with(user, Permission.ANSWER_PETITIONS))

    def published(self) -> PetitionQuerySet:
        """What everybody may read, newest first."""
        return self.filter(state="published").order_by("-published_at", "-id")

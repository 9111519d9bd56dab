"""Wall displays: the address of a unit's board on a screen nobody is signed in at."""

from __future__ import annotations

from django.db import models

from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither


class Wall(models.Model):
    """Whether a unit's wall display may be opened, and the how-manieth address is in force.

    The secret part of the address is computed from `number` with the portal's key (`reporting.walls`): none lies in
    the table, and counting on makes every earlier address dead. `closed_at`: no address is in force.
    """

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="wall")
    number = models.PositiveIntegerField(default=1)
    renewed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    renewed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            both_or_neither("wall", "closed_pair", ["closed_by", "closed_at"]),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="wall_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} #{self.number}"

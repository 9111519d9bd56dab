"""A bundle: many dossiers of one procedure brought by one person or organisation at once."""

import uuid

from django.db import models

from portal.accounts.models import Unit, User
from procedures.models import ProcedureVersion


class Bundle(models.Model):
    """One confirmed list. `key` is made by the page: a second sending is the same bundle.

    Its dossiers stand in `CounterIntake.bundle` with the row of the list they came from; `left_out` counts the rows
    that had faults and were not taken.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    filer_name = models.CharField(max_length=250)
    left_out = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["unit", "at"], name="bundle_unit")]

    def __str__(self) -> str:
        return f"{self.filer_name} {self.at:%d/%m/%Y}"

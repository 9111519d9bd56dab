"""A result taken back, and the person's word that it arrived."""

from __future__ import annotations

from django.db import models

from dossiers.models.documents import Result
from portal.accounts.models import User


class ResultRevocation(models.Model):
    """A result revoked by the leader, with reason and basis; a trigger refuses UPDATE and DELETE.

    The document stays as it was issued; the public check says that it no longer holds.
    """

    result = models.OneToOneField(Result, models.PROTECT, related_name="revocation")
    reason = models.TextField()
    legal_basis = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.result_id} {self.at:%Y-%m-%d}"

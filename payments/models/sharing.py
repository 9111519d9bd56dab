"""Paying for several dossiers at once, and letting somebody else pay."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dossiers.models import Dossier
from portal.accounts.models import User
from portal.lib.constraints import both_or_neither


class PaymentGroup(models.Model):
    """One attempt at a gateway for several dossiers: it is told this `reference` and the sum of the parts.

    Each part is a `Payment` of its own; the group succeeds or fails as one.
    """

    reference = models.CharField(max_length=80, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[A-Za-z0-9]+$"), name="payment_group_reference_form"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class PayLink(models.Model):
    """An address that lets whoever has it pay one dossier; it shows no person and ends by itself."""

    token = models.CharField(max_length=43, unique=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="pay_links")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            both_or_neither("pay_link", "revoked_pair", ["revoked_at", "revoked_by"]),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="pay_link_ends_later"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(revoked_at__isnull=True), name="pay_link_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.made_at:%Y-%m-%d}"

"""What is owed for a dossier, as computed once and kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dossiers.models import Dossier
from portal.accounts.models import User
from portal.lib.constraints import one_of
from procedures.models import Channel, ProcedureVersion


class FeeAssessment(models.Model):
    """The fees of a dossier under one version's rules: immutable, a trigger refuses UPDATE and DELETE.

    `lines` are the lines of `procedures.fees.assess`; amounts are whole VND and
    gross = exempted + subsidised + payable. A new assessment names the one it replaces (`supersedes`), so the
    one in force is the one nothing supersedes.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="assessments")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+", help_text="whose rules")
    on = models.DateField(help_text="day whose rules applied: the day of filing")
    channel = models.CharField(max_length=8, choices=Channel)
    exemption = models.CharField(max_length=60, blank=True)
    lines = models.JSONField()
    gross = models.PositiveBigIntegerField()
    exempted = models.PositiveBigIntegerField()
    subsidised = models.PositiveBigIntegerField()
    payable = models.PositiveBigIntegerField()
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("fee_assessment", "channel", Channel),
            models.CheckConstraint(
                condition=Q(gross=F("exempted") + F("subsidised") + F("payable")),
                name="fee_assessment_adds_up",
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(supersedes__isnull=True), name="fee_assessment_one_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.payable}"

"""Linked services: what a person files as one, and the parts it becomes."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from dossiers.models.drafts import Draft
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class LinkedFiling(models.Model):
    """One filing of a linked service (`procedures.bundles`). Filed as a whole or not at all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="linked_filings")
    bundle = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [both_or_neither("linked_filing", "filed_where", ["filed_at", "unit"])]
        indexes = [models.Index(fields=["user", "-created_at"], name="linked_filing_user")]

    def __str__(self) -> str:
        return f"{self.bundle} {self.pk}"


class PartState(models.TextChoices):
    """How far a part handed to another system has come; a part here follows its dossier."""

    HERE = "here", _("Giải quyết tại Cổng này")
    WAITING = "waiting", _("Chờ chuyển sang hệ thống khác")
    SENT = "sent", _("Đã chuyển sang hệ thống khác")
    DONE = "done", _("Hệ thống khác đã giải quyết xong")
    REFUSED = "refused", _("Hệ thống khác không giải quyết")


class LinkedPart(models.Model):
    """A member of a linked filing: a draft that becomes a dossier here, or a hand-over to another system.

    `due_at` is until when a part elsewhere is to be handed over (working time of the receiving unit).
    """

    linked = models.ForeignKey(LinkedFiling, models.CASCADE, related_name="parts")
    key = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=PartState)
    draft = models.OneToOneField(Draft, models.SET_NULL, null=True, blank=True, related_name="linked_part")
    dossier = models.OneToOneField(Dossier, models.PROTECT, null=True, blank=True, related_name="linked_part")
    due_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=120, blank=True, help_text="its number in the other system")
    note = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["linked", "order"]
        constraints = [
            one_of("linked_part", "state", PartState),
            models.UniqueConstraint(fields=["linked", "key"], name="linked_part_once"),
            both_or_neither("linked_part", "sent_pair", ["sent_at", "sent_by"]),
            both_or_neither("linked_part", "answered_pair", ["answered_at", "answered_by"]),
            models.CheckConstraint(
                condition=Q(state=PartState.HERE) | Q(dossier__isnull=True, draft__isnull=True),
                name="linked_part_elsewhere_has_no_dossier",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "sent"], due_at__isnull=False),
                name="linked_part_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.linked_id} {self.key}"

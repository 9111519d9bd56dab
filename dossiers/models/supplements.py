"""Supplement requests: everything in one go, line by line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import User
from procedures.models import RequiredDocument


class SupplementRequest(models.Model):
    """Form 02: what is missing or wrong, with reason, basis and time to answer. One open at a time."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="supplements")
    number = models.PositiveSmallIntegerField(default=1)
    reason = models.TextField()
    legal_basis = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="ended by withdrawal, refusal or stop")

    class Meta:
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="supplement_number"),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="supplement_one_open",
                violation_error_message=_("Hồ sơ đang có một yêu cầu bổ sung chưa được trả lời."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number}"


class SupplementItem(models.Model):
    """One line of a request: a paper of the list, or a field of the form, and what to do about it."""

    request = models.ForeignKey(SupplementRequest, models.CASCADE, related_name="items")
    document = models.ForeignKey(RequiredDocument, models.PROTECT, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=80, blank=True)
    instruction = models.CharField(max_length=500)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(document__isnull=False) & Q(field=""))
                | (Q(document__isnull=True) & ~Q(field="")),
                name="supplement_item_one_subject",
                violation_error_message=_("Mỗi dòng bổ sung gắn với một giấy tờ hoặc một mục của tờ khai."),
            )
        ]

    def __str__(self) -> str:
        return self.instruction

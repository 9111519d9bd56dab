"""Opinions asked of other units while a dossier is handled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from dossiers.models.drafts import Attachment
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither


class Consultation(models.Model):
    """A question to another unit, with a limit; the handling goes on beside it.

    The unit asked sees the question and the files named here, nothing else of the dossier. `pauses`: the clock stands
    still until the answer, at the longest until `answer_by`; only where the published process names the provision.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="consultations")
    number = models.PositiveSmallIntegerField(default=1)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField(default=0, help_text="order of the step of the process; 0: none")
    question = models.TextField()
    files = models.ManyToManyField(Attachment, related_name="consultations", blank=True)
    pauses = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    opinion = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="ended without an answer: limit over, dossier closed"
    )

    class Meta:
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="consultation_number"),
            both_or_neither("consultation", "answered_pair", ["answered_by", "answered_at"]),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, opinion="")
                | (Q(answered_at__isnull=False) & ~Q(opinion="")),
                name="consultation_opinion_with_answer",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(closed_at__isnull=True),
                name="consultation_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(pauses=False) | ~Q(legal_basis=""),
                name="consultation_pause_by_law",
                violation_error_message=_("Chỉ được tạm dừng tính thời gian khi có căn cứ pháp lý."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "answer_by"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="consultation_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number}"

    @property
    def is_open(self) -> bool:
        """Neither answered nor ended."""
        return self.answered_at is None and self.closed_at is None

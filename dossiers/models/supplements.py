"""Supplement requests: everything in one go, line by line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import User
from portal.lib.constraints import both_or_neither, one_of
from procedures.models import RequiredDocument


class Approval(models.TextChoices):
    """Whether a request needed the head of the unit: every one after the first does (ask once; domain facts 4.6)."""

    NOT_NEEDED = "not_needed", _("Không cần duyệt")
    PROPOSED = "proposed", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    DECLINED = "declined", _("Không duyệt")


class SupplementRequest(models.Model):
    """Form 02: what is missing or wrong, with reason, basis and time to answer. One open at a time.

    A proposed one was not sent: `asked_at` is then the time of the proposal, and the clock has not paused. A
    request that was sent with a `number` above 1 counts against the unit.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="supplements")
    number = models.PositiveSmallIntegerField(default=1)
    reason = models.TextField()
    legal_basis = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(default=10, help_text="working days to answer")
    approval = models.CharField(max_length=10, choices=Approval, default=Approval.NOT_NEEDED)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True, help_text="when the missed time was noted")
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="ended by withdrawal, refusal or stop")

    class Meta:
        ordering = ["dossier", "number"]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="supplement_waiting",
            )
        ]
        constraints = [
            one_of("supplement", "approval", Approval),
            both_or_neither("supplement", "decided_pair", ["decided_by", "decided_at"]),
            models.CheckConstraint(
                condition=Q(approval__in=[Approval.APPROVED, Approval.DECLINED], decided_at__isnull=False)
                | Q(approval__in=[Approval.NOT_NEEDED, Approval.PROPOSED], decided_at__isnull=True),
                name="supplement_decided_exactly_when",
            ),
            models.CheckConstraint(
                condition=~Q(approval=Approval.DECLINED) | Q(closed_at__isnull=False),
                name="supplement_declined_is_closed",
            ),
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

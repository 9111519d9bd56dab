"""What a person prepares before filing, and the files of a dossier."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from dossiers.states import Delivery
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of
from procedures.models import ProcedureCase, ProcedureVersion, RequiredDocument


class Draft(models.Model):
    """A dossier being prepared. Its id becomes the dossier's `client_key`: filing twice is filing once.

    `answers` maps field names to text as typed (valid or not: nothing typed is lost); `revision` grows with
    each save, a save that names an older one is answered with a conflict, not a loss.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    case = models.ForeignKey(ProcedureCase, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    delivery = models.CharField(max_length=8, choices=Delivery, default=Delivery.ONLINE)
    answers = models.JSONField(default=dict)
    done_sections = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    dossier = models.OneToOneField(Dossier, models.SET_NULL, null=True, blank=True, related_name="draft")

    class Meta:
        ordering = ["-updated_at"]
        constraints = [one_of("draft", "delivery", Delivery)]

    def __str__(self) -> str:
        return f"{self.version} {self.pk}"


class Attachment(models.Model):
    """A file of a draft or of a dossier. The bytes lie outside the web root under their SHA-256.

    `from_attachment`, `from_document`, `from_stored` name what it was reused from (tell us once); `removed_at`
    hides a file the person took back before filing, the row stays.
    """

    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, blank=True, related_name="attachments")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="attachments")
    document = models.ForeignKey(
        RequiredDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="empty: other paper",
    )
    supplement_item = models.ForeignKey(
        "dossiers.SupplementItem", models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    message = models.ForeignKey(
        "dossiers.DossierMessage", models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    digitised = models.BooleanField(default=False, help_text="scanned at the counter from paper")
    from_attachment = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    from_document = models.ForeignKey(
        "dossiers.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="issued result",
    )
    from_stored = models.ForeignKey(
        "dossiers.StoredPaper", models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False) | Q(dossier__isnull=False) | Q(removed_at__isnull=False),
                name="attachment_belongs",
                violation_error_message=_("Tệp phải thuộc một hồ sơ."),
            )
        ]

    def __str__(self) -> str:
        return self.name

"""What the person and the office write to each other inside a dossier; it stays on the record."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import User
from portal.lib.constraints import one_of


class Side(models.TextChoices):
    """Who speaks."""

    CITIZEN = "citizen", _("Người nộp hồ sơ")
    OFFICE = "office", _("Nơi giải quyết")


class DossierMessage(models.Model):
    """One message, never changed; a trigger refuses UPDATE and DELETE.

    `client_key` is made by the page: sending twice is once. Files hang on `Attachment.message`.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=7, choices=Side)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    client_key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [one_of("dossier_message", "side", Side)]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.side} {self.at:%Y-%m-%d %H:%M}"


class MessageThread(models.Model):
    """How many messages each side has not read yet; one row a dossier that has any."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="thread")
    last_at = models.DateTimeField()
    citizen_unread = models.PositiveIntegerField(default=0)
    office_unread = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["last_at"], condition=Q(office_unread__gt=0), name="message_thread_unread")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.citizen_unread} / {self.office_unread}"

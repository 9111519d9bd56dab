"""The tray: lists too long to hand over at once, written by the worker and kept for some days for who asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.constraints import one_of
from reporting.models.reports import FileFormat


class ExportKind(models.TextChoices):
    """What a list holds."""

    LIST = "list", _("Danh sách sau con số")
    DOSSIERS = "dossiers", _("Hồ sơ")
    REGISTER = "register", _("Sổ theo dõi hồ sơ")
    LEDGER = "ledger", _("Sổ cái thu phí, lệ phí")


class ExportState(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", _("Chờ lập")
    RUNNING = "running", _("Đang lập tệp")
    DONE = "done", _("Sẵn sàng")
    FAILED = "failed", _("Không lập được")
    CANCELLED = "cancelled", _("Đã hủy")
    EXPIRED = "expired", _("Đã hết hạn")


class Export(models.Model):
    """One file somebody asked for. `query` is what the list was asked with; rights are looked at again each time.

    `attempt` numbers the workers that took it, and fences off one that was thought dead: only the last may write.
    `beat_at` is the last sign of life. There is a hash exactly while it is done: never a half file.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ExportKind)
    format = models.CharField(max_length=4, choices=FileFormat)
    query = models.JSONField()
    title = models.CharField(max_length=300)
    names = models.BooleanField(default=False, help_text="with people's names")
    client_key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            one_of("export", "kind", ExportKind),
            one_of("export", "format", FileFormat),
            one_of("export", "state", ExportState),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False, expires_at__isnull=False) & ~Q(sha256="")
                | ~Q(state="done") & Q(sha256=""),
                name="export_file_exactly_when_done",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-asked_at"], name="export_owner"),
            models.Index(
                fields=["beat_at"], condition=Q(state__in=["queued", "running"]), name="export_open"
            ),
            models.Index(fields=["expires_at"], condition=Q(state="done"), name="export_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be written."""
        return self.state in {ExportState.QUEUED, ExportState.RUNNING}

    @property
    def share(self) -> float:
        """How much of it is written, of 1."""
        return min(self.written / self.total, 1.0) if self.total else 0.0

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"{self.query.get('name', self.kind)}.{self.format}"

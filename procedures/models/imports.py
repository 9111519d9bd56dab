"""What was read from outside: each file with who and when, its procedures, and what was wrong with its lines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.constraints import both_or_neither, one_of
from procedures.importing.national.kinds import FaultKind, Reason, SourceKind
from procedures.models.drafts import VersionDraft
from procedures.models.procedures import Procedure


class ImportState(models.TextChoices):
    """How far the reading of a file has come."""

    RUNNING = "running", _("Đang so sánh")
    DONE = "done", _("Đã so sánh xong")


class ItemKind(models.TextChoices):
    """What a procedure of the file is beside the catalogue.

    `SEEN`: it differs, but the same content came with an earlier file; what was decided there stands.
    """

    WAITING = "waiting", _("Chưa so sánh")
    NEW = "new", _("Mới")
    CHANGED = "changed", _("Khác với bản đang công bố")
    SEEN = "seen", _("Đã gặp ở lần nhập trước")
    SAME = "same", _("Không khác")


class Decision(models.TextChoices):
    """What a person did with a difference."""

    OPEN = "open", _("Chưa xem xét")
    TAKEN = "taken", _("Đã lấy thành dự thảo")
    ASIDE = "aside", _("Không lấy")


class IdentityState(models.TextChoices):
    """What stands in the procedure's own row (title, field, levels, agency) changes only once two persons agree."""

    NONE = "none", _("Không có")
    WAITING = "waiting", _("Chờ người thứ hai")
    APPLIED = "applied", _("Đã ghi vào danh mục")


class CatalogueImport(models.Model):
    """One file of the national catalogue, kept as it came (`sha256` names its bytes in the store).

    `by` is empty for one taken in by an operator's command. `done` of `total` procedures have been compared.
    `take_by`: who asked to take over everything that is open.
    """

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    kind = models.CharField(max_length=10, choices=SourceKind)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.RUNNING)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    take_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    take_at = models.DateTimeField(null=True, blank=True)
    take_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("catalogue_import", "kind", SourceKind),
            one_of("catalogue_import", "state", ImportState),
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="catalogue_import_done"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="catalogue_import_finished_exactly_when",
            ),
            both_or_neither("catalogue_import", "take_pair", ["take_by", "take_at"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_taking(self) -> bool:
        """Whether the open differences are being taken over."""
        return self.take_at is not None and self.take_ended_at is None


class ImportItem(models.Model):
    """One procedure of a file.

    `facts` are those of `importing.national.records.Record`, `parts` the codes of what differed when it was compared
    with `base`; `digest` names code and facts.
    """

    source = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="items")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=8)
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.WAITING)
    facts = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64)
    parts = models.JSONField(default=list, blank=True)
    earlier = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=6, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    draft = models.ForeignKey(VersionDraft, models.PROTECT, null=True, blank=True, related_name="imported")
    identity = models.CharField(max_length=8, choices=IdentityState, default=IdentityState.NONE)
    identity_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    identity_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="why it could not be taken over")

    class Meta:
        ordering = ["line"]
        constraints = [
            one_of("import_item", "kind", ItemKind),
            one_of("import_item", "decision", Decision),
            one_of("import_item", "identity", IdentityState),
            models.UniqueConstraint(fields=["source", "code"], name="import_item_once"),
            both_or_neither("import_item", "decided_pair", ["decided_by", "decided_at"]),
            both_or_neither("import_item", "identity_pair", ["identity_by", "identity_at"]),
            models.CheckConstraint(
                condition=Q(decision="open", decided_by__isnull=True)
                | (~Q(decision="open") & Q(decided_by__isnull=False)),
                name="import_item_decided_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(identity="applied", identity_by__isnull=False)
                | (~Q(identity="applied") & Q(identity_by__isnull=True)),
                name="import_item_identity_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(identity_by__isnull=True) | ~Q(identity_by=models.F("decided_by")),
                name="import_item_two_persons",
                violation_error_message=_("Người lấy thông tin không tự xác nhận."),
            ),
        ]
        indexes = [models.Index(fields=["code", "digest"], name="import_item_known")]

    def __str__(self) -> str:
        return f"{self.code} ({self.source_id})"


class ImportFault(models.Model):
    """Something wrong with a line of a file: what stood there, why, and what became of the line."""

    source = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=10, choices=FaultKind)
    reason = models.CharField(max_length=12, choices=Reason)
    raw = models.TextField(blank=True)

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            one_of("import_fault", "kind", FaultKind),
            one_of("import_fault", "reason", Reason),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"

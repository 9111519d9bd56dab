"""Drafts of versions: what catalogue staff prepare, check and hand to a second person for publishing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.constraints import one_of
from procedures.models.procedures import Procedure, ProcedureVersion


class DraftState(models.TextChoices):
    """Life of a draft. Any change of its content makes a checked one a draft again."""

    DRAFT = "draft", _("Đang soạn thảo")
    CHECKED = "checked", _("Đã kiểm tra, chờ công bố")
    PUBLISHED = "published", _("Đã công bố")
    DROPPED = "dropped", _("Đã bỏ")


OPEN = (DraftState.DRAFT, DraftState.CHECKED)


class DraftQuerySet(models.QuerySet["VersionDraft"]):
    """Reads over drafts."""

    def open(self) -> DraftQuerySet:
        """Drafts that may still be changed."""
        return self.filter(state__in=OPEN)


class VersionDraft(models.Model):
    """The next version of a procedure while people write it; at most one is open for each procedure.

    `content` is the whole version as one document, in the format of our configured files; it may be incomplete or
    wrong in any way but one: a form it holds can work. `revision` counts its changes. `base`: the version it was
    begun from. `version`: what it became.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="drafts")
    base = models.ForeignKey(ProcedureVersion, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFT)
    content = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(
        ProcedureVersion, models.PROTECT, null=True, blank=True, related_name="draft"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            one_of("version_draft", "state", DraftState),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state__in=["draft", "checked"]),
                name="version_draft_one_open",
                violation_error_message=_("Thủ tục này đang có một dự thảo."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"], checked_by__isnull=True, checked_at__isnull=True)
                | Q(state__in=["checked", "published"], checked_by__isnull=False, checked_at__isnull=False),
                name="version_draft_checked_by",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="published",
                    published_by__isnull=False,
                    published_at__isnull=False,
                    version__isnull=False,
                )
                | ~Q(state="published")
                & Q(published_by__isnull=True, published_at__isnull=True, version__isnull=True),
                name="version_draft_published_by",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | ~Q(published_by=F("author")) & ~Q(published_by=F("changed_by")),
                name="version_draft_second_person",
                violation_error_message=_("Người công bố phải khác người soạn."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} r{self.revision}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed."""
        return self.state in OPEN


class DraftChange(models.Model):
    """One change of a draft: who, when, which part. Only grows; whoever stands here does not publish the draft."""

    draft = models.ForeignKey(VersionDraft, models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    part = models.CharField(max_length=40, help_text="key of the document; empty: the whole of it")

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["draft", "revision"], name="draft_change_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.revision}"

"""Reports made by hand or on schedule: what was counted, frozen, and the files it was printed to."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.documents import verification_token
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission, Role, roles_with
from portal.lib.constraints import both_or_neither, one_of

READERS = [role.value for role in Role if role in roles_with(Permission.SEE_FIGURES)]


class ReportKind(models.TextChoices):
    """The forms a report can take."""

    R06_FIELD = "06a-field", _("Biểu 06a theo lĩnh vực")
    R06_UNIT = "06a-unit", _("Biểu 06a theo đơn vị")
    INDEX_766 = "766", _("Bộ chỉ số 766")
    TARGETS = "targets", _("Thực hiện mục tiêu thành phố giao")
    MONEY = "money", _("Thu phí, lệ phí")
    SATISFACTION = "satisfied", _("Mức độ hài lòng")


class Rhythm(models.TextChoices):
    """How often a scheduled report is made."""

    WEEK = "week", _("Hằng tuần")
    MONTH = "month", _("Hằng tháng")
    QUARTER = "quarter", _("Hằng quý")
    YEAR = "year", _("Hằng năm")


class FileFormat(models.TextChoices):
    """What a report or an export is written as."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"


class ReportSchedule(models.Model):
    """A report made again and again: `issue_day` days after the end of each period, for the holders of `roles`.

    It begins with the period in which it was set up and is ended, never deleted: its reports name it.
    """

    kind = models.CharField(max_length=12, choices=ReportKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    alone = models.BooleanField(default=False, help_text="without the units under it")
    rhythm = models.CharField(max_length=8, choices=Rhythm)
    issue_day = models.PositiveSmallIntegerField(help_text="days after the end of the period, 1 to 28")
    roles = ArrayField(models.CharField(max_length=12), help_text="posts in the unit that get a message")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["unit__sort_key", "kind", "id"]
        constraints = [
            one_of("report_schedule", "kind", ReportKind),
            one_of("report_schedule", "rhythm", Rhythm),
            both_or_neither("report_schedule", "ended_pair", ["ended_by", "ended_at"]),
            models.CheckConstraint(condition=Q(issue_day__range=(1, 28)), name="report_schedule_issue_day"),
            models.CheckConstraint(
                condition=Q(roles__contained_by=READERS), name="report_schedule_roles_see_figures"
            ),
            models.UniqueConstraint(
                fields=["kind", "unit", "rhythm"],
                condition=Q(ended_at__isnull=True),
                name="report_schedule_once",
                violation_error_message=_("Báo cáo này của đơn vị đã có lịch như vậy."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {self.rhythm}"


class Report(models.Model):
    """One report. `content` (`reporting.sheets.Sheet` as JSON) is counted once by the worker and never changed.

    A schedule makes one report a period; by hand the form's key makes a second click the same report. `token`
    opens the public page that verifies its files.
    """

    kind = models.CharField(max_length=12, choices=ReportKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    alone = models.BooleanField(default=False)
    first = models.DateField()
    last = models.DateField()
    schedule = models.ForeignKey(
        ReportSchedule, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    client_key = models.UUIDField(unique=True, default=uuid.uuid4)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    token = models.CharField(max_length=24, unique=True, default=verification_token)
    content = models.JSONField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.JSONField(default=list, help_text="names of the certificates that signed the PDF")

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            one_of("report", "kind", ReportKind),
            both_or_neither("report", "made_pair", ["content", "made_at"]),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="report_days_in_order"),
            models.CheckConstraint(
                condition=Q(schedule__isnull=True, asked_by__isnull=False)
                | Q(schedule__isnull=False, asked_by__isnull=True),
                name="report_by_hand_or_schedule",
            ),
            models.UniqueConstraint(fields=["schedule", "first"], name="report_once_a_period"),
        ]
        indexes = [models.Index(fields=["unit", "-asked_at"], name="report_unit")]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {self.first}–{self.last}"


class ReportFile(models.Model):
    """The bytes of a report in one format, stored by their hash; never changed (a trigger)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=FileFormat)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["format"]
        constraints = [
            one_of("report_file", "format", FileFormat),
            models.UniqueConstraint(fields=["report", "format"], name="report_file_once"),
        ]
        indexes = [models.Index(fields=["sha256"], name="report_file_hash")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.format}"

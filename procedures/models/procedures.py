"""Procedure and its dated versions."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class OnlineLevel(models.TextChoices):
    """How far a procedure can be done online (NĐ 42/2022/NĐ-CP; NĐ 224/2026/NĐ-CP art. 14)."""

    FULL = "full", _("Toàn trình")
    PARTIAL = "partial", _("Một phần")
    COUNTER = "counter", _("Chỉ tại quầy")
    UNCONFIRMED = "unconfirmed", _("Chưa xác nhận")


class Setup(models.TextChoices):
    """How far a procedure is configured; only an incomplete one cannot be filed here."""

    FULL = "full", _("Cấu hình đầy đủ")
    GENERIC = "generic", _("Tờ khai chung")
    INCOMPLETE = "incomplete", _("Chưa đủ dữ kiện")


class VersionState(models.TextChoices):
    """Life of a version. `DRAFT` lasts as long as the transaction that writes its rows; what people prepare is a
    `VersionDraft`. `RECALLED`: published for a later day and taken back before it came."""

    DRAFT = "draft", _("Đang ghi")
    PUBLISHED = "published", _("Đã công bố")
    RECALLED = "recalled", _("Đã thu hồi")


class ClockStart(models.TextChoices):
    """From when working days are counted (domain facts 4.2: both are practised, so it is a choice)."""

    MOMENT = "moment", _("Từ thời điểm tiếp nhận")
    NEXT_DAY = "next_day", _("Từ ngày làm việc kế tiếp")


class Field(models.Model):
    """A field of administration (lĩnh vực)."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200, unique=True)
    name_en = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=200)
    is_official = models.BooleanField(default=True, help_text="false: a heading of a ward's notice list")

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    """Reads over procedures."""

    def done_on(self, day: datetime.date) -> ProcedureQuerySet:
        """Procedures of the catalogue that are not withdrawn on `day`."""
        return self.filter(Q(withdrawn_from__isnull=True) | Q(withdrawn_from__gt=day), is_active=True)


class Procedure(models.Model):
    """A procedure of the catalogue; `code` is text of the form d.dddddd (spreadsheets destroy it otherwise)."""

    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(max_length=1200)
    short_title = models.CharField(max_length=200, blank=True)
    field = models.ForeignKey(Field, models.PROTECT, related_name="procedures")
    at_commune = models.BooleanField(default=False)
    at_province = models.BooleanField(default=False)
    agency = models.CharField(max_length=500, blank=True, help_text="competent agency as the source names it")
    department = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the city's unit that decides a provincial procedure, where known",
    )
    vertical_system = models.CharField(
        max_length=120, blank=True, help_text="handled in a ministry's own system"
    )
    for_citizens = models.BooleanField(default=True)
    for_organisations = models.BooleanField(default=True)
    configured = models.BooleanField(default=False)
    setup = models.CharField(max_length=10, choices=Setup, default=Setup.INCOMPLETE)
    missing = models.JSONField(default=list, help_text="codes of what is missing to be filable")
    search_text = models.TextField(help_text="title, code, field without diacritics")
    popularity = models.PositiveIntegerField(default=0, help_text="shown first when higher")
    as_of = models.CharField(max_length=10)
    source = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    withdrawn_from = models.DateField(null=True, blank=True, help_text="first day it is no longer done")
    withdrawal = models.CharField(
        max_length=300, blank=True, help_text="decision withdrawing it, its date, why"
    )
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", help_text="what is done instead"
    )

    history = HistoricalRecords(excluded_fields=["search_text"])
    objects = ProcedureQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            one_of("procedure", "setup", Setup),
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d\.\d{6}$"),
                name="procedure_code_form",
                violation_error_message=_("Mã thủ tục có dạng 1.234567."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_from__isnull=True, withdrawn_by__isnull=True, withdrawal="")
                | Q(withdrawn_from__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal=""),
                name="procedure_withdrawn_by_decision",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")), name="procedure_succeeds_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_takeable(self) -> bool:
        """Whether it can be taken here once a version is in force: done, and its facts suffice for a form."""
        return self.is_active and self.setup != Setup.INCOMPLETE

    @property
    def name(self) -> str:
        """The short title where there is one, otherwise the official one."""
        return self.short_title or self.title


class VersionQuerySet(models.QuerySet["ProcedureVersion"]):
    """Reads over versions."""

    def in_force(self, day: datetime.date) -> VersionQuerySet:
        """Published versions whose dates hold `day`."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day), state=VersionState.PUBLISHED, valid_from__lte=day
        )

    def takeable(self, day: datetime.date) -> VersionQuerySet:
        """The version in force of each procedure that can be taken here (`Procedure.is_takeable`)."""
        found = self.in_force(day).filter(procedure__is_active=True)
        return found.exclude(procedure__setup=Setup.INCOMPLETE)


class ProcedureVersion(models.Model):
    """What the rules of a procedure were from `valid_from` until the day before `valid_to`.

    A published version never changes (a trigger of the database sees to it), but for its closing date; a dossier keeps
    the one it was filed under. `form` is the e-form as data (see procedures/form_schema.py), empty for a procedure that
    is not configured. `author` and `published_by` are two people, and nobody for a version loaded from our files.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True, help_text="decision announcing the procedure")
    decision_date = models.DateField(null=True, blank=True)
    legal_basis = models.JSONField(default=list, blank=True)
    online_level = models.CharField(max_length=12, choices=OnlineLevel, default=OnlineLevel.UNCONFIRMED)
    level_reason = models.CharField(max_length=300, blank=True)
    clock_start = models.CharField(max_length=10, choices=ClockStart, default=ClockStart.MOMENT)
    supplement_restarts_clock = models.BooleanField(default=False)
    refusal_by_head = models.BooleanField(default=False)
    any_commune = models.BooleanField(default=False, help_text="may be filed at any commune of the city")
    fee_unknown = models.JSONField(
        default=list,
        blank=True,
        help_text="channels whose fee nobody confirmed yet: there nothing is assessed or collected here",
    )
    questions = models.JSONField(
        default=list, blank=True, help_text="which case is mine, see procedures/cases.py"
    )
    form = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recall_reason = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords(excluded_fields=["form", "questions"])
    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["procedure", "-number"]
        constraints = [
            one_of("procedure_version", "state", VersionState),
            one_of("procedure_version", "online_level", OnlineLevel),
            one_of("procedure_version", "clock_start", ClockStart),
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_number"),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state="published", valid_to__isnull=True),
                name="procedure_version_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="procedure_version_in_order",
            ),
            both_or_neither("procedure_version", "two_people", ["author", "published_by"]),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("author")),
                name="procedure_version_second_person",
                violation_error_message=_("Người công bố phải khác người soạn."),
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | ~Q(decision="") & Q(decision_date__isnull=False, published_at__isnull=False),
                name="procedure_version_announced",
            ),
            models.CheckConstraint(
                condition=Q(state="recalled", recalled_at__isnull=False, recalled_by__isnull=False)
                | ~Q(state="recalled") & Q(recalled_at__isnull=True, recalled_by__isnull=True),
                name="procedure_version_recalled_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} v{self.number}"

    @property
    def by_people(self) -> bool:
        """Whether people published it: the loader of our files then leaves it alone."""
        return self.published_by_id is not None


class VersionDocument(models.Model):
    """A version as one document, in the format of our configured files (`importing/configured_file.py`): with the
    scripted examples and notes, which have no rows of their own. Written with the version."""

    version = models.OneToOneField(
        ProcedureVersion, models.CASCADE, primary_key=True, related_name="document"
    )
    content = models.JSONField()

    def __str__(self) -> str:
        return str(self.version)

"""Parts of a version: cases, papers, times per channel, steps, results."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit
from portal.accounts.permissions import Role
from portal.lib.constraints import one_of
from procedures.models.procedures import ProcedureVersion


class Channel(models.TextChoices):
    """How a dossier comes in; `national` is KenhThucHien of the national portal."""

    ONLINE = "online", _("Trực tuyến")
    COUNTER = "counter", _("Trực tiếp")
    POST = "post", _("Bưu chính")

    @property
    def national(self) -> int:
        """1 counter, 2 online, 3 public post."""
        return {"counter": 1, "online": 2, "post": 3}[self.value]


class TimeUnit(models.TextChoices):
    """Units of statutory time (domain facts 4.1)."""

    SAME_DAY = "same_day", _("trong ngày làm việc")
    WORK_MINUTE = "work_min", _("phút làm việc")
    WORK_HOUR = "work_hour", _("giờ làm việc")
    HOUR = "hour", _("giờ")
    WORK_DAY = "work_day", _("ngày làm việc")
    DAY = "day", _("ngày")
    MONTH = "month", _("tháng")
    UNKNOWN = "unknown", _("chưa rõ đơn vị")


WORK_DAY_MINUTES = 480
_MINUTES = {
    TimeUnit.WORK_MINUTE: 1,
    TimeUnit.WORK_HOUR: 60,
    TimeUnit.WORK_DAY: WORK_DAY_MINUTES,
    TimeUnit.DAY: WORK_DAY_MINUTES * 5 // 7,
    TimeUnit.MONTH: WORK_DAY_MINUTES * 20,
}


class StepKind(models.TextChoices):
    """Kinds of internal steps (domain facts 7.3)."""

    RECEIVE = "receive", _("Tiếp nhận")
    ASSIGN = "assign", _("Phân công")
    APPRAISE = "appraise", _("Thẩm định")
    VERIFY = "verify", _("Xác minh, lấy ý kiến")
    CHECK = "check", _("Kiểm tra")
    SIGN = "sign", _("Ký duyệt")
    ISSUE = "issue", _("Cấp số, phát hành")
    RETURN = "return", _("Trả kết quả")


class StepPlace(models.TextChoices):
    """Which unit of a dossier does a step; `OTHER` is one that is asked."""

    RECEIVING = "receiving", _("nơi tiếp nhận")
    COMPETENT = "competent", _("cơ quan giải quyết")
    OTHER = "other", _("đơn vị được hỏi")


PLACE_OF = {
    StepKind.RECEIVE: StepPlace.RECEIVING,
    StepKind.RETURN: StepPlace.RECEIVING,
    StepKind.VERIFY: StepPlace.OTHER,
}


class ProcedureCase(models.Model):
    """A case (trường hợp) within a procedure, with its own papers, times, fees or process."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="cases")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="procedure_case_code")]

    def __str__(self) -> str:
        return self.title


class Part(models.Model):
    """Belongs to a version; to one case of it, or (case empty) to all."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="%(class)ss")
    case = models.ForeignKey(ProcedureCase, models.CASCADE, null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True


class RequiredDocument(Part):
    """A paper of the closed list: nothing beyond it may be asked.

    `certified_basis` names the provision that allows asking for a certified copy; empty means a plain copy
    compared with the original is enough (NĐ 23/2015/NĐ-CP art. 6). `shown_only`: presented, noted and given
    back, no copy may be asked. `known_from` names the register or earlier result that makes it needless,
    `asked_because` says why it must be brought although the state usually holds it. `template` is the hash of a
    `PaperTemplate` to download, "" without one.
    """

    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=700)
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=True)
    shown_only = models.BooleanField(default=False)
    known_from = models.CharField(max_length=200, blank=True)
    asked_because = models.CharField(max_length=300, blank=True)
    certified_basis = models.CharField(max_length=300, blank=True)
    condition = models.JSONField(
        default=dict, blank=True, help_text="asked only when it holds, see form_schema"
    )
    hint = models.CharField(max_length=500, blank=True)
    template = models.CharField(max_length=64, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="required_document_code")]

    def __str__(self) -> str:
        return self.name


class TimeLimit(Part):
    """Statutory time of a channel. `value` null: the source gives none. `fee_shown`: VND as the source shows.

    Not `confirmed`: dates are promised by it, but the city has yet to confirm it; `note` says whose time it is.
    """

    channel = models.CharField(max_length=8, choices=Channel)
    value = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=10, choices=TimeUnit, default=TimeUnit.UNKNOWN)
    fee_shown = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=300, blank=True)
    confirmed = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("time_limit", "channel", Channel),
            one_of("time_limit", "unit", TimeUnit),
            models.UniqueConstraint(
                fields=["version", "case", "channel"], nulls_distinct=False, name="time_limit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.value or '?'} {self.get_unit_display()}"

    @property
    def legal_minutes(self) -> int | None:
        """Working minutes the law leaves for the internal steps; None when no due date can be computed from it.

        Five of seven calendar days are working days, twenty of a month: the fewest that a limit in days can hold.
        """
        if self.unit == TimeUnit.SAME_DAY:
            return WORK_DAY_MINUTES
        if not self.value or self.value != int(self.value) or self.unit not in _MINUTES:
            return None
        return max(int(self.value * _MINUTES[TimeUnit(self.unit)]), 1)


class ProcessStep(Part):
    """A step of the internal process; `minutes` are working minutes. Their sum must not exceed the legal time.

    A step of kind `verify` asks another unit while the step before it goes on: it is `parallel`, so its minutes are a
    limit and no part of the sum. `unit` names whom to ask when it is always the same one. `optional`: only when the
    case needs it. `pause_basis` is the provision by which the clock stands still meanwhile; empty means it runs.
    """

    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role)
    minutes = models.PositiveIntegerField()
    place = models.CharField(max_length=10, choices=StepPlace, default=StepPlace.COMPETENT)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    parallel = models.BooleanField(default=False)
    optional = models.BooleanField(default=False)
    pause_basis = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            one_of("process_step", "kind", StepKind),
            one_of("process_step", "role", Role),
            one_of("process_step", "place", StepPlace),
            models.CheckConstraint(
                condition=Q(kind="verify", parallel=True, place="other")
                | (
                    ~Q(kind="verify")
                    & ~Q(place="other")
                    & Q(parallel=False, unit__isnull=True, pause_basis="")
                ),
                name="process_step_only_verifying_asks",
            ),
            models.UniqueConstraint(
                fields=["version", "case", "order"], nulls_distinct=False, name="process_step_order"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="process_step_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.name}"


class ResultKind(Part):
    """What the procedure gives. `layout` describes the result document (see dossiers/results)."""

    code = models.CharField(max_length=40, blank=True, help_text="national code KQ.Gnn.dddddd where known")
    name = models.CharField(max_length=400)
    number_suffix = models.CharField(max_length=40, blank=True, help_text="as in 12/2026/TLKS-BS")
    layout = models.JSONField(default=dict, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name

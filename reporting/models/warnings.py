"""Early warnings: rules as data, warnings followed until settled, what happened to them, who wants the digest."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class WarningKind(models.TextChoices):
    """What is looked at (`reporting.watch.kinds` says how)."""

    BELOW_TARGET = "below-target", _("Dưới mục tiêu")
    FALLING = "falling", _("Giảm so với kỳ trước")
    LATE_SOON = "late-soon", _("Sắp quá hạn so với năng lực")
    OVERDUE = "overdue", _("Đang quá hạn")
    WAITING = "waiting", _("Chờ tiếp nhận quá tám giờ làm việc")
    NO_INBOX_INTAKE = "no-inbox-in", _("Không ai tiếp nhận, trả kết quả")
    NO_INBOX_WORK = "no-inbox-work", _("Không ai thụ lý, ký, phát hành")
    SECOND_SUPPLEMENT = "second-ask", _("Yêu cầu bổ sung từ hai lần")
    NO_RECEIPT = "no-receipt", _("Đã thu tiền, chưa có biên lai")
    MANY_PEOPLE = "many-people", _("Một người nộp cho nhiều người")
    BEYOND_LIST = "beyond-list", _("Yêu cầu giấy tờ ngoài danh mục")
    CERTIFIED = "certified", _("Đòi bản sao chứng thực không có căn cứ")


class Level(models.TextChoices):
    """Who has to answer."""

    HEAD = "head", _("Trưởng đơn vị")
    LEADER = "leader", _("Lãnh đạo đơn vị")
    CITY = "city", _("Giám sát thành phố")


class WarningState(models.TextChoices):
    """Where a warning stands."""

    OPEN = "open", _("Chưa trả lời")
    ACKNOWLEDGED = "answered", _("Đang xử lý")
    SETTLED = "settled", _("Đã khép")


class WarningRuleQuerySet(models.QuerySet["WarningRule"]):
    """Reads over rules."""

    def on(self, day: datetime.date) -> WarningRuleQuerySet:
        """Rules in force on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class WarningRule(models.Model):
    """A rule of one version: what is looked at, from which number on it speaks, to whom, how long they have.

    `threshold` is a number of dossiers, or for shares and quotients what the kind says. `least`: it is silent about
    fewer dossiers. `days`: the window looked at. `answer_hours` without an answer, or `settle_hours` after one
    without being settled (working hours both), lift a warning to the next level. `is_compulsory`: the digest tells
    it even to those who want no digest, since the law sets the time.
    """

    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=13, choices=WarningKind)
    measure = models.CharField(max_length=40, blank=True)
    threshold = models.DecimalField(max_digits=8, decimal_places=2)
    least = models.PositiveIntegerField(default=1)
    days = models.PositiveSmallIntegerField(default=30)
    first = models.CharField(max_length=6, choices=Level, default=Level.HEAD)
    answer_hours = models.PositiveSmallIntegerField(default=8)
    settle_hours = models.PositiveSmallIntegerField(default=40)
    is_compulsory = models.BooleanField(default=False)
    source = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = WarningRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            one_of("warning_rule", "kind", WarningKind),
            one_of("warning_rule", "first", Level),
            models.UniqueConstraint(fields=["code", "version"], name="warning_rule_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="warning_rule_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class EarlyWarning(models.Model):
    """A rule that speaks about a unit: one row until it is settled, by the figure itself or by a person with a reason.

    `number` is what was counted when it was last looked at. `quiet`: settled by a person although the figure still
    holds; no new warning opens until the figure passed or grew beyond `number`.
    """

    rule = models.ForeignKey(WarningRule, models.PROTECT, related_name="warnings")
    code = models.SlugField(max_length=40, help_text="the rule's, whatever its version")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=WarningState, default=WarningState.OPEN)
    level = models.CharField(max_length=6, choices=Level)
    number = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    level_since = models.DateTimeField(help_text="from when the hours to the next level run")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    quiet = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            one_of("early_warning", "state", WarningState),
            one_of("early_warning", "level", Level),
            both_or_neither("early_warning", "answered_pair", ["answered_by", "answered_at"]),
            models.UniqueConstraint(
                fields=["code", "unit"], condition=Q(settled_at__isnull=True), name="early_warning_once"
            ),
            models.CheckConstraint(
                condition=Q(state="settled", settled_at__isnull=False)
                | (~Q(state="settled") & Q(settled_at__isnull=True, settled_by__isnull=True, quiet=False)),
                name="early_warning_settled_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(reason=""),
                name="early_warning_person_says_why",
                violation_error_message=_("Hãy ghi lý do khép cảnh báo."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "level"], condition=Q(settled_at__isnull=True), name="early_warning_open"
            ),
            models.Index(fields=["code", "unit"], condition=Q(quiet=True), name="early_warning_quiet"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.unit_id}"


class WarningEventKind(models.TextChoices):
    """What happened to a warning."""

    OPENED = "opened", _("Mở cảnh báo")
    ANSWERED = "answered", _("Trả lời")
    ESCALATED = "escalated", _("Chuyển lên cấp trên")
    SETTLED_BY_FIGURE = "healed", _("Tự khép vì số liệu đã đạt")
    SETTLED_BY_PERSON = "closed", _("Khép có lý do")


class WarningEvent(models.Model):
    """One fact about a warning; a trigger refuses UPDATE and DELETE. `number` is what was counted then."""

    warning = models.ForeignKey(EarlyWarning, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=9, choices=WarningEventKind)
    level = models.CharField(max_length=6, choices=Level)
    number = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("warning_event", "kind", WarningEventKind),
            one_of("warning_event", "level", Level),
        ]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.kind}"


class DigestChoice(models.Model):
    """Whether a person wants the daily e-mail about warnings; without a row: yes."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    wanted = models.BooleanField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.wanted}"

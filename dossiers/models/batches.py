"""One move made on many dossiers at once, with an answer for each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.models.dossiers import Dossier
from portal.accounts.models import User
from portal.lib.constraints import one_of


class BatchMove(models.TextChoices):
    """What can be done to many at once: moves that ask for no words of their own."""

    ACCEPT = "accept", pgettext_lazy("move", "Tiếp nhận")
    TAKE = "take", pgettext_lazy("move", "Nhận thụ lý")
    ASSIGN = "assign", pgettext_lazy("move", "Phân công thụ lý")
    SHARE = "share", pgettext_lazy("move", "Chia theo khối lượng")
    SUBMIT = "submit", pgettext_lazy("move", "Trình kết quả theo mẫu")
    PASS_CHECK = "pass_check", pgettext_lazy("move", "Kiểm tra đạt, trình ký")
    SIGN = "sign", pgettext_lazy("move", "Ký duyệt")
    ISSUE = "issue", pgettext_lazy("move", "Cấp số, phát hành")
    RETURN = "return_result", pgettext_lazy("move", "Trả kết quả")
    REMIND = "remind", pgettext_lazy("move", "Nhắc nộp bổ sung")
    MEET_OBLIGATION = "meet_obligation", pgettext_lazy("move", "Xác nhận đã thực hiện nghĩa vụ")


class Outcome(models.TextChoices):
    """How it went with one dossier."""

    WAITING = "waiting", _("Đang chờ")
    DONE = "done", _("Đã thực hiện")
    REFUSED = "refused", _("Không thực hiện")


class Batch(models.Model):
    """What an officer ordered; `key` is made by the page, so that a second press is the same order."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    move = models.CharField(max_length=16, choices=BatchMove)
    to = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("batch", "move", BatchMove),
            models.CheckConstraint(
                condition=Q(move="assign", to__isnull=False) | (~Q(move="assign") & Q(to__isnull=True)),
                name="batch_person_when_assigning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.made_at:%Y-%m-%d %H:%M}"


class BatchRow(models.Model):
    """One dossier of a batch. `text` is what the officer reads: the reason of a refusal, or what was done."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            one_of("batch_row", "outcome", Outcome),
            models.UniqueConstraint(fields=["batch", "dossier"], name="batch_row_once"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", at__isnull=True)
                | (~Q(outcome="waiting") & Q(at__isnull=False)),
                name="batch_row_answered_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position} {self.outcome}"

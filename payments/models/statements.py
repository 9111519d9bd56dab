"""What the bank says came into a collection account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.accounts import CollectionAccount
from portal.accounts.models import User
from portal.lib.constraints import one_of


class Statement(models.Model):
    """One imported file. The same bytes for the same account are the same statement.

    `bad_rows` lists [line, reason] of what could not be read; the rest went in. `rows_known` lines had come in
    with another file before.
    """

    account = models.ForeignKey(CollectionAccount, models.PROTECT, related_name="statements")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    rows_new = models.PositiveIntegerField()
    rows_known = models.PositiveIntegerField()
    bad_rows = models.JSONField(default=list)
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-imported_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="statement_once_per_account")
        ]

    def __str__(self) -> str:
        return self.name


class LineState(models.TextChoices):
    """What became of a movement."""

    OPEN = "open", _("Chờ nhận ra")
    ASSIGNED = "assigned", _("Đã ghi cho hồ sơ")
    SET_ASIDE = "set_aside", _("Không phải phí, lệ phí")
    OUT = "out", _("Tiền ra")


class StatementLine(models.Model):
    """One movement, known by its `key` for ever, whatever file it comes in again with.

    `amount` is signed and whole. Money that came in is booked at once as waiting to be assigned; the payments of
    an assigned line add up to it. `doubtful`: an equal line without the bank's reference stands in the same file.
    What the bank said is never changed (a trigger); who decided is on the row, written once.
    `tried_at`: when the program last looked for its dossier.
    """

    account = models.ForeignKey(CollectionAccount, models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    booked_at = models.DateTimeField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=500, blank=True)
    payer = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    doubtful = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=LineState, default=LineState.OPEN)
    tried_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["booked_at", "id"]
        constraints = [
            one_of("statement_line", "state", LineState),
            models.UniqueConstraint(fields=["account", "key"], name="statement_line_once"),
            models.CheckConstraint(
                condition=Q(state="out", amount__lt=0) | (~Q(state="out") & Q(amount__gt=0)),
                name="statement_line_direction",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["assigned", "set_aside"], done_at__isnull=False)
                | (Q(state__in=["open", "out"]) & Q(done_at__isnull=True)),
                name="statement_line_done_exactly_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="set_aside") | (~Q(note="") & Q(done_by__isnull=False)),
                name="statement_line_set_aside_with_words",
                violation_error_message=_("Hãy ghi đây là khoản tiền gì."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "booked_at"], condition=Q(state="open"), name="statement_line_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.booked_at:%Y-%m-%d} {self.amount:+d}"

"""Dossiers sent from the unit that received them to the unit that decides, and the paper on its way between them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.models.dossiers import Dossier
from dossiers.models.papers import UnitPaper
from dossiers.transfers import TransferState
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of

OVER = [TransferState.HANDED, TransferState.ENDED]


class Transfer(models.Model):
    """One sending of a dossier; a refused one may be followed by the next. What happened is in the dossier's events.

    `due_at`: until when the step of the present state is to be done, in working time of its owner; NULL while none
    is due. `collect_at_receiver`: the person wants the result where it is decided, not where he filed.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="transfers")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=TransferState, default=TransferState.SENT)
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True, help_text="why this unit, for the receiving officers")
    on_paper = models.BooleanField(default=False, help_text="original papers follow by a dispatch list")
    collect_at_receiver = models.BooleanField(default=False)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="of a refusal")
    result_at = models.DateTimeField(
        null=True, blank=True, help_text="when the result reached where it is collected"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["dossier", "number"]
        constraints = [
            one_of("transfer", "state", TransferState),
            models.UniqueConstraint(fields=["dossier", "number"], name="transfer_number"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at__isnull=True), name="transfer_one_open"
            ),
            both_or_neither("transfer", "answered_pair", ["answered_by", "answered_at"]),
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")),
                name="transfer_between_two",
                violation_error_message=_("Xin chọn một đơn vị khác đơn vị đang giữ hồ sơ."),
            ),
            models.CheckConstraint(
                condition=~Q(state=TransferState.REFUSED) | ~Q(reason=""),
                name="transfer_refusal_has_reason",
                violation_error_message=_("Xin ghi rõ lý do không nhận."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, ended_at__isnull=False)
                | (~Q(state__in=OVER) & Q(ended_at__isnull=True)),
                name="transfer_ended_exactly_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "due_at"], condition=Q(ended_at__isnull=True), name="transfer_incoming"
            ),
            models.Index(
                fields=["sender", "due_at"], condition=Q(ended_at__isnull=True), name="transfer_outgoing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number} {self.state}"


class DispatchList(models.Model):
    """Paper handed to a courier from one unit to another, as one numbered list.

    `expected_by`: when it should have arrived (working time of the receiving unit). `closed_at`: every line was
    received. `paper` is the printable list.
    """

    number = models.CharField(max_length=40)
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expected_by = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    paper = models.OneToOneField(UnitPaper, models.PROTECT, related_name="dispatch")

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "number"], name="dispatch_number"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="dispatch_between_two"),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "expected_by"],
                condition=Q(closed_at__isnull=True),
                name="dispatch_incoming",
            ),
            models.Index(
                fields=["sender", "expected_by"],
                condition=Q(closed_at__isnull=True),
                name="dispatch_outgoing",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LineState(models.TextChoices):
    """Whether a paper on a list has arrived."""

    TRAVELLING = "travelling", pgettext_lazy("dispatch", "Đang chuyển")
    RECEIVED = "received", pgettext_lazy("dispatch", "Đã nhận")
    MISSING = "missing", pgettext_lazy("dispatch", "Thiếu")


class Cargo(models.TextChoices):
    """What a line of a list carries."""

    PAPERS = "papers", pgettext_lazy("dispatch", "Giấy tờ của hồ sơ")
    RESULT = "result", pgettext_lazy("dispatch", "Kết quả giải quyết")
    RETURNED = "returned", pgettext_lazy("dispatch", "Giấy tờ trả lại nơi nhận hồ sơ")


class DispatchLine(models.Model):
    """One dossier's paper on a list; a missing one stays an alarm for both units until it is received."""

    dispatch = models.ForeignKey(DispatchList, models.PROTECT, related_name="lines")
    order = models.PositiveSmallIntegerField()
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="lines")
    cargo = models.CharField(max_length=8, choices=Cargo)
    sheets = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=LineState, default=LineState.TRAVELLING)
    note = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["dispatch", "order"]
        constraints = [
            one_of("dispatch_line", "state", LineState),
            one_of("dispatch_line", "cargo", Cargo),
            models.UniqueConstraint(fields=["dispatch", "order"], name="dispatch_line_order"),
            models.UniqueConstraint(fields=["transfer", "cargo"], name="dispatch_line_once"),
            both_or_neither("dispatch_line", "settled_pair", ["settled_by", "settled_at"]),
            models.CheckConstraint(condition=Q(sheets__gte=1, sheets__lte=5000), name="dispatch_line_sheets"),
            models.CheckConstraint(
                condition=~Q(state=LineState.MISSING) | ~Q(note=""),
                name="dispatch_line_missing_has_note",
                violation_error_message=_("Xin ghi rõ giấy tờ nào thiếu."),
            ),
            models.CheckConstraint(
                condition=Q(state=LineState.TRAVELLING, settled_at__isnull=True)
                | (~Q(state=LineState.TRAVELLING) & Q(settled_at__isnull=False)),
                name="dispatch_line_settled_exactly_when",
            ),
        ]
        indexes = [
            models.Index(fields=["dispatch"], condition=Q(state="missing"), name="dispatch_line_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_id}#{self.order}"

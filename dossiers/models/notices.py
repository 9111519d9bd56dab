"""What was told to the person, by which way, and whether it got there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from dossiers.models.events import DossierEvent
from portal.accounts.models import User
from portal.lib.constraints import one_of


class Way(models.TextChoices):
    """By which way a notice goes."""

    PORTAL = "portal", _("Trên Cổng")
    EMAIL = "email", _("Thư điện tử")
    SMS = "sms", _("Tin nhắn SMS")
    ZALO = "zalo", _("Zalo")


class NoticeState(models.TextChoices):
    """What became of a notice."""

    WAITING = "waiting", _("Chờ gửi")
    SENT = "sent", _("Đã gửi")
    FAILED = "failed", _("Không gửi được")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Lists of notices."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        """The person's own."""
        return self.filter(account=user)


class Notice(models.Model):
    """One event told by one way: written once as it will be sent, then only its fate changes.

    `to` is the address (e-mail, telephone), empty on the portal itself. `reference` is what the carrier called it,
    `failure` its reason for not taking it. `read_at` belongs to notices on the portal.
    """

    event = models.ForeignKey(DossierEvent, models.PROTECT, related_name="notices")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="notices")
    account = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=6, choices=Way)
    to = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    state = models.CharField(max_length=7, choices=NoticeState, default=NoticeState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text="times the carrier could not be reached")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    carrier = models.CharField(max_length=10, blank=True, help_text="the adapter that took it")
    reference = models.CharField(max_length=100, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("notice", "way", Way),
            one_of("notice", "state", NoticeState),
            models.UniqueConstraint(fields=["event", "way"], name="notice_once_a_way"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="notice_sent_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(way="portal", to="") | (~Q(way="portal") & ~Q(to="")), name="notice_has_address"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(way="portal"), name="notice_read_on_portal"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], condition=Q(way="portal"), name="notice_of_account"),
            models.Index(
                fields=["account"], condition=Q(way="portal", read_at__isnull=True), name="notice_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.way} {self.state}"


class NoticeChoice(models.Model):
    """Which ways a person wants besides the portal itself; without a row: e-mail, and SMS where there is none."""

    account = models.OneToOneField(User, models.CASCADE, related_name="notice_choice")
    email = models.BooleanField(default=True)
    sms = models.BooleanField(default=False)
    zalo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.email} {self.sms} {self.zalo}"

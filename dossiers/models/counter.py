"""What a counter adds to the dossiers it takes in: how long it took, where, and by what right somebody files."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of
from procedures.models import Procedure


class IntakePlace(models.TextChoices):
    """Where the officer met the person."""

    DESK = "desk", _("Tại quầy")
    HOME = "home", _("Tại nhà, tổ lưu động")
    AGENT = "agent", _("Tại điểm đại lý dịch vụ công")


class Ground(models.TextChoices):
    """Who is served first, or at home; the provision of each is in `dossiers/grounds.py`."""

    ELDERLY = "elderly", _("Người cao tuổi")
    DISABLED = "disabled", _("Người khuyết tật")
    MERIT = "merit", _("Người có công với cách mạng")
    PREGNANT = "pregnant", _("Phụ nữ mang thai, người bế trẻ nhỏ")
    ILL = "ill", _("Người ốm nặng, không tự đi lại được")


class IntakeOutcome(models.TextChoices):
    """What the intake ended with."""

    ACCEPTED = "accepted", pgettext_lazy("intake", "Đã tiếp nhận")
    LACKING = "lacking", pgettext_lazy("intake", "Thiếu giấy tờ")


class CounterIntake(models.Model):
    """One intake of a counter: a fact beside the dossier, written in its transaction and never changed.

    `started_at` is the server's time of the first request about this person, carried by the page under the server's
    signature; empty when that could not be known, and then the intake counts for no mean. `ended_at` is the server's
    time of acceptance, or of the written request for what is missing.
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="intake")
    officer = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=IntakeOutcome)
    place = models.CharField(max_length=5, choices=IntakePlace, default=IntakePlace.DESK)
    ground = models.CharField(max_length=8, choices=Ground, blank=True)
    ticket = models.ForeignKey(
        "dossiers.QueueTicket", models.PROTECT, null=True, blank=True, related_name="intakes"
    )
    bundle = models.ForeignKey(
        "dossiers.Bundle", models.PROTECT, null=True, blank=True, related_name="intakes"
    )
    bundle_row = models.PositiveSmallIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-ended_at", "-id"]
        constraints = [
            one_of("counter_intake", "outcome", IntakeOutcome),
            one_of("counter_intake", "place", IntakePlace),
            one_of("counter_intake", "ground", Ground, or_empty=True),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__lte=F("ended_at")),
                name="counter_intake_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(place="home") | ~Q(ground=""), name="counter_intake_home_has_ground"
            ),
            models.UniqueConstraint(fields=["bundle", "bundle_row"], name="counter_intake_bundle_row"),
            both_or_neither("counter_intake", "in_bundle", ["bundle", "bundle_row"]),
        ]
        indexes = [
            models.Index(fields=["unit", "ended_at"], name="counter_intake_unit"),
            models.Index(fields=["officer", "ended_at"], name="counter_intake_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.outcome}"

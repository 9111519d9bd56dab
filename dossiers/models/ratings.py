"""How satisfied people were: once a dossier, never changed, not shown to the officer by name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


class Satisfaction(models.TextChoices):
    """The overall answer, three steps."""

    VERY = "very", _("Rất hài lòng")
    YES = "yes", _("Hài lòng")
    NO = "no", _("Không hài lòng")


class RatingPlace(models.TextChoices):
    """Where the rating was given."""

    ACCOUNT = "account", _("Trang hồ sơ")
    SLIP = "slip", _("Mã QR trên giấy tiếp nhận")


class Rating(models.Model):
    """One rating under one rule (`dossiers.ratings`); a trigger refuses UPDATE and DELETE.

    `scores` maps criterion to 0, 1 or 2 points, the computed ones included; `unit` is the competent unit at
    that time, `on` the Hanoi day, for counting.
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="rating")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40)
    overall = models.CharField(max_length=4, choices=Satisfaction)
    scores = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    place = models.CharField(max_length=7, choices=RatingPlace)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    on = models.DateField()

    class Meta:
        constraints = [
            one_of("rating", "overall", Satisfaction),
            one_of("rating", "place", RatingPlace),
        ]
        indexes = [models.Index(fields=["unit", "at"], name="rating_unit_at")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.overall}"

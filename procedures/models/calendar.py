"""Days off and make-up working days: a table officials can change, never computed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.lib.constraints import one_of


class DayKind(models.TextChoices):
    """How a day differs from its weekday."""

    OFF = "off", _("Nghỉ")
    WORK = "work", _("Làm bù")
    USUAL = "usual", _("Như ngày thường")


class CalendarDay(models.Model):
    """One day that is not what its weekday says (Bộ luật Lao động 2019, art. 111-112 and yearly notices).

    `ordered`: set by two persons here, so the reference data leaves it as it is; `usual` among these takes back
    what the reference data or an earlier order said.
    """

    day = models.DateField(unique=True)
    kind = models.CharField(max_length=5, choices=DayKind)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=200)
    confirmed = models.BooleanField(default=True, help_text="false for projected years")
    ordered = models.BooleanField(default=False)

    history = HistoricalRecords()

    class Meta:
        ordering = ["day"]
        constraints = [one_of("calendar_day", "kind", DayKind)]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"

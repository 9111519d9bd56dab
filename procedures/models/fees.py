"""Fee rules: amounts with their basis, subsidy, exemptions and validity."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.lib.constraints import one_of
from procedures.models.parts import Channel, Part


class FeeKind(models.TextChoices):
    """Phí pays for a service, lệ phí is a charge of state management (Luật 97/2015/QH13)."""

    FEE = "phi", _("Phí")
    CHARGE = "le_phi", _("Lệ phí")


class FeeAuthority(models.TextChoices):
    """Who sets the amount."""

    MINISTRY = "btc", _("Bộ Tài chính")
    COUNCIL = "hdnd", _("Hội đồng nhân dân thành phố")


class FeeRule(Part):
    """One amount to collect.

    `tiers` is a list of {"upto": n or null, "amount": VND} over the answer named by `quantity_field`
    (graduated: each unit is charged at its tier), `cap` the most per copy, `copies_field` the answer that
    multiplies. A flat amount is one tier without quantity. `subsidy_percent` is what the city pays for this
    channel (NQ 77/2025/NQ-HĐND). `exemptions` are codes of exempt groups with their proof.
    Amounts are whole VND.
    """

    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=FeeKind)
    authority = models.CharField(max_length=8, choices=FeeAuthority)
    channel = models.CharField(max_length=8, choices=Channel, blank=True, help_text="empty: every channel")
    quantity_field = models.CharField(max_length=80, blank=True)
    copies_field = models.CharField(max_length=80, blank=True)
    tiers = models.JSONField(default=list)
    cap = models.PositiveIntegerField(null=True, blank=True)
    subsidy_percent = models.PositiveSmallIntegerField(default=0)
    exemptions = models.JSONField(default=list, blank=True)
    legal_basis = models.CharField(max_length=300)
    confirmed = models.BooleanField(
        default=True, help_text="false: the amount awaits the city's confirmation"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("fee_rule", "kind", FeeKind),
            one_of("fee_rule", "authority", FeeAuthority),
            one_of("fee_rule", "channel", Channel, or_empty=True),
            models.UniqueConstraint(
                fields=["version", "case", "code", "channel", "valid_from"],
                nulls_distinct=False,
                name="fee_rule_once",
            ),
            models.CheckConstraint(
                condition=models.Q(subsidy_percent__lte=100), name="fee_rule_subsidy_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        return self.name

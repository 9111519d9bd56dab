"""Where a unit's fees go: banks, collection accounts, and the code a payer writes into a transfer."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.models import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class Bank(models.Model):
    """A bank by its identification number (BIN); `transfer`: a VietQR transfer reaches it.

    Facts as of 2026-07, loaded from `payments/data/banks.csv`, which names its sources.
    """

    bin = models.CharField(max_length=6, primary_key=True)
    short_name = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    swift = models.CharField(max_length=11, blank=True)
    transfer = models.BooleanField()

    class Meta:
        ordering = ["short_name"]
        constraints = [
            models.CheckConstraint(condition=Q(bin__regex=r"^\d{6}$"), name="bank_bin_form"),
        ]

    def __str__(self) -> str:
        return f"{self.short_name} ({self.bin})"


class AccountState(models.TextChoices):
    """Course of a change of account."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    ACTIVE = "active", _("Đã duyệt")
    DECLINED = "declined", _("Không duyệt")


class Verification(models.TextChoices):
    """Whether somebody compared the account with a paper of the bank."""

    UNVERIFIED = "unverified", _("Chưa đối chiếu")
    VERIFIED = "verified", _("Đã đối chiếu với ngân hàng")
    FAILED = "failed", _("Đối chiếu không khớp")


class CollectionAccount(models.Model):
    """The account the fees of a unit go to from `valid_from` on; `valid_to` is the first day it is not used.

    One person proposes, another approves (constraint). Validities of approved accounts of one unit do not overlap
    (constraint). Only an approved account that was verified receives money. `evidence` names the bank's paper.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="collection_accounts")
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="+")
    number = models.CharField(max_length=19)
    holder = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=AccountState, default=AccountState.PROPOSED)
    reason = models.CharField(max_length=300, help_text="why the account is opened or changed")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    verification = models.CharField(max_length=10, choices=Verification, default=Verification.UNVERIFIED)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["unit", "-valid_from", "-id"]
        constraints = [
            one_of("collection_account", "state", AccountState),
            one_of("collection_account", "verification", Verification),
            both_or_neither("collection_account", "decided_pair", ["decided_by", "decided_at"]),
            both_or_neither("collection_account", "verified_pair", ["verified_by", "verified_at"]),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-Z]{4,19}$"), name="collection_account_number_form"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="collection_account_decided_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="collection_account_two_persons",
                violation_error_message=_("Người đề nghị không được tự duyệt tài khoản thu."),
            ),
            models.CheckConstraint(
                condition=Q(verification="unverified", verified_by__isnull=True)
                | (~Q(verification="unverified") & Q(verified_by__isnull=False) & ~Q(evidence="")),
                name="collection_account_verified_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("asked_by")),
                name="collection_account_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="collection_account_valid_in_order",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state="proposed"),
                name="collection_account_one_proposal",
                violation_error_message=_("Đơn vị đang có một đề nghị chờ duyệt."),
            ),
            # int8range of the key with itself: equality without the extension btree_gist.
            ExclusionConstraint(
                name="collection_account_one_at_a_time",
                expressions=[
                    (Func(F("unit"), F("unit"), Value("[]"), function="int8range"), "&&"),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), "&&"),
                ],
                condition=Q(state="active"),
                violation_error_message=_("Thời gian hiệu lực chồng lên một tài khoản khác của đơn vị."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} …{self.number[-4:]}"


class PaymentCode(models.Model):
    """What the payer of a dossier writes into a transfer: unique for ever, a typing error shows (`codes.py`)."""

    code = models.CharField(max_length=16, primary_key=True)
    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="payment_code")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^HNP[2-9A-HJKMNP-Z]{8}$"), name="payment_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.code

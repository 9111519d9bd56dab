"""The dossier, its parties, its answers, and the counter its code comes from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.querysets import DossierQuerySet
from dossiers.states import Delivery, Money, State, Sync
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of
from procedures.models import Channel, OnlineLevel, Procedure, ProcedureCase, ProcedureVersion

TERMINAL = [State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED]
OUTCOME = [State.FINISHED, State.RETURNED]


class Dossier(models.Model):
    """A request under one procedure version, kept for life.

    Three places (domain facts 7.2): `support_unit` where help was given, `receiving_unit` which accepts and
    returns, `competent_unit` which decides. `promised_at` is the first promised instant and never changes;
    `due_at` is the value of the pure function over the events, stored for the index only. `online_level` is
    the level of the procedure on the day of filing. Times are aware; dates of the figures are Hanoi's.
    """

    code = models.CharField(max_length=60, unique=True)
    client_key = models.UUIDField(
        unique=True, help_text="made by the form: a second sending is the same dossier"
    )
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="dossiers")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="dossiers")
    case = models.ForeignKey(ProcedureCase, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel)
    online_level = models.CharField(max_length=12, choices=OnlineLevel)
    assisted = models.BooleanField(default=False, help_text="typed for the citizen by an officer or agent")
    account = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="dossiers")
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    owner_name = models.CharField(max_length=250)
    receiving_unit = models.ForeignKey(Unit, models.PROTECT, related_name="received_dossiers")
    competent_unit = models.ForeignKey(Unit, models.PROTECT, related_name="handled_dossiers")
    support_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.FILED)
    money = models.CharField(max_length=10, choices=Money, default=Money.NONE)
    delivery = models.CharField(max_length=8, choices=Delivery, default=Delivery.ONLINE)
    sync = models.CharField(max_length=8, choices=Sync, default=Sync.PENDING)
    resume_state = models.CharField(
        max_length=12, choices=State, blank=True, help_text="state before the pause"
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    filed_at = models.DateTimeField()
    accept_by = models.DateTimeField(help_text="eight working hours after filing")
    accepted_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    clock_paused = models.BooleanField(
        default=False, help_text="the clock stands still by law at this moment"
    )
    step_due_at = models.DateTimeField(
        null=True, blank=True, help_text="when the time of the present internal step is over"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="refused, withdrawn, stopped or returned"
    )
    is_demo = models.BooleanField(default=False)

    history = HistoricalRecords(
        excluded_fields=[
            "code",
            "client_key",
            "procedure",
            "version",
            "case",
            "channel",
            "online_level",
            "assisted",
            "account",
            "submitted_by",
            "owner_name",
            "support_unit",
            "filed_at",
            "accept_by",
            "step_due_at",
            "is_demo",
        ]
    )
    objects = DossierQuerySet.as_manager()

    class Meta:
        ordering = ["-filed_at", "-id"]
        constraints = [
            one_of("dossier", "state", State),
            one_of("dossier", "money", Money),
            one_of("dossier", "delivery", Delivery),
            one_of("dossier", "sync", Sync),
            one_of("dossier", "channel", Channel),
            one_of("dossier", "online_level", OnlineLevel),
            one_of("dossier", "resume_state", State, or_empty=True),
            models.CheckConstraint(
                condition=Q(state__in=OUTCOME, finished_at__isnull=False)
                | (~Q(state__in=OUTCOME) & Q(finished_at__isnull=True)),
                name="dossier_finished_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TERMINAL, closed_at__isnull=False)
                | (~Q(state__in=TERMINAL) & Q(closed_at__isnull=True)),
                name="dossier_closed_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, promised_at__isnull=True, due_at__isnull=True)
                | Q(accepted_at__isnull=False, promised_at__isnull=False, due_at__isnull=False),
                name="dossier_promise_with_acceptance",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(accepted_at__gte=F("filed_at")),
                name="dossier_accepted_after_filing",
            ),
        ]
        indexes = [
            models.Index(fields=["receiving_unit", "state", "due_at"], name="dossier_received"),
            models.Index(fields=["competent_unit", "state", "due_at"], name="dossier_handled"),
            models.Index(fields=["account", "-filed_at"], name="dossier_account"),
            models.Index(
                fields=["due_at"],
                condition=Q(finished_at__isnull=True, closed_at__isnull=True),
                name="dossier_open_due",
            ),
            models.Index(
                fields=["step_due_at"],
                condition=Q(step_due_at__isnull=False, closed_at__isnull=True),
                name="dossier_step_due",
            ),
            models.Index(fields=["accept_by"], condition=Q(state="filed"), name="dossier_waiting"),
            # The inbox: only dossiers still open, so that these stay as small as the work that is there.
            models.Index(
                Coalesce("due_at", "accept_by"),
                "id",
                condition=Q(closed_at__isnull=True),
                name="dossier_inbox_due",
            ),
            models.Index(
                fields=["receiving_unit"], condition=Q(closed_at__isnull=True), name="dossier_inbox_received"
            ),
            models.Index(
                fields=["competent_unit"], condition=Q(closed_at__isnull=True), name="dossier_inbox_handled"
            ),
            models.Index(
                fields=["assignee"],
                condition=Q(closed_at__isnull=True, assignee__isnull=False),
                name="dossier_inbox_assignee",
            ),
            models.Index(fields=["filed_at"], name="dossier_filed"),
            models.Index(fields=["accepted_at"], name="dossier_accepted"),
            models.Index(fields=["finished_at"], name="dossier_finished"),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, finished_at__isnull=True),
                name="dossier_closed_without",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PartyRole(models.TextChoices):
    """Who a person is to a dossier."""

    FILER = "filer", _("Người nộp")
    OWNER = "owner", _("Chủ hồ sơ")


class ActingAs(models.TextChoices):
    """By what right a filer acts (domain facts 7.1)."""

    SELF = "self", _("Nộp cho chính mình")
    RELATIVE = "relative", _("Người thân của chủ hồ sơ")
    AUTHORISED = "authorised", _("Người được uỷ quyền")
    LEGAL = "legal", _("Người đại diện theo pháp luật, giám hộ")
    AGENT = "agent", _("Đại lý dịch vụ công")


class DossierParty(models.Model):
    """A person or organisation as they were on filing: a snapshot, written once.

    The national payload's LoaiDoiTuong: 1 citizen, 2 enterprise. `acting` is said of a filer at a counter: an
    authorised person names the paper that authorises him (number and day), an agent the number of his agency.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=6, choices=PartyRole)
    is_organisation = models.BooleanField(default=False)
    name = models.CharField(max_length=250)
    id_number = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=400, blank=True)
    relation = models.CharField(
        max_length=200, blank=True, help_text="by what right a filer acts for the owner"
    )
    acting = models.CharField(max_length=10, choices=ActingAs, blank=True)
    basis_number = models.CharField(max_length=60, blank=True)
    basis_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("dossier_party", "role", PartyRole),
            models.UniqueConstraint(fields=["dossier", "role"], name="dossier_party_once"),
            one_of("dossier_party", "acting", ActingAs, or_empty=True),
            models.CheckConstraint(
                condition=~Q(acting="authorised") | (~Q(basis_number="") & Q(basis_date__isnull=False)),
                name="dossier_party_authorised_by",
                violation_error_message=_("Ghi số và ngày của văn bản uỷ quyền."),
            ),
            models.CheckConstraint(
                condition=~Q(acting="agent") | ~Q(basis_number=""), name="dossier_party_agent_number"
            ),
        ]
        indexes = [models.Index(fields=["id_number"], name="dossier_party_id")]

    def __str__(self) -> str:
        return self.name


class DossierForm(models.Model):
    """The answers of a dossier: one immutable row per revision (a supplement makes a new one)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="forms")
    revision = models.PositiveSmallIntegerField(default=1)
    answers = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["dossier", "revision"], name="dossier_form_revision")]

    def __str__(self) -> str:
        return f"{self.dossier_id} r{self.revision}"


class DossierSequence(models.Model):
    """The daily counter of a receiving agency: dossier codes are agency-yyMMdd-NNNN (TT 01/2018/TT-VPCP)."""

    agency_code = models.CharField(max_length=35)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency_code", "day"], name="dossier_sequence_day")]

    def __str__(self) -> str:
        return f"{self.agency_code} {self.day} {self.last}"

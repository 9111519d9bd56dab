"""The conditions of the facts: what makes a dossier online, on time, paid, asked twice and so on."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, TruncDate

from dossiers.models import (
    Attachment,
    Document,
    DocumentKind,
    DossierEvent,
    Satisfaction,
    SupplementItem,
    SupplementRequest,
)
from dossiers.states import Delivery, EventKind
from payments.models import FeeAssessment, Payment, Provider
from portal.accounts.models import Membership
from portal.accounts.permissions import Role
from procedures.calendar import HANOI
from procedures.models import Channel, OnlineLevel, RequiredDocument
from reporting.bases import SETTLED, ZERO

ONLINE_PROVIDERS = [Provider.VNPAY, Provider.NATIONAL, Provider.TRANSFER]
PAUSES = [EventKind.SUPPLEMENT_REQUESTED, EventKind.OBLIGATION_SET, EventKind.HELD]
RESUMES = [EventKind.SUPPLEMENT_ANSWERED, EventKind.OBLIGATION_MET, EventKind.RELEASED]


def _events(*kinds: EventKind) -> QuerySet[DossierEvent]:
    return DossierEvent.objects.filter(dossier=OuterRef("pk"), kind__in=kinds).order_by()


ONLINE = Q(channel=Channel.ONLINE)
ANSWERED_IN_TIME = Q(accepted_at__lte=F("accept_by")) | Q(
    Exists(_events(EventKind.SUPPLEMENT_REQUESTED).filter(at__lte=OuterRef("accept_by")))
)
# A letter of apology sets a new date but does not erase the first one: an extended dossier is on time only if
# it was finished by the date first promised.
ON_TIME = Q(finished_at__lte=F("due_at")) & (
    Q(finished_at__lte=F("promised_at")) | ~Q(Exists(_events(EventKind.EXTENDED)))
)
DAY_DUE = TruncDate("due_at", tzinfo=HANOI)
ASKED_TWICE = Q(Exists(SupplementRequest.objects.filter(dossier=OuterRef("pk"), number__gt=1).order_by()))
E_RESULT = Q(
    Exists(
        Document.objects.filter(dossier=OuterRef("pk"), kind=DocumentKind.RESULT, rendered_at__isnull=False)
        .exclude(signed_by=[])
        .order_by()
    )
)
_PAID_AT_COUNTER = Payment.objects.filter(SETTLED, dossier=OuterRef("pk")).exclude(
    provider__in=ONLINE_PROVIDERS
)
OFFERED_LEVELS = [OnlineLevel.FULL, OnlineLevel.PARTIAL]
OFFERED = Q(online_level__in=OFFERED_LEVELS)
_SCANNED = Attachment.objects.filter(dossier=OuterRef("pk"), digitised=True, removed_at=None)
ALL_ONLINE = (
    ONLINE
    & Q(delivery__in=[Delivery.ONLINE, Delivery.POST])
    & E_RESULT
    & ~Q(Exists(_PAID_AT_COUNTER.order_by()))
    & ~Q(Exists(_SCANNED.order_by()))
)


# The assessment in force is the one nothing supersedes.
_ASSESSED = FeeAssessment.objects.filter(dossier=OuterRef("pk"), superseded_by=None).order_by()
FEE_DUE = Q(Exists(_ASSESSED.filter(payable__gt=0)))
FEE_LIFTED = Q(Exists(_ASSESSED.filter(gross__gt=0, payable=0)))
FEE_PAID_ONLINE = FEE_DUE & Q(
    Exists(Payment.objects.filter(SETTLED, dossier=OuterRef("pk"), provider__in=ONLINE_PROVIDERS).order_by())
)
_DAY_FILED = TruncDate(ExpressionWrapper(OuterRef("filed_at"), DateTimeField()), tzinfo=HANOI)
# An agent is who held that post on the day of filing.
BY_AGENT = Q(
    Exists(
        Membership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=_DAY_FILED),
            user=OuterRef("submitted_by"),
            role=Role.AGENT,
            valid_from__lte=_DAY_FILED,
        ).order_by()
    )
)
# A published version never changes, so its list of papers is that of the day of filing.
CERTIFIED_LISTED = Q(
    Exists(
        RequiredDocument.objects.filter(version=OuterRef("version")).exclude(certified_basis="").order_by()
    )
)
ASKED = Q(Exists(SupplementRequest.objects.filter(dossier=OuterRef("pk")).order_by()))
_FILES = Attachment.objects.filter(dossier=OuterRef("pk"), removed_at=None).order_by()
DIGITISED = E_RESULT & Q(Exists(_FILES))
REUSED = DIGITISED & Q(Exists(_FILES.filter(from_attachment__isnull=False)))
# The second version of the measure also counts papers taken from an issued document or the personal store.
REUSED_FROM_ANYWHERE = DIGITISED & Q(
    Exists(
        _FILES.filter(
            Q(from_attachment__isnull=False) | Q(from_document__isnull=False) | Q(from_stored__isnull=False)
        )
    )
)
CERTIFIED_WORD = "chứng thực"
CERTIFIED_ASKED = Q(
    Exists(
        SupplementItem.objects.filter(
            request__dossier=OuterRef("pk"), instruction__icontains=CERTIFIED_WORD
        ).order_by()
    )
)
SATISFIED = Q(overall__in=[Satisfaction.VERY, Satisfaction.YES])


def _paused_seconds() -> Any:
    """Seconds a finished dossier stood paused: every pause it had after acceptance is over by then."""
    epoch = Cast(Extract("at", "epoch"), BigIntegerField())
    signed = Case(
        When(kind__in=RESUMES, then=epoch),
        When(kind__in=PAUSES, then=ExpressionWrapper(epoch * -1, output_field=BigIntegerField())),
        default=ZERO,
    )
    pauses = _events(*(EventKind(kind) for kind in (*PAUSES, *RESUMES)))
    total = (
        pauses.filter(at__gte=OuterRef("accepted_at"))
        .values("dossier")
        .annotate(paused=Sum(signed))
        .values("paused")
    )
    return Coalesce(Subquery(total, output_field=BigIntegerField()), ZERO)


HANDLING_SECONDS = (
    Cast(Extract("finished_at", "epoch"), BigIntegerField())
    - Cast(Extract("accepted_at", "epoch"), BigIntegerField())
    - _paused_seconds()
)

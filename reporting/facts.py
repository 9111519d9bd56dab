"""The sets every figure is counted from.

A `Fact` is one set of rows with the day and the unit it is counted for. The same condition fills the stored
counts (`reporting.fill`) and selects the list behind a number (`Fact.rows`), so the two cannot disagree.
A fact's code is the name of its column in `DayCount`.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, Now, TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.models import Attachment, Document, DocumentKind, Dossier, DossierEvent, SupplementRequest
from dossiers.states import Delivery, EventKind, State
from payments.models import Payment, Provider
from payments.workflow import PaymentState
from procedures.calendar import HANOI
from procedures.models import Channel, OnlineLevel

EVERY = Q()
ZERO = Value(0, output_field=BigIntegerField())
ONLINE_PROVIDERS = [Provider.VNPAY, Provider.NATIONAL, Provider.TRANSFER]
PAUSES = [EventKind.SUPPLEMENT_REQUESTED, EventKind.OBLIGATION_SET, EventKind.HELD]
RESUMES = [EventKind.SUPPLEMENT_ANSWERED, EventKind.OBLIGATION_MET, EventKind.RELEASED]


def midnight(day: datetime.date) -> datetime.datetime:
    """The first instant of a Hanoi day."""
    return datetime.datetime.combine(day, datetime.time(), HANOI)


@dataclass(frozen=True)
class Basis:
    """By which day and for which unit rows are counted.

    `moment` and `unit` are fields of `model`; `dossier` is the path from a row to its dossier, with trailing
    underscores. A basis without `moment` counts what stands now: it belongs to no day and is never stored.
    """

    code: str
    label: str | Promise
    unit_label: str | Promise
    model: type[Dossier | Payment]
    moment: str
    unit: str
    dossier: str = ""
    scope: Q = EVERY

    @property
    def is_stock(self) -> bool:
        """Whether it counts what stands now instead of what happened on a day."""
        return not self.moment

    def all_rows(self) -> QuerySet[Any]:
        """Every row of the basis."""
        return self.model.objects.filter(self.scope).order_by()

    def between(self, first: datetime.date, last: datetime.date) -> Q:
        """Rows of the days `first` to `last`, both included."""
        if self.is_stock:
            return Q()
        after = datetime.timedelta(days=1)
        return Q(**{f"{self.moment}__gte": midnight(first), f"{self.moment}__lt": midnight(last + after)})

    def of_units(self, units: Collection[int]) -> Q:
        """Rows counted for these units."""
        return Q(**{f"{self.unit}__in": sorted(units)})


@dataclass(frozen=True)
class Fact:
    """A set of rows of a basis, or with `total` the sum of a column over the set."""

    code: str
    basis: Basis
    title: str | Promise
    where: Q = EVERY
    total: Any = None

    def aggregate(self) -> Any:
        """The expression that counts (or sums) it in a query grouped by day and unit."""
        if self.total is None:
            return Count("pk", filter=self.where)
        return Coalesce(Sum(self.total, filter=self.where, output_field=BigIntegerField()), ZERO)

    def rows(self, first: datetime.date, last: datetime.date, units: Collection[int] | None) -> QuerySet[Any]:
        """The very rows a number counts, for the days `first` to `last`; `units` None means all."""
        rows = self.basis.all_rows().filter(self.basis.between(first, last))
        if units is not None:
            rows = rows.filter(self.basis.of_units(units))
        return rows.filter(self.where)


FILED = Basis("filed", _("ngày nộp"), _("đơn vị tiếp nhận"), Dossier, "filed_at", "receiving_unit")
ACCEPTED = Basis(
    "accepted", _("ngày tiếp nhận"), _("đơn vị tiếp nhận"), Dossier, "accepted_at", "receiving_unit"
)
CLOSED = Basis(
    "closed",
    _("ngày kết thúc"),
    _("đơn vị tiếp nhận"),
    Dossier,
    "closed_at",
    "receiving_unit",
    scope=Q(closed_at__isnull=False, finished_at__isnull=True),
)
FINISHED = Basis(
    "finished", _("ngày có kết quả"), _("đơn vị giải quyết"), Dossier, "finished_at", "competent_unit"
)
# One dossier may be paid twice (a supplementary assessment): "first" counts dossiers, "booked" counts money.
_SETTLED = Q(state=PaymentState.SETTLED, is_surplus=False)
_EARLIER = Payment.objects.filter(
    Q(settled_at__lt=OuterRef("settled_at")) | Q(settled_at=OuterRef("settled_at"), pk__lt=OuterRef("pk")),
    _SETTLED,
    dossier=OuterRef("dossier"),
).order_by()
BOOKED = Basis(
    "booked", _("ngày thu tiền"), _("đơn vị thu"), Payment, "settled_at", "unit", "dossier__", _SETTLED
)
# What stands now is found through the partial indexes of open and of waiting dossiers, hence the scopes.
_OPEN = Q(accepted_at__isnull=False, finished_at__isnull=True, closed_at__isnull=True)
_WAITING = Q(state=State.FILED)
HANDLING_NOW = Basis(
    "handling_now", _("hiện tại"), _("đơn vị giải quyết"), Dossier, "", "competent_unit", scope=_OPEN
)
INTAKE_NOW = Basis(
    "intake_now", _("hiện tại"), _("đơn vị tiếp nhận"), Dossier, "", "receiving_unit", scope=_WAITING
)

BASES = (FILED, ACCEPTED, CLOSED, FINISHED, BOOKED)
STOCK_BASES = (HANDLING_NOW, INTAKE_NOW)


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
_DAY_DUE = TruncDate("due_at", tzinfo=HANOI)
ASKED_TWICE = Q(Exists(SupplementRequest.objects.filter(dossier=OuterRef("pk"), number__gt=1).order_by()))
E_RESULT = Q(
    Exists(
        Document.objects.filter(dossier=OuterRef("pk"), kind=DocumentKind.RESULT, rendered_at__isnull=False)
        .exclude(signed_by=[])
        .order_by()
    )
)
_PAID_AT_COUNTER = Payment.objects.filter(_SETTLED, dossier=OuterRef("pk")).exclude(
    provider__in=ONLINE_PROVIDERS
)
_SCANNED = Attachment.objects.filter(dossier=OuterRef("pk"), digitised=True, removed_at=None)
ALL_ONLINE = (
    ONLINE
    & Q(delivery__in=[Delivery.ONLINE, Delivery.POST])
    & E_RESULT
    & ~Q(Exists(_PAID_AT_COUNTER.order_by()))
    & ~Q(Exists(_SCANNED.order_by()))
)


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

FACTS: tuple[Fact, ...] = (
    Fact("filed", FILED, _("Hồ sơ nộp trong kỳ")),
    Fact("filed_online", FILED, _("Hồ sơ nộp trực tuyến trong kỳ"), ONLINE),
    Fact("received", ACCEPTED, _("Hồ sơ được tiếp nhận trong kỳ")),
    Fact("received_counter", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp trực tiếp"), Q(channel=Channel.COUNTER)),
    Fact("received_post", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp qua bưu chính"), Q(channel=Channel.POST)),
    Fact("received_online", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp trực tuyến"), ONLINE),
    Fact(
        "received_unassisted",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, người dân tự nộp trực tuyến"),
        ONLINE & Q(assisted=False),
    ),
    Fact(
        "received_assisted",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến có người nhập giúp"),
        ONLINE & Q(assisted=True),
    ),
    Fact(
        "received_full",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến với thủ tục toàn trình"),
        ONLINE & Q(online_level=OnlineLevel.FULL),
    ),
    Fact(
        "received_offered",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận của thủ tục có cung cấp trực tuyến"),
        Q(online_level__in=[OnlineLevel.FULL, OnlineLevel.PARTIAL]),
    ),
    Fact(
        "received_offered_online",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận của thủ tục có cung cấp trực tuyến, nộp trực tuyến"),
        ONLINE & Q(online_level__in=[OnlineLevel.FULL, OnlineLevel.PARTIAL]),
    ),
    Fact(
        "intake_watched",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến hoặc qua bưu chính"),
        ~Q(channel=Channel.COUNTER),
    ),
    Fact(
        "intake_in_time",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận hoặc được hướng dẫn bổ sung trong tám giờ làm việc"),
        ~Q(channel=Channel.COUNTER) & ANSWERED_IN_TIME,
    ),
    Fact("refused", CLOSED, _("Hồ sơ không được tiếp nhận"), Q(state=State.REFUSED)),
    Fact("withdrawn", CLOSED, _("Hồ sơ được rút"), Q(state=State.WITHDRAWN)),
    Fact("stopped", CLOSED, _("Hồ sơ dừng giải quyết"), Q(state=State.STOPPED)),
    Fact("finished", FINISHED, _("Hồ sơ có kết quả trong kỳ")),
    Fact(
        "finished_early",
        FINISHED,
        _("Hồ sơ có kết quả trước ngày hẹn"),
        ON_TIME & Q(finished_at__date__lt=_DAY_DUE),
    ),
    Fact("finished_on_time", FINISHED, _("Hồ sơ có kết quả trước hạn hoặc đúng hạn"), ON_TIME),
    Fact(
        "finished_on_time_766",
        FINISHED,
        _("Hồ sơ có kết quả đúng hạn và không quá một lần yêu cầu bổ sung"),
        ON_TIME & ~ASKED_TWICE,
    ),
    Fact("finished_e_result", FINISHED, _("Hồ sơ có bản điện tử của kết quả"), E_RESULT),
    Fact("finished_all_online", FINISHED, _("Hồ sơ thực tế được làm trực tuyến ở mọi bước"), ALL_ONLINE),
    Fact(
        "handling_seconds",
        FINISHED,
        _("Tổng thời gian giải quyết, trừ thời gian tạm dừng"),
        Q(),
        HANDLING_SECONDS,
    ),
    Fact("paid", BOOKED, _("Hồ sơ đã nộp phí, lệ phí trong kỳ"), ~Q(Exists(_EARLIER))),
    Fact(
        "paid_online",
        BOOKED,
        _("Hồ sơ đã nộp phí, lệ phí trực tuyến"),
        ~Q(Exists(_EARLIER)) & Q(provider__in=ONLINE_PROVIDERS),
    ),
    Fact("paid_amount", BOOKED, _("Số tiền phí, lệ phí đã thu"), Q(), F("amount")),
    Fact(
        "paid_amount_online",
        BOOKED,
        _("Số tiền phí, lệ phí đã thu trực tuyến"),
        Q(provider__in=ONLINE_PROVIDERS),
        F("amount"),
    ),
)

STOCK: tuple[Fact, ...] = (
    Fact("open_now", HANDLING_NOW, _("Hồ sơ đang giải quyết")),
    Fact(
        "overdue_now",
        HANDLING_NOW,
        _("Hồ sơ đang giải quyết đã quá hạn"),
        Q(due_at__lt=Now(), clock_paused=False) & ~Q(state__in=[State.SUPPLEMENT, State.OBLIGATION]),
    ),
    Fact("waiting_now", INTAKE_NOW, _("Hồ sơ chờ tiếp nhận")),
    Fact(
        "waiting_late_now",
        INTAKE_NOW,
        _("Hồ sơ chờ tiếp nhận quá tám giờ làm việc"),
        Q(accept_by__lt=Now()),
    ),
)

FACT_BY_CODE = {fact.code: fact for fact in (*FACTS, *STOCK)}
CODES = tuple(fact.code for fact in FACTS)
STOCK_CODES = tuple(fact.code for fact in STOCK)

"""Reads over money: what is owed, what was paid, what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from dossiers.models import Dossier
from dossiers.states import Money
from payments.models import (
    Account,
    CashShift,
    FeeAssessment,
    LedgerEntry,
    Payment,
    PaymentIncident,
    Receipt,
)
from payments.workflow import PaymentState
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User


def current_assessment(dossier: Dossier) -> FeeAssessment | None:
    """The assessment nothing replaced."""
    return dossier.assessments.filter(superseded_by=None).select_related("dossier").first()


def settled(dossier: Dossier) -> QuerySet[Payment]:
    """Payments that count against what is owed."""
    return dossier.payments.filter(state=PaymentState.SETTLED, is_surplus=False)


def is_paid(dossier: Dossier) -> bool:
    """Whether the fee of the dossier has been paid."""
    return settled(dossier).exists()


@dataclass(frozen=True)
class FeeSummary:
    """What a fee panel shows."""

    dossier: Dossier
    assessment: FeeAssessment | None
    paid: Payment | None
    pending: Payment | None
    receipts: list[Receipt]

    @property
    def owed(self) -> int:
        """VND still to pay."""
        return 0 if self.paid or self.assessment is None else self.assessment.payable

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the assessment."""
        return self.assessment.lines if self.assessment else []


def fee_summary(dossier: Dossier) -> FeeSummary:
    """Everything about the fee of one dossier, in three queries."""
    payments = list(dossier.payments.order_by("-id"))
    return FeeSummary(
        dossier=dossier,
        assessment=current_assessment(dossier),
        paid=next(
            (row for row in payments if row.state == PaymentState.SETTLED and not row.is_surplus), None
        ),
        pending=next((row for row in payments if row.state == PaymentState.PENDING), None),
        receipts=list(dossier.receipts.select_related("book", "document").order_by("id")),
    )


def receipts_of(user: User | AnonymousUser) -> QuerySet[Receipt]:
    """Receipts of a citizen's own dossiers, newest first."""
    rows = (
        Receipt.objects.filter(dossier__account=user.pk) if user.is_authenticated else Receipt.objects.none()
    )
    return rows.select_related("book", "document", "dossier__procedure", "unit").order_by("-issued_at", "-id")


def awaiting_payment(user: User | AnonymousUser) -> QuerySet[Dossier]:
    """Dossiers with a fee due that `user` may collect, oldest first, each with `owed` in VND."""
    units = units_with(user, Permission.COLLECT)
    in_force = FeeAssessment.objects.filter(dossier=OuterRef("pk"), superseded_by=None)
    return (
        Dossier.objects.filter(money=Money.DUE, receiving_unit__in=units.values("pk"))
        .annotate(owed=Subquery(in_force.values("payable")[:1]))
        .select_related("procedure", "receiving_unit")
        .order_by("accepted_at", "id")
    )


def matching(dossiers: QuerySet[Dossier], text: str) -> QuerySet[Dossier]:
    """Those whose code or owner contains `text`."""
    return dossiers.filter(Q(code__icontains=text) | Q(owner_name__icontains=text)) if text else dossiers


def open_shift_of(user: User | AnonymousUser) -> CashShift | None:
    """The cashier's open shift."""
    return CashShift.objects.filter(cashier=user.pk, closed_at=None).select_related("unit").first()


def shifts_visible_to(user: User | AnonymousUser) -> QuerySet[CashShift]:
    """A cashier's own shifts; every shift of the unit for whoever approves money there."""
    units = units_with(user, Permission.APPROVE_MONEY)
    return CashShift.objects.filter(Q(cashier=user.pk) | Q(unit__in=units.values("pk"))).select_related(
        "unit", "cashier"
    )


def cash_taken(shift: CashShift) -> int:
    """VND taken into the drawer during a shift, by the ledger (what the closing took out is not counted)."""
    rows = LedgerEntry.objects.filter(shift=shift, account=Account.DRAWER, payment__isnull=False)
    return rows.aggregate(total=Sum("amount"))["total"] or 0


def shift_receipts(shift: CashShift) -> QuerySet[Receipt]:
    """Receipts issued in a shift, in the order of issue."""
    return (
        Receipt.objects.filter(payment__shift=shift)
        .select_related("book", "dossier", "payment", "document")
        .order_by("issued_at", "id")
    )


def incidents_visible_to(user: User | AnonymousUser) -> QuerySet[PaymentIncident]:
    """Work items of the units whose money `user` handles; those of no unit go to the system's operators."""
    units = units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY)
    mine = Q(unit__in=units.values("pk"))
    if can_somewhere(user, Permission.RUN_SYSTEM):
        mine |= Q(unit=None)
    return PaymentIncident.objects.filter(mine).select_related("unit", "dossier", "payment", "settled_by")

"""Reads over money: what is owed, what was paid, what waits for whom."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from dossiers.models import Dossier
from dossiers.states import Money
from payments.models import (
    Account,
    CashShift,
    CollectionAccount,
    DayBalance,
    FeeAssessment,
    LedgerEntry,
    PayLink,
    Payment,
    PaymentIncident,
    Receipt,
    Refund,
    Statement,
    StatementLine,
    UnitDay,
)
from payments.workflow import PaymentState, RefundState
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.models import Membership, UnitKind, User
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import Unit


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
    return PaymentIncident.objects.filter(mine).select_related(
        "unit", "dossier", "payment", "settled_by", "owner"
    )


MONEY_EYES = (Permission.COLLECT, Permission.APPROVE_MONEY, Permission.SEE_FIGURES, Permission.RUN_SYSTEM)


def money_units(user: User | AnonymousUser) -> QuerySet[Unit]:
    """Units with a counter whose collecting `user` may look at: his own, for the city's people all."""
    found = units_with(user, MONEY_EYES[0])
    for permission in MONEY_EYES[1:]:
        found = found | units_with(user, permission)
    return found.filter(kind__in=[UnitKind.COMMUNE, UnitKind.BRANCH])


def accounts_visible_to(user: User | AnonymousUser) -> QuerySet[CollectionAccount]:
    """Collection accounts of those units."""
    return CollectionAccount.objects.filter(unit__in=money_units(user).values("pk")).select_related(
        "unit", "bank", "asked_by", "decided_by", "verified_by"
    )


def _handled(user: User | AnonymousUser) -> QuerySet[Unit]:
    return units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY)


def lines_visible_to(user: User | AnonymousUser) -> QuerySet[StatementLine]:
    """Movements of the accounts of units whose money `user` handles; they name payers."""
    return StatementLine.objects.filter(account__unit__in=_handled(user).values("pk")).select_related(
        "account__unit", "account__bank", "statement", "done_by"
    )


def statements_visible_to(user: User | AnonymousUser) -> QuerySet[Statement]:
    """Imported files of those accounts, newest first."""
    return Statement.objects.filter(account__unit__in=_handled(user).values("pk")).select_related(
        "account__unit", "account__bank", "imported_by"
    )


def importable_accounts(user: User | AnonymousUser) -> QuerySet[CollectionAccount]:
    """Approved accounts of units `user` collects for."""
    units = units_with(user, Permission.COLLECT)
    return CollectionAccount.objects.filter(unit__in=units.values("pk"), state="active").select_related(
        "bank", "unit"
    )


def receivers_of(shift: CashShift) -> QuerySet[User]:
    """Colleagues of the unit who handle or approve its money, the cashier of the shift left out."""
    roles = {*roles_with(Permission.COLLECT), *roles_with(Permission.APPROVE_MONEY)}
    posts = Membership.objects.on(clock.today()).filter(unit=shift.unit_id, role__in=roles)
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True)
    return people.exclude(pk=shift.cashier_id).order_by("full_name")


def shifts_readable_by(user: User | AnonymousUser) -> QuerySet[CashShift]:
    """Shifts one may look at: those of `shifts_visible_to`, and those handed over to oneself."""
    units = units_with(user, Permission.APPROVE_MONEY)
    mine = Q(cashier=user.pk) | Q(handed_to=user.pk) | Q(unit__in=units.values("pk"))
    return CashShift.objects.filter(mine).select_related("unit", "cashier", "handed_to", "day")


def to_confirm(user: User | AnonymousUser) -> QuerySet[CashShift]:
    """Shifts handed over to `user` who has not confirmed them yet."""
    rows = CashShift.objects.filter(handed_to=user.pk, received_at=None)
    return rows.select_related("unit", "cashier").order_by("closed_at")


@dataclass(frozen=True)
class DaySheet:
    """What a unit took on one day, by the collection day of its receipts. Whole VND."""

    unit: Unit
    day: datetime.date
    closing: UnitDay | None
    shifts: list[CashShift]
    by_road: list[tuple[str, int, int]]
    by_kind: dict[str, int]

    @property
    def total(self) -> int:
        """Everything receipted."""
        return sum(self.by_kind.values())

    @property
    def open_shifts(self) -> int:
        """Shifts that were not closed."""
        return sum(shift.closed_at is None for shift in self.shifts)

    @property
    def unconfirmed(self) -> int:
        """Handovers nobody confirmed."""
        return sum(shift.handed_to_id is not None and shift.received_at is None for shift in self.shifts)


def day_sheet(unit: Unit, day: datetime.date) -> DaySheet:
    """The closing sheet of a unit's day, in four queries."""
    receipts = Receipt.objects.filter(unit=unit, collected_on=day).order_by()
    roads = receipts.values("payment__provider").annotate(count=Count("pk"), total=Sum("total"))
    kinds = receipts.values("kind").annotate(total=Sum("total"))
    shifts = CashShift.objects.filter(unit=unit, day__day=day).select_related("cashier", "handed_to")
    return DaySheet(
        unit=unit,
        day=day,
        closing=UnitDay.objects.filter(unit=unit, day=day).select_related("closed_by").first(),
        shifts=list(shifts.order_by("opened_at")),
        by_road=[(row["payment__provider"], row["count"], row["total"]) for row in roads],
        by_kind=dict.fromkeys(FeeKind.values, 0) | {row["kind"]: row["total"] for row in kinds},
    )


def card_taken(shift: CashShift) -> int:
    """VND taken at the card terminal during a shift, by the ledger."""
    rows = LedgerEntry.objects.filter(shift=shift, account=Account.CARD, payment__isnull=False)
    return rows.aggregate(total=Sum("amount"))["total"] or 0


def refunds_visible_to(user: User | AnonymousUser) -> QuerySet[Refund]:
    """Refunds of the units whose money `user` handles."""
    return Refund.objects.filter(payment__unit__in=_handled(user).values("pk")).select_related(
        "payment__dossier", "receipt__book", "target", "asked_by", "decided_by", "done_by"
    )


def refundable(payment: Payment, receipt: Receipt | None) -> int:
    """VND that may still be given back: of a surplus, or of one receipt of a fee. Lock the payment to rely on it."""
    if payment.state != PaymentState.SETTLED or (receipt is None) != payment.is_surplus:
        return 0
    asked = payment.refunds.filter(receipt=receipt).exclude(state=RefundState.DECLINED)
    taken = asked.aggregate(total=Sum("amount"))["total"] or 0
    return (receipt.total if receipt else payment.amount) - taken


def same_payer(one: Dossier, other: Dossier) -> bool:
    """Whether two dossiers are of one payer: the same account, or a filer or owner with the same number."""
    if one.account_id is not None and one.account_id == other.account_id:
        return True
    numbers = [{party.id_number for party in each.parties.all()} - {""} for each in (one, other)]
    return bool(numbers[0] & numbers[1])


def owner_for(unit_id: int | None) -> User | None:
    """Who gets a new work item: of those who handle a unit's money the one with fewest open ones.

    Whoever only approves comes after the cashiers; an item of no unit goes to who runs the system. None: nobody.
    """
    if unit_id is None:
        posts = Membership.objects.on(clock.today()).filter(role__in=roles_with(Permission.RUN_SYSTEM))
        return _least_busy(posts)
    here = Membership.objects.on(clock.today()).filter(unit=unit_id)
    return _least_busy(here.filter(role__in=roles_with(Permission.COLLECT))) or _least_busy(
        here.filter(role__in=roles_with(Permission.APPROVE_MONEY))
    )


def _least_busy(posts: QuerySet[Membership]) -> User | None:
    open_items = (
        PaymentIncident.objects.filter(owner=OuterRef("pk"), settled_at=None)
        .order_by()
        .values("owner")
        .annotate(count=Count("pk"))
        .values("count")
    )
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True)
    return people.annotate(busy=Coalesce(Subquery(open_items), 0)).order_by("busy", "pk").first()


def day_balances_visible_to(user: User | AnonymousUser) -> QuerySet[DayBalance]:
    """Balances of the units whose collecting `user` may look at; sums of no unit for who sees the whole city."""
    mine = Q(unit__in=money_units(user).values("pk"))
    if can_somewhere(user, Permission.RUN_SYSTEM):
        mine |= Q(unit=None)
    return DayBalance.objects.filter(mine).select_related("unit")


def own_due(user: User | AnonymousUser) -> QuerySet[Dossier]:
    """A citizen's own dossiers with a fee due, oldest first, each with `owed` in VND."""
    in_force = FeeAssessment.objects.filter(dossier=OuterRef("pk"), superseded_by=None)
    return (
        Dossier.objects.of_account(user)
        .filter(money=Money.DUE)
        .annotate(owed=Subquery(in_force.values("payable")[:1]))
        .select_related("procedure")
        .order_by("accepted_at", "pk")
    )


def open_link(dossier: Dossier) -> PayLink | None:
    """The address that lets somebody else pay a dossier, while it is valid."""
    return PayLink.objects.filter(dossier=dossier, revoked_at=None, expires_at__gt=clock.now()).first()


def attempt_of_order(reference: str) -> Payment | None:
    """The attempt a gateway knows by `reference`; of a group the part that is polled."""
    rows = Payment.objects.select_related("group", "link").order_by("pk")
    return rows.filter(Q(reference=reference) | Q(group__reference=reference)).first()

"""Where fees go: the account of a unit on a day, the transfer of a dossier, and how ready each unit is. Reads only."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from payments import codes, vietqr
from payments.models import AccountState, CollectionAccount, PaymentCode, ReceiptBook, Verification
from portal.accounts.models import Membership, Unit
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from dossiers.models import Dossier


def in_force(day: datetime.date) -> QuerySet[CollectionAccount]:
    """Approved accounts whose validity holds `day`."""
    return CollectionAccount.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), state=AccountState.ACTIVE, valid_from__lte=day
    ).select_related("bank", "unit")


def default_unit() -> Unit | None:
    """The unit the city named to collect for those without an account, None when it named none."""
    return Unit.objects.filter(code=settings.PAYMENTS_DEFAULT_UNIT).first()


def account_for(unit: Unit, day: datetime.date) -> CollectionAccount | None:
    """The verified account the unit's fees go to: its own, else that of the city's default unit, else None."""
    usable = in_force(day).filter(verification=Verification.VERIFIED)
    own = usable.filter(unit=unit).first()
    if own is not None or not settings.PAYMENTS_DEFAULT_UNIT:
        return own
    return usable.filter(unit__code=settings.PAYMENTS_DEFAULT_UNIT).first()


@dataclass(frozen=True)
class Transfer:
    """What a payer needs for a transfer. `amount` is whole VND; `code` goes into the transfer text."""

    account: CollectionAccount
    amount: int
    code: str
    payload: str
    delegated: bool

    @property
    def spaced(self) -> str:
        """The code as shown to people."""
        return codes.spaced(self.code)


def transfer_of(dossier: Dossier, amount: int) -> Transfer | None:
    """The transfer that pays `amount` for a dossier today; None without a code or an account."""
    code = PaymentCode.objects.filter(dossier=dossier).values_list("code", flat=True).first()
    account = account_for(dossier.receiving_unit, clock.today()) if code and amount else None
    if code is None or account is None:
        return None
    text = vietqr.payload(
        bank_bin=account.bank_id, number=account.number, amount=amount, purpose=code, bill=code
    )
    return Transfer(account, amount, code, text, delegated=account.unit_id != dossier.receiving_unit_id)


@dataclass(frozen=True)
class UnitState:
    """How ready a unit is to collect. `account` is the approved one of today, `goes_to` who really collects."""

    unit: Unit
    account: CollectionAccount | None
    proposal: CollectionAccount | None
    goes_to: Unit | None
    registered: bool
    cashiers: int
    approvers: int

    @property
    def usable(self) -> bool:
        """Whether the unit's own account takes money."""
        return self.account is not None and self.account.verification == Verification.VERIFIED

    @property
    def ready(self) -> bool:
        """Account, tax code, registered receipts and both people are there."""
        return all((self.usable, self.unit.tax_code, self.registered, self.cashiers, self.approvers))


def states(units: Iterable[Unit]) -> list[UnitState]:
    """The state of each unit, in six queries whatever their number."""
    found, day = list(units), clock.today()
    keys = [unit.pk for unit in found]
    accounts = {row.unit_id: row for row in in_force(day).filter(unit__in=keys)}
    proposals = {
        row.unit_id: row
        for row in CollectionAccount.objects.filter(unit__in=keys, state=AccountState.PROPOSED)
    }
    registered = _registered(keys, day)
    fallback = default_unit()
    collects = fallback if fallback and account_for(fallback, day) else None
    cashiers, approvers = (
        _holders(keys, Permission.COLLECT, day),
        _holders(keys, Permission.APPROVE_MONEY, day),
    )
    rows = []
    for unit in found:
        account = accounts.get(unit.pk)
        usable = account is not None and account.verification == Verification.VERIFIED
        rows.append(
            UnitState(
                unit,
                account,
                proposals.get(unit.pk),
                unit if usable else collects,
                unit.pk in registered,
                cashiers[unit.pk],
                approvers[unit.pk],
            )
        )
    return rows


def _registered(keys: list[int], day: datetime.date) -> set[int]:
    """Units with a registered series of this year for both kinds."""
    kinds: defaultdict[int, set[str]] = defaultdict(set)
    books = ReceiptBook.objects.filter(unit__in=keys, year=day.year, is_sample=False)
    for unit_id, kind in books.values_list("unit_id", "kind"):
        kinds[unit_id].add(kind)
    return {unit_id for unit_id, found in kinds.items() if found >= {*FeeKind}}


def _holders(keys: list[int], permission: Permission, day: datetime.date) -> defaultdict[int, int]:
    """How many people hold a permission in each unit."""
    counted: defaultdict[int, int] = defaultdict(int)
    posts = Membership.objects.on(day).filter(unit__in=keys, role__in=roles_with(permission))
    for unit_id in posts.filter(user__is_active=True).values_list("unit_id", flat=True):
        counted[unit_id] += 1
    return counted

"""Collection accounts: one person proposes, another approves and compares with the bank's paper; payment codes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import codes
from payments.access import get_collection_account
from payments.models import AccountState, Bank, CollectionAccount, PaymentCode, Verification
from portal.accounts.access import check
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from portal.accounts.models import User

VERIFIED = ("verification", "verified_by", "verified_at", "evidence")


@transaction.atomic
def propose_account(
    *, by: User, unit: Unit, bank: Bank, number: str, holder: str, valid_from: datetime.date, reason: str
) -> CollectionAccount:
    """Propose the account the unit's fees go to from a day on. Raises ActionError beside the field at fault.

    The same proposal again returns the open one (a second click); another one while one waits is refused.
    """
    check(by, Permission.COLLECT, unit)
    _lock(unit)
    waiting = CollectionAccount.objects.filter(unit=unit, state=AccountState.PROPOSED).first()
    if waiting is not None:
        if (waiting.bank_id, waiting.number, waiting.valid_from) == (bank.pk, number, valid_from):
            return waiting
        raise ActionError(_("Đơn vị đang có một đề nghị chờ duyệt."))
    if not bank.transfer:
        raise ActionError(_("Ngân hàng này không nhận chuyển khoản theo mã VietQR."), field="bank")
    if valid_from < clock.today():
        raise ActionError(_("Ngày áp dụng không được ở quá khứ."), field="valid_from")
    return CollectionAccount.objects.create(
        unit=unit,
        bank=bank,
        number=number,
        holder=holder.strip(),
        valid_from=valid_from,
        reason=reason.strip(),
        asked_by=by,
        asked_at=clock.now(),
    )


def _lock(unit: Unit) -> None:
    """Changes of one unit's accounts happen one after the other."""
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)


@transaction.atomic
def decide_account(*, by: User, account_id: int, approve: bool, evidence: str = "") -> CollectionAccount:
    """Approve or decline what another person proposed; deciding again returns it as it was decided.

    Approving ends the account in use on the day before. With `evidence` (the bank's paper) it counts as verified.
    """
    account = get_collection_account(by, account_id, lock=True)
    check(by, Permission.APPROVE_MONEY, account.unit_id)
    if account.state != AccountState.PROPOSED:
        return account
    if account.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    _lock(account.unit)
    if approve:
        _end_current(account)
    account.state = AccountState.ACTIVE if approve else AccountState.DECLINED
    account.decided_by, account.decided_at = by, clock.now()
    if approve and evidence.strip():
        _verified(account, by, Verification.VERIFIED, evidence)
    account.save(update_fields=["state", "decided_by", "decided_at", *VERIFIED])
    return account


def _end_current(account: CollectionAccount) -> None:
    others = CollectionAccount.objects.select_for_update(of=("self",), no_key=True).filter(
        unit=account.unit, state=AccountState.ACTIVE
    )
    for other in others:
        if other.valid_from >= account.valid_from:
            raise ActionError(_("Đã có tài khoản được duyệt cho cùng ngày hoặc ngày sau đó."))
        if other.valid_to is None or other.valid_to > account.valid_from:
            other.valid_to = account.valid_from
            other.save(update_fields=["valid_to"])


@transaction.atomic
def verify_account(*, by: User, account_id: int, fits: bool, evidence: str) -> CollectionAccount:
    """Say that an approved account was compared with the bank's paper; one that does not fit receives nothing more.

    Raises PermissionDenied for whoever proposed it.
    """
    account = get_collection_account(by, account_id, lock=True)
    check(by, Permission.APPROVE_MONEY, account.unit_id)
    if account.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    if account.state != AccountState.ACTIVE:
        raise ActionError(_("Chỉ đối chiếu tài khoản đã duyệt."))
    if not evidence.strip():
        raise ActionError(_("Hãy ghi văn bản của ngân hàng đã dùng để đối chiếu."), field="evidence")
    _verified(account, by, Verification.VERIFIED if fits else Verification.FAILED, evidence)
    account.save(update_fields=list(VERIFIED))
    return account


def _verified(account: CollectionAccount, by: User, found: Verification, evidence: str) -> None:
    account.verification, account.evidence = found, evidence.strip()
    account.verified_by, account.verified_at = by, clock.now()


def payment_code(*, dossier: Dossier) -> PaymentCode:
    """The code of a locked dossier, made once. Call it in the transaction that assesses the fee."""
    found = PaymentCode.objects.filter(dossier=dossier).first()
    while found is None:
        row = PaymentCode(code=codes.new_code(), dossier=dossier, made_at=clock.now())
        PaymentCode.objects.bulk_create([row], ignore_conflicts=True)
        found = PaymentCode.objects.filter(dossier=dossier).first()
    return found

"""The cash desk: shifts, cash and terminal slips, handing over, closing the day."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import bookkeeping, papers
from payments.access import get_collectable_dossier, get_desk_unit, get_handed_shift, get_shift
from payments.actions.checkout import new_reference
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.actions.settling import settle
from payments.gateways import GatewayFacts, Outcome
from payments.models import CashShift, EntryKind, IncidentKind, Payment, Provider, UnitDay
from payments.querysets import cash_taken, current_assessment, is_paid, receivers_of
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    import datetime

    from dossiers.models import Dossier
    from payments.models import FeeAssessment
    from portal.accounts.models import Unit, User


@transaction.atomic
def open_shift(*, by: User, unit: Unit, opening_float: int) -> CashShift:
    """Open the cashier's shift at `unit`; the open one is returned when there is one (a second click).

    Raises ActionError on a day that was closed.
    """
    check(by, Permission.COLLECT, unit)
    opened = CashShift.objects.filter(cashier=by, closed_at=None).first()
    if opened is not None:
        return opened
    day = _locked_day(unit, clock.today())
    if day.closed_at is not None:
        raise ActionError(_("Đơn vị đã khóa sổ ngày hôm nay, không mở thêm ca thu."))
    shift, _made = CashShift.objects.get_or_create(
        cashier=by,
        closed_at=None,
        defaults={"unit": unit, "day": day, "opened_at": clock.now(), "opening_float": opening_float},
    )
    return shift


def _locked_day(unit: Unit, day: datetime.date) -> UnitDay:
    UnitDay.objects.bulk_create([UnitDay(unit=unit, day=day)], ignore_conflicts=True)
    return UnitDay.objects.select_for_update(of=("self",), no_key=True).get(unit=unit, day=day)


@transaction.atomic
def collect_cash(
    *, by: User, code: str, tendered: int, client_key: uuid.UUID, payer_name: str = ""
) -> Payment:
    """Take the whole fee of a dossier in cash; receipts are numbered at once.

    `client_key` comes from the form: a second click returns the first payment. Raises ActionError without an
    open shift, when nothing is owed, or when less than owed was given; the change is tendered minus amount.
    """
    dossier = get_collectable_dossier(by, code, lock=True)
    key = client_key.hex
    done = Payment.objects.filter(provider=Provider.CASH, provider_reference=key, dossier=dossier).first()
    if done is not None:
        return done
    shift = _locked_shift(by, dossier)
    assessment = _owed(dossier)
    if tendered < assessment.payable:
        raise ActionError(_("Số tiền đưa ít hơn số phải nộp."), field="tendered")
    settled = _collect(by, dossier, shift, Provider.CASH, key, payer_name)
    settled.facts["tendered"] = tendered
    settled.save(update_fields=["facts"])
    return settled


@transaction.atomic
def collect_card(*, by: User, code: str, terminal: str, slip: str, payer_name: str = "") -> Payment:
    """Record that the whole fee was paid at the card terminal; the slip's reference counts once for ever.

    The same slip for the same dossier again returns the first payment; for another dossier it is refused.
    """
    dossier = get_collectable_dossier(by, code, lock=True)
    key = f"{terminal.strip()}-{slip.strip()}".upper()
    used = Payment.objects.filter(provider=Provider.CARD, provider_reference=key).first()
    if used is not None:
        if used.dossier_id == dossier.pk:
            return used
        raise ActionError(_("Số tham chiếu này đã ghi cho một khoản nộp khác."), field="slip")
    shift = _locked_shift(by, dossier)
    _owed(dossier)
    return _collect(by, dossier, shift, Provider.CARD, key, payer_name)


def _collect(
    by: User, dossier: Dossier, shift: CashShift, provider: Provider, key: str, payer_name: str
) -> Payment:
    assessment = _owed(dossier)
    payment = Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=provider,
        merchant=dossier.receiving_unit.code,
        reference=new_reference(dossier, clock.now()),
        amount=assessment.payable,
        payer_name=payer_name.strip() or papers.payer_name(dossier),
        started_by=by,
        shift=shift,
        created_at=clock.now(),
    )
    settled = settle(facts=_facts(payment, key), source="cashier", by=by).payment
    assert settled is not None  # noqa: S101 - the row was made above
    return settled


def _locked_shift(by: User, dossier: Dossier) -> CashShift:
    shift = (
        CashShift.objects.select_for_update(of=("self",), no_key=True)
        .filter(cashier=by, unit=dossier.receiving_unit_id, closed_at=None)
        .first()
    )
    if shift is None:
        raise ActionError(_("Hãy mở ca thu tại đơn vị này trước khi thu tiền."))
    return shift


def _owed(dossier: Dossier) -> FeeAssessment:
    assessment = current_assessment(dossier)
    if assessment is None or not assessment.payable:
        raise ActionError(_("Hồ sơ này không phải nộp phí, lệ phí."))
    if is_paid(dossier):
        raise ActionError(_("Hồ sơ này đã nộp đủ phí, lệ phí."))
    return assessment


def _facts(payment: Payment, key: str) -> GatewayFacts:
    return GatewayFacts(
        provider=payment.provider,
        reference=payment.reference,
        outcome=Outcome.PAID,
        amount=payment.amount,
        currency=payment.currency,
        merchant=payment.merchant,
        provider_reference=key,
        paid_at=payment.created_at,
    )


@transaction.atomic
def close_shift(
    *, by: User, shift_id: int, counted: int, note: str = "", handed_to: User | None = None
) -> CashShift:
    """Close a shift with the cash that was counted; a difference needs a note and becomes a work item.

    `handed_to` is the colleague the cash goes to, who confirms it. Closing twice returns the shift as closed.
    """
    shift = get_shift(by, shift_id, lock=True)
    if shift.closed_at is not None:
        return shift
    taken = cash_taken(shift)
    expected = shift.opening_float + taken
    if counted != expected and not note.strip():
        raise ActionError(_("Có chênh lệch: hãy ghi lý do."), field="note")
    if handed_to is not None and not receivers_of(shift).filter(pk=handed_to.pk).exists():
        raise ActionError(_("Người nhận bàn giao phải là người khác."), field="handed_to")
    shift.closed_at, shift.expected, shift.counted, shift.note = clock.now(), expected, counted, note.strip()
    shift.handed_to = handed_to
    shift.save(update_fields=["closed_at", "expected", "counted", "note", "handed_to"])
    lines = bookkeeping.shift_closed(taken=taken, handed_over=counted - shift.opening_float)
    post(EntryKind.SHIFT_CLOSED, lines, unit=shift.unit, shift=shift)
    if shift.difference:
        facts = {"expected": expected, "counted": counted, "difference": shift.difference, "note": shift.note}
        open_incident(IncidentKind.CASH, key=f"shift:{shift.pk}", unit=shift.unit, facts=facts)
    return shift


@transaction.atomic
def confirm_handover(*, by: User, shift_id: int) -> CashShift:
    """The colleague a closed shift was handed to says that the cash is there; a second click changes nothing."""
    shift = get_handed_shift(by, shift_id, lock=True)
    if shift.handed_to_id != by.pk:
        raise PermissionDenied("only the receiver confirms")
    if shift.received_at is None:
        shift.received_at = clock.now()
        shift.save(update_fields=["received_at"])
    return shift


@transaction.atomic
def close_day(*, by: User, unit_code: str, day: datetime.date) -> UnitDay:
    """Close the cash desk of a unit for a day that is over or done, for good; closing it again changes nothing.

    Raises ActionError while a shift is open or a handover is not confirmed.
    """
    unit = get_desk_unit(by, unit_code)
    check(by, Permission.APPROVE_MONEY, unit)
    if day > clock.today():
        raise ActionError(_("Không khóa sổ ngày chưa đến."))
    found = _locked_day(unit, day)
    if found.closed_at is not None:
        return found
    if found.shifts.filter(closed_at=None).exists():
        raise ActionError(_("Còn ca thu chưa chốt trong ngày."))
    if found.shifts.filter(handed_to__isnull=False, received_at=None).exists():
        raise ActionError(_("Còn ca thu đã bàn giao mà người nhận chưa xác nhận."))
    found.closed_at, found.closed_by = clock.now(), by
    found.save(update_fields=["closed_at", "closed_by"])
    return found

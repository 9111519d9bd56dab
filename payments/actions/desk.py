"""The cash desk: shifts and cash."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import bookkeeping, papers
from payments.access import get_collectable_dossier, get_shift
from payments.actions.checkout import new_reference
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.actions.settling import settle
from payments.gateways import GatewayFacts, Outcome
from payments.models import CashShift, EntryKind, IncidentKind, Payment, Provider
from payments.querysets import cash_taken, current_assessment, is_paid
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from payments.models import FeeAssessment
    from portal.accounts.models import Unit, User


@transaction.atomic
def open_shift(*, by: User, unit: Unit, opening_float: int) -> CashShift:
    """Open the cashier's shift at `unit`; the open one is returned when there is one (a second click)."""
    check(by, Permission.COLLECT, unit)
    shift, _made = CashShift.objects.get_or_create(
        cashier=by,
        closed_at=None,
        defaults={"unit": unit, "opened_at": clock.now(), "opening_float": opening_float},
    )
    return shift


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
    assessment = _owed(dossier, tendered)
    payment = Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=Provider.CASH,
        merchant=dossier.receiving_unit.code,
        reference=new_reference(dossier, clock.now()),
        amount=assessment.payable,
        payer_name=payer_name.strip() or papers.payer_name(dossier),
        started_by=by,
        shift=shift,
        created_at=clock.now(),
    )
    settled = settle(facts=_cash_facts(payment, key), source="cashier", by=by).payment
    assert settled is not None  # noqa: S101 - the row was made above
    settled.facts["tendered"] = tendered
    settled.save(update_fields=["facts"])
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


def _owed(dossier: Dossier, tendered: int) -> FeeAssessment:
    assessment = current_assessment(dossier)
    if assessment is None or not assessment.payable:
        raise ActionError(_("Hồ sơ này không phải nộp phí, lệ phí."))
    if is_paid(dossier):
        raise ActionError(_("Hồ sơ này đã nộp đủ phí, lệ phí."))
    if tendered < assessment.payable:
        raise ActionError(_("Số tiền đưa ít hơn số phải nộp."), field="tendered")
    return assessment


def _cash_facts(payment: Payment, key: str) -> GatewayFacts:
    return GatewayFacts(
        provider=Provider.CASH,
        reference=payment.reference,
        outcome=Outcome.PAID,
        amount=payment.amount,
        currency=payment.currency,
        merchant=payment.merchant,
        provider_reference=key,
        paid_at=payment.created_at,
    )


@transaction.atomic
def close_shift(*, by: User, shift_id: int, counted: int, note: str = "") -> CashShift:
    """Close a shift with the cash that was counted; a difference needs a note and becomes a work item.

    Closing twice returns the shift as it was closed.
    """
    shift = get_shift(by, shift_id, lock=True)
    if shift.closed_at is not None:
        return shift
    taken = cash_taken(shift)
    expected = shift.opening_float + taken
    if counted != expected and not note.strip():
        raise ActionError(_("Có chênh lệch: hãy ghi lý do."), field="note")
    shift.closed_at, shift.expected, shift.counted, shift.note = clock.now(), expected, counted, note.strip()
    shift.save(update_fields=["closed_at", "expected", "counted", "note"])
    lines = bookkeeping.shift_closed(taken=taken, handed_over=counted - shift.opening_float)
    post(EntryKind.SHIFT_CLOSED, lines, unit=shift.unit, shift=shift)
    if shift.difference:
        facts = {"expected": expected, "counted": counted, "difference": shift.difference, "note": shift.note}
        open_incident(IncidentKind.CASH, key=f"shift:{shift.pk}", unit=shift.unit, facts=facts)
    return shift

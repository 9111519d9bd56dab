"""The one way money becomes paid: `settle`, for notice, return page, poller, bank and cashier alike.

Order inside: lock dossier and attempt, compare what the gateway says with our own row, ask the workflow table,
write the ledger, tell the dossier, take receipt numbers last. What may not be decided here becomes a work item
for a person; nothing ends in silence.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dossiers.actions import finance
from dossiers.models import Dossier
from payments import bookkeeping
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.actions.receipts import issue_receipts
from payments.gateways import GatewayFacts, Outcome
from payments.models import EntryKind, IncidentKind, Payment, PaymentGroup
from payments.querysets import current_assessment, is_paid
from payments.rules import mismatch, paid_at
from payments.workflow import Move, PaymentState, target
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User


class Ending(Enum):
    """What became of one message about an attempt."""

    SETTLED = "settled"
    ALREADY = "already"  # nothing new: a duplicate or a late message
    FAILED = "failed"
    WAITING = "waiting"
    SURPLUS = "surplus"  # settled, but nothing was owed
    PERSON = "person"  # the gateway itself is not sure
    REFUSED = "refused"  # contradicts our own row
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Settlement:
    """How it ended, for which attempt (None when unknown)."""

    ending: Ending
    payment: Payment | None = None


@transaction.atomic
def settle(*, facts: GatewayFacts, source: str, by: User | None = None) -> Settlement:
    """Apply what a verified message says of the attempt `facts.reference`; safe any number of times.

    `source` is ipn, return, poll, bank or cashier. The caller has checked the signature.
    """
    payment = _locked(facts.reference)
    if payment is not None:
        return _one(payment, facts, source, by)
    group = PaymentGroup.objects.filter(reference=facts.reference).first()
    return _unknown(facts) if group is None else _several(group, facts, source, by)


def _several(group: PaymentGroup, facts: GatewayFacts, source: str, by: User | None) -> Settlement:
    """One message about an attempt for several dossiers: each part settles by itself, all in one transaction.

    The whole is compared first: a wrong sum, merchant or currency settles no part.
    """
    rows = list(group.parts.order_by("dossier_id").values_list("reference", flat=True))
    parts = [part for part in map(_locked, rows) if part is not None]
    total = sum(part.amount for part in parts)
    whole = dataclasses.replace(facts, amount=parts[0].amount if facts.amount == total else -1)
    if facts.outcome is not Outcome.WAITING and (kind := mismatch(parts[0], whole)):
        return _refuse(parts[0], facts, kind)
    endings = []
    for number, part in enumerate(parts, 1):
        said = f"{facts.provider_reference}.{number}" if facts.provider_reference else ""
        told = dataclasses.replace(
            facts, reference=part.reference, amount=part.amount, provider_reference=said
        )
        endings.append(_one(part, told, source, by).ending)
    return Settlement(Ending.SETTLED if Ending.SETTLED in endings else endings[0], parts[0])


def _one(payment: Payment, facts: GatewayFacts, source: str, by: User | None) -> Settlement:
    if facts.outcome is not Outcome.WAITING and (kind := mismatch(payment, facts)):
        return _refuse(payment, facts, kind)
    match facts.outcome:
        case Outcome.PAID:
            return _paid(payment, facts, source, by)
        case Outcome.SUSPECT:
            return _suspect(payment, facts)
        case Outcome.FAILED:
            return Settlement(Ending.FAILED if _move(payment, Move.FAIL, facts) else Ending.ALREADY, payment)
        case Outcome.WAITING:
            return Settlement(Ending.WAITING, payment)


def _locked(reference: str) -> Payment | None:
    """The attempt with its dossier, both locked, the dossier first as in every other action."""
    dossier_id = Payment.objects.filter(reference=reference).values_list("dossier_id", flat=True).first()
    if dossier_id is None:
        return None
    dossier = (
        Dossier.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure", "receiving_unit")
        .get(pk=dossier_id)
    )
    payment = (
        Payment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("assessment", "unit")
        .get(reference=reference)
    )
    payment.dossier = dossier
    return payment


def _unknown(facts: GatewayFacts) -> Settlement:
    if facts.outcome in {Outcome.PAID, Outcome.SUSPECT}:
        open_incident(
            IncidentKind.UNKNOWN, key=facts.provider_reference or facts.reference, facts=_kept(facts)
        )
    return Settlement(Ending.UNKNOWN)


def _refuse(payment: Payment, facts: GatewayFacts, kind: IncidentKind) -> Settlement:
    open_incident(
        kind, key=f"{payment.reference}:{facts.provider_reference}", payment=payment, facts=_kept(facts)
    )
    ending = Ending.WRONG_AMOUNT if kind == IncidentKind.AMOUNT else Ending.REFUSED
    return Settlement(ending, payment)


def _paid(payment: Payment, facts: GatewayFacts, source: str, by: User | None) -> Settlement:
    state = target(payment.state, Move.SETTLE)
    if state is None:
        return _paid_again(payment, facts)
    if _reference_used_elsewhere(payment, facts):
        return _refuse(payment, facts, IncidentKind.REUSED)
    surplus = not _is_owed(payment)
    _mark_settled(payment, state, facts, source, surplus=surplus)
    post(
        EntryKind.SURPLUS if surplus else EntryKind.SETTLED,
        bookkeeping.received(payment.provider, payment.amount, surplus=surplus),
        unit_id=payment.unit_id,
        dossier=payment.dossier,
        payment=payment,
        shift=payment.shift,
    )
    if surplus:
        open_incident(IncidentKind.SURPLUS, key=payment.reference, payment=payment, facts=_kept(facts))
        return Settlement(Ending.SURPLUS, payment)
    finance.fee_paid(dossier=payment.dossier, amount=payment.amount, reference=payment.reference, by=by)
    issue_receipts(payment, by=by)
    return Settlement(Ending.SETTLED, payment)


def _paid_again(payment: Payment, facts: GatewayFacts) -> Settlement:
    """A duplicate; under another number of the provider it is a second payment of the same attempt."""
    if facts.provider_reference and facts.provider_reference != payment.provider_reference:
        open_incident(
            IncidentKind.SURPLUS,
            key=f"{payment.reference}:{facts.provider_reference}",
            payment=payment,
            facts=_kept(facts),
        )
    return Settlement(Ending.ALREADY, payment)


def _reference_used_elsewhere(payment: Payment, facts: GatewayFacts) -> bool:
    """Whether the gateway's number belongs to another payment; also the whole number of a group's part."""
    if not facts.provider_reference:
        return False
    known = [facts.provider_reference, f"{facts.provider_reference}.1"]
    if payment.group_id is not None and "." in facts.provider_reference:
        known.append(facts.provider_reference.rpartition(".")[0])
    used = Payment.objects.filter(provider=payment.provider, provider_reference__in=known)
    return used.exclude(pk=payment.pk).exists()


def _is_owed(payment: Payment) -> bool:
    """Whether this money pays what is owed: all of it, and nobody paid before. A part of it waits as a surplus."""
    return (
        not is_paid(payment.dossier)
        and current_assessment(payment.dossier) == payment.assessment
        and payment.amount == payment.assessment.payable
    )


def _mark_settled(
    payment: Payment, state: PaymentState, facts: GatewayFacts, source: str, *, surplus: bool
) -> None:
    now = clock.now()
    payment.state, payment.is_surplus, payment.source = state, surplus, source
    payment.provider_reference = facts.provider_reference
    payment.paid_at, payment.settled_at = paid_at(facts, payment.created_at, now), now
    payment.next_check_at, payment.facts = None, _kept(facts)
    payment.save(
        update_fields=[
            "state",
            "is_surplus",
            "source",
            "provider_reference",
            "paid_at",
            "settled_at",
            "next_check_at",
            "facts",
        ]
    )


def _suspect(payment: Payment, facts: GatewayFacts) -> Settlement:
    """Debited but reversed or under suspicion: a person asks the gateway; what was settled stays settled."""
    open_incident(
        IncidentKind.SUSPECT,
        key=f"{payment.reference}:{facts.provider_reference}",
        payment=payment,
        facts=_kept(facts),
    )
    _move(payment, Move.ESCALATE, facts)
    return Settlement(Ending.PERSON, payment)


def _move(payment: Payment, move: Move, facts: GatewayFacts | None) -> bool:
    """Make a move that takes no money; False when the table does not allow it."""
    state = target(payment.state, move)
    if state is None:
        return False
    payment.state, payment.next_check_at = state, None
    if facts is not None:
        payment.facts = _kept(facts)
    payment.save(update_fields=["state", "next_check_at", "facts"])
    return True


@transaction.atomic
def close_unpaid(*, reference: str, move: Move) -> bool:
    """Expire an attempt the gateway says was not paid, or hand one it is silent about to a person."""
    payment = _locked(reference)
    if payment is None or payment.state != PaymentState.PENDING or not _move(payment, move, None):
        return False
    if move is Move.ESCALATE and not payment.incidents.exists():
        open_incident(IncidentKind.SILENT, key=payment.reference, payment=payment)
    return True


def _kept(facts: GatewayFacts) -> dict[str, Any]:
    """What is kept of a message: no name, no card number comes in one."""
    return {
        "outcome": facts.outcome.value,
        "amount": facts.amount,
        "currency": facts.currency,
        "merchant": facts.merchant,
        "reference": facts.reference,
        "provider_reference": facts.provider_reference,
        "bank": facts.bank,
        "code": facts.code,
        "paid_at": facts.paid_at.isoformat() if facts.paid_at else "",
    }

"""What a dossier owes, worked out when it is accepted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation

from dossiers.actions import finance
from dossiers.workflow import ActionError
from payments import bookkeeping
from payments.actions.accounts import payment_code
from payments.actions.incidents import open_incident
from payments.actions.ledger import post
from payments.models import EntryKind, FeeAssessment, IncidentKind
from payments.querysets import current_assessment, is_paid, settled
from portal.lib import clock
from procedures import fees

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from portal.accounts.models import User


@transaction.atomic
def assess(*, dossier: Dossier, by: User | None) -> FeeAssessment | None:
    """Assess the fees of a locked dossier by the rules of its version on the day it was filed.

    None where nobody confirmed what the procedure costs by this channel: then the portal collects nothing.
    A second assessment replaces the first, whose ledger lines are reversed. Raises ActionError once something
    was paid: then only a refund or a new payment can follow.
    """
    last = current_assessment(dossier)
    if last is not None and is_paid(dossier):
        raise ActionError("an assessment that was paid is not replaced")
    assessment = _compute(dossier, last, by)
    if assessment is None:
        return None
    if last is not None:
        _book(last, EntryKind.REVERSED)
    _book(assessment, EntryKind.ASSESSED)
    if assessment.payable:
        payment_code(dossier=dossier)
    finance.fee_assessed(dossier=dossier, payable=assessment.payable, by=by)
    return assessment


@transaction.atomic
def close_fee(*, dossier: Dossier, by: User | None) -> None:
    """A locked dossier ended without a result: an unpaid fee falls away, a paid one is for a person to decide.

    Falling away is an assessment of nothing that replaces the last one, so a payment still on its way
    arrives as a surplus.
    """
    last = current_assessment(dossier)
    if last is None:
        return
    if is_paid(dossier):
        open_incident(IncidentKind.REFUND, key=dossier.code, payment=settled(dossier).first())
    elif last.payable:
        _book(last, EntryKind.REVERSED)
        FeeAssessment.objects.create(
            dossier=dossier,
            version=dossier.version,
            on=clock.today(),
            channel=dossier.channel,
            lines=[],
            gross=0,
            exempted=0,
            subsidised=0,
            payable=0,
            supersedes=last,
            at=clock.now(),
            by=by,
        )
        finance.fee_assessed(dossier=dossier, payable=0, by=by)


def _compute(dossier: Dossier, last: FeeAssessment | None, by: User | None) -> FeeAssessment | None:
    form = dossier.forms.first()
    answers = form.answers if form else {}
    day = timezone.localdate(dossier.filed_at)
    with translation.override("vi"):  # the explanations are frozen, whoever's browser accepts the dossier
        assessed = fees.estimate(
            dossier.version, dossier.case, channel=dossier.channel, answers=answers, on=day
        )
    if not assessed.known:
        return None
    lines = [dataclasses.asdict(line) for line in assessed.lines]
    return FeeAssessment.objects.create(
        dossier=dossier,
        version=dossier.version,
        on=day,
        channel=dossier.channel,
        exemption=str(answers.get(fees.EXEMPTION_FIELD) or ""),
        lines=lines,
        gross=sum(line["gross"] for line in lines),
        exempted=sum(line["exempted"] for line in lines),
        subsidised=sum(line["subsidised"] for line in lines),
        payable=sum(line["payable"] for line in lines),
        supersedes=last,
        at=clock.now(),
        by=by,
    )


def _book(assessment: FeeAssessment, kind: EntryKind) -> None:
    lines = bookkeeping.assessed(assessment.lines)
    post(
        kind,
        bookkeeping.reversed_(lines) if kind == EntryKind.REVERSED else lines,
        unit_id=assessment.dossier.receiving_unit_id,
        dossier=assessment.dossier,
        assessment=assessment,
    )

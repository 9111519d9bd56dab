"""Setting targets: proposed by one person, confirmed by another."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.models import Unit, User
from portal.lib import clock
from reporting.access import check_set_targets
from reporting.models import Operator, Target, TargetState


@dataclass(frozen=True)
class Wish:
    """A target to be: of one unit, of a kind of unit, or (neither) of every unit."""

    measure: str
    unit: Unit | None
    unit_kind: str
    operator: Operator
    value: Decimal
    valid_from: datetime.date
    valid_to: datetime.date | None
    document: str


@transaction.atomic
def propose(*, by: User, wish: Wish) -> Target:
    """Write a target that holds once somebody else confirms it. The same proposal again returns the open one."""
    check_set_targets(by)
    if wish.valid_to is not None and wish.valid_to <= wish.valid_from:
        raise ActionError(_("Ngày hết hiệu lực phải sau ngày có hiệu lực."), field="valid_to")
    fields = {
        "measure": wish.measure,
        "unit": wish.unit,
        "unit_kind": wish.unit_kind,
        "operator": wish.operator,
        "value": wish.value,
        "valid_from": wish.valid_from,
        "valid_to": wish.valid_to,
        "document": wish.document,
    }
    same = Target.objects.filter(**fields, state=TargetState.PROPOSED, proposed_by=by).first()
    return same or Target.objects.create(
        **fields,
        code=f"{wish.measure}-{uuid.uuid4().hex[:12]}",
        state=TargetState.PROPOSED,
        proposed_by=by,
        proposed_at=clock.now(),
    )


@transaction.atomic
def decide(*, by: User, target_id: int, confirm: bool) -> Target:
    """Confirm or reject what another person proposed; deciding again returns it as it was decided.

    Confirming ends an earlier target of the same measure and addressee on the day the new one begins. Raises
    ActionError where another target holds on these days and cannot simply be ended.
    """
    check_set_targets(by)
    target = Target.objects.select_for_update(of=("self",), no_key=True).filter(pk=target_id).first()
    if target is None:
        raise ActionError(_("Không có mục tiêu này."))
    if target.state != TargetState.PROPOSED:
        return target
    if target.proposed_by_id == by.pk:
        raise PermissionDenied("two persons")
    if confirm:
        _end_earlier(target)
    target.state = TargetState.CONFIRMED if confirm else TargetState.REJECTED
    target.decided_by, target.decided_at = by, clock.now()
    try:
        with transaction.atomic():
            target.save(update_fields=["state", "decided_by", "decided_at"])
    except IntegrityError as error:
        if "target_no_overlap" not in str(error):
            raise
        raise ActionError(_("Đã có mục tiêu khác cho những ngày này.")) from error
    return target


def _end_earlier(target: Target) -> None:
    addressee = Q(unit=target.unit_id) if target.unit_id else Q(unit__isnull=True)
    earlier = Target.objects.select_for_update(of=("self",), no_key=True).filter(
        addressee,
        Q(valid_to__isnull=True) | Q(valid_to__gt=target.valid_from),
        measure=target.measure,
        unit_kind=target.unit_kind,
        state=TargetState.CONFIRMED,
        valid_from__lt=target.valid_from,
    )
    for one in earlier:
        one.valid_to = target.valid_from
        one.save(update_fields=["valid_to"])

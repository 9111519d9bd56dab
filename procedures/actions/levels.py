"""Setting levels: proposed by one person, confirmed by another; the newest order rules its days."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import Unit, User
from portal.lib import clock
from portal.lib.errors import ActionError
from procedures.access import check_edit, check_publish
from procedures.models import LevelOrder, OrderState, Procedure, UnitLevel

MOST_LINES = 100_000
BATCH = 2000


@dataclass(frozen=True)
class Setting:
    """One line of an order: a unit, a procedure (keys), a level."""

    unit_id: int
    procedure_id: int
    level: str


@dataclass(frozen=True)
class Wish:
    """An order to be. `valid_to` is the first day on which it no longer holds."""

    document: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    settings: Sequence[Setting]
    file_name: str = ""
    file_sha256: str = ""


@transaction.atomic
def propose(*, by: User, wish: Wish) -> LevelOrder:
    """Write an order that holds once somebody else confirms it. The same proposal again returns the open one."""
    check_edit(by)
    _check(wish)
    fields = {
        "document": wish.document,
        "valid_from": wish.valid_from,
        "valid_to": wish.valid_to,
        "file_name": wish.file_name,
        "file_sha256": wish.file_sha256,
        "lines_count": len(wish.settings),
    }
    wanted = {(one.unit_id, one.procedure_id, one.level) for one in wish.settings}
    for same in LevelOrder.objects.filter(**fields, state=OrderState.PROPOSED, proposed_by=by):
        if set(same.lines.values_list("unit_id", "procedure_id", "level")) == wanted:
            return same
    order = LevelOrder.objects.create(**fields, proposed_by=by, proposed_at=clock.now())
    UnitLevel.objects.bulk_create(
        (
            UnitLevel(
                order=order,
                unit_id=one.unit_id,
                procedure_id=one.procedure_id,
                level=one.level,
                valid_from=wish.valid_from,
                valid_to=wish.valid_to,
            )
            for one in wish.settings
        ),
        batch_size=BATCH,
    )
    return order


def _check(wish: Wish) -> None:
    if not wish.document.strip():
        raise ActionError(_("Cần ghi văn bản đặt mức độ."), field="document")
    if wish.valid_to is not None and wish.valid_to <= wish.valid_from:
        raise ActionError(_("Ngày hết hiệu lực phải sau ngày có hiệu lực."), field="valid_to")
    if not wish.settings:
        raise ActionError(_("Chưa có thủ tục nào được chọn."))
    if len(wish.settings) > MOST_LINES:
        raise ActionError(_("Nhiều nhất %(most)s dòng một lần.") % {"most": MOST_LINES})
    if len({(one.unit_id, one.procedure_id) for one in wish.settings}) != len(wish.settings):
        raise ActionError(_("Một thủ tục tại một đơn vị chỉ có một mức độ."))


@transaction.atomic
def decide(*, by: User, order_id: int, confirm: bool) -> LevelOrder:
    """Confirm or reject what another person proposed; deciding again returns it as it was decided.

    Confirming replaces what other orders hold on the same days; their other days stay as they were. Raises
    ActionError for an unknown order, PermissionDenied to whoever proposed it.
    """
    check_publish(by)
    order = LevelOrder.objects.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
    if order is None:
        raise ActionError(_("Không có đề xuất này."))
    if order.state != OrderState.PROPOSED:
        return order
    if order.proposed_by_id == by.pk:
        raise PermissionDenied("two persons")
    if confirm:
        _hold(order)
    order.state = OrderState.CONFIRMED if confirm else OrderState.REJECTED
    order.decided_by, order.decided_at = by, clock.now()
    order.save(update_fields=["state", "decided_by", "decided_at"])
    return order


def _hold(order: LevelOrder) -> None:
    """Make the lines hold. Two orders over the same units wait for each other at the rows of the units."""
    lines = list(order.lines.all())
    units = {line.unit_id for line in lines}
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk").values_list("pk"))
    pairs = {(line.unit_id, line.procedure_id) for line in lines}
    before = [row for row in _overlapping(order, units) if (row.unit_id, row.procedure_id) in pairs]
    UnitLevel.objects.filter(pk__in=[row.pk for row in before]).update(holds=False, replaced_by=order)
    rests = [rest for row in before for rest in _rests(row, order)]
    UnitLevel.objects.bulk_create(rests, batch_size=BATCH)
    order.lines.filter(rest=False).update(holds=True)


def _overlapping(order: LevelOrder, units: set[int]) -> list[UnitLevel]:
    until = Q() if order.valid_to is None else Q(valid_from__lt=order.valid_to)
    procedures = Procedure.objects.filter(levels__order=order)
    return list(
        UnitLevel.objects.filter(
            until,
            Q(valid_to__isnull=True) | Q(valid_to__gt=order.valid_from),
            holds=True,
            unit__in=units,
            procedure__in=procedures.values("pk"),
        )
    )


def _rests(row: UnitLevel, order: LevelOrder) -> list[UnitLevel]:
    """What is left of a row before and after the days of a newer order."""
    spans: list[tuple[datetime.date, datetime.date | None]] = []
    if row.valid_from < order.valid_from:
        spans.append((row.valid_from, order.valid_from))
    if order.valid_to is not None and (row.valid_to is None or row.valid_to > order.valid_to):
        spans.append((order.valid_to, row.valid_to))
    return [
        UnitLevel(
            order_id=row.order_id,
            unit_id=row.unit_id,
            procedure_id=row.procedure_id,
            level=row.level,
            valid_from=first,
            valid_to=last,
            holds=True,
            rest=True,
        )
        for first, last in spans
    ]

"""The address of a wall display: made, renewed, closed by those who see the unit's figures."""

from __future__ import annotations

from django.db import transaction

from portal.accounts.access import check
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from reporting.models import Wall


@transaction.atomic
def renew(*, by: User, unit: Unit, seen: int) -> Wall:
    """Make a new address; every earlier one is dead. `seen` is the number the person looked at (0: none).

    Sent twice, the second sending changes nothing: the number has moved on.
    """
    check(by, Permission.SEE_FIGURES, unit)
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    wall = Wall.objects.filter(unit=unit).first()
    if wall is None:
        return Wall.objects.create(unit=unit, renewed_by=by, renewed_at=clock.now())
    if wall.number != seen:
        return wall
    wall.number += 1
    wall.renewed_by, wall.renewed_at, wall.closed_by, wall.closed_at = by, clock.now(), None, None
    wall.save(update_fields=["number", "renewed_by", "renewed_at", "closed_by", "closed_at"])
    return wall


@transaction.atomic
def close(*, by: User, unit: Unit) -> None:
    """Let no address open the wall any more; closing again changes nothing."""
    check(by, Permission.SEE_FIGURES, unit)
    wall = Wall.objects.select_for_update(of=("self",), no_key=True).filter(unit=unit, closed_at=None).first()
    if wall is not None:
        wall.closed_by, wall.closed_at = by, clock.now()
        wall.save(update_fields=["closed_by", "closed_at"])

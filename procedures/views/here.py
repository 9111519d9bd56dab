"""What a procedure's page says of one place: the one in the address, else the person's own commune."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from portal.accounts.models import Unit, User
from portal.lib import clock
from procedures import levels
from procedures.models import ProcedureVersion


def context(request: HttpRequest, version: ProcedureVersion | None) -> dict[str, Any]:
    """`here`: the unit (None without one), `offer`: how it takes the procedure today, `chosen`: by the address."""
    code = request.GET.get("don-vi", "").replace("\x00", "")[:20]
    unit = _unit(request, code) if version is not None else None
    if unit is None or version is None or not _takes(unit, version):
        return {"here": None}
    offer = levels.offer_of(version, unit, clock.today())
    return {"here": unit, "offer": offer, "chosen": bool(code)}


def _unit(request: HttpRequest, code: str) -> Unit | None:
    if code:
        return Unit.objects.valid_on(clock.today()).filter(code=code).first()
    user = request.user
    return user.commune if isinstance(user, User) and not user.is_officer else None


def _takes(unit: Unit, version: ProcedureVersion) -> bool:
    procedure = version.procedure
    kinds = levels.offered_kinds(
        at_commune=procedure.at_commune,
        at_province=procedure.at_province,
        any_commune=version.any_commune,
    )
    return unit.kind in kinds and not procedure.vertical_system

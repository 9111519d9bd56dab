"""Absences with a substitute, and the hand-over of a whole desk."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.actions.base import lock_for, move_to
from dossiers.load import Load, loads, planned_minutes
from dossiers.models import Absence, DeskHandover, Dossier, HandoverRow
from dossiers.states import State
from dossiers.workflow import BY_NAME, ActionError
from portal.accounts.access import can, posts_of, unit_ids_with
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

# Where an open dossier still goes back to its specialist, or may.
HELD = [
    State.PROCESSING, State.CHECKING, State.SIGNING, State.SIGNED, State.SUPPLEMENT, State.OBLIGATION,
]  # fmt: skip


@transaction.atomic
def order_absence(
    *,
    by: User,
    unit: Unit,
    officer: User,
    substitute: User,
    first: datetime.date,
    last: datetime.date,
    reason: str,
) -> Absence:
    """Say that an officer is away and who stands in. By who assigns work there it holds at once, by himself not yet.

    Raises PermissionDenied for anybody else, ActionError where the substitute does not hold the same posts, the days
    are past or in disorder, or another absence of the officer overlaps.
    """
    assigns = can(by, Permission.ASSIGN, unit)
    if not (assigns or by.pk == officer.pk):
        raise PermissionDenied(Permission.ASSIGN.value)
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    _check_days(officer, unit, first, last)
    roles = _roles(officer, unit)
    if not roles or officer.pk == substitute.pk or not roles <= _roles(substitute, unit):
        raise ActionError(
            _("Người thay phải là người khác, giữ cùng vai trò tại đơn vị."), field="substitute"
        )
    confirmed = assigns and by.pk != officer.pk
    now = clock.now()
    return Absence.objects.create(
        unit=unit,
        officer=officer,
        substitute=substitute,
        first_day=first,
        last_day=last,
        reason=reason.strip()[:300],
        ordered_by=by,
        ordered_at=now,
        confirmed_by=by if confirmed else None,
        confirmed_at=now if confirmed else None,
    )


def _check_days(officer: User, unit: Unit, first: datetime.date, last: datetime.date) -> None:
    if last < first or last < clock.today():
        raise ActionError(_("Ngày cuối phải từ ngày đầu trở đi và chưa qua."), field="last")
    same = Absence.objects.filter(officer=officer, unit=unit, cancelled_at=None)
    if same.filter(first_day__lte=last, last_day__gte=first).exists():
        raise ActionError(_("Người này đã có lần vắng mặt khác trong những ngày đó."), field="first")


def _roles(user: User, unit: Unit) -> set[str]:
    return {post.role for post in posts_of(user, clock.today()) if post.unit_id == unit.pk}


@transaction.atomic
def decide_absence(*, by: User, key: int, confirm: bool) -> Absence:
    """Confirm an absence somebody asked for, or call one off; doing it again changes nothing.

    Who assigns work in the unit decides, never the officer about himself; he may call his own off.
    """
    absence = Absence.objects.select_for_update(of=("self",)).filter(pk=key).select_related("unit").first()
    seen = unit_ids_with(by, Permission.SEE_DOSSIERS)
    if absence is None or (seen is not None and absence.unit_id not in seen):
        raise Http404(_("Không tìm thấy việc này."))
    own = absence.officer_id == by.pk
    if not (can(by, Permission.ASSIGN, absence.unit_id) and not own) and not (own and not confirm):
        raise PermissionDenied(Permission.ASSIGN.value)
    now = clock.now()
    if confirm and absence.confirmed_at is None and absence.cancelled_at is None:
        absence.confirmed_by, absence.confirmed_at = by, now
        absence.save(update_fields=["confirmed_by", "confirmed_at"])
    elif not confirm and absence.cancelled_at is None:
        absence.cancelled_by, absence.cancelled_at = by, now
        absence.save(update_fields=["cancelled_by", "cancelled_at"])
    return absence


@transaction.atomic
def hand_over_desk(
    *, by: User, key: uuid.UUID, unit: Unit, officer: User, to: list[User], reason: str
) -> DeskHandover:
    """Give every open dossier of `officer` in `unit` to one or several others, by load; the whole desk or nothing.

    The same `key` again returns the same hand-over. Raises PermissionDenied without the right to assign there,
    ActionError without a reason, a receiver, or a dossier to hand over.
    """
    if not can(by, Permission.ASSIGN, unit):
        raise PermissionDenied(Permission.ASSIGN.value)
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    if done := DeskHandover.objects.filter(key=key, ordered_by=by).first():
        return done
    if not reason.strip():
        raise ActionError(_("Xin ghi lý do bàn giao."), field="reason")
    found = {load.user.pk: load for load in loads(unit.pk)}
    if not to or officer in to or any(user.pk not in found for user in to):
        raise ActionError(_("Xin chọn người nhận khác, là chuyên viên của đơn vị."), field="to")
    held = Dossier.objects.filter(assignee=officer, competent_unit=unit, state__in=HELD, closed_at=None)
    codes = list(held.order_by("due_at", "pk").values_list("code", flat=True))
    if not codes:
        raise ActionError(_("Người này không còn hồ sơ nào đang mở tại đơn vị."), field="officer")
    handover = DeskHandover.objects.create(
        key=key, unit=unit, officer=officer, ordered_by=by, at=clock.now(), reason=reason.strip()[:300]
    )
    _give(handover, codes, [found[user.pk] for user in to])
    return handover


def _give(handover: DeskHandover, codes: list[str], receivers: list[Load]) -> None:
    """One by one to whoever has least, counting what was just given."""
    share = {load.user.pk: [load.minutes, load.dossiers] for load in receivers}
    people = {load.user.pk: load.user for load in receivers}
    for position, code in enumerate(codes, 1):
        key = min(share, key=lambda each: (share[each], each))
        dossier = _reassign(handover, code, people[key])
        share[key][0] += planned_minutes(dossier)
        share[key][1] += 1
        HandoverRow.objects.create(
            handover=handover,
            position=position,
            dossier=dossier,
            to=people[key],
            state_then=State(dossier.state).value,
            due_then=dossier.due_at,
        )


def _reassign(handover: DeskHandover, code: str, to: User) -> Dossier:
    by = handover.ordered_by
    state = Dossier.objects.values_list("state", flat=True).get(code=code)
    name = "assign" if state in BY_NAME["assign"].sources else "reassign"
    dossier, move = lock_for(name, code=code, by=by)
    dossier.assignee = to
    data = {
        "to": to.pk,
        "name": to.full_name,
        "from": handover.officer_id,
        "handover": handover.pk,
        "why": _("Bàn giao việc của %(name)s.") % {"name": handover.officer.full_name},
    }
    move_to(dossier, move, by=by, data=data, changed=["assignee"])
    return dossier

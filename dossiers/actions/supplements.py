"""After a supplement was asked for: a second one needs the head, the silent are reminded, missed times noted."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.actions.base import notify, record
from dossiers.actions.intake import may_ask_again, send_request
from dossiers.models import Approval, Dossier, DossierEvent, SupplementRequest
from dossiers.states import EventKind
from dossiers.workflow import BY_NAME, ActionError, check_move
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.templatetags.portal import moment_text
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import User

REMIND_DAYS = 2  # working days before the time to answer is over
MOST = 500  # requests a run of the schedule looks at


@transaction.atomic
def decide_supplement(*, code: str, by: User, approve: bool, note: str = "") -> SupplementRequest:
    """Approve a proposed second request, which is then sent, or decline it with a reason.

    Deciding again returns it as it was decided. Raises PermissionDenied for everybody but the head or leader
    of the unit, and for who proposed it; WrongState when the dossier has moved on meanwhile.
    """
    from dossiers.access import get_dossier

    dossier = get_dossier(by, code, lock=True)
    if not may_ask_again(by, dossier):
        raise PermissionDenied(Permission.APPROVE_SUPPLEMENT.value)
    request = dossier.supplements.exclude(approval=Approval.NOT_NEEDED).last()
    if request is None:
        raise ActionError(_("Hồ sơ không có đề nghị bổ sung nào chờ duyệt."))
    if request.approval != Approval.PROPOSED or request.closed_at is not None:
        return request
    if request.asked_by_id == by.pk:
        raise PermissionDenied("two persons")
    return _approve(dossier, request, by) if approve else _decline(dossier, request, by, note)


def _approve(dossier: Dossier, request: SupplementRequest, by: User) -> SupplementRequest:
    name = "request_supplement" if dossier.accepted_at else "request_supplement_at_intake"
    check_move(BY_NAME[name], dossier.state)
    now, calendar = clock.now(), calendar_for(dossier.receiving_unit)
    request.approval, request.decided_by, request.decided_at = Approval.APPROVED, by, now
    request.asked_at = now
    request.answer_by = calendar.add_days(now, request.days)
    request.save(update_fields=["approval", "decided_by", "decided_at", "asked_at", "answer_by"])
    send_request(request, dossier, BY_NAME[name], by=by)
    return request


def _decline(dossier: Dossier, request: SupplementRequest, by: User, note: str) -> SupplementRequest:
    if not note.strip():
        raise ActionError(_("Xin ghi lý do không duyệt."), field="note")
    now = clock.now()
    request.approval, request.decided_by, request.decided_at = Approval.DECLINED, by, now
    request.decision_note, request.closed_at = note.strip()[:500], now
    request.save(update_fields=["approval", "decided_by", "decided_at", "decision_note", "closed_at"])
    _note(dossier, EventKind.SUPPLEMENT_DECLINED, by, request, reason=request.decision_note)
    return request


@transaction.atomic
def remind_and_note(*, now: datetime.datetime) -> int:
    """Remind people whose time to answer ends within REMIND_DAYS working days, and note the times that are over.

    Each happens once for a request; safe any number of times. Returns how many requests it touched.
    """
    sent = SupplementRequest.objects.exclude(approval=Approval.PROPOSED)
    waiting = sent.filter(answered_at=None, closed_at=None)
    ahead = now + datetime.timedelta(days=14)
    due = waiting.filter(answer_by__lt=now, overdue_at=None) | waiting.filter(
        answer_by__range=(now, ahead), reminded_at=None
    )
    return sum(_follow(key, now) for key in due.order_by("answer_by").values_list("pk", flat=True)[:MOST])


def _follow(key: int, now: datetime.datetime) -> bool:
    dossiers = Dossier.objects.filter(supplements=key).select_for_update(of=("self",), no_key=True)
    dossier = dossiers.select_related("receiving_unit").first()
    request = SupplementRequest.objects.filter(pk=key, answered_at=None, closed_at=None).first()
    if dossier is None or request is None:
        return False
    if request.answer_by < now:
        return request.overdue_at is None and _note_overdue(dossier, request, now)
    calendar = calendar_for(dossier.receiving_unit)
    soon = calendar.add_days(now, REMIND_DAYS) >= request.answer_by
    return soon and request.reminded_at is None and _remind(dossier, request, now)


@transaction.atomic
def remind(*, code: str, by: User) -> SupplementRequest:
    """Remind the person now, by an officer's order; once a request, like the reminder of the schedule."""
    from dossiers.access import get_dossier

    dossier = get_dossier(by, code, lock=True)
    if not (can(by, Permission.PROCESS, dossier.competent_unit_id)
            or can(by, Permission.RECEIVE, dossier.receiving_unit_id)):  # fmt: skip
        raise PermissionDenied(Permission.RECEIVE.value)
    sent = dossier.supplements.exclude(approval=Approval.PROPOSED)
    request = sent.filter(answered_at=None, closed_at=None).first()
    if request is None:
        raise ActionError(_("Hồ sơ không có yêu cầu bổ sung nào đang chờ trả lời."))
    if request.reminded_at is not None:
        raise ActionError(_("Đã nhắc người nộp lúc %(when)s.") % {"when": moment_text(request.reminded_at)})
    request.reminded_at = clock.now()
    request.save(update_fields=["reminded_at"])
    notify(dossier, _note(dossier, EventKind.SUPPLEMENT_REMINDED, by, request))
    return request


def _note_overdue(dossier: Dossier, request: SupplementRequest, now: datetime.datetime) -> bool:
    request.overdue_at = now
    request.save(update_fields=["overdue_at"])
    notify(dossier, _note(dossier, EventKind.SUPPLEMENT_OVERDUE, None, request))
    return True


def _remind(dossier: Dossier, request: SupplementRequest, now: datetime.datetime) -> bool:
    request.reminded_at = now
    request.save(update_fields=["reminded_at"])
    notify(dossier, _note(dossier, EventKind.SUPPLEMENT_REMINDED, None, request))
    return True


def _note(
    dossier: Dossier, kind: EventKind, by: User | None, request: SupplementRequest, **data: str
) -> DossierEvent:
    unit = dossier.competent_unit_id if dossier.accepted_at else dossier.receiving_unit_id
    facts = {"request": request.number, **data}
    return record(dossier, kind, by=by, unit_id=unit, before=dossier.state, data=facts)

"""Sending a dossier to the unit that decides, and back: each step locks it, asks the table, writes one event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_transfer, may_step
from dossiers.actions import searching
from dossiers.actions.base import notify, record, set_times
from dossiers.deadlines import due, facts_of, rule_for
from dossiers.models import Dossier, Transfer
from dossiers.places import destinations
from dossiers.states import EventKind
from dossiers.transfers import BY_NAME, OVER, Side, Step, check_step, limit, open_steps, unit_of
from dossiers.workflow import BY_NAME as MOVES
from dossiers.workflow import ActionError, WrongState
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User

# What the person is told about; the rest is between the two units.
TOLD = {EventKind.TRANSFER_SENT, EventKind.TRANSFER_ACCEPTED, EventKind.RESULT_BACK}


@dataclass(frozen=True)
class Destination:
    """Where a dossier is sent: `note` for the receiving officers, `on_paper` when originals follow by a list."""

    unit: Unit
    note: str = ""
    on_paper: bool = False
    collect_there: bool = False


@transaction.atomic
def send(*, code: str, by: User, to: Destination) -> Transfer:
    """Send an accepted dossier nobody handles yet to the unit that is competent; the clock runs on.

    Raises WrongState when it is handled already, ActionError for a unit that cannot be competent.
    """
    dossier = get_dossier(by, code, lock=True)
    if not can(by, Permission.RECEIVE, dossier.receiving_unit_id):
        raise PermissionDenied(Permission.RECEIVE.value)
    move = MOVES["hand_over"]
    if dossier.state not in move.sources:
        raise WrongState(move, dossier.state)
    if dossier.transfers.filter(ended_at=None).exists():
        raise ActionError(_("Hồ sơ đã được chuyển đi; xin xem việc chuyển đang mở."))
    return send_locked(dossier, by=by, to=to)


def send_locked(dossier: Dossier, *, by: User, to: Destination) -> Transfer:
    """Send a dossier the caller holds the lock of and just took in."""
    if not destinations(dossier.version, dossier.receiving_unit).filter(pk=to.unit.pk).exists():
        raise ActionError(_("Đơn vị này không giải quyết thủ tục này."), field="unit")
    moved, now = _due_moved(dossier, to.unit), clock.now()
    dossier.competent_unit = to.unit
    transfer = Transfer(
        dossier=dossier,
        number=dossier.transfers.count() + 1,
        sender=dossier.receiving_unit,
        receiver=to.unit,
        note=to.note.strip(),
        on_paper=to.on_paper,
        collect_at_receiver=to.collect_there,
        sent_by=by,
        sent_at=now,
    )
    transfer.due_at = limit(transfer, now, issued=False)
    transfer.save(force_insert=True)
    data = {"number": transfer.number, "name": to.unit.full_name, "unit": to.unit.pk, **moved}
    _tell(transfer, EventKind.TRANSFER_SENT, transfer.sender, by, data, changed={"competent_unit"})
    return transfer


def _due_moved(dossier: Dossier, unit: Unit) -> dict[str, str]:
    """Old and new due instant when the other unit's office hours move it; the promise on the slip stays."""
    rule = rule_for(dossier)
    if rule is None or dossier.due_at is None:
        return {}
    at = due(facts_of(dossier), rule, calendar_for(unit)).at
    if at is None or at == dossier.due_at:
        return {}
    return {"old_due": dossier.due_at.isoformat(), "new_due": at.isoformat()}


@transaction.atomic
def accept(*, transfer_id: int, by: User) -> Transfer:
    """The competent unit takes the dossier over; its own work begins."""
    transfer, step = _locked("accept", transfer_id, by)
    return _answer(transfer, step, by)


@transaction.atomic
def refuse(*, transfer_id: int, by: User, reason: str) -> Transfer:
    """The unit it was sent to is not competent: the dossier goes back to where it was received, with the reason."""
    if not reason.strip():
        raise ActionError(_("Xin ghi rõ lý do không nhận."), field="reason")
    transfer, step = _locked("refuse", transfer_id, by)
    transfer.reason = reason.strip()
    transfer.dossier.competent_unit = transfer.sender
    return _answer(transfer, step, by, {"reason": transfer.reason}, changed={"competent_unit"})


def _answer(
    transfer: Transfer,
    step: Step,
    by: User,
    data: dict[str, Any] | None = None,
    changed: set[str] | None = None,
) -> Transfer:
    transfer.answered_by, transfer.answered_at = by, clock.now()
    return _take(transfer, step, by, data, changed, ["answered_by", "answered_at", "reason"])


@transaction.atomic
def keep(*, transfer_id: int, by: User) -> Transfer:
    """After a refusal the receiving unit decides itself."""
    transfer, step = _locked("keep", transfer_id, by)
    return _take(transfer, step, by)


@transaction.atomic
def send_again(*, transfer_id: int, by: User, to: Destination) -> Transfer:
    """After a refusal: on to another unit, as a transfer of its own. Raises ActionError for the one that refused."""
    transfer, step = _locked("send_again", transfer_id, by)
    if to.unit.pk == transfer.receiver_id:
        raise ActionError(_("Đơn vị này vừa trả lại hồ sơ; xin chọn đơn vị khác."), field="unit")
    _end(transfer, step.target)
    return send_locked(transfer.dossier, by=by, to=to)


def _end(transfer: Transfer, state: str) -> None:
    transfer.state, transfer.due_at, transfer.ended_at = state, None, clock.now()
    transfer.save(update_fields=["state", "due_at", "ended_at"])


@transaction.atomic
def return_file(*, transfer_id: int, by: User) -> Transfer:
    """The signed electronic result is at once where it is collected."""
    transfer, step = _locked("return_file", transfer_id, by)
    return _arrived(transfer, step, by, {"how": "file"})


def return_paper(*, transfer_id: int, by: User, number: str) -> Transfer:
    """The result leaves on paper with dispatch list `number`; called by the action that makes the list."""
    transfer, step = _locked("return_paper", transfer_id, by)
    return _take(transfer, step, by, {"list": number})


def receive_result(*, transfer_id: int, by: User) -> Transfer:
    """The paper result has arrived; called when its line of the list is received."""
    transfer, step = _locked("receive_result", transfer_id, by)
    return _arrived(transfer, step, by, {"how": "paper"})


def _arrived(transfer: Transfer, step: Step, by: User, data: dict[str, Any]) -> Transfer:
    transfer.result_at = clock.now()
    place = unit_of(transfer, Side.COLLECTION)
    return _take(transfer, step, by, {**data, "name": place.full_name}, None, ["result_at"])


@transaction.atomic
def move_collection(*, transfer_id: int, by: User, there: bool) -> Transfer:
    """The person wants the result where it is decided (`there`), or where he filed."""
    transfer, step = _locked("collect_here" if there else "collect_there", transfer_id, by)
    transfer.collect_at_receiver = there
    data = {"name": unit_of(transfer, Side.COLLECTION).full_name}
    return _take(transfer, step, by, data, None, ["collect_at_receiver"])


def _locked(name: str, transfer_id: int, by: User) -> tuple[Transfer, Step]:
    """The transfer under the lock of its dossier, after the checks of right and of the table.

    Raises Http404 outside the person's units, PermissionDenied without the right, WrongStep from another state.
    """
    step, found = BY_NAME[name], get_transfer(by, transfer_id)
    rows = Dossier.objects.select_for_update(of=("self",), no_key=True)
    dossier = rows.select_related("version", "procedure", "receiving_unit").get(pk=found.dossier_id)
    transfer = Transfer.objects.select_related("sender", "receiver").get(pk=transfer_id)
    transfer.dossier = dossier
    if not may_step(by, step, transfer):
        raise PermissionDenied(step.name)
    check_step(step, transfer.state)
    if step not in open_steps(transfer, issued=dossier.finished_at is not None):
        raise ActionError(_("Hồ sơ chưa có kết quả đã phát hành, hoặc kết quả trả tại nơi giải quyết."))
    return transfer, step


def _take(
    transfer: Transfer,
    step: Step,
    by: User,
    data: dict[str, Any] | None = None,
    changed: set[str] | None = None,
    columns: list[str] | None = None,
) -> Transfer:
    """Carry the step out: state, limit, one event of the acting unit."""
    transfer.state = step.target
    issued = transfer.dossier.finished_at is not None
    if step.target not in step.sources:
        transfer.due_at = limit(transfer, clock.now(), issued=issued)
    if step.target in OVER:
        transfer.ended_at = clock.now()
    transfer.save(update_fields=["state", "due_at", "ended_at", *(columns or [])])
    told = {"number": transfer.number, **(data or {})}
    _tell(transfer, step.event, unit_of(transfer, step.side), by, told, changed=changed or set())
    return transfer


def _tell(
    transfer: Transfer, kind: EventKind, unit: Unit, by: User, data: dict[str, Any], *, changed: set[str]
) -> None:
    dossier = transfer.dossier
    event = record(dossier, kind, by=by, unit_id=unit.pk, before=dossier.state, data=data)
    dossier.save(update_fields=sorted({*changed, *set_times(dossier, {kind})}))
    if "competent_unit" in changed:
        searching.index(dossier)
    if kind in TOLD:
        notify(dossier, event)


def result_issued(dossier: Dossier) -> None:
    """The result exists: from now the unit that decided has its limit to send it where it is collected."""
    for transfer in dossier.transfers.filter(ended_at=None).select_related("sender", "receiver"):
        transfer.due_at = limit(transfer, clock.now(), issued=True)
        transfer.save(update_fields=["due_at"])

"""Paper on its way between two units: a numbered list leaves, is received line by line; a missing paper is an alarm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_dispatch, transfers_for
from dossiers.actions import transfers
from dossiers.actions.base import record
from dossiers.actions.documents import next_number
from dossiers.actions.papers import issue_unit_paper
from dossiers.documents import UNIT_SERIES
from dossiers.documents.units import Packed, dispatch_sheet
from dossiers.models import (
    Cargo,
    DispatchLine,
    DispatchList,
    Dossier,
    LineState,
    Transfer,
    UnitPaperKind,
)
from dossiers.states import EventKind
from dossiers.transfers import PAPER_MINUTES, TransferState, open_steps
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User

MOST_SHEETS = 5000


@dataclass(frozen=True)
class Load:
    """What goes on a list: a transfer's papers or its result, in how many sheets."""

    transfer_id: int
    cargo: Cargo
    sheets: int


@transaction.atomic
def send_list(*, by: User, sender: Unit, receiver: Unit, loads: Iterable[Load]) -> DispatchList:
    """Make the list of what leaves `sender` for `receiver` now; its number comes from the sender's yearly series.

    Results on it leave with it (`return_paper`). Raises PermissionDenied for another unit's paper, ActionError for
    an empty list or a paper that left already.
    """
    if not can(by, Permission.RECEIVE, sender):
        raise PermissionDenied(Permission.RECEIVE.value)
    lines = [_packed(load, by, sender, receiver) for load in loads]
    if not lines:
        raise ActionError(_("Xin chọn ít nhất một hồ sơ để giao."), field="loads")
    now = clock.now()
    expected = calendar_for(receiver).add_minutes(now, PAPER_MINUTES)
    number = next_number(unit=sender, series=UNIT_SERIES[UnitPaperKind.DISPATCH])
    sheet = dispatch_sheet(
        number=number,
        sender=sender,
        receiver=receiver,
        lines=lines,
        sent_at=now,
        expected_by=expected,
        by=by,
    )
    made = DispatchList.objects.create(
        number=number,
        sender=sender,
        receiver=receiver,
        sent_by=by,
        sent_at=now,
        expected_by=expected,
        paper=issue_unit_paper(sheet=sheet, by=by),
    )
    for order, line in enumerate(lines, start=1):
        if line.cargo == Cargo.RESULT:
            transfers.return_paper(transfer_id=line.transfer.pk, by=by, number=number)
        DispatchLine.objects.create(
            dispatch=made, order=order, transfer=line.transfer, cargo=line.cargo, sheets=line.sheets
        )
    return made


def _packed(load: Load, by: User, sender: Unit, receiver: Unit) -> Packed:
    """The line, its dossier locked so that no paper leaves on two lists."""
    found = transfers_for(by).filter(pk=load.transfer_id).first()
    if found is None or not 1 <= load.sheets <= MOST_SHEETS:
        raise ActionError(_("Số tờ từ 1 đến 5000, của hồ sơ đang chuyển."), field="loads")
    dossier = _lock(found.dossier_id)
    transfer = Transfer.objects.select_related("sender", "receiver").get(pk=found.pk)
    transfer.dossier = dossier
    ends = (transfer.sender_id, transfer.receiver_id)
    if load.cargo != Cargo.PAPERS:
        ends = (transfer.receiver_id, transfer.sender_id)
    if load.cargo not in cargoes(transfer) or ends != (sender.pk, receiver.pk):
        raise ActionError(
            _("Hồ sơ %(code)s đã có trong danh sách khác hoặc không chuyển giữa hai đơn vị này.")
            % {"code": dossier.code},
            field="loads",
        )
    return Packed(transfer, load.cargo, load.sheets)


def cargoes(transfer: Transfer) -> list[Cargo]:
    """What of a transfer is to leave on paper now: papers to who decides, papers back from who refused, results."""
    gone = {line.cargo for line in transfer.lines.all()}
    issued = transfer.dossier.finished_at is not None
    due = {
        Cargo.PAPERS: transfer.on_paper and transfer.ended_at is None and not transfer.reason,
        Cargo.RETURNED: bool(transfer.reason) and Cargo.PAPERS in gone,
        Cargo.RESULT: any(step.name == "return_paper" for step in open_steps(transfer, issued=issued)),
    }
    return [cargo for cargo, wanted in due.items() if wanted and cargo not in gone]


def _lock(key: int) -> Dossier:
    rows = Dossier.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("procedure").get(pk=key)


@transaction.atomic
def receive_line(*, dispatch_id: int, order: int, by: User) -> DispatchLine:
    """This paper arrived; received twice is once. A result is then where the person collects it."""
    line = _locked_line(dispatch_id, order, by)
    if line.state == LineState.RECEIVED:
        return line
    was_missing = line.state == LineState.MISSING
    _settle(line, LineState.RECEIVED, by, line.note)
    if was_missing:
        _tell(line, EventKind.PAPER_FOUND, by)
    if line.cargo == Cargo.RESULT and line.transfer.state == TransferState.RETURNING:
        transfers.receive_result(transfer_id=line.transfer_id, by=by)
    _close_when_complete(line.dispatch)
    return line


@transaction.atomic
def report_missing(*, dispatch_id: int, order: int, by: User, note: str) -> DispatchLine:
    """This paper was not in the delivery: an alarm for both units, on the dossier's record, until it is received."""
    if not note.strip():
        raise ActionError(_("Xin ghi rõ giấy tờ nào thiếu."), field="note")
    line = _locked_line(dispatch_id, order, by)
    if line.state != LineState.TRAVELLING:
        raise ActionError(_("Dòng này đã được ghi nhận trước đó."))
    _settle(line, LineState.MISSING, by, note.strip())
    _tell(line, EventKind.PAPER_MISSING, by)
    return line


def _locked_line(dispatch_id: int, order: int, by: User) -> DispatchLine:
    """A line of a list to one's unit, its list and dossier locked. Raises Http404, PermissionDenied."""
    dispatch = get_dispatch(by, dispatch_id, lock=True)
    if not can(by, Permission.RECEIVE, dispatch.receiver_id):
        raise PermissionDenied(Permission.RECEIVE.value)
    line = dispatch.lines.select_related("transfer").filter(order=order).first()
    if line is None:
        raise ActionError(_("Danh sách không có dòng này."))
    _lock(line.transfer.dossier_id)
    line.transfer.refresh_from_db()
    line.dispatch = dispatch
    return line


def _settle(line: DispatchLine, state: LineState, by: User, note: str) -> None:
    line.state, line.note, line.settled_by, line.settled_at = state, note, by, clock.now()
    line.save(update_fields=["state", "note", "settled_by", "settled_at"])


def _tell(line: DispatchLine, kind: EventKind, by: User) -> None:
    dossier = line.transfer.dossier
    data = {"list": line.dispatch.number, "reason": line.note, "name": line.get_cargo_display()}
    record(dossier, kind, by=by, unit_id=line.dispatch.receiver_id, before=dossier.state, data=data)


def _close_when_complete(dispatch: DispatchList) -> None:
    if not dispatch.lines.exclude(state=LineState.RECEIVED).exists():
        dispatch.closed_at = clock.now()
        dispatch.save(update_fields=["closed_at"])

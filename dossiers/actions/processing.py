"""Handling: assign, draft and submit, sign, issue, return. Drafter, signer and number-giver are three people."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, moves_for
from dossiers.actions import documents, transfers
from dossiers.actions.base import lock_for, move_to
from dossiers.duty import in_the_name_of
from dossiers.guards import HOLDS, kinds_of
from dossiers.models import Document, Dossier, Result
from dossiers.states import Delivery
from dossiers.workflow import BY_NAME, ActionError
from portal.accounts.access import can, posts_of
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from procedures.models import ResultKind, StepKind

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def assign(*, code: str, by: User, to: User, why: str = "") -> Dossier:
    """Give the dossier to a specialist of the competent unit, or to another one.

    `why` is the explanation of a choice made by rule; it stays with the event.
    """
    allowed = {move.name for move in moves_for(by, get_dossier(by, code))}
    name = next((name for name in ("assign", "hand_over") if name in allowed), "assign")
    dossier, move = lock_for(name, code=code, by=by)
    if not can(to, Permission.PROCESS, dossier.competent_unit_id):
        raise ActionError(_("Người được chọn không phải chuyên viên của đơn vị."), field="to")
    dossier.assignee = to
    data = {"to": to.pk, "name": to.full_name, **({"why": why} if why else {})}
    move_to(dossier, move, by=by, data=data, changed=["assignee"])
    return dossier


@transaction.atomic
def take(*, code: str, by: User) -> Dossier:
    """A specialist takes an unassigned dossier from the pool of his unit."""
    dossier, move = lock_for("take", code=code, by=by)
    dossier.assignee = by
    move_to(dossier, move, by=by, data={"to": by.pk, "name": by.full_name}, changed=["assignee"])
    return dossier


@transaction.atomic
def submit(
    *, code: str, by: User, kind: ResultKind, granted: bool, content: dict[str, Any], note: str = ""
) -> Dossier:
    """Put a drafted result before the head where the process has a check, else before the leader.

    The assigned specialist only (or anyone of the unit if none is), or who stands in for him while he is away.
    """
    checked = StepKind.CHECK in kinds_of(get_dossier(by, code))
    dossier, move = lock_for("submit_for_check" if checked else "submit", code=code, by=by)
    if dossier.assignee_id not in {None, by.pk} and in_the_name_of(by, dossier) is None:
        raise PermissionDenied("assigned to another officer")
    if kind.version_id != dossier.version_id:
        raise ActionError(_("Loại kết quả này không thuộc thủ tục."), field="kind")
    if not granted and not note.strip():
        raise ActionError(_("Xin ghi lý do không giải quyết."), field="note")
    values = {
        "kind": kind,
        "granted": granted,
        "content": content,
        "note": note,
        "drafted_by": by,
        "drafted_at": clock.now(),
    }
    Result.objects.update_or_create(dossier=dossier, defaults=values)
    move_to(dossier, move, by=by, data={"granted": granted})
    return dossier


@transaction.atomic
def pass_check(*, code: str, by: User) -> Dossier:
    """The head found the draft right; it goes before the leader. Nobody checks his own draft."""
    dossier, move = lock_for("pass_check", code=code, by=by)
    move_to(dossier, move, by=by)
    return dossier


@transaction.atomic
def send_back(*, code: str, by: User, reason: str) -> Dossier:
    """The head or the leader returns the draft with a comment; he does not change it himself."""
    if not reason.strip():
        raise ActionError(_("Xin ghi ý kiến để chuyên viên sửa."), field="reason")
    state = get_dossier(by, code).state
    early = state in BY_NAME["send_back_from_check"].sources
    dossier, move = lock_for("send_back_from_check" if early else "send_back", code=code, by=by)
    move_to(dossier, move, by=by, data={"reason": reason})
    return dossier


@transaction.atomic
def sign(*, code: str, by: User) -> Dossier:
    """Approve and sign. The drafter cannot sign his own draft."""
    dossier, move = lock_for("sign", code=code, by=by)
    result = Result.objects.select_for_update().get(dossier=dossier)
    result.dossier = dossier  # what the move's conditions read was the unsigned one
    result.signed_by, result.signed_at = by, clock.now()
    result.signer_title = _title(by, dossier)
    result.save(update_fields=["signed_by", "signed_at", "signer_title"])
    move_to(dossier, move, by=by)
    return dossier


def _title(user: User, dossier: Dossier) -> str:
    signing = roles_with(Permission.SIGN)
    posts = [
        post for post in posts_of(user) if post.unit_id == dossier.competent_unit_id and post.role in signing
    ]
    return posts[0].title if posts else ""


@transaction.atomic
def issue(*, code: str, by: User) -> Dossier:
    """Number and issue the signed result: the agency's work ends here, which is the instant the clock judges.

    The signer cannot give the number (separation rules, domain facts 7.1).
    """
    dossier, move = lock_for("issue", code=code, by=by)
    result = Result.objects.select_for_update().get(dossier=dossier)
    result.dossier = dossier  # what is returned carries the result as it is now
    document = documents.issue_result(result=result, by=by)
    result.issued_by, result.issued_at, result.document = by, clock.now(), document
    result.number = document.number
    result.save(update_fields=["issued_by", "issued_at", "document", "number"])
    dossier.finished_at = clock.now()
    move_to(dossier, move, by=by, data={"number": document.number}, changed=["finished_at"])
    transfers.result_issued(dossier)
    return dossier


@transaction.atomic
def return_result(*, code: str, by: User, note: str = "") -> Dossier:
    """Hand the result to the person at the counter. The fee must be paid and the e-result must exist."""
    dossier, move = lock_for("return_result", code=code, by=by)
    dossier.returned_at = clock.now()
    move_to(dossier, move, by=by, data={"how": dossier.delivery, "note": note}, changed=["returned_at"])
    return dossier


@transaction.atomic
def return_online(*, dossier_id: int) -> bool:
    """Deliver an e-result by itself once it is signed, paid and wanted online; safe any number of times.

    Called when the result's bytes are stored and when the fee is paid, whichever comes last.
    """
    dossier = (
        Dossier.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version")
        .get(pk=dossier_id)
    )
    move = BY_NAME["return_result"]
    ready = dossier.state in move.sources and dossier.delivery == Delivery.ONLINE
    if not ready or not all(HOLDS[name](dossier, None) for name in move.guards):
        return False
    dossier.returned_at = clock.now()
    move_to(dossier, move, by=None, data={"how": Delivery.ONLINE}, changed=["returned_at"])
    return True


@transaction.atomic
def set_obligation(*, code: str, by: User, reason: str) -> Dossier:
    """Tell the person what to pay or prove elsewhere (tax, registration fee) first; the clock pauses meanwhile."""
    if not reason.strip():
        raise ActionError(_("Xin ghi nội dung này."), field="reason")
    dossier, move = lock_for("set_obligation", code=code, by=by)
    move_to(dossier, move, by=by, data={"reason": reason})
    return dossier


@transaction.atomic
def meet_obligation(*, code: str, by: User) -> Dossier:
    """The obligation is met: back to where the dossier stood, and the clock goes on."""
    dossier, move = lock_for("meet_obligation", code=code, by=by)
    move_to(dossier, move, by=by)
    return dossier


@transaction.atomic
def extend(*, code: str, by: User, reason: str, until: datetime.datetime) -> Dossier:
    """Apologise in writing and give a new date (form 04), once; the first promise stays a fact."""
    if not reason.strip():
        raise ActionError(_("Xin ghi lý do chậm trễ."), field="reason")
    dossier, move = lock_for("extend", code=code, by=by)
    if dossier.due_at is None or until <= max(dossier.due_at, clock.now()):
        raise ActionError(_("Ngày hẹn mới phải sau ngày hẹn cũ và sau thời điểm này."), field="until")
    letter = documents.issue_apology(dossier=dossier, by=by, reason=reason, new_due=until)
    move_to(
        dossier, move, by=by, data={"until": until.isoformat(), "reason": reason, "letter": letter.number}
    )
    return dossier


@transaction.atomic
def control_sheet(*, code: str, by: User) -> Document:
    """Issue form 06 with the events up to now; whoever receives for one of its units may."""
    dossier = get_dossier(by, code, needs=Permission.RECEIVE, lock=True)
    return documents.issue_control_sheet(dossier=dossier, by=by)

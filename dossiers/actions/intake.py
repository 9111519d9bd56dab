"""Intake: accept, refuse, ask for a supplement and take its answer, withdraw, stop."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dossiers.actions import documents
from dossiers.actions.base import lock_for, move_to, record
from dossiers.actions.keeping import kept
from dossiers.guards import check_guards
from dossiers.models import (
    Approval,
    Attachment,
    Dossier,
    DossierForm,
    SupplementItem,
    SupplementRequest,
)
from dossiers.policies import askable_papers
from dossiers.states import EventKind
from dossiers.workflow import BY_NAME, ActionError, Transition
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import calendar_for
from procedures.form_engine import check_answers
from procedures.form_schema import load
from procedures.models import RequiredDocument

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User

ANSWER_DAYS = 10  # working days to answer a supplement request unless the officer sets another number


@dataclass(frozen=True)
class ItemSpec:
    """One line of a supplement request: a paper of the procedure's list or a field of its form."""

    instruction: str
    document: RequiredDocument | None = None
    field: str = ""


@transaction.atomic
def accept(*, code: str, by: User) -> Dossier:
    """Accept a complete dossier: the clock starts, form 01 is issued, the fee is assessed.

    Accepting an already accepted dossier raises WrongState, which the page shows as it is now.
    """
    dossier, _move = lock_for("accept", code=code, by=by)
    accept_locked(dossier, by=by)
    return dossier


def accept_locked(dossier: Dossier, *, by: User) -> None:
    """Accept a dossier the caller holds the lock of. Raises ActionError when no time limit is known."""
    check_guards(BY_NAME["accept"], dossier, by)
    dossier.accepted_at = clock.now()
    move_to(dossier, BY_NAME["accept"], by=by, changed=["accepted_at"])
    documents.issue_acknowledgement(dossier=dossier, by=by)


@transaction.atomic
def refuse(*, code: str, by: User, reason: str, legal_basis: str) -> Dossier:
    """Refuse intake in writing (form 03). Both the reason and the provision are required."""
    _need(reason=reason, legal_basis=legal_basis)
    dossier, move = lock_for("refuse", code=code, by=by)
    _close_open_request(dossier)
    move_to(dossier, move, by=by, data={"reason": reason, "legal_basis": legal_basis})
    documents.issue_refusal(dossier=dossier, by=by, reason=reason, legal_basis=legal_basis)
    return dossier


@transaction.atomic
def request_supplement(
    *,
    code: str,
    by: User,
    reason: str,
    items: Iterable[ItemSpec],
    legal_basis: str = "",
    days: int = ANSWER_DAYS,
) -> SupplementRequest:
    """Ask once, in writing, for everything missing (form 02); the clock pauses when it was running.

    Only papers of the procedure's list and fields of its form can be named: nothing beyond the rules. Every
    request after the first waits for the head's approval (`actions.supplements.decide_supplement`) and moves
    nothing until then, unless the head sends it himself.
    """
    _need(reason=reason)
    listed = list(items)
    dossier, move = _supplement_move(code, by)
    _check_items(dossier, listed)
    number = (dossier.supplements.aggregate(last=Max("number"))["last"] or 0) + 1
    again = dossier.supplements.exclude(approval=Approval.DECLINED).exists()
    approved = again and may_ask_again(by, dossier)
    request = SupplementRequest.objects.create(
        dossier=dossier,
        number=number,
        reason=reason,
        legal_basis=legal_basis,
        asked_by=by,
        asked_at=clock.now(),
        days=days,
        answer_by=_answer_by(dossier, days),
        **_approval(again=again, approved=approved, by=by),
    )
    for item in listed:
        SupplementItem.objects.create(
            request=request, document=item.document, field=item.field, instruction=item.instruction
        )
    if again and not approved:
        data = {"request": number, "reason": reason}
        unit = getattr(dossier, move.place.value)
        record(dossier, EventKind.SUPPLEMENT_PROPOSED, by=by, unit_id=unit, before=dossier.state, data=data)
    else:
        send_request(request, dossier, move, by=by)
    return request


def _approval(*, again: bool, approved: bool, by: User) -> dict[str, Any]:
    if not again:
        return {"approval": Approval.NOT_NEEDED}
    if approved:
        return {"approval": Approval.APPROVED, "decided_by": by, "decided_at": clock.now()}
    return {"approval": Approval.PROPOSED}


def may_ask_again(user: User, dossier: Dossier) -> bool:
    """Whether `user` heads the unit whose turn it is: he may approve a second request, or send one himself."""
    early = dossier.accepted_at is None
    unit = dossier.receiving_unit_id if early else dossier.competent_unit_id
    return can(user, Permission.APPROVE_SUPPLEMENT, unit)


def send_request(request: SupplementRequest, dossier: Dossier, move: Transition, *, by: User) -> None:
    """Put a stored request before the person: the dossier waits, form 02 is issued, the clock pauses."""
    data = {"request": request.number, "reason": request.reason, "lines": request.items.count()}
    move_to(dossier, move, by=by, data=data)
    documents.issue_supplement(request=request, by=by)


def _supplement_move(code: str, by: User) -> tuple[Dossier, Transition]:
    from dossiers.access import get_dossier

    state = get_dossier(by, code).state
    early = state in BY_NAME["request_supplement_at_intake"].sources
    return lock_for("request_supplement_at_intake" if early else "request_supplement", code=code, by=by)


def _answer_by(dossier: Dossier, days: int) -> datetime.datetime:
    if not 1 <= days <= 60:
        raise ActionError(_("Thời hạn bổ sung từ 1 đến 60 ngày làm việc."), field="days")
    calendar = calendar_for(dossier.receiving_unit)
    return calendar.add_days(clock.now(), days)


def _check_items(dossier: Dossier, items: list[ItemSpec]) -> None:
    if not items:
        raise ActionError(_("Xin chọn ít nhất một giấy tờ hoặc một mục cần bổ sung."), field="items")
    schema = load(dossier.version)
    known = set(schema.by_name) if schema else set()
    papers = {paper.pk for paper in askable_papers(dossier)}
    for item in items:
        if not item.instruction.strip():
            raise ActionError(_("Xin ghi rõ cần bổ sung gì cho từng dòng."), field="items")
        if item.document is not None and item.document.pk not in papers:
            raise ActionError(
                _("Chỉ được yêu cầu giấy tờ trong thành phần hồ sơ của thủ tục."), field="items"
            )
        if item.document is None and item.field not in known:
            raise ActionError(_("Mục này không có trong tờ khai."), field="items")


@transaction.atomic
def answer_supplement(
    *,
    code: str,
    by: User,
    answers: Mapping[int, str],
    revised: Mapping[str, Any],
    uploads_by_item: Mapping[int, list[UploadedFile]],
    at_counter: bool = False,
) -> Dossier:
    """Answer every line of the open request; the dossier goes back to where it was and the clock goes on.

    A line about a paper needs a file (or, at the counter, a note that it was handed in); a line about a field
    needs a revised value that passes the form's own rules. Raises ActionError naming the line (`item-<id>`).
    """
    move_name = "receive_supplement" if at_counter else "answer_supplement"
    dossier, move = lock_for(move_name, code=code, by=by)
    request = dossier.supplements.select_for_update(of=("self",)).get(answered_at=None, closed_at=None)
    for item in request.items.all():
        _answer_item(item, answers, uploads_by_item.get(item.pk, []), revised, dossier, by, at_counter)
    _revise(dossier, revised, by)
    request.answered_at, request.answered_by = clock.now(), by
    request.save(update_fields=["answered_at", "answered_by"])
    move_to(dossier, move, by=by, data={"request": request.number})
    return dossier


def _answer_item(
    item: SupplementItem,
    answers: Mapping[int, str],
    given: list[UploadedFile],
    revised: Mapping[str, Any],
    dossier: Dossier,
    by: User,
    at_counter: bool,
) -> None:
    note = answers.get(item.pk, "").strip()
    if item.document_id and not given and not (at_counter and note):
        raise ActionError(_("Xin tải lên giấy tờ được yêu cầu."), field=f"item-{item.pk}")
    if item.field and item.field not in revised:
        raise ActionError(_("Xin sửa lại mục được yêu cầu."), field=f"item-{item.pk}")
    for upload in given:
        Attachment.objects.create(
            dossier=dossier,
            document=item.document,
            supplement_item=item,
            digitised=at_counter,
            **kept(upload, by=by),
        )
    item.answer = note
    item.save(update_fields=["answer"])


def _revise(dossier: Dossier, revised: Mapping[str, Any], by: User) -> None:
    if not revised:
        return
    last = dossier.forms.first()
    schema = load(dossier.version)
    if last is None or schema is None:
        return
    checked = check_answers(schema, {**last.answers, **revised})
    for errors in checked.errors.values():
        for name, messages in errors.items():
            raise ActionError(messages[0], field=name)
    DossierForm.objects.create(
        dossier=dossier, revision=last.revision + 1, answers=checked.cleaned, at=clock.now(), by=by
    )


@transaction.atomic
def withdraw(*, code: str, by: User, reason: str, at_counter: bool = False) -> Dossier:
    """Withdraw at the person's wish, before the result is being signed."""
    _need(reason=reason)
    dossier, move = lock_for("withdraw_at_counter" if at_counter else "withdraw", code=code, by=by)
    _close_open_request(dossier)
    move_to(dossier, move, by=by, data={"reason": reason})
    return dossier


@transaction.atomic
def stop(*, code: str, by: User, reason: str, legal_basis: str) -> Dossier:
    """Stop handling with a notice (form 05); only before a decision on the result exists."""
    _need(reason=reason, legal_basis=legal_basis)
    dossier, move = lock_for("stop", code=code, by=by)
    _close_open_request(dossier)
    move_to(dossier, move, by=by, data={"reason": reason, "legal_basis": legal_basis})
    documents.issue_stop(dossier=dossier, by=by, reason=reason, legal_basis=legal_basis)
    return dossier


def _close_open_request(dossier: Dossier) -> None:
    for request in dossier.supplements.filter(answered_at=None, closed_at=None):
        request.closed_at = clock.now()
        request.save(update_fields=["closed_at"])


def _need(**texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            raise ActionError(_("Xin ghi nội dung này."), field=name)

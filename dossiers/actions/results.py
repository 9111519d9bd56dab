"""After a result was issued: the person says that it arrived, the leader may take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_own_dossier
from dossiers.actions.base import notify, record
from dossiers.models import Dossier, Result, ResultRevocation
from dossiers.states import EventKind
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User


@transaction.atomic
def confirm_receipt(*, code: str, by: User) -> Dossier:
    """The person says that the result has arrived; twice is once. Raises ActionError before it was returned."""
    dossier = get_own_dossier(by, code, lock=True)
    if dossier.returned_at is None:
        raise ActionError(_("Kết quả chưa được trả."))
    if not dossier.events.filter(kind=EventKind.RESULT_RECEIVED).exists():
        record(
            dossier, EventKind.RESULT_RECEIVED, by=by, unit_id=dossier.receiving_unit_id, before=dossier.state
        )
    return dossier


@transaction.atomic
def revoke_result(*, code: str, by: User, reason: str, legal_basis: str) -> ResultRevocation:
    """Take an issued result back; the first revocation stays. For whoever signs results of the competent unit.

    Raises PermissionDenied without that right, ActionError without words or without an issued result.
    """
    dossier = get_dossier(by, code, lock=True)
    if not can(by, Permission.SIGN, dossier.competent_unit_id):
        raise PermissionDenied(Permission.SIGN.value)
    result = Result.objects.filter(dossier=dossier, issued_at__isnull=False).first()
    if result is None:
        raise ActionError(_("Hồ sơ chưa có kết quả đã phát hành để thu hồi."))
    same = ResultRevocation.objects.filter(result=result).first()
    if same is not None:
        return same
    for name, text in (("reason", reason), ("legal_basis", legal_basis)):
        if not text.strip():
            raise ActionError(_("Xin ghi nội dung này."), field=name)
    made = ResultRevocation.objects.create(
        result=result, reason=reason.strip(), legal_basis=legal_basis.strip(), by=by, at=clock.now()
    )
    event = record(
        dossier,
        EventKind.RESULT_REVOKED,
        by=by,
        unit_id=dossier.competent_unit_id,
        before=dossier.state,
        data={"number": result.number, "reason": made.reason},
    )
    notify(dossier, event)
    return made

"""Rules about a dossier that are neither a move of the workflow nor a date. Pure over what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.access import sees_whole
from dossiers.states import Money
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from procedures.form_engine import required_documents

if TYPE_CHECKING:
    from dossiers.models import Dossier, ResultRevocation
    from portal.accounts.models import User
    from procedures.models import RequiredDocument


def askable_papers(dossier: Dossier) -> list[RequiredDocument]:
    """The papers a supplement may name: those of the list that this case and these answers call for.

    Nothing beyond the procedure's list may be demanded (dispatch 111/CĐ-TTg; domain facts 8.2).
    """
    form = dossier.forms.first()
    return required_documents(dossier.version, dossier.case, form.answers if form else {})


HANDLING = (
    Permission.RECEIVE,
    Permission.PROCESS,
    Permission.ASSIGN,
    Permission.SIGN,
)


def may_write_to_citizen(user: User, dossier: Dossier) -> bool:
    """Whether an officer has work on the dossier; who only collects money or numbers papers does not write.

    Of a dossier sent on to another unit, that unit writes.
    """
    if not sees_whole(user, dossier):
        return False
    units = {dossier.receiving_unit_id, dossier.competent_unit_id}
    return any(can(user, permission, unit) for permission in HANDLING for unit in units)


def unread_for_office(dossier: Dossier) -> int:
    """How many messages of the person no officer has read yet."""
    thread = getattr(dossier, "thread", None)
    return thread.office_unread if thread else 0


def unread_for_citizen(dossier: Dossier) -> int:
    """How many messages of the office the person has not read yet."""
    thread = getattr(dossier, "thread", None)
    return thread.citizen_unread if thread else 0


def revocation_of(dossier: Dossier) -> ResultRevocation | None:
    """The revocation of the dossier's result, if it was revoked."""
    return getattr(getattr(dossier, "result", None), "revocation", None)


# What ending without a result does to the money; carried out by `payments.actions.assessing.close_fee`.
ENDING_MONEY: dict[str, str | Promise] = {
    Money.NONE: _("Hồ sơ này không có khoản phí, lệ phí nào phải nộp."),
    Money.UNKNOWN: _("Cổng chưa thu khoản nào của hồ sơ này."),
    Money.DUE: _("Khoản phí, lệ phí chưa nộp được xóa: không còn phải nộp."),
    Money.PAID: _("Phí, lệ phí đã nộp được chuyển cho người có thẩm quyền xem xét hoàn trả; không tự hoàn."),
    Money.REFUNDED: _("Phí, lệ phí đã nộp đã được hoàn trả."),
}


def ending_money(dossier: Dossier) -> str:
    """The money consequence of refusing, withdrawing or stopping this dossier now, in a sentence."""
    return str(ENDING_MONEY[dossier.money])

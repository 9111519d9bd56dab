"""Issuing the register of a unit for some days: numbered, frozen, signed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.actions.papers import issue_unit_paper
from dossiers.documents.units import register_sheet
from dossiers.models import UnitPaper, UnitPaperKind
from dossiers.registers import accepted_between, entries
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_LINES = 1000


@transaction.atomic
def issue_register(*, by: User, unit: Unit, first: datetime.date, last: datetime.date) -> UnitPaper:
    """Issue the register of `unit` from `first` to `last`; with the same lines as the last one, that one is returned.

    Raises PermissionDenied unless `by` receives there, ActionError for days to come, none, or too many lines.
    """
    if not can(by, Permission.RECEIVE, unit):
        raise PermissionDenied(Permission.RECEIVE.value)
    if last < first:
        raise ActionError(_("Ngày cuối không được trước ngày đầu."), field="last")
    if last > clock.today():
        raise ActionError(_("Ngày này chưa đến."), field="last")
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two presses, one paper
    found = accepted_between([unit.pk], first, last)
    count = found.count()
    if not count:
        raise ActionError(_("Không có hồ sơ nào được tiếp nhận trong những ngày này."))
    if count > MOST_LINES:
        raise ActionError(
            _("Có %(count)s hồ sơ, bản in tối đa %(most)s dòng: hãy chọn ít ngày hơn, hoặc tải bảng tính.")
            % {"count": count, "most": MOST_LINES}
        )
    with translation.override("vi"):
        sheet = register_sheet(
            unit=unit,
            entries=list(entries([unit.pk], first, last)),
            period=(first, last),
            is_demo=found.filter(is_demo=True).exists(),
            by=by,
        )
    same = (
        UnitPaper.objects.filter(kind=UnitPaperKind.REGISTER, unit=unit, first_day=first, last_day=last)
        .order_by("-pk")
        .first()
    )
    if same is not None and same.context["rows"] == sheet.context["rows"]:
        return same
    return issue_unit_paper(sheet=sheet, by=by)
